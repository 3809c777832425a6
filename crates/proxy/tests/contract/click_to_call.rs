//! `v1/checkClickToCallSupport`, `createClickToCall`, `getClickToCallEvents`, `dropClickToCall`: calls by voice and video.

use crate::harness::{Offer, Reply, Stop, Target, Verdict, Visitor, checks, ensure, field, number, word};
use reqwest::Method;
use serde_json::{Value, json};

checks! {
    tells_whether_calls_are_possible,
    has_no_events_without_a_call,
    has_nothing_to_drop_without_a_call,
    a_call_is_set_up_and_dropped,
    a_connected_call_says_where,
}

/// The printed event texts.
const EVENTS: &[&str] = &[
    "call in queue",
    "call connected",
    "call disconnected",
    "call queued timeout",
    "call failed",
    "call continue to poll events with unknown events",
    "clicktocall polled without any events",
];

/// A question about calls, where its path is: below `v1`, as a sample leaves it out too.
async fn ask(target: &Target, visitor: &Visitor, what: &str) -> Result<Reply, Stop> {
    let reply = target.call(visitor, Method::GET, &format!("v1/{what}?channel=WEB"), None).await?;
    if reply.status != 404 {
        return Ok(reply);
    }
    target.call(visitor, Method::GET, &format!("{what}?channel=WEB"), None).await?.offered(Offer::Calls)
}

async fn tells_whether_calls_are_possible(target: &Target) -> Verdict {
    supported(target, &target.visitor().await?).await.map(drop)
}

async fn supported(target: &Target, visitor: &Visitor) -> Result<bool, Stop> {
    let reply = ask(target, visitor, "checkClickToCallSupport").await?;
    reply.one_of(&["0"])?;
    let flag =
        |name: &str| reply.field(name).as_bool().ok_or_else(|| reply.wrong(&format!("a truth value {name}")));
    Ok(flag("webRTCSupported")? && flag("clickToCallSupported")?)
}

fn well_formed(reply: &Reply) -> Verdict {
    reply.one_of(&["0"])?;
    let said = reply.said();
    let known = said.is_empty() || EVENTS.iter().any(|event| said.contains(event));
    reply.expect(known, "one of the printed events")?;
    let content = reply.field("content");
    reply.expect(content.is_null() || content.is_object(), "content as an object, or none")
}

async fn has_no_events_without_a_call(target: &Target) -> Verdict {
    target.asks_for(Offer::Calls)?;
    let reply = ask(target, &target.visitor().await?, "getClickToCallEvents").await?;
    well_formed(&reply)?;
    reply.expect(!reply.said().contains("connected"), "nothing connected")
}

async fn has_nothing_to_drop_without_a_call(target: &Target) -> Verdict {
    target.asks_for(Offer::Calls)?;
    let visitor = target.visitor().await?;
    let reply = target.post(&visitor, "v1/dropClickToCall", &json!({"channel": "WEB"})).await?;
    reply.offered(Offer::Calls)?.one_of(&["0", "13"]).map(drop)
}

/// A call that is being set up; it is dropped whatever comes of the check.
async fn create(target: &Target, media: &str) -> Result<Visitor, Stop> {
    target.asks_for(Offer::Calls)?;
    // Some centres want a conversation with an agent first.
    let visitor = target.with_agent().await?;
    if !supported(target, &visitor).await? {
        return Err(Stop::NotOffered(Offer::Calls, "checkClickToCallSupport says no".into()));
    }
    let body = json!({"channel": "WEB", "mediaAbility": media});
    let reply = target.post(&visitor, "v1/createClickToCall", &body).await?.offered(Offer::Calls)?;
    match reply.one_of(&["0", "7", "12", "13"])?.as_str() {
        "0" => {
            target.has_call(&visitor);
            Ok(visitor)
        }
        _ => Err(Stop::NotOffered(Offer::Calls, reply.to_string())),
    }
}

async fn a_call_is_set_up_and_dropped(target: &Target) -> Verdict {
    for media in ["0", "1"] {
        let visitor = create(target, media).await?;
        well_formed(&ask(target, &visitor, "getClickToCallEvents").await?)?;
        target.drop_call(&visitor).await?.one_of(&["0"])?;
        target
            .until("the end of the call", async || {
                let reply = ask(target, &visitor, "getClickToCallEvents").await?;
                well_formed(&reply)?;
                Ok((!reply.said().contains("call in queue") && !reply.said().contains("call connected"))
                    .then_some(()))
            })
            .await?;
    }
    Ok(())
}

async fn a_connected_call_says_where(target: &Target) -> Verdict {
    // Nobody need answer a test.
    let house = target.desk()?;
    let visitor = create(target, "0").await?;
    let agent = house.sign_in("Li").await?;
    house.desk(Some(&agent), "calls/1/accept", Some(&json!({}))).await?;
    let connected = target
        .until("Call connected", async || {
            let reply = ask(target, &visitor, "getClickToCallEvents").await?;
            well_formed(&reply)?;
            let is_it =
                reply.said().contains("call connected") || number(reply.field("eventId")) == Some(168_101);
            Ok(is_it.then_some(reply))
        })
        .await?;
    let content = connected.field("content");
    let addresses = field(content, "gwAddresses").as_array().cloned().unwrap_or_default();
    ensure!(
        !addresses.is_empty() && addresses.iter().all(Value::is_string),
        "gwAddresses must be a list of texts"
    );
    ensure!(word(field(content, "domain")).is_some(), "the domain is missing");
    ensure!(word(field(content, "accessCode")).is_some(), "the accessCode is missing");
    target.drop_call(&visitor).await?.one_of(&["0"]).map(drop)
}
