//! The comforts of a robot: suggestions while typing, judging an answer.

use super::line::{Lane, Task, digest};
use super::{Visitor, handles, party};
use crate::problem::Problem;
use crate::store::{Answer, Handle};
use crate::vendor::Failure;
use frontdesk_contract::{
    ContactState, ErrorCode, EventKind, Feedback, FeedbackSaved, MAX_REASON_BYTES,
    MAX_SUGGESTION_QUERY_BYTES, PostFeedback, PostedStatus, Suggestions,
};
use std::sync::Arc;
use std::time::Duration;

/// Suggestions that come later than this are of no use: the visitor has typed on.
const PATIENCE: Duration = Duration::from_secs(3);
/// At most so many, and each so long in bytes.
const MOST: usize = 5;
const LONGEST: usize = 500;

impl Visitor {
    /// Questions that the robot can answer and that resemble `text`; none while somebody else serves, or when the centre
    /// does not answer in time. Not in line with messages: one question at a time, a newer one waits for the older.
    ///
    /// # Errors
    /// [`ErrorCode::NotOffered`]; when the store fails.
    pub async fn suggestions(&self, text: &str) -> Result<Suggestions, Problem> {
        let desk = self.desk();
        let offers = &desk.settings.offers;
        if !offers.suggestions {
            return Err(not_offered());
        }
        let record = self.record().await?;
        let robot = match record.contact.state {
            ContactState::Robot => true,
            ContactState::None | ContactState::Ended => offers.robot,
            _ => false,
        };
        let text = text.trim();
        if !robot || text.is_empty() || text.len() > MAX_SUGGESTION_QUERY_BYTES {
            return Ok(Suggestions::default());
        }
        let party = party(&record);
        let asked = async {
            let _turn = self.suggesting.lock().await;
            desk.centre.suggestions(&party, text).await
        };
        match tokio::time::timeout(PATIENCE, asked).await {
            Ok(Ok(mut suggestions)) => {
                suggestions.retain(|text| !text.trim().is_empty() && text.len() <= LONGEST);
                suggestions.truncate(MOST);
                Ok(Suggestions { suggestions })
            }
            Ok(Err(Failure::Refused { code: ErrorCode::NotOffered, .. })) => Err(not_offered()),
            Ok(Err(failure)) => {
                self.report("suggestions", &failure);
                Ok(Suggestions::default())
            }
            Err(_) => Ok(Suggestions::default()),
        }
    }

    /// Judges an answer of the robot, once per answer.
    ///
    /// # Errors
    /// [`ErrorCode::FeedbackClosed`], [`ErrorCode::ReasonMissing`], [`ErrorCode::ReasonTooLong`], what the centre refuses, and what
    /// [`Visitor::submit`] says.
    pub async fn judge(self: &Arc<Self>, judgement: PostFeedback) -> Result<FeedbackSaved, Problem> {
        let reason = judgement.reason.trim();
        if !judgement.helpful && reason.is_empty() {
            return Err(Problem::new(ErrorCode::ReasonMissing, "an answer that did not help needs a reason"));
        }
        if reason.len() > MAX_REASON_BYTES {
            let text = format!("the reason is longer than {MAX_REASON_BYTES} bytes");
            return Err(Problem::new(ErrorCode::ReasonTooLong, text));
        }
        let judgement = PostFeedback { reason: reason.to_owned(), ..judgement };
        let content = digest("feedback", &(&judgement.message, judgement.helpful, &judgement.reason));
        let (id, timeout) = (judgement.id.clone(), self.shared.settings().limits.request_timeout);
        let work = move |visitor: Arc<Self>, task| async move { visitor.hand_on(task, judgement).await };
        match self.submit_in(Lane::Aside, timeout, id, content, |_, _| Ok(()), work).await? {
            Answer::Judged(status) => Ok(FeedbackSaved { status }),
            _ => Err(Problem::internal()),
        }
    }

    async fn hand_on(self: Arc<Self>, task: Task, judgement: PostFeedback) -> Result<Answer, Problem> {
        let key = handles::answer_id(&judgement.message);
        let handle = self.shared.store.handle(&self.id, &key).await?;
        let record = self.record().await?;
        let serving = record.contact.state == ContactState::Robot;
        let Some(Handle::Answer { inter_idx, judged: None }) = handle.filter(|_| serving) else {
            self.change(|draft, _| task.undone(draft)).await?;
            return Err(closed());
        };
        let PostFeedback { message, helpful, reason, .. } = judgement;
        let answer = if task.resumed {
            Ok(PostedStatus::Unconfirmed)
        } else {
            match self.desk().centre.feedback(&party(&record), &inter_idx, helpful, &reason).await {
                Ok(()) => Ok(PostedStatus::Accepted),
                Err(failure @ Failure::Unknown { .. }) => {
                    self.report("feedback", &failure);
                    Ok(PostedStatus::Unconfirmed)
                }
                Err(failure) => Err(failure),
            }
        };
        match answer {
            Ok(status) => {
                self.change(|draft, _| {
                    draft.handle(
                        key.clone(),
                        Handle::Answer { inter_idx: inter_idx.clone(), judged: Some(helpful) },
                    );
                    draft.push(EventKind::Feedback(Feedback { message: message.clone(), helpful }));
                    task.answered(draft, Answer::Judged(status))
                })
                .await
            }
            Err(failure) => {
                self.change(|draft, _| task.undone(draft)).await?;
                Err(match failure {
                    Failure::Gone => closed(),
                    failure => self.refusal("feedback", &failure),
                })
            }
        }
    }
}

fn closed() -> Problem {
    let text = "the message cannot be judged: it is no answer of the robot, is judged, or the robot does not serve any more";
    Problem::new(ErrorCode::FeedbackClosed, text)
}

fn not_offered() -> Problem {
    Problem::new(ErrorCode::NotOffered, "this desk has no suggestions")
}
