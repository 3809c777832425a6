#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod agent_api;
mod centre;
mod clock;
mod control;
mod faces;
mod faults;
mod ids;
mod media;
mod push;
mod record;
mod server;
mod settings;
mod state;
mod telephony;
mod tokens;
mod vendor_api;

pub use clock::ManualClock;
pub use frontdesk_sandbox_media::{Gateway, OpenCall};

pub use faults::{FaultError, FaultKind, FaultPlan, Injected};
pub use server::{Running, serve, serve_sandbox, spawn};
pub use settings::{
    Day, DayTime, Dialect, Forced, Hours, MessageIds, PollMode, PushTo, Queue, Quirks, SettingError,
    Settings, SimQuestions, Span, SurveyQuestion, SurveyType, TokenBody, TokenRenewal, Weekly,
};
pub use state::Sandbox;

/// Every endpoint of a centre: the vendor's, the agents', the control, the pictures of its people.
pub fn router(sandbox: &Sandbox) -> axum::Router {
    vendor_api::router(sandbox.clone())
        .merge(agent_api::router(sandbox.clone()))
        .merge(control::router(sandbox.clone()))
        .merge(faces::router())
}
