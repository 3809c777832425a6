//! Downlink: making messages for visitors and handing them out.

use super::mailbox::Terms;
use super::{
    Attachment, Centre, ContactId, Content, Control, Disturbance, Downlink, Entry, Ms, Party, Source, text,
};
use crate::settings::quirks::{MessageCode, ReadNotices};

/// What is said, besides by whom.
#[derive(Clone, Debug)]
pub(crate) struct Words {
    /// `mediaType`
    pub(crate) media: String,
    /// `content`
    pub(crate) text: String,
    pub(crate) file: Option<Attachment>,
}

impl From<&str> for Words {
    fn from(text: &str) -> Words {
        Words::from(text.to_owned())
    }
}

impl From<String> for Words {
    fn from(text: String) -> Words {
        Words { media: "TEXT".into(), text, file: None }
    }
}

impl Centre {
    /// Messages of this visitor, and the codes that the disturbance touched.
    ///
    /// `want_reads` also hands out which messages an agent has read.
    pub(crate) fn poll(
        &mut self,
        now: Ms,
        user: &str,
        want_reads: bool,
        disturbance: Option<Disturbance>,
    ) -> (Vec<Downlink>, Vec<String>) {
        self.advance(now);
        self.settle(now, user);
        if let Some(contact) = self.live_id(user).and_then(|id| self.contacts.get_mut(&id)) {
            contact.polled_ms = now;
        }
        if want_reads && self.settings.push.is_none() {
            self.post_reads(now, user);
        }
        let Some(visitor) = self.visitors.get_mut(user) else { return (Vec::new(), Vec::new()) };
        visitor.polls += 1;
        visitor.last_seen_ms = now;
        let settings = &self.settings;
        if settings.push.is_some() {
            return (Vec::new(), Vec::new());
        }
        let terms = Terms {
            mode: settings.poll,
            batch: settings.poll_batch,
            repeats_ms: settings.poll_repeats_s * 1_000,
        };
        let (messages, touched) = visitor.mailbox.poll(now, terms, disturbance);
        self.tally.down_polled += messages.len() as u64;
        (messages, touched)
    }

    /// Makes a message of what an agent has read.
    pub(super) fn post_reads(&mut self, now: Ms, user: &str) {
        let known = match self.settings.quirks.read_notices {
            ReadNotices::ByDialect => self.settings.dialect == crate::Dialect::V2_6,
            ReadNotices::On => true,
            ReadNotices::Off => false,
        };
        let reads = match self.visitors.get_mut(user) {
            Some(visitor) if known => std::mem::take(&mut visitor.read),
            _ => Vec::new(),
        };
        if !reads.is_empty() {
            let control = |message| Downlink { control: Control::Read, ..message };
            self.post(now, user, Source::Agent, Content::Ids(reads), control);
        }
    }

    /// Says something in a contact: into the transcript and to the visitor. Answers the message's code.
    pub(super) fn say(
        &mut self,
        now: Ms,
        id: ContactId,
        source: Source,
        words: impl Into<Words>,
        finish: impl FnOnce(Downlink) -> Downlink,
    ) -> Option<String> {
        let words = words.into();
        let contact = self.contacts.get(&id)?;
        let (user, language) = (contact.user_id.clone(), contact.language);
        let (from, name) = match source {
            Source::Agent => (Party::Agent, contact.agent_name.clone().unwrap_or_default()),
            Source::Robot => (Party::Robot, text::robot_name(language).to_owned()),
            Source::System => (Party::System, text::system_name(language).to_owned()),
        };
        let call_id = Some(contact.call_id.clone());
        let nickname = Some(name.clone());
        let (media, file) = (Some(words.media.clone()), words.file.clone());
        let mut robot_turn = None;
        let (code, at_ms) = self.post(now, &user, source, Content::Text(words.text.clone()), |message| {
            let message = finish(Downlink { nickname, call_id, media, file, ..message });
            robot_turn = message.robot_turn;
            message
        })?;
        let line = Entry::text(code.clone(), from, name, words.text, at_ms);
        let entry = Entry { media: words.media, file: words.file, robot_turn, ..line };
        if let Some(contact) = self.contacts.get_mut(&id) {
            contact.record(self.settings.max_transcript, entry);
        }
        self.touch(id);
        Some(code)
    }

    /// Puts a message into the visitor's mailbox; answers its code and time.
    pub(super) fn post(
        &mut self,
        now: Ms,
        user: &str,
        source: Source,
        content: Content,
        finish: impl FnOnce(Downlink) -> Downlink,
    ) -> Option<(String, Ms)> {
        let code = match self.settings.quirks.message_code {
            MessageCode::Uuid => self.ids.uuid(),
            MessageCode::Long => format!("{}{}", self.ids.token(), self.ids.token()),
        };
        let visitor = self.visitors.get_mut(user)?;
        let at_ms = now.max(visitor.last_down_ms.saturating_add(1));
        visitor.last_down_ms = at_ms;
        let message = finish(Downlink {
            code: code.clone(),
            at_ms,
            control: Control::Chat,
            other_control: None,
            source,
            media: None,
            content,
            file: None,
            nickname: None,
            call_id: None,
            robot_turn: None,
            similar: Vec::new(),
            queued: false,
            offline: None,
        });
        // Agents are stopped far earlier; this bounds a visitor who reconnects for ever and never polls.
        if visitor.mailbox.len() >= self.settings.max_transcript.saturating_mul(2) {
            visitor.mailbox.drop_oldest();
        }
        visitor.mailbox.push(message);
        self.tally.down_made += 1;
        Some((code, at_ms))
    }
}
