//! Changing settings one by one, and saying which one is wrong.

use serde_json::{Map, Value};

use super::{Settings, SurveyType};

/// Why settings were refused.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SettingError {
    /// The change is not a JSON object.
    #[error("settings must be a JSON object")]
    NotAnObject,
    /// There is no such setting.
    #[error("unknown setting `{0}`")]
    Unknown(String),
    /// The value does not fit.
    #[error("setting `{name}`: {reason}")]
    Wrong {
        /// The setting's name.
        name: String,
        /// What does not fit.
        reason: String,
    },
}

/// Beyond this a file would not fit into any request.
pub(crate) const FILE_MAX_BYTES: u64 = 32 * 1024 * 1024;

fn wrong(name: &str, reason: impl Into<String>) -> SettingError {
    SettingError::Wrong { name: name.into(), reason: reason.into() }
}

impl Settings {
    /// These settings with the given ones replaced; the others stay.
    ///
    /// # Errors
    /// Names the first setting that is unknown or has a wrong value.
    pub fn patched(&self, patch: &Value) -> Result<Settings, SettingError> {
        let patch = patch.as_object().ok_or(SettingError::NotAnObject)?;
        let mut all = self.to_map();
        let mut settings = self.clone();
        // Switches as a whole first, so that one named beside them has its own value.
        let (whole, single): (Vec<_>, Vec<_>) = patch.iter().partition(|(name, _)| *name == "quirks");
        for (name, value) in whole.into_iter().chain(single) {
            if name == "quirks" {
                all.extend(settings.quirks_patch(value).map_err(|reason| wrong(name, reason))?);
            } else if all.insert(name.clone(), value.clone()).is_none() {
                return Err(SettingError::Unknown(name.clone()));
            }
            settings = serde_json::from_value(Value::Object(all.clone()))
                .map_err(|error| wrong(name, error.to_string()))?;
        }
        settings.check()?;
        Ok(settings)
    }

    fn to_map(&self) -> Map<String, Value> {
        match serde_json::to_value(self) {
            Ok(Value::Object(map)) => map,
            _ => Map::new(),
        }
    }

    /// Checks what the types cannot.
    ///
    /// # Errors
    /// Names the first setting with a wrong value.
    pub fn check(&self) -> Result<(), SettingError> {
        for (name, text) in
            [("app_key", &self.app_key), ("app_secret", &self.app_secret), ("channel_id", &self.channel_id)]
        {
            if text.is_empty() || text.len() > 200 {
                return Err(wrong(name, "must have 1 to 200 bytes"));
            }
        }
        if !matches!(self.queueing_input.as_str(), "11" | "13") {
            return Err(wrong("queueing_input", "must be \"11\" or \"13\""));
        }
        if let Some(push) = &self.push {
            push.check().map_err(|reason| wrong("push", reason))?;
        }
        self.check_ranges()?;
        self.check_calls()?;
        self.check_queues()?;
        for (endpoint, forced) in &self.answers {
            forced.check(endpoint).map_err(|reason| wrong("answers", reason))?;
        }
        self.hours.check().map_err(|reason| wrong("hours", reason))?;
        if self.survey == SurveyType::No && !self.survey_questions.is_empty() {
            return Err(wrong("survey_questions", "must be empty when `survey` is \"NO\""));
        }
        Ok(())
    }

    fn check_ranges(&self) -> Result<(), SettingError> {
        const DAY: u64 = 86_400;
        let ranges: [(&str, u64, u64, u64); 21] = [
            ("poll_batch", self.poll_batch as u64, 1, 1_000),
            ("poll_repeats_s", self.poll_repeats_s, 1, DAY),
            ("text_max_bytes", self.text_max_bytes as u64, 1, 65_536),
            ("user_id_max", self.user_id_max as u64, 1, 128),
            ("send_interval_ms", self.send_interval_ms, 0, 60_000),
            ("robot_delay_ms", self.robot_delay_ms, 0, 60_000),
            ("agent_capacity", self.agent_capacity as u64, 1, 1_000),
            ("agent_away_s", self.agent_away_s, 1, DAY),
            ("idle_end_s", self.idle_end_s, 0, DAY),
            ("release_after_s", self.release_after_s, 1, DAY),
            ("access_token_s", self.access_token_s, 1, 3_600),
            ("access_token_max_s", self.access_token_max_s, 1, 3_600),
            ("visitor_token_s", self.visitor_token_s, 1, DAY),
            ("visitor_token_grace_s", self.visitor_token_grace_s, 0, DAY),
            ("max_contacts", self.max_contacts as u64, 1, 100_000),
            ("file_max_bytes", self.file_max_bytes as u64, 1, FILE_MAX_BYTES),
            ("files_max_bytes", self.files_max_bytes as u64, 1, 4 * 1024 * 1024 * 1024),
            ("leave_max_bytes", self.leave_max_bytes as u64, 1, 65_536),
            ("call_max_wait_s", self.call_max_wait_s, 1, 60_000),
            ("call_event_hold_ms", self.call_event_hold_ms, 0, 60_000),
            ("max_transcript", self.max_transcript as u64, 2, 100_000),
        ];
        for (name, value, min, max) in ranges {
            if value < min || value > max {
                return Err(wrong(name, format!("{value} is not within {min} and {max}")));
            }
        }
        Ok(())
    }

