//! The last layer of an answer: what contradictions of the documents do to any of them alike.

use std::io::Write;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Map, Value, json};

use super::answer::{Answer, Bare, Refusal, set};
use super::auth;
use crate::faults::Endpoint;
use crate::settings::quirks::{
    CodeName, CodeType, EmptyFailure, ErrorBody, FinalPeriods, Gzip, HistoryFields, Nulls, UnknownFields,
};
use crate::settings::{Dialect, Forced, Settings};
use crate::state::Sandbox;

/// Gives the answer that is forced upon an endpoint, or the call's own, and dresses it as the quirks ask.
pub(crate) async fn dress(State(sandbox): State<Sandbox>, request: Request, next: Next) -> Response {
    let endpoint = request.extensions().get::<Endpoint>().map_or_else(String::new, |name| name.0.clone());
    let settings = sandbox.settings();
    let compress = settings.quirks.gzip == Gzip::On && accepts_gzip(request.headers());
    let group = endpoint.split(':').next().unwrap_or_default();
    let forced = settings.answers.get(&endpoint).or_else(|| settings.answers.get(group));
    let response = match forced {
        Some(forced) => force(&sandbox, &settings, group, forced, request.headers()),
        None => next.run(request).await,
    };
    finish(response, &settings, group, compress).await
}

fn accepts_gzip(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    accepted.is_some_and(|list| list.split(',').any(|name| name.trim().starts_with("gzip")))
}

/// The caller must still be who it says; only what comes of the call is decided beforehand.
fn force(
    sandbox: &Sandbox,
    settings: &Settings,
    endpoint: &str,
    forced: &Forced,
    headers: &HeaderMap,
) -> Response {
    let status = forced.status.and_then(|status| StatusCode::from_u16(status).ok()).unwrap_or(StatusCode::OK);
    if status != StatusCode::OK {
        let message = forced.text.clone().unwrap_or_default();
        let mut response = Refusal { status, message }.into_response();
        if let Some(seconds) = forced.retry_after_s {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        return response;
    }
    let renewed = sandbox.with(|inner, now| match endpoint {
        "tokenByAkSk" => Ok(None),
        "applyToken" | "createcall" => auth::integrator(inner, now, headers).map(|()| None),
        _ => auth::visitor(inner, now, headers).map(|known| known.renewed),
    });
    let renewed = match renewed {
        Ok(renewed) => renewed,
        Err(refusal) => return refusal.into_response(),
    };
    let mut body = json!({"resultCode": forced.code});
    if let Some(text) = &forced.text {
        set(&mut body, "resultDesc", json!(text));
    }
    if endpoint == "poll" {
        match settings.quirks.empty_failure {
            EmptyFailure::Absent => {}
            EmptyFailure::Null => set(&mut body, "downlinkMessages", Value::Null),
            EmptyFailure::List => set(&mut body, "downlinkMessages", json!([])),
        }
    }
    Answer::new(body).renewed(renewed).into_response()
}

async fn finish(response: Response, settings: &Settings, endpoint: &str, compress: bool) -> Response {
    let (mut parts, body) = response.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.unwrap_or_default();
    if parts.status != StatusCode::OK {
        let body = match settings.quirks.error_body {
            ErrorBody::Json => Body::from(bytes),
            ErrorBody::Html => {
                let html = HeaderValue::from_static("text/html");
                parts.headers.insert(header::CONTENT_TYPE, html);
                Body::from(format!(
                    "<html><head><title>{0}</title></head><body>{0}</body></html>",
                    parts.status
                ))
            }
            ErrorBody::Empty => {
                parts.headers.remove(header::CONTENT_TYPE);
                Body::empty()
            }
        };
        return Response::from_parts(parts, body);
    }
    // A token that is no JSON object goes out as it is.
    let mut bytes = match parts.extensions.remove() {
        Some(Bare(mut body)) => {
            if let Some(fields) = body.as_object_mut() {
                rewrite(fields, settings, endpoint);
            }
            text_of(&body, settings, endpoint).into_bytes()
        }
        None => bytes.to_vec(),
    };
    if compress && let Some(small) = zipped(&bytes) {
        parts.headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        bytes = small;
    }
    Response::from_parts(parts, Body::from(bytes))
}

fn zipped(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).ok()
}

