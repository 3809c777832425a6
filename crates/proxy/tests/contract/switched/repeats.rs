//! What the centre does with ids, and with messages that a poll has handed out.

use crate::harness::{Target, Verdict, Visitor, checks, ensure, field, word};
use frontdesk_sandbox::{MessageIds, PollMode};
use serde_json::json;
use std::time::Duration;

checks! {
    a_deduplicated_id_is_stored_once,
    an_echoed_id_is_found_in_the_history,
    an_ignored_id_is_stored_twice,
    a_destructive_poll_hands_out_once,
    a_repeating_poll_hands_out_again,
}

/// Says the same twice under one id, and counts what the history holds of it and under which codes.
async fn say_twice(target: &Target, ids: MessageIds) -> Result<Vec<Option<String>>, crate::harness::Stop> {
    let house = target.house()?;
    house.set(|settings| settings.message_id = ids)?;
    let visitor = target.with_agent().await?;
    let text = target.text("twice");
    let mut body = target.uplink(&visitor, "CHAT", "TEXT", &text);
    body["messageId"] = json!("m0000000000000000000000000000001");
    for _ in 0..2 {
        target.post(&visitor, "send", &body).await?.one_of(&["0"])?;
    }
    let agent = house.sign_in("Li").await?;
    let id = house.conversation(&agent, &visitor.id).await?;
    let seen = house.desk(Some(&agent), &format!("conversations/{id}?after=0"), None).await?;
    let seen = seen["messages"].as_array().into_iter().flatten();
    Ok(seen
        .filter(|message| message["text"] == text.as_str())
        .map(|message| word(&message["code"]))
        .collect())
}

async fn a_deduplicated_id_is_stored_once(target: &Target) -> Verdict {
    let codes = say_twice(target, MessageIds::Deduplicated).await?;
    ensure!(codes.len() == 1, "stored {} times", codes.len());
    Ok(())
}

async fn an_echoed_id_is_found_in_the_history(target: &Target) -> Verdict {
    let codes = say_twice(target, MessageIds::Echoed).await?;
    let own = Some("m0000000000000000000000000000001".to_owned());
    ensure!(codes == [own.clone(), own], "stored under {codes:?}");
    Ok(())
}

async fn an_ignored_id_is_stored_twice(target: &Target) -> Verdict {
    let codes = say_twice(target, MessageIds::Ignored).await?;
    ensure!(codes.len() == 2 && codes[0] != codes[1], "stored under {codes:?}");
    Ok(())
}

async fn codes_of_two_polls(target: &Target) -> Result<[Vec<String>; 2], crate::harness::Stop> {
    let (visitor, _) = target.session().await?;
    Ok([codes(target, &visitor).await?, codes(target, &visitor).await?])
}

async fn codes(target: &Target, visitor: &Visitor) -> Result<Vec<String>, crate::harness::Stop> {
    let messages = target.messages(visitor).await?;
    Ok(messages.iter().filter_map(|message| word(field(message, "messageCode"))).collect())
}

async fn a_destructive_poll_hands_out_once(target: &Target) -> Verdict {
    target.house()?.set(|settings| settings.poll = PollMode::Destructive)?;
    let [first, second] = codes_of_two_polls(target).await?;
    ensure!(!first.is_empty() && second.is_empty(), "{} messages, then {}", first.len(), second.len());
    Ok(())
}

async fn a_repeating_poll_hands_out_again(target: &Target) -> Verdict {
    target.house()?.set(|settings| settings.poll = PollMode::Repeats)?;
    let [first, second] = codes_of_two_polls(target).await?;
    ensure!(!first.is_empty() && first == second, "{} messages, then {}", first.len(), second.len());
    let (visitor, _) = target.session().await?;
    target.house()?.advance(Duration::from_secs(11));
    let third = codes(target, &visitor).await?;
    ensure!(third.is_empty(), "{} messages after ten seconds", third.len());
    Ok(())
}
