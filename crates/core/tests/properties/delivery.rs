//! Messages under random weather, reloads and tabs.

use crate::support::World;
use crate::support::desk::refusal;
use crate::support::network::{Fate, On};
use crate::support::view;
use frontdesk_contract::{ConnectTo, ContactState, ErrorCode};
use frontdesk_core::tabs::TabInput;
use frontdesk_core::{EntryKind, Input, MineState};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Something that happens in a world.
#[derive(Clone, Debug)]
enum Act {
    Pass(u64),
    Send(usize),
    Connect(usize, bool),
    Reload(usize),
    OpenTab,
    CloseTab(usize),
    Crash(usize),
    Woken(usize),
    Typing(usize),
    Seen(usize, bool),
    Visible(usize, bool),
    AgentSays,
    AgentServes,
    AgentEnds,
    AgentAway(bool),
    Down(bool),
    Trouble(u64),
    EndContact(usize),
    SendFile(usize),
    Draft(usize),
    Leave(usize),
    Progress(usize, u64),
    Freeze(usize),
}

fn act() -> impl Strategy<Value = Act> {
    let tab = 0_usize..3;
    prop_oneof![
        8 => (1_u64..200).prop_map(Act::Pass),
        4 => (200_u64..20_000).prop_map(Act::Pass),
        8 => tab.clone().prop_map(Act::Send),
        4 => tab.clone().prop_map(Act::SendFile),
        1 => tab.clone().prop_map(Act::Draft),
        1 => tab.clone().prop_map(Act::Leave),
        2 => (tab.clone(), 0_u64..2_000).prop_map(|(tab, bytes)| Act::Progress(tab, bytes)),
        1 => (tab.clone(), any::<bool>()).prop_map(|(tab, agent)| Act::Connect(tab, agent)),
        2 => tab.clone().prop_map(Act::Reload),
        1 => Just(Act::OpenTab),
        1 => tab.clone().prop_map(Act::CloseTab),
        1 => tab.clone().prop_map(Act::Crash),
        1 => tab.clone().prop_map(Act::Woken),
        1 => tab.clone().prop_map(Act::Typing),
        1 => (tab.clone(), any::<bool>()).prop_map(|(tab, seen)| Act::Seen(tab, seen)),
        1 => (tab.clone(), any::<bool>()).prop_map(|(tab, seen)| Act::Visible(tab, seen)),
        3 => Just(Act::AgentSays),
        1 => Just(Act::AgentServes),
        1 => Just(Act::AgentEnds),
        1 => any::<bool>().prop_map(Act::AgentAway),
        1 => any::<bool>().prop_map(Act::Down),
        1 => prop_oneof![Just(0_u64), Just(20), Just(60), Just(100)].prop_map(Act::Trouble),
        1 => tab.clone().prop_map(Act::EndContact),
        2 => tab.prop_map(Act::Freeze),
    ]
}

/// A world with what its visitor wrote in it.
struct Run {
    world: World,
    /// How many tabs may be opened.
    most_tabs: usize,
    /// By life of a tab: what was written there, in order.
    written: BTreeMap<(usize, u32), Vec<String>>,
    texts: u32,
}

impl Run {
    fn new(seed: u64, trouble: u64, most_tabs: usize, channel: bool) -> Self {
        let mut world = World::seeded(seed);
        world.network.trouble = trouble;
        world.channel = channel;
        world.desk.page_size = 1 + (seed % 7) as usize;
        world.open_tab();
        Self { world, most_tabs, written: BTreeMap::new(), texts: 0 }
    }

    /// The living tab that is meant.
    fn tab(&self, tab: usize) -> Option<usize> {
        let living = self.world.living();
        living.get(tab % living.len().max(1)).copied()
    }

    fn send(&mut self, tab: usize) {
        self.texts += 1;
        let text = format!("text {}", self.texts);
        let life = self.world.tabs.get(tab).map_or(0, |tab| tab.life);
        self.written.entry((tab, life)).or_default().push(text.clone());
        // What cannot be read is left out, and is no message by itself.
        self.world.send(tab, "\0\0");
        self.world.send(tab, &format!("\0{text}\0"));
    }

    fn send_file(&mut self, tab: usize) {
        if self.world.session(tab).offers().is_none() {
            return;
        }
        self.texts += 1;
        let name = format!("{}.png", self.texts);
        let life = self.world.tabs.get(tab).map_or(0, |tab| tab.life);
        self.written.entry((tab, life)).or_default().push(name.clone());
        self.world.send_files(tab, &[(&name, 1_000)]);
    }

