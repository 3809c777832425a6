//! Which tab leads.

use crate::support::network::Dice;
use frontdesk_core::Role;
use frontdesk_core::tabs::{TabEffect, TabInput, TabKind, TabMessage, Tabs};
use proptest::prelude::*;

struct Member {
    tabs: Tabs,
    role: Option<Role>,
    wake_at: Option<u64>,
    /// Its timers stand still and it hears nothing until it is thawed.
    frozen: bool,
    /// It hears nevertheless, as a page does that Chromium has frozen.
    hears: bool,
    heard_frozen: Vec<TabMessage>,
    active: bool,
}

#[test]
fn a_page_that_claims_while_it_is_closed_does_not_make_the_others_wait() {
    let says = |effects: &[TabEffect]| {
        effects
            .iter()
            .filter_map(|effect| if let TabEffect::Say(said) = effect { Some(*said) } else { None })
            .collect()
    };
    let (mut closed, mut other) = (Tabs::new(1), Tabs::new(2));
    closed.handle(0, TabInput::Active(true));
    closed.handle(1_000, TabInput::Timer);
    assert!(closed.leads());
    other.handle(0, TabInput::Active(true));
    let beat = TabMessage { from: 1, kind: TabKind::Beat };
    other.handle(1_000, TabInput::Heard(beat));
    // The first sign that the page goes, an input of the session, the second sign.
    let mut said: Vec<TabMessage> = Vec::new();
    for input in [TabInput::Leaving, TabInput::Active(true), TabInput::Leaving] {
        let effects: Vec<TabMessage> = says(&closed.handle(2_000, input));
        said.extend(effects);
    }
    for message in said {
        other.handle(2_000, TabInput::Heard(message));
    }
    other.handle(2_200, TabInput::Timer);
    assert!(other.leads());
}

/// Tabs that hear each other through a channel that loses and delays.
struct Room {
    now: u64,
    members: Vec<Member>,
    /// Arrival, receiver, message.
    air: Vec<(u64, usize, TabMessage)>,
    loss: u64,
    delay: u64,
    dice: Dice,
    said: usize,
}

impl Room {
    fn new(seed: u64) -> Self {
        Self {
            now: 1_000_000,
            members: Vec::new(),
            air: Vec::new(),
            loss: 0,
            delay: 1,
            dice: Dice(seed),
            said: 0,
        }
    }

    fn join(&mut self) {
        let tabs = Tabs::new(self.dice.next() >> 11);
        let heard_frozen = Vec::new();
        self.members.push(Member {
            tabs,
            role: None,
            wake_at: None,
            frozen: false,
            hears: false,
            heard_frozen,
            active: true,
        });
        self.input(self.members.len() - 1, TabInput::Active(true));
    }

    fn input(&mut self, at: usize, input: TabInput) {
        let now = self.now;
        let Some(member) = self.members.get_mut(at) else { return };
        let effects = member.tabs.handle(now, input);
        assert!(effects.len() <= 8, "a bounded list of effects");
        let mut words = Vec::new();
        for effect in effects {
            match effect {
                TabEffect::Role(role) => member.role = Some(role),
                TabEffect::WakeAt(at) => member.wake_at = at,
                TabEffect::Say(message) => words.push(message),
            }
        }
        self.said += words.len();
        for message in words {
            for to in 0..self.members.len() {
                if to != at && self.dice.below(100) >= self.loss {
                    self.air.push((now + 1 + self.dice.below(self.delay), to, message));
                }
            }
        }
    }

    fn run(&mut self, ms: u64) {
        let end = self.now + ms;
        while self.now < end {
            self.now += 10;
            let now = self.now;
            let (due, rest) = std::mem::take(&mut self.air).into_iter().partition(|(at, ..)| *at <= now);
            self.air = rest;
            for (_, to, message) in due {
                self.hear(to, message);
            }
            for at in 0..self.members.len() {
                let Some(member) = self.members.get_mut(at) else { continue };
                if !member.frozen && member.wake_at.is_some_and(|wake_at| wake_at <= now) {
                    member.wake_at = None;
                    self.input(at, TabInput::Timer);
                }
            }
        }
    }

    fn hear(&mut self, to: usize, message: TabMessage) {
        let Some(member) = self.members.get_mut(to) else { return };
        if member.frozen && !member.hears {
            member.heard_frozen.push(message);
        } else {
            self.input(to, TabInput::Heard(message));
        }
    }

    fn thaw(&mut self, at: usize) {
        let Some(member) = self.members.get_mut(at) else { return };
        member.frozen = false;
        for message in std::mem::take(&mut member.heard_frozen) {
            self.input(at, TabInput::Heard(message));
        }
    }

