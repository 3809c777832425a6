//! Stories of calls, in a time of their own and without a socket.

use std::time::Duration;

use proptest::prelude::*;
use str0m::change::{SdpAnswer, SdpOffer, SdpPendingOffer};
use str0m::media::{Direction, MediaKind};
use str0m::{Candidate, Rtc, RtcConfig};
use tokio::sync::{broadcast, mpsc};
use tokio::time::Instant;

use super::*;
use crate::Side;
use crate::sip::address;

/// A browser with sound, and what it offers.
fn browser() -> (Rtc, SdpPendingOffer, String) {
    let mut rtc = RtcConfig::new().build(std::time::Instant::now());
    rtc.add_local_candidate(Candidate::host(([127, 0, 0, 1], 9).into(), "udp").unwrap());
    let mut api = rtc.sdp_api();
    api.add_media(MediaKind::Audio, Direction::SendRecv, None, None, None);
    let (offer, pending) = api.apply().unwrap();
    let offer = offer.to_sdp_string();
    (rtc, pending, offer)
}

fn offer() -> String {
    browser().2
}

struct Bench {
    gateway: Signalling,
    frames: mpsc::Receiver<String>,
    events: broadcast::Receiver<GatewayEvent>,
    now: Instant,
    /// The answer's tag, once there was one.
    tag: String,
    offer: String,
}

impl Bench {
    fn new() -> Bench {
        let settings = Settings::default();
        let media = Media::without_sockets(&settings);
        let (events, heard) = broadcast::channel(64);
        let mut gateway = Signalling::new(settings, media, events);
        let (outbox, frames) = mpsc::channel(OUTBOX_FRAMES);
        assert!(gateway.open(1, outbox));
        Bench { gateway, frames, events: heard, now: Instant::now(), tag: String::new(), offer: offer() }
    }

    fn request(&self, method: &str, user: &str, cseq: u32, more: &str, body: &str) -> String {
        let tag = if self.tag.is_empty() { String::new() } else { format!(";tag={}", self.tag) };
        format!(
            "{method} sip:{user}@cc.example SIP/2.0\r\nVia: SIP/2.0/WS v.invalid;branch=z9hG4bK{cseq}{method}\r\n\
             From: <sip:v@cc.example>;tag=me\r\nTo: <sip:{user}@cc.example>{tag}\r\nCall-ID: call-1\r\n\
             CSeq: {cseq} {method}\r\nContact: <sip:v@v.invalid;transport=ws>\r\n{more}Content-Length: {}\r\n\r\n{body}",
            body.len()
        )
    }

    fn say(&mut self, method: &str, user: &str, cseq: u32, more: &str, body: &str) -> Vec<Message> {
        let text = self.request(method, user, cseq, more, body);
        self.gateway.receive(self.now, 1, text.as_bytes());
        self.heard()
    }

    fn invite(&mut self, user: &str) -> Vec<Message> {
        let offer = self.offer.clone();
        self.say("INVITE", user, 1, "Supported: timer\r\nContent-Type: application/sdp\r\n", &offer)
    }

    /// What the gateway has sent since.
    fn heard(&mut self) -> Vec<Message> {
        let mut all = Vec::new();
        while let Ok(frame) = self.frames.try_recv() {
            let message = sip::parse(frame.as_bytes()).unwrap_or_else(|error| panic!("{error}: {frame}"));
            if let Message::Response(response) = &message
                && let Some(tag) = address::param(response.headers.get("To").unwrap_or_default(), "tag")
                && response.status > 100
                && response.status < 300
                && response.headers.cseq().is_some_and(|(_, method)| method == "INVITE")
            {
                self.tag = tag.to_owned();
            }
            all.push(message);
        }
        all
    }

    /// Lets time pass, step by step as the timer would.
    fn pass(&mut self, time: Duration) -> Vec<Message> {
        let end = self.now + time;
        while let Some(due) = self.gateway.due().filter(|due| *due <= end) {
            self.now = self.now.max(due);
            self.gateway.tick(self.now);
        }
        self.now = end;
        self.heard()
    }

