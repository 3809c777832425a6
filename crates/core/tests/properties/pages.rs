//! The transcript does not depend on how the events come.

use crate::support::World;
use crate::support::view;
use frontdesk_contract::EventPage;
use frontdesk_core::Input;
use proptest::prelude::*;

/// A visitor's tab and a journal with a bit of everything in it, of which the tab has seen nothing.
fn journal(seed: u64) -> World {
    let mut world = World::served();
    world.dice.0 = seed;
    for n in 0..30 {
        match world.dice.below(8) {
            0 => world.desk.agent_types(),
            1 => world.desk.notice(),
            2 => world.desk.agent_reads_all(),
            3 => world.desk.queue_place(n),
            4 => world.desk.system_says("system"),
            5 => {
                world.send(0, &format!("mine {n}"));
                world.run(200);
            }
            _ => world.desk.agent_says(&format!("theirs {n}")),
        }
    }
    world.run(2_000);
    world
}

proptest! {
    #![proptest_config(super::cases(64))]

    #[test]
    fn however_pages_are_cut_and_repeated_the_transcript_is_the_same(
        seed: u64,
        cuts in proptest::collection::vec((0_u64..40, 1_u64..12), 0..60),
    ) {
        let mut world = journal(seed);
        let whole = world.lines(0);
        let read_marks = |world: &World, tab: usize| {
            let entries = world.session(tab).transcript().entries();
            entries.iter().map(|entry| format!("{:?}", entry.kind)).collect::<Vec<_>>()
        };
        let second = world.open_tab();
        world.run(25);
        // What the tab asks for itself goes wrong; it only hears, with holes, again, and in any order.
        world.network.always.push((crate::support::network::On::Events, crate::support::network::Fate::lost()));
        for (after, length) in cuts {
            let events: Vec<_> = world.desk.journal.iter()
                .filter(|event| event.seq > after && event.seq <= after + length).cloned().collect();
            let next = events.last().map_or(after, |event| event.seq);
            world.input(second, Input::Heard { after, page: EventPage { next, events } });
            let known = world.session(second).cursor();
            let expected: Vec<_> = world.desk.journal.iter()
                .take_while(|event| event.seq <= known).filter_map(view::journal_line).collect();
            prop_assert_eq!(world.lines(second), expected);
        }
        world.network.always.clear();
        world.run(60_000);
        prop_assert_eq!(world.lines(second), whole);
        prop_assert_eq!(read_marks(&world, second), read_marks(&world, 0));
    }

    #[test]
    fn a_restored_session_goes_on_as_if_nothing_had_happened(seed: u64, pause in 0_u64..3_000) {
        let mut world = journal(seed);
        world.send(0, "on the edge");
        world.run(pause.max(10));
        world.reload(0);
        world.run(5_000);
        let kinds = |world: &World| world.session(0).transcript().entries().iter()
            .map(|entry| (entry.seq, view::line(entry))).collect::<Vec<_>>();
        let before = kinds(&world);
        let unread = world.session(0).unread();
        world.reload(0);
        world.run(5_000);
        prop_assert_eq!(kinds(&world), before);
        prop_assert_eq!(world.session(0).unread(), unread);
        prop_assert_eq!(world.lines(0), world.journal_lines());
    }
}
