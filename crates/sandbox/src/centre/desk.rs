//! The centre as agents see and use it.

use serde::Serialize;

use super::{
    AgentId, Attachment, Centre, Contact, ContactId, Content, Control, Downlink, EndCause, Entry, Feedback,
    Ms, Origin, Party, Rating, Source, State, Words,
};

/// Why an agent's wish was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DeskError {
    #[error("there is no such conversation")]
    Unknown,
    #[error("the conversation is not waiting")]
    NotWaiting,
    #[error("the conversation is not served by you")]
    NotYours,
    #[error("the call is not connected")]
    NotConnected,
    #[error("you have as many conversations as you can take")]
    AtCapacity,
    #[error("no agent has written such a message here")]
    NoSuchMessage,
    #[error("the conversation takes no more messages")]
    Full,
}

/// A conversation in a list.
#[derive(Debug, Serialize)]
pub(crate) struct ContactView {
    id: ContactId,
    state: State,
    cause: Option<EndCause>,
    #[serde(rename = "userId")]
    user_id: String,
    #[serde(rename = "userName")]
    user_name: String,
    locale: &'static str,
    queue: String,
    agent: Option<AgentView>,
    /// Place in the queue while waiting.
    position: Option<usize>,
    started_ms: Ms,
    waiting_since_ms: Option<Ms>,
    ended_ms: Option<Ms>,
    last: Option<LastLine>,
    message_count: usize,
    unread: usize,
    visitor_typing: bool,
    rating: Option<Rating>,
    changed: u64,
}

#[derive(Debug, Serialize)]
struct AgentView {
    id: AgentId,
    name: String,
}

#[derive(Debug, Serialize)]
struct LastLine {
    from: Party,
    media: String,
    text: String,
    at_ms: Ms,
}

/// A line of a transcript.
#[derive(Debug, Serialize)]
pub(crate) struct EntryView {
    seq: u64,
    code: String,
    message_id: Option<String>,
    from: Party,
    name: String,
    media: String,
    text: String,
    file: Option<FileView>,
    feedback: Option<Feedback>,
    at_ms: Ms,
    read_ms: Option<Ms>,
    recalled_ms: Option<Ms>,
    /// Taken back so that the visitor sees no trace.
    deleted: bool,
}

/// The file of a line; `GET /agent/api/files/{key}` fetches it.
#[derive(Debug, Serialize)]
pub(crate) struct FileView {
    key: String,
    #[serde(rename = "type")]
    ext: String,
    name: Option<String>,
    size: usize,
    origin: Origin,
}

impl From<&Attachment> for FileView {
    fn from(file: &Attachment) -> FileView {
        let Attachment { key, ext, name, size, origin } = file.clone();
        FileView { key, ext, name, size, origin }
    }
}

impl From<&Entry> for EntryView {
    fn from(entry: &Entry) -> EntryView {
        EntryView {
            seq: entry.seq,
            code: entry.code.clone(),
            message_id: entry.message_id.clone(),
            from: entry.from,
            name: entry.name.clone(),
            media: entry.media.clone(),
            text: entry.text.clone(),
            file: entry.file.as_ref().map(FileView::from),
            feedback: entry.feedback.clone(),
            at_ms: entry.at_ms,
            read_ms: entry.read_ms,
            recalled_ms: entry.recalled_ms,
            deleted: entry.deleted,
        }
    }
}

const LAST_LINE_CHARS: usize = 120;

impl Centre {
    /// Conversations changed after change number `after`, oldest first.
    pub(crate) fn views_after(&self, after: u64) -> Vec<ContactView> {
        self.contacts.values().filter(|contact| contact.changed > after).map(|c| self.view(c)).collect()
    }

    /// One conversation and its lines after `after`.
    pub(crate) fn transcript(&self, id: ContactId, after: u64) -> Option<(ContactView, Vec<EntryView>)> {
        let contact = self.contacts.get(&id)?;
        let skip = usize::try_from(after).unwrap_or(usize::MAX);
        Some((self.view(contact), contact.transcript.iter().skip(skip).map(EntryView::from).collect()))
    }

