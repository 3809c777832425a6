//! One table of everything on which the documents contradict themselves or each other and that shows on the wire.
//!
//! Each row is a switch with an id of the contradiction, a sentence, its values (the first is the default) and the
//! value that `"quirks": "all"` chooses. A switch that a client cannot live with unless it is told keeps its default
//! there. `by_dialect` does as the manual of the chosen dialect says.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{Settings, SimQuestions, TokenBody};

/// One row of the table.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Row {
    /// Name of the switch.
    pub(crate) name: &'static str,
    /// Is it a setting of its own, or one within `quirks`?
    pub(crate) within: &'static str,
    /// Numbers of the contradiction, D of the manuals and B of later pages.
    pub(crate) ids: &'static str,
    /// What it decides.
    pub(crate) what: &'static str,
    /// What it can be; empty when it is a number.
    pub(crate) values: &'static [&'static str],
    /// What `"quirks": "all"` makes it.
    pub(crate) odd: Value,
}

macro_rules! quirks {
    ($($name:ident $kind:ident [$first:ident = $first_text:literal $(, $value:ident = $text:literal)*]
        $ids:literal $odd:ident $what:literal;)+) => {
        $(
            #[doc = $what]
            #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
            #[allow(missing_docs, clippy::enum_variant_names)]
            pub enum $kind {
                #[default]
                #[serde(rename = $first_text)]
                $first,
                $(#[serde(rename = $text)] $value,)*
            }
        )+

        /// A switch for each contradiction of the documents; the default follows the samples of the dialect.
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub struct Quirks {
            $(#[doc = $what] pub $name: $kind,)+
        }

        impl Quirks {
            /// Every switch at its oddest value that a client can live with untold.
            #[must_use]
            pub fn odd() -> Quirks {
                Quirks { $($name: $kind::$odd,)+ }
            }
        }

        fn own_rows() -> Vec<Row> {
            vec![$(Row {
                name: stringify!($name),
                within: "quirks",
                ids: $ids,
                what: $what,
                values: &[$first_text $(, $text)*],
                odd: json!($kind::$odd),
            },)+]
        }
    };
}

quirks! {
    code_name CodeName [Sample = "sample", Table = "table", Result = "resultCode", Return = "returnCode", Short = "retCode"]
        "D5" Return "Name of the result code: as the samples or the tables of the dialect have it, or one for all.";
    code_type CodeType [Text = "text", Number = "number"]
        "§1.3" Number "Type of the result code.";
    unknown_fields UnknownFields [Off = "off", On = "on"]
        "D20" On "Do answers and messages carry fields that no table knows?";
    nulls Nulls [Null = "null", Absent = "absent"]
        "D20 D21" Absent "Are fields without a value null, or left out?";
    gzip Gzip [Off = "off", On = "on"]
        "§1.1" On "Are answers compressed for callers that accept it?";
    error_body ErrorBody [Json = "json", Html = "html", Empty = "empty"]
        "D71" Html "Body of an answer that is not 200.";
    final_periods FinalPeriods [Printed = "printed", Always = "always", Never = "never"]
        "D25 D38" Always "Do result texts end with a full stop?";
    bilingual_texts BilingualTexts [Off = "off", On = "on"]
        "D39" On "Are the texts of TRANS2AGENT and INPUT Chinese and English run together?";
    token_desc TokenDesc [Absent = "absent", Present = "present"]
        "D10" Present "Does applyToken answer with a resultDesc?";
    token_renewal TokenRenewal [Lapsed = "lapsed", Always = "always"]
        "§1.4" Always "Is the visitor token replaced in the response header when it has lapsed, or with every answer?";
    optional_headers OptionalHeaders [Optional = "optional", Required = "required"]
        "D12" Required "Must headers be there that a table marks as optional?";
    queue_max_name QueueMaxName [Printed = "configMaxcWaitTime", Mended = "configMaxWaitTime"]
        "D13" Mended "Spelling of the longest wait.";
    queue_codes QueueCodes [ByDialect = "by_dialect", Full = "full", Plain = "plain"]
        "D14" ByDialect "Does queryQueueInfo tell why there is no queue, or only that?";
    poll_parameters PollParameters [ByDialect = "by_dialect", Required = "required", Optional = "optional"]
        "D15" Required "Must poll name receiver and channel?";
    read_notices ReadNotices [ByDialect = "by_dialect", On = "on", Off = "off"]
        "D16" On "Is isNeedRead known?";
    read_content ReadContent [List = "list", Text = "text", Commas = "commas"]
        "B8" Text "Content of READ: an array, the text of one, or ids between commas.";
    state_controls StateControls [Off = "off", On = "on"]
        "D17 B9" On "Does a CONNECT come after connecting, and a TRANS2AGENT when an agent takes over?";
    timestamp Timestamp [Number = "number", Text = "text", Null = "null"]
        "D18" Text "Type of timestamp.";
    offline_status OfflineStatus [ByDialect = "by_dialect", Boolean = "boolean", Text = "text", Number = "number"]
        "D19 B10" Number "Type of isOfflineStatus of a message.";
    agent_text AgentText [Typed = "typed", Html = "html"]
        "D23" Html "Is what an agent types wrapped in HTML?";
    robot_gender RobotGender [Upper = "MALE", Lower = "male"]
        "D24" Lower "Spelling of robotGender.";
    media_content MediaContent [Either = "either", KeyExt = "key_ext", Key = "key"]
        "D26 B4" Either "Content of IMAGE, AUDIO and VIDEO uplink: key and type, or the key alone.";
    file_content FileContent [Either = "either", KeyExt = "key_ext", Full = "name_size_key_ext"]
        "B5" Either "Content of FILE uplink: key and type, or name, size, key and type.";
    locate Locate [Either = "either", KeyExt = "key_ext", Slashes = "slashes", Refused = "refused"]
        "D27" Either "LOCATE uplink: an uploaded file, latitude/longitude/description, or not known.";
    document_name DocumentName [Document = "DOCUMENT", File = "FILE"]
        "D28" File "mediaType of an agent's document.";
    upload_types UploadTypes [Printed = "printed", Jpeg = "jpeg", Bmp = "bmp"]
        "D29 B7" Printed "Types that can be uploaded: as printed, with jpeg, or with jpeg and bmp.";
    download_types DownloadTypes [ByDialect = "by_dialect", Any = "any"]
        "D29" ByDialect "Types that can be downloaded.";
    library_mark LibraryMark [Null = "null", Zero = "0", Absent = "absent"]
        "D30" Zero "contentType of a file of the media library.";
    download_ids DownloadIds [ByDialect = "by_dialect", Prefixed = "prefixed", Plain = "plain"]
        "D31" ByDialect "Are files fetched by local/ and multiMedia, or by their plain id?";
    queueing_code QueueingCode [ByDialect = "by_dialect", Shown = "shown", Hidden = "hidden"]
        "D34" ByDialect "Does send answer 11 while the visitor waits?";
    robot_chat_text RobotChatText [Plain = "plain", Multi = "multi", Disconnect = "disconnect"]
        "D35" Disconnect "Text beside code 0 of a CHAT with the robot; one reads like a failure.";
    rating_text RatingText [Plain = "plain", Exception = "exception"]
        "D36" Exception "Text beside code 0 of saveSatisfaction; one reads like a failure.";
    robot_connect_text RobotConnectText [Sample = "sample", Table = "table", Multi = "multi"]
        "D37" Multi "Text of connecting to the robot.";
    offline_msg OfflineMsg [Object = "object", Boolean = "boolean"]
        "D42" Boolean "Form of offlineMsg.";
    rating_wrapper RatingWrapper [Flat = "flat", Wrapped = "wrapped", Either = "either"]
        "D43" Flat "Is the body of saveSatisfaction flat, or inside satisfication (2.5) or satisfaction (2.6)?";
    upload_desc UploadDesc [ByDialect = "by_dialect", Present = "present", Absent = "absent"]
        "D46" Present "Does a refused upload say why?";
    download_code DownloadCode [Absent = "absent", Present = "present"]
        "D47" Present "Does a download that worked carry a code?";
    phrases Phrases [Question = "question", Phrases = "phrases", Text = "text"]
        "D49" Phrases "Name and form of the phrases: either name, or a single text.";
    webrtc_name WebrtcName [Sample = "webRTCSupported", Table = "webRTCsupported"]
        "D50" Table "Spelling of webRTCSupported.";
    call_paths CallPaths [V1 = "v1", Both = "both", Bare = "bare"]
        "D51" Both "Are the calls that ask about calls below /v1?";
    null_desc NullDesc [ByDialect = "by_dialect", Null = "null", Text = "text", Absent = "absent"]
        "D54" Text "resultDesc of createClickToCall when all is well.";
    event_id EventId [Number = "number", Text = "text", Absent = "absent"]
        "D55 B17" Text "Type of eventId.";
    access_code AccessCode [Text = "text", Number = "number"]
        "B17" Number "Type of the access code of a call.";
    event_texts EventTexts [ByDialect = "by_dialect", Full = "full", ConnectedOnly = "connected_only"]
        "D56" ByDialect "Are events other than Call connected told by their texts?";
    event_content EventContent [Null = "null", Absent = "absent", Empty = "empty"]
        "D58" Absent "content of an event without data.";
    createcall_codes CreatecallCodes [ByDialect = "by_dialect", Ten = "ten_digits", Eleven = "eleven_digits"]
        "D60" ByDialect "Digits of the first three codes of mobileagent/createcall.";
    caller_present CallerPresent [Optional = "optional", Required = "required"]
        "D61" Optional "Must createcall name the number to show?";
    call_serial CallSerial [Present = "present", Absent = "absent"]
        "D63" Absent "Does createcall answer with a callSerialNo?";
    leave_codes LeaveCodes [ByDialect = "by_dialect", Full = "full", Short = "short"]
        "D65" ByDialect "Does doLeaveMessage tell an empty parameter (2) from a wrong one (3)?";
    feedback_unit FeedbackUnit [ByDialect = "by_dialect", Bytes = "bytes", Characters = "characters"]
        "D66" Bytes "What the 64 of feedbackContent count.";
    feedback_from FeedbackFrom [Visitor = "visitor", Channel = "channel", Either = "either"]
        "D78" Visitor "Who from of feedbacksatisfaction is: the visitor, or the sender of the robot's messages.";
    survey_path SurveyPath [Both = "both", Double = "double", Single = "single", None = "none"]
        "D68 B1" Single "Spelling of getsatisfactionssurveymode: with double s, single s, both or none.";
    history_order HistoryOrder [Newest = "newest", Oldest = "oldest"]
        "D69" Oldest "Which message of the history comes first?";
    history_fields HistoryFields [Clean = "clean", Odd = "odd"]
        "D69" Odd "Are fields of the history doubled and mistyped as its table has them?";
    sender_avatar SenderAvatar [Sample = "sample", Null = "null", Default = "DefaultAvatar", Url = "url", Missing = "missing"]
        "D74" Default "senderAvatar of a message; `url`: a picture of the sandbox, `missing`: one that is not there.";
    disconnect_content DisconnectContent [Null = "null", Absent = "absent", Empty = "empty"]
        "D75" Absent "content and mediaType of a control message.";
    text_unit TextUnit [Bytes = "bytes", Characters = "characters"]
        "B3" Bytes "What `text_max_bytes` counts.";
    message_code MessageCode [Uuid = "uuid", Long = "long"]
        "B11" Long "Length of messageCode: a UUID, or 64 characters.";
    send_async SendAsync [Off = "off", On = "on"]
        "B19" Off "Does sendAsync exist?";
    recall_control RecallControl [Recall = "RECALL", Withdraw = "WITHDRAW", Revoke = "REVOKE"]
        "§3.2.2" Withdraw "controlType of a message taken back. Not in the documents.";
    empty_failure EmptyFailure [Absent = "absent", Null = "null", List = "list"]
        "D76" Null "downlinkMessages of a poll that failed.";
}

/// Every switch: those of their own, and the settings that are switches as well.
pub(crate) fn rows() -> Vec<Row> {
    let setting = |name, ids, what, values, odd| Row { name, within: "settings", ids, what, values, odd };
    let mut rows = vec![
        setting(
            "token_body",
            "D9",
            "Form of the applyToken answer.",
            &["object", "string", "braced", "raw"],
            json!(TokenBody::Braced),
        ),
        setting("sim_questions", "D21", "Form of simQuestions.", &["list", "text", "single", "none"], {
            json!(SimQuestions::Text)
        }),
        setting("queueing_input", "D34", "What typing in the queue answers.", &["11", "13"], json!("13")),
        setting("user_id_max", "D8 B2", "Longest userId in characters, 32 or 24.", &[], json!(24)),
        setting("text_max_bytes", "B3", "Largest text, 1024 or 1500.", &[], json!(1024)),
        setting(
            "survey_questions",
            "B13",
            "satisfactionQuestion of the survey query.",
            &["FCR", "NPS", "CSAT"],
            json!(["FCR", "NPS", "CSAT"]),
        ),
    ];
    rows.extend(own_rows());
    rows
}

impl Settings {
    /// What a change of `quirks` comes to: `"all"`, `"none"`, or some switches.
    pub(super) fn quirks_patch(&self, patch: &Value) -> Result<Map<String, Value>, String> {
        let odd = match patch.as_str() {
            Some("all") => true,
            Some("none") => false,
            Some(_) => return Err("must be \"all\", \"none\" or an object".into()),
            None => {
                let switches = patch.as_object().ok_or("must be \"all\", \"none\" or an object")?;
                let mut all = json!(self.quirks);
                for (name, value) in switches {
                    *all.get_mut(name).ok_or_else(|| format!("unknown switch `{name}`"))? = value.clone();
                    serde_json::from_value::<Quirks>(all.clone())
                        .map_err(|error| format!("`{name}`: {error}"))?;
                }
                return Ok(Map::from_iter([("quirks".to_owned(), all)]));
            }
        };
        let plain = json!(Settings::default());
        let quirks = if odd { Quirks::odd() } else { Quirks::default() };
        let mut changes = Map::from_iter([("quirks".to_owned(), json!(quirks))]);
        for row in rows().into_iter().filter(|row| row.within == "settings") {
            let value = if odd { row.odd } else { plain.get(row.name).cloned().unwrap_or(Value::Null) };
            changes.insert(row.name.to_owned(), value);
        }
        Ok(changes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_a_value_that_the_settings_take() {
        let known = json!(Settings::default());
        for row in rows() {
            let holder = if row.within == "quirks" { &known["quirks"] } else { &known };
            assert!(holder.get(row.name).is_some(), "{}", row.name);
            assert!(row.what.ends_with(['.', '?']), "{}", row.name);
            for value in row.values.iter().filter(|_| row.within == "quirks") {
                let patch = json!({"quirks": {row.name: value}});
                let settings = Settings::default().patched(&patch).expect("a listed value");
                assert_eq!(json!(settings.quirks)[row.name], **value);
            }
        }
    }

    #[test]
    fn all_and_none_are_opposites() {
        let odd = Settings::default().patched(&json!({"quirks": "all"})).expect("valid");
        assert_eq!((odd.quirks.clone(), odd.token_body), (Quirks::odd(), TokenBody::Braced));
        assert_ne!(odd.quirks, Quirks::default());
        assert_eq!(odd.patched(&json!({"quirks": "none"})), Ok(Settings::default()));
    }

    #[test]
    fn a_wrong_switch_is_named() {
        let error =
            |patch| Settings::default().patched(&json!({"quirks": patch})).expect_err("wrong").to_string();
        assert!(error(json!({"gzipp": "on"})).contains("unknown switch `gzipp`"));
        assert!(error(json!({"gzip": "yes"})).contains("`gzip`"));
        assert!(error(json!("some")).contains("\"all\""));
    }
}
