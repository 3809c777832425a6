//! The cost of one more message, and the memory of all, at several lengths of the transcript.

use crate::chance::Chance;
use frontdesk_contract::{
    Body, Contact, ContactState, Event, EventKind, EventPage, Message, Offers, Person, Posted, PostedStatus,
    Sender, SessionOpened,
};
use frontdesk_core::{Answer, Call, Effect, Input, Now, RequestId, Session, Settings};
use serde::Serialize;
use std::time::Instant;

/// The lengths that are measured, in messages.
pub const LENGTHS: [u64; 3] = [100, 1_000, 10_000];
/// Messages appended for one sample.
const BATCH: u64 = 20;
/// Samples; the median counts.
const SAMPLES: usize = 41;

/// The cost at one length.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Cost {
    /// Messages in the transcript.
    pub messages: u64,
    /// A message of the agent arrives.
    pub receive_ns: f64,
    /// A message of the visitor is typed, sent and confirmed.
    pub send_ns: f64,
    /// Heap beyond the empty session.
    pub heap_bytes: u64,
}

/// A session with an open conversation, and who answers its requests.
#[derive(Clone)]
struct Rig {
    session: Session,
    chance: Chance,
    now_ms: u64,
    seq: u64,
    poll: Option<RequestId>,
}

impl Rig {
    fn new() -> Self {
        let settings = Settings::new("bench", "en");
        let (session, chance) = (Session::new(settings), Chance::new(1));
        let mut rig = Self { session, chance, now_ms: 1_000, seq: 0, poll: None };
        rig.input(Input::Seen(true));
        rig.input(Input::Open);
        rig
    }

    fn input(&mut self, input: Input) {
        self.now_ms += 1;
        let now = Now { ms: self.now_ms, chance: self.chance.next_u128() };
        let effects = self.session.handle(now, input);
        for effect in effects {
            match effect {
                Effect::Keep(record) => self.input(Input::Kept(record.key(), true)),
                Effect::Request { id, call, .. } => self.request(id, &call),
                _ => {}
            }
        }
    }

    fn request(&mut self, id: RequestId, call: &Call) {
        let answer = match call {
            Call::OpenSession(_) => Answer::Opened(SessionOpened {
                protocol: 1,
                session: "credential".into(),
                expires_ms: u64::MAX,
                visitor: frontdesk_contract::Visitor { id: "v".into(), name: "Guest".into(), person: None },
                contact: Contact { state: ContactState::Agent, with: None, reason: None, offline: false },
                cursor: 0,
                offers: Offers { agent: true, text_max_bytes: 1_024, ..Offers::default() },
            }),
            Call::PostMessage(_) => {
                self.seq += 1;
                Answer::Posted(Posted { status: PostedStatus::Accepted, seq: self.seq })
            }
            Call::Events { .. } => {
                self.poll = Some(id);
                return;
            }
            _ => return,
        };
        self.input(Input::Answered(id, Ok(answer)));
    }

    fn receive(&mut self) {
        let Some(poll) = self.poll.take() else { return };
        self.seq += 1;
        let message = Message {
            id: format!("message-{}", self.seq),
            from: Sender::Agent(Person { name: "Li".into(), avatar: None }),
            body: Body::Text("A sentence of usual length, as agents write it.".into()),
            choices: Vec::new(),
            judgeable: false,
            before: None,
        };
        let event = Event { seq: self.seq, at_ms: self.now_ms, kind: EventKind::Message(message) };
        let page = EventPage { next: self.seq, events: vec![event] };
        self.input(Input::Answered(poll, Ok(Answer::Events(page))));
    }

    fn send(&mut self) {
        self.input(Input::Send("A sentence of usual length, as visitors write it.".into()));
        // The echo comes with the next page.
        if let Some(poll) = self.poll.take() {
            let page = EventPage { next: self.seq, events: Vec::new() };
            self.input(Input::Answered(poll, Ok(Answer::Events(page))));
        }
    }

    fn fill(&mut self, messages: u64) {
        while (self.session.transcript().entries().len() as u64) < messages {
            let before = self.session.transcript().entries().len();
            self.receive();
            self.send();
            if self.session.transcript().entries().len() == before {
                return;
            }
        }
    }
}

/// Measures one length. `heap` tells how many bytes are allocated now.
pub fn measure(messages: u64, heap: impl Fn() -> u64) -> Cost {
    let empty_before = heap();
    let empty = Rig::new();
    let empty_bytes = heap().saturating_sub(empty_before);
    drop(empty);
    let before = heap();
    let mut rig = Rig::new();
    rig.fill(messages);
    let heap_bytes = heap().saturating_sub(before).saturating_sub(empty_bytes);
    let receive_ns = sample(&rig, Rig::receive);
    let send_ns = sample(&rig, Rig::send);
    Cost { messages, receive_ns, send_ns, heap_bytes }
}

/// Median nanoseconds of one action, each sample on a fresh copy.
fn sample(rig: &Rig, act: fn(&mut Rig)) -> f64 {
    let mut samples: Vec<f64> = (0..SAMPLES)
        .map(|_| {
            let mut rig = rig.clone();
            // A copy has no room to spare: the first action pays for growing and is not counted.
            act(&mut rig);
            let started = Instant::now();
            (0..BATCH).for_each(|_| act(&mut rig));
            started.elapsed().as_nanos() as f64 / BATCH as f64
        })
        .collect();
    samples.sort_by(f64::total_cmp);
    samples.get(SAMPLES / 2).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rig_fills_a_transcript_with_messages_of_both_sides() {
        let mut rig = Rig::new();
        rig.fill(100);
        let entries = rig.session.transcript().entries();
        assert_eq!(entries.len(), 100);
        assert!(entries.iter().all(|entry| entry.seq.is_some()));
        assert_eq!(rig.session.cursor(), 100);
    }
}
