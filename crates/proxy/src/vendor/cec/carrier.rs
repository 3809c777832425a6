//! What carries requests to a gateway: the network, unless a simulation puts something else in its place.

use reqwest::{Request, Response};
use std::error::Error;
use std::pin::Pin;

/// What becomes of a request: an answer that begins, or none.
pub type Carried<'a> = Pin<Box<dyn Future<Output = Result<Response, Lost>> + Send + 'a>>;

/// Carries requests; repeats and follows nothing by itself.
pub trait Carrier: Send + Sync + 'static {
    /// Carries one request within its timeout, and answers as soon as an answer begins. Dropping the future abandons it.
    fn carry(&self, request: Request) -> Carried<'_>;
}

/// No whole answer. The texts name the cause and hold nothing that was sent.
#[derive(Debug, PartialEq, Eq)]
pub enum Lost {
    /// The request did not leave.
    NotSent(String),
    /// It left, and no answer came in time.
    Late,
    /// It left, and the connection broke before an answer came.
    Broken(String),
    /// An answer began and broke off.
    Cut(String),
    /// The answer is longer than is read.
    TooLong,
}

impl Lost {
    /// What happened, for the log.
    pub(super) fn why(&self) -> &str {
        match self {
            Self::NotSent(why) | Self::Broken(why) | Self::Cut(why) => why,
            Self::Late => "no answer in time",
            Self::TooLong => "the answer is too long",
        }
    }
}

/// By HTTP over the network.
pub(super) struct Network(pub(super) reqwest::Client);

impl Carrier for Network {
    fn carry(&self, request: Request) -> Carried<'_> {
        Box::pin(async {
            self.0.execute(request).await.map_err(|error| {
                if error.is_connect() || error.is_builder() {
                    Lost::NotSent(cause(&error))
                } else if error.is_timeout() {
                    Lost::Late
                } else {
                    Lost::Broken(cause(&error))
                }
            })
        })
    }
}

/// The innermost cause, which says most and holds no address of ours.
pub(super) fn cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    if cause.is::<reqwest::Error>() { "the request failed".into() } else { cause.to_string() }
}
