//! Reading and verifying a token. Nothing of what it claims is read before its signature was found good.

use super::key::Key;
use super::reach::{self, Reach};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use frontdesk_contract::ErrorCode;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// Clocks of site and desk may differ by so much, in milliseconds.
pub const LEEWAY_MS: u64 = 60_000;
/// A token may be good for so long from now on, in milliseconds.
pub const MOST_LIFE_MS: u64 = 3_600_000;
/// The longest `sub` (OpenID Connect Core 1.0, section 2) and `jti`, in bytes.
const MOST_ID_BYTES: usize = 255;
/// More of a name than this many characters is not shown to agents.
const MOST_NAME_CHARS: usize = 64;

/// What a good token says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    /// Who the visitor is to the site (`sub`).
    pub subject: String,
    /// The visitor's name, if the site tells it, fit to be shown.
    pub name: Option<String>,
    /// The token's number (`jti`).
    pub number: String,
    /// Until then the token is taken, epoch milliseconds.
    pub until_ms: u64,
    /// Which numbers the visitor may call as a member of staff (`frontdesk_calls`); `None`: none.
    pub calls: Option<Reach>,
}

/// Why a token is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The desk takes none.
    #[error("this desk takes no identity tokens")]
    NotTaken,
    /// More bytes than any honest token has.
    #[error("the identity token is too long")]
    TooLong,
    /// Not of the form.
    #[error("the identity token is no JWT of three parts")]
    Form,
    /// Its header asks for something that must be understood and is not.
    #[error("the identity token's header has `crit`, which this proxy does not understand")]
    Critical,
    /// No key has its name.
    #[error("the identity token names no key (`kid`) of this desk")]
    Key,
    /// Another algorithm than its key's.
    #[error("the identity token's `alg` is not that of its key")]
    Algorithm,
    /// Not signed by the key.
    #[error("the identity token's signature is not good")]
    Signature,
    /// What it says is not of the form, or lacks something.
    #[error(
        "the identity token's claims are not JSON, or `sub`, `aud`, `exp` or `jti` is missing, or one of them or \
         `frontdesk_calls` is not of its type"
    )]
    Claims,
    /// No name for the visitor, or too long a one.
    #[error("the identity token's `sub` must have 1 to 255 bytes without control characters")]
    Subject,
    /// No number, or too long a one.
    #[error("the identity token's `jti` must have 1 to 255 bytes")]
    Number,
    /// For somebody else.
    #[error("the identity token's `aud` is not this desk")]
    Audience,
    /// Good for too long.
    #[error("the identity token's `exp` is more than an hour ahead")]
    TooFarAhead,
    /// From the future.
    #[error("the identity token is not good yet (`nbf` or `iat`): the clocks of site and desk differ")]
    NotYet,
    /// Over.
    #[error("the identity token is over (`exp`)")]
    Expired,
}

impl Refusal {
    /// The code for the page: a token that is over can be replaced by a new one, anything else is a mistake.
    pub fn code(self) -> ErrorCode {
        match self {
            Self::Expired => ErrorCode::IdentityExpired,
            _ => ErrorCode::IdentityRefused,
        }
    }
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    crit: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
struct Payload {
    sub: String,
    aud: Audience,
    exp: f64,
    jti: String,
    iat: Option<f64>,
    nbf: Option<f64>,
    name: Option<String>,
    #[serde(default, rename = "frontdesk_calls", deserialize_with = "reach::read")]
    calls: Option<Reach>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Audience {
    fn has(&self, desk: &str) -> bool {
        match self {
            Self::One(name) => name == desk,
            Self::Several(names) => names.iter().any(|name| name == desk),
        }
    }
}

/// Verifies a token that one of the keys should have signed for this desk.
pub(super) fn verify(keys: &[Key], desk: &str, token: &str, now_ms: u64) -> Result<Claims, Refusal> {
    let (message, signature) = token.rsplit_once('.').ok_or(Refusal::Form)?;
    let (header, payload) = message.split_once('.').ok_or(Refusal::Form)?;
    let read: Header = part(header).ok_or(Refusal::Form)?;
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| Refusal::Form)?;
    if read.crit.is_some() {
        return Err(Refusal::Critical);
    }
    let key = keys.iter().find(|key| Some(key.kid()) == read.kid.as_deref()).ok_or(Refusal::Key)?;
    if read.alg != key.algorithm().word() {
        return Err(Refusal::Algorithm);
    }
    if !key.has_signed(message.as_bytes(), &signature) {
        return Err(Refusal::Signature);
    }
    let payload: Payload = part(payload).ok_or(Refusal::Claims)?;
    if !payload.aud.has(desk) {
        return Err(Refusal::Audience);
    }
    let until_ms = times(&payload, now_ms)?;
    let fits = |text: &str| (1..=MOST_ID_BYTES).contains(&text.len());
    if !fits(&payload.sub) || payload.sub.chars().any(char::is_control) {
        return Err(Refusal::Subject);
    }
    if !fits(&payload.jti) {
        return Err(Refusal::Number);
    }
    let name = payload.name.as_deref().map(shown).filter(|name| !name.is_empty());
    Ok(Claims { subject: payload.sub, name, number: payload.jti, until_ms, calls: payload.calls })
}

fn part<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}

/// Until when the token is taken.
fn times(payload: &Payload, now_ms: u64) -> Result<u64, Refusal> {
    let soon_ms = now_ms.saturating_add(LEEWAY_MS);
    let exp_ms = millis(payload.exp).ok_or(Refusal::Claims)?;
    let until_ms = exp_ms.saturating_add(LEEWAY_MS);
    if until_ms <= now_ms {
        return Err(Refusal::Expired);
    }
    if exp_ms > soon_ms.saturating_add(MOST_LIFE_MS) {
        return Err(Refusal::TooFarAhead);
    }
    for begin in [payload.iat, payload.nbf].into_iter().flatten() {
        if millis(begin).ok_or(Refusal::Claims)? > soon_ms {
            return Err(Refusal::NotYet);
        }
    }
    Ok(until_ms)
}

/// A `NumericDate` in epoch milliseconds; `None` for what is no time after 1970.
fn millis(seconds: f64) -> Option<u64> {
    let fits = (0.0..=1e12).contains(&seconds);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is within the range")]
    fits.then_some((seconds * 1_000.0) as u64)
}

/// A name as agents are shown it: on one line, without what turns the direction of what follows, and not without end.
fn shown(name: &str) -> String {
    let turns = |char: char| matches!(char, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let words: Vec<&str> = name.split(|char: char| char.is_whitespace() || char.is_control()).collect();
    let words = words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    let name: String = words.chars().filter(|char| !turns(*char)).take(MOST_NAME_CHARS).collect();
    name.trim().to_owned()
}
