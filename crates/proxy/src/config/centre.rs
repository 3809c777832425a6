//! The contact centre of a desk.

use super::address;
use super::links::CallLinks;
use super::pictures::PictureOrigins;
use super::push::{self, PushConfig};
use super::secret::{self, Secret};
use super::section::{Section, filled, path};
use reqwest::Url;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A contact centre that speaks ccmessaging.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CecConfig {
    /// The API gateway: scheme, host and port. Key `base_url`, required.
    pub base_url: Url,
    /// The app key. Key `app_key`, required.
    pub app_key: String,
    /// The app secret. Key `app_secret` or `app_secret_file`, exactly one of them.
    pub app_secret: Secret,
    /// Configuration id of the WEB channel. Key `channel_id`, required.
    pub channel_id: String,
    /// Which edition of the interface the centre speaks. Key `dialect`, default `2.6`.
    pub dialect: Dialect,
    /// What the centre does with message ids. Key `message_id`, default `ignored`.
    pub message_id: MessageIds,
    /// What becomes of messages that a poll has answered. Key `poll`, default `destructive`.
    pub poll: PollKind,
    /// Whether the centre keeps messages that can be asked for. The interface for it is of dialect 2.6; with 2.5 this
    /// has no effect, so that a change of dialect is a change of one word. Key `history`, default false.
    pub history: bool,
    /// How the centre sends messages by itself; `None`: it is polled. Section `push`.
    pub push: Option<PushConfig>,
    /// Pause between polls while something happens. First number of `poll_interval_ms`, default 500.
    pub poll_busy: Duration,
    /// Longest pause between polls while a page waits for news and there have been none for half a minute. Key
    /// `poll_listening_ms`, default 2000; counts as what `poll_interval_ms` has next to it where it lies outside.
    pub poll_listening: Duration,
    /// Pause between polls while nothing happens; not shorter than [`Self::poll_busy`]. Second number of
    /// `poll_interval_ms`, default 5000.
    pub poll_idle: Duration,
    /// Whether a robot may serve first. Key `robot`, default true.
    pub robot: bool,
    /// Whether agents can be asked for. Key `agent`, default true.
    pub agent: bool,
    /// The longest text in UTF-8 bytes, at most 1500. Key `text_max_bytes`, default 1024.
    pub text_max_bytes: u32,
    /// How a message names a file. Key `media_content`, default `objectKey,ext`.
    pub media_content: MediaContent,
    /// Whether pictures and films are sent as files (`FILE_IMAGE`, `FILE_VIDEO`). Key `media_as_files`, default false.
    pub media_as_files: bool,
    /// Types of files that the centre takes beside those of [`UPLOAD_TYPES`], such as `jpeg` and `bmp`. Key
    /// `extra_upload_types`, default none.
    pub extra_upload_types: Vec<String>,
    /// Whether the centre takes places. Key `locations`, default false.
    pub locations: bool,
    /// What the centre is told about messages that the visitor has read. Key `read_content`, default `list`.
    pub read_content: ReadContent,
    /// What the request that opens a conversation says, for robots that want a word. Key `connect_content`, default
    /// empty.
    pub connect_content: String,
    /// JSON object that a robot's flow gets when a conversation opens (2.6 alone). Key `trans_data`, default none.
    pub trans_data: Option<String>,
    /// Links of agents that are invitations to a call. Keys `call_links` and `video_call_links`, default none.
    pub call_links: CallLinks,
    /// Where pictures of agents and robots may be fetched. Key `avatar_origins`, default none: no picture is fetched.
    pub avatar_origins: PictureOrigins,
    /// How long the centre may take for one answer. Key `timeout_s`, default 15.
    pub timeout: Duration,
    /// How long one file may take on its way to or from the centre. Key `file_timeout_s`, default 120.
    pub file_timeout: Duration,
    /// The lifetime that is asked for the gateway's token. Key `token_expire_s`, default 600, at most 3600.
    pub token_expire: Duration,
    /// PEM file of the authorities that the gateway's certificate may come from; `None`: those of the system.
    /// Key `ca_file`.
    pub ca_file: Option<PathBuf>,
    /// Whether the centre is told the trace of a request, as `traceparent`. Key `trace_header`, default false.
    pub trace_header: bool,
}

