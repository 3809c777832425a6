//! `POST /apiaccess/ccmessaging/v1/robot/feedbacksatisfaction`: judging one answer of the robot.

use crate::harness::{Offer, Reply, Stop, Target, Verdict, Visitor, checks, field, word};
use serde_json::{Value, json};

checks! {
    takes_a_thumb_for_an_answer,
    wants_a_reason_for_a_thumb_down,
    knows_no_robot_without_a_conversation,
}

async fn judge(target: &Target, visitor: &Visitor, index: &str, thumb: u8, why: &str) -> Result<Reply, Stop> {
    target.asks_for(Offer::Feedback)?;
    let body = json!({"feedback": thumb, "feedbackContent": why, "from": visitor.id, "interIdx": index});
    target.post(visitor, "v1/robot/feedbacksatisfaction", &body).await?.offered(Offer::Feedback)
}

/// A visitor, and the number of an answer that the robot gave.
async fn answered(target: &Target) -> Result<(Visitor, String), Stop> {
    let visitor = target.with_robot().await?;
    target.send(&visitor, "CHAT", &target.text("how can I pay?")).await?.one_of(&["0"])?;
    let index = |message: &Value| word(field(message, "interIdx"));
    let found = target
        .until("an answer of the robot with interIdx", async || {
            Ok(target.messages(&visitor).await?.iter().find_map(index))
        })
        .await;
    match found {
        Ok(index) => Ok((visitor, index)),
        Err(_) if target.house.is_none() => {
            Err(Stop::NotOffered(Offer::Feedback, "the robot's answers carry no interIdx".into()))
        }
        Err(stop) => Err(stop),
    }
}

async fn takes_a_thumb_for_an_answer(target: &Target) -> Verdict {
    let (visitor, index) = answered(target).await?;
    judge(target, &visitor, &index, 1, "").await?.one_of(&["0"])?;
    judge(target, &visitor, &index, 0, "contract test").await?.one_of(&["0"]).map(drop)
}

async fn wants_a_reason_for_a_thumb_down(target: &Target) -> Verdict {
    let (visitor, index) = answered(target).await?;
    judge(target, &visitor, &index, 0, "").await?.one_of(&["30000000008"]).map(drop)
}

async fn knows_no_robot_without_a_conversation(target: &Target) -> Verdict {
    let reply = judge(target, &target.visitor().await?, "1", 1, "").await?;
    if target.is_new() { reply.one_of(&["30000000019", "30010009999"]).map(drop) } else { reply.refused() }
}
