//! The sandbox in both dialects and with each of its switches.

use crate::harness::{Dialect, Offer};
use frontdesk_sandbox::{
    MessageIds, PollMode, Queue, Settings, SimQuestions, SurveyQuestion, SurveyType, TokenBody,
};

/// A sandbox with some switches set.
#[derive(Clone)]
pub(super) struct Variation {
    pub(super) dialect: Dialect,
    switch: String,
    pub(super) settings: Settings,
    /// What a sandbox of this kind does not have.
    pub(super) without: Vec<Offer>,
}

impl Variation {
    /// Without any switch.
    pub(super) fn is_plain(&self) -> bool {
        self.switch.is_empty()
    }

    pub(super) fn name(&self) -> String {
        match self.switch.as_str() {
            "" => self.dialect.word().to_owned(),
            switch => format!("{} {switch}", self.dialect.word()),
        }
    }
}

/// A switch: its name, what it sets, and what there is not with it.
type Switch = (&'static str, fn(&mut Settings), &'static [Offer]);

const SWITCHES: &[Switch] = &[
    ("", |_| {}, &[]),
    ("message_id=deduplicated", |s| s.message_id = MessageIds::Deduplicated, &[]),
    ("message_id=echoed", |s| s.message_id = MessageIds::Echoed, &[]),
    ("poll=repeats", |s| s.poll = PollMode::Repeats, &[]),
    ("history=false", |s| s.history = false, &[Offer::History]),
    ("token_body=string", |s| s.token_body = TokenBody::String, &[]),
    ("token_body=braced", |s| s.token_body = TokenBody::Braced, &[]),
    ("poll_batch=1", |s| s.poll_batch = 1, &[]),
    ("user_id_max=24", |s| s.user_id_max = 24, &[]),
    ("queueing_input=13", |s| s.queueing_input = "13".into(), &[]),
    ("robot=false", |s| s.robot = false, &[Offer::Robot]),
    ("sim_questions=text", |s| s.sim_questions = SimQuestions::Text, &[]),
    ("sim_questions=none", |s| s.sim_questions = SimQuestions::None, &[]),
    ("offline=true", |s| s.offline = true, &[]),
    ("survey=NO", |s| s.survey = SurveyType::No, &[]),
    (
        "survey_questions=all",
        |s| {
            s.survey_questions = vec![SurveyQuestion::Fcr, SurveyQuestion::Nps, SurveyQuestion::Csat];
        },
        &[],
    ),
    (
        "two queues",
        |s| {
            s.queues.insert(
                0,
                Queue { name: "zh".into(), locales: vec!["zh".into()], max_wait_s: 60, average_s: 30 },
            )
        },
        &[],
    ),
];

/// Every variation, each of them in both dialects.
pub(super) fn all() -> Vec<Variation> {
    let dialects = [
        (Dialect::V2_5, frontdesk_sandbox::Dialect::V2_5),
        (Dialect::V2_6, frontdesk_sandbox::Dialect::V2_6),
    ];
    let mut variations = Vec::new();
    for (dialect, theirs) in dialects {
        for (switch, change, without) in SWITCHES {
            let mut settings =
                Settings { dialect: theirs, history: true, seed: Some(7), ..Settings::default() };
            change(&mut settings);
            let mut without = without.to_vec();
            if dialect == Dialect::V2_5 {
                without.extend([Offer::Survey, Offer::History, Offer::Cards, Offer::Read, Offer::Offline]);
            }
            variations.push(Variation { dialect, switch: (*switch).into(), settings, without });
        }
    }
    variations
}