fn rewrite(fields: &mut Map<String, Value>, settings: &Settings, endpoint: &str) {
    let quirks = &settings.quirks;
    if let Some(Value::String(text)) = fields.get_mut("resultDesc") {
        // The text "null" stands for none at all (D54).
        match quirks.final_periods {
            FinalPeriods::Always if !text.is_empty() && text != "null" && !text.ends_with(['.', '!']) => {
                text.push('.');
            }
            FinalPeriods::Never if !text.ends_with("...") => {
                text.truncate(text.trim_end_matches('.').len());
            }
            _ => {}
        }
    }
    if let Some(mut code) = fields.remove("resultCode") {
        if quirks.code_type == CodeType::Number
            && let Some(number) = code.as_str().and_then(|code| code.parse::<u64>().ok())
        {
            code = json!(number);
        }
        fields.insert(code_name(settings, endpoint).to_owned(), code);
    }
    if quirks.nulls == Nulls::Absent {
        drop_nulls(fields);
    }
    if quirks.unknown_fields == UnknownFields::On {
        let lists = ["downlinkMessages", "messageList"];
        let messages = lists.iter().filter_map(|name| fields.get(*name)?.as_array().map(|_| *name)).next();
        if let Some(Value::Array(messages)) = messages.and_then(|name| fields.get_mut(name)) {
            messages.iter_mut().filter_map(Value::as_object_mut).for_each(add_unknown);
        }
        add_unknown(fields);
    }
}

/// The samples have `returnCode` after an upload, and 2.5 after a rating as well; the tables only after an upload, and
/// not those of 2.5 (D5).
fn code_name(settings: &Settings, endpoint: &str) -> &'static str {
    let old = settings.dialect == Dialect::V2_5;
    match settings.quirks.code_name {
        CodeName::Sample if endpoint == "uploadFileStream" => "returnCode",
        CodeName::Sample if endpoint == "saveSatisfaction" && old => "returnCode",
        CodeName::Table if endpoint == "uploadFileStream" && !old => "returnCode",
        CodeName::Sample | CodeName::Table | CodeName::Result => "resultCode",
        CodeName::Return => "returnCode",
        CodeName::Short => "retCode",
    }
}

fn add_unknown(fields: &mut Map<String, Value>) {
    fields.insert("extData".into(), json!({"source": [1, "a", null], "nested": {"deep": true}}));
    fields.insert("serialNo".into(), json!(18_446_744_073_709_551_557_u64));
}

fn drop_nulls(fields: &mut Map<String, Value>) {
    fields.retain(|_, value| !value.is_null());
    for value in fields.values_mut() {
        match value {
            Value::Object(inner) => drop_nulls(inner),
            Value::Array(list) => list.iter_mut().filter_map(Value::as_object_mut).for_each(drop_nulls),
            _ => {}
        }
    }
}

/// JSON, with a field doubled where the table of the history lists it twice (D69).
fn text_of(body: &Value, settings: &Settings, endpoint: &str) -> String {
    // Not `to_string`, which is the slow way, and a repeating poll answers a lot.
    let text = serde_json::to_string(body).unwrap_or_default();
    if endpoint == "queryHistoryChatMessage" && settings.quirks.history_fields == HistoryFields::Odd {
        return text.replace("\"receiveTime\":", "\"receiveTime\":null,\"receiveTime\":");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dressed(body: Value, endpoint: &str, patch: Value) -> Value {
        let settings = Settings::default().patched(&patch).expect("valid");
        let mut fields = body.as_object().expect("an object").clone();
        rewrite(&mut fields, &settings, endpoint);
        fields.into()
    }

    #[test]
    fn the_code_has_the_name_and_type_asked_for() {
        let body = json!({"resultCode": "30010009999", "resultDesc": "x"});
        let code = |patch: Value, endpoint: &str| dressed(body.clone(), endpoint, patch);
        assert_eq!(code(json!({}), "uploadFileStream")["returnCode"], "30010009999");
        assert_eq!(
            code(json!({"quirks": {"code_name": "table"}, "dialect": "2.5"}), "uploadFileStream")["resultCode"],
            "30010009999"
        );
        assert_eq!(code(json!({"dialect": "2.5"}), "saveSatisfaction")["returnCode"], "30010009999");
        assert_eq!(code(json!({}), "saveSatisfaction")["resultCode"], "30010009999");
        assert_eq!(
            code(json!({"quirks": {"code_name": "retCode", "code_type": "number"}}), "poll")["retCode"],
            30_010_009_999_u64
        );
    }

    #[test]
    fn full_stops_come_and_go_but_the_word_queuing_keeps_its_dots() {
        let text = |text: &str, form: &str| {
            let body =
                dressed(json!({"resultDesc": text}), "send", json!({"quirks": {"final_periods": form}}));
            body["resultDesc"].as_str().map(str::to_owned)
        };
        assert_eq!(text("disconnect failed", "always").as_deref(), Some("disconnect failed."));
        assert_eq!(text("disconnect failed.", "never").as_deref(), Some("disconnect failed"));
        assert_eq!(text("Queuing...", "never").as_deref(), Some("Queuing..."));
        assert_eq!(text("null", "always").as_deref(), Some("null"));
    }

    #[test]
    fn nulls_go_at_every_depth() {
        let body = json!({"a": null, "list": [{"b": null, "c": 1}], "inner": {"d": null}});
        let without = dressed(body, "poll", json!({"quirks": {"nulls": "absent"}}));
        assert_eq!(without, json!({"list": [{"c": 1}], "inner": {}}));
    }
}
