//! The softphone's call: whom it calls, how long that may take, and what it reports.

use super::Machine;
use super::cause::EndCause;
use super::effect::{CallNo, Dial, Effect, Tone};
use super::input::{PhoneEnd, PhoneEvent};
use super::running::{Line, Phase};
use super::step::Step;
use frontdesk_contract::CallGateway;

/// Without ringing for so long there is no gateway, in milliseconds.
const RING_WITHIN_MS: u64 = 20_000;
/// Without an answer for so long nobody is there, in milliseconds since dialling.
const ANSWER_WITHIN_MS: u64 = 60_000;

impl Machine {
    pub(super) fn dial(&mut self, step: &mut Step, gateway: CallGateway) {
        let ice_servers = self.door.ice_servers();
        let Some(call) = self.call.as_mut() else { return };
        let CallGateway { domain, addresses, access_code, caller } = gateway;
        if [&domain, &access_code, &caller].iter().any(|part| part.is_empty()) || addresses.is_empty() {
            return self.finish(step, EndCause::NoGateway, false);
        }
        call.line = Some(Line { dialled_ms: step.now.ms, early: false });
        call.phase = Phase::Dialling;
        let dial = Dial {
            addresses,
            target: format!("sip:{access_code}@{domain}"),
            from: format!("sip:{caller}@{domain}"),
            ice_servers,
            video: call.video,
        };
        step.push(Effect::Dial(call.no, dial));
        step.redraw();
    }

    pub(super) fn advance_dialling(&mut self, step: &mut Step) -> Option<u64> {
        let call = self.call.as_ref()?;
        let (patience_ms, cause) = match call.phase {
            Phase::Dialling => (RING_WITHIN_MS, EndCause::NoGateway),
            Phase::Ringing { .. } => (ANSWER_WITHIN_MS, EndCause::NobodyAnswered),
            _ => return None,
        };
        let until = call.line?.dialled_ms.saturating_add(patience_ms);
        if until > step.now.ms {
            return Some(until);
        }
        self.finish(step, cause, false);
        None
    }

    pub(super) fn phone_reports(&mut self, step: &mut Step, no: CallNo, event: PhoneEvent) {
        let Some(call) = self.call.as_mut().filter(|call| call.no == no) else {
            if event == PhoneEvent::Answered {
                // It was taken while it was being hung up.
                step.push(Effect::HangUp(no));
            }
            return;
        };
        let Some(line) = &mut call.line else { return };
        match event {
            PhoneEvent::Connecting | PhoneEvent::Refused | PhoneEvent::Sent => {}
            PhoneEvent::Ringing { early } => {
                line.early |= early;
                self.rings(step);
            }
            PhoneEvent::Media => {
                line.early = true;
                if matches!(call.phase, Phase::Ringing { .. }) {
                    self.rings(step);
                }
            }
            PhoneEvent::Answered => self.taken(step),
            PhoneEvent::Held(on) => call.controls.held_by_peer(step, on),
            PhoneEvent::Agreed { on, agreed } => call.hold_answered(step, on, agreed),
            PhoneEvent::Ice(state) => call.recovery.ice(step, state, call.watch.is_silent()),
            PhoneEvent::Socket(up) => call.recovery.socket(step, up),
            PhoneEvent::Ended(end) => self.phone_ended(step, end),
        }
    }

    fn rings(&mut self, step: &mut Step) {
        let Some(call) = self.call.as_mut() else { return };
        let early = call.line.is_some_and(|line| line.early);
        let phase = Phase::Ringing { early };
        if matches!(call.phase, Phase::Dialling | Phase::Ringing { .. }) && call.phase != phase {
            call.phase = phase;
            self.play(step, if early { Tone::Off } else { Tone::Ringback });
            step.redraw();
        }
    }

    fn taken(&mut self, step: &mut Step) {
        let Some(call) = self.call.as_mut() else { return };
        if matches!(call.phase, Phase::Dialling | Phase::Ringing { .. }) {
            call.phase = Phase::Talking { since_ms: step.now.ms };
            call.recovery.begin(step);
            self.play(step, Tone::Off);
            step.redraw();
        }
    }

    fn phone_ended(&mut self, step: &mut Step, end: PhoneEnd) {
        let Some(call) = self.call.as_mut() else { return };
        // Nothing is left to be hung up.
        call.line = None;
        let cause = EndCause::of_phone(end, call.is_talking());
        self.sip_status = end.status;
        self.finish(step, cause, false);
    }
}
