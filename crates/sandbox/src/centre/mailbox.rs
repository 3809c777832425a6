//! Messages on their way to one visitor.

use std::collections::VecDeque;

use super::{Attachment, Ms};
use crate::ids::Seeded;
use crate::settings::PollMode;

/// `controlType` of a downlink message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Control {
    Chat,
    Disconnect,
    Read,
    /// An agent is typing; an extension of the sandbox.
    Input,
    /// A message was taken back; its code is that of the message.
    Recall,
    /// A message was removed; its code is that of the message.
    Delete,
    /// The session was established.
    Connect,
    /// The session goes on with an agent.
    Transfer,
}

/// `sourceType` of a downlink message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Agent,
    Robot,
    System,
}

/// `content` of a downlink message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    None,
    Text(String),
    /// Ids of messages that were read.
    Ids(Vec<String>),
}

/// One message for a visitor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Downlink {
    /// Unique; copies of one message share it.
    pub(crate) code: String,
    /// Strictly rising per visitor.
    pub(crate) at_ms: Ms,
    pub(crate) control: Control,
    /// A control type the documents do not know, instead of `control`.
    pub(crate) other_control: Option<String>,
    pub(crate) source: Source,
    /// `mediaType`; a control message has none.
    pub(crate) media: Option<String>,
    pub(crate) content: Content,
    /// The file that `content` names.
    pub(crate) file: Option<Attachment>,
    pub(crate) nickname: Option<String>,
    pub(crate) call_id: Option<String>,
    /// Counter of the robot's answers.
    pub(crate) robot_turn: Option<u64>,
    pub(crate) similar: Vec<String>,
    /// The visitor is in the queue from here on.
    pub(crate) queued: bool,
    /// May the visitor go on writing after the end?
    pub(crate) offline: Option<bool>,
}

/// What a fault does to one poll.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Disturbance {
    /// One message comes again: in this answer, or in up to four later ones.
    Duplicate(u64),
    /// The answer's messages come in another order.
    Reorder(u64),
}

#[derive(Clone, Debug)]
struct Slot {
    message: Downlink,
    first_out_ms: Option<Ms>,
    /// Further polls that get it although they should not.
    again: usize,
}

/// Waiting messages of one visitor.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mailbox(VecDeque<Slot>);

/// How a mailbox is polled.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terms {
    pub(crate) mode: PollMode,
    /// So many new messages at most.
    pub(crate) batch: usize,
    /// For so long a repeating poll hands a message out.
    pub(crate) repeats_ms: Ms,
}

impl Mailbox {
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn push(&mut self, message: Downlink) {
        self.0.push_back(Slot { message, first_out_ms: None, again: 0 });
    }

    pub(crate) fn drop_oldest(&mut self) {
        self.0.pop_front();
    }

    /// The first messages, which stay.
    pub(crate) fn first(&self, most: usize) -> Vec<Downlink> {
        self.0.iter().take(most).map(|slot| slot.message.clone()).collect()
    }

    /// Forgets these, and says how many there were.
    pub(crate) fn forget(&mut self, codes: &[String]) -> usize {
        let before = self.0.len();
        self.0.retain(|slot| !codes.contains(&slot.message.code));
        before - self.0.len()
    }

    /// Takes at most `batch` new messages, and says which codes the disturbance touched.
    pub(crate) fn poll(
        &mut self,
        now: Ms,
        Terms { mode, batch, repeats_ms }: Terms,
        disturbance: Option<Disturbance>,
    ) -> (Vec<Downlink>, Vec<String>) {
        if mode == PollMode::Repeats {
            self.0.retain(|slot| {
                slot.first_out_ms.is_none_or(|out| now < out.saturating_add(repeats_ms)) || slot.again > 0
            });
        }
        let mut out = Vec::new();
        let mut fresh = 0;
        for slot in &mut self.0 {
            // Copies do not count, or a full batch of them would hold up what is new.
            fresh += usize::from(slot.first_out_ms.is_none());
            if fresh > batch {
                break;
            }
            if mode == PollMode::Destructive && slot.first_out_ms.is_some() {
                slot.again = slot.again.saturating_sub(1);
            }
            slot.first_out_ms.get_or_insert(now);
            out.push(slot.message.clone());
        }
        let mut left = out.len();
        let mut touched = Vec::new();
        match disturbance {
            Some(Disturbance::Duplicate(seed)) if !out.is_empty() => {
                touched = self.duplicate(Seeded::new(seed), mode, &mut out);
            }
            Some(Disturbance::Reorder(seed)) if out.len() > 1 => {
                shuffle(Seeded::new(seed), &mut out);
                touched = out.iter().map(|message| message.code.clone()).collect();
            }
            _ => {}
        }
        if mode == PollMode::Destructive {
            self.0.retain(|slot| {
                let handed = left > 0;
                left = left.saturating_sub(1);
                !handed || slot.again > 0
            });
        }
        (out, touched)
    }