    fn act(&mut self, act: &Act) {
        let world = &mut self.world;
        match *act {
            Act::Pass(ms) => world.run(ms),
            Act::OpenTab if world.living().len() < self.most_tabs => {
                world.open_tab();
            }
            Act::AgentSays if world.desk.is_open() => world.desk.agent_says("good day"),
            Act::AgentServes => world.desk.agent_serves(),
            Act::AgentEnds => world.desk.agent_ends(),
            Act::AgentAway(away) => world.desk.agent_free = !away,
            Act::Down(down) => world.network.down = down,
            Act::Trouble(trouble) => world.network.trouble = trouble,
            Act::OpenTab | Act::AgentSays => {}
            Act::Send(tab)
            | Act::SendFile(tab)
            | Act::Draft(tab)
            | Act::Leave(tab)
            | Act::Progress(tab, _)
            | Act::Connect(tab, _)
            | Act::Reload(tab)
            | Act::CloseTab(tab)
            | Act::Crash(tab) => {
                let Some(at) = self.tab(tab) else { return };
                self.act_on(act, at);
            }
            Act::Woken(tab)
            | Act::Typing(tab)
            | Act::Seen(tab, _)
            | Act::Visible(tab, _)
            | Act::Freeze(tab)
            | Act::EndContact(tab) => {
                let Some(at) = self.tab(tab) else { return };
                self.act_on(act, at);
            }
        }
    }

    fn act_on(&mut self, act: &Act, tab: usize) {
        let several = self.world.living().len() > 1;
        let frozen = self.world.tabs.get(tab).is_some_and(|tab| tab.frozen);
        if frozen && !matches!(act, Act::CloseTab(_) | Act::Crash(_) | Act::Freeze(_)) {
            // A visitor who does something there looks at it.
            self.world.thaw(tab);
        }
        match *act {
            Act::Freeze(_) if frozen => self.world.thaw(tab),
            Act::Freeze(_) => self.world.freeze(tab),
            Act::Send(_) => self.send(tab),
            Act::SendFile(_) => self.send_file(tab),
            Act::Draft(_) => self.world.input(tab, Input::Draft(format!("draft {}", self.texts))),
            Act::Leave(_) => {
                let (number, text) = ("123".to_owned(), format!("left {}", self.texts));
                self.world.input(tab, Input::LeaveMessage { number, country: None, text });
            }
            Act::Progress(_, sent_bytes) => {
                if let Some(id) = self.world.open_request(tab, On::Upload) {
                    self.world.input(tab, Input::Progress { id, sent_bytes });
                }
            }
            Act::Connect(_, agent) => {
                let to = if agent { ConnectTo::Agent } else { ConnectTo::Robot };
                self.world.input(tab, Input::Connect(to));
            }
            Act::Reload(_) => self.world.reload(tab),
            Act::CloseTab(_) if several => self.world.close_tab(tab),
            Act::Crash(_) if several => self.world.crash(tab),
            Act::Woken(_) => self.world.input(tab, Input::Woken),
            Act::Typing(_) => self.world.input(tab, Input::Typing),
            Act::Seen(_, seen) => self.world.input(tab, Input::Seen(seen)),
            Act::Visible(_, visible) => self.world.tabs_input(tab, TabInput::Visible(visible)),
            Act::EndContact(_) => self.world.input(tab, Input::EndContact),
            _ => {}
        }
    }

    /// The network is well again, an agent is there; the visitor looks at the page and insists.
    fn heal(&mut self) {
        self.world.network.trouble = 0;
        self.world.network.down = false;
        self.world.desk.agent_free = true;
        for tab in self.world.living() {
            if self.world.tabs.get(tab).is_some_and(|tab| tab.frozen) {
                self.world.thaw(tab);
            }
            // What a closed tab left behind is taken up by one that is there.
            self.world.input(tab, Input::Seen(true));
            self.world.input(tab, Input::Woken);
        }
        if let Some(tab) = self.tab(0) {
            self.world.input(tab, Input::Connect(ConnectTo::Agent));
        }
        // As long as an upload may stand still, and some more.
        for _ in 0..110 {
            self.world.visitor_insists();
            self.world.run(1_000);
            self.world.desk.agent_serves();
        }
        self.world.run(1_000);
    }