    /// Lines up to `upto` that changed after change number `since`: read, taken back, rated.
    pub(crate) fn revised(&self, id: ContactId, upto: u64, since: u64) -> Vec<EntryView> {
        let lines = self.contacts.get(&id).map_or(&[][..], |contact| &contact.transcript);
        lines.iter().filter(|e| e.seq <= upto && e.changed > since).map(EntryView::from).collect()
    }

    fn view(&self, contact: &Contact) -> ContactView {
        let agent = contact.agent.zip(contact.agent_name.clone()).map(|(id, name)| AgentView { id, name });
        ContactView {
            id: contact.id,
            state: contact.state,
            cause: contact.cause,
            user_id: contact.user_id.clone(),
            user_name: contact.user_name.clone(),
            locale: contact.language.code(),
            queue: contact.queue.clone(),
            agent,
            position: (contact.state == State::Waiting).then(|| self.position(contact.id)),
            started_ms: contact.started_ms,
            waiting_since_ms: contact.waiting_since_ms,
            ended_ms: contact.ended_ms,
            last: contact.transcript.last().map(|entry| LastLine {
                from: entry.from,
                media: entry.media.clone(),
                text: entry.text.chars().take(LAST_LINE_CHARS).collect(),
                at_ms: entry.at_ms,
            }),
            message_count: contact.transcript.len(),
            unread: contact.unread,
            visitor_typing: contact.typing_until_ms.is_some(),
            rating: contact.rating.clone(),
            changed: contact.changed,
        }
    }

    /// The agent takes a waiting conversation, whatever its place.
    ///
    /// # Errors
    /// When it does not wait, or the agent has no room; accepting one's own again is fine.
    pub(crate) fn accept(&mut self, now: Ms, agent: AgentId, id: ContactId) -> Result<(), DeskError> {
        self.advance(now);
        let contact = self.contacts.get(&id).ok_or(DeskError::Unknown)?;
        if contact.state == State::Active && contact.agent == Some(agent) {
            return Ok(());
        }
        if contact.state != State::Waiting {
            return Err(DeskError::NotWaiting);
        }
        if self.agent(agent).is_none_or(|agent| agent.active >= self.settings.agent_capacity) {
            return Err(DeskError::AtCapacity);
        }
        self.serve(now, id, agent);
        Ok(())
    }

    /// The agent writes; answers the message's code.
    ///
    /// # Errors
    /// When the agent does not serve the conversation, or it is full.
    pub(crate) fn reply(
        &mut self,
        now: Ms,
        agent: AgentId,
        id: ContactId,
        words: impl Into<Words>,
    ) -> Result<String, DeskError> {
        self.advance(now);
        let contact = self.served_by(agent, id)?;
        let user = contact.user_id.clone();
        let full = contact.transcript.len() >= self.settings.max_transcript;
        let unpolled = self.visitor(&user).map_or(usize::MAX, |visitor| visitor.mailbox.len());
        if full || unpolled >= self.settings.max_transcript {
            return Err(DeskError::Full);
        }
        self.read(now, agent, id)?;
        self.say(now, id, Source::Agent, words, |message| message).ok_or(DeskError::Full)
    }

    /// The agent takes back a message of the team, or removes it. Doing it again is fine.
    ///
    /// # Errors
    /// When the agent does not serve the conversation, or no agent's message has this code.
    pub(crate) fn take_back(
        &mut self,
        now: Ms,
        agent: AgentId,
        id: ContactId,
        code: &str,
        delete: bool,
    ) -> Result<(), DeskError> {
        self.advance(now);
        self.served_by(agent, id)?;
        self.retract(now, id, code, delete).ok_or(DeskError::NoSuchMessage)
    }

