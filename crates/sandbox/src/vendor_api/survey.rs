//! `saveSatisfaction` and the survey query.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use serde_json::{Map, Value, json};

use super::answer::{Answer, Effect, Refusal};
use super::auth;
use super::fields::Fields;
use crate::centre::{Language, survey_levels};
use crate::settings::{Dialect, SurveyType};
use crate::state::Sandbox;

const COMMENT_MAX_CHARS: usize = 511;

pub(crate) async fn save_satisfaction(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Answer, Refusal> {
    sandbox.with(|inner, now| {
        let known = auth::visitor(inner, now, &headers)?;
        let fields = Fields::parse(&headers, &body)?;
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
        let (code, text) = match level.filter(|_| fits) {
            None => ("13", "Save satisfaction failed"),
            Some(level) if inner.centre.rate(now, &known.user, level, comment) => {
                ("0", "Save satisfaction success!")
            }
            Some(_) => ("13", "The callIdString obtained failed!"),
        };
        let body = match (inner.settings().dialect, code) {
            (Dialect::V2_5, "0") => json!({"returnCode": code}),
            (Dialect::V2_5, _) => json!({"returnCode": code, "resultDesc": text}),
            (Dialect::V2_6, _) => json!({"resultCode": code, "resultDesc": text}),
        };
        let effect = Effect { accepted: code == "0", ..Effect::default() };
        Ok(Answer::new(body).renewed(known.renewed).effect(effect))
    })
}

pub(crate) async fn survey_mode(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Answer, Refusal> {
    sandbox.with(|inner, now| {
        if inner.settings().dialect == Dialect::V2_5 {
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