    fn check(&self) {
        let world = &self.world;
        let mut ids = BTreeSet::new();
        assert!(world.desk.received.iter().all(|(id, _)| ids.insert(id.clone())), "a message arrived twice");
        let texts: BTreeSet<_> = world.desk.texts().into_iter().collect();
        assert_eq!(texts.len(), world.desk.received.len(), "a text arrived twice: {:?}", world.desk.texts());

        for tab in &world.tabs {
            for id in &tab.accepted {
                assert!(ids.contains(id), "accepted and lost: {id}");
            }
        }
        for written in self.written.values() {
            let arrived: Vec<_> =
                world.desk.texts().into_iter().filter(|text| written.iter().any(|own| own == text)).collect();
            let expected: Vec<_> =
                written.iter().map(String::as_str).filter(|text| texts.contains(text)).collect();
            assert_eq!(arrived, expected, "the order of one tab is the order at the desk");
        }
        for tab in world.living() {
            assert_eq!(world.lines(tab), world.journal_lines(), "tab {tab} shows what the journal holds");
            assert_eq!(world.session(tab).contact().state, world.desk.contact.state);
        }
        world.nothing_left_over();
    }
}

proptest! {
    #![proptest_config(super::cases(96))]

    #[test]
    fn one_tab_delivers_everything_once_and_in_order_and_shows_the_journal(
        seed: u64,
        trouble in prop_oneof![Just(0_u64), Just(5), Just(30), Just(70)],
        acts in proptest::collection::vec(act(), 1..60),
    ) {
        let mut run = Run::new(seed, trouble, 1, true);
        for act in &acts {
            run.act(act);
        }
        run.heal();
        run.check();
    }

    #[test]
    fn several_tabs_deliver_everything_once_and_all_show_the_journal(
        seed: u64,
        trouble in prop_oneof![Just(0_u64), Just(5), Just(30)],
        channel: bool,
        acts in proptest::collection::vec(act(), 1..60),
    ) {
        let mut run = Run::new(seed, trouble, 3, channel);
        // One session for all: the first tab has opened it.
        run.world.network.script(On::Open, Fate::good());
        run.world.input(0, Input::Open);
        run.world.run(100);
        for act in &acts {
            run.act(act);
        }
        run.heal();
        run.check();
    }

    #[test]
    fn whatever_fails_all_the_time_is_asked_a_bounded_number_of_times(
        seed: u64,
        failing in proptest::sample::subsequence(
            vec![On::Open, On::Connect, On::Post, On::Events, On::End, On::Survey], 1..=6),
        code in proptest::sample::select(ErrorCode::ALL.to_vec()),
        how in 0..3,
    ) {
        let mut world = World::seeded(seed);
        let tab = world.open_tab();
        world.input(tab, Input::Seen(true));
        world.input(tab, Input::Connect(ConnectTo::Agent));
        world.run(500);
        for on in failing {
            let fate = match how {
                0 => Fate::lost(),
                1 => Fate::refused(code, None),
                _ => Fate { garbled: Some(refusal(code, None)), ..Fate::good() },
            };
            world.network.always.push((on, fate));
        }
        world.send(tab, "hello");
        world.input(tab, Input::EndContact);
        world.input(tab, Input::Connect(ConnectTo::Agent));
        for minute in 0..4 {
            world.log.clear();
            world.run(60_000);
            let most = if minute == 0 { 80 } else { 40 };
            prop_assert!(world.log.len() <= most, "{} requests in minute {minute}", world.log.len());
        }
    }

    #[test]
    fn what_is_shown_as_sent_is_at_the_desk(
        seed: u64,
        acts in proptest::collection::vec(act(), 1..40),
    ) {
        let mut run = Run::new(seed, 40, 2, true);
        for act in &acts {
            run.act(act);
            for tab in run.world.living() {
                for entry in run.world.session(tab).transcript().entries() {
                    if let EntryKind::Mine { id, state: MineState::Sent, .. } = &entry.kind {
                        prop_assert!(run.world.desk.received.iter().any(|(got, _)| got == id),
                            "{} is not there", view::line(entry));
                    }
                }
            }
        }
        // Queueing or over: nothing is shown as sent without being there, so nothing is asserted about the state here.
        prop_assert!(run.world.desk.contact.state != ContactState::Unknown);
    }
}
