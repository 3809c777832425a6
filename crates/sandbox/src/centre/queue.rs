//! The skill queues: who waits, who is next, how long it may take.

use super::{AgentId, Centre, ContactId, Content, Control, Downlink, Elsewhere, Ms, Source, State, text};
use crate::settings::Queue;
use crate::settings::quirks::StateControls;

/// What `queryQueueInfo` tells, times in whole seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum QueueState {
    /// Waiting at this place, 1 is next.
    Waiting { position: usize, waited_s: u64, max_wait_s: u64, longest_wait_s: u64, estimate_s: u64 },
    /// Out of its skill queue, and not with an agent.
    Elsewhere(Elsewhere),
    /// The robot serves; nothing is queued.
    WithRobot,
    /// An agent serves.
    WithAgent,
    /// There is no session.
    None,
}

impl Centre {
    /// Where the visitor stands.
    pub(crate) fn queue_state(&mut self, now: Ms, user: &str) -> QueueState {
        self.advance(now);
        self.settle(now, user);
        let Some(contact) = self.live_contact(user) else { return QueueState::None };
        match contact.state {
            State::Robot => QueueState::WithRobot,
            State::Waiting => match contact.elsewhere {
                Some(elsewhere) => QueueState::Elsewhere(elsewhere),
                None => self.waiting_state(now, contact.id),
            },
            _ => QueueState::WithAgent,
        }
    }

    fn waiting_state(&self, now: Ms, id: ContactId) -> QueueState {
        let Some(contact) = self.contacts.get(&id) else { return QueueState::None };
        let queue = self.queue_settings(&contact.queue);
        let longest_ms = self
            .waiting
            .iter()
            .filter_map(|id| self.contacts.get(id))
            .filter(|other| other.queue == contact.queue)
            .filter_map(|other| other.waiting_since_ms)
            .map(|since| now.saturating_sub(since))
            .max()
            .unwrap_or(0);
        let position = self.position(id);
        let agents = self.present_for(now, &contact.queue).max(1) as u64;
        QueueState::Waiting {
            position,
            waited_s: now.saturating_sub(contact.waiting_since_ms.unwrap_or(now)) / 1_000,
            max_wait_s: queue.map_or(0, |queue| queue.max_wait_s),
            longest_wait_s: longest_ms / 1_000,
            estimate_s: (position as u64 * queue.map_or(0, |queue| queue.average_s)).div_ceil(agents),
        }
    }

    /// Place in its queue, 1 is next; 0 when it does not wait.
    pub(super) fn position(&self, id: ContactId) -> usize {
        let Some(queue) = self.contacts.get(&id).map(|contact| &contact.queue) else { return 0 };
        let mut same = self
            .waiting
            .iter()
            .filter(|other| self.contacts.get(other).is_some_and(|other| other.queue == *queue));
        same.position(|other| *other == id).map_or(0, |before| before + 1)
    }

    pub(super) fn queue_settings(&self, name: &str) -> Option<&Queue> {
        self.settings.queues.iter().find(|queue| queue.name == name).or(self.settings.queues.first())
    }

    /// The first queue that takes this language, else the first.
    pub(super) fn queue_for(&self, locale: &str) -> String {
        let queues = &self.settings.queues;
        queues
            .iter()
            .find(|queue| queue.locales.is_empty() || queue.locales.iter().any(|own| own == locale))
            .or(queues.first())
            .map(|queue| queue.name.clone())
            .unwrap_or_default()
    }

    /// Puts a contact at the end of its queue, or straight to a free agent.
    pub(super) fn enqueue(&mut self, now: Ms, id: ContactId) -> State {
        let Some(contact) = self.contacts.get_mut(&id) else { return State::Ended };
        contact.state = State::Waiting;
        contact.waiting_since_ms = Some(now);
        let language = contact.language;
        self.waiting.push(id);
        self.touch(id);
        self.assign(now);
        let state = self.contacts.get(&id).map_or(State::Ended, |contact| contact.state);
        if state == State::Waiting {
            let words = text::queued(language, self.position(id));
            self.say(now, id, Source::System, words, |message| Downlink { queued: true, ..message });
        }
        state
    }

    /// Gives waiting contacts to free agents, the longest waiting first.
    pub(super) fn assign(&mut self, now: Ms) {
        if !self.settings.auto_assign {
            return;
        }
        for id in self.waiting.clone() {
            let Some(queue) = self.contacts.get(&id).map(|contact| contact.queue.clone()) else { continue };
            if let Some(agent) = self.free_agent(now, &queue) {
                self.serve(now, id, agent);
            }
        }
    }

    /// The agent takes the waiting contact.
    pub(super) fn serve(&mut self, now: Ms, id: ContactId, agent: AgentId) {
        self.waiting.retain(|other| *other != id);
        let Some(name) = self.agents.get_mut(&agent).map(|agent| {
            agent.active += 1;
            agent.name.clone()
        }) else {
            return;
        };
        let Some(contact) = self.contacts.get_mut(&id) else { return };
        contact.state = State::Active;
        contact.elsewhere = None;
        contact.agent = Some(agent);
        contact.agent_name = Some(name.clone());
        contact.spoken_ms = now;
        let (words, user) = (text::agent_joined(contact.language, &name), contact.user_id.clone());
        if self.settings.quirks.state_controls == StateControls::On {
            self.post(now, &user, Source::System, Content::None, |message| Downlink {
                control: Control::Transfer,
                ..message
            });
        }
        self.say(now, id, Source::System, words, |message| message);
    }
}
