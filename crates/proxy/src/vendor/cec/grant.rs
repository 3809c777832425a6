//! Asks for tokens: the gateway's by app key and secret, the visitor's by the gateway's.

use super::carrier::Lost;
use super::client::{Client, Reply, Tokens};
use super::codes::FLOW_CONTROL;
use super::token::{Fresh, Lease};
use super::trouble::Trouble;
use super::wire::{self, AskGatewayToken, AskVisitorToken, Coded, GatewayToken};
use super::{CecError, status};
use crate::config::CecConfig;
use crate::vendor::{Failure, Party};
use frontdesk_contract::ErrorCode;
use reqwest::header::HeaderValue;
use secrecy::ExposeSecret;
use serde_json::Value;
use std::time::Duration;

const TOKEN_BY_AK_SK: &str = "tokenByAkSk";
const APPLY_TOKEN: &str = "applyToken";
/// A visitor's token lives one hour (2.6 manual, applyToken).
pub(super) const VISITOR_LIFE: Duration = Duration::from_secs(3600);

/// Why there is no token.
pub(super) struct Fault {
    /// What it means for the call that needed the token.
    pub(super) failure: Failure,
    /// What the operator can mend.
    pub(super) trouble: Trouble,
    /// The centre no longer takes the gateway's token.
    pub(super) spent: bool,
    /// For the log.
    pub(super) status: Option<u16>,
    pub(super) took: Option<Duration>,
    pub(super) code: Option<String>,
    pub(super) endpoint: &'static str,
}

/// Asks a centre for tokens.
pub(super) struct Granter {
    config: CecConfig,
    pub(super) app_key: HeaderValue,
}

impl Granter {
    pub(super) fn new(config: &CecConfig) -> Result<Self, CecError> {
        let app_key = HeaderValue::from_str(&config.app_key).map_err(|_| CecError::AppKey)?;
        Ok(Self { config: config.clone(), app_key })
    }

    /// The gateway's token, as the value of `Authorization`.
    pub(super) async fn gateway(&self, client: &Client) -> Result<Fresh, Box<Fault>> {
        let body = AskGatewayToken {
            app_key: &self.config.app_key,
            app_secret: self.config.app_secret.expose_secret(),
        };
        let body = serde_json::to_vec(&body).unwrap_or_default();
        let path = "/apigovernance/api/oauth/tokenByAkSk";
        let reply = client.post(path, Tokens::default(), Some(self.config.token_expire), body).await;
        let reply = whole(TOKEN_BY_AK_SK, reply, |status, _| Trouble::SecretRefused { status })?;
        let answer: Option<GatewayToken> = wire::read(&reply.body);
        let Some(answer) = answer else {
            return Err(nonsense(TOKEN_BY_AK_SK, &reply));
        };
        let value = answer.access_token.word().and_then(|token| header(&format!("Bearer {token}")));
        let Some(value) = value else {
            let code = code(&reply);
            let trouble = Trouble::SecretRefused { status: reply.status };
            return Err(refused(TOKEN_BY_AK_SK, &reply, code, trouble));
        };
        let asked = self.config.token_expire;
        let lifetime = answer.expires.whole().filter(|s| *s > 0).map_or(asked, Duration::from_secs);
        Ok(Fresh { value, lifetime })
    }

    /// A visitor's token, verbatim.
    pub(super) async fn visitor(
        &self,
        client: &Client,
        gateway: &Lease,
        party: &Party,
    ) -> Result<Fresh, Box<Fault>> {
        let body = AskVisitorToken {
            user_id: &party.user_id,
            user_name: &party.user_name,
            channel_id: &self.config.channel_id,
            locale: locale(&party.language),
        };
        let body = serde_json::to_vec(&body).unwrap_or_default();
        let tokens = Tokens { app_key: Some(&self.app_key), gateway: Some(&gateway.value), visitor: None };
        let reply = client.post("/apiaccess/ccmessaging/applyToken", tokens, None, body).await;
        let reply = whole(APPLY_TOKEN, reply, |status, code| Trouble::ChannelRefused { status, code })?;
        match visitor_token(&reply.body) {
            Granted::Token(value) => Ok(Fresh { value, lifetime: VISITOR_LIFE }),
            Granted::Refused(code) => {
                let trouble = Trouble::ChannelRefused { status: reply.status, code: Some(code.clone()) };
                Err(refused(APPLY_TOKEN, &reply, Some(code), trouble))
            }
            Granted::Nonsense => Err(nonsense(APPLY_TOKEN, &reply)),
        }
    }
}

