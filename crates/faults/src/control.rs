//! The control interface: what goes wrong from now on, and what did.

use crate::log::{Entry, Figures};
use crate::plan::Plan;
use crate::proxy::Proxy;
use axum::extract::rejection::JsonRejection;
use axum::extract::{DefaultBodyLimit, Query, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::Value;
use std::sync::Arc;

/// Larger than any plan.
const BODY_MAX: usize = 64 * 1024;

/// `GET` and `PUT /plan`, `POST /heal`, `GET /log?from=N`, `GET /figures`.
pub fn router(proxy: Arc<Proxy>) -> Router {
    Router::new()
        .route("/plan", get(plan).put(change))
        .route("/heal", post(heal))
        .route("/log", get(log))
        .route("/figures", get(figures))
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .with_state(proxy)
}

type Wrong = (StatusCode, String);

async fn plan(State(proxy): State<Arc<Proxy>>) -> Json<Plan> {
    Json(proxy.plan())
}

/// Takes the fields that are to change.
async fn change(
    State(proxy): State<Arc<Proxy>>,
    patch: Result<Json<Value>, JsonRejection>,
) -> Result<Json<Plan>, Wrong> {
    let Json(patch) = patch.map_err(|error| (error.status(), error.body_text()))?;
    let unfit = |text: String| (StatusCode::UNPROCESSABLE_ENTITY, text);
    let plan = patched(&proxy.plan(), patch).map_err(unfit)?;
    proxy.set_plan(plan.clone()).map_err(|error| unfit(error.to_string()))?;
    Ok(Json(plan))
}

fn patched(plan: &Plan, patch: Value) -> Result<Plan, String> {
    let mut all = serde_json::to_value(plan).map_err(|error| error.to_string())?;
    match (&mut all, patch) {
        (Value::Object(all), Value::Object(patch)) => all.extend(patch),
        _ => return Err("a plan is an object".into()),
    }
    serde_json::from_value(all).map_err(|error| error.to_string())
}

async fn heal(State(proxy): State<Arc<Proxy>>) -> Json<Plan> {
    proxy.heal();
    Json(proxy.plan())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct From {
    #[serde(default)]
    from: u64,
}

async fn log(State(proxy): State<Arc<Proxy>>, Query(From { from }): Query<From>) -> Json<Vec<Entry>> {
    Json(proxy.log(from))
}

async fn figures(State(proxy): State<Arc<Proxy>>) -> Json<Figures> {
    Json(proxy.figures())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_patch_changes_what_it_names_and_nothing_else() {
        let plan = Plan::of(7, 5.0);
        let changed = patched(&plan, json!({"percent": 20.0, "kinds": ["reset_after"]})).unwrap();
        assert_eq!((changed.seed, changed.percent, changed.kinds.len()), (7, 20.0, 1));
        for wrong in [json!([]), json!({"percents": 1}), json!({"kinds": ["nothing"]}), json!({"seed": -1})] {
            assert!(patched(&plan, wrong.clone()).is_err(), "{wrong}");
        }
    }
}
