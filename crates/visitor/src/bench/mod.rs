//! What a long transcript costs, and how fast messages go through the proxy.
//!
//! Only ratios travel between machines: to the cost at 100 messages, and to a bare HTTP echo of the same run.

pub mod append;
pub mod echo;
pub mod options;
pub mod report;
pub mod send;

pub use options::Options;
