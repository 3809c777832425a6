//! `POST /apiaccess/ccmessaging/getsatisfactionssurveymode`, with one s or two: what to ask after a conversation.

use crate::harness::{Offer, Reply, Stop, Target, Verdict, Visitor, checks, ensure, field, word};
use reqwest::Method;
use serde_json::json;

checks! {
    says_what_to_ask,
    takes_a_language,
}

const PATHS: [&str; 2] = ["getsatisfactionsurveymode", "getsatisfactionssurveymode"];

/// The answer of whichever path the centre has.
async fn ask(target: &Target, visitor: &Visitor, body: Option<&serde_json::Value>) -> Result<Reply, Stop> {
    target.only_new(Offer::Survey)?;
    target.asks_for(Offer::Survey)?;
    let first = target.call(visitor, Method::POST, PATHS[0], body).await?;
    if first.status != 404 {
        return Ok(first);
    }
    target.call(visitor, Method::POST, PATHS[1], body).await?.offered(Offer::Survey)
}

fn well_formed(reply: &Reply) -> Verdict {
    reply.one_of(&["0"])?;
    let survey = reply.field("satisfactionSurvey");
    let kind = word(field(survey, "surveyType"));
    ensure!(
        kind.as_deref().is_some_and(|kind| ["WEB", "NO"].contains(&kind)),
        "surveyType is {kind:?}, not WEB or NO"
    );
    for level in field(survey, "satisfactionLevel").as_array().into_iter().flatten() {
        let key = word(field(level, "satisfactionLevelKey"));
        let known = key.as_deref().is_some_and(|key| ["1", "2", "3", "4", "5"].contains(&key));
        ensure!(known, "a level has the key {key:?}, not 1 to 5");
    }
    for question in field(survey, "satisfactionQuestion").as_array().into_iter().flatten() {
        let known = question.as_str().is_some_and(|word| ["FCR", "NPS", "CSAT"].contains(&word));
        ensure!(known, "a question is {question}, not FCR, NPS or CSAT");
    }
    Ok(())
}

async fn says_what_to_ask(target: &Target) -> Verdict {
    target.only_new(Offer::Survey)?;
    well_formed(&ask(target, &target.visitor().await?, None).await?)
}

async fn takes_a_language(target: &Target) -> Verdict {
    target.only_new(Offer::Survey)?;
    let visitor = target.visitor().await?;
    for language in ["zh_CN", "en_US", "fr_FR", ""] {
        well_formed(&ask(target, &visitor, Some(&json!({"language": language}))).await?)?;
    }
    Ok(())
}