    fn seconds(&mut self, seconds: u64) -> Vec<Message> {
        self.pass(Duration::from_secs(seconds))
    }

    /// A call that was answered and acknowledged.
    fn talking(&mut self, user: &str) {
        assert_eq!(statuses(&self.invite(user)), [100, 180]);
        assert_eq!(statuses(&self.pass(Duration::from_millis(300))), [200]);
        assert!(self.say("ACK", user, 1, "", "").is_empty());
    }

    fn answer(&mut self, request: &Request, status: u16, body: &str) -> Vec<Message> {
        let mut response = request.response(status, None);
        response.body = body.to_owned();
        self.gateway.receive(self.now, 1, response.write().as_bytes());
        self.heard()
    }

    fn news(&mut self) -> Vec<CallNews> {
        std::iter::from_fn(|| self.events.try_recv().ok()).map(|event| event.news).collect()
    }
}

fn statuses(messages: &[Message]) -> Vec<u16> {
    messages
        .iter()
        .map(|message| match message {
            Message::Response(response) => response.status,
            Message::Request(request) => panic!("{} came", request.method),
        })
        .collect()
}

fn request(messages: &[Message], method: &str) -> Request {
    match messages {
        [Message::Request(request)] if request.method == method => request.clone(),
        other => panic!("not one {method}: {other:?}"),
    }
}

fn response(messages: &[Message]) -> &Response {
    match messages.last() {
        Some(Message::Response(response)) => response,
        other => panic!("no response: {other:?}"),
    }
}

#[test]
fn numbers_that_refuse() {
    for (user, status) in
        [("1486", 486), ("1404", 404), ("1503", 503), ("1603", 603), ("1600", 600), ("555", 404), ("", 404)]
    {
        let mut bench = Bench::new();
        assert_eq!(statuses(&bench.invite(user)), [100, status], "{user}");
        assert!(bench.say("ACK", user, 1, "", "").is_empty());
        assert!(bench.gateway.open_calls().is_empty());
    }
    let moved = Bench::new().invite("1302");
    assert_eq!(response(&moved).headers.get("Contact"), Some("<sip:1000@rtc.sandbox.invalid>"));
    assert_eq!(statuses(&moved), [100, 302]);
    assert!(Bench::new().invite("1499").is_empty());
    let mut bench = Bench::new();
    assert_eq!(statuses(&bench.say("INVITE", "1000", 1, "", "no description")), [100, 488]);
    assert_eq!(statuses(&bench.say("INVITE", "1000", 2, "", "")), [100, 488]);
    assert_eq!(statuses(&bench.say("REGISTER", "1000", 3, "", "")), [405]);
    assert_eq!(statuses(&bench.say("OPTIONS", "1000", 4, "", "")), [200]);
    assert_eq!(statuses(&bench.say("BYE", "1000", 5, "", "")), [481]);
    assert_eq!(statuses(&bench.say("CANCEL", "1000", 5, "", "")), [481]);
}

#[test]
fn an_answer_is_repeated_until_it_is_acknowledged_and_the_visitor_hangs_up() {
    let mut bench = Bench::new();
    assert_eq!(statuses(&bench.invite("1000")), [100, 180]);
    let answered = bench.pass(Duration::from_millis(300));
    let answer = response(&answered);
    assert_eq!(answer.status, 200);
    assert!(answer.body.contains("a=fingerprint:") && answer.body.contains("opus/48000"), "{}", answer.body);
    assert!(answer.body.contains("a=rtpmap:") && answer.headers.get("Contact").is_some());
    assert_eq!(bench.pass(Duration::from_millis(500)), answered);
    assert_eq!(bench.seconds(1), answered);
    assert!(bench.say("ACK", "1000", 1, "", "").is_empty());
    assert!(bench.seconds(60).is_empty());
    assert!(bench.gateway.open_calls()[0].answered);
    assert_eq!(statuses(&bench.say("BYE", "1000", 2, "X-Reason: none\r\n", "")), [200]);
    assert_eq!(statuses(&bench.say("BYE", "1000", 3, "", "")), [481]);
    assert_eq!(bench.news(), [CallNews::Ringing, CallNews::Answered, CallNews::Ended(Side::Visitor, 200)]);
}

