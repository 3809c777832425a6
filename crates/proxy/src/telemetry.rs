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
    /// The log is gone.
    #[error("cannot change what is logged: {0}")]
    Gone(String),
    /// Somebody logs already in this process.
    #[error("cannot begin to log: {0}")]
    Begun(String),
}

/// Libraries that log the very text they parse: silent, whatever the setting says.
const SILENT: [&str; 6] = ["html5ever", "markup5ever", "tendril", "ammonia", "scraper", "selectors"];

/// Decides what is logged, as long as the log is there.
pub struct Filter(Box<dyn Fn(EnvFilter) -> Result<(), String> + Send + Sync>);

impl Filter {
    /// Logs by another filter from now on.
    ///
    /// # Errors
    /// When `filter` cannot be read or the log is gone.
    pub fn set(&self, filter: &str) -> Result<(), TelemetryError> {
        self.0(EnvFilter::try_new(filter)?).map_err(TelemetryError::Gone)
    }
}

/// Begins to log for the whole process; call it once.
///
/// # Errors
/// When `filter` cannot be read or logging has begun already.
pub fn init(filter: &str) -> Result<Filter, TelemetryError> {
    let (subscriber, filter) = subscriber(filter, io::stderr)?;
    subscriber.try_init().map_err(|error| TelemetryError::Begun(error.to_string()))?;
    Ok(filter)
}

/// What [`init`] sets up, with the place that lines are written to; and what changes the filter.
///
/// # Errors
/// When `filter` cannot be read.
pub fn subscriber<W>(
    filter: &str,
    writer: W,
) -> Result<(impl Subscriber + Send + Sync, Filter), TelemetryError>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let lines = fmt()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_env_filter(EnvFilter::try_new(filter)?)
        .with_writer(writer)
        .with_filter_reloading();
    let handle = lines.reload_handle();
    let filter = Filter(Box::new(move |filter| handle.reload(filter).map_err(|error| error.to_string())));
    // Beside the setting and not within it: there, a directive for one module of a library would win.
    Ok((lines.finish().with(filter_fn(may_speak)), filter))
}

/// Whether the origin of a line is not among [`SILENT`].
fn may_speak(metadata: &Metadata<'_>) -> bool {
    let library = metadata.target().split("::").next().unwrap_or_default();
    !SILENT.contains(&library)
}
