//! `POST /apigovernance/api/oauth/tokenByAkSk`: key and secret against a token for the gateway.

use crate::harness::{Target, Verdict, checks, ensure, number, word};
use reqwest::Method;
use serde_json::json;

checks! {
    gives_a_bearer_token,
    keeps_the_lifetime_that_was_asked_for,
    takes_no_wrong_secret,
    answers_no_other_method,
}

async fn gives_a_bearer_token(target: &Target) -> Verdict {
    let reply = target.ask_gateway(&target.access.app_secret, Some("600")).await?;
    reply.expect(reply.status == 200, "HTTP 200")?;
    reply.expect(word(reply.field("AccessToken")).is_some(), "an AccessToken")?;
    let kind = word(reply.field("ApplyType"));
    reply.expect(kind.is_none_or(|kind| kind.eq_ignore_ascii_case("Bearer")), "the kind Bearer")?;
    let key = word(reply.field("AppKey"));
    reply.expect(key.is_none_or(|key| key == target.access.app_key), "the app key that was sent")?;
    // Seconds, not milliseconds.
    let made = number(reply.field("CreateTime"));
    reply.expect(made.is_none_or(|seconds| (1..100_000_000_000).contains(&seconds)), "epoch seconds")
}

async fn keeps_the_lifetime_that_was_asked_for(target: &Target) -> Verdict {
    for seconds in ["600", "300"] {
        let reply = target.ask_gateway(&target.access.app_secret, Some(seconds)).await?;
        let expires = number(reply.field("Expires"));
        ensure!(
            expires.is_some_and(|expires| (1..=3_600).contains(&expires)),
            "Expires must be seconds, at most 3600: {reply}"
        );
        if seconds == "600" {
            reply.expect(expires == Some(600), "the lifetime that was asked for")?;
        }
    }
    Ok(())
}

async fn takes_no_wrong_secret(target: &Target) -> Verdict {
    let reply = target.ask_gateway("not-the-secret", Some("600")).await?;
    reply.expect(word(reply.field("AccessToken")).is_none(), "no token for a wrong secret")
}

async fn answers_no_other_method(target: &Target) -> Verdict {
    let body = json!({"app_key": target.access.app_key, "app_secret": target.access.app_secret});
    let path = "/apigovernance/api/oauth/tokenByAkSk";
    let reply = target.raw(Method::PUT, path, &[], Some(&body)).await?;
    reply.expect(word(reply.field("AccessToken")).is_none(), "no token for PUT")
}
