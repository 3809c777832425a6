//! Logs: JSON, one object per line, on standard error.
//!
//! What is logged is chosen by the setting `log`, in the notation of `RUST_LOG`. Nothing secret and no visitor's word
//! is ever handed to the log, whatever its level.

use std::io;
use tracing::{Metadata, Subscriber};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, fmt};

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
    subscriber(filter, io::stderr)?.try_init().map_err(|error| TelemetryError::Begun(error.to_string()))
}

/// What [`init`] sets up, with the place that lines are written to.
///
/// # Errors
/// When `filter` cannot be read.
pub fn subscriber<W>(filter: &str, writer: W) -> Result<impl Subscriber + Send + Sync, TelemetryError>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let lines = fmt()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_env_filter(EnvFilter::try_new(filter)?)
        .with_writer(writer);
    // Beside the setting and not within it: there, a directive for one module of a library would win.
    Ok(lines.finish().with(filter_fn(may_speak)))
}

/// Whether the origin of a line is not among [`SILENT`].
fn may_speak(metadata: &Metadata<'_>) -> bool {
    let library = metadata.target().split("::").next().unwrap_or_default();
    !SILENT.contains(&library)
}
