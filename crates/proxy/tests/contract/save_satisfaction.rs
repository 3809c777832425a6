//! `POST /apiaccess/ccmessaging/saveSatisfaction`: rating an agent's service.

use crate::harness::{Reply, Stop, Target, Verdict, Visitor, checks};
use serde_json::{Value, json};

checks! {
    finds_no_call_for_a_stranger,
    takes_a_rating_after_an_agent_served,
    takes_a_comment_of_511_characters,
}

pub(crate) fn rating(target: &Target, visitor: &Visitor, evaluation: &str, comment: &str) -> Value {
    json!({"channel": "WEB", "userId": visitor.id, "evaluation": evaluation, "comment": comment,
        "channelConfigId": target.access.channel})
}

async fn rate(target: &Target, visitor: &Visitor, comment: &str) -> Result<Reply, Stop> {
    target.post(visitor, "saveSatisfaction", &rating(target, visitor, "5", comment)).await
}

async fn finds_no_call_for_a_stranger(target: &Target) -> Verdict {
    let visitor = target.visitor().await?;
    rate(target, &visitor, "").await?.one_of(&["13"]).map(drop)
}

async fn takes_a_rating_after_an_agent_served(target: &Target) -> Verdict {
    let visitor = target.with_agent().await?;
    target.close().await?;
    // The documents do not say how long a rating is taken: a call record that is gone is an answer, too.
    let reply = rate(target, &visitor, &target.text("thanks")).await?;
    let code = reply.one_of(&["0", "13"])?;
    let gone = target.house.is_none() && reply.said().contains("callidstring");
    reply.expect(code == "0" || gone, "the rating to be taken")
}

async fn takes_a_comment_of_511_characters(target: &Target) -> Verdict {
    let visitor = target.with_agent().await?;
    target.close().await?;
    let mark = target.text("");
    let comment: String = mark.chars().chain(std::iter::repeat('好')).take(511).collect();
    let reply = rate(target, &visitor, &comment).await?;
    let gone = target.house.is_none() && reply.said().contains("callidstring");
    reply.expect(gone || reply.code().as_deref() == Some("0"), "a comment of 511 characters to be taken")
}