    /// One leads, all others that take part know that they follow.
    fn agreed(&self) {
        let active: Vec<_> = self.members.iter().filter(|member| member.active && !member.frozen).collect();
        let leading = active.iter().filter(|member| member.tabs.leads()).count();
        assert_eq!(leading, active.len().min(1), "exactly one leader of {}", active.len());
        for member in active {
            let role = if member.tabs.leads() { Role::Leader } else { Role::Follower };
            assert_eq!(member.role, Some(role), "the role is told");
        }
    }
}

#[derive(Clone, Debug)]
enum Act {
    Pass(u64),
    Join,
    Leave(usize),
    Back(usize),
    Visible(usize, bool),
    Freeze(usize, bool),
    Thaw(usize),
    Weather(u64, u64),
    Stray(usize, u64, u8),
}

fn act() -> impl Strategy<Value = Act> {
    let at = 0_usize..5;
    prop_oneof![
        4 => (1_u64..400).prop_map(Act::Pass),
        3 => (400_u64..12_000).prop_map(Act::Pass),
        2 => Just(Act::Join),
        2 => at.clone().prop_map(Act::Leave),
        1 => at.clone().prop_map(Act::Back),
        1 => (at.clone(), any::<bool>()).prop_map(|(at, visible)| Act::Visible(at, visible)),
        1 => (at.clone(), any::<bool>()).prop_map(|(at, hears)| Act::Freeze(at, hears)),
        1 => at.clone().prop_map(Act::Thaw),
        1 => (0_u64..100, 1_u64..3_000).prop_map(|(loss, delay)| Act::Weather(loss, delay)),
        1 => (at, any::<u64>(), 0_u8..3).prop_map(|(at, from, kind)| Act::Stray(at, from, kind)),
    ]
}

proptest! {
    #![proptest_config(super::cases(96))]

    #[test]
    fn after_fifteen_quiet_seconds_exactly_one_tab_leads(
        seed: u64, acts in proptest::collection::vec(act(), 0..50),
    ) {
        let mut room = Room::new(seed);
        room.join();
        for act in acts {
            match act {
                Act::Pass(ms) => room.run(ms),
                Act::Join if room.members.len() < 5 => room.join(),
                Act::Join => {}
                Act::Leave(at) => {
                    room.input(at, TabInput::Leaving);
                    if let Some(member) = room.members.get_mut(at) {
                        member.active = false;
                    }
                }
                Act::Back(at) => {
                    room.input(at, TabInput::Active(true));
                    if let Some(member) = room.members.get_mut(at) {
                        member.active = true;
                    }
                }
                Act::Visible(at, visible) => room.input(at, TabInput::Visible(visible)),
                Act::Freeze(at, hears) => {
                    if let Some(member) = room.members.get_mut(at) {
                        (member.frozen, member.hears) = (true, hears);
                    }
                }
                Act::Thaw(at) => room.thaw(at),
                Act::Weather(loss, delay) => (room.loss, room.delay) = (loss, delay),
                Act::Stray(at, from, kind) => {
                    let kind = match kind {
                        0 => TabKind::Claim,
                        1 => TabKind::Beat,
                        _ => TabKind::Bye,
                    };
                    room.input(at, TabInput::Heard(TabMessage { from, kind }));
                }
            }
        }
        (room.loss, room.delay) = (0, 1);
        for at in 0..room.members.len() {
            room.thaw(at);
        }
        room.run(15_000);
        room.agreed();
        // And so it stays, at the price of a word now and then.
        let said = room.said;
        room.run(60_000);
        room.agreed();
        prop_assert!(room.said - said <= 35, "{} words in a quiet minute", room.said - said);
    }

    #[test]
    fn tabs_that_appear_at_the_same_moment_agree_within_a_second(seed: u64, count in 1_usize..8) {
        let mut room = Room::new(seed);
        for _ in 0..count {
            room.join();
        }
        room.run(1_000);
        room.agreed();
    }

    #[test]
    fn a_frozen_leader_is_replaced_within_ten_seconds_also_by_hidden_tabs(
        seed: u64, count in 2_usize..6, hidden: bool, hears: bool,
    ) {
        let mut room = Room::new(seed);
        for _ in 0..count {
            room.join();
        }
        room.run(5_000);
        if let Some(leader) = room.members.iter_mut().find(|member| member.tabs.leads()) {
            leader.frozen = true;
            leader.hears = hears;
        }
        for at in 0..room.members.len() {
            room.input(at, TabInput::Visible(!hidden));
        }
        room.run(10_000);
        room.agreed();
    }
}
