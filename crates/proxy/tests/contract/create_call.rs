//! `POST /apiaccess/ccmessaging/v1/mobileagent/createcall`: an outbound call that staff start. No visitor has part in it.

use crate::harness::{Offer, Reply, Stop, Target, Verdict, checks, ensure, field, word};
use reqwest::Method;
use serde_json::{Value, json};

checks! {
    takes_a_number_and_says_where_to_connect,
    refuses_what_is_longer_than_is_printed,
    needs_key_and_access_token,
}

const PATH: &str = "/apiaccess/ccmessaging/v1/mobileagent/createcall";
/// Feature not enabled, in either spelling.
const OFF: &[&str] = &["30010000001", "3001000001"];
/// The parameters were found wrong, in either spelling.
const WRONG: &[&str] = &["30010000003", "3001000003"];

async fn create(target: &Target, body: &Value) -> Result<Reply, Stop> {
    target.asks_for(Offer::StaffCalls)?;
    let reply = target.raw(Method::POST, PATH, &target.keys().await?, Some(body)).await?;
    let reply = reply.offered(Offer::StaffCalls)?;
    if reply.code().is_some_and(|code| OFF.contains(&code.as_str())) {
        return Err(Stop::NotOffered(Offer::StaffCalls, reply.to_string()));
    }
    Ok(reply)
}

async fn takes_a_number_and_says_where_to_connect(target: &Target) -> Verdict {
    let body = json!({"called": "+12025550123", "callerPresent": "+12025550100", "callData": target.text("order 7")});
    let reply = create(target, &body).await?;
    reply.one_of(&["0"])?;
    let data = reply.field("resultData");
    for name in ["sipServiceAddress", "accesscode"] {
        ensure!(word(field(data, name)).is_some(), "resultData has no {name}");
    }
    let serial = word(field(data, "callSerialNo")).unwrap_or_default();
    ensure!(serial.chars().count() <= 50, "callSerialNo is longer than 50 characters");
    let Some(house) = &target.house else { return Ok(()) };
    let record = house.control("GET", "record", None).await?;
    let asked = &record["outbound_calls"][0];
    ensure!(asked["called"] == "+12025550123", "the number must be the one that was sent");
    ensure!(asked["data"] == body["callData"], "the data must be what was sent");
    Ok(())
}

async fn refuses_what_is_longer_than_is_printed(target: &Target) -> Verdict {
    for wrong in [
        json!({"called": "1".repeat(33), "callerPresent": "1"}),
        json!({"called": "1", "callerPresent": "1".repeat(33)}),
        json!({"called": "1", "callerPresent": "1", "callData": "x".repeat(1_025)}),
        json!({"callerPresent": "1"}),
    ] {
        create(target, &wrong).await?.one_of(WRONG)?;
    }
    Ok(())
}

async fn needs_key_and_access_token(target: &Target) -> Verdict {
    target.asks_for(Offer::StaffCalls)?;
    let body = json!({"called": "+12025550123", "callerPresent": "+12025550100"});
    for left_out in ["x-app-key", "Authorization"] {
        let mut headers = target.keys().await?;
        headers.retain(|(name, _)| *name != left_out);
        target.raw(Method::POST, PATH, &headers, Some(&body)).await?.offered(Offer::StaffCalls)?.refused()?;
    }
    Ok(())
}