#[test]
fn an_answer_that_nobody_acknowledges_is_given_up() {
    let mut bench = Bench::new();
    bench.invite("1001");
    let all = bench.seconds(60);
    let (last, answers) = all.split_last().unwrap();
    request(std::slice::from_ref(last), "BYE");
    assert!((8..14).contains(&answers.len()), "{}", answers.len());
    assert_eq!(bench.news().last(), Some(&CallNews::Ended(Side::Gateway, 408)));
}

#[test]
fn early_media_has_the_description_that_the_answer_repeats() {
    let mut bench = Bench::new();
    let early = bench.invite("1002");
    assert_eq!(statuses(&early), [100, 183]);
    let late = bench.seconds(2);
    assert_eq!(statuses(&late), [200]);
    assert_eq!(response(&early).body, response(&late).body);
    assert!(!response(&late).body.is_empty());
}

#[test]
fn a_caller_who_gives_up_or_waits_too_long() {
    let mut bench = Bench::new();
    assert_eq!(statuses(&bench.invite("1487")), [100, 180]);
    assert!(bench.seconds(100).is_empty());
    let tag = std::mem::take(&mut bench.tag);
    assert_eq!(statuses(&bench.say("CANCEL", "1487", 1, "", "")), [200, 487]);
    assert_eq!(bench.news(), [CallNews::Ringing, CallNews::Ended(Side::Visitor, 487)]);
    bench.tag = tag;
    assert!(bench.say("ACK", "1487", 1, "", "").is_empty());
    bench.tag.clear();
    assert_eq!(statuses(&bench.invite("1487")), [100, 180]);
    assert_eq!(statuses(&bench.seconds(180)), [480]);
}

#[test]
fn too_late_to_cancel() {
    let mut bench = Bench::new();
    bench.talking("1000");
    bench.tag.clear();
    assert_eq!(statuses(&bench.say("CANCEL", "1000", 1, "", "")), [200]);
    assert_eq!(bench.gateway.open_calls().len(), 1);
}

#[test]
fn the_gateway_hangs_up() {
    let mut bench = Bench::new();
    bench.talking("1207");
    assert!(bench.pass(Duration::from_millis(6_900)).is_empty());
    let bye = request(&bench.seconds(1), "BYE");
    assert_eq!(bye.uri, "sip:v@v.invalid;transport=ws");
    assert_eq!(address::param(bye.headers.get("To").unwrap(), "tag"), Some("me"));
    assert!(bench.answer(&bye, 200, "").is_empty());
    assert_eq!(bench.news().last(), Some(&CallNews::Ended(Side::Gateway, 200)));
}

