//! What each event changes.

use super::Session;
use super::contact::is_served;
use super::step::Step;
use crate::effect::Effect;
use crate::transcript::{EntryKind, theirs};
use frontdesk_contract::{Event, EventKind, EventPage, Gap, Sender};

/// Typing ends by itself after so many milliseconds.
const TYPING_MS: u64 = 8_000;

impl Session {
    pub(super) fn apply(&mut self, step: &mut Step, page: EventPage) {
        let unread = self.unread;
        for event in page.events {
            if event.seq > self.following.cursor() {
                self.apply_event(step, event);
            }
        }
        self.following.reached(page.next);
        if self.unread != unread {
            step.effects.push(Effect::Unread(self.unread));
        }
        if step.seen_to > 0 {
            self.has_seen(step, step.seen_to);
        }
    }

    fn apply_event(&mut self, step: &mut Step, event: Event) {
        let Event { seq, at_ms, kind } = event;
        let expected = self.following.cursor() + 1;
        self.following.reached(seq);
        let news = self.following.is_news(seq);
        self.show_hole(step, expected, seq, at_ms, &kind);
        let mut place = seq;
        let entry = match kind {
            EventKind::Message(message) => {
                // Only ever moved up: what comes after it would not be told from a hole.
                place = message.before.map_or(seq, |before| before.saturating_sub(1).min(seq));
                self.agent_types_until = None;
                let said = matches!(message.from, Sender::Agent(_) | Sender::Robot(_));
                if said && self.seen {
                    step.seen_to = seq;
                } else if said && self.following.is_unseen(seq) {
                    self.unread += 1;
                    if news {
                        self.unseen(step);
                    }
                }
                if matches!(message.from, Sender::Agent(_)) {
                    self.receipts.heard(seq);
                }
                step.redraw();
                self.transcript.yield_to_event(&message.id, &mut step.changes);
                let judged = self.errands.judgement(&message.id);
                Some(theirs(message, judged))
            }
            EventKind::Echo(echo) => {
                self.apply_echo(step, seq, at_ms, &echo);
                None
            }
            EventKind::Receipt(receipt) => {
                self.transcript.mark_read(&receipt.read, seq, &mut step.changes);
                None
            }
            EventKind::Recalled(recalled) => {
                self.transcript.recall(&recalled.id, &mut step.changes);
                None
            }
            EventKind::Typing(typing) => {
                if news {
                    self.agent_types_until = typing.active.then_some(step.now.ms + TYPING_MS);
                    step.redraw();
                }
                None
            }
            EventKind::Queue(queue) => {
                self.queue = queue;
                step.redraw();
                None
            }
            EventKind::Contact(contact) => {
                let shown = contact.clone();
                let begins = self.following.contact_event(news, is_served(shown.state));
                if news {
                    self.apply_contact(step, contact);
                }
                if begins {
                    self.new_conversation(step, news);
                }
                Some(EntryKind::Contact(shown))
            }
            EventKind::Survey(form) => {
                self.apply_survey(step, form);
                None
            }
            EventKind::Call(call) => {
                self.call_moves(step, call);
                None
            }
            EventKind::Feedback(feedback) => {
                let judged = Some(feedback.helpful);
                self.transcript.set_judged(&feedback.message, judged, &mut step.changes);
                None
            }
            EventKind::Notice(notice) => Some(EntryKind::Notice(notice)),
            EventKind::Gap(gap) => {
                self.transcript.insert_gap(seq, at_ms, gap, &mut step.changes);
                self.fill_gap();
                None
            }
            EventKind::Unknown {} => None,
        };
        if let Some(kind) = entry {
            self.transcript.insert(Some(place), at_ms, kind, &mut step.changes);
        }
    }

    /// A page is without a hole; if there is one all the same, it is shown.
    fn show_hole(&mut self, step: &mut Step, expected: u64, seq: u64, at_ms: u64, kind: &EventKind) {
        if seq > expected && !matches!(kind, EventKind::Gap(_)) {
            let gap = Gap { from: expected, to: seq - 1 };
            self.transcript.insert_gap(seq - 1, at_ms, gap, &mut step.changes);
            self.fill_gap();
        }
    }
}
