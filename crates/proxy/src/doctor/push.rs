//! Whether what the centre is to send by itself can arrive: sends an empty list to the desk's own public address, as the centre would.

use super::{Finding, Tell, client};
use crate::config::{Desk, PushMode};
use crate::vendor::cec::TAKEN;
use secrecy::ExposeSecret as _;
use std::time::Duration;

const WHAT: &str = "push";
/// How long the proxy may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Looks whether a push arrives. Nothing is told of a desk that is polled.
pub async fn look(public_url: &str, desk: &Desk, place: usize, tell: Tell<'_>) {
    let Some(push) = &desk.cec.push else { return };
    let base = format!("{public_url}/v1/centre/{}", desk.id);
    if push.mode != PushMode::Bearer {
        let text = format!(
            "not tried, since what the centre signs is not published; the centre sends to {base}; \
             `frontdesk_pushed_total` shows whether something comes"
        );
        tell(Finding::hint(WHAT, text));
        return;
    }
    let key = format!("`desks[{place}].cec.push`");
    tell(match send(&base, push.key.expose_secret()).await {
        Ok((200, body)) if body == TAKEN => {
            Finding::good(WHAT, format!("the desk takes what is sent; enter {base} at the centre"))
        }
        Ok((401, _)) => Finding::wrong(
            WHAT,
            format!(
                "{base} refuses the key of {key}: the proxy there runs with other settings, or something in front of it takes `Authorization` away"
            ),
        ),
        Ok((404, _)) => Finding::wrong(
            WHAT,
            format!(
                "there is no such address at {base}: the proxy there runs without {key}, or something in front of it does not pass `/v1/centre/` on"
            ),
        ),
        Ok((status, _)) => {
            Finding::wrong(WHAT, format!("{base} answers HTTP {status}, where the centre is to hear 200"))
        }
        Err(problem) => Finding::hint(
            WHAT,
            format!(
                "nobody answers at {base}: {problem}; run it again where the proxy runs with these settings"
            ),
        ),
    });
}

/// Status and body of the answer to an empty list.
async fn send(base: &str, key: &str) -> Result<(u16, String), String> {
    let said = |error: reqwest::Error| error.without_url().to_string();
    // The key goes nowhere else.
    let client = client(PATIENCE).redirect(reqwest::redirect::Policy::none()).build().map_err(said)?;
    let request = client.post(format!("{base}/webhooks/v1/messages")).bearer_auth(key);
    let answer = request.json(&serde_json::json!({ "messages": [] })).send().await.map_err(said)?;
    let status = answer.status().as_u16();
    // As much as what is expected has.
    let mut body = answer;
    let first = body.chunk().await.map_err(said)?.unwrap_or_default();
    Ok((status, String::from_utf8_lossy(first.get(..TAKEN.len() + 1).unwrap_or(&first)).into_owned()))
}
