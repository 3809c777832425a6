//! Messages of the visitor.

use super::delivery::{Delivery, Outcome, Step, code_of};
use super::line::{Task, digest};
use super::{Visitor, party};
use crate::problem::Problem;
use crate::store::{Answer, VisitorRecord};
use crate::vendor::{Failure, Party, Utterance};
use frontdesk_contract::{Body, ClientId, ContactState, EndReason, ErrorCode, Posted};
use std::sync::Arc;

/// The history is read from this long before a message was first handed over: clocks differ.
pub(super) const SKEW_MS: u64 = 300_000;

impl Visitor {
    /// Hands a message to the centre, once per id.
    ///
    /// # Errors
    /// [`ErrorCode::NotConnected`], [`ErrorCode::ContactEnded`], [`ErrorCode::Queueing`], what the centre refuses, and
    /// what [`Visitor::submit`] says. An error whose message asks to repeat leaves the outcome open.
    pub async fn say(self: &Arc<Self>, id: ClientId, body: Body) -> Result<Posted, Problem> {
        let content = digest("message", &body);
        let work = |visitor: Arc<Self>, task| async move { visitor.deliver(task, &body).await };
        match self.submit(id, content, |record, _| gate(record), work).await? {
            Answer::Posted { status, seq } => Ok(Posted { status, seq }),
            Answer::Contact(_) | Answer::Rated(_) => Err(Problem::internal()),
        }
    }

    async fn deliver(self: Arc<Self>, task: Task, body: &Body) -> Result<Answer, Problem> {
        let party = party(&self.record().await?);
        let centre = self.desk.settings.centre;
        let Some(what) = utterance(body) else {
            return Err(Problem::of_centre(ErrorCode::BodyUnsupported));
        };
        let mut delivery = if task.resumed { Delivery::resumed(centre) } else { Delivery::fresh(centre) };
        loop {
            match delivery.step() {
                Step::Say => {
                    let answer = self.centre().say(&party, &task.id, task.at_ms, &what).await;
                    if let Err(failure) = &answer {
                        self.report("message", failure);
                    }
                    delivery.said(answer);
                }
                Step::Wait(pause) => tokio::time::sleep(pause).await,
                Step::ReadBack => delivery.read_back(self.is_kept(&party, &task).await),
                Step::Finish(outcome) => return self.settle(&task, body, outcome).await,
            }
        }
    }

    async fn is_kept(&self, party: &Party, task: &Task) -> Result<bool, Failure> {
        let since_ms = task.at_ms.saturating_sub(SKEW_MS);
        match self.centre().history(party, since_ms, u64::MAX).await {
            Ok(Some(history)) => {
                let own = |code: &Option<String>| code.as_deref() == Some(task.id.as_str());
                Ok(history.iter().any(|kept| kept.from.is_none() && own(&kept.code)))
            }
            Ok(None) => Err(Failure::Unknown {
                code: ErrorCode::CentreTimeout,
                detail: "the centre keeps no history, though the desk's settings say so".into(),
            }),
            Err(failure) => {
                self.report("reading back", &failure);
                Err(failure)
            }
        }
    }

    async fn settle(self: &Arc<Self>, task: &Task, body: &Body, outcome: Outcome) -> Result<Answer, Problem> {
        match outcome {
            Outcome::Posted { status, gone } => {
                self.change(|draft, _| {
                    let seq = draft.echo(&task.id, body, status);
                    if gone {
                        draft.end(EndReason::Released);
                    }
                    task.answered(draft, Answer::Posted { status, seq })
                })
                .await
            }
            Outcome::Refused { code, retry_after } => {
                self.change(|draft, _| {
                    task.undone(draft);
                    if code == ErrorCode::Queueing {
                        draft.serve(ContactState::Queueing, None);
                    }
                })
                .await?;
                Err(Problem::of_centre(code).after(retry_after))
            }
            Outcome::Doubtful { code, retry_after } => Err(Problem::of_centre(code).after(retry_after)),
            Outcome::Gone => {
                self.change(|draft, _| {
                    task.undone(draft);
                    draft.end(EndReason::Released);
                })
                .await?;
                Err(Problem::of_centre(code_of(&Failure::Gone)))
            }
        }
    }
}

/// The message as the centre is handed it; `None`: it takes none of this kind.
fn utterance(body: &Body) -> Option<Utterance> {
    match body {
        Body::Text(text) => Some(Utterance::Text(text.clone())),
        Body::Location(place) => Some(Utterance::Location(place.clone())),
        Body::Card(card) => Some(Utterance::Card { card: card.clone(), image: None }),
        Body::File(_) | Body::Rich(_) | Body::Unsupported {} => None,
    }
}

fn gate(record: &VisitorRecord) -> Result<(), Problem> {
    match record.contact.state {
        ContactState::Ended if !record.offline => Err(Problem::of_centre(ErrorCode::ContactEnded)),
        ContactState::None | ContactState::Unknown => {
            Err(Problem::new(ErrorCode::NotConnected, "no conversation is open: connect first"))
        }
        _ => Ok(()),
    }
}
