//! Files of visitors and agents: what they are by their content, what they may be called, where they lie for a moment.
//!
//! A file's type is decided by walking its whole structure; what no walker knows is refused. Metadata and whatever
//! follows the end of a picture are not copied: what leaves here holds what its type needs and nothing else.
//!
//! # Layout
//! - [`format`](mod@format): the kinds of files
//! - [`name`]: names of files
//! - [`sniff`]: checking and cleaning by content
//! - [`spool`]: files on disk, for as long as they are on their way
//! - [`cache`]: files of the centre on disk, for as long as pages ask for them
//! - [`ticket`]: addresses that a page can load by itself
//! - [`range`](mod@range): parts of a file

pub mod cache;
pub mod format;
pub mod name;
pub mod range;
pub mod sniff;
pub mod spool;
pub mod ticket;
