//! What is sent instead of waiting for polls.

use super::{Centre, Downlink, Ms};
use std::collections::BTreeSet;

impl Centre {
    /// The visitors to whom something is to be sent, each with the oldest of it, without those of `busy`. What is handed out
    /// stays until [`Centre::pushed`].
    pub(crate) fn next_pushes(&mut self, now: Ms, busy: &BTreeSet<String>) -> Vec<(String, Vec<Downlink>)> {
        self.advance(now);
        let users: Vec<String> = self.visitors.keys().filter(|user| !busy.contains(*user)).cloned().collect();
        for user in &users {
            self.post_reads(now, user);
        }
        let batch = self.settings.poll_batch;
        let first = |user: String| Some((self.visitors.get(&user)?.mailbox.first(batch), user));
        let waiting = users.into_iter().filter_map(first).filter(|(messages, _)| !messages.is_empty());
        waiting.map(|(messages, user)| (user, messages)).collect()
    }

    /// These have been confirmed.
    pub(crate) fn pushed(&mut self, user: &str, codes: &[String]) {
        if let Some(visitor) = self.visitors.get_mut(user) {
            self.tally.down_pushed += visitor.mailbox.forget(codes) as u64;
        }
    }

    /// A push was not confirmed.
    pub(crate) fn not_pushed(&mut self) {
        self.tally.pushes_failed += 1;
    }
}
