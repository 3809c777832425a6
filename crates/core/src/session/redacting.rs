//! Hiding numbers of cards and papers in what the visitor writes, by the rules of the desk.

use super::Session;
use super::step::Step;
use crate::effect::Effect;
use crate::outbox::OutState;
use crate::payload::Payload;
use crate::transcript::MineState;
use frontdesk_contract::{Body, ClientId};

impl Session {
    /// The text as it would be sent; `None`: as it is. Nothing is hidden before the rules of the desk are known.
    pub fn hides_in(&self, text: &str) -> Option<String> {
        frontdesk_redact::redact(text, &self.offers.as_ref()?.redact)
    }

    pub(super) fn redacted(&self, text: String) -> String {
        self.hides_in(&text).unwrap_or(text)
    }

    /// The rules have become known: what was written before is held to them, on the screen, in the storage, and before it is
    /// sent. What may have been sent under its id stays as it is: the proxy holds to the same rules.
    pub(super) fn redact_waiting(&mut self, step: &mut Step) {
        let hidden: Vec<(ClientId, String)> = self
            .outbox
            .iter()
            .filter(|message| matches!(message.state, OutState::Waiting))
            .filter_map(|message| match &message.payload {
                Payload::Ready(Body::Text(text)) => Some((message.id.clone(), self.hides_in(text)?)),
                _ => None,
            })
            .collect();
        for (id, text) in hidden {
            let Some(message) = self.outbox.get_mut(&id) else { continue };
            let body = Body::Text(text);
            message.payload = Payload::Ready(body.clone());
            step.effects.push(Effect::Keep(message.record()));
            let at_ms = message.at_ms;
            self.transcript.mine(&id, None, at_ms, &body, MineState::Queued, &mut step.changes);
        }
    }
}
