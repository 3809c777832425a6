//! Messages of the visitor.

use super::delivery::{Delivery, Outcome, Step, code_of};
use super::line::{Task, digest};
use super::{Visitor, party};
use crate::metrics::Fate;
use crate::problem::Problem;
use crate::state::Desk;
use crate::store::{Answer, VisitorRecord};
use crate::vendor::{Failure, FileKind, Party, Said, Utterance};
use frontdesk_contract::{
    Body, Card, ClientId, ContactState, EndReason, ErrorCode, FileRef, NoticeCode, Posted, PostedStatus,
    Sender,
};
use std::sync::Arc;
use std::time::Duration;

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
        #[cfg(feature = "planted")]
        if frontdesk_planted::is(frontdesk_planted::Bug::AckBeforePersist) {
            let visitor = Arc::clone(self);
            tokio::spawn(async move { visitor.submit(id, content, |record, _| gate(record), work).await });
            return Ok(Posted { status: PostedStatus::Accepted, seq: 0 });
        }
        match self.submit(id, content, |record, _| gate(record), work).await? {
            Answer::Posted { status, seq } => Ok(Posted { status, seq }),
            _ => Err(Problem::internal()),
        }
    }

    async fn deliver(self: Arc<Self>, task: Task, body: &Body) -> Result<Answer, Problem> {
        let desk = self.desk();
        let (what, body) = match self.taken(&desk, body).await {
            Ok(both) => both,
            Err(problem) => {
                // An earlier attempt may have been delivered: that is not to be forgotten.
                if !task.resumed {
                    self.change(|draft, _| task.undone(draft)).await?;
                }
                return Err(problem);
            }
        };
        let mut heard = Heard::default();
        let party = party(&self.record().await?);
        let centre = desk.settings.centre;
        let mut delivery = if task.resumed { Delivery::resumed(centre) } else { Delivery::fresh(centre) };
        loop {
            match delivery.step() {
                Step::Say => {
                    let id = task.id.clone();
                    #[cfg(feature = "planted")]
                    let id = if frontdesk_planted::is(frontdesk_planted::Bug::NoIdempotencyKey) {
                        ClientId::from_bits(u128::from_le_bytes(crate::chance::bytes()))
                    } else {
                        id
                    };
                    let answer = desk.centre.say(&party, &id, task.at_ms, &what).await;
                    match &answer {
                        Ok(said) => heard.take(said),
                        Err(failure) => self.report("message", failure),
                    }
                    delivery.said(answer);
                }
                Step::Wait(pause) => tokio::time::sleep(pause).await,
                Step::ReadBack => delivery.read_back(self.is_kept(&desk, &party, &task).await),
                Step::Finish(outcome) => return self.settle(&task, &body, outcome, &heard).await,
            }
        }
    }

    /// As [`Visitor::utterance`], if the centre takes such a message. One that it does not take is the visitor's affair
    /// and not a failure of the centre, which is not asked.
    async fn taken(&self, desk: &Desk, body: &Body) -> Result<(Utterance, Body), Problem> {
        let both = self.utterance(body).await?;
        desk.centre.takes(&both.0).map_err(Problem::of_centre)?;
        Ok(both)
    }

    /// The message as the centre is handed it, and as it is recorded: what is said of a file comes from its handle, not
    /// from the page.
    async fn utterance(&self, body: &Body) -> Result<(Utterance, Body), Problem> {
        let what = match body {
            Body::Text(text) => Utterance::Text(text.clone()),
            Body::Location(place) => Utterance::Location(place.clone()),
            Body::Card(card) => {
                let image = match &card.image {
                    Some(image) => {
                        let (key, extension, kind, ..) = self.uploaded(image).await?;
                        if kind != FileKind::Image {
                            let text = "field `body.card.image`: the file is no picture";
                            return Err(Problem::new(ErrorCode::CardIncomplete, text));
                        }
                        Some((key, extension))
                    }
                    None => None,
                };
                Utterance::Card { card: Card { image: None, ..card.clone() }, image }
            }
            Body::File(file) => {
                let (key, extension, kind, name, size_bytes) = self.uploaded(&file.file).await?;
                let known = FileRef {
                    file: file.file.clone(),
                    kind: kind.word().into(),
                    name: name.clone(),
                    size_bytes: Some(size_bytes),
                };
                return Ok((Utterance::File { key, extension, kind, name, size_bytes }, Body::File(known)));
            }
            Body::Rich(_) | Body::Unsupported {} => {
                return Err(Problem::of_centre(ErrorCode::BodyUnsupported));
            }
        };
        Ok((what, body.clone()))
    }

    async fn uploaded(&self, file: &str) -> Result<(String, String, FileKind, String, u64), Problem> {
        let handle = self.file(file).await?;
        let not_theirs = || Problem::new(ErrorCode::FileUnknown, "the file was not uploaded by this visitor");
        super::files::uploaded(handle).ok_or_else(not_theirs)
    }

    async fn is_kept(&self, desk: &Desk, party: &Party, task: &Task) -> Result<bool, Failure> {
        let since_ms = task.at_ms.saturating_sub(SKEW_MS);
        match desk.centre.history(party, since_ms, u64::MAX).await {
            Ok(Some(history)) => {
                let own = |code: &Option<String>| code.as_deref() == Some(task.id.as_str());
                let perhaps = |from: &Option<Sender>| matches!(from, None | Some(Sender::Unknown {}));
                Ok(history.iter().any(|kept| perhaps(&kept.from) && own(&kept.code)))
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

    async fn settle(
        self: &Arc<Self>,
        task: &Task,
        body: &Body,
        outcome: Outcome,
        heard: &Heard,
    ) -> Result<Answer, Problem> {
        let fate = match &outcome {
            Outcome::Posted { status, .. } => Fate::Posted(*status),
            Outcome::Refused { .. } => Fate::Refused,
            Outcome::Doubtful { .. } => Fate::Doubtful,
            Outcome::Gone => Fate::Gone,
        };
        let answer = self.recorded(task, body, outcome, heard).await;
        let after = Duration::from_millis(self.now_ms().saturating_sub(task.at_ms));
        self.shared.metrics.message(self.desk_id(), fate, after);
        answer
    }

    async fn recorded(
        self: &Arc<Self>,
        task: &Task,
        body: &Body,
        outcome: Outcome,
        heard: &Heard,
    ) -> Result<Answer, Problem> {
        match outcome {
            Outcome::Posted { status, gone } => {
                self.change(|draft, _| {
                    let seq = draft.echo(&task.id, body, status);
                    if gone {
                        draft.end(EndReason::Released);
                    }
                    if heard.link_not_trusted {
                        draft.notice(NoticeCode::LinkNotTrusted);
                    }
                    if status == PostedStatus::StoredOffline {
                        draft.go_offline(EndReason::OutsideHours, heard.tip.clone());
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

/// What the centre said besides taking the message.
#[derive(Default)]
struct Heard {
    link_not_trusted: bool,
    tip: Option<String>,
}

impl Heard {
    fn take(&mut self, said: &Said) {
        match said {
            Said::Delivered { link_not_trusted } => self.link_not_trusted = *link_not_trusted,
            Said::StoredOffline { tip } => self.tip.clone_from(tip),
        }
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
