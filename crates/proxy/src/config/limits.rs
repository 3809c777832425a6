//! What the proxy takes at most.

use super::address::Cidr;
use super::section::{Section, parsed};
use std::time::Duration;

/// Section `[limits]`. The defaults suit one proxy of a busy site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The longest body of a request in bytes, uploads apart. Key `body_bytes`, default 65 536.
    pub body_bytes: usize,
    /// The longest head of a request in bytes. Key `header_bytes`, default 16 384.
    pub header_bytes: usize,
    /// How long the head of a request may take, and then its body, uploads apart. Key `header_timeout_s`, default 10.
    pub header_timeout: Duration,
    /// While an answer waits to be read, at least 16 KB of it must be taken in this time. Key `reader_timeout_s`, default 30.
    pub reader_timeout: Duration,
    /// How long a request may take; longer than the longest poll. Key `request_timeout_s`, default 40.
    pub request_timeout: Duration,
    /// Connections at one time. Key `connections`, default 10 000.
    pub connections: usize,
    /// Connections of one address at one time, or of one /64 of IPv6; of this machine and of `trusted_proxies` any number. Key
    /// `connections_per_address`, default 1 000.
    pub connections_per_address: usize,
    /// Sessions at one time. Key `sessions`, default 50 000.
    pub sessions: usize,
    /// Sessions opened from one address in an hour. Key `sessions_per_address_per_hour`, default 60.
    pub sessions_per_address_per_hour: u32,
    /// Requests from one address in a minute. Key `requests_per_address_per_minute`, default 1 200.
    pub requests_per_address_per_minute: u32,
    /// Messages of one visitor in a minute. Key `messages_per_visitor_per_minute`, default 60.
    pub messages_per_visitor_per_minute: u32,
    /// Conversations that one visitor asks for in a minute, or changes of hands. Key `connects_per_visitor_per_minute`, default 60.
    pub connects_per_visitor_per_minute: u32,
    /// Files of one visitor in a minute. Key `files_per_visitor_per_minute`, default 30.
    pub files_per_visitor_per_minute: u32,
    /// Reads of files, and tickets for them, of one visitor in a minute. Key `file_reads_per_visitor_per_minute`, default 600.
    pub file_reads_per_visitor_per_minute: u32,
    /// Suggestions asked for by one visitor in a minute. Key `suggestions_per_visitor_per_minute`, default 60.
    pub suggestions_per_visitor_per_minute: u32,
    /// Judgements of one visitor in a minute. Key `feedback_per_visitor_per_minute`, default 30.
    pub feedback_per_visitor_per_minute: u32,
    /// Pages of history of one visitor in a minute. Key `history_per_visitor_per_minute`, default 30.
    pub history_per_visitor_per_minute: u32,
    /// Messages left by one visitor in an hour, refused ones included. Key `left_messages_per_visitor_per_hour`, default 30.
    pub left_messages_per_visitor_per_hour: u32,
    /// Calls of one visitor in an hour. Key `calls_per_visitor_per_hour`, default 30.
    pub calls_per_visitor_per_hour: u32,
    /// Calls that one member of staff places in an hour, refused ones included. Key `placed_calls_per_person_per_hour`, default 60.
    pub placed_calls_per_person_per_hour: u32,
    /// Requests of a centre that sends messages by itself, of one desk in a minute. Key `pushes_per_desk_per_minute`, default 6 000.
    pub pushes_per_desk_per_minute: u32,
    /// Files of one visitor in one conversation. Key `files_per_visitor`, default 200.
    pub files_per_visitor: u32,
    /// Their bytes. Key `file_bytes_per_visitor`, default 1 000 000 000.
    pub file_bytes_per_visitor: u64,
    /// Bytes of files on their way, of all visitors. Key `spool_bytes`, default 2 000 000 000.
    pub spool_bytes: u64,
    /// Bytes of the centre's files that are kept for a while, within `spool_bytes`. Key `cache_bytes`, default 500 000 000.
    pub cache_bytes: u64,
    /// The largest file of the centre that is fetched. Key `download_bytes`, default 50 000 000.
    pub download_bytes: u64,
    /// How long one file may take, from the page to the centre or back. Key `file_timeout_s`, default 900.
    pub file_timeout: Duration,
    /// The longest pause in a file that is being received. Key `file_idle_s`, default 30.
    pub file_idle: Duration,
    /// Events kept per visitor. Key `events_per_visitor`, default 5 000.
    pub events_per_visitor: u32,
    /// Networks whose `X-Forwarded-For` is believed. Key `trusted_proxies`, default none.
    pub trusted_proxies: Vec<Cidr>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 65_536,
            header_bytes: 16_384,
            header_timeout: Duration::from_secs(10),
            reader_timeout: Duration::from_secs(30),
            request_timeout: Duration::from_secs(40),
            connections: 10_000,
            connections_per_address: 1_000,
            sessions: 50_000,
            sessions_per_address_per_hour: 60,
            requests_per_address_per_minute: 1_200,
            messages_per_visitor_per_minute: 60,
            connects_per_visitor_per_minute: 60,
            files_per_visitor_per_minute: 30,
            file_reads_per_visitor_per_minute: 600,
            suggestions_per_visitor_per_minute: 60,
            feedback_per_visitor_per_minute: 30,
            history_per_visitor_per_minute: 30,
            left_messages_per_visitor_per_hour: 30,
            calls_per_visitor_per_hour: 30,
            placed_calls_per_person_per_hour: 60,
            pushes_per_desk_per_minute: 6_000,
            files_per_visitor: 200,
            file_bytes_per_visitor: 1_000_000_000,
            spool_bytes: 2_000_000_000,
            cache_bytes: 500_000_000,
            download_bytes: 50_000_000,
            file_timeout: Duration::from_secs(900),
            file_idle: Duration::from_secs(30),
            events_per_visitor: 5_000,
            trusted_proxies: Vec::new(),
        }
    }
}

