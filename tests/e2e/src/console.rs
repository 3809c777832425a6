//! What Chromium's console has to complain about.

use anyhow::Result;
use fantoccini::Client;
use fantoccini::wd::WebDriverCompatibleCommand;
use serde_json::Value;

/// chromedriver's own command for the console's lines.
#[derive(Debug)]
struct Log;

impl WebDriverCompatibleCommand for Log {
    fn endpoint(&self, base_url: &url::Url, session_id: Option<&str>) -> Result<url::Url, url::ParseError> {
        base_url.join(&format!("session/{}/se/log", session_id.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(r#"{"type":"browser"}"#.into()))
    }
}

/// Errors since the last time, but for requests that were answered with one: stories expect some of those.
pub(crate) async fn complaints(client: &Client) -> Result<Vec<String>> {
    let mut entries = entries(client).await?;
    entries.retain(|line| field(line, "level") == "SEVERE" && field(line, "source") != "network");
    Ok(entries.iter().map(written).collect())
}

/// Everything since the last time.
pub(crate) async fn lines(client: &Client) -> Result<Vec<String>> {
    Ok(entries(client).await?.iter().map(written).collect())
}

async fn entries(client: &Client) -> Result<Vec<Value>> {
    Ok(client.issue_cmd(Log).await?.as_array().cloned().unwrap_or_default())
}

fn written(line: &Value) -> String {
    format!("{}: {}", field(line, "source"), field(line, "message"))
}

fn field<'a>(line: &'a Value, name: &str) -> &'a str {
    line.get(name).and_then(Value::as_str).unwrap_or_default()
}
