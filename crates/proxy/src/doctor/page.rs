//! What a page of the website sends with itself, and what has to be added to it.

use super::policy::Policy;
use super::{Finding, Tell, client, isolation};
use crate::config::Desk;
use scraper::{Html, Selector};
use std::time::Duration;
use url::Url;

/// A page may take so long.
const PATIENCE: Duration = Duration::from_secs(15);
/// So much of it is read.
const LONGEST: usize = 2 << 20;

/// Of this program, which has the same as the proxy and the widget that it serves.
const VERSION: &str = env!("CARGO_PKG_VERSION");

const SCRIPT: [&str; 3] = ["script-src-elem", "script-src", "default-src"];
const FRAME: [&str; 3] = ["frame-src", "child-src", "default-src"];
const CONNECT: [&str; 2] = ["connect-src", "default-src"];

/// A page as it came.
#[derive(Clone, Debug, Default)]
struct Page {
    policies: Vec<String>,
    permissions: Option<String>,
    embedder: Vec<String>,
    body: String,
}

/// Fetches a page and says what a browser would refuse there. `public_url`: the desk's own origin.
pub async fn look(address: &Url, public_url: &str, desk: &Desk, place: usize, tell: Tell<'_>) {
    match fetch(address).await {
        Ok((page, at)) => {
            examine(&page, &at, public_url, desk, place, tell);
            isolation::look(&page.embedder, public_url, desk, tell).await;
        }
        Err(why) => tell(Finding::wrong("page", format!("{address} cannot be read: {why}"))),
    }
}

async fn fetch(address: &Url) -> Result<(Page, Url), String> {
    let client = client(PATIENCE).gzip(true).build().map_err(|error| error.without_url().to_string())?;
    let sent = client.get(address.clone()).header("accept", "text/html").send().await;
    let mut answer = sent.map_err(|error| error.without_url().to_string())?;
    if !answer.status().is_success() {
        return Err(format!("HTTP {}", answer.status().as_u16()));
    }
    let at = answer.url().clone();
    let header = |name: &str| {
        let values = answer.headers().get_all(name).iter();
        values.filter_map(|value| value.to_str().ok()).map(str::to_owned).collect::<Vec<_>>()
    };
    let policies = header("content-security-policy");
    let permissions = header("permissions-policy");
    let permissions = (!permissions.is_empty()).then(|| permissions.join(","));
    let embedder = header("cross-origin-embedder-policy");
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| error.without_url().to_string())? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > LONGEST {
            break;
        }
    }
    let body = String::from_utf8_lossy(&bytes).into_owned();
    Ok((Page { policies, permissions, embedder, body }, at))
}

fn examine(page: &Page, at: &Url, public_url: &str, desk: &Desk, place: usize, tell: Tell<'_>) {
    let Ok(loader) = Url::parse(public_url).and_then(|origin| origin.join("/frontdesk.js")) else { return };
    let origin = at.origin().ascii_serialization();
    tell(if desk.origins.contains(&origin) || origin == public_url {
        Finding::good("origin", format!("{origin} may embed the desk"))
    } else {
        Finding::wrong(
            "origin",
            format!("{origin} may not embed the desk: add it to `desks[{place}].origins`"),
        )
    });
    let document = Html::parse_document(&page.body);
    let nonce = tag(&document, at, &loader, desk, tell);
    let mut policies: Vec<_> = page.policies.iter().flat_map(|value| Policy::all_in(value)).collect();
    for value in attributes(&document, "meta[http-equiv][content]", "http-equiv", "content") {
        policies.extend(Policy::all_in(&value));
    }
    security(&policies, &loader, at, nonce.as_deref(), public_url, tell);
    if desk.calls.is_some() {
        permissions(page.permissions.as_deref(), public_url, tell);
    }
}

/// The policies of `<meta http-equiv="Content-Security-Policy">`.
fn attributes(document: &Html, selector: &str, name: &str, value: &str) -> Vec<String> {
    let Ok(selector) = Selector::parse(selector) else { return Vec::new() };
    let all = document.select(&selector);
    let policies = all.filter(|element| {
        element.attr(name).is_some_and(|name| name.eq_ignore_ascii_case("content-security-policy"))
    });
    policies.filter_map(|element| element.attr(value)).map(str::to_owned).collect()
}

