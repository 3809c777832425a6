//! Everything that can be switched about the sandbox, before it starts and while it runs.

mod forced;
mod hours;
mod patch;
mod push;
pub(crate) mod quirks;

pub use forced::Forced;
pub(crate) use forced::{ENDPOINTS, documented};
pub use hours::{Day, DayTime, Hours, Span, Weekly};
pub(crate) use patch::FILE_MAX_BYTES;
pub use patch::SettingError;
pub use push::PushTo;
pub use quirks::{Quirks, TokenRenewal};
use std::collections::BTreeMap;
use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

/// Which of the two vendor manuals the gateway follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Dialect {
    /// CEC 2.5: no code 11, no history, no survey query, `returnCode` after a rating.
    #[serde(rename = "2.5")]
    V2_5,
    /// CEC 2.6.
    #[serde(rename = "2.6")]
    V2_6,
}

/// What the centre does with the `messageId` of an uplink message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageIds {
    /// A repeated id is answered with success and stored once; history shows it as `messageCode`.
    Deduplicated,
    /// Every copy is stored; history shows the id as `messageCode`.
    Echoed,
    /// Every copy is stored under a code of the centre's own.
    Ignored,
}

/// What `poll` does with a message it has handed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PollMode {
    /// Forgets it: a lost answer is a lost message.
    Destructive,
    /// Hands it out again in every poll until 10 s after the first time.
    Repeats,
}

/// How `applyToken` writes its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenBody {
    /// `{"token":"…","resultCode":"0"}`
    Object,
    /// `"…"`, a bare JSON text.
    String,
    /// `{"…"}`, as the manuals' sample prints it; not JSON.
    Braced,
    /// The token alone, without any JSON.
    Raw,
}

/// How the robot's `simQuestions` are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SimQuestions {
    /// An array of texts.
    List,
    /// A text that holds a JSON array.
    Text,
    /// One text with the best question.
    Single,
    /// Always `null`.
    None,
}

/// What the survey query offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum SurveyType {
    /// Ask the visitor in the page.
    Web,
    /// Do not ask.
    No,
}

/// Parts of a survey that later releases can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum SurveyQuestion {
    /// Was it solved at first contact?
    Fcr,
    /// Would you recommend us?
    Nps,
    /// How satisfied are you?
    Csat,
}

/// One skill queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Queue {
    /// Its name, shown on the desk and named by agents who serve only some queues.
    pub name: String,
    /// Languages (`zh`, `en`, …) it takes; empty takes all. The first matching queue wins.
    #[serde(default)]
    pub locales: Vec<String>,
    /// After this many seconds a waiting visitor is released.
    pub max_wait_s: u64,
    /// Seconds one conversation is reckoned to take, for the estimate.
    pub average_s: u64,
}

