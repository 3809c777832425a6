//! Every visible sentence, by key. The words are in `www/locales/<language>.json`, one file per language; a sentence with
//! plural forms has one for each, as `<key>.<form>`. `cargo xtask check` and every build compare the languages
//! (`docs/languages.md`). What the first view needs is listed in `www/first-texts.json`; the build puts the others into a
//! file that comes with the first part.

use frontdesk_contract::{EndReason, ErrorCode, NoticeCode};
use std::borrow::Cow;

/// Names a sentence.
pub type Key = &'static str;

macro_rules! keys {
    ($($name:ident = $key:literal,)+) => {
        $(#[allow(missing_docs, reason = "the key says it")] pub const $name: Key = $key;)+

        /// Every key that the widget uses.
        pub const ALL: &[Key] = &[$($key,)+];
    };
}

keys! {
    DIRECTION = "direction",
    TITLE = "title",
    CLOSE = "close",
    MENU = "menu",
    END = "end",
    ERASE = "erase",
    ERASE_QUESTION = "erase_question",
    ERASE_DETAIL = "erase_detail",
    ERASE_NO = "erase_no",
    END_QUESTION = "end_question",
    END_DETAIL = "end_detail",
    END_NO = "end_no",
    ROBOT = "robot",
    AGENT = "agent",
    CENTRE = "centre",
    YOU = "you",
    STATUS_DESK = "status_desk",
    STATUS_CONNECTING = "status_connecting",
    STATUS_ROBOT = "status_robot",
    STATUS_QUEUE = "status_queue",
    STATUS_AGENT = "status_agent",
    STATUS_ENDED = "status_ended",
    STARTING = "starting",
    WELCOME_TITLE = "welcome_title",
    WELCOME_ROBOT = "welcome_robot",
    WELCOME_AGENT = "welcome_agent",
    WELCOME_PERSON = "welcome_person",
    TALK_PERSON = "talk_person",
    TALK_ROBOT = "talk_robot",
    COMPOSER_LABEL = "composer_label",
    COMPOSER_HINT = "composer_hint",
    COMPOSER_QUEUE = "composer_queue",
    SEND = "send",
    BYTES_USED = "bytes_used",
    BYTES_OVER = "bytes_over",
    ATTACH = "attach",
    TAKE_PHOTO = "take_photo",
    ATTACHED = "attached",
    REMOVE_FILE = "remove_file",
    ATTACH_REFUSED = "attach_refused",
    ATTACH_TYPES = "attach_types",
    ATTACH_LARGE = "attach_large",
    ATTACH_COUNT = "attach_count",
    DROP_HERE = "drop_here",
    SUGGESTED = "suggested",
    SUGGESTED_COUNT = "suggested_count",
    QUEUE_TITLE = "queue_title",
    QUEUE_NEXT = "queue_next",
    QUEUE_PLACE = "queue_place",
    QUEUE_WAIT = "queue_wait",
    QUEUE_SOON = "queue_soon",
    QUEUE_UNKNOWN = "queue_unknown",
    QUEUE_HINT = "queue_hint",
    QUEUE_LEAVE = "queue_leave",
    QUEUE_LONG = "queue_long",
    LEAVE_MESSAGE = "leave_message",
    LEAVE_DETAIL = "leave_detail",
    LEAVE_NUMBER = "leave_number",
    LEAVE_COUNTRY = "leave_country",
    LEAVE_TEXT = "leave_text",
    LEAVE_USED = "leave_used",
    LEAVE_SEND = "leave_send",
    LEAVE_SENDING = "leave_sending",
    LEAVE_SENT = "leave_sent",
    LEAVE_UNSURE = "leave_unsure",
    LEAVE_NO_NUMBER = "leave_no_number",
    LEAVE_NO_TEXT = "leave_no_text",
    LEAVE_DONE = "leave_done",
    BACK = "back",
    HOURS_TITLE = "hours_title",
    RATING_TITLE = "rating_title",
    RATING_1 = "rating_1",
    RATING_2 = "rating_2",
    RATING_3 = "rating_3",
    RATING_4 = "rating_4",
    RATING_5 = "rating_5",
    RATING_RECOMMEND = "rating_recommend",
    RATING_RECOMMEND_LEAST = "rating_recommend_least",
    RATING_RECOMMEND_MOST = "rating_recommend_most",
    RATING_SOLVED = "rating_solved",
    YES = "yes",
    NO = "no",
    RATING_COMMENT = "rating_comment",
    RATING_SEND = "rating_send",
    RATING_SENDING = "rating_sending",
    RATING_SKIP = "rating_skip",
    RATING_THANKS = "rating_thanks",
    RATING_FAILED = "rating_failed",
    ENDED_TITLE = "ended_title",
    ENDED_VISITOR = "ended_visitor",
    ENDED_CENTRE = "ended_centre",
    ENDED_QUEUE = "ended_queue",
    ENDED_RELEASED = "ended_released",
    ENDED_HOURS = "ended_hours",
    NEW_CONVERSATION = "new_conversation",
    NOTICE_TROUBLE = "notice_trouble",
    NOTICE_NOT_RECEIVING = "notice_not_receiving",
    NOTICE_NOT_SENDING = "notice_not_sending",
    NOTICE_CENTRE = "notice_centre",
    NOTICE_MEMORY = "notice_memory",
    DISMISS = "dismiss",
    TRY_AGAIN = "try_again",
    STATE_QUEUED = "state_queued",
    STATE_SENDING = "state_sending",
    STATE_SENT = "state_sent",
    STATE_STORED = "state_stored",
    STATE_READ = "state_read",
    STATE_UNCONFIRMED = "state_unconfirmed",
    STATE_FAILED = "state_failed",
    STATE_UPLOADING = "state_uploading",
    STATE_GONE = "state_gone",
    CANCEL = "cancel",
    SEND_AGAIN = "send_again",
    LEAVE = "leave",
    EDIT = "edit",
    DELETE = "delete",
    LINE_JOINED = "line_joined",
    LINE_ROBOT = "line_robot",
    LINE_QUEUE = "line_queue",
    LINE_ENDED = "line_ended",
    LINE_GAP = "line_gap",
    LINE_UNREACHABLE = "line_unreachable",
    LINE_REACHED = "line_reached",
    LINE_NO_ANSWER = "line_no_answer",
    LINE_OFFLINE = "line_offline",
    LINE_MISSING = "line_missing",
    LINE_NOT_TRUSTED = "line_not_trusted",
    LINE_NEWER = "line_newer",
    RECALLED = "recalled",
    UNSUPPORTED = "unsupported",
    FILE = "file",
    IMAGE = "image",
    AUDIO = "audio",
    VIDEO = "video",
    DOWNLOAD = "download",
    DOWNLOAD_FILE = "download_file",
    OPEN_IMAGE = "open_image",
    PREVIOUS = "previous",
    NEXT = "next",
    CLOSE_PICTURE = "close_picture",
    COUNT_OF = "count_of",
    FILE_FAILED = "file_failed",
    LOCATION = "location",
    OPEN_MAP = "open_map",
    TYPING = "typing",
    NEW_MESSAGES = "new_messages",
    // For the launcher, by `www/frame.js`.
    UNREAD = "unread",
    TRANSCRIPT_LABEL = "transcript_label",
    SAID = "said",
    HISTORY_MORE = "history_more",
    HISTORY_LOADING = "history_loading",
    HISTORY_END = "history_end",
    HISTORY_FAILED = "history_failed",
    CHOICES = "choices",
    HELPED = "helped",
    HELPED_NOT = "helped_not",
    JUDGED = "judged",
    REASON_TITLE = "reason_title",
    REASON_HINT = "reason_hint",
    CALL_AUDIO = "call_audio",
    CALL_VIDEO = "call_video",
    CALL_NOT_HERE = "call_not_here",
    CALL_OPEN = "call_open",
    CALL_TITLE = "call_title",
    CALL_CLOSE = "call_close",
    CALL_LOOKING = "call_looking",
    CALL_READY = "call_ready",
    CALL_PERSON_FIRST = "call_person_first",
    CALL_VOICE = "call_voice",
    CALL_PICTURE = "call_picture",
    CALL_PREPARING = "call_preparing",
    CALL_ALLOW = "call_allow",
    CALL_ALLOW_CAMERA = "call_allow_camera",
    CALL_REQUESTING = "call_requesting",
    CALL_QUEUEING = "call_queueing",
    CALL_QUEUEING_DETAIL = "call_queueing_detail",
    CALL_DIALLING = "call_dialling",
    CALL_RINGING = "call_ringing",
    CALL_TALKING = "call_talking",
    CALL_ENDED = "call_ended",
    CALL_NO_SOUND_YET = "call_no_sound_yet",
    CALL_RECOVERING = "call_recovering",
    CALL_HELD_HERE = "call_held_here",
    CALL_HELD_THERE = "call_held_there",
    CALL_DEVICE_GONE = "call_device_gone",
    CALL_DEVICE_REPLACED = "call_device_replaced",
    CALL_NOTHING_ARRIVES = "call_nothing_arrives",
    CALL_MICROPHONE_SILENT = "call_microphone_silent",
    CALL_GOOD = "call_good",
    CALL_UNSTABLE = "call_unstable",
    CALL_POOR = "call_poor",
    CALL_MUTE = "call_mute",
    CALL_CAMERA = "call_camera",
    CALL_TURN = "call_turn",
    CALL_SMALL_WINDOW = "call_small_window",
    CALL_HOLD = "call_hold",
    CALL_KEYPAD = "call_keypad",
    CALL_DEVICES = "call_devices",
    CALL_DEVICE_MICROPHONE = "call_device_microphone",
    CALL_DEVICE_SPEAKER = "call_device_speaker",
    CALL_DEVICE_CAMERA = "call_device_camera",
    CALL_HANG_UP = "call_hang_up",
    CALL_OWN_PICTURE = "call_own_picture",
    CALL_OTHER_PICTURE = "call_other_picture",
    CALL_AGAIN = "call_again",
    CALL_WITHOUT_PICTURE = "call_without_picture",
    CALL_OWN_WINDOW = "call_own_window",
    CALL_END_VISITOR = "call_end_visitor",
    CALL_END_CENTRE = "call_end_centre",
    CALL_END_NOBODY = "call_end_nobody",
    CALL_END_BUSY = "call_end_busy",
    CALL_END_FAILED = "call_end_failed",
    CALL_END_GATEWAY = "call_end_gateway",
    CALL_END_PATH = "call_end_path",
    CALL_END_LOST = "call_end_lost",
    CALL_UNREACHABLE = "call_unreachable",
    CALL_DENIED = "call_denied",
    CALL_CAMERA_DENIED = "call_camera_denied",
    CALL_DISMISSED = "call_dismissed",
    CALL_POLICY = "call_policy",
    CALL_INSECURE = "call_insecure",
    CALL_ABSENT = "call_absent",
    CALL_CAMERA_ABSENT = "call_camera_absent",
    CALL_DEVICE_BUSY = "call_device_busy",
    CALL_CAMERA_BUSY = "call_camera_busy",
    CALL_DEVICE_FAILED = "call_device_failed",
    CALL_NO_NETWORK = "call_no_network",
    CALL_BROWSER = "call_browser",
    CALL_ELSEWHERE = "call_elsewhere",
    CALL_PLACING = "call_placing",
    CALL_PLACED_NOBODY = "call_placed_nobody",
    CALL_PLACED_BUSY = "call_placed_busy",
    CALL_PLACED_FAILED = "call_placed_failed",
    CALL_PLACED_UNKNOWN = "call_placed_unknown",
    CALL_PLACED_REFUSED = "call_placed_refused",
    ERROR_CONNECTION = "error_connection",
    ERROR_HOURS = "error_hours",
    ERROR_ROBOT = "error_robot",
    ERROR_BUSY = "error_busy",
    ERROR_UNREACHABLE = "error_unreachable",
    ERROR_REFUSED = "error_refused",
    ERROR_DESK = "error_desk",
    ERROR_VERSION = "error_version",
    ERROR_IDENTITY = "error_identity",
    ERROR_SIGN_IN = "error_sign_in",
    ERROR_LONG = "error_long",
    ERROR_EMPTY = "error_empty",
    ERROR_KIND = "error_kind",
    ERROR_RATING = "error_rating",
    ERROR_COMMENT = "error_comment",
    ERROR_FILE_LARGE = "error_file_large",
    ERROR_FILE_TYPE = "error_file_type",
    ERROR_FILE_EMPTY = "error_file_empty",
    ERROR_FILES_MANY = "error_files_many",
    ERROR_FILE_GONE = "error_file_gone",
    ERROR_NOT_OFFERED = "error_not_offered",
    ERROR_CARD = "error_card",
    ERROR_NUMBER = "error_number",
    ERROR_REASON = "error_reason",
    ERROR_JUDGE = "error_judge",
    ERROR_AGENTS = "error_agents",
    ERROR_CALL = "error_call",
    ERROR_OTHER = "error_other",
}

/// The sentence for a refusal; `None`: there was no answer.
pub fn of_error(code: Option<ErrorCode>) -> Key {
    let Some(code) = code else { return ERROR_CONNECTION };
    match code {
        ErrorCode::OutsideHours => ERROR_HOURS,
        ErrorCode::RobotUnavailable => ERROR_ROBOT,
        ErrorCode::RateLimited | ErrorCode::CentreBusy | ErrorCode::Overloaded => ERROR_BUSY,
        ErrorCode::CentreUnreachable
        | ErrorCode::CentreTimeout
        | ErrorCode::CentreUnintelligible
        | ErrorCode::StoreUnavailable
        | ErrorCode::Internal => ERROR_UNREACHABLE,
        ErrorCode::CentreRefused | ErrorCode::ChannelNotConfigured => ERROR_REFUSED,
        ErrorCode::OriginRefused | ErrorCode::DeskUnknown => ERROR_DESK,
        ErrorCode::ProtocolUnsupported | ErrorCode::NotFound | ErrorCode::MethodNotAllowed => ERROR_VERSION,
        ErrorCode::IdentityRefused
        | ErrorCode::IdentityExpired
        | ErrorCode::IdentityUsed
        | ErrorCode::SessionUnknown => ERROR_IDENTITY,
        ErrorCode::IdentityMissing => ERROR_SIGN_IN,
        ErrorCode::TextTooLong | ErrorCode::BodyTooLarge => ERROR_LONG,
        ErrorCode::TextEmpty => ERROR_EMPTY,
        ErrorCode::BodyUnsupported | ErrorCode::MediaTypeUnsupported => ERROR_KIND,
        ErrorCode::SurveyClosed | ErrorCode::LevelUnknown => ERROR_RATING,
        ErrorCode::CommentTooLong => ERROR_COMMENT,
        ErrorCode::FileTooLarge => ERROR_FILE_LARGE,
        ErrorCode::FileTypeRefused => ERROR_FILE_TYPE,
        ErrorCode::FileEmpty => ERROR_FILE_EMPTY,
        ErrorCode::FilesTooMany => ERROR_FILES_MANY,
        ErrorCode::FileUnknown | ErrorCode::TicketRefused => ERROR_FILE_GONE,
        ErrorCode::NotOffered => ERROR_NOT_OFFERED,
        ErrorCode::CardIncomplete => ERROR_CARD,
        ErrorCode::NumberInvalid => ERROR_NUMBER,
        ErrorCode::ReasonMissing | ErrorCode::ReasonTooLong => ERROR_REASON,
        ErrorCode::FeedbackClosed => ERROR_JUDGE,
        ErrorCode::NoAgents => ERROR_AGENTS,
        ErrorCode::CallUnknown | ErrorCode::CallRunning => ERROR_CALL,
        ErrorCode::BadRequest
        | ErrorCode::IdInvalid
        | ErrorCode::IdReused
        | ErrorCode::NotConnected
        | ErrorCode::ContactEnded
        | ErrorCode::Queueing
        | ErrorCode::InFlight
        | ErrorCode::HeaderTooLarge
        | ErrorCode::KeyRefused
        | ErrorCode::CallsNotAllowed
        | ErrorCode::RangeUnsatisfiable
        | ErrorCode::Unknown => ERROR_OTHER,
    }
}

/// The sentence for a notice without words of its own.
pub fn of_notice(code: NoticeCode) -> Key {
    match code {
        NoticeCode::CentreUnreachable => LINE_UNREACHABLE,
        NoticeCode::CentreReached => LINE_REACHED,
        NoticeCode::AgentDidNotAnswer => LINE_NO_ANSWER,
        NoticeCode::OfflineMode => LINE_OFFLINE,
        NoticeCode::LinkNotTrusted => LINE_NOT_TRUSTED,
        NoticeCode::MessagesMayBeMissing => LINE_MISSING,
        NoticeCode::Unknown => LINE_NEWER,
    }
}

/// The sentence for the end of a conversation.
pub fn of_end(reason: Option<EndReason>) -> Key {
    match reason {
        Some(EndReason::Visitor) => ENDED_VISITOR,
        Some(EndReason::QueueTimeout) => ENDED_QUEUE,
        Some(EndReason::Released) => ENDED_RELEASED,
        Some(EndReason::OutsideHours) => ENDED_HOURS,
        Some(EndReason::Centre | EndReason::Unknown) | None => ENDED_CENTRE,
    }
}

/// The word for a level of a rating among the usual five.
pub fn of_level(level: u8) -> Option<Key> {
    [RATING_1, RATING_2, RATING_3, RATING_4, RATING_5].get(usize::from(level).checked_sub(1)?).copied()
}

/// Puts values into the places `{name}` of a sentence.
pub fn fill(sentence: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(sentence.len() + 16);
    let mut rest = sentence;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let value = after.split_once('}').and_then(|(name, tail)| {
            let (_, value) = values.iter().find(|(other, _)| *other == name)?;
            Some((*value, tail))
        });
        match value {
            Some((value, tail)) => {
                filled.push_str(value);
                rest = tail;
            }
            None => {
                filled.push('{');
                rest = after;
            }
        }
    }
    filled.push_str(rest);
    filled
}

