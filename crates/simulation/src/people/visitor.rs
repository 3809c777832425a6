//! A visitor at the keyboard: types, reloads, is killed and frozen, and does what a person does when something is shown
//! to have failed.

use super::text;
use crate::record::{Heard, Record, Typed};
use frontdesk_contract::{Body, ClientId, ConnectTo, ContactState};
use frontdesk_core::{EntryKind, MineState, Stage};
use frontdesk_visitor::chance::{Chance, mix};
use frontdesk_visitor::{View, Visitor};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// A browser's storage takes at most so long for a write.
pub const COMMIT: Duration = Duration::from_millis(10);
/// A person looks at the page so often.
const LOOK: Duration = Duration::from_millis(500);

/// What happens to the browser itself, beside typing.
#[derive(Clone, Copy, Debug)]
enum Mishap {
    Reload,
    Kill,
    Freeze,
    Sleep,
}

/// One visitor.
pub struct Person {
    /// Its number.
    pub number: u64,
    /// Its browser.
    pub browser: Arc<Visitor>,
    /// The books.
    pub record: Arc<Record>,
    chance: Chance,
    /// So many of a hundred messages are followed by a mishap.
    percent: u64,
    /// Messages that were refused for good, and when the visitor will press "retry".
    refused: BTreeMap<ClientId, u64>,
}

impl Person {
    /// A visitor who has not done anything yet.
    pub fn new(seed: u64, number: u64, browser: Arc<Visitor>, record: Arc<Record>, percent: u64) -> Self {
        let chance = Chance::new(mix(&[seed, 0x9e45, number]));
        Self { number, browser, record, chance, percent, refused: BTreeMap::new() }
    }

    fn draw(&mut self, most: u64) -> u64 {
        self.chance.next_u64() % (most + 1)
    }

    /// Comes to the page, asks for an agent and types so many messages with pauses of `pace` on average.
    pub async fn talk(&mut self, messages: u64, pace: Duration) {
        let arrival = Duration::from_millis(self.draw(2_000));
        tokio::time::sleep(arrival).await;
        let _ = self.browser.open().await;
        let _ = self.browser.connect(ConnectTo::Agent).await;
        let most = u64::try_from(pace.as_millis()).unwrap_or(1) * 2;
        for nth in 0..messages {
            let what = text("v", nth);
            // What is said more than once cannot be told apart afterwards. Everything else says who it is from.
            let told_apart = what != "ok";
            let what = if told_apart { format!("{}: {what}", self.number) } else { what };
            self.type_in(what).await;
            if told_apart && self.draw(999) < self.percent * 4 {
                self.mishap().await;
            }
            let pause = Duration::from_millis(self.draw(most));
            self.wait(pause).await;
        }
    }

    /// Types one message.
    pub async fn type_in(&mut self, text: String) {
        let at_ms = self.record.now_ms();
        let short: String = text.chars().take(12).collect();
        self.record.note(format_args!("v{} types {short}", self.number));
        self.record
            .talk(self.number, |talk| talk.typed.push(Typed { text: text.clone(), at_ms, gone: false }));
        let _ = self.browser.send(text).await;
    }

    /// Waits so long, and looks at the page meanwhile.
    pub async fn wait(&mut self, pause: Duration) {
        let until = tokio::time::Instant::now() + pause;
        loop {
            let left = until.saturating_duration_since(tokio::time::Instant::now());
            tokio::time::sleep(left.min(LOOK)).await;
            self.look().await;
            if left <= LOOK {
                return;
            }
        }
    }

    /// Does what the page asks for.
    async fn look(&mut self) {
        let now = self.record.now_ms();
        let (ended, closed, failed) = self.browser.look(|view| {
            let ended = matches!(view.contact.state, ContactState::Ended | ContactState::None);
            let failed: Vec<ClientId> = view
                .my_lines(0)
                .filter(|(_, state)| matches!(state, MineState::Failed(_)))
                .filter_map(|(line, _)| id_of(&line.entry.kind).cloned())
                .collect();
            let idle = ended && !view.connecting && view.stage == Stage::Open;
            (idle, matches!(view.stage, Stage::Refused(_) | Stage::Idle), failed)
        });
        if closed {
            let _ = self.browser.open().await;
        }
        if ended {
            let _ = self.browser.connect(ConnectTo::Agent).await;
        }
        for id in failed {
            let pause = 500 + self.draw(2_000);
            let due = *self.refused.entry(id.clone()).or_insert(now + pause);
            if due <= now {
                self.refused.remove(&id);
                self.record.note(format_args!("v{} retries {}", self.number, id.as_str()));
                self.record.books().refused.entry(self.number).or_default().remove(id.as_str());
                let _ = self.browser.input(frontdesk_core::Input::Retry(id)).await;
            }
        }
    }

