//! The proxy's own program under bad load, each exercise as small as it still shows something. Counts and sizes are asserted;
//! `cargo xtask bench proxy` does the same in full size and tells times.

use frontdesk_load::exercises::{Exercise, Size};
use std::error::Error;
use std::path::Path;

type Passed = Result<(), Box<dyn Error + Send + Sync>>;

async fn passes(exercise: Exercise) -> Passed {
    let program = Path::new(env!("CARGO_BIN_EXE_frontdesk"));
    println!("{}", exercise.run(Size::Small, program).await?);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_connections_are_cut_and_no_visitor_notices() -> Passed {
    passes(Exercise::Slow).await
}

#[tokio::test(flavor = "multi_thread")]
async fn forged_addresses_pass_no_limit_and_take_no_memory() -> Passed {
    passes(Exercise::Forwarded).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_centre_hurts_its_own_desk_alone() -> Passed {
    passes(Exercise::Isolation).await
}

#[tokio::test(flavor = "multi_thread")]
async fn proxies_that_go_down_lose_and_double_nothing() -> Passed {
    passes(Exercise::Drain).await
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_listens_takes_little_and_every_message_arrives() -> Passed {
    passes(Exercise::Listeners).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_relayed_as_fast_as_it_goes_is_there_once() -> Passed {
    passes(Exercise::Relay).await
}
