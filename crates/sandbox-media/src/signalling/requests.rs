//! What a telephone asks for.

use std::time::Duration;

use str0m::change::SdpOffer;
use tokio::time::Instant;

use super::call::{Call, Phase, SessionTimer, Unacknowledged};
use super::{ALLOW, ConnectionId, NONCES_MAX, Signalling, token};
use crate::behaviour::{Behaviour, Challenge, Plan, Refresh};
use crate::events::{CallNews, Side};
use crate::sip::{Request, address, digest};

impl Signalling {
    pub(super) fn asked(&mut self, now: Instant, from: ConnectionId, request: Request) {
        let tag_of = |name| request.headers.get(name).and_then(|field| address::param(field, "tag"));
        let call_id = request.headers.get("Call-ID").unwrap_or_default().to_owned();
        let key = (call_id, tag_of("From").unwrap_or_default().to_owned());
        let within = tag_of("To").is_some();
        match self.calls.get(&key) {
            // The other tag has to be ours, but for CANCEL, which has none.
            Some(call) if within && tag_of("To") != Some(call.tag.as_str()) => {
                self.no_such_call(from, &request);
            }
            Some(_) => self.asked_within(now, from, &key, &request),
            None => match request.method.as_str() {
                "INVITE" if !within => self.invited(now, from, key, request),
                "OPTIONS" if !within => {
                    let response = request.response(200, Some(&token()));
                    self.reply(from, &response.with("Allow", ALLOW).with("Accept", "application/sdp"));
                }
                "INVITE" | "BYE" | "CANCEL" | "ACK" | "INFO" | "UPDATE" | "OPTIONS" => {
                    self.no_such_call(from, &request);
                }
                _ => self.refuse(from, &request, 405),
            },
        }
    }

    fn no_such_call(&mut self, from: ConnectionId, request: &Request) {
        // An ACK is never answered.
        if request.method != "ACK" {
            self.refuse(from, request, 481);
        }
    }

    fn invited(&mut self, now: Instant, from: ConnectionId, key: (String, String), request: Request) {
        let user = address::user(&request.uri).to_owned();
        let behaviour = if self.lines.contains_key(&user) {
            Some(Behaviour::Answers(Plan::line()))
        } else {
            Behaviour::of(&user)
        };
        if behaviour == Some(Behaviour::Silent) {
            return;
        }
        let trying = request.response(100, None);
        self.reply(from, &trying);
        let plan = match behaviour {
            None => return self.refuse(from, &request, 404),
            Some(Behaviour::Refuses(status)) => return self.refuse(from, &request, status),
            Some(Behaviour::MovedTo(user)) => {
                let to = format!("<sip:{user}@{}>", self.settings.domain);
                return self.reply(from, &request.response(302, Some(&token())).with("Contact", to));
            }
            Some(Behaviour::Rings) => Plan::rings(),
            Some(Behaviour::Answers(plan)) => plan,
            Some(Behaviour::Silent) => return,
        };
        if self.line_is_busy(&user) {
            return self.refuse(from, &request, 486);
        }
        if self.calls.len() >= self.settings.calls_max {
            return self.refuse(from, &request, 503);
        }
        if key.1.is_empty() || request.headers.get("Contact").is_none() {
            return self.refuse(from, &request, 400);
        }
        if let Some(challenge) = plan.challenge
            && !self.knows_password(from, &request, challenge)
        {
            return;
        }
        // An offer in the ACK is not built; one that cannot be read is refused before it rings.
        if SdpOffer::from_sdp_string(&request.body).is_err() {
            return self.refuse(from, &request, 488);
        }
        let mut call = Call::new(now, from, &user, plan, request, token());
        call.timer = self.session_timer(now, &call);
        self.calls.insert(key, call);
        self.tick(now);
    }

