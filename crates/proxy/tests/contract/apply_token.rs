//! `POST /apiaccess/ccmessaging/applyToken`: a token for a visitor.

use crate::harness::{Target, Verdict, checks, ensure, token_in};
use reqwest::Method;
use reqwest::header::HeaderValue;
use serde_json::json;

checks! {
    gives_a_token_that_is_taken_as_it_came,
    takes_ids_of_one_to_24_characters,
    refuses_another_channel,
    refuses_without_the_gateways_token,
    refuses_with_a_made_up_gateway_token,
    header_names_have_no_case,
}

async fn gives_a_token_that_is_taken_as_it_came(target: &Target) -> Verdict {
    let visitor = target.visitor().await?;
    ensure!(HeaderValue::from_str(&visitor.token()).is_ok(), "a visitor token must fit into a header");
    target.poll(&visitor).await?.one_of(&["0"]).map(drop)
}

async fn takes_ids_of_one_to_24_characters(target: &Target) -> Verdict {
    let long = format!("{}{}", target.fresh_id(), "x".repeat(24));
    for id in [&long[..1], &long[..24]] {
        let reply = target.apply(id, &target.access.channel).await?;
        reply.expect(token_in(&reply).is_some(), "a token for a short and for a 24 character id")?;
    }
    Ok(())
}

async fn refuses_another_channel(target: &Target) -> Verdict {
    let reply = target.apply(&target.fresh_id(), "1").await?;
    reply.expect(token_in(&reply).is_none(), "no token for a channel that is not configured")
}

async fn refuses_without_the_gateways_token(target: &Target) -> Verdict {
    refused_with(target, vec![("x-app-key", target.access.app_key.clone())]).await
}

async fn refuses_with_a_made_up_gateway_token(target: &Target) -> Verdict {
    let made_up = ("Authorization", "Bearer made-up".to_owned());
    refused_with(target, vec![("x-app-key", target.access.app_key.clone()), made_up]).await
}

async fn refused_with(target: &Target, headers: Vec<(&str, String)>) -> Verdict {
    let body = json!({"userId": target.fresh_id(), "userName": "Contract test",
        "channelId": target.access.channel, "locale": "en"});
    let path = "/apiaccess/ccmessaging/applyToken";
    let reply = target.raw(Method::POST, path, &headers, Some(&body)).await?;
    reply.expect(reply.status == 401, "HTTP 401")
}

async fn header_names_have_no_case(target: &Target) -> Verdict {
    let body = json!({"userId": target.fresh_id(), "userName": "Contract test",
        "channelId": target.access.channel, "locale": "zh"});
    for (key, bearer) in [("X-APP-Key", "authorization"), ("X-APP-KEY", "AUTHORIZATION")] {
        let bearer = (bearer, format!("Bearer {}", target.gateway().await?));
        let headers = [(key, target.access.app_key.clone()), bearer];
        let reply =
            target.raw(Method::POST, "/apiaccess/ccmessaging/applyToken", &headers, Some(&body)).await?;
        reply.expect(token_in(&reply).is_some(), "a token, however headers are spelled")?;
    }
    Ok(())
}
