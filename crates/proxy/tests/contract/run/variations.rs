//! The sandbox in both dialects, with each of its switches, and with every contradiction of the documents either way.

use crate::harness::{Check, Dialect, House, Offer};
use frontdesk_sandbox::Settings;
use serde_json::{Value, json};

/// A sandbox with some switches set.
#[derive(Clone)]
pub(super) struct Variation {
    pub(super) dialect: Dialect,
    switch: String,
    /// What is sent to `/sandbox/settings`.
    pub(super) patch: Value,
    /// What a sandbox of this kind does not have.
    pub(super) without: Vec<Offer>,
    /// The files whose checks it can change; empty: all.
    files: &'static [&'static str],
    /// It does what the documents contradict more plainly: the adapter cannot live with it.
    contradicts: bool,
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

    /// Whether this check could come out differently with it.
    pub(super) fn concerns(&self, check: &Check) -> bool {
        let own = |file: &&'static str| check.name.contains(&format!("::{file}::"));
        let through = |file: &&'static str| live(file).iter().any(|name| check.name.ends_with(name));
        let live = check.name.contains("::live::");
        if live && self.contradicts {
            return false;
        }
        self.files.is_empty() || self.files.iter().any(|file| if live { through(file) } else { own(file) })
    }

    /// The settings a sandbox is opened with, before the patch.
    pub(super) fn settings(&self) -> Settings {
        let dialect = match self.dialect {
            Dialect::V2_5 => frontdesk_sandbox::Dialect::V2_5,
            Dialect::V2_6 => frontdesk_sandbox::Dialect::V2_6,
        };
        Settings { dialect, history: true, call_event_hold_ms: 0, seed: Some(7), ..Settings::default() }
    }
}

/// A switch by hand: its name, what it sets, what there is not with it, and the files it concerns.
type Switch = (&'static str, Value, &'static [Offer], &'static [&'static str]);

fn switches() -> Vec<Switch> {
    let zh = json!({"name": "zh", "locales": ["zh"], "max_wait_s": 60, "average_s": 30});
    let all = json!({"name": "all", "locales": [], "max_wait_s": 600, "average_s": 60});
    vec![
        ("", json!({}), &[], &[]),
        ("robot=false", json!({"robot": false}), &[Offer::Robot, Offer::Suggestions], &[]),
        // Every contradiction at its oddest value at once; the values that are left out there come one by one.
        ("quirks=all", json!({"quirks": "all"}), &[], &[]),
        ("message_id=deduplicated", json!({"message_id": "deduplicated"}), &[], &["send", "query_history"]),
        ("message_id=echoed", json!({"message_id": "echoed"}), &[], &["send", "query_history"]),
        (
            "poll=repeats",
            json!({"poll": "repeats"}),
            &[],
            &["poll", "download_file_stream", "feedback_satisfaction"],
        ),
        ("poll_batch=1", json!({"poll_batch": 1}), &[], &["poll"]),
        ("history=false", json!({"history": false}), &[Offer::History], &["query_history"]),
        ("offline=true", json!({"offline": true}), &[], &["send", "query_queue_info", "poll"]),
        ("survey=NO", json!({"survey": "NO"}), &[], &["survey_mode", "save_satisfaction"]),
        ("two queues", json!({"queues": [zh, all]}), &[], &["send", "query_queue_info"]),
        ("click_to_call=false", json!({"click_to_call": false}), &[Offer::Calls], &["click_to_call"]),
        ("webrtc=false", json!({"webrtc": false}), &[Offer::Calls], &["click_to_call"]),
        ("call_waits=true", json!({"call_waits": true}), &[], &["click_to_call"]),
    ]
}

/// Every variation, each of them in both dialects.
pub(super) fn all(rows: &[Value]) -> Vec<Variation> {
    let mut variations = Vec::new();
    for dialect in [Dialect::V2_5, Dialect::V2_6] {
        let missing: &[Offer] = match dialect {
            Dialect::V2_5 => &[Offer::Survey, Offer::History, Offer::Cards, Offer::Read, Offer::Offline],
            Dialect::V2_6 => &[],
        };
        for (switch, patch, without, files) in switches() {
            let without = [without, missing].concat();
            variations.push(Variation {
                dialect,
                switch: switch.into(),
                patch,
                without,
                files,
                contradicts: false,
            });
        }
        for row in rows {
            let (name, quirk) = (row["name"].as_str().unwrap_or_default(), row["within"] == "quirks");
            let values = row["values"].as_array().into_iter().flatten().skip(1);
            for value in values.filter(|value| **value != row["odd"]) {
                let Some(without) = needs_telling(name, value) else { continue };
                // The values of a list are its parts.
                let value = if name == "survey_questions" { json!([value]) } else { value.clone() };
                let patch = json!({name: value});
                let patch = if quirk { json!({"quirks": patch}) } else { patch };
                let switch = format!("{name}={}", patch_word(&value));
                let without = [without, missing].concat();
                let (files, contradicts) = (touches(name), contradicts(name, &value));
                variations.push(Variation { dialect, switch, patch, without, files, contradicts });
            }
        }
    }
    variations
}