    fn duplicate(&mut self, mut chance: Seeded, mode: PollMode, out: &mut Vec<Downlink>) -> Vec<String> {
        let at = chance.below(out.len());
        let Some(message) = out.get(at).cloned() else { return Vec::new() };
        let touched = vec![message.code.clone()];
        let later = chance.below(5);
        match self.0.get_mut(at) {
            Some(slot) if later > 0 && mode == PollMode::Destructive => slot.again = later,
            _ => out.insert(at + 1, message),
        }
        touched
    }
}

/// Fisher–Yates, and never the same order as before.
fn shuffle(mut chance: Seeded, messages: &mut [Downlink]) {
    let before: Vec<String> = messages.iter().map(|message| message.code.clone()).collect();
    for last in (1..messages.len()).rev() {
        messages.swap(last, chance.below(last + 1));
    }
    if messages.iter().map(|message| &message.code).eq(before.iter()) {
        messages.rotate_left(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(code: &str) -> Downlink {
        Downlink {
            code: code.into(),
            at_ms: 0,
            control: Control::Chat,
            other_control: None,
            source: Source::Agent,
            media: Some("TEXT".into()),
            content: Content::Text(code.into()),
            file: None,
            nickname: None,
            call_id: None,
            robot_turn: None,
            similar: Vec::new(),
            queued: false,
            offline: None,
        }
    }

    fn terms(mode: PollMode, batch: usize) -> Terms {
        Terms { mode, batch, repeats_ms: 10_000 }
    }

    fn mailbox(codes: &[&str]) -> Mailbox {
        let mut mailbox = Mailbox::default();
        codes.iter().for_each(|code| mailbox.push(message(code)));
        mailbox
    }

    fn codes(messages: &[Downlink]) -> Vec<&str> {
        messages.iter().map(|message| message.code.as_str()).collect()
    }

    #[test]
    fn a_destructive_poll_hands_out_once_and_in_batches() {
        let mut mailbox = mailbox(&["a", "b", "c"]);
        let (first, _) = mailbox.poll(0, terms(PollMode::Destructive, 2), None);
        let (second, _) = mailbox.poll(1, terms(PollMode::Destructive, 2), None);
        assert_eq!((codes(&first), codes(&second)), (vec!["a", "b"], vec!["c"]));
        assert_eq!(mailbox.len(), 0);
    }

    #[test]
    fn a_repeating_poll_hands_out_for_ten_seconds() {
        let mut mailbox = mailbox(&["a"]);
        for now in [0, 5_000, 9_999] {
            assert_eq!(codes(&mailbox.poll(now, terms(PollMode::Repeats, 9), None).0), ["a"], "{now}");
        }
        assert!(mailbox.poll(10_000, terms(PollMode::Repeats, 9), None).0.is_empty());
        assert_eq!(mailbox.len(), 0);
    }

    #[test]
    fn repeats_do_not_hold_up_what_is_new() {
        let mut mailbox = mailbox(&["a", "b", "c"]);
        assert_eq!(codes(&mailbox.poll(0, terms(PollMode::Repeats, 2), None).0), ["a", "b"]);
        assert_eq!(codes(&mailbox.poll(1, terms(PollMode::Repeats, 2), None).0), ["a", "b", "c"]);
    }

    #[test]
    fn a_duplicate_comes_two_to_five_times_and_then_no_more() {
        for seed in 0..50 {
            let mut mailbox = mailbox(&["a", "b"]);
            let (mut all, touched) =
                mailbox.poll(0, terms(PollMode::Destructive, 9), Some(Disturbance::Duplicate(seed)));
            for now in 1..10 {
                all.extend(mailbox.poll(now, terms(PollMode::Destructive, 9), None).0);
            }
            let doubled = touched.first().expect("one code is touched");
            let copies = codes(&all).iter().filter(|code| *code == doubled).count();
            assert!((2..=5).contains(&copies), "{copies}");
            assert_eq!(all.len() - copies, 1);
        }
    }

    #[test]
    fn a_reordered_answer_has_the_same_messages_in_another_order() {
        for seed in 0..50 {
            let mut mailbox = mailbox(&["a", "b", "c"]);
            let (out, touched) =
                mailbox.poll(0, terms(PollMode::Destructive, 9), Some(Disturbance::Reorder(seed)));
            let mut sorted = codes(&out);
            assert_ne!(sorted, ["a", "b", "c"]);
            sorted.sort_unstable();
            assert_eq!((sorted, touched.len()), (vec!["a", "b", "c"], 3));
        }
    }
}
