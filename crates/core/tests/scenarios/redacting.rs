//! Numbers that the desk wants hidden.

use crate::support::World;
use frontdesk_contract::RedactRule;
use frontdesk_core::Input;

const CARD: &str = "my card is 4111 1111 1111 1111";
const HIDDEN: &str = "my card is **** **** **** 1111";

fn world() -> World {
    let mut world = World::new();
    world.desk.offers.redact = vec![RedactRule::Card];
    world
}

fn kept(world: &World) -> String {
    format!("{:?}{:?}", world.storage.read(), world.storage.intended())
}

#[test]
fn a_number_is_hidden_before_it_is_kept_or_shown() {
    let mut world = world();
    let tab = world.open_tab();
    world.input(tab, Input::Open);
    world.run(2_000);
    world.send(tab, CARD);
    assert_eq!(world.my_lines(tab), [format!("me: {HIDDEN} (Queued)")]);
    assert!(!kept(&world).contains("4111"), "nothing of it is kept");
    world.run(2_000);
    assert_eq!(world.desk.texts(), [HIDDEN]);
}

#[test]
fn what_was_written_before_the_rules_were_known_is_hidden_before_it_is_sent() {
    let mut world = world();
    let tab = world.open_tab();
    world.send(tab, CARD);
    world.run(2_000);
    assert_eq!(world.desk.texts(), [HIDDEN]);
    assert_eq!(world.my_lines(tab), [format!("me: {HIDDEN} (Sent)")]);
    assert!(!kept(&world).contains("4111"));
    world.nothing_left_over();
}
