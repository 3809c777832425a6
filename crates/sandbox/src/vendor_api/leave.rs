//! `doLeaveMessage`: a number and a text for agents to call back.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use serde_json::json;

use super::answer::{Answer, Effect, Refusal};
use super::auth;
use super::fields::Fields;
use crate::settings::Dialect;
use crate::settings::quirks::LeaveCodes;
use crate::state::Sandbox;

const CALLER_MAX_BYTES: usize = 64;

pub(crate) async fn leave_message(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Answer, Refusal> {
    sandbox.with(|inner, now| {
        let known = auth::visitor(inner, now, &headers)?;
        let fields = Fields::parse(&headers, &body)?;
        let settings = inner.settings();
        let new = settings.dialect == Dialect::V2_6;
        let tells_empty = match settings.quirks.leave_codes {
            LeaveCodes::ByDialect => !new,
            LeaveCodes::Full => true,
            LeaveCodes::Short => false,
        };
        let names = ["callId", "caller", "leaveMessage", "channel"];
        let empty = names.iter().any(|name| fields.is_blank(name));
        let good = match names.map(|name| fields.text(name)) {
            [Ok(id), Ok(caller), Ok(text), Ok("WEB")]
                if id == known.user
                    && caller.len() <= CALLER_MAX_BYTES
                    && text.len() <= settings.leave_max_bytes =>
            {
                Some((caller, text))
            }
            _ => None,
        };
        let wrong = if new { Some("the leaveMessageParams is error.") } else { None };
        let (code, text) = match good {
            _ if empty && tells_empty => ("2", None),
            None => ("3", wrong),
            Some(_) if empty => ("3", wrong),
            Some((caller, text)) => {
                inner.centre.leave_letter(now, &known.user, caller, text);
                ("0", if new { Some("Save leaveMessage success!") } else { None })
            }
        };
        let effect = Effect { accepted: code == "0", ..Effect::default() };
        Ok(Answer::new(json!({"resultCode": code, "resultDesc": text})).renewed(known.renewed).effect(effect))
    })
}
