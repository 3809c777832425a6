//! One browser effect per file. A port never decides and never recovers by itself: what to do about a failure is the
//! core's business. Ordinary browser facts (storage refused, fetch rejected) are values, never panics.

pub mod call;
pub mod clock;
pub mod files;
pub mod host;
pub mod json;
pub mod listener;
pub mod locale;
pub mod near;
pub mod picture;
pub mod storage;
pub mod tabs;
pub mod timer;
pub mod transport;
pub mod upload;
pub mod wake;

pub use clock::Clock;
pub use files::Files;
pub use host::Host;
pub use listener::Listener;
pub use locale::Locale;
pub use near::Near;
pub use storage::Storage;
pub use tabs::Channel;
pub use timer::Timer;
pub use transport::{Request, Transport};
pub use upload::{UploadNews, UploadRequest};
pub use wake::Wake;
