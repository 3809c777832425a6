//! Sessions of visitors for whom the site vouches.

use super::{Bench, EPOCH_MS, Plan, Reply, Visitor, pass};
use crate::identity::{Identity, Key, Mode};
use crate::tests::logs::Log;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use std::sync::Arc;

pub(super) const SECRET: &[u8] = b"a secret of the site, 32 bytes or more";

pub(super) fn plan(mode: Mode) -> Plan {
    let mut plan = Plan::default();
    plan.desk.identity = Identity { mode, keys: vec![Key::secret("k".into(), SECRET).unwrap()] };
    plan
}

async fn bench() -> Bench {
    Bench::with(plan(Mode::Optional)).await
}

/// A token for the desk, good for ten minutes from the beginning of time.
pub(super) fn token(sub: &str, jti: &str) -> String {
    signed(&json!({"sub": sub, "name": format!("Name of {sub}"), "aud": "shop", "jti": jti,
        "exp": EPOCH_MS / 1_000 + 600}))
}

/// A token with these claims, signed with the desk's key.
pub(super) fn signed(claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", part(&json!({"alg": "HS256", "kid": "k"})), part(claims));
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, SECRET);
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(ring::hmac::sign(&key, message.as_bytes())))
}

pub(super) async fn open(bench: &Bench, id: &str, token: Option<&str>, resume: Option<&str>) -> Reply {
    let wish = json!({"protocol": 1, "desk": "shop", "id": id, "identity": token, "resume": resume});
    bench.call("POST", "/v1/session", None, Some(wish)).await
}

fn session(reply: &Reply) -> String {
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.body["session"].as_str().unwrap().to_owned()
}

fn code(reply: &Reply) -> (u16, &str) {
    (reply.status.as_u16(), reply.body["code"].as_str().unwrap_or_default())
}

#[tokio::test(start_paused = true)]
async fn a_token_opens_a_session_under_the_visitors_name() {
    let bench = bench().await;
    let reply = open(&bench, "i-1", Some(&token("wang", "1")), None).await;
    assert_eq!(reply.body["visitor"]["name"], "Name of wang");
    let person = reply.body["visitor"]["person"].as_str().unwrap();
    assert!(person.len() == 32 && !person.contains("wang"), "{person}");
    let again = open(&bench, "i-2", Some(&token("wang", "2")), None).await;
    assert_eq!(again.body["visitor"]["person"], person, "the same person");
    assert_ne!(session(&again), session(&reply), "on another device");
    let other = open(&bench, "i-3", Some(&token("li", "3")), None).await;
    assert_ne!(other.body["visitor"]["person"], person);
    let anonymous = open(&bench, "i-4", None, None).await;
    assert!(anonymous.body["visitor"].get("person").is_none());
}

#[tokio::test(start_paused = true)]
async fn a_token_is_good_once_and_a_lost_answer_is_repeated() {
    let bench = bench().await;
    let once = token("wang", "1");
    let first = session(&open(&bench, "i-1", Some(&once), None).await);
    assert_eq!(session(&open(&bench, "i-1", Some(&once), None).await), first, "the answer got lost");
    assert_eq!(code(&open(&bench, "i-2", Some(&once), None).await), (401, "identity_used"), "stolen");
    let fresh = open(&bench, "i-3", None, None).await;
    let thief = session(&fresh);
    assert_eq!(code(&open(&bench, "i-4", Some(&once), Some(&thief)).await), (401, "identity_used"));
    // The page is loaded again, with the token that stands in it.
    assert_eq!(session(&open(&bench, "i-5", Some(&once), Some(&first)).await), first);
    assert_eq!(session(&open(&bench, "i-6", Some(&token("wang", "2")), Some(&first)).await), first);
    // Who has logged out does not come back by a token of then.
    let visitor = Visitor { bench: &bench, session: first.clone() };
    assert_eq!(visitor.call("DELETE", "/v1/session", None).await.status, 204);
    assert_eq!(code(&open(&bench, "i-7", Some(&once), Some(&first)).await), (401, "identity_used"));
    let store = &bench.app.shared.store;
    assert!(store.sweep(EPOCH_MS + 600_000, u64::MAX).await.is_ok());
    assert_eq!(code(&open(&bench, "i-8", Some(&once), None).await), (401, "identity_used"), "not over yet");
    pass(700.0).await;
    assert_eq!(code(&open(&bench, "i-9", Some(&once), None).await), (401, "identity_expired"));
    assert!(store.sweep(EPOCH_MS + 2_000_000, u64::MAX).await.unwrap() >= 2, "forgotten when it is over");
}

