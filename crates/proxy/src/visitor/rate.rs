//! Rating a conversation: one rating per conversation, never handed over twice.

use super::line::{Task, digest};
use super::{Visitor, party};
use crate::problem::Problem;
use crate::store::{Answer, Survey, VisitorRecord};
use crate::vendor::{Failure, Rating};
use frontdesk_contract::{ErrorCode, PostSurvey, PostedStatus, SurveyForm, SurveyQuestion, SurveySaved};
use std::sync::Arc;
use std::time::Duration;

/// A rating is taken for this long after the conversation.
const OPEN_MS: u64 = 24 * 3_600_000;
/// The highest answer to how likely the visitor is to recommend, as the centre counts.
const MOST_RECOMMEND: u8 = 9;
/// Attempts to get the form, and the pause before the second.
const ATTEMPTS: u32 = 3;
const PAUSE: Duration = Duration::from_secs(1);
/// Whoever wants the form waits this long at most for one that is under way.
const PATIENCE: Duration = Duration::from_secs(5);

impl Visitor {
    /// The form as it stands; closed when no rating is taken.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn survey(self: &Arc<Self>) -> Result<SurveyForm, Problem> {
        self.await_form().await?;
        let record = self.record().await?;
        Ok(form(&record, self.now_ms()).cloned().unwrap_or_default())
    }

    /// Waits for the form that is due, for a moment.
    async fn await_form(self: &Arc<Self>) -> Result<(), Problem> {
        if self.record().await?.survey != Survey::Due {
            return Ok(());
        }
        // In a task of its own: neither our patience nor that of the client stops it half-way.
        let visitor = Arc::clone(self);
        let asked = self.shared.tasks.spawn(async move { visitor.ask_form(1).await });
        match tokio::time::timeout(PATIENCE, asked).await {
            Ok(Ok(asked)) => asked,
            Ok(Err(_)) => Err(Problem::internal()),
            Err(_) => Ok(()),
        }
    }

    /// Asks the centre for its form in the background.
    pub(super) fn fetch_survey(self: &Arc<Self>) {
        let visitor = Arc::clone(self);
        self.shared.tasks.spawn(async move {
            // A failure has been reported; the form is asked for again when the visitor wants it.
            let _settled = visitor.ask_form(ATTEMPTS).await;
        });
    }

    /// Asks for the form while it is due, one question at a time.
    async fn ask_form(self: &Arc<Self>, attempts: u32) -> Result<(), Problem> {
        for attempt in 1..=attempts {
            let flight = self.form.lock().await;
            let record = self.record().await?;
            if record.survey != Survey::Due {
                return Ok(());
            }
            let form = match self.desk().centre.survey(&party(&record)).await {
                Ok(form) => form,
                Err(Failure::Gone | Failure::Refused { transient: false, .. }) => SurveyForm::default(),
                Err(failure) => {
                    self.report("survey", &failure);
                    drop(flight);
                    if attempt < attempts {
                        tokio::time::sleep(PAUSE * attempt).await;
                    }
                    continue;
                }
            };
            return self.change(|draft, _| draft.open_survey(&form)).await;
        }
        Ok(())
    }

    /// Hands over a rating.
    ///
    /// # Errors
    /// [`ErrorCode::SurveyClosed`], [`ErrorCode::LevelUnknown`], [`ErrorCode::CommentTooLong`], what the centre refuses,
    /// and what [`Visitor::submit`] says.
    pub async fn rate(self: &Arc<Self>, rating: PostSurvey) -> Result<SurveySaved, Problem> {
        self.await_form().await?;
        let content = digest("survey", &(rating.level, rating.recommend, rating.solved, &rating.comment));
        let given = rating.clone();
        let gate = move |record: &VisitorRecord, now_ms| check(record, now_ms, &given);
        let id = rating.id.clone();
        let work = move |visitor: Arc<Self>, task| async move { visitor.hand_over(task, rating).await };
        match self.submit(id, content, gate, work).await? {
            Answer::Rated(status) => Ok(SurveySaved { status }),
            _ => Err(Problem::internal()),
        }
    }

    async fn hand_over(self: Arc<Self>, task: Task, rating: PostSurvey) -> Result<Answer, Problem> {
        let answer = if task.resumed {
            Ok(PostedStatus::Unconfirmed)
        } else {
            let party = party(&self.record().await?);
            let rating = Rating {
                level: rating.level,
                recommend: rating.recommend,
                solved: rating.solved,
                comment: rating.comment,
            };
            match self.desk().centre.rate(&party, &rating).await {
                Ok(()) => Ok(PostedStatus::Accepted),
                Err(failure @ Failure::Unknown { .. }) => {
                    self.report("rating", &failure);
                    Ok(PostedStatus::Unconfirmed)
                }
                Err(failure) => Err(failure),
            }
        };
        match answer {
            Ok(status) => {
                self.change(|draft, _| {
                    draft.close_survey(true);
                    task.answered(draft, Answer::Rated(status))
                })
                .await
            }
            Err(failure) => {
                let problem = match &failure {
                    Failure::Gone => closed(),
                    failure => self.refusal("rating", failure),
                };
                self.change(|draft, _| {
                    task.undone(draft);
                    if problem.code == ErrorCode::SurveyClosed {
                        draft.close_survey(false);
                    }
                })
                .await?;
                Err(problem)
            }
        }
    }
}

fn form(record: &VisitorRecord, now_ms: u64) -> Option<&SurveyForm> {
    match &record.survey {
        Survey::Open { form, since_ms } if now_ms < since_ms.saturating_add(OPEN_MS) => Some(form),
        _ => None,
    }
}

fn check(record: &VisitorRecord, now_ms: u64, rating: &PostSurvey) -> Result<(), Problem> {
    let form = form(record, now_ms).ok_or_else(closed)?;
    let asked = |question| match form.questions.as_slice() {
        [] => question == SurveyQuestion::Satisfaction,
        questions => questions.contains(&question),
    };
    let level = match rating.level {
        Some(level) => {
            asked(SurveyQuestion::Satisfaction) && form.levels.iter().any(|offered| offered.level == level)
        }
        None => !asked(SurveyQuestion::Satisfaction),
    };
    if !level {
        return Err(Problem::new(ErrorCode::LevelUnknown, "field `level`: not one of those offered"));
    }
    let recommend =
        rating.recommend.is_none_or(|given| asked(SurveyQuestion::Recommend) && given <= MOST_RECOMMEND);
    if !recommend {
        return Err(Problem::new(
            ErrorCode::LevelUnknown,
            "field `recommend`: not asked, or not from 0 to 9",
        ));
    }
    if rating.solved.is_some() && !asked(SurveyQuestion::Solved) {
        return Err(Problem::new(ErrorCode::LevelUnknown, "field `solved`: not asked"));
    }
    if rating.level.is_none() && rating.recommend.is_none() && rating.solved.is_none() {
        let text = "nothing is rated: answer at least one of the form's `questions`";
        return Err(Problem::new(ErrorCode::LevelUnknown, text));
    }
    if rating.comment.chars().count() as u64 > u64::from(form.comment_max_chars) {
        return Err(Problem::new(ErrorCode::CommentTooLong, "the comment is longer than comment_max_chars"));
    }
    Ok(())
}

fn closed() -> Problem {
    Problem::new(ErrorCode::SurveyClosed, "no rating is taken now")
}
