//! `/v1/contact`

use crate::http::extract::{Caller, Json};
use crate::http::redact;
use crate::problem::Problem;
use crate::state::AppState;
use axum::extract::State;
use frontdesk_contract::{ClientId, Connect, ConnectTo, Contact, ErrorCode};

/// The conversation as it stands
#[utoipa::path(get, path = "/v1/contact", tag = "contact", operation_id = "getContact",
    responses((status = 200, description = "As it stands", body = Contact)))]
pub(in crate::http) async fn show(Caller(visitor): Caller) -> Result<axum::Json<Contact>, Problem> {
    Ok(axum::Json(visitor.record().await?.contact))
}

/// Connects to the robot or to an agent
///
/// While a robot serves, asking for an agent transfers. A wish that is fulfilled already answers how things stand. What
/// `about` says goes along when a conversation is opened, as far as the centre takes it.
#[utoipa::path(post, path = "/v1/contact", tag = "contact", operation_id = "connect",
    request_body = Connect, responses((status = 200, description = "As it stands now", body = Contact)))]
pub(in crate::http) async fn connect(
    State(state): State<AppState>,
    Caller(visitor): Caller,
    Json(mut wish): Json<Connect>,
) -> Result<axum::Json<Contact>, Problem> {
    check_id(&wish.id)?;
    wish.about.check().map_err(|why| Problem::new(ErrorCode::BadRequest, why))?;
    let desk = visitor.desk();
    let offers = &desk.settings.offers;
    let attributes = wish.about.attributes.iter_mut().map(|attribute| &mut attribute.value);
    for said in attributes.chain(&mut wish.about.title) {
        redact::text(said, &offers.redact);
    }
    if wish.to == ConnectTo::Agent && !offers.agent {
        return Err(Problem::new(ErrorCode::CentreRefused, "this desk has no agents"));
    }
    state.limiters.connect(&visitor)?;
    visitor.connect(wish).await.map(axum::Json)
}

/// Ends the conversation
#[utoipa::path(delete, path = "/v1/contact", tag = "contact", operation_id = "leave",
    responses((status = 200, description = "As it stands now", body = Contact)))]
pub(in crate::http) async fn leave(Caller(visitor): Caller) -> Result<axum::Json<Contact>, Problem> {
    visitor.leave().await.map(axum::Json)
}

/// Refuses an id that breaks the rules.
pub(super) fn check_id(id: &ClientId) -> Result<(), Problem> {
    id.check().map_err(|error| Problem::new(ErrorCode::IdInvalid, error.to_string()))
}