#[tokio::test(start_paused = true)]
async fn several_proxies_take_a_token_once() {
    let here = bench().await;
    let store = Arc::clone(&here.app.shared.store);
    let there = Bench::with(Plan { store, ..plan(Mode::Optional) }).await;
    let once = token("wang", "1");
    let first = session(&open(&here, "i-1", Some(&once), None).await);
    assert_eq!(code(&open(&there, "i-2", Some(&once), None).await), (401, "identity_used"));
    assert_eq!(session(&open(&there, "i-1", Some(&once), None).await), first);
}

#[tokio::test(start_paused = true)]
async fn another_person_gets_another_session_and_the_one_before_is_erased() {
    let bench = bench().await;
    let wang = session(&open(&bench, "i-1", Some(&token("wang", "1")), None).await);
    let visitor = Visitor { bench: &bench, session: wang.clone() };
    visitor.connect("c1", "robot").await;
    visitor.say("m1", "what wang says").await;
    let once = token("li", "2");
    let li = session(&open(&bench, "i-2", Some(&once), Some(&wang)).await);
    assert_ne!(li, wang);
    assert_eq!(code(&visitor.call("GET", "/v1/contact", None).await), (401, "session_unknown"));
    let now = Visitor { bench: &bench, session: li.clone() };
    assert!(now.events(0).await.is_empty());
    // The same again, since the answer got lost.
    assert_eq!(session(&open(&bench, "i-2", Some(&once), Some(&wang)).await), li);
    // Without a token the session goes on: its credential says enough.
    assert_eq!(session(&open(&bench, "i-3", None, Some(&li)).await), li);
}

#[tokio::test(start_paused = true)]
async fn an_anonymous_conversation_goes_on_when_its_visitor_signs_in() {
    let bench = bench().await;
    let visitor = bench.connected().await;
    visitor.say("m1", "before").await;
    let reply = open(&bench, "i-1", Some(&token("wang", "1")), Some(&visitor.session)).await;
    assert_eq!(session(&reply), visitor.session);
    assert_eq!(reply.body["visitor"]["name"], "Name of wang");
    assert_eq!(reply.body["contact"]["state"], "robot");
    let resumed = open(&bench, "i-2", None, Some(&visitor.session)).await;
    assert_eq!(resumed.body["visitor"]["name"], "Name of wang");
}

#[tokio::test(start_paused = true)]
async fn a_desk_that_needs_tokens_serves_nobody_without() {
    let anonymous = Bench::new().await;
    let before = anonymous.visitor().await.session.clone();
    let store = Arc::clone(&anonymous.app.shared.store);
    let bench = Bench::with(Plan { store, ..plan(Mode::Required) }).await;
    assert_eq!(code(&open(&bench, "i-1", None, None).await), (401, "identity_missing"));
    assert_eq!(code(&open(&bench, "i-2", None, Some(&before)).await), (401, "identity_missing"));
    let old = Visitor { bench: &bench, session: before };
    assert_eq!(code(&old.call("GET", "/v1/contact", None).await), (401, "session_unknown"));
    let wang = session(&open(&bench, "i-3", Some(&token("wang", "1")), None).await);
    assert_eq!(session(&open(&bench, "i-4", None, Some(&wang)).await), wang);
    let visitor = Visitor { bench: &bench, session: wang };
    assert_eq!(visitor.connect("c1", "robot").await.body["state"], "robot");
}

#[tokio::test(start_paused = true)]
async fn what_is_wrong_is_named_and_nothing_of_it_is_repeated_or_logged() {
    let (log, _guard) = Log::begin();
    let bench = bench().await;
    let good = token("wang", "1");
    let forged = format!("{}A", good.strip_suffix(|_: char| true).unwrap());
    let wish = json!({"protocol": 1, "desk": "shop", "identity": good});
    let without = bench.call("POST", "/v1/session", None, Some(wish)).await;
    assert_eq!(code(&without), (400, "id_invalid"));
    assert_eq!(code(&open(&bench, "a,b", Some(&good), None).await), (400, "id_invalid"));
    for token in [forged.as_str(), "x", &good.replace('.', "")] {
        let reply = open(&bench, "i-1", Some(token), None).await;
        assert_eq!(code(&reply), (401, "identity_refused"));
        assert!(!reply.body.to_string().contains(token) || token == "x");
    }
    let other = json!({"protocol": 1, "desk": "other", "id": "i-1", "identity": good});
    let reply = bench.call("POST", "/v1/session", None, Some(other)).await;
    assert_eq!(code(&reply), (401, "identity_refused"));
    assert!(reply.body["message"].as_str().unwrap().contains("aud"));
    session(&open(&bench, "i-1", Some(&good), None).await);
    let text = log.text();
    assert!(text.contains("identity token was refused"), "{text}");
    for secret in [good.as_str(), "Name of wang", "wang"] {
        assert!(!text.contains(secret), "{secret} is in {text}");
    }
}
