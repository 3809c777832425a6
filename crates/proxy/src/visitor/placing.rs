//! Calls that a member of staff places: the centre prepares one, the page connects it.
//!
//! They are no calls of a visitor: the centre tells no events of them and has nothing to end, so that nothing of them is
//! followed, kept or dropped here. What is kept is the answer under the request's id.

use super::Visitor;
use super::gateways::ANONYMOUS;
use super::line::{Lane, Task, digest};
use crate::number;
use crate::problem::Problem;
use crate::session::identify::mark;
use crate::store::{Answer, VisitorRecord};
use crate::vendor::{Placed, Placing};
use frontdesk_contract::{CallGateway, CallMedia, CallState, CallStatus, ClientId, ErrorCode, PlaceCall};
use std::sync::Arc;

/// A call that may be placed.
#[derive(Debug)]
pub struct Permitted {
    /// Who places it, as a mark that names nobody.
    pub person: String,
    id: ClientId,
    call: Placing,
}

impl Visitor {
    /// Whether the site vouches that the visitor may place this call, and the number can be dialled.
    ///
    /// # Errors
    /// [`ErrorCode::NotOffered`], [`ErrorCode::CallsNotAllowed`], [`ErrorCode::IdentityExpired`],
    /// [`ErrorCode::NumberInvalid`], [`ErrorCode::BadRequest`]; when the store fails.
    pub async fn may_place(&self, wish: PlaceCall) -> Result<Permitted, Problem> {
        let refused = |text: &'static str| Problem::new(ErrorCode::CallsNotAllowed, text);
        let desk = self.desk();
        let Some(staff) = &desk.settings.staff_calls else {
            return Err(Problem::new(ErrorCode::NotOffered, "staff place no calls at this desk"));
        };
        let record = self.record().await?;
        let vouched = record.subject.as_ref().zip(record.may_call.as_ref());
        let Some((subject, may)) = vouched else {
            return Err(refused("the site's identity token does not say `frontdesk_calls`"));
        };
        if may.until_ms <= self.now_ms() {
            let text = "the identity token that said `frontdesk_calls` is over: identify anew";
            return Err(Problem::new(ErrorCode::IdentityExpired, text));
        }
        let call = number::placing(&wish.called, staff.caller.as_deref(), wish.data.as_deref())?;
        if !may.reach.has(&call.called) {
            return Err(refused("the number begins with none of those that `frontdesk_calls` names"));
        }
        Ok(Permitted { person: mark(&record.desk, subject), id: wish.id, call })
    }

    /// Has the centre prepare the call, once per id.
    ///
    /// # Errors
    /// [`ErrorCode::CallRunning`], what the centre refuses, and what [`Visitor::submit`] says.
    pub async fn place_call(self: &Arc<Self>, permitted: Permitted) -> Result<CallStatus, Problem> {
        let Permitted { id, call, .. } = permitted;
        let content = digest("place-call", &(&call.called, &call.data));
        let timeout = self.shared.settings().limits.request_timeout;
        let gate = |record: &VisitorRecord, _| {
            let running = || Problem::new(ErrorCode::CallRunning, "another call is going on");
            if record.is_calling() { Err(running()) } else { Ok(()) }
        };
        let work = move |visitor: Arc<Self>, task| async move { visitor.prepare(task, &call).await };
        match self.submit_in(Lane::Call, timeout, id, content, gate, work).await? {
            Answer::Called(status) => Ok(status),
            _ => Err(Problem::internal()),
        }
    }

    async fn prepare(self: Arc<Self>, task: Task, call: &Placing) -> Result<Answer, Problem> {
        let placed = if task.resumed {
            // Whether it was prepared is not known; one that nobody connects rings nowhere.
            Err(Problem::of_centre(ErrorCode::CentreTimeout))
        } else {
            let placed = self.desk().centre.place_call(call).await;
            placed.map_err(|failure| self.refusal("placing a call", &failure))
        };
        let gateway = placed.and_then(|placed| {
            let unknown =
                || Problem::new(ErrorCode::CentreRefused, "the centre named no gateway of this desk");
            self.trusted(told(placed)).ok_or_else(unknown)
        });
        match gateway {
            Ok(gateway) => {
                let status = CallStatus {
                    id: Some(task.id.clone()),
                    state: CallState::Connected,
                    media: CallMedia::Audio,
                    gateway: Some(gateway),
                    end: None,
                };
                tracing::info!(visitor = self.id, desk = self.desk_id(), "a call was placed by staff");
                self.change(|draft, _| task.answered(draft, Answer::Called(status.clone()))).await
            }
            Err(problem) => {
                self.change(|draft, _| task.undone(draft)).await?;
                Err(problem)
            }
        }
    }
}

/// The centre's answer as one of a visitor's call would be.
fn told(placed: Placed) -> CallGateway {
    CallGateway {
        domain: host(&placed.address).to_owned(),
        addresses: vec![placed.address],
        access_code: placed.access_code,
        caller: ANONYMOUS.into(),
    }
}

/// The address without scheme, port and path.
fn host(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let rest = rest.split('/').next().unwrap_or_default();
    match rest.rsplit_once(':') {
        Some((host, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => rest,
    }
}

#[cfg(test)]
mod tests {
    use super::host;

    #[test]
    fn the_host_of_an_address_is_its_domain() {
        for (address, expected) in [
            ("192.0.2.20:5060", "192.0.2.20"),
            ("sip.example", "sip.example"),
            ("wss://gw.example:8443/ws", "gw.example"),
            ("[2001:db8::1]:5060", "[2001:db8::1]"),
            ("[2001:db8::1]", "[2001:db8::1]"),
            ("", ""),
        ] {
            assert_eq!(host(address), expected, "{address}");
        }
    }
}
