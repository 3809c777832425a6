//! What the operator can mend, said in one line that names the settings to look at.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// The same line of one kind comes at most once in this time.
const QUIET: Duration = Duration::from_secs(60);

/// Something about the centre that the operator can mend. The text is one line and holds no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Trouble {
    /// No answer from the gateway's address.
    Unreachable {
        /// What happened.
        why: String,
    },
    /// The gateway answers, but not as the centre's interface does.
    NotACentre {
        /// What was asked.
        endpoint: &'static str,
        /// The status of the answer.
        status: u16,
    },
    /// The centre does not take app key and secret.
    SecretRefused {
        /// The status of the answer.
        status: u16,
    },
    /// The centre does not take the channel.
    ChannelRefused {
        /// The status of the answer.
        status: u16,
        /// The code in the answer, if there was one.
        code: Option<String>,
    },
    /// The centre gives tokens and then refuses them.
    TokensRefused,
    /// The centre is busy.
    Busy {
        /// The status of the answer.
        status: u16,
    },
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable { why } => {
                write!(
                    f,
                    "the centre cannot be reached ({why}); look at `base_url`, at name resolution and the firewall"
                )
            }
            Self::NotACentre { endpoint, status } => write!(
                f,
                "the answer to {endpoint} (HTTP {status}) is not that of a contact centre; look at `base_url`"
            ),
            Self::SecretRefused { status } => write!(
                f,
                "the centre refuses the app key or secret (HTTP {status}); look at `app_key` and `app_secret` or \
                 `app_secret_file`"
            ),
            Self::ChannelRefused { status, code: Some(code) } => {
                write!(f, "the centre refuses the channel (HTTP {status}, code {code}); look at `channel_id`")
            }
            Self::ChannelRefused { status, code: None } => {
                write!(f, "the centre refuses the channel (HTTP {status}); look at `channel_id`")
            }
            Self::TokensRefused => f.write_str(
                "the centre refuses the tokens that it gave a moment ago (HTTP 401); look at `app_key` and \
                 `channel_id`, and whether the service is bought and the account in good standing",
            ),
            Self::Busy { status } => write!(f, "the centre is busy (HTTP {status}); try again later"),
        }
    }
}

impl std::error::Error for Trouble {}

impl Trouble {
    fn kind(&self) -> &'static str {
        match self {
            Self::Unreachable { .. } => "unreachable",
            Self::NotACentre { .. } => "not_a_centre",
            Self::SecretRefused { .. } => "secret_refused",
            Self::ChannelRefused { .. } => "channel_refused",
            Self::TokensRefused => "tokens_refused",
            Self::Busy { .. } => "busy",
        }
    }
}

/// Tells troubles to the log, each kind at most once a minute.
#[derive(Default)]
pub(super) struct Watch {
    told: Mutex<HashMap<&'static str, Instant>>,
}

impl Watch {
    pub(super) fn tell(&self, desk: &str, trouble: &Trouble) {
        if self.is_due(trouble.kind(), Instant::now()) {
            tracing::error!(desk, kind = trouble.kind(), "desk `{desk}`, section [desks.cec]: {trouble}");
        }
    }

    fn is_due(&self, kind: &'static str, now: Instant) -> bool {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let due = told.get(kind).is_none_or(|last| now.duration_since(*last) >= QUIET);
        if due {
            told.insert(kind, now);
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::{QUIET, Watch};
    use std::time::Duration;
    use tokio::time::Instant;

    #[test]
    fn one_kind_is_told_once_a_minute() {
        let (watch, start) = (Watch::default(), Instant::now());
        assert!(watch.is_due("busy", start));
        assert!(!watch.is_due("busy", start + QUIET - Duration::from_secs(1)));
        assert!(watch.is_due("unreachable", start + QUIET - Duration::from_secs(1)));
        assert!(watch.is_due("busy", start + QUIET));
    }
}
