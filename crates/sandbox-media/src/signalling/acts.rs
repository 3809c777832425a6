//! What the gateway does by itself: scripts of the numbers, timers, repeats.

use tokio::time::Instant;

use super::call::{Asked, Asking, GIVE_UP, Phase, Unacknowledged};
use super::{ALLOW, Signalling, token};
use crate::behaviour::{Act, Refresh};
use crate::events::{CallNews, Side};
use crate::media::MediaError;

/// A wait for what is open at the other side, before a request of ours (RFC 3261 §14.1).
const POSTPONE: std::time::Duration = std::time::Duration::from_secs(1);

type Key = (String, String);

impl Signalling {
    /// When something is to be done next.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.calls.values().map(|call| call.due(&self.settings)).min()
    }

    /// Does what is due.
    pub(crate) fn tick(&mut self, now: Instant) {
        let due = |call: &super::Call| call.due(&self.settings) <= now;
        let keys: Vec<Key> =
            self.calls.iter().filter(|(_, call)| due(call)).map(|(key, _)| key.clone()).collect();
        for key in keys {
            if !self.over(now, &key) {
                self.repeat_answer(now, &key);
                self.refresh(now, &key);
                self.play_script(now, &key);
            }
        }
    }

    /// Ends a call whose time is up.
    fn over(&mut self, now: Instant, key: &Key) -> bool {
        let Some(call) = self.calls.get(key) else { return true };
        let past = |at: Option<Instant>| at.is_some_and(|at| at <= now);
        let (side, status) = if past(call.closing_at) {
            (Side::Visitor, 200)
        } else if past(call.alone_since.map(|since| since + self.settings.lost_after))
            || past(call.timer.map(|timer| timer.expires))
            || past(call.unacknowledged.as_ref().map(|answer| answer.until))
            || past(call.asked.as_ref().map(|asked| asked.until))
        {
            (Side::Gateway, 408)
        } else if call.phase == Phase::Ringing && now >= call.began + self.settings.ring_at_most {
            (Side::Gateway, 480)
        } else {
            return false;
        };
        self.end(key, side, status);
        true
    }

    fn repeat_answer(&mut self, now: Instant, key: &Key) {
        let Some(call) = self.calls.get_mut(key) else { return };
        if let Some(answer) = call.unacknowledged.as_mut().filter(|answer| answer.at <= now) {
            let text = answer.again(now);
            self.send_in(key, text);
        }
    }

    fn refresh(&mut self, now: Instant, key: &Key) {
        let Some(call) = self.calls.get_mut(key) else { return };
        let Some(timer) = call.timer.as_mut() else { return };
        if call.phase != Phase::Confirmed || timer.refresh_at.is_none_or(|at| at > now) {
            return;
        }
        if call.asked.is_some() || call.unacknowledged.is_some() {
            timer.refresh_at = Some(now + POSTPONE);
            return;
        }
        timer.refresh_at = None;
        let (refresh, header) = (timer.refresh, timer.header());
        // The same description once more, as an offer: nothing changes.
        let sdp = (refresh == Refresh::Invite).then(|| as_offer(&call.local_sdp));
        let method = if refresh == Refresh::Invite { "INVITE" } else { "UPDATE" };
        let fields = [("Session-Expires", header.as_str()), ("Supported", "timer")];
        self.ask(now, key, method, Asking::Refresh(refresh), &fields, sdp);
    }

    /// Sends a request within a call and waits for its answer.
    fn ask(
        &mut self,
        now: Instant,
        key: &Key,
        method: &str,
        act: Asking,
        fields: &[(&str, &str)],
        sdp: Option<String>,
    ) {
        let contact = self.contact();
        let Some(call) = self.calls.get_mut(key) else { return };
        let branch = format!("z9hG4bK{}", token());
        let mut request = call.request(method, &branch, &contact);
        request.headers.push("Allow", ALLOW);
        for (name, value) in fields {
            request.headers.push(name, *value);
        }
        if let Some(sdp) = sdp {
            request.headers.push("Content-Type", "application/sdp");
            request.body = sdp;
        }
        call.asked = Some(Asked { cseq: call.asked_number(), branch, act, until: now + GIVE_UP });
        self.send_in(key, request.write());
    }

    fn play_script(&mut self, now: Instant, key: &Key) {
        loop {
            let Some(call) = self.calls.get_mut(key) else { return };
            let Some(at) = call.script.iter().position(|(at, _)| *at <= now) else { return };
            let (_, act) = call.script.remove(at);
            let busy = call.asked.is_some() || call.unacknowledged.is_some();
            if busy && !matches!(act, Act::HangUp) {
                call.script.push((now + POSTPONE, act));
                continue;
            }
            self.act(now, key, act);
        }
    }

    fn act(&mut self, now: Instant, key: &Key, act: Act) {
        let contact = self.contact();
        let domain = self.settings.domain.clone();
        let Some(call) = self.calls.get_mut(key) else { return };
        let (code, leg) = (call.access_code.clone(), call.leg);
        match act {
            Act::Ring => {
                let text = call.response(180, &contact).write();
                self.send_in(key, text);
                self.tell(key, &code, CallNews::Ringing);
                self.answer_line(now, &code);
            }
            Act::WaitForAgent if self.agent_is_there(&code) => self.act(now, key, Act::Ring),
            Act::EarlyMedia | Act::WaitForAgent => match self.describe(key) {
                Ok(()) => {
                    let Some(call) = self.calls.get(key) else { return };
                    let mut response = call.response(183, &contact).with("Content-Type", "application/sdp");
                    response.body.clone_from(&call.local_sdp);
                    self.send_in(key, response.write());
                    self.tell(key, &code, CallNews::Ringing);
                }
                Err(error) => self.cannot_answer(key, &error),
            },
            Act::Answer => self.answer(now, key),
            Act::HangUp => self.end(key, Side::Gateway, 200),
            Act::Offer(change) => {
                let Some(leg) = leg else { return };
                match self.media.offer(leg, change) {
                    Ok(sdp) => self.ask(now, key, "INVITE", Asking::Offer(change), &[], Some(sdp)),
                    Err(error) => tracing::debug!(%error, "nothing offered"),
                }
            }
            Act::Refer => {
                let to = format!("<sip:1001@{domain}>");
                self.ask(now, key, "REFER", Asking::Else, &[("Refer-To", &to)], None);
            }
            Act::Notify => {
                let fields = [("Event", "message-summary"), ("Subscription-State", "active")];
                self.ask(now, key, "NOTIFY", Asking::Else, &fields, None);
            }
            Act::Options => self.ask(now, key, "OPTIONS", Asking::Else, &[], None),
        }
    }

    /// Makes the visitor's leg and its description, once.
    fn describe(&mut self, key: &Key) -> Result<(), MediaError> {
        let Some(call) = self.calls.get_mut(key) else { return Err(MediaError::Ended) };
        if call.leg.is_none() {
            let (leg, sdp) = self.media.accept(&call.invite.body, call.plan.plays, call.plan.tones)?;
            call.leg = Some(leg);
            call.local_sdp = sdp;
        }
        Ok(())
    }

    fn cannot_answer(&mut self, key: &Key, error: &MediaError) {
        tracing::debug!(%error, "a call cannot be answered");
        self.end(key, Side::Gateway, 488);
    }

    /// 200 with our description.
    pub(super) fn answer(&mut self, now: Instant, key: &Key) {
        if let Err(error) = self.describe(key) {
            return self.cannot_answer(key, &error);
        }
        let contact = self.contact();
        let Some(call) = self.calls.get_mut(key).filter(|call| call.phase == Phase::Ringing) else { return };
        let mut response = call
            .response(200, &contact)
            .with("Allow", ALLOW)
            .with("Supported", "timer")
            .with("Content-Type", "application/sdp");
        if let Some(timer) = &call.timer {
            if call.invite.headers.lists("Supported", "timer") {
                response = response.with("Require", "timer");
            }
            response = response.with("Session-Expires", timer.header());
        }
        response.body.clone_from(&call.local_sdp);
        let text = response.write();
        call.phase = Phase::Answered;
        call.unacknowledged = Some(Unacknowledged::new(now, call.remote_cseq, text.clone()));
        let code = call.access_code.clone();
        self.send_in(key, text);
        self.tell(key, &code, CallNews::Answered);
    }
}

/// An answer can be repeated as an offer when it leaves the role in DTLS open (RFC 8842 §5.5).
fn as_offer(sdp: &str) -> String {
    sdp.replace("a=setup:active", "a=setup:actpass").replace("a=setup:passive", "a=setup:actpass")
}
