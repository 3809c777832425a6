//! Sentences of the centre, in Chinese and English.

/// A language the centre writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    Chinese,
    English,
}

impl Language {
    /// Chinese for `zh`, English for every other language.
    pub(crate) fn of_locale(locale: &str) -> Language {
        if locale.starts_with("zh") { Language::Chinese } else { Language::English }
    }

    pub(crate) fn code(self) -> &'static str {
        self.pick("zh", "en")
    }

    fn pick<T>(self, chinese: T, english: T) -> T {
        match self {
            Language::Chinese => chinese,
            Language::English => english,
        }
    }
}

pub(crate) fn system_name(language: Language) -> &'static str {
    language.pick("系统", "system")
}

pub(crate) fn robot_name(language: Language) -> &'static str {
    language.pick("小店助手", "Shop assistant")
}

pub(crate) fn queued(language: Language, position: usize) -> String {
    language.pick(
        format!("正在为您排队，您是第 {position} 位。"),
        format!("You are in the queue, at place {position}."),
    )
}

pub(crate) fn agent_joined(language: Language, name: &str) -> String {
    language.pick(format!("客服 {name} 正在为您服务。"), format!("Agent {name} is now with you."))
}

pub(crate) fn queue_timed_out(language: Language) -> &'static str {
    language.pick("现在没有空闲的客服，请稍后再试。", "No agent became free in time. Please try again later.")
}

pub(crate) fn silent(language: Language) -> &'static str {
    language.pick(
        "由于长时间没有消息，会话已结束。",
        "The conversation was closed because nobody wrote for a while.",
    )
}

pub(crate) fn offline_tip(language: Language) -> &'static str {
    language.pick(
        "我们现在不在线。您可以继续留言，客服上班后会看到。",
        "We are away at the moment. What you write now is kept for our agents.",
    )
}

/// Levels of the survey, best first, with their keys.
pub(crate) fn survey_levels(language: Language) -> [(&'static str, &'static str); 5] {
    language.pick(
        [("5", "非常满意"), ("4", "满意"), ("3", "一般"), ("2", "不满意"), ("1", "非常不满意")],
        [
            ("5", "Very satisfied"),
            ("4", "Satisfied"),
            ("3", "Neither"),
            ("2", "Dissatisfied"),
            ("1", "Very dissatisfied"),
        ],
    )
}