/// Types of files that every centre takes (uploadFileStream, field `fileType`), without the misprint `bpm`.
pub const UPLOAD_TYPES: [&str; 7] = ["jpg", "png", "mp3", "aac", "mp4", "txt", "csv"];

impl CecConfig {
    /// The `fileType` under which the centre takes a file of this type; `None`: it does not. `jpeg` is taken as `jpg`
    /// where it has no name of its own.
    pub fn upload_type<'a>(&'a self, extension: &'a str) -> Option<&'a str> {
        let taken =
            |name: &str| UPLOAD_TYPES.contains(&name) || self.extra_upload_types.iter().any(|t| t == name);
        if taken(extension) { Some(extension) } else { (extension == "jpeg").then_some("jpg") }
    }
}

/// How a message names a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaContent {
    /// `objectKey,ext` for every kind, as the manuals have it.
    KeyAndType,
    /// `objectKey` for pictures, sound and films, `fileName,size,objectKey,ext` for files, as later pages have it.
    Key,
}

/// What the centre is told about messages that the visitor has read (`send` READ, 2.6 alone).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadContent {
    /// A JSON list of their `messageCode`s, as the centre itself tells it.
    List,
    /// That something was read.
    Empty,
    /// Nothing.
    Off,
}

/// Edition of the vendor's interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// As printed for CEC 2.5.
    V2_5,
    /// As printed for CEC 2.6.
    V2_6,
}

/// What a centre does with message ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageIds {
    /// A message with a known id is not taken again.
    Deduplicated,
    /// The id can be found in the history.
    Echoed,
    /// Nothing.
    Ignored,
}

/// What becomes of messages that a poll has answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PollKind {
    /// They are gone.
    Destructive,
    /// They may come again.
    Repeats,
}

