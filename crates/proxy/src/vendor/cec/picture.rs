//! Fetching the picture of an agent or a robot from where the centre says it is.
//!
//! Whoever keeps pictures is somebody else than the centre and learns nothing of it: a client of its own, without tokens,
//! cookies, redirects, a proxy or a referring page. Only origins of the settings are asked. How that goes says nothing about the
//! centre, so that it has places of its own and passes no breaker.

use super::CecError;
use super::carrier::cause;
use super::client::authorities;
use crate::config::{CecConfig, PictureOrigins};
use crate::outgoing;
use crate::vendor::{Answer, Failure};
use frontdesk_contract::ErrorCode;
use reqwest::Url;
use reqwest::header::{ACCEPT, HeaderMap, HeaderValue};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// So long it may take, the wait for a place included.
const TIMEOUT: Duration = Duration::from_secs(10);
/// The longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(5);
/// The largest picture, in bytes.
const MOST: usize = 512 << 10;
/// So many are fetched at one time.
const AT_ONCE: usize = 8;

/// Who fetches pictures for one desk.
pub(super) struct Pictures {
    origins: PictureOrigins,
    /// `None`: no origin is named.
    http: Option<reqwest::Client>,
    places: Semaphore,
}

impl Pictures {
    pub(super) fn new(config: &CecConfig) -> Result<Self, CecError> {
        let origins = config.avatar_origins.clone();
        let http = if origins.is_empty() { None } else { Some(client(config)?) };
        Ok(Self { origins, http, places: Semaphore::new(AT_ONCE) })
    }

    /// See [`crate::vendor::Centre::picture`].
    pub(super) fn fetch<'a>(&'a self, address: &str) -> Option<Answer<'a, Vec<u8>>> {
        let (http, address) = (self.http.as_ref()?, self.origins.address(address)?);
        Some(Box::pin(async move {
            let got = timeout(TIMEOUT, self.get(http, address)).await;
            got.unwrap_or_else(|_| Err("no answer in time".into())).map_err(missing)
        }))
    }

    /// Why it did not come, without where it was to come from.
    async fn get(&self, http: &reqwest::Client, address: Url) -> Result<Vec<u8>, String> {
        let _place = self.places.acquire().await.map_err(|closed| closed.to_string())?;
        let mut answer = http.get(address).send().await.map_err(|error| cause(&error))?;
        if answer.status() != reqwest::StatusCode::OK {
            return Err(format!("status {}", answer.status().as_u16()));
        }
        let too_large = || Err("too large".into());
        if answer.content_length().is_some_and(|told| told > MOST as u64) {
            return too_large();
        }
        let mut picture = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|error| cause(&error))? {
            if picture.len() + chunk.len() > MOST {
                return too_large();
            }
            picture.extend_from_slice(&chunk);
        }
        Ok(picture)
    }
}

/// The authorities of the settings count beside those of the system: who keeps pictures is mostly somebody public.
fn client(config: &CecConfig) -> Result<reqwest::Client, CecError> {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static("image/*"));
    let plain = config.avatar_origins.are_plain();
    let mut builder = outgoing::client(plain)
        .default_headers(headers)
        // What is packed could be larger than it looks.
        .gzip(false)
        .connect_timeout(CONNECT)
        .pool_idle_timeout(Duration::from_secs(30))
        .pool_max_idle_per_host(AT_ONCE);
    if !plain && let Some(found) = authorities(config)? {
        builder = builder.tls_certs_merge(found);
    }
    builder.build().map_err(|error| CecError::Client(cause(&error)))
}

fn missing(why: String) -> Failure {
    Failure::Refused {
        code: ErrorCode::FileUnknown,
        transient: false,
        retry_after: None,
        detail: format!("picture: {why}"),
    }
}
