//! Which of a visitor's tabs holds the long poll. Tabs hear each other through a channel; one leads, the others follow.
//!
//! Correctness never rests on this: events have numbers and messages have ids, so two leaders cost requests and none
//! costs delay, never a message.

use crate::input::Role;
use serde::{Deserialize, Serialize};

/// A leader is heard this often, in milliseconds.
pub const BEAT_MS: u64 = 2_000;
/// A leader that was not heard for so long is taken for gone, in milliseconds.
pub const GONE_MS: u64 = 5_000;
/// A claim stands if nobody objects within so many milliseconds.
pub const CLAIM_MS: u64 = 150;
/// The same of a claim that silence has led to: the leader may be hidden, and its timers then are late by up to a second.
pub const DOUBTFUL_CLAIM_MS: u64 = 1_200;
/// A leader whose beat is later than that cannot tell whether it is frozen, in milliseconds: a frozen page may still hear.
const LATE_MS: u64 = 1_500;

/// What a tab tells the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TabMessage {
    /// The tab that speaks, by its random number.
    pub from: u64,
    /// What it says.
    pub kind: TabKind,
}

/// What a tab may tell the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TabKind {
    /// I want to lead.
    Claim,
    /// I lead.
    Beat,
    /// I lead no longer, or claim no longer.
    Bye,
}

/// Something that happened to a tab.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TabInput {
    /// Another tab spoke.
    Heard(TabMessage),
    /// The time asked for has come.
    Timer,
    /// The tab is seen, or hidden: a tab that is seen takes the lead from silence sooner.
    Visible(bool),
    /// The tab that led is gone without a word. Only some browsers can tell.
    Vacant,
    /// There is a conversation to follow, or none any more.
    Active(bool),
    /// The page goes away, or is frozen.
    Leaving,
}

/// Something for the driver to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TabEffect {
    /// Tell the other tabs.
    Say(TabMessage),
    /// This tab's part has changed.
    Role(Role),
    /// Report [`TabInput::Timer`] at this time; replaces the time asked for before.
    WakeAt(Option<u64>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Nothing to follow.
    Resting,
    /// Asked to lead; waiting for objections until then.
    Claiming(u64),
    Leading,
    /// Somebody leads; taken for gone at that time.
    Following(u64),
}

/// One tab's view of the election.
#[derive(Clone, Debug)]
pub struct Tabs {
    own: u64,
    state: State,
    visible: bool,
    next_beat: u64,
    told: Option<Role>,
    wake_at: Option<u64>,
}

impl Tabs {
    /// A tab with a random number of its own.
    pub fn new(own: u64) -> Self {
        Self { own, state: State::Resting, visible: true, next_beat: 0, told: None, wake_at: None }
    }

    /// This tab leads.
    pub fn leads(&self) -> bool {
        self.state == State::Leading
    }

    /// Whether this tab leads; `None` while there is nothing to follow.
    pub fn part(&self) -> Option<bool> {
        (self.state != State::Resting).then(|| self.leads())
    }

    /// Takes one input and answers what is to be done, in that order.
    pub fn handle(&mut self, now_ms: u64, input: TabInput) -> Vec<TabEffect> {
        let mut effects = Vec::new();
        let timer = input == TabInput::Timer;
        match input {
            TabInput::Heard(message) if message.from != self.own => self.heard(now_ms, message, &mut effects),
            TabInput::Heard(_) => {}
            TabInput::Timer => self.wake_at = None,
            TabInput::Visible(visible) => self.visible = visible,
            TabInput::Active(true) if self.state == State::Resting => {
                self.claim(now_ms + CLAIM_MS, &mut effects)
            }
            TabInput::Vacant if matches!(self.state, State::Following(_)) => {
                self.claim(now_ms + CLAIM_MS, &mut effects)
            }
            TabInput::Active(true) | TabInput::Vacant => {}
            TabInput::Active(false) | TabInput::Leaving => self.rest(&mut effects),
        }
        if timer {
            self.advance(now_ms, &mut effects);
        }
        self.tell(&mut effects);
        effects
    }