    fn check_calls(&self) -> Result<(), SettingError> {
        let digits = |text: &str, max: usize| text.len() <= max && text.bytes().all(|b| b.is_ascii_digit());
        if !digits(&self.call_access_prefix, 20) {
            return Err(wrong("call_access_prefix", "must have at most 20 digits"));
        }
        if self.call_access_code.as_deref().is_some_and(|code| code.is_empty() || !digits(code, 40)) {
            return Err(wrong("call_access_code", "must have 1 to 40 digits"));
        }
        if self.call_gateways.len() > 10 || self.call_gateways.iter().any(|g| g.is_empty() || g.len() > 300) {
            return Err(wrong("call_gateways", "must have at most 10 entries of 1 to 300 bytes"));
        }
        let (number, reason) = &self.call_failure;
        for (name, text) in [
            ("call_domain", &self.call_domain),
            ("call_caller", &self.call_caller),
            ("call_failure", number),
            ("call_failure", reason),
            ("sip_address", &self.sip_address),
        ] {
            if text.len() > 300 {
                return Err(wrong(name, "must have at most 300 bytes"));
            }
        }
        Ok(())
    }

    fn check_queues(&self) -> Result<(), SettingError> {
        if self.queues.is_empty() || self.queues.len() > 20 {
            return Err(wrong("queues", "must have 1 to 20 entries"));
        }
        for (at, queue) in self.queues.iter().enumerate() {
            if queue.name.is_empty() || queue.name.len() > 60 {
                return Err(wrong("queues", "a name must have 1 to 60 bytes"));
            }
            if self.queues.iter().take(at).any(|other| other.name == queue.name) {
                return Err(wrong("queues", format!("the name {:?} appears twice", queue.name)));
            }
            if queue.max_wait_s == 0 || queue.max_wait_s > 60_000 {
                return Err(wrong("queues", "max_wait_s must be within 1 and 60000"));
            }
            if queue.average_s > 60_000 {
                return Err(wrong("queues", "average_s must be within 0 and 60000"));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Dialect, MessageIds, PollMode};
    use serde_json::json;

    #[test]
    fn the_default_is_the_worst_case_and_valid() {
        let settings = Settings::default();
        assert_eq!(settings.check(), Ok(()));
        assert_eq!(
            (settings.message_id, settings.poll, settings.history),
            (MessageIds::Ignored, PollMode::Destructive, false)
        );
    }

    #[test]
    fn a_patch_changes_only_what_it_names() {
        let settings =
            Settings::default().patched(&json!({"dialect": "2.5", "robot_delay_ms": 0})).expect("valid");
        assert_eq!(settings.dialect, Dialect::V2_5);
        assert_eq!(Settings { dialect: Dialect::V2_6, robot_delay_ms: 300, ..settings }, Settings::default());
    }

    #[test]
    fn errors_name_the_setting() {
        let error = |patch: Value| Settings::default().patched(&patch).expect_err("wrong").to_string();
        assert_eq!(error(json!({"dialekt": "2.5"})), "unknown setting `dialekt`");
        assert!(error(json!({"dialect": "2.7"})).starts_with("setting `dialect`: unknown variant"));
        assert!(error(json!({"poll_batch": -1})).starts_with("setting `poll_batch`:"));
        assert!(error(json!({"release_after_s": 0})).starts_with("setting `release_after_s`:"));
        assert!(error(json!({"queues": []})).starts_with("setting `queues`:"));
        assert!(error(json!({"hours": "never"})).starts_with("setting `hours`:"));
        let push = |base_url: &str| json!({"push": {"base_url": base_url, "key": "k"}});
        for wrong in
            ["https://127.0.0.1:1", "http://127.0.0.1", "http://127.0.0.1:1/", "http://127.0.0.1:1/a b"]
        {
            assert!(error(push(wrong)).starts_with("setting `push`:"), "{wrong}");
        }
        assert!(Settings::default().patched(&push("http://127.0.0.1:1/v1/centre/shop")).is_ok());
        assert_eq!(error(json!([1])), "settings must be a JSON object");
    }
}
