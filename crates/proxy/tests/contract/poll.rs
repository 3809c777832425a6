//! `GET /apiaccess/ccmessaging/poll`: what came for the visitor.

use crate::harness::{Reply, Stop, Target, Verdict, checks, ensure, field, number, word};
use reqwest::Method;
use serde_json::Value;

checks! {
    is_empty_before_connect,
    brings_messages_as_the_table_has_them,
    brings_what_the_robot_answers,
    brings_what_the_agent_says,
    tells_the_end,
    takes_is_need_read_and_does_without,
    refuses_without_a_visitor_token,
    refuses_a_made_up_visitor_token,
}

/// What a `mediaType` may be: the manuals' lists and what the agents' side can send.
const MEDIA: &[&str] = &[
    "TEXT",
    "IMAGE",
    "AUDIO",
    "VIDEO",
    "LOCATE",
    "DOCUMENT",
    "FILE",
    "EMOTICONS",
    "CARD",
    "MULTICARD",
    "EMAIL",
    "WHATSAPPTEMPLATE",
    "RICHTEXT",
    "WEBCARD",
    "SMSTEMPLATE",
    "LOCATION",
    "COBROWSESITE",
];
const SOURCES: &[&str] = &["AGENT", "ROBOT", "SYSTEM", "CUSTOMER"];
/// Far enough from both ends to tell seconds from milliseconds.
const TIMES_MS: std::ops::Range<i64> = 1_000_000_000_000..100_000_000_000_000;

/// What every message must be.
fn well_formed(message: &Value, user: &str) -> Verdict {
    let text = |name: &str| word(field(message, name));
    let control = text("controlType");
    let names: Vec<&String> = message.as_object().map(|map| map.keys().collect()).unwrap_or_default();
    ensure!(!names.is_empty(), "a downlink message must be an object");
    ensure!(text("channel").is_none_or(|channel| channel == "WEB"), "channel must be WEB in {names:?}");
    ensure!(text("to").is_none_or(|to| to == user), "`to` must be the visitor who polls");
    ensure!(
        text("sourceType").is_some_and(|source| SOURCES.contains(&source.as_str())),
        "sourceType is none listed"
    );
    let media = text("mediaType");
    ensure!(
        media.as_deref().is_none_or(|media| MEDIA.contains(&media)),
        "mediaType {media:?} is none listed"
    );
    let said = control.as_deref().is_none_or(|control| control == "CHAT");
    ensure!(!said || text("content").is_some(), "a CHAT must have a content");
    ensure!(!said || media.is_some(), "a CHAT must have a mediaType");
    let time = field(message, "timestamp");
    ensure!(
        time.is_null() || number(time).is_some_and(|time| TIMES_MS.contains(&time)),
        "timestamp must be epoch milliseconds, got {time}"
    );
    ensure!(
        text("messageCode").is_none_or(|code| code.len() <= 64),
        "messageCode must have at most 64 characters"
    );
    Ok(())
}

/// Polls until a message fits.
async fn until(
    target: &Target,
    visitor: &crate::harness::Visitor,
    what: &str,
    fits: impl Fn(&Value) -> bool,
) -> Result<Value, Stop> {
    target
        .until(what, async || {
            let messages = target.messages(visitor).await?;
            for message in &messages {
                well_formed(message, &visitor.id)?;
            }
            Ok(messages.into_iter().find(|message| fits(message)))
        })
        .await
}

fn from(message: &Value, source: &str) -> bool {
    word(field(message, "sourceType")).as_deref() == Some(source)
}

fn holds(message: &Value, part: &str) -> bool {
    word(field(message, "content")).is_some_and(|content| content.contains(part))
}

async fn is_empty_before_connect(target: &Target) -> Verdict {
    let messages = target.messages(&target.visitor().await?).await?;
    ensure!(messages.is_empty(), "nothing can have come before CONNECT, got {} messages", messages.len());
    Ok(())
}

async fn brings_messages_as_the_table_has_them(target: &Target) -> Verdict {
    let (visitor, _) = target.session().await?;
    target.send(&visitor, "CHAT", &target.text("hello")).await?.coded()?;
    // Whoever serves says something to a visitor who has just come, or there is nothing to look at.
    until(target, &visitor, "a message", |_| true).await.map(drop)
}

async fn brings_what_the_robot_answers(target: &Target) -> Verdict {
    let visitor = target.with_robot().await?;
    target.send(&visitor, "CHAT", &target.text("how can I pay?")).await?.one_of(&["0"])?;
    let answer = until(target, &visitor, "the robot's answer", |message| from(message, "ROBOT")).await?;
    let similar = field(&answer, "simQuestions");
    ensure!(
        similar.is_null() || similar.is_string() || similar.is_array(),
        "simQuestions must be null, a text or a list"
    );
    Ok(())
}

async fn brings_what_the_agent_says(target: &Target) -> Verdict {
    let house = target.desk()?;
    let visitor = target.with_agent().await?;
    let agent = house.sign_in("Li").await?;
    house.acts(&agent, &visitor.id, "messages", serde_json::json!({"text": "What about 1 < 2 & 3?"})).await?;
    let said = until(target, &visitor, "the agent's message", |message| from(message, "AGENT")).await?;
    ensure!(holds(&said, "2 & 3") || holds(&said, "2 &amp; 3"), "the agent's words must arrive");
    Ok(())
}

async fn tells_the_end(target: &Target) -> Verdict {
    let house = target.desk()?;
    let visitor = target.with_agent().await?;
    let agent = house.sign_in("Li").await?;
    house.acts(&agent, &visitor.id, "end", serde_json::json!({})).await?;
    let ends = |message: &Value| word(field(message, "controlType")).as_deref() == Some("DISCONNECT");
    until(target, &visitor, "DISCONNECT", ends).await?;
    target.has_ended(&visitor).await;
    Ok(())
}

async fn takes_is_need_read_and_does_without(target: &Target) -> Verdict {
    let (visitor, _) = target.session().await?;
    for read in ["&isNeedRead=true", "&isNeedRead=", ""] {
        let query = format!("poll?receiverId={}&channel=WEB{read}", visitor.id);
        target.call(&visitor, Method::GET, &query, None).await?.one_of(&["0"])?;
    }
    Ok(())
}

async fn refuses_without_a_visitor_token(target: &Target) -> Verdict {
    let path = format!("/apiaccess/ccmessaging/poll?receiverId={}&channel=WEB", target.fresh_id());
    let reply = target.raw(Method::GET, &path, &target.keys().await?, None).await?;
    not_let_in(&reply)
}

async fn refuses_a_made_up_visitor_token(target: &Target) -> Verdict {
    let visitor = target.visitor().await?;
    visitor.set_token("made-up%3D");
    not_let_in(&target.poll(&visitor).await?)
}

fn not_let_in(reply: &Reply) -> Verdict {
    reply.expect(reply.status == 401, "HTTP 401")
}
