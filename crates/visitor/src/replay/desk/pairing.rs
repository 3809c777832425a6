//! Which of the centre's conversations is which dialogue. A message is known by the id that the visitor gave it; a
//! visitor of whom nothing has come yet, by a name that nobody else has.

use super::api::ContactView;
use crate::replay::conversation::{Conversation, Heard};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Everything the desk knows.
#[derive(Debug, Default)]
pub struct Pairing {
    contacts: BTreeMap<u64, Contact>,
    typed: HashMap<String, Arc<Conversation>>,
    expected: Vec<Arc<Conversation>>,
}

#[derive(Debug, Default)]
struct Contact {
    user: String,
    known: u64,
    /// The last dialogue that was found in it.
    conversation: Option<Arc<Conversation>>,
    /// Messages of which nobody is known to have typed them.
    strange: Vec<Heard>,
}

impl Pairing {
    /// A visitor is about to begin this dialogue.
    pub fn expect(&mut self, conversation: &Arc<Conversation>) {
        self.expected.retain(|other| !other.is_closed());
        self.expected.push(Arc::clone(conversation));
    }

    /// A visitor has typed the message of this id.
    pub fn typed(&mut self, id: &str, conversation: &Arc<Conversation>) {
        self.typed.insert(id.to_owned(), Arc::clone(conversation));
        // It may have come before its sender told.
        for (number, contact) in &mut self.contacts {
            let ours = |heard: &mut Heard| heard.id.as_deref() == Some(id);
            let found: Vec<Heard> = contact.strange.extract_if(.., ours).collect();
            for heard in found {
                contact.hear(*number, heard, conversation);
            }
        }
    }

    /// How many lines of a conversation are known here.
    pub fn known(&self, contact: u64) -> u64 {
        self.contacts.get(&contact).map_or(0, |contact| contact.known)
    }

    /// Takes a line of a conversation; what is not of the visitor only counts.
    pub fn line(&mut self, view: &ContactView, seq: u64, heard: Option<Heard>) {
        let contact = self.contacts.entry(view.id).or_default();
        contact.user.clone_from(&view.user_id);
        if seq <= contact.known {
            return;
        }
        contact.known = seq;
        let Some(heard) = heard else { return };
        match heard.id.as_deref().and_then(|id| self.typed.get(id)) {
            Some(conversation) => contact.hear(view.id, heard, &Arc::clone(conversation)),
            None => contact.strange.push(heard),
        }
    }

    /// Takes note of how a conversation stands.
    pub fn seen(&mut self, view: &ContactView) {
        let contact = self.contacts.entry(view.id).or_default();
        contact.user.clone_from(&view.user_id);
        let live = view.state == "active";
        if live && contact.conversation.as_ref().is_none_or(|found| found.is_closed()) {
            let mut same = self.expected.iter().filter(|expected| {
                !expected.is_closed() && expected.name.as_deref() == Some(view.user_name.as_str())
            });
            if let (Some(only), None) = (same.next(), same.next())
                && only.contact().is_none()
            {
                only.pair(view.id, &view.user_id);
                contact.conversation = Some(Arc::clone(only));
            }
        }
        if view.state == "ended"
            && let Some(found) = &contact.conversation
            && found.contact() == Some(view.id)
        {
            found.end();
        }
    }

    /// Conversations in which the agent has something to type.
    pub fn due(&self) -> Vec<(u64, Arc<Conversation>)> {
        let open = self.expected.iter().filter(|conversation| conversation.due().is_some());
        open.filter_map(|conversation| Some((conversation.contact()?, Arc::clone(conversation)))).collect()
    }

    /// Gives what nobody typed to the conversations it came in; answers how many messages belong to none.
    pub fn settle(&mut self) -> usize {
        let mut homeless = 0;
        for contact in self.contacts.values_mut() {
            for heard in contact.strange.drain(..) {
                match &contact.conversation {
                    Some(conversation) => conversation.hear(heard),
                    None => homeless += 1,
                }
            }
        }
        homeless
    }
}

