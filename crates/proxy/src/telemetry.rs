//! Logs: JSON, one object per line, on standard error.
//!
//! What is logged is chosen by the setting `log`, in the notation of `RUST_LOG`. Nothing secret and no visitor's word
//! is ever handed to the log, whatever its level.

use std::io;
use tracing_subscriber::EnvFilter;

/// Why logging cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The setting `log` is no filter.
    #[error("cannot read the setting `log`: {0}")]
    Filter(#[from] tracing_subscriber::filter::ParseError),
    /// Somebody logs already in this process.
    #[error("cannot begin to log: {0}")]
    Begun(String),
}

/// Libraries that log the very text they parse: silent, whatever the setting says.
const SILENT: [&str; 6] = ["html5ever", "markup5ever", "tendril", "ammonia", "scraper", "selectors"];

/// Begins to log for the whole process; call it once.
///
/// # Errors
/// When `filter` cannot be read or logging has begun already.
pub fn init(filter: &str) -> Result<(), TelemetryError> {
    let mut filter = EnvFilter::try_new(filter)?;
    for library in SILENT {
        filter = filter.add_directive(format!("{library}=off").parse()?);
    }
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .try_init()
        .map_err(|error| TelemetryError::Begun(error.to_string()))
}
