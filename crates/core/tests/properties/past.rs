//! Whatever of the journal is cut away, the history fills in, once and in its place.

use crate::support::World;
use crate::support::network::{Fate, On};
use frontdesk_contract::{Body, ErrorCode, HistoryItem, Sender};
use frontdesk_core::{EntryKind, HistoryState, Input};
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Act {
    Pass(u64),
    RobotSays(u64),
    Send,
    Down(bool),
    /// The journal keeps so many events.
    Cut(u64),
    Reload,
    Earlier,
    /// The next page of the history is refused.
    Refuse,
    /// The next text is answered so late.
    Late(u64),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => (1_u64..5_000).prop_map(Act::Pass),
        4 => (1_u64..12).prop_map(Act::RobotSays),
        3 => Just(Act::Send),
        3 => any::<bool>().prop_map(Act::Down),
        2 => (0_u64..6).prop_map(Act::Cut),
        1 => Just(Act::Reload),
        2 => Just(Act::Earlier),
        1 => Just(Act::Refuse),
        1 => (500_u64..15_000).prop_map(Act::Late),
    ]
}

/// The texts shown, and how many gaps.
fn said(world: &World) -> (Vec<String>, usize) {
    let (mut texts, mut gaps) = (Vec::new(), 0);
    for entry in world.session(0).transcript().entries() {
        match &entry.kind {
            EntryKind::Mine { body: Body::Text(text), .. }
            | EntryKind::Theirs { body: Body::Text(text), .. } => {
                texts.push(text.clone());
            }
            EntryKind::Gap(_) => gaps += 1,
            _ => {}
        }
    }
    (texts, gaps)
}

fn kept(world: &World) -> Vec<String> {
    let texts = world.desk.history.iter().filter_map(|item| match &item.body {
        Body::Text(text) => Some(text.clone()),
        _ => None,
    });
    texts.collect()
}

fn world(seed: u64, past: usize, page: usize) -> World {
    let mut world = World::seeded(seed);
    world.desk.offers.history = true;
    world.desk.history_page = page;
    world.desk.page_size = 1 + (seed % 9) as usize;
    world.desk.history = (0..past)
        .map(|n| HistoryItem {
            id: format!("h-{n}"),
            at_ms: n as u64,
            from: Some(Sender::System {}),
            body: Body::Text(format!("past {n}")),
            recalled: false,
        })
        .collect();
    world.open_tab();
    world.send(0, "first");
    world.run(2_000);
    world
}

proptest! {
    #![proptest_config(super::cases(512))]

    #[test]
    fn in_the_end_everything_that_the_centre_keeps_is_shown_once_and_in_order(
        seed: u64,
        past in 0_usize..30,
        page in 1_usize..12,
        acts in proptest::collection::vec(act(), 0..40),
    ) {
        let mut world = world(seed, past, page);
        let mut said_so_far = 0;
        for act in acts {
            match act {
                Act::Pass(ms) => world.run(ms),
                Act::RobotSays(times) => {
                    for _ in 0..times {
                        said_so_far += 1;
                        world.desk.robot_says(&format!("robot {said_so_far}"));
                    }
                }
                Act::Send => {
                    said_so_far += 1;
                    world.send(0, &format!("visitor {said_so_far}"));
                }
                Act::Down(down) => world.network.down = down,
                Act::Cut(keeps) => {
                    let floor = world.desk.newest().saturating_sub(keeps);
                    world.desk.floor = world.desk.floor.max(floor);
                }
                Act::Reload => world.reload(0),
                Act::Earlier => world.input(0, Input::Earlier),
                Act::Late(ms) => world.network.script(On::Post, Fate::slow(10, ms)),
                Act::Refuse => {
                    world.network.script(On::History, Fate::refused(ErrorCode::CentreRefused, None));
                }
            }
            let (texts, _) = said(&world);
            let ids: std::collections::BTreeSet<_> = texts.iter().collect();
            prop_assert_eq!(ids.len(), texts.len(), "shown twice: {:?}", texts);
        }
        world.network.down = false;
        world.run(60_000);
        for _ in 0..200 {
            let begins = !matches!(world.session(0).history(), HistoryState::End);
            let (_, gaps) = said(&world);
            if !begins && gaps == 0 {
                break;
            }
            world.input(0, Input::Earlier);
            world.run(1_000);
        }
        prop_assert_eq!(said(&world), (kept(&world), 0));
        world.nothing_left_over();
    }
}
