//! How calls end: once, on both sides, and with everything that belongs to them.

use std::time::Duration;

use super::call::Phase;
use super::{Signalling, token};
use crate::events::{CallNews, Side};

/// A browser closes its media and says BYE at the same time: so long the BYE may take.
pub(super) const BYE_WITHIN: Duration = Duration::from_secs(2);

impl Signalling {
    /// Ends a call; `status` is what an INVITE that is still open is answered.
    pub(super) fn end(&mut self, key: &(String, String), side: Side, status: u16) {
        let contact = self.contact();
        let Some(mut call) = self.calls.remove(key) else { return };
        let text = match (call.phase, side) {
            (Phase::Ringing, _) => {
                let refusal = if status < 300 { 480 } else { status };
                Some(call.response(refusal, &contact).write())
            }
            (Phase::Answered | Phase::Confirmed, Side::Visitor) if call.closing_at.is_none() => None,
            _ => Some(call.request("BYE", &format!("z9hG4bK{}", token()), &contact).write()),
        };
        if let (Some(text), Some(connection)) = (text, call.connection) {
            self.send(connection, text);
        }
        if let Some(leg) = call.leg {
            self.media.close(leg);
        }
        if let Some(agent) = self.lines.get_mut(&call.access_code).and_then(|line| line.agent.take()) {
            self.media.close(agent);
        }
        self.tell(key, &call.access_code, CallNews::Ended(side, status));
    }

    pub(super) fn end_lost(&mut self, key: &(String, String)) {
        self.end(key, Side::Gateway, 408);
    }

    /// Ends everything, as at the end of the program.
    pub(crate) fn end_all(&mut self) {
        let keys: Vec<(String, String)> = self.calls.keys().cloned().collect();
        for key in keys {
            self.end(&key, Side::Gateway, 503);
        }
        let agents: Vec<_> = self.lines.values_mut().filter_map(|line| line.agent.take()).collect();
        for agent in agents {
            self.media.close(agent);
        }
        self.connections.clear();
    }
}
