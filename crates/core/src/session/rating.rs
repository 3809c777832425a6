//! The rating: at most one, sent like a message but not in line with them.

use super::step::{Purpose, Step};
use super::{Session, Stage};
use crate::backoff::Tries;
use crate::effect::{Call, Effect};
use crate::failure::{Failure, Next};
use crate::input::Answer;
use crate::snapshot::{Record, RecordKey};
use crate::text::plain;
use frontdesk_contract::{ErrorCode, PostSurvey, SurveyForm};

/// Where the rating stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum RatingState {
    /// None is asked for.
    #[default]
    None,
    /// The visitor may rate.
    Asked(SurveyForm),
    /// On its way.
    Sending,
    /// The centre has it.
    Thanked,
    /// Refused for good.
    Failed(Option<ErrorCode>),
}

#[derive(Clone, Debug, Default)]
pub(super) struct Rating {
    state: RatingState,
    out: Option<PostSurvey>,
    kept: bool,
    tries: Tries,
}

impl Rating {
    pub(super) fn state(&self) -> &RatingState {
        &self.state
    }

    // Not `==`: it would put the comparison of the whole form into the widget.
    fn is_thanked(&self) -> bool {
        matches!(self.state, RatingState::Thanked)
    }

    pub(super) fn kept(&mut self) {
        self.kept = true;
    }

    pub(super) fn tries(&mut self) -> &mut Tries {
        &mut self.tries
    }

    pub(super) fn restore(&mut self, out: PostSurvey) {
        if self.out.is_some() || matches!(self.state, RatingState::Thanked | RatingState::Failed(_)) {
            return;
        }
        self.out = Some(out);
        self.kept = true;
        self.state = RatingState::Sending;
    }

    pub(super) fn is_on_its_way(&self) -> bool {
        self.out.is_some()
    }

    pub(super) fn record(&self) -> Option<Record> {
        let PostSurvey { id, level, recommend, solved, comment } = self.out.clone()?;
        Some(Record::Rating { id, level, recommend, solved, comment })
    }

    /// A new conversation or session: the old question is gone. A rating on its way goes on.
    pub(super) fn forget(&mut self, step: &mut Step) {
        if self.out.is_none() && !matches!(self.state, RatingState::None) {
            self.state = RatingState::None;
            step.redraw();
        }
    }
}

impl Session {
    pub(super) fn rate(
        &mut self,
        step: &mut Step,
        level: Option<u8>,
        recommend: Option<u8>,
        solved: Option<bool>,
        comment: String,
    ) {
        if !matches!(self.rating.state, RatingState::Asked(_) | RatingState::Failed(_)) {
            return;
        }
        let id = step.new_id();
        let comment = self.redacted(plain(&comment));
        self.rating.out = Some(PostSurvey { id, level, recommend, solved, comment });
        self.rating.kept = false;
        self.rating.tries.succeed();
        self.rating.state = RatingState::Sending;
        step.effects.extend(self.rating.record().map(Effect::Keep));
        step.redraw();
    }

    pub(super) fn skip_rating(&mut self, step: &mut Step) {
        if self.rating.out.is_none() {
            self.rating.state = RatingState::None;
            step.redraw();
        }
    }

    /// Another conversation begins.
    pub(super) fn new_conversation(&mut self, step: &mut Step, news: bool) {
        // What is read again after a reload is older than a rating given since.
        if news || !self.rating.is_thanked() {
            self.rating.forget(step);
        }
    }

    pub(super) fn apply_survey(&mut self, step: &mut Step, form: SurveyForm) {
        if self.rating.out.is_some() || self.rating.is_thanked() {
            return;
        }
        self.rating.state = if form.open { RatingState::Asked(form) } else { RatingState::None };
        step.redraw();
    }

    pub(super) fn advance_rating(&mut self, step: &mut Step) -> Option<u64> {
        if self.stage != Stage::Open || self.is_open(Purpose::Rate) || !self.rating.kept {
            return None;
        }
        let out = self.rating.out.clone()?;
        if self.rating.tries.next_ms() > step.now.ms {
            return Some(self.rating.tries.next_ms());
        }
        self.request(step, Purpose::Rate, Call::PostSurvey(out));
        None
    }

    pub(super) fn rated(&mut self, step: &mut Step, result: Result<Answer, Failure>) {
        step.redraw();
        let failure = match result {
            Ok(Answer::Rated(_)) => {
                self.drop_rating(step);
                self.rating.state = RatingState::Thanked;
                return;
            }
            Ok(_) => Failure::Foreign,
            Err(failure) => failure,
        };
        match failure.next() {
            Next::Retry { after_ms } => step.put_off(&mut self.rating.tries, after_ms),
            Next::Hold => step.put_off(&mut self.rating.tries, 5_000),
            Next::Reopen => {
                // The rating is dropped with the session that it belongs to, once there is another.
                self.reopen(step);
            }
            Next::Stop | Next::Reconnect => {
                self.drop_rating(step);
                self.rating.state = RatingState::Failed(failure.code());
            }
        }
    }

    pub(super) fn drop_rating(&mut self, step: &mut Step) {
        self.rating.state = RatingState::None;
        if self.rating.out.take().is_some() {
            step.effects.push(Effect::Forget(RecordKey::Rating));
        }
    }
}
