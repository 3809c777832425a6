//! One call: who talks to whom, what is open, and the messages of its dialog (RFC 3261 §12).

use std::time::Duration;

use tokio::time::Instant;

use super::ConnectionId;
use crate::behaviour::{Act, Plan, Refresh};
use crate::media::{Change, LegId};
use crate::sip::{Headers, Request, Response, address};

/// RFC 3261 §17.1.1.1.
const T1: Duration = Duration::from_millis(500);
const T2: Duration = Duration::from_secs(4);
/// An answer that is not acknowledged, and a request that is not answered, are given up after this time.
pub(super) const GIVE_UP: Duration = Duration::from_secs(32);
const DIGITS_MAX: usize = 64;

/// Where a call stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Ringing,
    /// 200 is sent, its ACK is not there yet.
    Answered,
    Confirmed,
}

/// A 200 to an INVITE, sent again until it is acknowledged (RFC 3261 §13.3.1.4).
#[derive(Clone, Debug)]
pub(super) struct Unacknowledged {
    pub(super) cseq: u32,
    text: String,
    pub(super) at: Instant,
    pause: Duration,
    pub(super) until: Instant,
}

impl Unacknowledged {
    pub(super) fn new(now: Instant, cseq: u32, text: String) -> Unacknowledged {
        Unacknowledged { cseq, text, at: now + T1, pause: T1, until: now + GIVE_UP }
    }

    pub(super) fn again(&mut self, now: Instant) -> String {
        self.pause = (self.pause * 2).min(T2);
        self.at = now + self.pause;
        self.text.clone()
    }
}

/// A request of ours that waits for its answer.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) cseq: u32,
    pub(super) branch: String,
    pub(super) act: Asking,
    pub(super) until: Instant,
}

/// What it was for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asking {
    Offer(Change),
    Refresh(Refresh),
    Else,
}

/// The session timer of a call (RFC 4028).
#[derive(Clone, Copy, Debug)]
pub(super) struct SessionTimer {
    pub(super) length: Duration,
    pub(super) refresh: Refresh,
    pub(super) refresh_at: Option<Instant>,
    pub(super) expires: Instant,
}

impl SessionTimer {
    pub(super) fn new(now: Instant, length: Duration, refresh: Refresh) -> SessionTimer {
        let refresh_at = (refresh != Refresh::Visitor).then(|| now + length / 2);
        SessionTimer { length, refresh, refresh_at, expires: now + length }
    }

    pub(super) fn header(&self) -> String {
        let refresher = if self.refresh == Refresh::Visitor { "uac" } else { "uas" };
        format!("{};refresher={refresher}", self.length.as_secs())
    }
}

pub(super) struct Call {
    pub(super) connection: Option<ConnectionId>,
    /// Since when the socket is closed.
    pub(super) alone_since: Option<Instant>,
    pub(super) access_code: String,
    /// The INVITE that waits for its final answer, or the last one that had one.
    pub(super) invite: Request,
    pub(super) phase: Phase,
    pub(super) plan: Plan,
    pub(super) tag: String,
    target: String,
    local_cseq: u32,
    pub(super) remote_cseq: u32,
    pub(super) began: Instant,
    pub(super) script: Vec<(Instant, Act)>,
    pub(super) unacknowledged: Option<Unacknowledged>,
    pub(super) asked: Option<Asked>,
    pub(super) timer: Option<SessionTimer>,
    pub(super) leg: Option<LegId>,
    /// The description sent last, to be repeated.
    pub(super) local_sdp: String,
    pub(super) held: bool,
    pub(super) digits: String,
    /// A BYE should follow, the browser has closed its media already.
    pub(super) closing_at: Option<Instant>,
}

