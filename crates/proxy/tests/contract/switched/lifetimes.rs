//! Tokens, sessions and waits that end with time.

use crate::harness::{Target, Verdict, checks, ensure, field, word};
use std::time::Duration;

checks! {
    the_gateways_token_lapses,
    a_visitor_token_lapses_without_a_conversation,
    a_visitor_token_is_renewed_in_a_conversation,
    a_silent_visitor_is_released,
    a_wait_ends,
}

const HOUR: Duration = Duration::from_secs(3_600);

async fn the_gateways_token_lapses(target: &Target) -> Verdict {
    let visitor = target.visitor().await?;
    target.poll(&visitor).await?.one_of(&["0"])?;
    target.house()?.advance(Duration::from_secs(601));
    let late = target.poll(&visitor).await?;
    late.expect(late.status == 401, "HTTP 401 after 600 s")?;
    // The visitor's own token is still good: a new one of the gateway's is enough.
    target.forget_gateway().await;
    target.poll(&visitor).await?.one_of(&["0"]).map(drop)
}

async fn a_visitor_token_lapses_without_a_conversation(target: &Target) -> Verdict {
    let visitor = target.visitor().await?;
    target.house()?.advance(HOUR + Duration::from_secs(1));
    target.forget_gateway().await;
    let late = target.poll(&visitor).await?;
    late.expect(late.status == 401, "HTTP 401 after an hour")
}

async fn a_visitor_token_is_renewed_in_a_conversation(target: &Target) -> Verdict {
    let (visitor, _) = target.session().await?;
    let house = target.house()?;
    house.set(|settings| settings.release_after_s = 86_400)?;
    let before = visitor.token();
    house.advance(HOUR + Duration::from_secs(1));
    target.forget_gateway().await;
    // The same request is answered, and brings the new token.
    target.poll(&visitor).await?.one_of(&["0"])?;
    ensure!(visitor.token() != before, "the answer must carry a new token");
    target.poll(&visitor).await?.one_of(&["0"]).map(drop)
}

async fn a_silent_visitor_is_released(target: &Target) -> Verdict {
    let (visitor, _) = target.session().await?;
    target.house()?.advance(Duration::from_secs(121));
    let reply = target.queue(&visitor).await?;
    let over: &[&str] = if target.is_new() { &["5", "6", "160004"] } else { &["1"] };
    reply.one_of(over)?;
    target.send(&visitor, "CHAT", &target.text("too late")).await?.one_of(&["13"]).map(drop)
}

async fn a_wait_ends(target: &Target) -> Verdict {
    let visitor = target.waiting().await?;
    let house = target.house()?;
    house.set(|settings| {
        settings.release_after_s = 86_400;
        settings.queues[0].max_wait_s = 60;
    })?;
    house.advance(Duration::from_secs(61));
    let end = target
        .until("DISCONNECT", async || {
            let messages = target.messages(&visitor).await?;
            let ends = |message: &&serde_json::Value| {
                word(field(message, "controlType")).as_deref() == Some("DISCONNECT")
            };
            Ok(messages.iter().find(ends).cloned())
        })
        .await?;
    let offline = field(&end, "isOfflineStatus");
    let form = if target.is_new() { offline.is_boolean() } else { offline.is_string() };
    ensure!(
        offline.is_null() || form,
        "isOfflineStatus is {offline}, not as the table of the dialect has it"
    );
    let over: &[&str] = if target.is_new() { &["5", "6", "160004"] } else { &["1"] };
    target.queue(&visitor).await?.one_of(over).map(drop)
}
