//! What the operator can mend, said in one line that names the settings to look at.

use super::carrier::Lost;
use crate::quiet::Quiet;
use std::fmt;

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
    /// The gateway does not let the app use the interface.
    Forbidden {
        /// What was asked.
        endpoint: &'static str,
        /// The status of the answer.
        status: u16,
    },
    /// The gateway answers with an error of its own or of the centre.
    Failing {
        /// What was asked.
        endpoint: &'static str,
        /// The status of the answer.
        status: u16,
    },
    /// The gateway took the request and gave no whole answer.
    Silent {
        /// What was asked.
        endpoint: &'static str,
        /// What happened.
        why: String,
    },
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
            Self::Forbidden { endpoint, status } => write!(
                f,
                "the gateway refuses {endpoint} (HTTP {status}); look at `app_key`, whether that app may use the \
                 interface, and at `base_url`"
            ),
            Self::Failing { endpoint, status } => write!(
                f,
                "the centre answered HTTP {status} to {endpoint}; if it goes on, look at `base_url` and ask whoever \
                 runs the centre"
            ),
            Self::Silent { endpoint, why } => write!(
                f,
                "no whole answer from the centre to {endpoint} ({why}); if it goes on, look at `base_url` and \
                 `timeout_s`"
            ),
            Self::Busy { status } => write!(f, "the centre is busy (HTTP {status}); try again later"),
        }
    }
}

impl std::error::Error for Trouble {}

impl Trouble {
    /// What a status other than 200 says about the centre, where no other reason is known.
    pub(super) fn of_status(endpoint: &'static str, status: u16) -> Self {
        match status {
            401 | 403 => Self::Forbidden { endpoint, status },
            429 | 503 => Self::Busy { status },
            500.. => Self::Failing { endpoint, status },
            _ => Self::NotACentre { endpoint, status },
        }
    }

    /// What it says about the centre that no whole answer came.
    pub(super) fn of_lost(endpoint: &'static str, lost: &Lost) -> Self {
        let why = lost.why().into();
        match lost {
            Lost::NotSent(_) => Self::Unreachable { why },
            Lost::Late | Lost::Broken(_) | Lost::Cut(_) | Lost::TooLong => Self::Silent { endpoint, why },
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Unreachable { .. } => "unreachable",
            Self::NotACentre { .. } => "not_a_centre",
            Self::SecretRefused { .. } => "secret_refused",
            Self::ChannelRefused { .. } => "channel_refused",
            Self::TokensRefused => "tokens_refused",
            Self::Forbidden { .. } => "forbidden",
            Self::Failing { .. } => "failing",
            Self::Silent { .. } => "silent",
            Self::Busy { .. } => "busy",
        }
    }
}

/// Tells troubles to the log, each kind at most once a minute.
#[derive(Default)]
pub(super) struct Watch(Quiet<&'static str>);

impl Watch {
    pub(super) fn tell(&self, desk: &str, trouble: &Trouble) {
        let kind = trouble.kind();
        if let Some(suppressed) = self.0.due(kind) {
            tracing::error!(desk, kind, suppressed, "desk `{desk}`, section [desks.cec]: {trouble}");
        }
    }
}
