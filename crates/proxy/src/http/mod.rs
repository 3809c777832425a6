//! The visitor API over HTTP: handlers parse, call, answer. What holds for all of them is a layer.
//!
//! # Layout
//! - [`server`], `shares`, `linger`, `unread`, `pulse`: connections, their limits, their end
//! - `front`: request id, time limit, log line, headers that every answer has
//! - [`origin`], `cors`: which pages may call
//! - [`address`], `audit`, [`limits`]: who calls, what of it is written down, how often they may
//! - `answer`, `extract`: the bodies of errors and requests
//! - [`assets`], `encoding`, `pages`: the widget's files and pages
//! - [`openapi`]: the description of this API
//! - [`operator`]: the listener for the operator's own programs
//! - [`readiness`]: whether the store can be written, for whoever watches the process
//! - `redact`: numbers that the desk wants hidden
//! - `routes`: the calls

pub mod address;
mod answer;
pub mod assets;
mod audit;
mod cors;
mod encoding;
mod extract;
mod front;
pub mod limits;
mod linger;
pub mod openapi;
pub mod operator;
pub mod origin;
mod pages;
mod pulse;
pub mod readiness;
mod redact;
mod routes;
pub mod server;
pub(crate) mod shares;
mod unread;

use crate::state::AppState;
use axum::Router;
use axum::middleware::from_fn_with_state;

pub use server::run;

/// The whole visitor API and the widget's files. The peer's address is taken from the request extension
/// [`address::Peer`] where [`run`] has put it.
pub fn app(state: AppState) -> Router {
    routes::all()
        .layer(from_fn_with_state(state.clone(), limits::layer))
        .layer(from_fn_with_state(state.clone(), cors::layer))
        .layer(from_fn_with_state(state.clone(), audit::layer))
        .layer(from_fn_with_state(state.clone(), front::layer))
        .with_state(state)
}
