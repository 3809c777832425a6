//! Calls that are one question and one answer with a code.

use super::client::Reply;
use super::codes::{Outcome, Reason, Request, outcome};
use super::link::Call;
use super::wire;
use super::{Cec, status};
use crate::vendor::{Failure, Party};
use frontdesk_contract::ErrorCode;
use serde::de::DeserializeOwned;

impl Cec {
    /// Makes a call of an endpoint that not every centre has, and answers what it said, if the code says success.
    ///
    /// # Errors
    /// What the code means by its table; [`ErrorCode::NotOffered`] where there is no such endpoint.
    pub(super) async fn ask<T: DeserializeOwned>(
        &self,
        party: &Party,
        request: Request,
        call: &Call<'_>,
    ) -> Result<T, Failure> {
        let endpoint = request.endpoint();
        let Some(reply) = self.link.call_optional(party, call).await? else {
            return Err(status::not_offered(endpoint));
        };
        self.told(request, &reply)
    }

    /// What an answer with status 200 said, if its code says success.
    ///
    /// # Errors
    /// What the code means by its table.
    pub(super) fn told<T: DeserializeOwned>(&self, request: Request, reply: &Reply) -> Result<T, Failure> {
        let endpoint = request.endpoint();
        let read = wire::read_coded::<T>(&reply.body)
            .and_then(|(answer, coded)| Some((answer, coded.code()?, coded.text().to_owned())));
        let Some((answer, code, text)) = read else {
            self.link.note(endpoint, reply, None);
            return Err(status::unintelligible(endpoint));
        };
        let unexpected = Reason { code: ErrorCode::CentreRefused, transient: false };
        let reason = match outcome(request, &code, &text, false) {
            Outcome::Done => return Ok(answer),
            Outcome::Refused(reason) | Outcome::PerhapsGone(reason) => reason,
            _ => unexpected,
        };
        self.link.note(endpoint, reply, Some(&code));
        Err(status::refused(endpoint, &code, reason.code, reason.transient))
    }
}