    fn say(&self, kind: TabKind, effects: &mut Vec<TabEffect>) {
        effects.push(TabEffect::Say(TabMessage { from: self.own, kind }));
    }

    fn claim(&mut self, until_ms: u64, effects: &mut Vec<TabEffect>) {
        self.state = State::Claiming(until_ms);
        self.say(TabKind::Claim, effects);
    }

    /// This tab leads, and its timer has not come when it should have.
    fn is_late(&self, now_ms: u64) -> bool {
        now_ms > self.next_beat + LATE_MS
    }

    fn rest(&mut self, effects: &mut Vec<TabEffect>) {
        // A claim makes others wait for whoever claims: a page that is closed may see an input between its signs of that.
        if matches!(self.state, State::Leading | State::Claiming(_)) {
            self.say(TabKind::Bye, effects);
        }
        self.state = State::Resting;
    }

    fn follow(&mut self, now_ms: u64) {
        // A hidden tab waits longer, so that one that is seen takes over first.
        let patience = if self.visible { GONE_MS } else { GONE_MS + BEAT_MS };
        self.state = State::Following(now_ms + patience + self.own % 500);
    }

    fn heard(&mut self, now_ms: u64, message: TabMessage, effects: &mut Vec<TabEffect>) {
        match (self.state, message.kind) {
            (State::Resting, _) => {}
            // Only a timer proves that this page is not frozen: it is asked for anew.
            (State::Leading, TabKind::Claim) if self.is_late(now_ms) => self.wake_at = None,
            (State::Leading, TabKind::Claim) => self.beat(now_ms, effects),
            (State::Leading, TabKind::Beat) if self.is_late(now_ms) => self.follow(now_ms),
            // Two leaders or two claims: the smaller number stands.
            (State::Leading, TabKind::Beat) | (State::Claiming(_), TabKind::Claim)
                if message.from > self.own =>
            {
                self.say(if self.leads() { TabKind::Beat } else { TabKind::Claim }, effects);
            }
            (State::Leading, TabKind::Bye) | (State::Claiming(_), TabKind::Bye) => {}
            (State::Following(_), TabKind::Bye) => self.claim(now_ms + CLAIM_MS, effects),
            (State::Following(_), TabKind::Claim) => {}
            (_, TabKind::Beat | TabKind::Claim) => self.follow(now_ms),
        }
    }

    fn beat(&mut self, now_ms: u64, effects: &mut Vec<TabEffect>) {
        self.next_beat = now_ms + BEAT_MS;
        self.say(TabKind::Beat, effects);
    }

    /// What is due. Only timers say so: a page that is frozen hears, and they stand still.
    fn advance(&mut self, now_ms: u64, effects: &mut Vec<TabEffect>) {
        match self.state {
            State::Claiming(until) if until <= now_ms => {
                self.state = State::Leading;
                self.beat(now_ms, effects);
            }
            State::Leading if self.next_beat <= now_ms => self.beat(now_ms, effects),
            State::Following(until) if until <= now_ms => self.claim(now_ms + DOUBTFUL_CLAIM_MS, effects),
            _ => {}
        }
    }

    /// What has changed by all that.
    fn tell(&mut self, effects: &mut Vec<TabEffect>) {
        let role = match self.state {
            State::Leading => Some(Role::Leader),
            State::Following(_) | State::Claiming(_) => Some(Role::Follower),
            State::Resting => self.told,
        };
        if role != self.told {
            self.told = role;
            effects.extend(role.map(TabEffect::Role));
        }
        let wake_at = match self.state {
            State::Resting => None,
            State::Claiming(until) | State::Following(until) => Some(until),
            State::Leading => Some(self.next_beat),
        };
        if wake_at != self.wake_at {
            self.wake_at = wake_at;
            effects.push(TabEffect::WakeAt(wake_at));
        }
    }
}
