//! The visitor's side: types the visitor's turns of one dialogue after another, ends each, and rates it.

use super::conversation::Conversation;
use super::desk::Desk;
use super::dialogue::Dialogue;
use crate::clock::Clock;
use crate::view::View;
use crate::visitor::{Gone, Visitor};
use frontdesk_contract::{Body, ClientId, ConnectTo, ContactState};
use frontdesk_core::{EntryKind, MineState, RatingState, Stage};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, timeout, timeout_at};

/// How long the question for a rating is waited for; the core follows a conversation that has ended for 20 s.
const ASKED: Duration = Duration::from_secs(25);
/// How often ending is tried.
const ENDINGS: u32 = 3;

/// How patient a visitor is.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// For one turn of the other side, once it was typed.
    pub patience: Duration,
    /// For a whole dialogue, and for each step of its end.
    pub deadline: Duration,
}

/// A message as the visitor typed it.
#[derive(Clone, Debug)]
pub struct Typed {
    /// What it says.
    pub text: String,
    /// The id that the session gave it.
    pub id: ClientId,
    /// When Enter was pressed.
    pub at_ms: u64,
    /// How it looked at the end.
    pub state: MineState,
}

/// A message of the agent as the visitor saw it.
#[derive(Clone, Debug)]
pub struct Shown {
    /// What it says.
    pub text: String,
    /// When it appeared.
    pub at_ms: u64,
}

/// Why a dialogue was not played to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// No agent in time.
    NotConnected,
    /// The conversation was lost in the middle.
    Disconnected,
    /// The dialogue did not come to its end in time.
    Deadline,
    /// The visitor's task has ended.
    Gone,
}

impl From<Gone> for Trouble {
    fn from(_: Gone) -> Self {
        Self::Gone
    }
}

/// How the rating went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rated {
    /// Nobody asked for it.
    NotAsked,
    /// Given and taken.
    Thanked,
    /// Given and refused, or not answered in time.
    Failed,
}

/// A dialogue that was played, as the visitor saw it.
#[derive(Debug)]
pub struct Played {
    /// Both sides' histories and what was to be said.
    pub conversation: Arc<Conversation>,
    /// What the visitor typed.
    pub typed: Vec<Typed>,
    /// What the visitor was shown of the agent.
    pub shown: Vec<Shown>,
    /// Why it was not played to its end.
    pub trouble: Option<Trouble>,
    /// The conversation ended as the visitor wished.
    pub ended: bool,
    /// How the rating went.
    pub rated: Rated,
}

/// A visitor at the keyboard.
#[derive(Debug)]
pub struct Visit {
    /// The visitor.
    pub visitor: Visitor,
    /// Whom the visitor talks to.
    pub desk: Arc<Desk>,
    /// The time of the whole run.
    pub clock: Clock,
    /// How patient.
    pub pace: Pace,
}

impl Visit {
    /// Plays one dialogue in a new conversation.
    pub async fn play(&mut self, dialogue: Arc<Dialogue>) -> Played {
        let start = self.visitor.look(View::last_key);
        let opened = self.open().await;
        let name = self.visitor.look(|view| view.name.clone());
        let conversation = Arc::new(Conversation::new(dialogue, name));
        self.desk.expect(&conversation);
        let mut typed = Vec::new();
        let talked = match opened {
            Ok(()) => self.talk(&conversation, start, &mut typed).await,
            Err(trouble) => Err(trouble),
        };
        conversation.close();
        let ended = self.end(&conversation).await.unwrap_or(false);
        let rated = match ended {
            true => self.rate().await.unwrap_or(Rated::Failed),
            false => Rated::NotAsked,
        };
        self.visitor.look(|view| {
            for typed in &mut typed {
                let own = view.my_lines(start).find(|(line, _)| id_of(&line.entry.kind) == Some(&typed.id));
                typed.state = own.map_or(typed.state, |(_, state)| state);
            }
        });
        self.clear(start).await;
        let shown = self.visitor.look(|view| view.agent_lines(start).filter_map(shown).collect());
        Played { conversation, typed, shown, trouble: talked.err(), ended, rated }
    }

