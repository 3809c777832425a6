//! Connecting, and asking for a person.

use super::contact::{Move, plan, state_of};
use super::delivery::code_of;
use super::line::{Task, digest};
use super::{Visitor, party};
use crate::problem::Problem;
use crate::store::Answer;
use crate::vendor::{Failure, Party, Serving};
use frontdesk_contract::{About, Connect, ConnectTo, Contact, ContactState, EndReason};
use std::sync::Arc;
use std::time::Duration;

/// Pause before the one repetition of a request without an answer. Connecting and transferring may be repeated: the
/// centre keeps one conversation per visitor.
const QUICK: Duration = Duration::from_millis(250);

impl Visitor {
    /// Connects the visitor as wished, or answers how things stand.
    ///
    /// # Errors
    /// What the centre refuses; after a failed transfer the robot goes on serving. What [`Visitor::submit`] says.
    pub async fn connect(self: &Arc<Self>, wish: Connect) -> Result<Contact, Problem> {
        let Connect { id, to, about } = wish;
        let about = Arc::new(about);
        let content = digest("contact", &to);
        let work = move |visitor: Arc<Self>, task| async move {
            let outcome = visitor.arrange(&task, to, &about).await;
            if outcome.is_err() {
                // Nothing that would be done twice by doing it again: the next request begins afresh.
                visitor.change(|draft, _| task.undone(draft)).await?;
            }
            outcome
        };
        match self.submit(id, content, |_, _| Ok(()), work).await? {
            Answer::Contact(contact) => Ok(contact),
            _ => Err(Problem::internal()),
        }
    }

    async fn arrange(self: &Arc<Self>, task: &Task, to: ConnectTo, about: &About) -> Result<Answer, Problem> {
        let record = self.record().await?;
        let party = party(&record);
        match plan(record.contact.state, to) {
            Move::Present => self.present(task).await,
            Move::Transfer => self.transfer(task, &party).await,
            Move::Connect { transfer } => {
                // The centre may still hold the conversation before; a new one would find it.
                self.pay_once(None).await?;
                if record.contact.state == ContactState::Ended {
                    self.clear(&record).await;
                }
                let serving = self.dial(&party, about).await?;
                if let Serving::Offline { tip } = serving {
                    return self
                        .change(|draft, _| {
                            draft.record.begun_ms = draft.now_ms;
                            draft.go_offline(EndReason::OutsideHours, tip.clone());
                            let contact = draft.record.contact.clone();
                            task.answered(draft, Answer::Contact(contact))
                        })
                        .await;
                }
                let state = state_of(&serving);
                if transfer && serving == Serving::Robot {
                    self.change(|draft, _| draft.begin(state)).await?;
                    return self.transfer(task, &party).await;
                }
                self.change(|draft, _| {
                    draft.begin(state);
                    let contact = draft.record.contact.clone();
                    task.answered(draft, Answer::Contact(contact))
                })
                .await
            }
        }
    }

    async fn present(self: &Arc<Self>, task: &Task) -> Result<Answer, Problem> {
        self.change(|draft, _| {
            let contact = draft.record.contact.clone();
            task.answered(draft, Answer::Contact(contact))
        })
        .await
    }

    async fn dial(self: &Arc<Self>, party: &Party, about: &About) -> Result<Serving, Problem> {
        let desk = self.desk();
        let mut answer = desk.centre.connect(party, about).await;
        if let Err(failure @ Failure::Unknown { .. }) = &answer {
            self.report("connect", failure);
            tokio::time::sleep(QUICK).await;
            answer = desk.centre.connect(party, about).await;
        }
        answer.map_err(|failure| self.refusal("connect", &failure))
    }

    async fn transfer(self: &Arc<Self>, task: &Task, party: &Party) -> Result<Answer, Problem> {
        let desk = self.desk();
        let mut answer = desk.centre.transfer_to_agent(party).await;
        if let Err(failure @ Failure::Unknown { .. }) = &answer {
            self.report("transfer", failure);
            tokio::time::sleep(QUICK).await;
            answer = desk.centre.transfer_to_agent(party).await;
        }
        match answer {
            Ok(serving) => {
                let state = state_of(&serving);
                let contact = self
                    .change(|draft, _| {
                        // An agent may have spoken already: what is known better stays.
                        if draft.record.contact.state == ContactState::Robot {
                            draft.serve(state, None);
                        }
                        let contact = draft.record.contact.clone();
                        task.answered(draft, Answer::Contact(contact))
                    })
                    .await?;
                Ok(contact)
            }
            Err(failure) => {
                if failure == Failure::Gone {
                    self.change(|draft, _| draft.end(EndReason::Released)).await?;
                }
                Err(self.refusal("transfer", &failure))
            }
        }
    }

    /// What a failure of the centre means for the visitor, after it has been reported.
    pub(super) fn refusal(&self, what: &'static str, failure: &Failure) -> Problem {
        self.report(what, failure);
        let wait = match failure {
            Failure::Refused { transient, retry_after, .. } => {
                retry_after.or(transient.then_some(Duration::from_secs(2)))
            }
            Failure::NotSent { .. } | Failure::Unknown { .. } => Some(Duration::from_secs(2)),
            Failure::Gone => None,
        };
        let code = code_of(failure);
        Problem::of_centre(code).after(wait)
    }
}