/// Looks at the tag; answers its nonce.
fn tag(document: &Html, at: &Url, loader: &Url, desk: &Desk, tell: Tell<'_>) -> Option<String> {
    const WHAT: &str = "tag";
    let selector = Selector::parse("script[data-desk]").ok()?;
    let line = format!("<script async src=\"{loader}\" data-desk=\"{}\"></script>", desk.id);
    let Some(found) = document.select(&selector).next() else {
        tell(Finding::hint(
            WHAT,
            format!("it is not in the page as it comes; if no script adds it, add {line}"),
        ));
        return None;
    };
    let named = found.attr("data-desk").unwrap_or_default();
    let from = found.attr("src").map(str::trim).filter(|src| !src.is_empty());
    let from = from.and_then(|src| base(document, at).join(src).ok());
    tell(if named != desk.id {
        Finding::wrong(WHAT, format!("it names the desk `{named}`, not `{}`", desk.id))
    } else if let Some(from) = from {
        let version = pinned(from.path());
        if from.origin() != loader.origin() || (from.path() != loader.path() && version.is_none()) {
            Finding::wrong(WHAT, format!("it loads {from}; the desk's own is {loader}: write {line}"))
        } else if let Some(version) = version.filter(|version| *version != VERSION) {
            let text =
                format!("it loads version {version}; a desk serves its own alone, and this is {VERSION}");
            Finding::hint(WHAT, text)
        } else {
            Finding::good(WHAT, format!("it names the desk `{named}`"))
        }
    } else {
        Finding::wrong(WHAT, format!("it has no address that can be loaded: write {line}"))
    });
    found.attr("nonce").map(str::to_owned)
}

/// What addresses in the page start from.
fn base(document: &Html, at: &Url) -> Url {
    let selector = Selector::parse("base[href]").ok();
    let first = selector.and_then(|selector| document.select(&selector).next()?.attr("href"));
    first.and_then(|href| at.join(href.trim()).ok()).unwrap_or_else(|| at.clone())
}

/// The version of a loader that is pinned: `/frontdesk-0.1.0.js`. Files with one number are not for tags.
fn pinned(path: &str) -> Option<&str> {
    let version = path.strip_prefix("/frontdesk-")?.strip_suffix(".js")?;
    (version.starts_with(|first: char| first.is_ascii_digit()) && version.contains('.')).then_some(version)
}

fn security(policies: &[Policy], loader: &Url, at: &Url, nonce: Option<&str>, desk: &str, tell: Tell<'_>) {
    const WHAT: &str = "Content-Security-Policy";
    if policies.is_empty() {
        tell(Finding::good(WHAT, "there is none"));
        return;
    }
    let refusing = |names: &[&str], nonce| {
        policies.iter().find_map(|policy| policy.refuses(names, loader, at, nonce)).map(str::to_owned)
    };
    let mut fine = true;
    if let Some(directive) = refusing(&SCRIPT, nonce) {
        fine = false;
        tell(Finding::wrong(
            WHAT,
            format!(
                "{directive} refuses the loader: add {desk} to script-src, or give the tag the page's nonce"
            ),
        ));
    }
    if let Some(directive) = refusing(&FRAME, None) {
        fine = false;
        let wasm =
            policies.iter().all(|policy| policy.has(&["script-src", "default-src"], "'wasm-unsafe-eval'"));
        tell(match wasm && refusing(&CONNECT, None).is_none() {
            true => Finding::hint(
                WHAT,
                format!(
                    "{directive} refuses the frame, and the panel lives inside the page; for a frame add {desk} to frame-src"
                ),
            ),
            false => Finding::wrong(WHAT, format!("{directive} refuses the frame: add {desk} to frame-src")),
        });
    }
    if fine {
        tell(Finding::good(WHAT, "it permits loader and frame"));
    }
}

/// Microphone and camera of the frame (Permissions Policy, section 5).
fn permissions(header: Option<&str>, desk: &str, tell: Tell<'_>) {
    const WHAT: &str = "Permissions-Policy";
    let mut fine = true;
    for feature in ["microphone", "camera"] {
        let Some(list) = header.and_then(|header| allowlist(header, feature)) else { continue };
        if list.iter().any(|item| item == "*" || item.trim_matches('"') == desk) {
            continue;
        }
        fine = false;
        let text = format!(
            "{feature} is not the desk's: calls go to a window of its own. For calls in the page say {feature}=(self \"{desk}\")"
        );
        tell(Finding::hint(WHAT, text));
    }
    if fine {
        tell(Finding::good(WHAT, "it permits calls in the page"));
    }
}

/// What a header says of a feature: the members of its list. None: nothing.
fn allowlist(header: &str, feature: &str) -> Option<Vec<String>> {
    let value = header.split(',').find_map(|entry| {
        let (name, value) = entry.split_once('=')?;
        (name.trim() == feature).then(|| value.trim())
    })?;
    let inner = value.trim_start_matches('(').trim_end_matches(')');
    Some(inner.split_ascii_whitespace().map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(header: Option<&str>) -> Vec<String> {
        let mut all = Vec::new();
        permissions(header, "https://desk.example", &mut |finding: Finding| all.push(finding.to_string()));
        all
    }

    #[test]
    fn a_list_without_the_desk_is_told_with_what_to_say() {
        let good = ["ok    Permissions-Policy: it permits calls in the page".to_owned()];
        for header in [
            None,
            Some("geolocation=()"),
            Some("microphone=*, camera=*"),
            Some("camera=(self \"https://desk.example\"),microphone=(\"https://desk.example\")"),
        ] {
            assert_eq!(told(header), good, "{header:?}");
        }
        let said = told(Some("microphone=(self), camera=()"));
        assert_eq!(said.len(), 2, "{said:?}");
        assert!(said[0].contains("microphone=(self \"https://desk.example\")"), "{said:?}");
    }
}