pub(super) fn read(mut section: Section<'_>, beside: &Path) -> Option<CecConfig> {
    const DIGITS: &str = "the configuration id that the centre shows for the WEB channel";
    let base_url =
        section.must("base_url", "scheme, host and port such as https://service.example", address::base);
    let app_key = section.must("app_key", "the app key in visible ASCII characters", header_safe);
    let app_secret = secret::must(&mut section, "app_secret", "app_secret_file", beside);
    let channel_id = section.must("channel_id", DIGITS, header_safe);
    let dialect = section.word("dialect", Dialect::V2_6, &[("2.6", Dialect::V2_6), ("2.5", Dialect::V2_5)]);
    let ids = [
        ("ignored", MessageIds::Ignored),
        ("echoed", MessageIds::Echoed),
        ("deduplicated", MessageIds::Deduplicated),
    ];
    let message_id = section.word("message_id", MessageIds::Ignored, &ids);
    let kinds = [("destructive", PollKind::Destructive), ("repeats", PollKind::Repeats)];
    let poll = section.word("poll", PollKind::Destructive, &kinds);
    let history = section.flag("history", false);
    let has_push = section.has("push");
    let push = section.section("push");
    let push = if has_push { push::read(push, beside).map(Some) } else { Some(None) };
    let interval = section.or(
        "poll_interval_ms",
        "two whole numbers of milliseconds from 100 to 30000, the shorter one first",
        (500, 5000),
        interval,
    );
    let listening = section.whole("poll_listening_ms", "milliseconds", 2000, 100..=30_000);
    let robot = section.flag("robot", true);
    let agent = section.flag("agent", true);
    let text_max_bytes = section.whole("text_max_bytes", "bytes", 1024, 1..=1500);
    let media_content = section.word(
        "media_content",
        MediaContent::KeyAndType,
        &[("objectKey,ext", MediaContent::KeyAndType), ("objectKey", MediaContent::Key)],
    );
    let media_as_files = section.flag("media_as_files", false);
    let extra_upload_types = section.or(
        "extra_upload_types",
        "file types in lower case such as [\"jpeg\", \"bmp\"]",
        Vec::new(),
        upload_types,
    );
    let locations = section.flag("locations", false);
    let read_contents =
        [("list", ReadContent::List), ("empty", ReadContent::Empty), ("off", ReadContent::Off)];
    let read_content = section.word("read_content", ReadContent::List, &read_contents);
    let connect_content =
        section.or("connect_content", "a word of at most 64 bytes such as \"start\"", String::new(), short);
    let trans_data = section.get("trans_data", "a JSON object as text, at most 1024 bytes", trans_data);
    let call_links = links(&mut section, "call_links", false);
    let video_call_links = links(&mut section, "video_call_links", true);
    let avatar_origins = section.or(
        "avatar_origins",
        "at most 16 exact origins such as [\"https://img.example\"], http only on this machine",
        PictureOrigins::default(),
        PictureOrigins::read,
    );
    let file_timeout = section.whole("file_timeout_s", "seconds", 120, 10..=600);
    let timeout = section.whole("timeout_s", "seconds", 15, 1..=120);
    let trace_header = section.flag("trace_header", false);
    let token_expire = section.whole("token_expire_s", "seconds", 600, 60..=3600);
    let ca_file = section.get("ca_file", "a PEM file that can be read", |text| {
        let file = beside.join(path(text)?);
        std::fs::metadata(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        Ok(file)
    });
    if (robot, agent) == (Some(false), Some(false)) {
        section.wrong("agent", "neither robot nor agent would serve", "true for `robot`, `agent` or both");
    }
    section.finish();
    let (busy, idle) = interval?;
    Some(CecConfig {
        base_url: base_url?,
        app_key: app_key?,
        app_secret: app_secret?,
        channel_id: channel_id?,
        dialect: dialect?,
        message_id: message_id?,
        poll: poll?,
        history: history? && dialect? == Dialect::V2_6,
        push: push?,
        poll_busy: Duration::from_millis(busy),
        poll_listening: Duration::from_millis(listening?),
        poll_idle: Duration::from_millis(idle),
        robot: robot?,
        agent: agent?,
        text_max_bytes: u32::try_from(text_max_bytes?).ok()?,
        media_content: media_content?,
        media_as_files: media_as_files?,
        extra_upload_types: extra_upload_types?,
        locations: locations?,
        read_content: read_content?,
        connect_content: connect_content?,
        trans_data: trans_data?,
        call_links: call_links?.and(video_call_links?),
        avatar_origins: avatar_origins?,
        timeout: Duration::from_secs(timeout?),
        file_timeout: Duration::from_secs(file_timeout?),
        token_expire: Duration::from_secs(token_expire?),
        ca_file: ca_file?,
        trace_header: trace_header?,
    })
}

fn upload_types(types: Vec<String>) -> Result<Vec<String>, String> {
    let good = |name: &&String| {
        (1..=8).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    match types.iter().find(|name| !good(name)) {
        Some(name) => Err(format!("`{name}` is no file type")),
        None => Ok(types),
    }
}

fn short(text: String) -> Result<String, String> {
    if text.len() > 64 {
        Err(format!("{} bytes", text.len()))
    } else if text.chars().any(char::is_control) {
        Err("holds a control character".into())
    } else {
        Ok(text)
    }
}

fn trans_data(text: String) -> Result<String, String> {
    if text.len() > 1024 {
        return Err(format!("{} bytes", text.len()));
    }
    match serde_json::from_str(&text) {
        Ok(serde_json::Value::Object(_)) => Ok(text),
        Ok(_) => Err("JSON, but not an object".into()),
        Err(error) => Err(format!("not JSON at column {}", error.column())),
    }
}

fn links(section: &mut Section<'_>, key: &'static str, video: bool) -> Option<CallLinks> {
    let expected =
        "addresses such as [\"https://call.example/join*\"], a `*` at the end for all that begin so";
    section.or(key, expected, CallLinks::default(), |patterns: Vec<String>| {
        if video { CallLinks::read(&[], &patterns) } else { CallLinks::read(&patterns, &[]) }
    })
}

/// A text that can stand in a header of a request.
fn header_safe(text: String) -> Result<String, String> {
    let text = filled(text)?;
    if text.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(text)
    } else {
        Err("holds a blank or a character that is not visible ASCII".into())
    }
}

fn interval(numbers: Vec<i128>) -> Result<(u64, u64), String> {
    let [busy, idle] = numbers.as_slice() else {
        return Err(format!("{} numbers instead of two", numbers.len()));
    };
    let good = |number: &i128| u64::try_from(*number).ok().filter(|number| (100..=30_000).contains(number));
    match (good(busy), good(idle)) {
        (Some(busy), Some(idle)) if busy <= idle => Ok((busy, idle)),
        (Some(busy), Some(idle)) => {
            Err(format!("the first number, {busy}, is greater than the second, {idle}"))
        }
        _ => Err(format!("[{busy}, {idle}] is out of range")),
    }
}
