//! `queryQueueInfo`: place and waiting times.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use serde_json::{Value, json};

use super::answer::{Answer, Effect, Refusal};
use super::auth;
use super::fields::Fields;
use crate::centre::{Elsewhere, QueueState};
use crate::settings::quirks::{QueueCodes, QueueMaxName};
use crate::settings::{Dialect, Settings};
use crate::state::Sandbox;

pub(crate) async fn query_queue_info(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Answer, Refusal> {
    sandbox.with(|inner, now| {
        let known = auth::visitor_if_named(inner, now, &headers)?;
        let fields = Fields::parse(&headers, &body)?;
        let user = fields.text("userId")?;
        if known.as_ref().is_some_and(|known| known.user != user) {
            return Err(Refusal::bad("userId is not the user of ccmessaging-token"));
        }
        let renewed = known.and_then(|known| known.renewed);
        let right = fields.text("channel")? == "WEB"
            && fields.text("channelConfigId")? == inner.settings().channel_id;
        let body = if right {
            let state = inner.centre.queue_state(now, user);
            encode(&state, inner.settings())
        } else {
            json!({"resultCode": "1"})
        };
        let effect = Effect { accepted: right, ..Effect::default() };
        Ok(Answer::new(body).renewed(renewed).effect(effect))
    })
}

fn encode(state: &QueueState, settings: &Settings) -> Value {
    let longest = match settings.quirks.queue_max_name {
        QueueMaxName::Printed => "configMaxcWaitTime",
        QueueMaxName::Mended => "configMaxWaitTime",
    };
    let plain = match settings.quirks.queue_codes {
        QueueCodes::ByDialect => settings.dialect == Dialect::V2_5,
        QueueCodes::Plain => true,
        QueueCodes::Full => false,
    };
    let code = match state {
        QueueState::Waiting { position, waited_s, max_wait_s, longest_wait_s, estimate_s } => {
            return json!({
                "resultCode": "0",
                "position": position,
                "totalWaitTime": waited_s,
                "currentDeviceWaitTime": waited_s,
                longest: max_wait_s,
                "longestWaitTime": longest_wait_s,
                "estimateWaitTime": estimate_s,
            });
        }
        // Dialect 2.5 tells apart only 0 and everything else.
        _ if plain => "1",
        QueueState::Elsewhere(Elsewhere::Ivr) => "160022",
        QueueState::Elsewhere(Elsewhere::PrivateQueue) => "160023",
        QueueState::Elsewhere(Elsewhere::NoAnswer) => "160024",
        // The manuals have no code for a robot; that of an automatic flow comes nearest.
        QueueState::WithRobot => "160022",
        QueueState::WithAgent => "160021",
        QueueState::None => "160004",
    };
    json!({"resultCode": code})
}
