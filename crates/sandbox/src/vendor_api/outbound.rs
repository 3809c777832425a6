//! `mobileagent/createcall`: an anonymous outbound call that staff start. It needs no visitor.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use serde_json::{Map, Value, json};

use super::answer::{Answer, Effect, Refusal};
use super::auth;
use super::fields::Fields;
use crate::centre::Wish;
use crate::settings::quirks::{CallSerial, CallerPresent, CreatecallCodes};
use crate::settings::{Dialect, Settings};
use crate::state::Sandbox;

const NUMBER_MAX: usize = 32;
const DATA_MAX: usize = 1_024;

/// One of the three codes that 2.5 prints with a digit less.
fn short_or_long(nth: u8, settings: &Settings) -> String {
    let ten = match settings.quirks.createcall_codes {
        CreatecallCodes::ByDialect => settings.dialect == Dialect::V2_5,
        CreatecallCodes::Ten => true,
        CreatecallCodes::Eleven => false,
    };
    if ten { format!("300100000{nth}") } else { format!("3001000000{nth}") }
}

pub(crate) async fn create_call(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Answer, Refusal> {
    sandbox.with(|inner, now| {
        auth::integrator(inner, now, &headers)?;
        let fields = Fields::parse(&headers, &body)?;
        let settings = inner.settings().clone();
        let refused = |code: String| Ok(Answer::new(json!({"resultCode": code, "resultDesc": null})));
        if !settings.outbound_call {
            return refused(short_or_long(1, &settings));
        }
        let Some(wish) = parameters(&fields, &settings) else {
            return refused(short_or_long(3, &settings));
        };
        if settings.sip_address.is_empty() {
            return refused(short_or_long(2, &settings));
        }
        let call = inner.centre.start_outbound(now, wish);
        let mut data = Map::new();
        data.insert("sipServiceAddress".into(), json!(settings.sip_address));
        data.insert("accesscode".into(), json!(call.access_code));
        if settings.quirks.call_serial == CallSerial::Present {
            data.insert("callSerialNo".into(), json!(call.serial));
        }
        let body = json!({"resultCode": "0", "resultDesc": "Success", "resultData": Value::Object(data)});
        Ok(Answer::new(body).effect(Effect { accepted: true, ..Effect::default() }))
    })
}

/// What is asked for, when all parameters fit.
fn parameters<'a>(fields: &'a Fields, settings: &Settings) -> Option<Wish<'a>> {
    let fits = |text: &str, max: usize| (1..=max).contains(&text.chars().count());
    let called = fields.text("called").ok().filter(|called| fits(called, NUMBER_MAX))?;
    let data = fields.optional("callData").ok()?;
    let shown = fields.optional("callerPresent").ok()?;
    let missing = shown.is_none() && settings.quirks.caller_present == CallerPresent::Required;
    let good = !missing
        && data.is_none_or(|data| data.chars().count() <= DATA_MAX)
        && shown.is_none_or(|shown| fits(shown, NUMBER_MAX));
    good.then_some(Wish { called, shown, data })
}