fn patch_word(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// What there is not with this value; `None`: it contradicts what the documents say more plainly, and a client can
/// live with it only when it is told, so there is nothing to check for all.
fn needs_telling(name: &str, value: &Value) -> Option<&'static [Offer]> {
    match (name, value.as_str().unwrap_or_default()) {
        // The table's wrapper against two samples without one (D43).
        ("rating_wrapper", "wrapped") => None,
        // The robot's id as sender of a visitor's judgement (D78).
        ("feedback_from", "channel") => None,
        ("survey_path", "none") => Some(&[Offer::Survey]),
        _ => Some(&[]),
    }
}

/// Whether the proxy reads it the other way: calls are below `/v1` as the address lines have it (D51).
fn contradicts(name: &str, value: &Value) -> bool {
    match name {
        "call_paths" => value == "bare",
        _ => false,
    }
}

/// The files whose checks a switch can change; a switch that is not known here concerns all.
fn touches(name: &str) -> &'static [&'static str] {
    match name {
        "token_body" | "token_desc" | "user_id_max" => &["apply_token"],
        "queue_max_name" | "queue_codes" => &["query_queue_info", "send", "poll"],
        "poll_parameters" | "read_notices" | "read_content" | "state_controls" | "timestamp"
        | "offline_status" | "agent_text" | "robot_gender" | "message_code" | "sender_avatar"
        | "disconnect_content" | "empty_failure" | "recall_control" | "sim_questions" => {
            &["poll", "switched::poll_kinds"]
        }
        "media_content" | "file_content" | "locate" | "upload_types" | "upload_desc" => {
            &["upload_file_stream"]
        }
        "download_types" | "download_ids" | "download_code" | "library_mark" | "document_name" => {
            &["download_file_stream"]
        }
        "queueing_code" | "queueing_input" | "robot_chat_text" | "robot_connect_text" | "offline_msg"
        | "text_unit" | "text_max_bytes" | "bilingual_texts" | "send_async" => &["send", "query_queue_info"],
        "rating_text" | "rating_wrapper" => &["save_satisfaction"],
        "phrases" => &["query_phrase_by_keyword"],
        "webrtc_name" | "call_paths" | "null_desc" | "event_id" | "access_code" | "event_texts"
        | "event_content" => &["click_to_call"],
        "createcall_codes" | "caller_present" | "call_serial" => &["create_call"],
        "leave_codes" => &["do_leave_message"],
        "feedback_unit" | "feedback_from" => &["feedback_satisfaction"],
        "survey_path" | "survey_questions" => &["survey_mode"],
        "history_order" | "history_fields" => &["query_history"],
        _ => &[],
    }
}

/// The checks through the adapter that ask this endpoint in the first place.
fn live(file: &str) -> &'static [&'static str] {
    match file {
        "apply_token" => &["::connects_and_ends", "::hears_the_robot"],
        "query_queue_info" => &["::knows_the_place_in_the_queue"],
        "send" => &["::connects_and_ends", "::hears_the_robot", "::sends_a_card"],
        "poll" => &["::hears_the_robot", "::hears_the_agent_and_the_end"],
        "save_satisfaction" => &["::rates_after_the_end"],
        "survey_mode" => &["::knows_what_to_ask"],
        "query_history" => &["::finds_its_own_words_in_the_history"],
        "upload_file_stream" => &["::sends_and_fetches_a_file"],
        "download_file_stream" => &["::sends_and_fetches_a_file", "::shows_an_agents_file"],
        "query_phrase_by_keyword" => &["::asks_the_robot_for_phrases"],
        "feedback_satisfaction" => &["::judges_an_answer"],
        "do_leave_message" => &["::leaves_a_message"],
        "click_to_call" => &["::sets_up_a_call_and_drops_it"],
        "create_call" => &["::places_a_call_of_staff"],
        _ => &[],
    }
}

/// The sandbox's own table of contradictions.
pub(super) async fn rows() -> Result<Vec<Value>, String> {
    let house = House::open(Settings::default()).await?;
    let table = house.control("GET", "quirks", None).await.map_err(|stop| format!("{stop:?}"))?;
    table["quirks"].as_array().cloned().ok_or_else(|| "the sandbox lists no quirks".into())
}