/// The language without its country.
fn locale(language: &str) -> &str {
    language.split(['-', '_']).next().filter(|code| !code.is_empty()).unwrap_or("en")
}

/// What the answer of `applyToken` holds.
pub(super) enum Granted {
    Token(HeaderValue),
    Refused(String),
    Nonsense,
}

/// Reads the answer of `applyToken` in each of its forms: an object with `token`, a JSON text, a lone text between
/// braces, plain text.
pub(super) fn visitor_token(body: &[u8]) -> Granted {
    let value = match wire::json(body) {
        Some(Value::Object(mut fields)) => {
            let token = fields.remove("token").unwrap_or_default();
            let coded: Coded = wire::read_value(Value::Object(fields)).unwrap_or_default();
            // A token counts beside a code that says nothing.
            match (coded.code(), token) {
                (Some(code), _) if code != "0" && !code.is_empty() => return Granted::Refused(code),
                (_, Value::String(token)) => header(token.trim()),
                _ => None,
            }
        }
        Some(Value::String(token)) => header(token.trim()),
        Some(_) => None,
        None => lone(&String::from_utf8_lossy(body)),
    };
    value.map_or(Granted::Nonsense, Granted::Token)
}

/// A token that stands alone, perhaps between braces or quotes.
fn lone(text: &str) -> Option<HeaderValue> {
    let whole = text.trim_start_matches('\u{feff}').trim();
    let text = whole.strip_prefix('{').and_then(|text| text.strip_suffix('}')).unwrap_or(whole).trim();
    let text = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    let odd = |char: char| matches!(char, '<' | '>' | '{' | '}' | '"' | ' ');
    // A short word that nothing marks as a token may be any answer.
    let bare = text.len() == whole.len();
    if (bare && text.len() < 8) || text.contains(odd) { None } else { header(text) }
}

fn header(token: &str) -> Option<HeaderValue> {
    if token.is_empty() {
        return None;
    }
    let mut value = HeaderValue::from_str(token).ok()?;
    value.set_sensitive(true);
    Some(value)
}

fn code(reply: &Reply) -> Option<String> {
    wire::read::<Coded>(&reply.body)?.code()
}

/// Sorts out everything but status 200. `trouble`: what a refusal means.
fn whole(
    endpoint: &'static str,
    reply: Result<Reply, Lost>,
    trouble: impl FnOnce(u16, Option<String>) -> Trouble,
) -> Result<Reply, Box<Fault>> {
    let reply = reply.map_err(|lost| {
        let failure = status::not_done(status::lost(endpoint, &lost));
        let trouble = Trouble::of_lost(endpoint, &lost);
        Box::new(Fault { failure, trouble, spent: false, status: None, took: None, code: None, endpoint })
    })?;
    let failure = match reply.status {
        200 => return Ok(reply),
        _ => status::not_done(status::status(endpoint, &reply, true)),
    };
    let status = reply.status;
    let code = code(&reply);
    let trouble = match status {
        400 | 401 | 403 => trouble(status, code.clone()),
        _ => Trouble::of_status(endpoint, status),
    };
    let (spent, took) = (status == 401, Some(reply.took));
    Err(Box::new(Fault { failure, trouble, spent, status: Some(status), took, code, endpoint }))
}

fn nonsense(endpoint: &'static str, reply: &Reply) -> Box<Fault> {
    Box::new(Fault {
        failure: status::not_done(status::unintelligible(endpoint)),
        trouble: Trouble::NotACentre { endpoint, status: reply.status },
        spent: false,
        status: Some(reply.status),
        took: Some(reply.took),
        code: None,
        endpoint,
    })
}

fn refused(endpoint: &'static str, reply: &Reply, code: Option<String>, trouble: Trouble) -> Box<Fault> {
    let shown = code.as_deref().unwrap_or("none");
    let busy = shown == FLOW_CONTROL;
    let why = if busy { ErrorCode::CentreBusy } else { ErrorCode::CentreRefused };
    let trouble = if busy { Trouble::Busy { status: reply.status } } else { trouble };
    Box::new(Fault {
        failure: status::not_done(status::refused(endpoint, shown, why, busy)),
        trouble,
        spent: false,
        status: Some(reply.status),
        took: Some(reply.took),
        code,
        endpoint,
    })
}

#[cfg(test)]
mod tests;