    async fn open(&mut self) -> Result<(), Trouble> {
        self.visitor.open().await?;
        let open = self.visitor.until(|view| (view.stage == Stage::Open).then_some(()));
        Ok(timeout(self.pace.deadline, open).await.map_err(|_| Trouble::NotConnected)??)
    }

    async fn talk(
        &mut self,
        conversation: &Arc<Conversation>,
        start: u32,
        typed: &mut Vec<Typed>,
    ) -> Result<(), Trouble> {
        let deadline = Instant::now() + self.pace.deadline;
        self.connect(deadline).await?;
        let dialogue = Arc::clone(&conversation.dialogue);
        let mut missing = 0;
        for line in &dialogue.visitor {
            self.hear(conversation, start, line.after, &mut missing, deadline).await?;
            typed.push(self.type_in(conversation, &line.text).await?);
        }
        self.hear(conversation, start, dialogue.agent.len(), &mut missing, deadline).await?;
        self.settle(start, deadline).await
    }

    async fn connect(&mut self, deadline: Instant) -> Result<(), Trouble> {
        loop {
            self.visitor.connect(ConnectTo::Agent).await?;
            // The wish is under way, or was refused, only after the session has taken it.
            let connected = self.visitor.until(|view| {
                let served = view.contact.state == ContactState::Agent && !view.connecting;
                (served || view.connect_error.is_some()).then_some(served)
            });
            match timeout_at(deadline, connected).await {
                Ok(Ok(true)) => return Ok(()),
                // Refused: a person would try again after a moment.
                Ok(Ok(false)) => tokio::time::sleep(Duration::from_secs(1)).await,
                Ok(Err(gone)) => return Err(gone.into()),
                Err(_) => return Err(Trouble::NotConnected),
            }
        }
    }

    /// Waits until so many turns of the agent are shown, or are not to be waited for any longer.
    async fn hear(
        &mut self,
        conversation: &Conversation,
        start: u32,
        turns: usize,
        missing: &mut usize,
        deadline: Instant,
    ) -> Result<(), Trouble> {
        loop {
            let desk = &self.desk;
            let look = |view: &View| {
                if give_up(view, start, conversation) {
                    desk.nudge();
                }
                if matches!(view.contact.state, ContactState::Ended | ContactState::None) {
                    return Some(Err(Trouble::Disconnected));
                }
                (count_shown(view, start) + *missing >= turns).then_some(Ok(()))
            };
            let until = deadline.min(Instant::now() + self.pace.patience);
            match timeout_at(until, self.visitor.until(look)).await {
                Ok(found) => return found?,
                Err(_) if Instant::now() >= deadline => return Err(Trouble::Deadline),
                Err(_) => {}
            }
            let patience_ms = u64::try_from(self.pace.patience.as_millis()).unwrap_or(u64::MAX);
            let long_ago = self.clock.now_ms().saturating_sub(patience_ms);
            let (said, last_ms) = conversation.said();
            if said >= turns && last_ms <= long_ago {
                *missing = turns.saturating_sub(self.visitor.look(|view| count_shown(view, start)));
            } else {
                // What is shown as sent and has not come by now will not come: let the agent go on.
                self.visitor.look(|view| {
                    for (line, state) in view.my_lines(start) {
                        if state == MineState::Sent
                            && line.shown_ms <= long_ago
                            && let Some(id) = id_of(&line.entry.kind)
                        {
                            conversation.give_up(id.as_str());
                        }
                    }
                });
                self.desk.nudge();
            }
        }
    }

    async fn type_in(&mut self, conversation: &Arc<Conversation>, text: &str) -> Result<Typed, Trouble> {
        let before = self.visitor.look(View::last_key);
        let at_ms = self.clock.now_ms();
        self.visitor.send(text).await?;
        let own = |view: &View| {
            let (line, state) = view.my_lines(before).next()?;
            Some((id_of(&line.entry.kind)?.clone(), state))
        };
        let (id, state) =
            timeout(self.pace.deadline, self.visitor.until(own)).await.map_err(|_| Trouble::Deadline)??;
        self.desk.typed(id.as_str(), conversation);
        Ok(Typed { text: text.to_owned(), id, at_ms, state })
    }

