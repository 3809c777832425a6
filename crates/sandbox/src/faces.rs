//! Pictures of the robot and of the agents, where `senderAvatar` names them.

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;

static AGENT: &[u8] = include_bytes!("faces/agent.png");
static ROBOT: &[u8] = include_bytes!("faces/robot.png");

pub(crate) fn router() -> Router {
    Router::new()
        .route("/faces/agent.png", get(async || face(AGENT)))
        .route("/faces/robot.png", get(async || face(ROBOT)))
        .route("/faces/{name}", get(async || StatusCode::NOT_FOUND))
}

fn face(bytes: &'static [u8]) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "image/png")], bytes)
}
