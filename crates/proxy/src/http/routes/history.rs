//! `/v1/history`

use crate::http::extract::{Caller, parameter};
use crate::problem::Problem;
use crate::state::AppState;
use axum::extract::{RawQuery, State};
use frontdesk_contract::HistoryPage;

/// Earlier messages, where the centre keeps them
///
/// The newest page without `before`. A message that is also among the events has the same id here.
#[utoipa::path(get, path = "/v1/history", tag = "history", operation_id = "listHistory",
    params(("before" = Option<String>, Query, description = "What the page after this one answered as `before`")),
    responses((status = 200, description = "Oldest first, at most 50", body = HistoryPage)))]
pub(in crate::http) async fn list(
    State(state): State<AppState>,
    Caller(visitor): Caller,
    RawQuery(query): RawQuery,
) -> Result<axum::Json<HistoryPage>, Problem> {
    state.limiters.history(&visitor)?;
    let before = parameter(&query.unwrap_or_default(), "before").filter(|text| !text.is_empty());
    visitor.history(before.as_deref()).await.map(axum::Json)
}
