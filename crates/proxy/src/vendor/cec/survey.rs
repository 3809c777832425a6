//! Ratings: what to offer, and handing one over.

use super::calls::{CHANNEL, post};
use super::codes::{FLOW_CONTROL, Outcome, Request, outcome};
use super::robot::listed;
use super::wire::{self, AskSurvey, Coded, Level, Rate, Survey, SurveyAnswer};
use super::{Cec, status};
use crate::vendor::{Failure, Party, Rating};
use frontdesk_contract::{ErrorCode, SurveyForm, SurveyLevel, SurveyQuestion};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

const SURVEY: &str = "survey query";
/// The path as later pages print it, then as the 2.6 manual prints it.
const PATHS: [&str; 2] =
    ["/apiaccess/ccmessaging/getsatisfactionsurveymode", "/apiaccess/ccmessaging/getsatisfactionssurveymode"];
/// The comment must be shorter than 512 characters (2.5 and 2.6 manual, saveSatisfaction).
const COMMENT_MAX_CHARS: u32 = 511;
/// What is sent for a level that was not asked: the middle of the five that the manuals print.
const NOT_ASKED: u8 = 3;
/// A centre that has neither path is asked again after this time.
const ABSENT_FOR: Duration = Duration::from_secs(600);

/// Which path of the survey query the centre has, once known.
#[derive(Default)]
pub(super) struct SurveyPath(Mutex<Known>);

#[derive(Clone, Copy, Default)]
enum Known {
    #[default]
    Nothing,
    Works(&'static str),
    Absent(Instant),
}

impl SurveyPath {
    fn get(&self) -> Known {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, known: Known) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = known;
    }
}

impl Cec {
    pub(super) async fn survey_form(&self, party: &Party) -> Result<SurveyForm, Failure> {
        let mut paths = PATHS;
        match self.survey_path.get() {
            Known::Absent(since) if since.elapsed() < ABSENT_FOR => return Ok(usual()),
            Known::Works(path) if Some(&path) != paths.first() => paths.reverse(),
            _ => {}
        }
        for path in paths {
            let call = post(SURVEY, path, &AskSurvey { language: language(&party.language) }, true);
            let Some(reply) = self.link.call_optional(party, &call).await? else { continue };
            self.survey_path.set(Known::Works(path));
            let coded: Coded = wire::read(&reply.body).unwrap_or_default();
            if !coded.is_ok() {
                let code = coded.code();
                self.link.note(SURVEY, &reply, code.as_deref());
                if code.as_deref() == Some(FLOW_CONTROL) {
                    return Err(status::refused(SURVEY, FLOW_CONTROL, ErrorCode::CentreBusy, true));
                }
                return Ok(usual());
            }
            let answer: SurveyAnswer = wire::read(&reply.body).unwrap_or_default();
            return Ok(form(wire::read_value(answer.satisfaction_survey).unwrap_or_default()));
        }
        self.survey_path.set(Known::Absent(Instant::now()));
        Ok(usual())
    }

    pub(super) async fn save_rating(&self, party: &Party, rating: &Rating) -> Result<(), Failure> {
        const SAVE: &str = "saveSatisfaction";
        let comment: String = rating.comment.chars().take(COMMENT_MAX_CHARS as usize).collect();
        let body = Rate {
            channel: CHANNEL,
            user_id: &party.user_id,
            evaluation: rating.level.unwrap_or(NOT_ASKED).to_string(),
            nps_score: rating.recommend.map(|score| score.min(9).to_string()),
            fcr_value: rating.solved.map(|solved| if solved { "1" } else { "2" }),
            comment: &comment,
            channel_config_id: &self.config.channel_id,
        };
        let reply = self
            .link
            .call(party, &post(SAVE, "/apiaccess/ccmessaging/saveSatisfaction", &body, false))
            .await?;
        let coded: Coded = wire::read(&reply.body).unwrap_or_default();
        let Some(code) = coded.code() else {
            self.link.note(SAVE, &reply, None);
            return Err(status::unintelligible(SAVE));
        };
        let text = coded.text().to_lowercase();
        if code == "0" {
            if text.contains("exception") {
                // The code decides; the text is worth a look.
                self.link.note(SAVE, &reply, Some(&code));
            }
            return Ok(());
        }
        self.link.note(SAVE, &reply, Some(&code));
        Err(match outcome(Request::Rate, &code, &text, false) {
            Outcome::Refused(reason) => status::refused(SAVE, &code, reason.code, reason.transient),
            _ => status::unintelligible(SAVE),
        })
    }
}

/// The five levels that every centre knows.
fn usual() -> SurveyForm {
    let levels = (1..=5).map(|level| SurveyLevel { level, label: None }).collect();
    SurveyForm { open: true, levels, comment_max_chars: COMMENT_MAX_CHARS, questions: Vec::new() }
}

fn form(survey: Survey) -> SurveyForm {
    if survey.survey_type.is("NO") {
        return SurveyForm { open: false, ..usual() };
    }
    let questions = questions(survey.satisfaction_question);
    let mut levels = BTreeMap::new();
    for level in survey.satisfaction_level.0.iter().filter_map(|level| wire::read_item::<Level>(level)) {
        let key = level.satisfaction_level_key.whole().and_then(|key| u8::try_from(key).ok());
        if let Some(key) = key.filter(|key| (1..=5).contains(key)) {
            levels.insert(key, level.satisfaction_level_desc.word().map(String::from));
        }
    }
    if levels.is_empty() {
        return SurveyForm { questions, ..usual() };
    }
    let levels = levels.into_iter().map(|(level, label)| SurveyLevel { level, label }).collect();
    SurveyForm { levels, questions, ..usual() }
}

/// What is asked (later pages, `satisfactionQuestion`): a list, a list as text, or words with commas. A question that
/// is not known is left out; without any that is, satisfaction is asked.
fn questions(value: Value) -> Vec<SurveyQuestion> {
    let mut questions = Vec::new();
    for word in listed(value).iter().flat_map(|text| text.split(',')) {
        let question = match word.trim().to_ascii_uppercase().as_str() {
            "CSAT" => SurveyQuestion::Satisfaction,
            "NPS" => SurveyQuestion::Recommend,
            "FCR" => SurveyQuestion::Solved,
            _ => continue,
        };
        if !questions.contains(&question) {
            questions.push(question);
        }
    }
    questions
}

/// The language as the survey query wants it; empty: the tenant's own.
fn language(language: &str) -> &'static str {
    match language.split(['-', '_']).next().unwrap_or_default() {
        "zh" => "zh_CN",
        "en" => "en_US",
        "pt" => "pt_BR",
        "ar" => "ar_SA",
        "fr" => "fr_FR",
        "es" => "es_ES",
        _ => "",
    }
}
