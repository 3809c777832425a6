//! What the visitor API needs to know about its deployment: [`Config`] without what belongs to a centre's adapter.

use crate::config::{self, Config, Dialect, Guard, Limits, MessageIds, OnLinger, PollKind, Staff};
use crate::identity::Identity;
use frontdesk_contract::{CallOffer, IceServer, Offers};
use secrecy::ExposeSecret as _;
use std::path::PathBuf;
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
    /// Folder for files on their way.
    pub spool: PathBuf,
}

impl From<&Config> for Settings {
    fn from(config: &Config) -> Self {
        Self {
            public_url: config.public_url.clone(),
            retention: config.retention,
            limits: config.limits.clone(),
            spool: config.spool.clone(),
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
    /// Whether and how the site says who its visitors are.
    pub identity: Identity,
    /// What the desk offers; sent to the page as it is.
    pub offers: Offers,
    /// Gateways that calls may use, as `wss://host:port` or with the usual port left out.
    pub gateways: Vec<String>,
    /// Calls that staff place; `None`: none.
    pub staff_calls: Option<Staff>,
    /// STUN and TURN servers for calls; sent to the page as they are.
    pub ice_servers: Vec<IceServer>,
    /// The share of page loads whose every request is traced.
    pub trace_pages: f64,
    /// How long polling goes on without a listener.
    pub linger: Duration,
    /// What happens then.
    pub on_linger: OnLinger,
    /// What the centre does, as far as it matters here.
    pub centre: CentreTraits,
    /// How the centre sends messages by itself; `None`: it is polled.
    pub push: Option<Push>,
    /// How much the centre is asked, and when it is not.
    pub guard: Guard,
    /// Pauses between polls.
    pub pauses: Pauses,
}

/// The shortest and the longest pauses between polls that are answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pauses {
    /// While something goes on.
    pub busy: Duration,
    /// At most, while a client waits for events.
    pub listening: Duration,
    /// At most, while nobody does.
    pub idle: Duration,
}

impl From<&config::Desk> for DeskSettings {
    fn from(desk: &config::Desk) -> Self {
        let cec = &desk.cec;
        Self {
            id: desk.id.clone(),
            origins: desk.origins.clone(),
            identity: desk.identity.clone(),
            offers: Offers {
                title: desk.title.clone(),
                robot: cec.robot,
                agent: cec.agent,
                call: CallOffer { audio: desk.calls.is_some(), video: desk.calls.is_some() },
                files: desk.files.clone(),
                suggestions: desk.suggestions && cec.robot,
                // The interface for it is of the second dialect.
                history: cec.history && cec.dialect == Dialect::V2_6,
                leave_message: desk.leave_message.is_some(),
                countries: desk.leave_message.clone().unwrap_or_default(),
                hours: desk.hours.clone(),
                text_max_bytes: cec.text_max_bytes,
                redact: desk.redact.clone(),
                trace: false,
            },
            gateways: desk.calls.as_ref().map(|calls| calls.gateways.clone()).unwrap_or_default(),
            staff_calls: desk.calls.as_ref().and_then(|calls| calls.staff.clone()),
            ice_servers: desk.calls.iter().flat_map(|calls| &calls.ice_servers).map(told).collect(),
            trace_pages: desk.trace_pages,
            linger: desk.linger,
            on_linger: desk.on_linger,
            centre: CentreTraits { message_id: cec.message_id, poll: cec.poll, history: cec.history },
            push: cec.push.as_ref().map(|push| Push { check: push.check }),
            guard: desk.guard.clone(),
            pauses: Pauses { busy: cec.poll_busy, listening: cec.poll_listening, idle: cec.poll_idle },
        }
    }
}

fn told(server: &config::IceServer) -> IceServer {
    IceServer {
        urls: server.urls.clone(),
        username: server.username.clone(),
        credential: server.credential.as_ref().map(|secret| secret.expose_secret().to_owned()),
    }
}

/// The centre sends messages by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Push {
    /// How often it is polled all the same; `None`: only while it does not answer otherwise.
    pub check: Option<Duration>,
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
