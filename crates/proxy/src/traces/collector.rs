//! The way to the collector: the HTTP client that the proxy has anyhow, in the proxy's runtime. What sends the spans is a thread of
//! its own, without one.

use crate::outgoing;
use crate::quiet::Quiet;
use axum::http::{Request, Response};
use bytes::Bytes;
use opentelemetry_http::{HttpClient, HttpError};
use reqwest::Url;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;

/// No more of an answer is read, in bytes.
const LONGEST: usize = 64 << 10;

/// A collector, by HTTP.
pub(super) struct Collector {
    client: reqwest::Client,
    runtime: Handle,
    /// What was logged of its failures.
    failures: Arc<Quiet<()>>,
}

impl Collector {
    /// Of the collector at this address; it may take so long for an answer. Asks nothing yet.
    pub(super) fn new(endpoint: &Url, patience: Duration) -> Result<Self, reqwest::Error> {
        let client = outgoing::client(endpoint.scheme() == "http").timeout(patience).build()?;
        let failures = Arc::default();
        Ok(Self { client, runtime: Handle::current(), failures })
    }
}

impl fmt::Debug for Collector {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Collector")
    }
}

/// Why spans were not taken; what was sent is not repeated.
#[derive(Debug, thiserror::Error)]
enum Lost {
    #[error("it cannot be reached")]
    Away,
    #[error("it did not answer in time")]
    Late,
    #[error("the connection broke")]
    Broken,
    #[error("its answer is too long")]
    TooLong,
    #[error("it answered {0}")]
    Refused(u16),
}

impl From<reqwest::Error> for Lost {
    fn from(error: reqwest::Error) -> Self {
        match (error.is_connect(), error.is_timeout()) {
            (true, _) => Self::Away,
            (_, true) => Self::Late,
            _ => Self::Broken,
        }
    }
}

async fn send(client: reqwest::Client, request: reqwest::Request) -> Result<Response<Bytes>, Lost> {
    let mut answer = client.execute(request).await?;
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        if body.len() + chunk.len() > LONGEST {
            return Err(Lost::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = answer.status();
    Ok(response)
}

type Sent<'a> = Pin<Box<dyn Future<Output = Result<Response<Bytes>, HttpError>> + Send + 'a>>;

impl HttpClient for Collector {
    fn send_bytes<'me, 'sent>(&'me self, request: Request<Bytes>) -> Sent<'sent>
    where
        'me: 'sent,
        Self: 'sent,
    {
        Box::pin(async move {
            let request = reqwest::Request::try_from(request)?;
            let (client, failures) = (self.client.clone(), Arc::clone(&self.failures));
            let sent = self.runtime.spawn(async move {
                let sent = send(client, request).await;
                let lost = match &sent {
                    Ok(answer) if answer.status().is_success() => None,
                    Ok(answer) => Some(Lost::Refused(answer.status().as_u16()).to_string()),
                    Err(lost) => Some(lost.to_string()),
                };
                if let Some(why) = lost
                    && let Some(suppressed) = failures.due(())
                {
                    tracing::warn!(why, suppressed, "the collector takes no traces; they are lost");
                }
                sent
            });
            Ok(sent.await??)
        })
    }
}
