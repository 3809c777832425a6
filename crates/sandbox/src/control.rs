//! Switches, faults and figures of the sandbox itself, under `/sandbox`.

use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::middleware::from_fn;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::agent_api::{Refused, same_origin};
use crate::centre::scenario;
use crate::faults::FaultPlan;
use crate::media;
use crate::record;
use crate::settings::quirks::rows;
use crate::settings::{ENDPOINTS, Settings, documented};
use crate::state::Sandbox;
use crate::vendor_api::set;

pub(crate) fn router(sandbox: Sandbox) -> Router {
    Router::new()
        .route("/sandbox/settings", get(settings).put(put_settings))
        .route("/sandbox/faults", get(faults).put(put_faults))
        .route("/sandbox/faults/log", get(fault_log))
        .route("/sandbox/stats", get(stats))
        .route("/sandbox/quirks", get(quirks))
        .route("/sandbox/scenarios", get(scenarios))
        .route("/sandbox/scenario", post(play))
        .route("/sandbox/record", get(record::record))
        .route("/sandbox/reset", post(reset))
        .layer(from_fn(same_origin))
        .route("/livez", get(async || "ok"))
        .with_state(sandbox)
}

fn bad(reason: impl std::fmt::Display) -> Refused {
    Refused(StatusCode::BAD_REQUEST, reason.to_string())
}

async fn settings(State(sandbox): State<Sandbox>) -> Json<Settings> {
    Json(sandbox.settings())
}

async fn put_settings(State(sandbox): State<Sandbox>, body: Bytes) -> Result<Json<Settings>, Refused> {
    let patch: Value = serde_json::from_slice(&body).map_err(|error| bad(format!("not JSON: {error}")))?;
    // Two changes at once must not undo each other, so reading and writing share one lock.
    sandbox.with(|inner, now| {
        let settings = inner.settings().patched(&patch).map_err(bad)?;
        inner.centre.set_settings(now, settings.clone());
        Ok(Json(settings))
    })
}

/// Every switch with its values, and the result codes that only `answers` can bring about.
async fn quirks(State(sandbox): State<Sandbox>) -> Json<Value> {
    let now = json!(sandbox.settings());
    let rows: Vec<Value> = rows()
        .into_iter()
        .map(|row| {
            let holder =
                if row.within == "quirks" { now.get("quirks").unwrap_or(&Value::Null) } else { &now };
            let value = holder.get(row.name).cloned().unwrap_or(Value::Null);
            let mut row = json!(row);
            set(&mut row, "value", value);
            row
        })
        .collect();
    Json(json!({"quirks": rows, "answers": documented(), "endpoints": ENDPOINTS}))
}

async fn scenarios() -> Json<Value> {
    let list: Vec<Value> = scenario::own().into_iter().map(|scenario| json!(scenario)).collect();
    Json(json!({"scenarios": list, "samples": media::names().collect::<Vec<_>>()}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Play {
    #[serde(rename = "userId")]
    user_id: Option<String>,
    /// One of the sandbox's own.
    name: Option<String>,
    /// Or one brought along.
    scenario: Option<Value>,
}

/// Starts a scenario for a visitor, or for the one whose conversation began last.
async fn play(State(sandbox): State<Sandbox>, body: Bytes) -> Result<Json<Value>, Refused> {
    let asked: Play = serde_json::from_slice(&body).map_err(bad)?;
    let scenario = match (asked.name, asked.scenario) {
        (Some(name), None) => scenario::own()
            .into_iter()
            .find(|own| own.name == name)
            .ok_or_else(|| Refused(StatusCode::NOT_FOUND, format!("there is no scenario `{name}`")))?,
        (None, Some(given)) => scenario::Scenario::parse(&given).map_err(bad)?,
        _ => return Err(bad("either `name` or `scenario` must be there")),
    };
    sandbox.with(|inner, now| {
        let user = inner
            .centre
            .play(now, asked.user_id.as_deref(), &scenario)
            .map_err(|error| Refused(StatusCode::CONFLICT, error.to_string()))?;
        Ok(Json(json!({"userId": user, "name": scenario.name, "steps": scenario.steps.len()})))
    })
}

async fn faults(State(sandbox): State<Sandbox>) -> Json<FaultPlan> {
    Json(sandbox.faults())
}

/// What the body leaves out keeps its value.
async fn put_faults(State(sandbox): State<Sandbox>, body: Bytes) -> Result<Json<FaultPlan>, Refused> {
    let patch: Value = serde_json::from_slice(&body).map_err(|error| bad(format!("not JSON: {error}")))?;
    let Value::Object(patch) = patch else { return Err(bad("faults must be a JSON object")) };
    let mut plan = sandbox.faults();
    for (name, value) in patch {
        let mut fields = json!(plan);
        match fields.get_mut(&name) {
            Some(field) => *field = value,
            None => return Err(bad(format!("unknown field `{name}`"))),
        }
        plan = serde_json::from_value(fields).map_err(|error| bad(format!("`{name}`: {error}")))?;
    }
    sandbox.set_faults(plan.clone()).map_err(bad)?;
    Ok(Json(plan))
}

#[derive(Deserialize)]
struct After {
    #[serde(default)]
    after: u64,
}

async fn fault_log(State(sandbox): State<Sandbox>, Query(After { after }): Query<After>) -> Json<Value> {
    let faults = sandbox.fault_log(after);
    let next = faults.last().map_or(after, |fault| fault.n);
    Json(json!({"next": next, "faults": faults}))
}

async fn stats(State(sandbox): State<Sandbox>) -> Json<Value> {
    let calls = sandbox.calls();
    sandbox.with(|inner, _| {
        let polls: serde_json::Map<String, Value> = inner
            .centre
            .visitors()
            .filter(|visitor| visitor.polls > 0)
            .map(|visitor| (visitor.user_id.clone(), json!(visitor.polls)))
            .collect();
        Json(json!({"calls": calls, "polls": polls, "messages": inner.centre.tally()}))
    })
}

async fn reset(State(sandbox): State<Sandbox>) -> StatusCode {
    sandbox.reset();
    StatusCode::NO_CONTENT
}