pub(super) fn read(mut section: Section<'_>) -> Option<Limits> {
    let default = Limits::default();
    let body_bytes = section.whole("body_bytes", "bytes", default.body_bytes as u64, 1_024..=16_777_216);
    let header_bytes = section.whole("header_bytes", "bytes", default.header_bytes as u64, 8_192..=1_048_576);
    let header_timeout =
        section.whole("header_timeout_s", "seconds", default.header_timeout.as_secs(), 1..=300);
    let reader_timeout =
        section.whole("reader_timeout_s", "seconds", default.reader_timeout.as_secs(), 1..=300);
    let request_timeout =
        section.whole("request_timeout_s", "seconds", default.request_timeout.as_secs(), 30..=600);
    let connections = section.whole("connections", "connections", default.connections as u64, 1..=1_000_000);
    let of_one = section.whole(
        "connections_per_address",
        "connections",
        default.connections_per_address as u64,
        1..=1_000_000,
    );
    let sessions = section.whole("sessions", "sessions", default.sessions as u64, 1..=10_000_000);
    let mut rate = |key, unit, default: u32, most: u32| {
        section.whole(key, unit, default.into(), 1..=most.into()).and_then(|value| u32::try_from(value).ok())
    };
    let opened =
        rate("sessions_per_address_per_hour", "sessions", default.sessions_per_address_per_hour, 1_000_000);
    let asked = rate(
        "requests_per_address_per_minute",
        "requests",
        default.requests_per_address_per_minute,
        10_000_000,
    );
    let said =
        rate("messages_per_visitor_per_minute", "messages", default.messages_per_visitor_per_minute, 100_000);
    let events = rate("events_per_visitor", "events", default.events_per_visitor, 1_000_000);
    let mut few = |key, unit, default: u32| rate(key, unit, default, 100_000);
    let connected = few("connects_per_visitor_per_minute", "wishes", default.connects_per_visitor_per_minute);
    let files = few("files_per_visitor_per_minute", "files", default.files_per_visitor_per_minute);
    let reads = few("file_reads_per_visitor_per_minute", "reads", default.file_reads_per_visitor_per_minute);
    let suggested =
        few("suggestions_per_visitor_per_minute", "questions", default.suggestions_per_visitor_per_minute);
    let judged =
        few("feedback_per_visitor_per_minute", "judgements", default.feedback_per_visitor_per_minute);
    let pages = few("history_per_visitor_per_minute", "pages", default.history_per_visitor_per_minute);
    let left =
        few("left_messages_per_visitor_per_hour", "messages", default.left_messages_per_visitor_per_hour);
    let calls = few("calls_per_visitor_per_hour", "calls", default.calls_per_visitor_per_hour);
    let placed = few("placed_calls_per_person_per_hour", "calls", default.placed_calls_per_person_per_hour);
    let pushed = few("pushes_per_desk_per_minute", "requests", default.pushes_per_desk_per_minute);
    let files_kept = few("files_per_visitor", "files", default.files_per_visitor);
    let mut bytes = |key, default: u64| section.whole(key, "bytes", default, 1_000_000..=1_000_000_000_000);
    let file_bytes = bytes("file_bytes_per_visitor", default.file_bytes_per_visitor);
    let spool_bytes = bytes("spool_bytes", default.spool_bytes);
    let cache_bytes = bytes("cache_bytes", default.cache_bytes);
    let download_bytes = bytes("download_bytes", default.download_bytes);
    if let (Some(cache), Some(spool)) = (cache_bytes, spool_bytes)
        && cache > spool / 2
    {
        section.wrong(
            "cache_bytes",
            "more than half of `spool_bytes`",
            "less, since uploads need the other half",
        );
    }
    let file_timeout = section.whole("file_timeout_s", "seconds", default.file_timeout.as_secs(), 60..=7_200);
    let file_idle = section.whole("file_idle_s", "seconds", default.file_idle.as_secs(), 5..=600);
    let trusted_proxies = section.or(
        "trusted_proxies",
        "a list of networks such as [\"10.0.0.0/8\", \"::1\"]",
        Vec::new(),
        |networks: Vec<String>| networks.iter().map(|text| parsed(text)).collect(),
    );
    section.finish();
    Some(Limits {
        body_bytes: usize::try_from(body_bytes?).ok()?,
        header_bytes: usize::try_from(header_bytes?).ok()?,
        header_timeout: Duration::from_secs(header_timeout?),
        reader_timeout: Duration::from_secs(reader_timeout?),
        request_timeout: Duration::from_secs(request_timeout?),
        connections: usize::try_from(connections?).ok()?,
        connections_per_address: usize::try_from(of_one?).ok()?,
        sessions: usize::try_from(sessions?).ok()?,
        sessions_per_address_per_hour: opened?,
        requests_per_address_per_minute: asked?,
        messages_per_visitor_per_minute: said?,
        connects_per_visitor_per_minute: connected?,
        files_per_visitor_per_minute: files?,
        file_reads_per_visitor_per_minute: reads?,
        suggestions_per_visitor_per_minute: suggested?,
        feedback_per_visitor_per_minute: judged?,
        history_per_visitor_per_minute: pages?,
        left_messages_per_visitor_per_hour: left?,
        calls_per_visitor_per_hour: calls?,
        placed_calls_per_person_per_hour: placed?,
        pushes_per_desk_per_minute: pushed?,
        files_per_visitor: files_kept?,
        file_bytes_per_visitor: file_bytes?,
        spool_bytes: spool_bytes?,
        cache_bytes: cache_bytes?,
        download_bytes: download_bytes?,
        file_timeout: Duration::from_secs(file_timeout?),
        file_idle: Duration::from_secs(file_idle?),
        events_per_visitor: events?,
        trusted_proxies: trusted_proxies?,
    })
}