    /// What the number asks for, or else what the visitor offers to keep.
    fn session_timer(&self, now: Instant, call: &Call) -> Option<SessionTimer> {
        if let Some(refresh) = call.plan.refresh {
            return Some(SessionTimer::new(now, self.settings.session_expires, refresh));
        }
        offered_timer(now, &call.invite)
    }

    /// Asks for credentials until they are right. `false`: not yet, and that was said.
    fn knows_password(&mut self, from: ConnectionId, request: &Request, challenge: Challenge) -> bool {
        let (status, ask, answer) = match challenge {
            Challenge::Registrar => (401, "WWW-Authenticate", "Authorization"),
            Challenge::Proxy => (407, "Proxy-Authenticate", "Proxy-Authorization"),
        };
        let given = request.headers.get(answer).unwrap_or_default();
        let (realm, password) = (&self.settings.domain, &self.settings.password);
        let known = |nonce: &str| self.nonces.iter().any(|own| own == nonce);
        match digest::verify(given, &request.method, realm, password, known) {
            Ok(()) => return true,
            Err(digest::Wrong::Password) => self.refuse(from, request, 403),
            Err(digest::Wrong::Stale) => {
                let nonce = token();
                let field = digest::challenge(&self.settings.domain, &nonce);
                if self.nonces.len() >= NONCES_MAX {
                    self.nonces.pop_front();
                }
                self.nonces.push_back(nonce);
                self.reply(from, &request.response(status, Some(&token())).with(ask, field));
            }
        }
        false
    }

    fn asked_within(&mut self, now: Instant, from: ConnectionId, key: &(String, String), request: &Request) {
        let Some(call) = self.calls.get_mut(key) else { return };
        let cseq = request.headers.cseq().map_or(0, |(number, _)| number);
        let code = call.access_code.clone();
        match request.method.as_str() {
            "ACK" => return self.acknowledged(now, key, cseq, request),
            "CANCEL" if call.phase == Phase::Ringing && cseq == call.remote_cseq => {
                let tag = call.tag.clone();
                self.reply(from, &request.response(200, Some(&tag)));
                return self.end(key, Side::Visitor, 487);
            }
            // Too late: the call was answered, BYE will follow (RFC 3261 §9.2).
            "CANCEL" if cseq == call.remote_cseq => {
                let response = request.response(200, Some(&call.tag.clone()));
                return self.reply(from, &response);
            }
            "CANCEL" => return self.refuse(from, request, 481),
            _ => {}
        }
        // The same INVITE again: the answer is on the way. An older request has lost its sense.
        if cseq <= call.remote_cseq {
            let status = if cseq == call.remote_cseq && request.method == "INVITE" { return } else { 500 };
            let response = request.response(status, None);
            return self.reply(from, &response);
        }
        call.remote_cseq = cseq;
        match request.method.as_str() {
            "BYE" => {
                let response = request.response(200, Some(&call.tag.clone()));
                self.reply(from, &response);
                self.end(key, Side::Visitor, 200);
            }
            "INVITE" | "UPDATE" => self.offered_again(now, from, key, request),
            "INFO" => {
                let response = request.response(200, None);
                let digit = dtmf_relay(request);
                if let Some(digit) = digit {
                    call.note_digit(digit);
                }
                self.reply(from, &response);
                if let Some(digit) = digit {
                    self.tell(key, &code, CallNews::Digit(digit));
                }
            }
            "OPTIONS" => self.reply(from, &request.response(200, None).with("Allow", ALLOW)),
            _ => {
                let response = request.response(405, None).with("Allow", ALLOW);
                self.reply(from, &response);
            }
        }
    }

    fn acknowledged(&mut self, now: Instant, key: &(String, String), cseq: u32, request: &Request) {
        let Some(call) = self.calls.get_mut(key) else { return };
        if call.unacknowledged.take_if(|answer| answer.cseq == cseq).is_none() {
            return;
        }
        tracing::trace!(has_body = !request.body.is_empty(), "acknowledged");
        if call.phase == Phase::Answered {
            call.phase = Phase::Confirmed;
            call.script.extend(call.plan.after.iter().map(|(after, act)| (now + *after, *act)));
        }
    }

