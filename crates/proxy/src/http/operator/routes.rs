//! `/operator/v1/`

use super::gate::Gate;
use super::wire::{CallPlaced, DeskList, DeskState, PlaceCall};
use crate::http::extract::Json;
use crate::number::placing;
use crate::problem::{Problem, word};
use crate::state::{AppState, Desk};
use crate::vendor::Failure;
use axum::Extension;
use axum::extract::State;
use frontdesk_contract::ErrorCode;
use futures_util::future::join_all;
use std::sync::Arc;
use std::time::Duration;

/// A centre that gives no token within this time is not ready.
const PATIENCE: Duration = Duration::from_secs(5);

/// Has the centre prepare a call
///
/// It is asked once. Without its answer (`centre_timeout`, `centre_unintelligible`) nobody knows whether the call is prepared; one
/// that is and is never connected rings nowhere.
#[utoipa::path(post, path = "/operator/v1/calls", tag = "operator", operation_id = "placeCall",
    request_body = PlaceCall, responses((status = 200, description = "Where to connect it", body = CallPlaced)))]
pub(super) async fn place(
    State(state): State<AppState>,
    Extension(gate): Extension<Arc<Gate>>,
    Json(wish): Json<PlaceCall>,
) -> Result<axum::Json<CallPlaced>, Problem> {
    let unknown = || Problem::new(ErrorCode::DeskUnknown, "there is no desk of this id");
    let desk = state.shared.desks.get(&wish.desk).ok_or_else(unknown)?;
    let call = placing(&wish.called, wish.caller.as_deref(), wish.data.as_deref())?;
    gate.call(&desk.settings.id)?;
    let placed = desk.centre.place_call(&call).await.map_err(|failure| refusal(&state, &desk, &failure))?;
    tracing::info!(desk = desk.settings.id, "a call was placed for the operator");
    Ok(axum::Json(CallPlaced {
        sip_address: placed.address,
        access_code: placed.access_code,
        serial: placed.serial,
    }))
}

/// What the centre's failure means for whoever asked; told in the log.
fn refusal(state: &AppState, desk: &Desk, failure: &Failure) -> Problem {
    let (certain, code, wait, detail) = match failure {
        Failure::NotSent { code, detail } => ("not_sent", *code, None, detail.as_str()),
        Failure::Refused { code, retry_after, detail, .. } => {
            ("refused", *code, *retry_after, detail.as_str())
        }
        Failure::Unknown { code, detail } => ("unknown", *code, None, detail.as_str()),
        Failure::Gone => ("gone", ErrorCode::CentreRefused, None, ""),
    };
    let desk = desk.settings.id.as_str();
    if let Some(suppressed) = state.shared.failures.due((desk.to_owned(), certain, code)) {
        let code = word(code);
        tracing::warn!(desk, what = "placing a call", certain, code, detail, suppressed, "the centre failed");
    }
    match code {
        ErrorCode::NumberInvalid => Problem::new(code, "the centre does not take number or data"),
        ErrorCode::CentreTimeout => {
            Problem::new(code, "the centre did not answer in time: the call may be prepared or not")
        }
        code => Problem::of_centre(code).after(wait),
    }
}

/// The desks, and whether their centres can be used now
#[utoipa::path(get, path = "/operator/v1/desks", tag = "operator", operation_id = "listDesks",
    responses((status = 200, description = "All desks", body = DeskList)))]
pub(super) async fn desks(
    State(state): State<AppState>,
    Extension(gate): Extension<Arc<Gate>>,
) -> Result<axum::Json<DeskList>, Problem> {
    gate.question()?;
    let asked = state.shared.desks.all().into_iter().map(async |desk| {
        let answer = tokio::time::timeout(PATIENCE, desk.centre.ready()).await;
        DeskState { id: desk.settings.id.clone(), ready: matches!(answer, Ok(Ok(()))) }
    });
    let mut desks = join_all(asked).await;
    desks.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(axum::Json(DeskList { desks }))
}