impl Contact {
    fn hear(&mut self, number: u64, heard: Heard, conversation: &Arc<Conversation>) {
        conversation.hear(heard);
        if !conversation.is_closed() && conversation.contact() != Some(number) {
            conversation.pair(number, &self.user);
        }
        if !conversation.is_closed() || self.conversation.is_none() {
            self.conversation = Some(Arc::clone(conversation));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replay::dialogue::{Dialogue, Line};

    fn conversation(name: &str) -> Arc<Conversation> {
        let line = |after| Line { text: "x".into(), after };
        let (visitor, agent) = (vec![line(0)], vec![line(1)]);
        let dialogue = Dialogue { id: "d".into(), lang: "en".into(), visitor, agent };
        Arc::new(Conversation::new(Arc::new(dialogue), Some(name.into())))
    }

    fn view(id: u64, name: &str, state: &str) -> ContactView {
        let (user_id, user_name) = (format!("u{id}"), name.to_owned());
        ContactView { id, state: state.into(), user_id, user_name, message_count: 9, visitor_typing: false }
    }

    fn heard(id: &str) -> Option<Heard> {
        Some(Heard { text: "x".into(), id: Some(id.into()), at_ms: 0 })
    }

    #[test]
    fn a_message_is_known_by_its_id_whoever_tells_first() {
        for told_first in [true, false] {
            let (mut pairing, played) = (Pairing::default(), conversation("A"));
            pairing.expect(&played);
            if told_first {
                pairing.typed("m1", &played);
            }
            pairing.line(&view(5, "other", "active"), 1, heard("m1"));
            if !told_first {
                assert_eq!(played.contact(), None);
                pairing.typed("m1", &played);
            }
            assert_eq!((played.contact(), played.user().as_deref()), (Some(5), Some("u5")));
            assert_eq!(pairing.due().len(), 1);
            assert_eq!(pairing.settle(), 0);
        }
    }

    #[test]
    fn a_line_read_twice_is_heard_once() {
        let (mut pairing, played) = (Pairing::default(), conversation("A"));
        pairing.expect(&played);
        pairing.typed("m1", &played);
        for _ in 0..2 {
            pairing.line(&view(5, "A", "active"), 1, heard("m1"));
        }
        assert_eq!(played.histories().0.len(), 1);
        assert_eq!(pairing.known(5), 1);
    }

    #[test]
    fn a_name_pairs_only_if_nobody_else_has_it() {
        let (mut pairing, one, two) = (Pairing::default(), conversation("A"), conversation("A"));
        pairing.expect(&one);
        pairing.expect(&two);
        pairing.seen(&view(5, "A", "active"));
        assert_eq!((one.contact(), two.contact()), (None, None));
        two.close();
        pairing.seen(&view(5, "A", "active"));
        assert_eq!((one.contact(), two.contact()), (Some(5), None));
    }

    #[test]
    fn what_nobody_typed_belongs_to_the_conversation_it_came_in() {
        let (mut pairing, played) = (Pairing::default(), conversation("A"));
        pairing.expect(&played);
        pairing.typed("m1", &played);
        pairing.line(&view(5, "A", "active"), 1, heard("m1"));
        pairing.line(&view(5, "A", "active"), 2, heard("altered"));
        pairing.line(&view(6, "B", "active"), 1, heard("alone"));
        assert_eq!(pairing.settle(), 1);
        assert_eq!(played.histories().0.len(), 2);
    }

    #[test]
    fn the_end_is_seen_for_the_dialogue_that_is_in_it() {
        let (mut pairing, played) = (Pairing::default(), conversation("A"));
        pairing.expect(&played);
        pairing.seen(&view(5, "A", "active"));
        pairing.seen(&view(4, "A", "ended"));
        assert!(!played.is_over());
        pairing.seen(&view(5, "A", "ended"));
        assert!(played.is_over());
    }
}
