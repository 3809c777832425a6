//! A desk whose centre is away: what its visitors get, what the centre gets, and what another desk gets.

use super::{Bench, agent, message, pass};
use crate::vendor::fake::not_sent;
use serde_json::json;

#[tokio::test(start_paused = true)]
async fn a_visitor_of_a_dead_desk_hears_it_at_once_and_is_served_when_it_is_back() {
    let bench = Bench::new().await;
    let visitor = bench.connected().await;
    bench.centre.script().poll.extend(std::iter::repeat_with(|| Err(not_sent())).take(1_000));
    bench.centre.script().say.extend(std::iter::repeat_with(|| Err(not_sent())).take(1_000));
    let before = bench.centre.script().polls;
    pass(60.0).await;
    // Five that fail within some seconds, and then one every five seconds: no spinning, neither there nor here.
    let polls = bench.centre.script().polls - before;
    assert!((8..=18).contains(&polls), "{polls} polls in a minute");

    let began = tokio::time::Instant::now();
    let said = visitor.say("m1", "hello").await;
    assert_eq!((said.status.as_u16(), &said.body["code"]), (502, &json!("centre_unreachable")));
    assert!(said.body["retry_after_ms"].as_u64().is_some());
    assert_eq!((began.elapsed().as_secs(), bench.centre.said()), (0, 0));

    {
        let mut script = bench.centre.script();
        script.poll.clear();
        script.say.clear();
        script.poll.push_back(Ok(vec![message("a", agent("Li"), "kept for you")]));
    }
    pass(10.0).await;
    let said = visitor.say("m1", "hello").await;
    assert_eq!((said.status.as_u16(), &said.body["status"]), (200, &json!("accepted")));
    assert_eq!(bench.centre.said(), 1);
    let events = visitor.call("GET", "/v1/events?after=0", None).await.body.to_string();
    assert_eq!(events.matches("kept for you").count(), 1, "{events}");
}
