//! Playing scenarios.

use std::collections::{BTreeMap, VecDeque};

use serde_json::json;

use super::scenario::{Running, Scenario, Speaker, Step};
use super::{
    Agent, AgentId, Centre, ContactId, Content, Control, Downlink, Elsewhere, EndCause, Ms, Origin, Source,
    State, Words, robot, text,
};
use crate::media;

const RUNNING_MAX: usize = 200;

/// Why a scenario was not started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PlayError {
    #[error("this visitor has no conversation")]
    NoConversation,
    #[error("too many scenarios are under way")]
    TooMany,
}

impl Centre {
    /// Starts a scenario for a visitor; one under way for the same visitor is dropped. Without a name it is for the
    /// visitor whose conversation began last. Answers whose it is.
    ///
    /// # Errors
    /// When the visitor has no conversation, or too many scenarios run.
    pub(crate) fn play(
        &mut self,
        now: Ms,
        user: Option<&str>,
        scenario: &Scenario,
    ) -> Result<String, PlayError> {
        self.advance(now);
        let newest = || self.live.last().and_then(|id| self.contacts.get(id)).map(|c| c.user_id.clone());
        let user = match user {
            Some(user) => self.live_contact(user).map(|contact| contact.user_id.clone()),
            None => newest(),
        };
        let user = user.ok_or(PlayError::NoConversation)?;
        self.scripts.retain(|running| running.user != user);
        if self.scripts.len() >= RUNNING_MAX {
            return Err(PlayError::TooMany);
        }
        self.scripts.push(Running {
            user: user.clone(),
            pace_ms: scenario.pace_ms,
            due_ms: now,
            steps: VecDeque::from(scenario.steps.clone()),
            labels: BTreeMap::new(),
        });
        self.run_scripts(now);
        Ok(user)
    }

    /// Takes every step that is due.
    pub(super) fn run_scripts(&mut self, now: Ms) {
        if self.scripts.is_empty() {
            return;
        }
        let mut scripts = std::mem::take(&mut self.scripts);
        for running in &mut scripts {
            while running.due_ms <= now {
                let Some(step) = running.steps.pop_front() else { break };
                let Some(id) = self.live_id(&running.user) else {
                    running.steps.clear();
                    break;
                };
                running.due_ms = running.due_ms.saturating_add(match step {
                    Step::Wait { ms } => ms,
                    _ => running.pace_ms,
                });
                self.take(now, id, step, &mut running.labels);
            }
        }
        scripts.retain(|running| !running.steps.is_empty());
        self.scripts.append(&mut scripts);
    }

    fn take(&mut self, now: Ms, id: ContactId, step: Step, labels: &mut BTreeMap<String, String>) {
        let mut speak = |centre: &mut Centre, source, words: Words, label: Option<String>| {
            let code = centre.say(now, id, source, words, |message| message);
            labels.extend(label.zip(code));
        };
        match step {
            Step::Wait { .. } => {}
            Step::Agent { name } => self.hand_to(now, id, &name),
            Step::Text { text, by, label } => {
                let source = if by == Speaker::System { Source::System } else { Source::Agent };
                speak(self, source, text.into(), label);
            }
            Step::Html { html, label } => speak(self, Source::Agent, html.into(), label),
            Step::File { media, file, library, label } => {
                let origin = if library { Origin::Library } else { Origin::Local };
                if let Some(words) = self.sample_words(now, id, &media, &file, origin) {
                    speak(self, Source::Agent, words, label);
                }
            }
            Step::Location { latitude, longitude, description } => {
                let words = place(latitude, longitude, &description);
                speak(self, Source::Agent, words, None);
            }
            Step::Card { title, description, url, picture } => {
                let words = self.card_words(now, id, &title, &description, &url, picture.as_deref());
                speak(self, Source::Agent, words, None);
            }
            Step::Robot { text, similar } => {
                self.robot_says(now, id, robot::Answer { text, similar, extra: None });
            }
            Step::Unknown { media, control, content } => self.say_unknown(now, id, media, control, content),
            Step::CallLink { text, url } => {
                let escape =
                    |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
                let html = format!("<p><a href=\"{}\">{}</a></p>", escape(&url), escape(&text));
                speak(self, Source::Agent, html.into(), None);
            }
            Step::Recall { label } => drop(labels.get(&label).map(|code| self.retract(now, id, code, false))),
            Step::Delete { label } => drop(labels.get(&label).map(|code| self.retract(now, id, code, true))),
            Step::Read => self.mark_read(now, id),
            Step::Typing => self.show_typing(now, id),
            Step::Queue => self.send_to_queue(now, id, None),
            Step::PrivateQueue => self.send_to_queue(now, id, Some(Elsewhere::PrivateQueue)),
            Step::Ivr => self.send_to_queue(now, id, Some(Elsewhere::Ivr)),
            Step::NoAnswer => self.send_to_queue(now, id, Some(Elsewhere::NoAnswer)),
            Step::Offline { writable } => self.end_saying(now, id, EndCause::QueueTimeout, Some(writable)),
            Step::Disconnect => self.end(now, id, EndCause::Agent),
        }
    }