/// All switches. The default is the worst case a client has to live with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Key that `x-app-key` and `tokenByAkSk` must carry.
    pub app_key: String,
    /// Secret that `tokenByAkSk` must carry.
    pub app_secret: String,
    /// The one configured WEB channel.
    pub channel_id: String,
    /// Manual that is followed.
    pub dialect: Dialect,
    /// Use of `messageId`.
    pub message_id: MessageIds,
    /// Use of polled messages.
    pub poll: PollMode,
    /// Where messages are sent instead of waiting for polls, which then get none.
    pub push: Option<PushTo>,
    /// Does `queryHistoryChatMessage` exist? Never in dialect 2.5.
    pub history: bool,
    /// Form of the `applyToken` answer.
    pub token_body: TokenBody,
    /// Most messages in one poll answer.
    pub poll_batch: usize,
    /// A repeating poll hands a message out for so long after the first time.
    pub poll_repeats_s: u64,
    /// Largest text of a visitor in UTF-8 bytes.
    pub text_max_bytes: usize,
    /// Longest `userId` in characters; only dialect 2.6 has a limit.
    pub user_id_max: usize,
    /// Shortest time between two messages of a visitor; a faster one answers 13. 0 is off.
    pub send_interval_ms: u64,
    /// Code that typing in the queue answers in dialect 2.6: `"11"` or `"13"`.
    pub queueing_input: String,
    /// Does the robot serve first?
    pub robot: bool,
    /// Time the robot takes for an answer.
    pub robot_delay_ms: u64,
    /// Form of the robot's similar questions.
    pub sim_questions: SimQuestions,
    /// The skill queues, at least one.
    pub queues: Vec<Queue>,
    /// Working hours of the agents.
    pub hours: Hours,
    /// The tenant's offline switch: `offlineMsg`, and messages without a session are stored.
    pub offline: bool,
    /// Are waiting visitors given to free agents at once?
    pub auto_assign: bool,
    /// Conversations one agent takes at a time.
    pub agent_capacity: usize,
    /// An agent not heard of for so long gets no new conversation.
    pub agent_away_s: u64,
    /// Send an agent's typing downlink as INPUT. Not in the vendor's documents.
    pub agent_typing: bool,
    /// A conversation with an agent in which nobody writes for so long is ended. 0 is off.
    pub idle_end_s: u64,
    /// A visitor who does not poll for so long loses the session.
    pub release_after_s: u64,
    /// Lifetime of an access token when `X-Token-Expire` is absent.
    pub access_token_s: u64,
    /// Upper limit of that lifetime, whatever was asked for.
    pub access_token_max_s: u64,
    /// Lifetime of a visitor token.
    pub visitor_token_s: u64,
    /// How long a lapsed visitor token is still accepted after its successor was given out.
    pub visitor_token_grace_s: u64,
    /// What the survey query says.
    pub survey: SurveyType,
    /// `satisfactionQuestion` of the survey query; empty leaves it out.
    pub survey_questions: Vec<SurveyQuestion>,
    /// Contacts kept, and visitors known; the oldest ended ones make room.
    pub max_contacts: usize,
    /// Messages kept per contact; a full one refuses more.
    pub max_transcript: usize,
    /// Largest file a visitor can upload. Not in the documents.
    pub file_max_bytes: usize,
    /// Bytes of files kept; the oldest make room.
    pub files_max_bytes: usize,
    /// Must the object key of an uplink message be one that this visitor was given? Not in the documents.
    pub check_object_keys: bool,
    /// Largest text of a left message in UTF-8 bytes. Not in the documents.
    pub leave_max_bytes: usize,
    /// `clickToCallSupported`: does the channel take calls?
    pub click_to_call: bool,
    /// `webRTCSupported`
    pub webrtc: bool,
    /// Is a call queued although no agent is at a desk? Otherwise it is refused.
    pub call_waits: bool,
    /// Is the gateway named as soon as a call waits? Its line then plays the announcement until an agent takes the call.
    /// Otherwise it is named when an agent has, as the documents say.
    pub call_waits_on_line: bool,
    /// Is a call given to the first agent at a desk without asking?
    pub call_auto_accept: bool,
    /// After this many seconds a waiting call is given up.
    pub call_max_wait_s: u64,
    /// How long a query for call events waits for one. Not in the documents.
    pub call_event_hold_ms: u64,
    /// Where the gateway for calls listens for WebSockets; without it there is none. Read at start only.
    pub gateway: Option<SocketAddr>,
    /// `domain` of a connected call.
    pub call_domain: String,
    /// `gwAddresses` of a connected call, with or without a scheme. A gateway of the sandbox's own takes the place of
    /// the default.
    pub call_gateways: Vec<String>,
    /// `clickToCallCaller` of a connected call.
    pub call_caller: String,
    /// First digits of the access code of a call.
    pub call_access_prefix: String,
    /// The access code of every call instead of one for each.
    pub call_access_code: Option<String>,
    /// Reason number and text of a call that fails.
    pub call_failure: (String, String),
    /// Is the anonymous outbound call (`mobileagent/createcall`) switched on for the tenant?
    pub outbound_call: bool,
    /// `sipServiceAddress` of an outbound call; empty when there is none.
    pub sip_address: String,
    /// A switch for each contradiction of the documents.
    pub quirks: Quirks,
    /// Answers that calls get instead of their own, by endpoint.
    pub answers: BTreeMap<String, Forced>,
    /// Seed of every id and token. Absent: a new one at every start. Read at start and reset only.
    pub seed: Option<u64>,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            app_key: "app-key-demo".into(),
            app_secret: "app-secret-demo".into(),
            channel_id: "202201077401331370".into(),
            dialect: Dialect::V2_6,
            message_id: MessageIds::Ignored,
            poll: PollMode::Destructive,
            push: None,
            history: false,
            token_body: TokenBody::Object,
            poll_batch: 100,
            poll_repeats_s: 10,
            text_max_bytes: 1024,
            user_id_max: 32,
            send_interval_ms: 0,
            queueing_input: "11".into(),
            robot: true,
            robot_delay_ms: 300,
            sim_questions: SimQuestions::List,
            queues: vec![Queue {
                name: "service".into(),
                locales: Vec::new(),
                max_wait_s: 600,
                average_s: 60,
            }],
            hours: Hours::Open,
            offline: false,
            auto_assign: true,
            agent_capacity: 5,
            agent_away_s: 60,
            agent_typing: false,
            idle_end_s: 0,
            release_after_s: 120,
            access_token_s: 600,
            access_token_max_s: 3600,
            visitor_token_s: 3600,
            visitor_token_grace_s: 30,
            survey: SurveyType::Web,
            survey_questions: Vec::new(),
            max_contacts: 10_000,
            max_transcript: 5_000,
            file_max_bytes: 10 * 1024 * 1024,
            files_max_bytes: 256 * 1024 * 1024,
            check_object_keys: true,
            leave_max_bytes: 4_096,
            click_to_call: true,
            webrtc: true,
            call_waits: false,
            call_waits_on_line: false,
            call_auto_accept: false,
            call_max_wait_s: 60,
            call_event_hold_ms: 5_000,
            gateway: None,
            call_domain: "rtc.sandbox.invalid".into(),
            call_gateways: vec!["wss://127.0.0.1:8443".into()],
            call_caller: "AnonymousCard".into(),
            call_access_prefix: "179".into(),
            call_access_code: None,
            call_failure: ("20307".into(), "user busy".into()),
            outbound_call: true,
            sip_address: "192.0.2.20:5060".into(),
            quirks: Quirks::default(),
            answers: BTreeMap::new(),
            seed: None,
        }
    }
}
