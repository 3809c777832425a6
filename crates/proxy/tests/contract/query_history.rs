//! `POST /apiaccess/ccmessaging/queryHistoryChatMessage`: what was said before.

use crate::harness::{Offer, Reply, Stop, Target, Verdict, Visitor, checks, ensure, field, number, word};
use serde_json::{Value, json};

checks! {
    is_empty_for_a_stranger,
    holds_what_was_said,
    hands_out_pages,
}

async fn ask(target: &Target, visitor: &Visitor, limit: u32, offset: u32) -> Result<Reply, Stop> {
    target.only_new(Offer::History)?;
    target.asks_for(Offer::History)?;
    let body = json!({"channelId": target.access.channel, "userId": visitor.id, "limit": limit.to_string(),
        "offset": offset.to_string()});
    target.post(visitor, "queryHistoryChatMessage", &body).await?.offered(Offer::History)
}

fn messages(reply: &Reply) -> Result<Vec<Value>, Stop> {
    reply.one_of(&["0"])?;
    Ok(reply.field("messageList").as_array().cloned().unwrap_or_default())
}

async fn is_empty_for_a_stranger(target: &Target) -> Verdict {
    let found = messages(&ask(target, &target.visitor().await?, 10, 0).await?)?;
    ensure!(found.is_empty(), "a visitor who never spoke has {} messages", found.len());
    Ok(())
}

async fn holds_what_was_said(target: &Target) -> Verdict {
    target.only_new(Offer::History)?;
    let (visitor, _) = target.session().await?;
    let text = target.text(&format!("to be found again {}", rand::random::<u32>()));
    if target.send(&visitor, "CHAT", &text).await?.coded()? != "0" {
        // Whoever waits has nothing in the history.
        return ask(target, &visitor, 10, 0).await.map(drop);
    }
    let own = target
        .until("the text in the history", async || {
            let found = messages(&ask(target, &visitor, 50, 0).await?)?;
            Ok(found.into_iter().find(|message| word(field(message, "content")).as_deref() == Some(&text)))
        })
        .await?;
    ensure!(word(field(&own, "userId")).is_none_or(|user| user == visitor.id), "it must be the visitor's");
    let time = number(field(&own, "sendTime"));
    ensure!(
        time.is_none_or(|time| time > 1_000_000_000_000),
        "sendTime must be epoch milliseconds, if a number"
    );
    ensure!(
        word(field(&own, "mediaType")).is_none_or(|media| media == "TEXT"),
        "a text must have the kind TEXT"
    );
    Ok(())
}

async fn hands_out_pages(target: &Target) -> Verdict {
    target.only_new(Offer::History)?;
    let (visitor, _) = target.session().await?;
    for n in 0..3 {
        target.send(&visitor, "CHAT", &target.text(&format!("page {n}"))).await?.coded()?;
    }
    let all = messages(&ask(target, &visitor, 100, 0).await?)?;
    let ids = |list: &[Value]| -> Vec<_> { list.iter().filter_map(|one| word(field(one, "id"))).collect() };
    let (first, second) = (ask(target, &visitor, 1, 0).await?, ask(target, &visitor, 1, 1).await?);
    let pages = [messages(&first)?, messages(&second)?];
    ensure!(pages.iter().all(|page| page.len() <= 1), "a limit of 1 must hold");
    let paged: Vec<String> = pages.iter().flat_map(|page| ids(page)).collect();
    // Elsewhere something may come in between and move the pages.
    ensure!(
        target.house.is_none() || ids(&all).starts_with(&paged),
        "pages must follow the order of the whole"
    );
    Ok(())
}