    /// Takes back a message and tells the visitor.
    pub(super) fn retract(&mut self, now: Ms, id: ContactId, code: &str, delete: bool) -> Option<()> {
        let contact = self.contacts.get_mut(&id)?;
        let (user, call_id, nickname) =
            (contact.user_id.clone(), contact.call_id.clone(), contact.agent_name.clone());
        let entry = contact.transcript.iter_mut().find(|e| e.code == code && e.from != Party::Visitor)?;
        if entry.recalled_ms.is_some() {
            return Some(());
        }
        (entry.recalled_ms, entry.deleted) = (Some(now), delete);
        let seq = entry.seq;
        let control = if delete { Control::Delete } else { Control::Recall };
        self.post(now, &user, Source::Agent, Content::None, |message| Downlink {
            code: code.to_owned(),
            control,
            nickname,
            call_id: Some(call_id),
            ..message
        });
        self.touch_entry(id, seq);
        Some(())
    }

    /// The agent has read the visitor's messages.
    ///
    /// # Errors
    /// When the agent does not serve the conversation.
    pub(crate) fn read(&mut self, now: Ms, agent: AgentId, id: ContactId) -> Result<(), DeskError> {
        let contact = self.contacts.get_mut(&id).ok_or(DeskError::Unknown)?;
        if contact.state == State::Active && contact.agent != Some(agent) {
            return Err(DeskError::NotYours);
        }
        if contact.unread == 0 {
            return Ok(());
        }
        let mut ids = Vec::new();
        let unread =
            contact.transcript.iter_mut().filter(|e| e.from == Party::Visitor && e.read_ms.is_none());
        let change = self.change + 1;
        for entry in unread {
            (entry.read_ms, entry.changed) = (Some(now), change);
            ids.extend(entry.message_id.clone());
        }
        contact.unread = 0;
        let user = contact.user_id.clone();
        if let Some(visitor) = self.visitors.get_mut(&user) {
            visitor.read.extend(ids);
            let surplus = visitor.read.len().saturating_sub(self.settings.max_transcript);
            visitor.read.drain(..surplus);
        }
        self.touch(id);
        Ok(())
    }

    /// The agent is typing; the visitor learns it only where the setting says so.
    ///
    /// # Errors
    /// When the agent does not serve the conversation.
    pub(crate) fn agent_types(&mut self, now: Ms, agent: AgentId, id: ContactId) -> Result<(), DeskError> {
        self.advance(now);
        let contact = self.served_by(agent, id)?;
        let (user, nickname) = (contact.user_id.clone(), contact.agent_name.clone());
        let room = self.visitor(&user).is_some_and(|v| v.mailbox.len() < self.settings.max_transcript);
        if self.settings.agent_typing && room {
            self.post(now, &user, Source::Agent, Content::None, |message| Downlink {
                control: Control::Input,
                nickname,
                ..message
            });
        }
        Ok(())
    }

    /// The agent ends the conversation, or puts left messages away. Ending an ended one is fine.
    ///
    /// # Errors
    /// When another agent serves it, or it is with the robot or waiting.
    pub(crate) fn close(&mut self, now: Ms, agent: AgentId, id: ContactId) -> Result<(), DeskError> {
        self.advance(now);
        match self.contacts.get(&id).ok_or(DeskError::Unknown)?.state {
            State::Ended => Ok(()),
            State::Offline => {
                self.end(now, id, EndCause::Agent);
                Ok(())
            }
            _ => {
                self.served_by(agent, id)?;
                self.end(now, id, EndCause::Agent);
                Ok(())
            }
        }
    }

    /// The visitor of a conversation that this agent serves.
    ///
    /// # Errors
    /// When the agent does not serve it.
    pub(crate) fn served_user(&self, agent: AgentId, id: ContactId) -> Result<String, DeskError> {
        self.served_by(agent, id).map(|contact| contact.user_id.clone())
    }

    fn served_by(&self, agent: AgentId, id: ContactId) -> Result<&Contact, DeskError> {
        let contact = self.contacts.get(&id).ok_or(DeskError::Unknown)?;
        if contact.state == State::Active && contact.agent == Some(agent) {
            Ok(contact)
        } else {
            Err(DeskError::NotYours)
        }
    }
}
