//! What happens by itself: robot answers, lapsed sessions, queue timeouts.

use super::{Centre, ContactId, Content, Control, Downlink, EndCause, Ms, Source, State, text};

/// Sweeping all live contacts more often than this gains nothing.
const SWEEP_EVERY_MS: Ms = 50;

impl Centre {
    /// Lets everything happen that is due at `now`. Safe to call as often as one likes.
    pub(crate) fn advance(&mut self, now: Ms) {
        while let Some(((due, _), _)) = self.due.first_key_value() {
            if *due > now {
                break;
            }
            if let Some((_, (id, answer))) = self.due.pop_first()
                && self.contacts.get(&id).is_some_and(|contact| contact.state == State::Robot)
            {
                self.robot_says(now, id, answer);
            }
        }
        self.run_scripts(now);
        if now < self.swept_ms.saturating_add(SWEEP_EVERY_MS) {
            return;
        }
        self.swept_ms = now;
        self.check_calls(now);
        for id in self.live.iter().copied().collect::<Vec<_>>() {
            self.check(now, id);
        }
    }

    /// Checks the visitor's own contact to the millisecond, whenever the last sweep was.
    pub(super) fn settle(&mut self, now: Ms, user: &str) {
        if let Some(id) = self.live_id(user) {
            self.check(now, id);
        }
    }

    fn check(&mut self, now: Ms, id: ContactId) {
        let Some(contact) = self.contacts.get_mut(&id) else { return };
        let since = |then: Ms| now.saturating_sub(then);
        let typing_over = contact.typing_until_ms.is_some_and(|until| until <= now);
        if typing_over {
            contact.typing_until_ms = None;
        }
        let idle_end_ms = self.settings.idle_end_s * 1_000;
        let (state, language, waiting_since) = (contact.state, contact.language, contact.waiting_since_ms);
        let (unpolled, silent) = (since(contact.polled_ms), since(contact.spoken_ms));
        let max_wait_ms = self
            .contacts
            .get(&id)
            .and_then(|contact| self.queue_settings(&contact.queue))
            .map_or(Ms::MAX, |queue| queue.max_wait_s * 1_000);
        if self.settings.push.is_none() && unpolled > self.settings.release_after_s * 1_000 {
            self.end(now, id, EndCause::PollingStopped);
        } else if state == State::Waiting && waiting_since.is_some_and(|then| since(then) >= max_wait_ms) {
            self.say(now, id, Source::System, text::queue_timed_out(language), |message| message);
            self.end(now, id, EndCause::QueueTimeout);
        } else if state == State::Active && idle_end_ms > 0 && silent >= idle_end_ms {
            self.say(now, id, Source::System, text::silent(language), |message| message);
            self.end(now, id, EndCause::Silence);
        } else if typing_over {
            self.touch(id);
        }
    }

    /// Ends a contact. The visitor is told, unless the visitor did it or is gone.
    pub(super) fn end(&mut self, now: Ms, id: ContactId, cause: EndCause) {
        let writable = (cause == EndCause::QueueTimeout).then_some(self.settings.offline);
        self.end_saying(now, id, cause, writable);
    }

    /// The same, and says whether the visitor may go on writing.
    pub(super) fn end_saying(&mut self, now: Ms, id: ContactId, cause: EndCause, writable: Option<bool>) {
        self.relieve(id);
        let Some(contact) = self.contacts.get_mut(&id) else { return };
        let offered = contact.state == State::Offline;
        contact.state = State::Ended;
        contact.cause = Some(cause);
        contact.ended_ms = Some(now);
        contact.typing_until_ms = None;
        let (user, call_id) = (contact.user_id.clone(), contact.call_id.clone());
        let source = if cause == EndCause::Agent { Source::Agent } else { Source::System };
        let nickname = contact.agent_name.clone().filter(|_| cause == EndCause::Agent);
        self.waiting.retain(|other| *other != id);
        if self.live.remove(&id) {
            self.closed.push_back(id);
        }
        if !offered && matches!(cause, EndCause::Agent | EndCause::QueueTimeout | EndCause::Silence) {
            self.post(now, &user, source, Content::None, |message| Downlink {
                control: Control::Disconnect,
                nickname,
                call_id: Some(call_id),
                offline: writable,
                ..message
            });
        }
        self.touch(id);
        self.assign(now);
    }
}