/// Begins a run of text whose direction is that of its first letter, and ends it (UAX #9, FSI and PDI).
const ISOLATE: [&str; 2] = ["\u{2068}", "\u{2069}"];

/// A value for a sentence, kept from mixing with it where the two are, or may be, written in different directions.
pub fn isolated(value: &str, rtl: bool) -> Cow<'_, str> {
    let other = |char: char| match rtl {
        // A telephone number too would be turned: only digits and blanks do without.
        true => !is_rtl(char) && !char.is_ascii_digit() && char != ' ',
        false => is_rtl(char),
    };
    if value.contains(other) { [ISOLATE[0], value, ISOLATE[1]].concat().into() } else { value.into() }
}

/// Letters that are written from right to left: the blocks of Hebrew to Arabic Extended-A, their presentation forms, and
/// the two ranges that Unicode keeps for such scripts beyond them.
fn is_rtl(char: char) -> bool {
    matches!(char,
        '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}'
        | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{BTreeMap, BTreeSet};

    const ENGLISH: &str = include_str!("../../www/locales/en.json");

    /// The other languages are compared with English, and their plural forms with what they need, by
    /// `xtask/js/locales.mjs`.
    #[test]
    fn english_has_exactly_the_keys_of_the_code() {
        let wanted: BTreeSet<&str> = ALL.iter().copied().collect();
        assert_eq!(wanted.len(), ALL.len(), "a key is named twice");
        let texts: BTreeMap<String, String> =
            serde_json::from_str(ENGLISH).expect("a locale file is a flat object of sentences");
        // What the loader says before the widget is there, `xtask/js/locales.mjs` takes out.
        let own = texts.keys().filter(|key| !key.starts_with("consent_") && *key != "launcher");
        let found: BTreeSet<&str> =
            own.map(|key| key.split_once('.').map_or(key.as_str(), |(key, _)| key)).collect();
        assert_eq!(found, wanted);
    }

    #[test]
    fn the_first_sentences_are_sentences_with_every_refusal_and_notice() {
        let first: Vec<&str> =
            serde_json::from_str(include_str!("../../www/first-texts.json")).expect("a list of keys");
        let known: BTreeSet<&str> = ALL.iter().copied().collect();
        let listed: BTreeSet<&str> = first.iter().copied().collect();
        assert_eq!(listed.len(), first.len(), "a key is listed twice");
        assert!(listed.is_subset(&known), "{:?}", listed.difference(&known));
        // A refusal and a notice may come before any part.
        let early = |key: &&&str| ["error_", "notice_"].iter().any(|start| key.starts_with(start));
        assert!(ALL.iter().filter(early).all(|key| listed.contains(key)));
    }

    #[test]
    fn every_code_has_a_sentence() {
        for code in ErrorCode::ALL {
            assert!(ALL.contains(&of_error(Some(*code))));
        }
        assert_eq!(of_error(None), ERROR_CONNECTION);
    }

    #[test]
    fn places_are_filled_and_values_are_never_read_as_places() {
        assert_eq!(fill("{a} and {b}", &[("a", "{b}"), ("b", "2")]), "{b} and 2");
        assert_eq!(fill("no {place} here", &[]), "no {place} here");
        assert_eq!(fill("an open { brace", &[("a", "1")]), "an open { brace");
        assert_eq!(fill("您排在第 {place} 位", &[("place", "3")]), "您排在第 3 位");
    }

    #[test]
    fn what_is_written_the_other_way_round_is_isolated() {
        assert_eq!(isolated("Li", false), "Li");
        assert_eq!(isolated("李伟", false), "李伟");
        assert_eq!(isolated("محمد", false), "\u{2068}محمد\u{2069}");
        assert_eq!(isolated("محمد (2)", false), "\u{2068}محمد (2)\u{2069}");
        assert_eq!(isolated("رؤى محمد 2", true), "رؤى محمد 2");
        assert_eq!(isolated("Li", true), "\u{2068}Li\u{2069}");
        assert_eq!(isolated("+86 28 8512 3456", true), "\u{2068}+86 28 8512 3456\u{2069}");
        assert_eq!(isolated("12", true), "12");
        assert_eq!(isolated("", true), "");
    }

    #[test]
    fn levels_beyond_five_have_no_word() {
        assert_eq!(of_level(1), Some(RATING_1));
        assert_eq!(of_level(5), Some(RATING_5));
        assert_eq!((of_level(0), of_level(6)), (None, None));
    }
}