    /// re-INVITE and UPDATE: hold, another network, another track, or the session goes on.
    fn offered_again(&mut self, now: Instant, from: ConnectionId, key: &(String, String), request: &Request) {
        let (media, contact) = (self.media.clone(), self.contact());
        let Some(call) = self.calls.get_mut(key) else { return };
        let invite = request.method == "INVITE";
        let status = match call.phase {
            // One INVITE at a time, in both directions (RFC 3261 §14.2).
            Phase::Ringing | Phase::Answered if invite => Some(491),
            _ if call.asked.is_some() && !request.body.is_empty() => Some(491),
            _ if invite && request.body.is_empty() => Some(488),
            _ => None,
        };
        if let Some(status) = status {
            let response = request.response(status, None);
            return self.reply(from, &response);
        }
        let mut answer = None;
        let mut held = None;
        if let (false, Some(leg)) = (request.body.is_empty(), call.leg) {
            match media.accept_again(leg, &request.body) {
                Ok(sdp) => {
                    call.local_sdp.clone_from(&sdp);
                    let on = is_hold(&request.body);
                    held = (on != call.held).then_some(on);
                    call.held = on;
                    answer = Some(sdp);
                }
                Err(error) => {
                    tracing::debug!(%error, "a further offer was refused");
                    let response = request.response(488, None);
                    return self.reply(from, &response);
                }
            }
        }
        call.reached_by(from, request);
        if let Some(timer) = offered_timer(now, request) {
            call.timer = Some(timer);
        } else if let Some(timer) = &mut call.timer {
            *timer = SessionTimer::new(now, timer.length, timer.refresh);
        }
        let mut response = request.response(200, None).with("Contact", contact).with("Allow", ALLOW);
        if let Some(timer) = &call.timer {
            response = response.with("Session-Expires", timer.header());
        }
        if let Some(answer) = answer {
            response = response.with("Content-Type", "application/sdp");
            response.body = answer;
        }
        let text = response.write();
        if invite {
            call.unacknowledged = Some(Unacknowledged::new(now, call.remote_cseq, text.clone()));
        }
        let code = call.access_code.clone();
        self.send(from, text);
        if let Some(on) = held {
            self.tell(key, &code, CallNews::Held(on));
        }
    }
}

/// The timer a visitor asks for; it refreshes by itself (RFC 4028 §9).
fn offered_timer(now: Instant, request: &Request) -> Option<SessionTimer> {
    let field = request.headers.get("Session-Expires")?;
    let seconds: u64 = field.split(';').next()?.trim().parse().ok()?;
    let seconds = seconds.clamp(90, 86_400);
    let refresh = if field.contains("refresher=uas") { Refresh::Update } else { Refresh::Visitor };
    Some(SessionTimer::new(now, Duration::from_secs(seconds), refresh))
}

/// Is every line one on which the visitor does not listen (RFC 3264 §8.4)?
fn is_hold(sdp: &str) -> bool {
    let has = |name: &str| sdp.lines().any(|line| line.trim_end() == name);
    (has("a=sendonly") || has("a=inactive")) && !has("a=sendrecv") && !has("a=recvonly")
}

/// `Signal=5` of `application/dtmf-relay`.
fn dtmf_relay(request: &Request) -> Option<char> {
    let kind = request.headers.get("Content-Type")?;
    if !kind.trim().to_ascii_lowercase().starts_with("application/dtmf-relay") {
        return None;
    }
    let signal = request.body.lines().find_map(|line| {
        let (name, value) = line.split_once('=')?;
        name.trim().eq_ignore_ascii_case("Signal").then(|| value.trim())
    })?;
    let mut letters = signal.chars();
    let digit = letters.next()?.to_ascii_uppercase();
    (letters.next().is_none() && "0123456789*#ABCD".contains(digit)).then_some(digit)
}
