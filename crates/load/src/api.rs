//! The visitor API as a browser would call it, and whatever else answers JSON.

use std::time::Duration;

use anyhow::{Context as _, Result};
use bytes::Bytes;
use frontdesk_contract::{ApiError, SESSION_HEADER};
use http_body_util::{BodyExt as _, Full};
use hyper::header::CONTENT_TYPE;
use hyper::{Method, Request};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::{Client, Error};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use serde::de::DeserializeOwned;

/// A request that has no answer by then has none: longer than the longest poll and the longest request of a proxy.
const LONGEST: Duration = Duration::from_secs(60);
/// A proxy closes connections on which nothing is asked; before it does, they are not used any more.
const IDLE: Duration = Duration::from_millis(500);

/// A way to one address.
#[derive(Clone, Debug)]
pub struct Api {
    client: Client<HttpConnector, Full<Bytes>>,
    base: String,
}

/// Whether a request that has no answer never left: nobody listened.
#[must_use]
pub fn is_refused(error: &anyhow::Error) -> bool {
    error.downcast_ref::<Error>().is_some_and(Error::is_connect)
}

/// An answer, whatever its status.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The body.
    pub body: Bytes,
}

impl Api {
    /// To this origin, such as `http://127.0.0.1:8080`.
    #[must_use]
    pub fn to(base: &str) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .build(connector);
        Self { client, base: base.to_owned() }
    }

    /// Asks once.
    ///
    /// # Errors
    ///
    /// When no whole answer comes.
    pub async fn ask(
        &self,
        method: Method,
        path: &str,
        session: Option<&str>,
        body: Option<Vec<u8>>,
    ) -> Result<Reply> {
        let session = session.map(|session| (SESSION_HEADER, session));
        self.ask_with(method, path, session.as_slice(), body).await
    }

    /// Asks once, with these headers.
    ///
    /// # Errors
    ///
    /// When no whole answer comes.
    pub async fn ask_with(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Vec<u8>>,
    ) -> Result<Reply> {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.base));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if body.is_some() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        let request = request.body(Full::from(body.unwrap_or_default()))?;
        let answer = async {
            let answer = self.client.request(request).await?;
            let status = answer.status().as_u16();
            anyhow::Ok(Reply { status, body: answer.into_body().collect().await?.to_bytes() })
        };
        tokio::time::timeout(LONGEST, answer).await.context("no answer in time")?
    }

    /// Reads something that answers JSON.
    ///
    /// # Errors
    ///
    /// When it does not.
    pub async fn read<T: DeserializeOwned>(&self, path: &str) -> Result<T> {
        self.ask(Method::GET, path, None, None).await?.json().with_context(|| path.to_owned())
    }
}

impl Reply {
    /// Whether what was asked has been done.
    #[must_use]
    pub fn is_done(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// What it says, of an answer that is none of success.
    #[must_use]
    pub fn problem(&self) -> Option<ApiError> {
        if self.is_done() { None } else { serde_json::from_slice(&self.body).ok() }
    }

    /// The body of a success.
    ///
    /// # Errors
    ///
    /// When it is no success, or its body is of another shape.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        let text = || format!("{} {}", self.status, String::from_utf8_lossy(&self.body));
        if !self.is_done() {
            anyhow::bail!(text());
        }
        serde_json::from_slice(&self.body).with_context(text)
    }
}
