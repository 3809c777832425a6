//! What the visitor API needs to know about its deployment: [`Config`] without what belongs to a centre's adapter.

use crate::config::{self, Config, Limits, MessageIds, OnLinger, PollKind};
use frontdesk_contract::Offers;
use std::time::Duration;

/// Settings that all desks share.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The origin of frame and API, as browsers write it: scheme, host, port if not the usual one.
    pub public_url: String,
    /// How long sessions, journals and idempotency records are kept.
    pub retention: Duration,
    /// What is taken at most.
    pub limits: Limits,
}

impl From<&Config> for Settings {
    fn from(config: &Config) -> Self {
        Self {
            public_url: config.public_url.clone(),
            retention: config.retention,
            limits: config.limits.clone(),
        }
    }
}

/// One website's desk.
#[derive(Clone, Debug)]
pub struct DeskSettings {
    /// Names the desk in the tag.
    pub id: String,
    /// Origins that may embed the frame and call the API, besides the public one.
    pub origins: Vec<String>,
    /// What the desk offers; sent to the page as it is.
    pub offers: Offers,
    /// How long polling goes on without a listener.
    pub linger: Duration,
    /// What happens then.
    pub on_linger: OnLinger,
    /// What the centre does, as far as it matters here.
    pub centre: CentreTraits,
    /// Interval of polling while something goes on.
    pub poll_busy: Duration,
    /// Interval of polling while nothing does.
    pub poll_idle: Duration,
}

impl From<&config::Desk> for DeskSettings {
    fn from(desk: &config::Desk) -> Self {
        let cec = &desk.cec;
        Self {
            id: desk.id.clone(),
            origins: desk.origins.clone(),
            // What is not built yet is not offered.
            offers: Offers {
                robot: cec.robot,
                agent: cec.agent,
                text_max_bytes: cec.text_max_bytes,
                ..Offers::default()
            },
            linger: desk.linger,
            on_linger: desk.on_linger,
            centre: CentreTraits { message_id: cec.message_id, poll: cec.poll, history: cec.history },
            poll_busy: cec.poll_busy,
            poll_idle: cec.poll_idle,
        }
    }
}

/// What a centre does with ids, polls and history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CentreTraits {
    /// What it does with message ids.
    pub message_id: MessageIds,
    /// Whether a poll hands a message out once only.
    pub poll: PollKind,
    /// Whether it keeps history that can be read.
    pub history: bool,
}

impl CentreTraits {
    /// Whether a poll's answer is nowhere else.
    pub fn is_destructive(self) -> bool {
        self.poll == PollKind::Destructive
    }
}
