//! Lines of the centre: a number given out for one call, with a visitor at one end and an agent at the other.

use tokio::time::Instant;

use super::Signalling;
use super::call::Phase;
use crate::behaviour::Behaviour;
use crate::events::{CallNews, Side};
use crate::gateway::LineError;
use crate::media::{LegId, MediaNews, Plays};

/// One line.
#[derive(Debug, Default)]
pub(super) struct Line {
    pub(super) agent: Option<LegId>,
}

impl Signalling {
    /// From now on this number rings until an agent is there.
    pub(crate) fn open_line(&mut self, access_code: &str) {
        if Behaviour::of(access_code).is_some() {
            return;
        }
        self.lines.entry(access_code.to_owned()).or_default();
    }

    /// The number is given back; what is open on it ends.
    pub(crate) fn close_line(&mut self, access_code: &str) {
        self.hang_up(access_code, 200);
        self.lines.remove(access_code);
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.lines.keys().cloned().collect()
    }

    pub(super) fn line_is_busy(&self, access_code: &str) -> bool {
        self.lines.contains_key(access_code)
            && self.calls.values().any(|call| call.access_code == access_code)
    }

    pub(super) fn agent_is_there(&self, access_code: &str) -> bool {
        self.lines.get(access_code).is_some_and(|line| line.agent.is_some())
    }

    /// The agent's browser offers its media. A second offer takes the place of the first.
    pub(crate) fn agent_offer(
        &mut self,
        now: Instant,
        access_code: &str,
        offer: &str,
    ) -> Result<String, LineError> {
        if !self.lines.contains_key(access_code) {
            return Err(LineError::Unknown);
        }
        let (leg, answer) = self
            .media
            .accept(offer, Plays::Peer, false)
            .map_err(|error| LineError::Offer(error.to_string()))?;
        let before = self.lines.get_mut(access_code).and_then(|line| line.agent.replace(leg));
        if let Some(before) = before {
            self.media.close(before);
        }
        self.answer_line(now, access_code);
        Ok(answer)
    }

    /// Answers the visitor's call when both ends are there.
    pub(super) fn answer_line(&mut self, now: Instant, access_code: &str) {
        let Some(agent) = self.lines.get(access_code).and_then(|line| line.agent) else { return };
        let found = self.calls.iter().find(|(_, call)| call.access_code == access_code);
        let Some((key, call)) = found.map(|(key, call)| (key.clone(), call)) else { return };
        if call.phase == Phase::Ringing {
            self.answer(now, &key);
        }
        if let Some(visitor) = self.calls.get(&key).and_then(|call| call.leg) {
            self.media.join(visitor, agent);
        }
    }

    /// The agent hangs up. `false`: nothing was open.
    pub(crate) fn hang_up(&mut self, access_code: &str, status: u16) -> bool {
        let keys: Vec<_> = self
            .calls
            .iter()
            .filter(|(_, call)| call.access_code == access_code)
            .map(|(key, _)| key.clone())
            .collect();
        for key in &keys {
            self.end(key, Side::Agent, status);
        }
        let alone = self.lines.get_mut(access_code).and_then(|line| line.agent.take());
        if let Some(agent) = alone {
            self.media.close(agent);
            // No visitor was there yet.
            let nobody = (String::new(), String::new());
            self.tell(&nobody, access_code, CallNews::Ended(Side::Agent, status));
        }
        !keys.is_empty() || alone.is_some()
    }

    /// Is this news of an agent's leg? Then it is dealt with.
    pub(super) fn agent_news(&mut self, now: Instant, news: MediaNews) -> bool {
        let found = self.lines.iter().find(|(_, line)| line.agent == Some(news.leg()));
        let Some(access_code) = found.map(|(code, _)| code.clone()) else { return false };
        match news {
            MediaNews::Lost(_) => drop(self.hang_up(&access_code, 408)),
            MediaNews::Closed(_) => drop(self.hang_up(&access_code, 200)),
            MediaNews::Connected(_) => self.answer_line(now, &access_code),
            MediaNews::Digit(..) => {}
        }
        true
    }
}
