//! Codes that nothing in a sandbox brings about: it answers them when it is told to.

use crate::adapter::documented::{PRINTED, UNPRINTED};
use crate::harness::{Target, Verdict, checks, ensure};
use reqwest::Method;
use serde_json::{Value, json};

checks! {
    every_printed_code_can_be_answered,
    every_status_can_be_answered,
}

/// The last part of a path, as the sandbox names endpoints.
fn name(endpoint: &str) -> String {
    endpoint.replace("send ", "send:")
}

/// Asks an endpoint by its name, well enough to be answered.
async fn ask(
    target: &Target,
    visitor: &crate::harness::Visitor,
    endpoint: &str,
) -> Result<crate::harness::Reply, crate::harness::Stop> {
    let below = |part: &str| format!("{part}{endpoint}");
    match endpoint {
        "applyToken" => target.apply(&visitor.id, &target.access.channel).await,
        "poll" => target.poll(visitor).await,
        "checkClickToCallSupport" | "getClickToCallEvents" => {
            target.call(visitor, Method::GET, &format!("v1/{endpoint}?channel=WEB"), None).await
        }
        "createClickToCall" | "dropClickToCall" => target.post(visitor, &below("v1/"), &json!({})).await,
        "feedbacksatisfaction" => target.post(visitor, &below("v1/robot/"), &json!({})).await,
        _ => match endpoint.strip_prefix("send ") {
            Some(control) => target.send(visitor, control, "").await,
            None => target.post(visitor, endpoint, &json!({})).await,
        },
    }
}

async fn force(target: &Target, endpoint: &str, answer: Value) -> Verdict {
    let patch = json!({"answers": {name(endpoint): answer}});
    target.house()?.control("PUT", "settings", Some(&patch)).await.map(drop)
}

async fn every_printed_code_can_be_answered(target: &Target) -> Verdict {
    let visitor = target.visitor().await?;
    let printed = PRINTED.iter().filter(|printed| printed.dialects.contains(target.dialect().word()));
    for printed in printed.filter(|printed| printed.code != UNPRINTED) {
        force(target, printed.endpoint, json!({"code": printed.code, "text": printed.text})).await?;
        let reply = ask(target, &visitor, printed.endpoint).await?;
        reply.one_of(&[printed.code])?;
        let said = reply.said();
        let same = printed.text == "null" || said == printed.text.to_lowercase();
        ensure!(same, "{} {} came with {said:?}", printed.endpoint, printed.code);
        target.house()?.control("PUT", "settings", Some(&json!({"answers": {}}))).await?;
    }
    Ok(())
}

async fn every_status_can_be_answered(target: &Target) -> Verdict {
    let visitor = target.visitor().await?;
    for status in crate::adapter::documented::STATUSES {
        force(target, "poll", json!({"status": status, "retry_after_s": 7})).await?;
        let reply = target.poll(&visitor).await?;
        reply.expect(reply.status == *status, &format!("HTTP {status}"))?;
        let wait = reply.headers.get("retry-after").and_then(|wait| wait.to_str().ok());
        reply.expect(wait == Some("7"), "Retry-After")?;
    }
    Ok(())
}