    /// Gives the contact to an agent of this name, who need not be at a desk.
    fn hand_to(&mut self, now: Ms, id: ContactId, name: &str) {
        let known = self.agents.values().find(|agent| agent.name == name).map(|agent| agent.id);
        let agent = known.unwrap_or_else(|| {
            let id = AgentId(self.agents.len() as u64 + 1);
            let (name, queues, tokens) = (name.to_owned(), Vec::new(), Vec::new());
            let agent = Agent { id, name, queues, tokens, active: 0, heard_ms: 0, signed_in: false };
            self.agents.insert(id, agent);
            id
        });
        self.relieve(id);
        self.due.retain(|_, (asked, _)| *asked != id);
        self.serve(now, id, agent);
    }

    fn send_to_queue(&mut self, now: Ms, id: ContactId, elsewhere: Option<Elsewhere>) {
        self.relieve(id);
        self.due.retain(|_, (asked, _)| *asked != id);
        let Some(contact) = self.contacts.get_mut(&id) else { return };
        contact.state = State::Waiting;
        contact.elsewhere = elsewhere;
        contact.waiting_since_ms.get_or_insert(now);
        let language = contact.language;
        if !self.waiting.contains(&id) {
            self.waiting.push(id);
        }
        let words = text::queued(language, self.position(id));
        self.say(now, id, Source::System, words, |message| Downlink { queued: true, ..message });
    }

    fn mark_read(&mut self, now: Ms, id: ContactId) {
        let agent = self.contacts.get(&id).and_then(|contact| contact.agent);
        // Where nobody serves there is nobody who could have read.
        if let Some(agent) = agent
            && let Err(error) = self.read(now, agent, id)
        {
            tracing::debug!(%error, "scenario: not marked as read");
        }
    }

    fn show_typing(&mut self, now: Ms, id: ContactId) {
        let Some(contact) = self.contacts.get(&id) else { return };
        let (user, nickname) = (contact.user_id.clone(), contact.agent_name.clone());
        if self.settings.agent_typing {
            self.post(now, &user, Source::Agent, Content::None, |message| Downlink {
                control: Control::Input,
                nickname,
                ..message
            });
        }
    }

    fn say_unknown(
        &mut self,
        now: Ms,
        id: ContactId,
        media: Option<String>,
        control: Option<String>,
        content: Option<String>,
    ) {
        let Some(contact) = self.contacts.get(&id) else { return };
        let (user, nickname) = (contact.user_id.clone(), contact.agent_name.clone());
        let content = content.map_or(Content::None, Content::Text);
        self.post(now, &user, Source::Agent, content, |message| Downlink {
            media,
            other_control: control,
            nickname,
            ..message
        });
    }

    /// A sample as a message of this kind.
    pub(super) fn sample_words(
        &mut self,
        now: Ms,
        id: ContactId,
        media: &str,
        file: &str,
        origin: Origin,
    ) -> Option<Words> {
        let user = self.contacts.get(&id)?.user_id.clone();
        let bytes = media::sample(file)?;
        let ext = file.rsplit_once('.').map_or("", |(_, ext)| ext);
        let file = self.keep_file(now, Some(&user), origin, ext, Some(file.to_owned()), bytes.into());
        Some(Words { media: media.to_owned(), text: file.key.clone(), file: Some(file) })
    }

    /// A card, with a sample as its picture.
    pub(super) fn card_words(
        &mut self,
        now: Ms,
        id: ContactId,
        title: &str,
        description: &str,
        url: &str,
        picture: Option<&str>,
    ) -> Words {
        let file = picture
            .and_then(|name| self.sample_words(now, id, "WEBCARD", name, Origin::Local))
            .and_then(|words| words.file);
        let text = json!({
            "title": title,
            "description": description,
            "mediaFileId": file.as_ref().map_or("", |file| file.key.as_str()),
            "mediaFileType": file.as_ref().map_or_else(String::new, |file| format!("img/{}", file.ext)),
            "redirectUrl": url,
        });
        Words { media: "WEBCARD".into(), text: text.to_string(), file }
    }
}

/// `latitude/longitude/description`, as 2.5 prints a place.
pub(super) fn place(latitude: f64, longitude: f64, description: &str) -> Words {
    Words { media: "LOCATE".into(), text: format!("{latitude}/{longitude}/{description}"), file: None }
}
