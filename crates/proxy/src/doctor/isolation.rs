//! Whether a page that is isolated (Cross-Origin-Embedder-Policy) takes loader and frame. The proxy says what such a page asks for;
//! what stands in front of it may take that away.

use super::{Finding, Tell, client};
use crate::config::Desk;
use axum::http::HeaderMap;
use std::time::Duration;

const EMBEDDER: &str = "Cross-Origin-Embedder-Policy";
const RESOURCE: &str = "Cross-Origin-Resource-Policy";
/// How long the desk may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Tells of a page that has these headers of the policy.
pub(super) async fn look(headers: &[String], public_url: &str, desk: &Desk, tell: Tell<'_>) {
    let Some(policy) = policy(headers) else {
        tell(Finding::good(EMBEDDER, "there is none"));
        return;
    };
    let mut fine = true;
    // Without credentials a loader comes through whatever it says (Fetch, section 3.7).
    let loader = (policy == "require-corp").then(|| (format!("{public_url}/frontdesk.js"), false));
    let frame = (format!("{public_url}/frame?desk={}", desk.id), true);
    for (address, is_page) in loader.into_iter().chain([frame]) {
        let lacking = match ask(&address).await {
            Ok(headers) => lacking(&headers, is_page),
            Err(problem) => {
                fine = false;
                let text = format!(
                    "{policy} asks for headers of {address}, which the proxy sends; whether they arrive cannot be told: \
                     {problem}"
                );
                tell(Finding::hint(EMBEDDER, text));
                continue;
            }
        };
        for line in lacking {
            fine = false;
            let text = format!(
                "{policy} refuses {address}, which lacks `{line}`: the proxy sends it, so let what stands in front of it pass it \
                 on"
            );
            tell(Finding::wrong(EMBEDDER, text));
        }
    }
    if fine {
        tell(Finding::good(EMBEDDER, format!("{policy} takes loader and frame")));
    }
}

/// What the headers say, where it isolates. More than one header is none (RFC 8941, section 4.2).
fn policy(headers: &[String]) -> Option<&'static str> {
    let [header] = headers else { return None };
    let word = header.split(';').next().unwrap_or_default().trim();
    ["require-corp", "credentialless"].into_iter().find(|known| *known == word)
}

/// The headers that are not there. A page has to be isolated as well.
fn lacking(headers: &HeaderMap, is_page: bool) -> Vec<String> {
    let said = |name: &str| {
        let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
        values.map(str::to_owned).collect::<Vec<_>>()
    };
    let mut lacking = Vec::new();
    if said(RESOURCE) != ["cross-origin"] {
        lacking.push(format!("{RESOURCE}: cross-origin"));
    }
    if is_page && policy(&said(EMBEDDER)).is_none() {
        lacking.push(format!("{EMBEDDER}: require-corp"));
    }
    lacking
}

async fn ask(address: &str) -> Result<HeaderMap, String> {
    let said = |error: reqwest::Error| error.without_url().to_string();
    let client = client(PATIENCE).redirect(reqwest::redirect::Policy::none()).build().map_err(said)?;
    let answer = client.get(address).send().await.map_err(said)?;
    match answer.status().as_u16() {
        200 => Ok(answer.headers().clone()),
        status => Err(format!("HTTP {status}")),
    }
}
