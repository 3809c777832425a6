//! `POST /apiaccess/ccmessaging/doLeaveMessage`: a number and a text, for somebody to call back.

use crate::harness::{Offer, Reply, Stop, Target, Verdict, Visitor, checks, ensure};
use serde_json::json;

checks! {
    takes_a_number_and_a_text,
    refuses_an_empty_form,
}

async fn leave(target: &Target, visitor: &Visitor, number: &str, text: &str) -> Result<Reply, Stop> {
    target.asks_for(Offer::LeaveMessage)?;
    let body = json!({"callId": visitor.id, "caller": number, "leaveMessage": text, "channel": "WEB"});
    target.post(visitor, "doLeaveMessage", &body).await?.offered(Offer::LeaveMessage)
}

async fn takes_a_number_and_a_text(target: &Target) -> Verdict {
    let visitor = target.visitor().await?;
    let text = target.text("please do not call back");
    leave(target, &visitor, "+12025550123", &text).await?.one_of(&["0"])?;
    let Some(house) = &target.house else { return Ok(()) };
    let agent = house.sign_in("Li").await?;
    let news = house.desk(Some(&agent), "changes?after=0", None).await?;
    ensure!(news.to_string().contains("please do not call back"), "the agents must find what was left");
    Ok(())
}

async fn refuses_an_empty_form(target: &Target) -> Verdict {
    let visitor = target.visitor().await?;
    for (number, text) in [("", "text"), ("+12025550123", "")] {
        leave(target, &visitor, number, text).await?.one_of(&["2", "3", "13"])?;
    }
    Ok(())
}
