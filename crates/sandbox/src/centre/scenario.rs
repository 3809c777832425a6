//! Scenarios: lists of things the centre does to one visitor's conversation, on the centre's own clock.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Ms;
use crate::media;

/// Time between two steps unless a scenario says otherwise.
const PACE_MS: Ms = 400;
const STEPS_MAX: usize = 500;
const TEXT_MAX_BYTES: usize = 16 * 1024;
const WAIT_MAX_MS: Ms = 3_600_000;

/// Who says a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Speaker {
    #[default]
    Agent,
    System,
}

/// One thing the centre does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Step {
    /// Nothing happens for a while.
    Wait { ms: Ms },
    /// An agent of this name takes over.
    Agent { name: String },
    /// A plain text.
    Text {
        text: String,
        #[serde(default)]
        by: Speaker,
        label: Option<String>,
    },
    /// A formatted text of the agent.
    Html { html: String, label: Option<String> },
    /// A sample file of the agent.
    File {
        media: String,
        file: String,
        #[serde(default)]
        library: bool,
        label: Option<String>,
    },
    /// A place.
    Location { latitude: f64, longitude: f64, description: String },
    /// A card; `picture` names a sample.
    Card {
        title: String,
        #[serde(default)]
        description: String,
        #[serde(default)]
        url: String,
        picture: Option<String>,
    },
    /// An answer of the robot, with a number to give feedback for.
    Robot {
        text: String,
        #[serde(default)]
        similar: Vec<String>,
    },
    /// A message of a kind no document knows.
    Unknown { media: Option<String>, control: Option<String>, content: Option<String> },
    /// A link that starts a call.
    CallLink { text: String, url: String },
    /// A labelled message is taken back.
    Recall { label: String },
    /// A labelled message is removed.
    Delete { label: String },
    /// The agent has read what the visitor wrote.
    Read,
    /// The agent is typing; reaches the visitor where `agent_typing` is on.
    Typing,
    /// Into the skill queue.
    Queue,
    /// Into the queue of one agent.
    PrivateQueue,
    /// To an automatic flow.
    Ivr,
    /// The agent it was given to does not answer.
    NoAnswer,
    /// The wait is over; may the visitor go on writing?
    Offline { writable: bool },
    /// The agent ends the conversation.
    Disconnect,
}

/// A named list of steps.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Scenario {
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) pace_ms: Ms,
    pub(crate) steps: Vec<Step>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    name: String,
    #[serde(default)]
    title: String,
    pace_ms: Option<Ms>,
    steps: Vec<Value>,
}

/// Scenarios that come with the sandbox.
const OWN: [&str; 5] = [
    include_str!("../../scenarios/every-kind.json"),
    include_str!("../../scenarios/files.json"),
    include_str!("../../scenarios/queue.json"),
    include_str!("../../scenarios/odd.json"),
    include_str!("../../scenarios/goodbye.json"),
];

/// The scenarios that come with the sandbox.
pub(crate) fn own() -> Vec<Scenario> {
    let parsed = OWN.iter().map(|text| serde_json::from_str(text).map_err(|error| error.to_string()));
    parsed.filter_map(|value| value.and_then(|value| Scenario::parse(&value)).ok()).collect()
}

impl Scenario {
    /// Reads a scenario.
    ///
    /// # Errors
    /// Names what is wrong, and the step (1 is the first) it is wrong in.
    pub(crate) fn parse(value: &Value) -> Result<Scenario, String> {
        let form = Form::deserialize(value).map_err(|error| format!("scenario: {error}"))?;
        if form.name.is_empty() || form.name.len() > 60 || form.title.len() > 300 {
            return Err("scenario: `name` must have 1 to 60 bytes, `title` at most 300".into());
        }
        if form.steps.is_empty() || form.steps.len() > STEPS_MAX {
            return Err(format!("scenario: `steps` must have 1 to {STEPS_MAX} entries"));
        }
        let pace_ms = form.pace_ms.unwrap_or(PACE_MS);
        if pace_ms > WAIT_MAX_MS {
            return Err(format!("scenario: `pace_ms` must be at most {WAIT_MAX_MS}"));
        }
        let mut labels = BTreeSet::new();
        let mut steps = Vec::new();
        for (at, value) in form.steps.iter().enumerate() {
            let wrong = |reason: String| format!("step {}: {reason}", at + 1);
            let step = Step::deserialize(value).map_err(|error| wrong(error.to_string()))?;
            step.check(&mut labels).map_err(wrong)?;
            steps.push(step);
        }
        Ok(Scenario { name: form.name, title: form.title, pace_ms, steps })
    }
}

