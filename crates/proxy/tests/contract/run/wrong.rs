//! Centres that do nothing right: every check must fail at one of them, or it could never fail.

use super::{ended, runtime};
use crate::harness::{Access, Check, Dialect, Offer, Offers, Stop, Target};
use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use libtest_mimic::{Failed, Trial};
use std::sync::Arc;
use tokio::net::TcpListener;

/// A way to be wrong: for the last part of a path, status and body.
type Wrong = fn(&str) -> (u16, &'static str);

/// What lets a check get as far as its own question.
fn token(endpoint: &str) -> Option<(u16, &'static str)> {
    match endpoint {
        "tokenByAkSk" => Some((200, r#"{"AccessToken":"at","Expires":"600"}"#)),
        "applyToken" => Some((200, r#"{"token":"vt","resultCode":"0"}"#)),
        _ => None,
    }
}

/// Success for everything, with lists of things that are none.
const YES: (u16, &str) =
    (200, r#"{"resultCode":"0","downlinkMessages":[{"x":1}],"messageList":[{"x":1}],"fileStream":"AAAA"}"#);

const CENTRES: &[Wrong] = &[
    // An agent, whatever is asked.
    |endpoint| match endpoint {
        "queryQueueInfo" => (200, r#"{"resultCode":"160021"}"#),
        _ => token(endpoint).unwrap_or(YES),
    },
    // A robot.
    |endpoint| match endpoint {
        "send" => (200, r#"{"resultCode":"0","resultDesc":"connect to robot successfully."}"#),
        _ => token(endpoint).unwrap_or(YES),
    },
    // A queue without a place that nobody leaves.
    |endpoint| match endpoint {
        "send" => (200, r#"{"resultCode":"11","resultDesc":"Queuing..."}"#),
        "queryQueueInfo" => (200, r#"{"resultCode":"0","position":0}"#),
        _ => token(endpoint).unwrap_or(YES),
    },
    // The same, and not even the queue is said right.
    |endpoint| match endpoint {
        "send" => (200, r#"{"resultCode":"0"}"#),
        "queryQueueInfo" => (200, r#"{"resultCode":"0","position":0}"#),
        _ => token(endpoint).unwrap_or(YES),
    },
    // No to everything.
    |endpoint| token(endpoint).unwrap_or((200, r#"{"resultCode":"13"}"#)),
    // No words.
    |endpoint| token(endpoint).unwrap_or((200, "{}")),
];

/// For the token calls alone: elsewhere a missing token would hide what is asked.
const TOKENLESS: &[Wrong] = &[|_| (503, "<html></html>"), |_| (200, r#"{"resultCode":"0"}"#)];

/// One test: no check passes everywhere.
pub(super) fn trials() -> Vec<Trial> {
    vec![Trial::test("wrong::every_check_can_fail", || runtime()?.block_on(every_check_can_fail()))]
}

async fn every_check_can_fail() -> Result<(), Failed> {
    let mut never: Vec<&'static str> = Vec::new();
    for check in crate::checks().into_iter().filter(|check| !check.name.contains("::adapter::")) {
        if !fails_somewhere(check).await? {
            never.push(check.name);
        }
    }
    if never.is_empty() { Ok(()) } else { Err(format!("these checks never fail: {never:?}").into()) }
}

async fn fails_somewhere(check: Check) -> Result<bool, Failed> {
    let tokens = ["::token_by_ak_sk::", "::apply_token::"].iter().any(|file| check.name.contains(file));
    for answer in if tokens { [CENTRES, TOKENLESS].concat() } else { CENTRES.to_vec() } {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let base = format!("http://{}", listener.local_addr()?);
        let respond =
            move |uri: axum::http::Uri| async move { reply(answer(uri.path().rsplit('/').next().unwrap())) };
        let server =
            tokio::spawn(async move { axum::serve(listener, Router::new().fallback(respond)).await });
        let access = Access {
            base,
            app_key: "k".into(),
            app_secret: "s".into(),
            channel: "1".into(),
            dialect: Dialect::V2_6,
            offers: Offers::all_but(&[]),
        };
        // Nothing there changes with time.
        let mut target = Target::new(access, None)?;
        target.looks = 1;
        let ended = ended(&Arc::new(target), check).await;
        server.abort();
        // What needs the agents' side is asked at the sandbox alone.
        if matches!(ended, Err(Stop::Wrong(_) | Stop::NotOffered(Offer::Desk, _))) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn reply((status, body): (u16, &'static str)) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or_default();
    (status, [("content-type", "application/json;charset=UTF-8")], body).into_response()
}