    async fn mishap(&mut self) {
        const ALL: [Mishap; 4] = [Mishap::Reload, Mishap::Kill, Mishap::Freeze, Mishap::Sleep];
        let pick = usize::try_from(self.draw(3)).unwrap_or(0);
        let soon = Duration::from_millis(self.draw(30));
        tokio::time::sleep(soon).await;
        let pause = Duration::from_millis(1_000 + self.draw(14_000));
        self.remember();
        match ALL.get(pick) {
            Some(Mishap::Reload) => {
                self.record.fault("browser: reload", format_args!("v{}", self.number));
                let reloads = self.browser.look(|view| view.reloads);
                let _ = self.browser.reload().await;
                self.begins_anew(reloads).await;
            }
            Some(Mishap::Kill) => self.kill().await,
            Some(Mishap::Freeze) => {
                self.record.fault("browser: frozen", format_args!("v{}", self.number));
                self.stand_still(pause, false).await;
            }
            Some(Mishap::Sleep) => {
                self.record.fault("browser: asleep", format_args!("v{}", self.number));
                self.stand_still(pause, true).await;
            }
            None => {}
        }
        let now = self.record.now_ms();
        self.record.talk(self.number, |talk| talk.back_ms = now);
    }

    /// The page is there again, for the time after these. A refusal that arrived in its last moment may not have reached it.
    async fn begins_anew(&self, reloads: u32) {
        while self.browser.look(|view| view.reloads) == reloads {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        self.record.books().refused.remove(&self.number);
    }

    /// Notes what has been shown up to now.
    fn remember(&self) {
        let shown = self.shown();
        self.record.talk(self.number, |talk| {
            for heard in shown {
                talk.first_shown.entry(heard.id.unwrap_or_default()).or_insert(heard.at_ms);
            }
        });
    }

    /// The page does not move for a while, and nobody types. Refusals that came meanwhile have not reached it.
    async fn stand_still(&mut self, pause: Duration, asleep: bool) {
        let _ = self.browser.freeze(pause, asleep).await;
        tokio::time::sleep(pause).await;
        self.record.books().refused.remove(&self.number);
    }

    /// The browser is killed. What had been shown as on its way is there afterwards; so is what was typed before the last
    /// moment, in which the storage may not have written it.
    async fn kill(&mut self) {
        self.record.fault("browser: killed", format_args!("v{}", self.number));
        let reloads = self.browser.look(|view| view.reloads);
        let moment = u64::try_from(COMMIT.as_millis()).unwrap_or(0) + 1;
        let own = self.own();
        let sending = |text: &str| {
            own.iter().filter(|(own, _, state)| own == text && *state != MineState::Queued).count()
        };
        let _ = self.browser.kill().await;
        self.begins_anew(reloads).await;
        let now = self.record.now_ms();
        let after = self.browser.look(mine);
        // Some say the same: they are counted.
        let lost = self.record.talk(self.number, |talk| {
            let mut lost = Vec::new();
            for at in (0..talk.typed.len()).rev() {
                let Some(Typed { text, at_ms, .. }) = talk.typed.get(at).cloned() else { continue };
                if at_ms + moment < now {
                    break;
                }
                let typed = talk.typed.iter().filter(|other| !other.gone && other.text == text).count();
                let there = after.iter().filter(|other| **other == text).count();
                if there < typed && sending(&text) < typed {
                    if let Some(typed) = talk.typed.get_mut(at) {
                        typed.gone = true;
                    }
                    lost.push(text);
                }
            }
            lost
        });
        for text in lost {
            self.record.note(format_args!("v{} lost before it was kept: {text}", self.number));
        }
    }

    /// Notes what is shown, with the time at which each message of the agent appeared first.
    pub fn settle(&self) {
        self.remember();
        let shown = self.shown();
        self.record.talk(self.number, |talk| {
            let first = |heard: Heard| {
                let at_ms = heard.id.as_ref().and_then(|id| talk.first_shown.get(id).copied());
                Heard { at_ms: at_ms.unwrap_or(heard.at_ms), ..heard }
            };
            talk.shown = shown.into_iter().map(first).collect();
        });
    }

    /// The agent's messages on the screen.
    pub fn shown(&self) -> Vec<Heard> {
        self.browser.look(|view| {
            let text = |kind: &EntryKind| match kind {
                EntryKind::Theirs { body: Body::Text(text), id, .. } => Some((text.clone(), id.clone())),
                _ => None,
            };
            let lines = view.agent_lines(0);
            lines
                .filter_map(|line| {
                    let (text, id) = text(&line.entry.kind)?;
                    Some(Heard { text, id: Some(id), at_ms: self.record.since(line.shown_ms) })
                })
                .collect()
        })
    }

    /// The visitor's own messages on the screen: text, id, state.
    pub fn own(&self) -> Vec<(String, String, MineState)> {
        self.browser.look(|view| {
            let lines = view.my_lines(0).filter_map(|(line, state)| match &line.entry.kind {
                EntryKind::Mine { id, body: Body::Text(text), .. } => {
                    Some((text.clone(), id.as_str().to_owned(), state))
                }
                _ => None,
            });
            lines.collect()
        })
    }
}

fn mine(view: &View) -> Vec<String> {
    let lines = view.my_lines(0).filter_map(|(line, _)| match &line.entry.kind {
        EntryKind::Mine { body: Body::Text(text), .. } => Some(text.clone()),
        _ => None,
    });
    lines.collect()
}

fn id_of(kind: &EntryKind) -> Option<&ClientId> {
    match kind {
        EntryKind::Mine { id, .. } => Some(id),
        _ => None,
    }
}
