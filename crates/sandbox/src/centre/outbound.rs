//! Outbound calls that staff start: they are only recorded. What rings is what the gateway has at the access code.

use serde::Serialize;

use super::{Centre, Ms};
use crate::state::push_bounded;

/// One outbound call.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct OutboundCall {
    /// 1, 2, 3… since start or reset.
    pub(crate) n: u64,
    pub(crate) called: String,
    /// The number to show, if one was given.
    pub(crate) shown: Option<String>,
    /// What goes along, if anything.
    pub(crate) data: Option<String>,
    pub(crate) serial: String,
    /// Access code and unique id in one.
    pub(crate) access_code: String,
    pub(crate) at_ms: Ms,
}

/// What staff ask for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wish<'a> {
    pub(crate) called: &'a str,
    pub(crate) shown: Option<&'a str>,
    pub(crate) data: Option<&'a str>,
}

impl Centre {
    /// Records an outbound call.
    pub(crate) fn start_outbound(&mut self, now: Ms, wish: Wish<'_>) -> OutboundCall {
        let n = self.outbound.back().map_or(1, |last| last.n + 1);
        let own = format!("{}{:010}", self.settings.call_access_prefix, self.ids.next() % 10_000_000_000);
        let call = OutboundCall {
            n,
            called: wish.called.to_owned(),
            shown: wish.shown.map(str::to_owned),
            data: wish.data.map(str::to_owned),
            serial: format!("{:016}-{n}", now),
            access_code: self.settings.call_access_code.clone().unwrap_or(own),
            at_ms: now,
        };
        push_bounded(&mut self.outbound, call.clone(), self.settings.max_contacts);
        call
    }

    /// Outbound calls, oldest first.
    pub(crate) fn outbound_calls(&self) -> impl Iterator<Item = &OutboundCall> {
        self.outbound.iter()
    }
}
