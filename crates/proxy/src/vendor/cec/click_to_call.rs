//! Calls: whether they are possible, asking for one, what becomes of it, ending it.

use super::calls::{CHANNEL, post};
use super::codes::{Event, FLOW_CONTROL, Request, event};
use super::link::{Ask, Call};
use super::token::Need;
use super::wire::{self, AskCall, EventContent, Events, Hangup, Nothing};
use super::{Cec, status};
use crate::vendor::{CallAbility, CallNews, Failure, Party};
use frontdesk_contract::{CallGateway, CallMedia, ErrorCode};
use serde_json::{Map, Value};
use std::time::Duration;

/// The centre may hold a question for events so long.
const LONG_POLL: Duration = Duration::from_secs(65);
/// The most addresses of gateways that are read, and the longest value.
const MAX_ADDRESSES: usize = 16;
const MAX_VALUE: usize = 512;

impl Cec {
    pub(super) async fn ability(&self, party: &Party) -> Result<CallAbility, Failure> {
        let query = [("channel", CHANNEL)];
        let path = "/apiaccess/ccmessaging/v1/checkClickToCallSupport";
        let call = get("checkClickToCallSupport", path, &query, None);
        let answer: Map<String, Value> = self.ask(party, Request::CallSupport, &call).await?;
        // The manuals spell one key in two ways.
        let flag = |name: &str| {
            let found = answer.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
            found.is_some_and(|(_, value)| super::lax::Flag::from(value.clone()).0 == Some(true))
        };
        Ok(CallAbility { web_rtc: flag("webRTCSupported"), click_to_call: flag("clickToCallSupported") })
    }

    pub(super) async fn start_call(&self, party: &Party, media: CallMedia) -> Result<(), Failure> {
        let media_ability = if media == CallMedia::Video { "1" } else { "0" };
        let body = AskCall { channel: CHANNEL, media_ability };
        let path = "/apiaccess/ccmessaging/v1/createClickToCall";
        let call = post("createClickToCall", path, &body, false);
        self.ask::<Nothing>(party, Request::CallStart, &call).await.map(drop)
    }

    pub(super) async fn events_of_call(&self, party: &Party) -> Result<Option<CallNews>, Failure> {
        const EVENTS: &str = "getClickToCallEvents";
        let query = [("channel", CHANNEL)];
        let path = "/apiaccess/ccmessaging/v1/getClickToCallEvents";
        let call = get(EVENTS, path, &query, Some(self.config.timeout.max(LONG_POLL)));
        let Some(reply) = self.link.call_optional(party, &call).await? else {
            return Err(status::not_offered(EVENTS));
        };
        let Some((events, coded)) = wire::read_coded::<Events>(&reply.body) else {
            self.link.note(EVENTS, &reply, None);
            return Err(status::unintelligible(EVENTS));
        };
        let code = coded.code();
        if code.as_deref() != Some("0") {
            self.link.note(EVENTS, &reply, code.as_deref());
        }
        if code.as_deref() == Some(FLOW_CONTROL) {
            return Err(status::refused(EVENTS, FLOW_CONTROL, ErrorCode::CentreBusy, true));
        }
        let content: EventContent = wire::read_value(events.content).unwrap_or_default();
        Ok(match event(code.as_deref(), coded.text(), events.event_id.word()) {
            Event::Nothing => None,
            Event::Queueing => Some(CallNews::Queueing),
            Event::Connected => {
                let gateway = gateway(content);
                if gateway.is_none() {
                    tracing::warn!(desk = self.link.desk, "a call is connected, but no gateway was named");
                }
                gateway.map(CallNews::Connected)
            }
            Event::Disconnected => Some(CallNews::Disconnected),
            Event::QueueTimeout => Some(CallNews::QueueTimeout),
            Event::Failed => {
                let cause = content.cause_id.word().map(|cause| cause.chars().take(32).collect::<String>());
                tracing::info!(desk = self.link.desk, cause, "a call could not be connected");
                Some(CallNews::Failed)
            }
        })
    }

    pub(super) async fn end_call(&self, party: &Party) -> Result<(), Failure> {
        let path = "/apiaccess/ccmessaging/v1/dropClickToCall";
        let call = post("dropClickToCall", path, &Hangup { channel: CHANNEL }, false);
        self.ask::<Nothing>(party, Request::CallDrop, &call).await.map(drop)
    }
}

fn get<'a>(
    endpoint: &'static str,
    path: &'static str,
    query: &'a [(&'a str, &'a str)],
    timeout: Option<Duration>,
) -> Call<'a> {
    Call { endpoint, path, ask: Ask::Get(query), reads: true, need: Need::Any, opens: false, timeout }
}

/// Where to connect; `None`: the centre does not tell, so that nothing can be connected yet.
fn gateway(content: EventContent) -> Option<CallGateway> {
    let value = |text: &super::lax::Text| {
        text.word().filter(|text| text.len() <= MAX_VALUE).map(str::to_owned).unwrap_or_default()
    };
    let addresses: Vec<String> = super::robot::listed(content.gw_addresses)
        .into_iter()
        .filter(|address| address.len() <= MAX_VALUE)
        .take(MAX_ADDRESSES)
        .collect();
    let access_code = value(&content.access_code);
    (!addresses.is_empty() && !access_code.is_empty()).then(|| CallGateway {
        domain: value(&content.domain),
        addresses,
        access_code,
        caller: value(&content.click_to_call_caller),
    })
}