    /// Waits until nothing of the visitor's is on its way.
    async fn settle(&mut self, start: u32, deadline: Instant) -> Result<(), Trouble> {
        let settled = self.visitor.until(|view| (!is_busy(view, start)).then_some(()));
        Ok(timeout_at(deadline, settled).await.map_err(|_| Trouble::Deadline)??)
    }

    /// Ends the conversation; answers whether both sides have seen it.
    async fn end(&mut self, conversation: &Conversation) -> Result<bool, Gone> {
        let closed = |state| matches!(state, ContactState::Ended | ContactState::None);
        for _ in 0..ENDINGS {
            self.visitor.end().await?;
            let over = self.visitor.until(|view| closed(view.contact.state).then_some(()));
            if let Ok(over) = timeout(self.pace.patience, over).await {
                over?;
                let seen = self.desk.until(|| conversation.contact().is_none() || conversation.is_over());
                return Ok(timeout(self.pace.patience, seen).await.is_ok());
            }
        }
        Ok(false)
    }

    async fn rate(&mut self) -> Result<Rated, Gone> {
        let asked = self.visitor.until(|view| match &view.rating {
            RatingState::Asked(form) => Some(form.levels.iter().map(|level| level.level).max().unwrap_or(5)),
            _ => None,
        });
        let Ok(level) = timeout(ASKED, asked).await else { return Ok(Rated::NotAsked) };
        self.visitor.rate(level?, "").await?;
        let done = self.visitor.until(|view| match &view.rating {
            RatingState::Thanked => Some(Rated::Thanked),
            RatingState::Failed(_) | RatingState::None => Some(Rated::Failed),
            RatingState::Asked(_) | RatingState::Sending => None,
        });
        match timeout(self.pace.deadline, done).await {
            Ok(done) => done,
            Err(_) => Ok(Rated::Failed),
        }
    }

    /// What was not delivered must not come up in the next conversation.
    async fn clear(&mut self, start: u32) {
        let waiting: Vec<ClientId> = self.visitor.look(|view| {
            let undelivered = |state| !matches!(state, MineState::Sent | MineState::Unconfirmed);
            let waiting = view.my_lines(start).filter(|(_, state)| undelivered(*state));
            waiting.filter_map(|(line, _)| id_of(&line.entry.kind).cloned()).collect()
        });
        for id in waiting {
            if self.visitor.discard(id).await.is_err() {
                return;
            }
        }
    }
}

fn id_of(kind: &EntryKind) -> Option<&ClientId> {
    match kind {
        EntryKind::Mine { id, .. } => Some(id),
        _ => None,
    }
}

fn shown(line: &crate::view::Line) -> Option<Shown> {
    match &line.entry.kind {
        EntryKind::Theirs { body: Body::Text(text), .. } => {
            Some(Shown { text: text.clone(), at_ms: line.shown_ms })
        }
        _ => None,
    }
}

fn count_shown(view: &View, start: u32) -> usize {
    view.agent_lines(start).count()
}

fn is_busy(view: &View, start: u32) -> bool {
    view.my_lines(start).any(|(_, state)| matches!(state, MineState::Queued | MineState::Sending))
}

/// Tells the desk's side which messages nobody can know of; answers whether any is new.
fn give_up(view: &View, start: u32, conversation: &Conversation) -> bool {
    let lost = |state| matches!(state, MineState::Unconfirmed | MineState::Failed(_));
    let lost = view.my_lines(start).filter(|(_, state)| lost(*state));
    let ids = lost.filter_map(|(line, _)| id_of(&line.entry.kind));
    ids.filter(|id| conversation.give_up(id.as_str())).count() > 0
}
