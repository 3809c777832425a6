//! Where messages for visitors are sent instead of waiting for polls.

use serde::{Deserialize, Serialize};

/// A place that takes messages (later pages of the vendor, push).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PushTo {
    /// The base address, to which the sandbox appends the rest as the centre does; `http://` alone.
    pub base_url: String,
    /// The token of the OAuth mode, or what signatures are made with.
    pub key: String,
    /// Its name; with it requests are signed, as far as that is published. Without it: the OAuth mode.
    #[serde(default)]
    pub access_key: Option<String>,
    /// How long the sandbox waits before it sends again what was not confirmed. The documents do not say.
    #[serde(default = "retry")]
    pub retry_ms: u64,
}

fn retry() -> u64 {
    1_000
}

impl PushTo {
    pub(super) fn check(&self) -> Result<(), &'static str> {
        let base = self.base_url.strip_prefix("http://").ok_or("base_url must begin with http://")?;
        let host = base.split('/').next().unwrap_or_default();
        let visible =
            |text: &str| (1..=512).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        if !visible(&self.base_url) || self.base_url.ends_with('/') {
            Err("base_url must be of at most 512 visible characters, the last of them no slash")
        } else if host.rsplit_once(':').is_none_or(|(_, port)| port.parse::<u16>().is_err()) {
            Err("base_url must name a port")
        } else if !visible(&self.key) || self.access_key.as_deref().is_some_and(|name| !visible(name)) {
            Err("key and access_key must have 1 to 512 visible characters")
        } else if !(1..=60_000).contains(&self.retry_ms) {
            Err("retry_ms must be within 1 and 60000")
        } else {
            Ok(())
        }
    }
}
