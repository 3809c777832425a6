//! `saveSatisfaction` and the survey query.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use serde_json::{Map, Value, json};

use super::answer::{Answer, Effect, Refusal};
use super::auth;
use super::fields::Fields;
use crate::centre::{Language, Rating, survey_levels};
use crate::settings::quirks::{RatingText, RatingWrapper, SurveyPath};
use crate::settings::{Dialect, Settings, SurveyType};
use crate::state::Sandbox;

const COMMENT_MAX_CHARS: usize = 511;

pub(crate) async fn save_satisfaction(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Answer, Refusal> {
    sandbox.with(|inner, now| {
        let known = auth::visitor(inner, now, &headers)?;
        let fields = unwrap(Fields::parse(&headers, &body)?, inner.settings())?;
        fields.literal("channel", "WEB")?;
        if fields.text("userId")? != known.user {
            return Err(Refusal::bad("userId is not the user of ccmessaging-token"));
        }
        let (evaluation, comment) = (fields.text("evaluation")?, fields.text("comment")?);
        let channel = fields.text("channelConfigId")?;
        let in_list =
            |name: &str, list: &[&str]| fields.optional(name).map(|v| v.is_none_or(|v| list.contains(&v)));
        let extras = in_list("npsScore", &["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"])?
            && in_list("fcrValue", &["1", "2"])?;
        let level = match evaluation.as_bytes() {
            [digit @ b'1'..=b'5'] => Some(digit - b'0'),
            _ => None,
        };
        let fits =
            extras && comment.chars().count() <= COMMENT_MAX_CHARS && channel == inner.settings().channel_id;
        let praise = match inner.settings().quirks.rating_text {
            RatingText::Plain => "Save satisfaction success!",
            RatingText::Exception => "Exception appeared!",
        };
        let (code, text) = match level.filter(|_| fits) {
            None => ("13", "Save satisfaction failed"),
            Some(level) => {
                let nps = fields.optional("npsScore")?.and_then(|score| score.parse().ok());
                let solved = fields.optional("fcrValue")?.map(|value| value == "1");
                let rating = Rating { level, comment: comment.to_owned(), nps, solved, at_ms: now };
                match inner.centre.rate(&known.user, rating) {
                    true => ("0", praise),
                    false => ("13", "The callIdString obtained failed!"),
                }
            }
        };
        let body = match (inner.settings().dialect, code) {
            (Dialect::V2_5, "0") if praise.starts_with("Save") => json!({"resultCode": code}),
            _ => json!({"resultCode": code, "resultDesc": text}),
        };
        let effect = Effect { accepted: code == "0", ..Effect::default() };
        Ok(Answer::new(body).renewed(known.renewed).effect(effect))
    })
}

/// The fields of a rating, out of the wrapper that the tables name (D43).
fn unwrap(fields: Fields, settings: &Settings) -> Result<Fields, Refusal> {
    let name = if settings.dialect == Dialect::V2_5 { "satisfication" } else { "satisfaction" };
    match (settings.quirks.rating_wrapper, fields.object(name)) {
        (RatingWrapper::Flat, _) => Ok(fields),
        (_, Some(inner)) => Ok(inner),
        (RatingWrapper::Either, None) => Ok(fields),
        (RatingWrapper::Wrapped, None) => Err(Refusal::bad(format!("{name} is missing"))),
    }
}

pub(crate) async fn survey_mode(
    State(sandbox): State<Sandbox>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Answer, Refusal> {
    sandbox.with(|inner, now| {
        let double = uri.path().ends_with("/getsatisfactionssurveymode");
        let known_path = match inner.settings().quirks.survey_path {
            SurveyPath::Both => true,
            SurveyPath::Double => double,
            SurveyPath::Single => !double,
            SurveyPath::None => false,
        };
        if inner.settings().dialect == Dialect::V2_5 || !known_path {
            return Err(Refusal::not_found());
        }
        let known = auth::visitor(inner, now, &headers)?;
        let own = inner.centre.visitor(&known.user).map_or(Language::English, |visitor| visitor.language);
        let asked = if body.is_empty() { None } else { language(&Fields::parse(&headers, &body)?)? };
        let settings = inner.settings();
        let body = json!({
            "satisfactionSurvey": survey(settings.survey, &settings.survey_questions, asked.unwrap_or(own)),
            "resultCode": "0",
            "resultDesc": "Get satisfaction survey mode success!",
        });
        let effect = Effect { accepted: true, ..Effect::default() };
        Ok(Answer::new(body).renewed(known.renewed).effect(effect))
    })
}

/// The language asked for, if the shop writes it.
fn language(fields: &Fields) -> Result<Option<Language>, Refusal> {
    Ok(match fields.optional("language")? {
        Some("zh_CN") => Some(Language::Chinese),
        Some("en_US") => Some(Language::English),
        // The tenant writes two languages; its own serves for every other.
        _ => None,
    })
}

fn survey(kind: SurveyType, questions: &[crate::SurveyQuestion], language: Language) -> Value {
    let mut survey = Map::new();
    survey.insert("surveyType".into(), json!(kind));
    if kind == SurveyType::Web {
        let levels = survey_levels(language);
        let level = |(key, text)| json!({"satisfactionLevelDesc": text, "satisfactionLevelKey": key});
        survey.insert("satisfactionLevel".into(), levels.map(level).to_vec().into());
        if !questions.is_empty() {
            survey.insert("satisfactionQuestion".into(), json!(questions));
        }
    }
    survey.into()
}
