//! `POST /apiaccess/ccmessaging/queryPhraseByKeyword`: questions that the robot knows, while the visitor types.

use crate::harness::{Offer, Reply, Stop, Target, Verdict, Visitor, checks, ensure};
use serde_json::{Value, json};

checks! {
    offers_at_most_five_phrases,
    does_not_mind_what_is_typed,
}

async fn ask(target: &Target, visitor: &Visitor, typed: &str) -> Result<Reply, Stop> {
    target.asks_for(Offer::Suggestions)?;
    let body = json!({"strContent": typed, "locale": "en", "channel": "WEB"});
    let reply = target.post(visitor, "queryPhraseByKeyword", &body).await?.offered(Offer::Suggestions)?;
    if reply.code().as_deref() == Some("1") && reply.said().contains("robot is no exist") {
        return Err(Stop::NotOffered(Offer::Suggestions, reply.to_string()));
    }
    Ok(reply)
}

/// The phrases: a list under either name, or a single text.
fn phrases(reply: &Reply) -> Result<Vec<String>, Stop> {
    reply.one_of(&["0"])?;
    let found = ["question", "phrases"].iter().map(|name| reply.field(name)).find(|value| !value.is_null());
    match found {
        None => Ok(Vec::new()),
        Some(Value::String(one)) => Ok(vec![one.clone()]),
        Some(Value::Array(list)) => {
            let texts = list.iter().map(|one| one.as_str().map(str::to_owned));
            texts.collect::<Option<_>>().ok_or_else(|| reply.wrong("texts in the list"))
        }
        Some(_) => Err(reply.wrong("a list or a text")),
    }
}

async fn offers_at_most_five_phrases(target: &Target) -> Verdict {
    let (visitor, _) = target.session().await?;
    let found = phrases(&ask(target, &visitor, "how can I").await?)?;
    ensure!(found.len() <= 5, "{} phrases", found.len());
    Ok(())
}

async fn does_not_mind_what_is_typed(target: &Target) -> Verdict {
    let (visitor, _) = target.session().await?;
    for typed in ["x", "\"};--", "你好 👋", "<b>"] {
        phrases(&ask(target, &visitor, typed).await?)?;
    }
    Ok(())
}