#[test]
fn credentials() {
    for (user, status, ask, answer) in [
        ("1401", 401, "WWW-Authenticate", "Authorization"),
        ("1407", 407, "Proxy-Authenticate", "Proxy-Authorization"),
    ] {
        let mut bench = Bench::new();
        let asked = bench.invite(user);
        assert_eq!(statuses(&asked), [100, status]);
        let challenge = response(&asked).headers.get(ask).unwrap().to_owned();
        let nonce = challenge.split("nonce=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
        // MD5 of the names, the password `frontdesk` and this nonce, as RFC 2617 has it without qop.
        let right = digest_of(nonce, user, "frontdesk");
        let wrong = digest_of(nonce, user, "other");
        let offer = bench.offer.clone();
        let field = |digest: &str, nonce: &str| {
            format!(
                "{answer}: Digest username=\"v\", realm=\"rtc.sandbox.invalid\", nonce=\"{nonce}\", \
                 uri=\"sip:{user}@cc.example\", response=\"{digest}\"\r\n"
            )
        };
        let (wrong, stale, right) = (field(&wrong, nonce), field(&right, "old"), field(&right, nonce));
        assert_eq!(statuses(&bench.say("INVITE", user, 2, &wrong, &offer)), [100, 403]);
        assert_eq!(statuses(&bench.say("INVITE", user, 3, &stale, &offer)), [100, status]);
        assert_eq!(statuses(&bench.say("INVITE", user, 4, &right, &offer)), [100, 180]);
    }
}

fn digest_of(nonce: &str, user: &str, password: &str) -> String {
    use md5::{Digest, Md5};
    let md5 = |text: String| Md5::digest(text).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let secret = md5(format!("v:rtc.sandbox.invalid:{password}"));
    md5(format!("{secret}:{nonce}:{}", md5(format!("INVITE:sip:{user}@cc.example"))))
}

#[test]
fn the_session_is_refreshed_by_update_and_by_invite() {
    let mut bench = Bench::new();
    bench.talking("1490");
    let update = request(&bench.seconds(46), "UPDATE");
    assert_eq!(update.headers.get("Session-Expires"), Some("90;refresher=uas"));
    assert!(bench.answer(&update, 200, "").is_empty());
    let again = request(&bench.seconds(46), "UPDATE");
    assert_eq!(request(&bench.answer(&again, 481, ""), "BYE").method, "BYE");
    assert_eq!(bench.news().last(), Some(&CallNews::Ended(Side::Gateway, 481)));

    let mut bench = Bench::new();
    bench.talking("1491");
    let invite = request(&bench.seconds(46), "INVITE");
    assert!(invite.body.contains("a=setup:actpass") && !invite.body.contains("a=setup:passive"));
    let ack = request(&bench.answer(&invite, 200, "v=0\r\n"), "ACK");
    assert_eq!(ack.headers.cseq(), invite.headers.cseq().map(|(number, _)| (number, "ACK")));
    assert_ne!(ack.headers.get("Via"), invite.headers.get("Via"));
    // One that nobody answers ends the call.
    request(&bench.seconds(46), "INVITE");
    request(&bench.seconds(33), "BYE");
}

#[test]
fn a_session_that_the_visitor_has_to_refresh() {
    let mut bench = Bench::new();
    bench.talking("1492");
    assert!(bench.seconds(80).is_empty());
    let refreshed = bench.say("UPDATE", "1492", 2, "Session-Expires: 90;refresher=uac\r\n", "");
    assert_eq!(response(&refreshed).headers.get("Session-Expires"), Some("90;refresher=uac"));
    assert!(bench.seconds(80).is_empty());
    request(&bench.seconds(20), "BYE");
}

#[test]
fn the_gateway_holds_and_takes_back() {
    let mut bench = Bench::new();
    let (mut browser, pending, offer) = browser();
    bench.offer = offer;
    bench.invite("1003");
    let answered = bench.pass(Duration::from_millis(300));
    let answer = SdpAnswer::from_sdp_string(&response(&answered).body).unwrap();
    browser.sdp_api().accept_answer(pending, answer).unwrap();
    bench.say("ACK", "1003", 1, "", "");
    let mut agree = |sdp: &str| {
        browser.sdp_api().accept_offer(SdpOffer::from_sdp_string(sdp).unwrap()).unwrap().to_sdp_string()
    };

    let hold = request(&bench.seconds(2), "INVITE");
    assert!(hold.body.contains("a=sendonly"), "{}", hold.body);
    // Meanwhile the visitor's own offer has to wait.
    let offer = bench.offer.clone();
    assert_eq!(statuses(&bench.say("INVITE", "1003", 2, "", &offer)), [491]);
    request(&bench.answer(&hold, 200, &agree(&hold.body)), "ACK");
    let resume = request(&bench.seconds(3), "INVITE");
    assert!(resume.body.contains("a=sendrecv"), "{}", resume.body);
    let ack = request(&bench.answer(&resume, 491, ""), "ACK");
    // The ACK to a refusal belongs to the INVITE.
    assert_eq!(ack.headers.get("Via"), resume.headers.get("Via"));
    assert_eq!(bench.gateway.open_calls().len(), 1);
}

#[test]
fn a_picture_nobody_asked_for_is_offered() {
    let mut bench = Bench::new();
    bench.talking("1008");
    let more = request(&bench.seconds(1), "INVITE");
    assert!(more.body.contains("m=video"), "{}", more.body);
    request(&bench.answer(&more, 488, ""), "ACK");
    assert_eq!(bench.gateway.open_calls().len(), 1);
}

#[test]
fn requests_that_a_telephone_refuses_leave_the_call_alone() {
    for (user, method, status) in [("1005", "REFER", 603), ("1006", "NOTIFY", 489), ("1007", "OPTIONS", 200)]
    {
        let mut bench = Bench::new();
        bench.talking(user);
        let asked = request(&bench.seconds(1), method);
        assert!(bench.answer(&asked, status, "").is_empty());
        assert!(bench.seconds(300).is_empty());
        assert_eq!(bench.gateway.open_calls().len(), 1);
    }
}

#[test]
fn requests_within_a_call() {
    let mut bench = Bench::new();
    bench.talking("1001");
    let relay = "Content-Type: application/dtmf-relay\r\n";
    assert_eq!(statuses(&bench.say("INFO", "1001", 2, relay, "Signal=5\r\nDuration=250\r\n")), [200]);
    assert_eq!(statuses(&bench.say("INFO", "1001", 3, relay, "Signal=##\r\n")), [200]);
    assert_eq!(statuses(&bench.say("INFO", "1001", 4, "", "Signal=6\r\n")), [200]);
    assert_eq!(statuses(&bench.say("MESSAGE", "1001", 5, "", "hello")), [405]);
    assert_eq!(statuses(&bench.say("OPTIONS", "1001", 6, "", "")), [200]);
    assert_eq!(statuses(&bench.say("INFO", "1001", 5, "", "")), [500]);
    assert_eq!(statuses(&bench.say("INVITE", "1001", 7, "", "")), [488]);
    assert_eq!(statuses(&bench.say("INVITE", "1001", 8, "", "v=0\r\n")), [488]);
    let hold = bench.offer.replace("a=sendrecv", "a=sendonly");
    let held = bench.say("INVITE", "1001", 9, "", &hold);
    assert!(response(&held).body.contains("a=recvonly"), "{}", response(&held).body);
    // Not acknowledged yet, so no second one.
    assert_eq!(bench.gateway.open_calls()[0].digits, "5");
    assert!(bench.gateway.open_calls()[0].held);
    bench.say("ACK", "1001", 9, "", "");
    let offer = bench.offer.clone();
    assert_eq!(statuses(&bench.say("UPDATE", "1001", 10, "", &offer)), [200]);
    let news = bench.news();
    assert_eq!(news.iter().filter(|news| matches!(news, CallNews::Digit(_))).count(), 1);
    assert_eq!(
        news.iter().filter(|news| matches!(news, CallNews::Held(_))).collect::<Vec<_>>(),
        [&CallNews::Held(true), &CallNews::Held(false)]
    );
    let tag = std::mem::replace(&mut bench.tag, "another".into());
    assert_eq!(statuses(&bench.say("BYE", "1001", 11, "", "")), [481]);
    bench.tag = tag;
    assert_eq!(statuses(&bench.say("BYE", "1001", 12, "", "")), [200]);
}

#[test]
fn no_telephone_events_where_none_are_wanted() {
    let with_tones = bench_answer("1001");
    let without = bench_answer("1004");
    assert!(!without.contains("telephone-event"), "{without}");
    assert!(with_tones.contains("telephone-event"), "{with_tones}");
}

fn bench_answer(user: &str) -> String {
    let mut bench = Bench::new();
    bench.offer = bench
        .offer
        .replace("a=rtpmap:111 opus", "a=rtpmap:126 telephone-event/8000\r\na=rtpmap:111 opus")
        .replace("UDP/TLS/RTP/SAVPF 111", "UDP/TLS/RTP/SAVPF 111 126");
    bench.invite(user);
    response(&bench.pass(Duration::from_millis(300))).body.clone()
}

#[test]
fn a_closed_socket_ends_the_call_unless_another_takes_over() {
    let mut bench = Bench::new();
    bench.talking("1000");
    bench.gateway.close(bench.now, 1);
    bench.seconds(11);
    assert_eq!(bench.gateway.open_calls().len(), 1);
    let (outbox, frames) = mpsc::channel(OUTBOX_FRAMES);
    assert!(bench.gateway.open(2, outbox));
    bench.frames = frames;
    let text = bench.request("UPDATE", "1000", 2, "", "");
    bench.gateway.receive(bench.now, 2, text.as_bytes());
    assert_eq!(statuses(&bench.heard()), [200]);
    bench.seconds(60);
    assert!(bench.gateway.open_calls()[0].socket);
    bench.gateway.close(bench.now, 2);
    bench.seconds(12);
    assert!(bench.gateway.open_calls().is_empty());
    assert_eq!(bench.news().last(), Some(&CallNews::Ended(Side::Gateway, 408)));
}

#[test]
fn a_line_plays_the_announcement_until_the_agent_is_there() {
    let mut bench = Bench::new();
    assert_eq!(statuses(&bench.invite("17900000001")), [100, 404]);
    bench.gateway.open_line("17900000001");
    let heard = bench.invite("17900000001");
    assert_eq!(statuses(&heard), [100, 183]);
    assert!(
        matches!(heard.last(), Some(Message::Response(progress)) if progress.body.contains("opus/48000"))
    );
    assert!(bench.seconds(20).is_empty());
    let offer = offer();
    assert!(bench.gateway.agent_offer(bench.now, "17900000001", "nonsense").is_err());
    assert!(bench.gateway.agent_offer(bench.now, "2", &offer).is_err());
    let answer = bench.gateway.agent_offer(bench.now, "17900000001", &offer).unwrap();
    assert!(answer.contains("opus/48000"));
    assert_eq!(statuses(&bench.heard()), [200]);
    assert!(bench.say("ACK", "17900000001", 1, "", "").is_empty());
    assert!(bench.gateway.open_calls()[0].agent.is_some());
    assert!(bench.gateway.hang_up("17900000001", 200));
    request(&bench.heard(), "BYE");
    assert!(!bench.gateway.hang_up("17900000001", 200));
    assert_eq!(bench.news(), [CallNews::Ringing, CallNews::Answered, CallNews::Ended(Side::Agent, 200)]);
}

#[test]
fn the_agent_may_be_there_first_and_a_line_takes_one_visitor() {
    let mut bench = Bench::new();
    bench.gateway.open_line("179");
    let offer = offer();
    bench.gateway.agent_offer(bench.now, "179", &offer).unwrap();
    assert_eq!(statuses(&bench.invite("179")), [100, 180, 200]);
    bench.say("ACK", "179", 1, "", "");
    let other = bench.request("INVITE", "179", 1, "", &offer).replace("call-1", "call-2");
    let other = other.replace(&format!(";tag={}", bench.tag), "");
    bench.gateway.receive(bench.now, 1, other.as_bytes());
    assert_eq!(statuses(&bench.heard()), [100, 486]);
    assert_eq!(statuses(&bench.say("BYE", "179", 2, "", "")), [200]);
    assert!(!bench.gateway.hang_up("179", 200), "the agent's leg ended with the visitor's");
    bench.gateway.close_line("179");
    bench.tag.clear();
    assert_eq!(statuses(&bench.invite("179")), [100, 404]);
}

#[test]
fn keep_alives_and_noise() {
    let mut bench = Bench::new();
    bench.gateway.receive(bench.now, 1, b"\r\n\r\n");
    assert_eq!(bench.frames.try_recv().as_deref(), Ok("\r\n"));
    for noise in [&b"\r\n"[..], b"", b"hello", b"\xff\xfe", b"SIP/2.0 200 OK\r\n\r\n"] {
        bench.gateway.receive(bench.now, 1, noise);
    }
    assert!(bench.frames.try_recv().is_err());
    bench.gateway.settings.pong = false;
    bench.gateway.receive(bench.now, 1, b"\r\n\r\n");
    assert!(bench.frames.try_recv().is_err());
    bench.gateway.ping();
    assert_eq!(bench.frames.try_recv().as_deref(), Ok("\r\n\r\n"));
}

#[test]
fn there_is_room_for_so_many_calls_and_a_socket_that_does_not_read_is_closed() {
    let mut bench = Bench::new();
    bench.gateway.settings.calls_max = 1;
    bench.invite("1487");
    let text = bench.request("INVITE", "1487", 1, "", &bench.offer).replace("call-1", "call-2");
    let text = text.replace(&format!(";tag={}", bench.tag), "");
    bench.gateway.receive(bench.now, 1, text.as_bytes());
    assert_eq!(statuses(&bench.heard()), [100, 503]);
    for _ in 0..=OUTBOX_FRAMES {
        bench.gateway.receive(bench.now, 1, b"\r\n\r\n");
    }
    assert!(bench.gateway.connections.is_empty());
}

/// Anything that can happen to a call.
#[derive(Clone, Debug)]
enum Step {
    Say(&'static str, u32),
    Answer(u16),
    Pass(u64),
    Socket(bool),
    Offer,
    HangUp,
    CloseLine,
}

fn step() -> impl Strategy<Value = Step> {
    let methods = prop::sample::select(vec!["INVITE", "ACK", "CANCEL", "BYE", "UPDATE", "INFO", "OPTIONS"]);
    prop_oneof![
        4 => (methods, 1..6_u32).prop_map(|(method, cseq)| Step::Say(method, cseq)),
        1 => prop::sample::select(vec![100, 200, 408, 481, 491, 603]).prop_map(Step::Answer),
        2 => (0..40_u64).prop_map(Step::Pass),
        1 => any::<bool>().prop_map(Step::Socket),
        1 => Just(Step::Offer),
        1 => Just(Step::HangUp),
        1 => Just(Step::CloseLine),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// In whatever order things happen: what was begun ends once, and nothing is left.
    #[test]
    fn every_call_ends_once(
        user in prop::sample::select(vec!["179", "1000", "1003", "1201", "1487", "1491"]),
        steps in prop::collection::vec(step(), 1..25),
    ) {
        let mut bench = Bench::new();
        bench.gateway.open_line("179");
        let offer = bench.offer.clone();
        let mut asked: Option<Request> = None;
        let mut sent = Vec::new();
        for step in steps {
            match step {
                Step::Say(method, cseq) => {
                    let body = if method == "INVITE" { offer.as_str() } else { "" };
                    let tag = bench.tag.clone();
                    if cseq == 1 || method == "CANCEL" {
                        bench.tag.clear();
                    }
                    sent = bench.say(method, user, cseq, "", body);
                    if bench.tag.is_empty() {
                        bench.tag = tag;
                    }
                }
                Step::Answer(status) => {
                    if let Some(request) = asked.take() {
                        sent = bench.answer(&request, status, "");
                    }
                }
                Step::Pass(seconds) => sent = bench.seconds(seconds),
                Step::Socket(open) => {
                    if open {
                        let (outbox, frames) = mpsc::channel(OUTBOX_FRAMES);
                        bench.gateway.open(1, outbox);
                        bench.frames = frames;
                    } else {
                        bench.gateway.close(bench.now, 1);
                    }
                }
                Step::Offer => drop(bench.gateway.agent_offer(bench.now, "179", &offer)),
                Step::HangUp => drop(bench.gateway.hang_up("179", 200)),
                Step::CloseLine => bench.gateway.close_line("179"),
            }
            if let Some(Message::Request(request)) = sent.last() {
                asked = Some(request.clone());
            }
        }
        bench.gateway.end_all();
        prop_assert!(bench.gateway.open_calls().is_empty());
        let mut open = 0_i32;
        while let Ok(event) = bench.events.try_recv() {
            match event.news {
                CallNews::Ringing => open += 1,
                CallNews::Ended(..) if !event.call_id.is_empty() => open -= 1,
                _ => {}
            }
            prop_assert!((0..=1).contains(&open));
        }
        prop_assert_eq!(open, 0);
    }
}
