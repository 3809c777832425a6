//! Tokens over real sockets: how they are had, renewed, and what a refusal of them leads to.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail so")]

mod cec_support;

use cec_support::{Centre, Reply, coded, id, kind, party, text};
use frontdesk_proxy::vendor::cec::Trouble;
use frontdesk_proxy::vendor::{Centre as _, Party};
use std::sync::Arc;

#[tokio::test]
async fn many_visitors_at_once_share_one_gateway_token() {
    let centre = Centre::start().await;
    let cec = Arc::new(centre.cec());
    let mut visitors = tokio::task::JoinSet::new();
    for number in 0..100 {
        let cec = Arc::clone(&cec);
        visitors.spawn(async move {
            let party = Party { user_id: format!("visitor-{}", number % 50), ..party() };
            cec.poll(&party).await.is_ok()
        });
    }
    assert!(visitors.join_all().await.into_iter().all(|polled| polled));
    assert_eq!(centre.seen("tokenByAkSk").len(), 1);
    assert_eq!(centre.seen("applyToken").len(), 50);
    assert_eq!(centre.seen("poll").len(), 100);
}

#[tokio::test]
async fn a_401_renews_both_tokens_in_order_and_repeats_once_with_the_same_message() {
    let centre = Centre::start().await;
    centre.once("send CHAT", Reply::status(401));
    let cec = centre.cec();
    assert_eq!(
        kind(cec.say(&party(), &id(), 7, &text("hello")).await),
        "ok Delivered { link_not_trusted: false }"
    );
    let order = ["tokenByAkSk", "applyToken", "send CHAT", "tokenByAkSk", "applyToken", "send CHAT"];
    assert_eq!(centre.order(), order);
    let sent = centre.seen("send CHAT");
    assert_eq!(sent[0].body, sent[1].body);
    assert_eq!(
        (sent[1].header("authorization"), sent[1].header("ccmessaging-token")),
        ("Bearer at-3", "vt-4%3D")
    );
    assert_eq!(centre.seen("applyToken")[1].header("authorization"), "Bearer at-3");
}

#[tokio::test]
async fn a_second_401_is_a_refusal_and_renewing_is_left_alone_for_a_moment() {
    let centre = Centre::start().await;
    centre.always("poll", Reply::status(401));
    let cec = centre.cec();
    assert_eq!(kind(cec.poll(&party()).await), "refused for now CentreRefused");
    assert_eq!(centre.seen("poll").len(), 2);
    assert_eq!(kind(cec.poll(&party()).await), "refused for now CentreRefused");
    assert_eq!((centre.seen("poll").len(), centre.seen("tokenByAkSk").len()), (3, 2));
}

#[tokio::test]
async fn a_code_401_in_a_good_answer_renews_nothing() {
    let centre = Centre::start().await;
    centre.always("send CHAT", coded("401", "objectKey is null!"));
    assert_eq!(kind(centre.cec().say(&party(), &id(), 1, &text("hello")).await), "refused CentreRefused");
    assert_eq!(centre.seen("tokenByAkSk").len(), 1);
}

#[tokio::test]
async fn a_token_in_an_answer_is_used_from_then_on_verbatim() {
    let centre = Centre::start().await;
    centre.once("poll", coded("0", "").with("ccmessaging-token", "new%2Btoken%3D"));
    centre.once("poll", coded("0", "").with("ccmessaging-token", "not a token"));
    let cec = centre.cec();
    for _ in 0..3 {
        cec.poll(&party()).await.unwrap();
    }
    let used: Vec<_> =
        centre.seen("poll").iter().map(|seen| seen.header("ccmessaging-token").to_owned()).collect();
    assert_eq!(used, ["vt-2%3D", "new%2Btoken%3D", "new%2Btoken%3D"]);
    assert_eq!(centre.seen("applyToken").len(), 1);

    cec.forget(&party().user_id);
    cec.poll(&party()).await.unwrap();
    assert_eq!(centre.seen("applyToken").len(), 2);
}

#[tokio::test]
async fn a_spent_gateway_token_is_noticed_while_a_visitor_token_is_asked_for() {
    let centre = Centre::start().await;
    let cec = centre.cec();
    cec.ready().await.unwrap();
    centre.once("applyToken", Reply::status(401));
    assert_eq!(kind(cec.poll(&party()).await), "ok []");
    assert_eq!(centre.order(), ["tokenByAkSk", "applyToken", "tokenByAkSk", "applyToken", "poll"]);
}

#[tokio::test]
async fn without_a_token_nothing_was_sent() {
    for (what, reply, expected, trouble) in [
        (
            "tokenByAkSk",
            Reply::status(500),
            "not sent CentreUnintelligible",
            "the centre answered HTTP 500 to",
        ),
        ("tokenByAkSk", Reply::status(504), "not sent CentreTimeout", "the centre answered HTTP 504 to"),
        ("tokenByAkSk", Reply::status(429), "refused for now CentreBusy", "is busy (HTTP 429)"),
        ("tokenByAkSk", Reply::status(503), "refused for now CentreBusy", "is busy (HTTP 503)"),
        ("tokenByAkSk", Reply::status(401), "refused for now CentreRefused", "`app_secret`"),
        (
            "tokenByAkSk",
            Reply::json(r#"{"resultCode":"9"}"#),
            "refused for now CentreRefused",
            "`app_secret`",
        ),
        ("tokenByAkSk", Reply::bytes(200, b"<html>"), "not sent CentreUnintelligible", "look at `base_url`"),
        ("tokenByAkSk", Reply::status(404), "refused for now CentreRefused", "look at `base_url`"),
        (
            "applyToken",
            coded("1", "failure"),
            "refused for now CentreRefused",
            "(HTTP 200, code 1); look at `channel_id`",
        ),
        ("applyToken", Reply::status(400), "refused for now CentreRefused", "look at `channel_id`"),
        ("applyToken", Reply::bytes(200, b""), "not sent CentreUnintelligible", "look at `base_url`"),
    ] {
        let centre = Centre::start().await;
        centre.always(what, reply);
        let cec = centre.cec();
        let said = cec.say(&party(), &id(), 1, &text("hello")).await;
        assert_eq!(kind(said), expected, "{what} {trouble}");
        assert_eq!(centre.seen("send CHAT").len(), 0);
        let told = cec.probe().await.unwrap_err().to_string();
        assert!(told.contains(trouble) && !told.contains('\n'), "{told}");
    }
}

#[tokio::test]
async fn a_good_centre_passes_the_probe_and_a_missing_one_is_named() {
    let centre = Centre::start().await;
    assert_eq!(centre.cec().probe().await, Ok(()));
    let nobody = centre.cec_with(|config| config.base_url = "http://127.0.0.1:1".parse().unwrap());
    assert!(matches!(nobody.probe().await, Err(Trouble::Unreachable { .. })));
}