impl Call {
    pub(super) fn new(
        now: Instant,
        connection: ConnectionId,
        access_code: &str,
        plan: Plan,
        invite: Request,
        tag: String,
    ) -> Call {
        let script = plan.before.iter().map(|(after, act)| (now + *after, *act)).collect();
        Call {
            connection: Some(connection),
            alone_since: None,
            access_code: access_code.to_owned(),
            target: contact(&invite.headers).unwrap_or_default(),
            remote_cseq: invite.headers.cseq().map_or(0, |(number, _)| number),
            invite,
            phase: Phase::Ringing,
            plan,
            tag,
            local_cseq: 0,
            began: now,
            script,
            unacknowledged: None,
            asked: None,
            timer: None,
            leg: None,
            local_sdp: String::new(),
            held: false,
            digits: String::new(),
            closing_at: None,
        }
    }

    /// Takes over what an INVITE or UPDATE within the call says about the way to the visitor.
    pub(super) fn reached_by(&mut self, connection: ConnectionId, request: &Request) {
        self.connection = Some(connection);
        self.alone_since = None;
        if let Some(target) = contact(&request.headers) {
            self.target = target;
        }
    }

    pub(super) fn note_digit(&mut self, digit: char) {
        if self.digits.len() >= DIGITS_MAX {
            self.digits.remove(0);
        }
        self.digits.push(digit);
    }

    /// An answer to the open INVITE, with what makes it a dialog.
    pub(super) fn response(&self, status: u16, contact: &str) -> Response {
        let mut response = self.invite.response(status, Some(&self.tag));
        if status > 100 && status < 300 {
            for route in self.invite.headers.all("Record-Route") {
                response.headers.push("Record-Route", route);
            }
            response = response.with("Contact", contact);
        }
        response
    }

    /// A new request within the call.
    pub(super) fn request(&mut self, method: &str, branch: &str, contact: &str) -> Request {
        self.local_cseq += 1;
        let mut request = Request::new(method, &self.target);
        let headers = &mut request.headers;
        let own = &self.invite.headers;
        headers.push("Via", format!("SIP/2.0/WS gateway.invalid;branch={branch}"));
        headers.push("Max-Forwards", "70");
        for route in own.all("Record-Route") {
            headers.push("Route", route);
        }
        headers.push("From", with_tag(own.get("To").unwrap_or_default(), &self.tag));
        headers.push("To", own.get("From").unwrap_or_default());
        headers.push("Call-ID", own.get("Call-ID").unwrap_or_default());
        headers.push("CSeq", format!("{} {method}", self.local_cseq));
        headers.push("Contact", contact);
        request
    }

    /// The ACK to a 2xx: a request of its own with the number of the INVITE (RFC 3261 §13.2.2.4).
    pub(super) fn ack(&mut self, cseq: u32, branch: &str, contact: &str) -> Request {
        let number = std::mem::replace(&mut self.local_cseq, cseq.saturating_sub(1));
        let request = self.request("ACK", branch, contact);
        self.local_cseq = number;
        request
    }

    pub(super) fn asked_number(&self) -> u32 {
        self.local_cseq
    }

    /// When something is to be done here next.
    pub(super) fn due(&self, settings: &crate::Settings) -> Instant {
        let mut due = self.began + settings.ring_at_most;
        if self.phase != Phase::Ringing {
            due += Duration::from_secs(86_400);
        }
        let script = self.script.iter().map(|(at, _)| *at);
        let timer = self.timer.iter().flat_map(|timer| timer.refresh_at.into_iter().chain([timer.expires]));
        let answer = self.unacknowledged.iter().flat_map(|answer| [answer.at, answer.until]);
        let alone = self.alone_since.map(|since| since + settings.lost_after);
        let asked = self.asked.as_ref().map(|asked| asked.until);
        script
            .chain(timer)
            .chain(answer)
            .chain(alone)
            .chain(asked)
            .chain(self.closing_at)
            .fold(due, Instant::min)
    }
}

fn contact(headers: &Headers) -> Option<String> {
    headers.get("Contact").map(address::uri).filter(|uri| !uri.contains(' ')).map(str::to_owned)
}

fn with_tag(field: &str, tag: &str) -> String {
    match address::param(field, "tag") {
        Some(_) => field.to_owned(),
        None => format!("{field};tag={tag}"),
    }
}