impl Step {
    fn check(&self, labels: &mut BTreeSet<String>) -> Result<(), String> {
        let short = |name: &str, text: &str, max: usize| {
            if text.len() > max { Err(format!("`{name}` has more than {max} bytes")) } else { Ok(()) }
        };
        let sample = |name: &str| match media::sample(name) {
            Some(_) => Ok(()),
            None => Err(format!(
                "there is no sample `{name}`; there are {}",
                media::names().collect::<Vec<_>>().join(", ")
            )),
        };
        match self {
            Step::Wait { ms } if *ms > WAIT_MAX_MS => Err(format!("`ms` must be at most {WAIT_MAX_MS}")),
            Step::Agent { name } if name.trim().is_empty() || name.len() > 120 => {
                Err("`name` must have 1 to 120 bytes".into())
            }
            Step::Text { text, label, .. } | Step::Html { html: text, label } => {
                labels.extend(label.clone());
                short("text", text, TEXT_MAX_BYTES)
            }
            Step::File { media, file, label, .. } => {
                labels.extend(label.clone());
                short("media", media, 40)?;
                sample(file)
            }
            Step::Location { latitude, longitude, description } => {
                if latitude.abs() > 90.0 || longitude.abs() > 180.0 {
                    return Err("`latitude` or `longitude` is no place on earth".into());
                }
                short("description", description, TEXT_MAX_BYTES)
            }
            Step::Card { title, description, url, picture } => {
                short("title", title, TEXT_MAX_BYTES)?;
                short("description", description, TEXT_MAX_BYTES)?;
                short("url", url, 2_048)?;
                picture.as_deref().map_or(Ok(()), sample)
            }
            Step::Robot { text, similar } => {
                short("text", text, TEXT_MAX_BYTES)?;
                if similar.len() > 20 {
                    return Err("`similar` has more than 20 entries".into());
                }
                similar.iter().try_for_each(|question| short("similar", question, 1_024))
            }
            Step::Unknown { media, control, content } => {
                short("media", media.as_deref().unwrap_or(""), 60)?;
                short("control", control.as_deref().unwrap_or(""), 60)?;
                short("content", content.as_deref().unwrap_or(""), TEXT_MAX_BYTES)
            }
            Step::CallLink { text, url } => {
                short("text", text, TEXT_MAX_BYTES)?;
                short("url", url, 2_048)
            }
            Step::Recall { label } | Step::Delete { label } if !labels.contains(label) => {
                Err(format!("no earlier step has the label `{label}`"))
            }
            _ => Ok(()),
        }
    }
}

/// A scenario under way.
#[derive(Clone, Debug)]
pub(crate) struct Running {
    pub(super) user: String,
    pub(super) pace_ms: Ms,
    pub(super) due_ms: Ms,
    pub(super) steps: VecDeque<Step>,
    /// Codes of labelled messages.
    pub(super) labels: BTreeMap<String, String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_own_scenario_is_valid_and_every_kind_has_every_step() {
        assert_eq!(own().len(), OWN.len());
        let every = own().into_iter().find(|scenario| scenario.name == "every-kind").expect("it is there");
        let kinds: BTreeSet<String> =
            every.steps.iter().filter_map(|step| json!(step)["do"].as_str().map(str::to_owned)).collect();
        let expected = [
            "wait",
            "agent",
            "text",
            "html",
            "file",
            "location",
            "card",
            "robot",
            "unknown",
            "call_link",
            "recall",
            "delete",
            "read",
            "typing",
            "queue",
            "private_queue",
            "ivr",
            "no_answer",
            "disconnect",
        ];
        for kind in expected {
            assert!(kinds.contains(kind), "{kind}");
        }
    }

    #[test]
    fn a_wrong_step_is_named() {
        let error = |step: Value| {
            let steps = json!([{"do": "read"}, step]);
            Scenario::parse(&json!({"name": "x", "steps": steps})).expect_err("wrong")
        };
        assert!(error(json!({"do": "dance"})).starts_with("step 2: unknown variant `dance`"));
        assert!(error(json!({"do": "text"})).contains("step 2: missing field `text`"));
        assert!(
            error(json!({"do": "text", "text": "a", "colour": "red"}))
                .contains("step 2: unknown field `colour`")
        );
        assert!(error(json!({"do": "file", "media": "IMAGE", "file": "none.png"})).contains("photo.png"));
        assert!(error(json!({"do": "recall", "label": "a"})).contains("label `a`"));
        assert!(error(json!({"do": "wait", "ms": 4_000_000})).contains("`ms`"));
        assert!(
            error(json!({"do": "location", "latitude": 91, "longitude": 0, "description": ""}))
                .contains("earth")
        );
        assert!(Scenario::parse(&json!({"name": "x", "steps": []})).is_err());
        assert!(Scenario::parse(&json!({"steps": [{"do": "read"}]})).is_err());
    }
}
