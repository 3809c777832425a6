//! One request there and its answer back, whatever they mean.

use bytes::Bytes;
use std::fmt::Debug;
use std::pin::Pin;
use std::time::Duration;

/// A request as it travels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// `GET`, `POST` or `DELETE`.
    pub method: &'static str,
    /// Path and query.
    pub path: String,
    /// Names and values.
    pub headers: Vec<(&'static str, String)>,
    /// JSON, or the content of a file, as the headers say.
    pub body: Option<Bytes>,
}

/// An answer as it travels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carried {
    /// The HTTP status.
    pub status: u16,
    /// The body, as far as it came.
    pub body: Vec<u8>,
}

impl Carried {
    /// What a box on the way answers, that knows nothing of us.
    pub fn page(status: u16) -> Self {
        Self { status, body: b"<!doctype html><title>Network</title><p>Please sign in.</p>".to_vec() }
    }
}

/// Carries requests. It decides nothing and repeats nothing by itself.
pub trait Carrier: Debug + Send + Sync + 'static {
    /// Carries one request; `None` when no whole answer came. Dropping the future abandons the request.
    fn carry(&self, request: Request) -> Pin<Box<dyn Future<Output = Option<Carried>> + Send + '_>>;
}

/// Carries by HTTP to a proxy.
#[derive(Clone, Debug)]
pub struct HttpCarrier {
    client: reqwest::Client,
    base: String,
}

impl HttpCarrier {
    /// For the proxy at this address, such as `http://127.0.0.1:8080`. Each carrier has connections of its own.
    ///
    /// # Errors
    /// When the client cannot be set up.
    pub fn new(base: &str) -> reqwest::Result<Self> {
        let client = crate::http::client(Duration::from_secs(10), None)?;
        Ok(Self { client, base: base.trim_end_matches('/').to_owned() })
    }

    async fn exchange(&self, request: Request) -> reqwest::Result<Carried> {
        let url = format!("{}{}", self.base, request.path);
        let mut builder = match request.method {
            "POST" => self.client.post(url),
            "DELETE" => self.client.delete(url),
            _ => self.client.get(url),
        };
        // What a browser says of a request that a page makes to its own origin.
        builder = builder.header("Sec-Fetch-Site", "same-origin");
        for (name, value) in request.headers {
            builder = builder.header(name, value);
        }
        if let Some(body) = request.body {
            builder = builder.body(body);
        }
        let response = builder.send().await?;
        let status = response.status().as_u16();
        Ok(Carried { status, body: response.bytes().await?.to_vec() })
    }
}

impl Carrier for HttpCarrier {
    fn carry(&self, request: Request) -> Pin<Box<dyn Future<Output = Option<Carried>> + Send + '_>> {
        Box::pin(async { self.exchange(request).await.ok() })
    }
}
