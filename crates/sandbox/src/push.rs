//! Sends messages for visitors to where the settings say, visitor by visitor in order, until they are confirmed.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::Request;
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use hyper_util::rt::TokioIo;
use ring::hmac;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};

use crate::centre::{Downlink, Ms};
use crate::settings::PushTo;
use crate::state::Sandbox;
use crate::vendor_api::encode;

/// How often it is looked whether there is something to send.
const LOOK: Duration = Duration::from_millis(20);
/// How long whoever takes it may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// The longest answer that is read.
const ANSWER_BYTES: usize = 4_096;

/// One request: the codes it carries, and its body.
struct Parcel {
    user: String,
    codes: Vec<String>,
    body: String,
}

/// Sends for ever.
pub(crate) async fn push(sandbox: Sandbox) {
    let base = sandbox.base_url();
    let mut under_way: JoinSet<(String, Vec<String>, bool, Duration)> = JoinSet::new();
    let mut busy: BTreeSet<String> = BTreeSet::new();
    let mut later: BTreeMap<String, Instant> = BTreeMap::new();
    loop {
        tokio::select! {
            Some(done) = under_way.join_next(), if !under_way.is_empty() => {
                let Ok((user, codes, confirmed, retry)) = done else { continue };
                sandbox.with(|inner, _| match confirmed {
                    true => inner.centre.pushed(&user, &codes),
                    false => inner.centre.not_pushed(),
                });
                if confirmed {
                    busy.remove(&user);
                } else {
                    later.insert(user, Instant::now() + retry);
                }
            }
            () = tokio::time::sleep(LOOK) => {}
        }
        let now = Instant::now();
        later.retain(|user, until| *until > now || !busy.remove(user));
        let (to, now_ms, parcels) = sandbox.with(|inner, now| {
            let Some(to) = inner.settings().push.clone() else { return (None, now, Vec::new()) };
            let settings = inner.settings().clone();
            let waiting = inner.centre.next_pushes(now, &busy);
            let parcel = |(user, messages): (String, Vec<Downlink>)| {
                let wire: Vec<Value> =
                    messages.iter().map(|one| encode(one, &user, &settings, &base)).collect();
                let codes = messages.into_iter().map(|message| message.code).collect();
                Parcel { codes, body: json!({"timestamp": now, "messages": wire}).to_string(), user }
            };
            (Some(to), now, waiting.into_iter().map(parcel).collect())
        });
        let Some(to) = to else { continue };
        for parcel in parcels {
            busy.insert(parcel.user.clone());
            let to = to.clone();
            under_way.spawn(async move {
                let sent = timeout(PATIENCE, send(&to, now_ms, parcel.body)).await;
                let confirmed = matches!(sent, Ok(Some(true)));
                (parcel.user, parcel.codes, confirmed, Duration::from_millis(to.retry_ms))
            });
        }
    }
}

/// Whether it was confirmed; `None`: no answer that says anything.
async fn send(to: &PushTo, now: Ms, body: String) -> Option<bool> {
    let url = format!("{}/webhooks/v1/messages", to.base_url);
    let (host, path) = url.strip_prefix("http://")?.split_once('/')?;
    let path = format!("/{path}");
    let stream = TcpStream::connect(host).await.ok()?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.ok()?;
    let driver = tokio::spawn(connection);
    let request = Request::post(&path)
        .header(HOST, host)
        .header(CONTENT_TYPE, "application/json")
        .header(AUTHORIZATION, authorization(to, now, host, &path));
    let answer = sender.send_request(request.body(Full::<Bytes>::from(body)).ok()?).await.ok();
    let confirmed = async {
        let answer = answer?;
        let status = answer.status();
        let body = Limited::new(answer.into_body(), ANSWER_BYTES).collect().await.ok()?.to_bytes();
        let body: Value = serde_json::from_slice(&body).ok()?;
        Some(status == 200 && body.get("resultCode") == Some(&json!("0")))
    }
    .await;
    driver.abort();
    confirmed
}

/// What shows that this is the centre. Of the signature the vendor's pages print the beginning; the rest is as its other
/// interfaces have it.
fn authorization(to: &PushTo, now: Ms, host: &str, path: &str) -> String {
    let Some(access_key) = &to.access_key else { return format!("Bearer {}", to.key) };
    let mac = |key: &str, text: &str| -> String {
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes()), text.as_bytes());
        tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
    };
    let prefix = format!("auth-v2/{access_key}/{now}/host;content-type");
    let signed = format!("POST\n{path}\n\nhost:{host}\ncontent-type:application/json");
    format!("{prefix}/{}", mac(&mac(&to.key, &prefix), &signed))
}
