//! Exchanges through a proxy: unchanged where no fault is due, and each fault as it is called.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // helpers of tests

mod support;

use frontdesk_faults::{Class, Entry, Kind, Level, Plan, Proxy, Settings};
use std::time::Duration;
use support::{Desk, always, canned, client, client_builder, desk_behind, listen, read_all};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const PATH: &str = "/v1/messages";
const BODY: &str = r#"{"id":"m-1","body":{"text":"secret words"}}"#;

async fn post(proxy: &Proxy) -> reqwest::Result<reqwest::Response> {
    let request = client().post(format!("{}{PATH}", proxy.url())).body(BODY);
    request.header("Content-Type", "application/json").send().await
}

async fn whole(proxy: &Proxy) -> reqwest::Result<String> {
    post(proxy).await?.text().await
}

#[tokio::test]
async fn without_faults_both_sides_get_each_other_s_bytes() {
    let questions: [&[u8]; 3] = [
        b"GET /v1/files/f-1?a=%20b HTTP/1.1\r\nhost: Desk.example\r\nRaNgE: bytes=1-2\r\nX-Empty:\r\n\r\n",
        b"POST /v1/messages HTTP/1.1\r\nHost: a\r\nFrontdesk-Session: s\r\nContent-Length: 6\r\n\r\n{\"\"end",
        b"DELETE /other HTTP/1.1\r\nHost: a\r\ncOOKIE: x=y\r\n\r\n",
    ];
    let answers: [&'static [u8]; 4] = [
        b"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 1-2/9\r\ncontent-length: 2\r\nETag: \"a\"\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        b"HTTP/1.1 304 Not Modified\r\nDate: Sat, 21 Nov 2026 12:00:00 GMT\r\n\r\n",
        b"HTTP/1.1 422 Unprocessable Entity\r\nX-Code: text_too_long\r\nContent-Length: 0\r\n\r\n",
    ];
    for question in questions {
        for answer in answers {
            let (address, asked) = canned(answer).await;
            let proxy = Proxy::start(Settings::to(vec![address])).await.unwrap();
            let mut near = TcpStream::connect(proxy.address()).await.unwrap();
            near.write_all(question).await.unwrap();
            let mut heard = vec![0; answer.len()];
            near.read_exact(&mut heard).await.unwrap();
            assert_eq!(String::from_utf8_lossy(&heard), String::from_utf8_lossy(answer));
            assert_eq!(*asked.lock().unwrap(), question, "{}", String::from_utf8_lossy(question));
        }
    }
}

#[tokio::test]
async fn a_body_passes_while_it_is_still_being_written() {
    let (listener, address) = listen().await;
    let proxy = Proxy::start(Settings::to(vec![address])).await.unwrap();
    let mut near = TcpStream::connect(proxy.address()).await.unwrap();
    let head = b"POST /v1/files HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n";
    near.write_all(head).await.unwrap();
    let (mut far, _) = listener.accept().await.unwrap();
    let mut seen = Vec::new();
    while !seen.ends_with(b"abc\r\n") {
        far.read_buf(&mut seen).await.unwrap();
    }
    near.write_all(b"0\r\n\r\n").await.unwrap();
    while !seen.ends_with(b"0\r\n\r\n") {
        far.read_buf(&mut seen).await.unwrap();
    }
    far.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n").await.unwrap();
    let mut heard = Vec::new();
    while !heard.ends_with(b"1\r\na\r\n") {
        near.read_buf(&mut heard).await.unwrap();
    }
    far.write_all(b"0\r\n\r\n").await.unwrap();
    while !heard.ends_with(b"0\r\n\r\n") {
        near.read_buf(&mut heard).await.unwrap();
    }
}

#[tokio::test]
async fn whoever_gives_up_is_missed_at_once_on_the_other_side() {
    let (listener, address) = listen().await;
    let proxy = Proxy::start(Settings::to(vec![address])).await.unwrap();
    let mut near = TcpStream::connect(proxy.address()).await.unwrap();
    near.write_all(b"GET /v1/events?after=0&wait=25 HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    let (mut far, _) = listener.accept().await.unwrap();
    let mut seen = Vec::new();
    while !seen.ends_with(b"\r\n\r\n") {
        far.read_buf(&mut seen).await.unwrap();
    }
    drop(near);
    assert_eq!(far.read_buf(&mut seen).await.unwrap_or(0), 0, "the poll is given up");
}

#[tokio::test]
async fn a_websocket_passes() {
    let answer =
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nfirst";
    let (address, _) = canned(answer).await;
    let proxy =
        Proxy::start(Settings { plan: Plan::of(1, 100.0), ..Settings::to(vec![address]) }).await.unwrap();
    let mut near = TcpStream::connect(proxy.address()).await.unwrap();
    let question = b"GET /v1/call HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
    near.write_all(question).await.unwrap();
    let heard = read_all(&mut near).await.unwrap();
    assert_eq!(String::from_utf8_lossy(&heard), String::from_utf8_lossy(answer));
}

#[tokio::test]
async fn a_reset_before_keeps_the_request_and_a_reset_after_does_not() {
    for (kind, arrives) in [(Kind::ResetBefore, 0), (Kind::Refused, 0), (Kind::ResetAfter, 1)] {
        let (desk, proxy) = desk_behind(always(kind)).await;
        assert!(whole(&proxy).await.is_err(), "{kind:?}");
        assert_eq!(desk.asked().len(), arrives, "{kind:?}");
        let [entry] = proxy.log(0).try_into().unwrap();
        let Entry { nth, class, id, may_arrive, .. } = &entry;
        assert_eq!((*nth, class.as_str(), id.as_deref()), (0, "send", Some("m-1")));
        assert_eq!(*may_arrive, arrives == 1);
        assert!(!serde_json::to_string(&entry).unwrap().contains("secret"), "no content in the log");
    }
}

#[tokio::test]
async fn a_reset_is_a_reset() {
    let (_desk, proxy) = desk_behind(always(Kind::ResetBefore)).await;
    let mut near = TcpStream::connect(proxy.address()).await.unwrap();
    near.write_all(b"GET /v1/events HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    let error = read_all(&mut near).await.expect_err("a reset");
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn a_truncated_answer_has_its_length_and_not_its_end() {
    let (desk, proxy) = desk_behind(always(Kind::Truncated)).await;
    let answer = post(&proxy).await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(answer.text().await.is_err(), "the body breaks off");
    assert_eq!(desk.asked().len(), 1);
}

#[tokio::test]
async fn a_doubled_request_arrives_twice_and_is_answered_once() {
    let (desk, proxy) = desk_behind(always(Kind::Duplicate)).await;
    assert!(whole(&proxy).await.unwrap().starts_with('{'));
    let asked = desk.asked();
    assert_eq!(asked, [format!("POST {PATH} {BODY}"), format!("POST {PATH} {BODY}")]);
}

#[tokio::test]
async fn boxes_on_the_way_answer_for_themselves() {
    let cases = [
        (Kind::Error, &[500, 502, 503, 504, 520][..], 0),
        (Kind::ErrorAfter, &[500, 504], 1),
        (Kind::TooMany, &[429], 0),
        (Kind::Captive, &[200], 0),
    ];
    for (kind, statuses, arrives) in cases {
        let mut retry_after = 0;
        let mut seen = Vec::new();
        for seed in 0..40 {
            let (desk, proxy) = desk_behind(Plan { seed, ..always(kind) }).await;
            let answer = post(&proxy).await.unwrap();
            seen.push(answer.status().as_u16());
            retry_after += usize::from(answer.headers().contains_key("retry-after"));
            assert!(answer.text().await.unwrap().starts_with("<!doctype html>"), "{kind:?}");
            assert_eq!(desk.asked().len(), arrives, "{kind:?}");
        }
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen, statuses, "{kind:?}");
        assert_eq!(retry_after > 0 && retry_after < 40, kind == Kind::TooMany, "with and without");
    }
}

#[tokio::test]
async fn what_is_late_is_overtaken_and_comes_when_the_network_heals() {
    let plan = Plan { latency_ms: [120_000, 120_000], ..always(Kind::Latency) };
    let (desk, proxy) = desk_behind(plan).await;
    let late = post(&proxy);
    tokio::pin!(late);
    let overtaking = async {
        while proxy.log(0).is_empty() {
            tokio::task::yield_now().await;
        }
        let free = client().get(format!("{}/free", proxy.url())).send().await.unwrap();
        assert_eq!(free.status(), 200);
        assert!(desk.asked().contains(&"GET /free ".to_owned()));
        proxy.heal();
    };
    let (answer, ()) = tokio::join!(late, overtaking);
    assert_eq!(answer.unwrap().status(), 200);
    assert!(desk.asked().contains(&format!("POST {PATH} {BODY}")));
}

#[tokio::test]
async fn a_request_waits_until_another_has_passed() {
    // Only requests of this class meet faults, so that the other one is certain to overtake.
    let desk = Desk::default();
    let settings = Settings {
        plan: always(Kind::Reordered),
        classes: vec![Class::new("send", "POST", PATH), Class::new("poll", "GET", "/v1/events")],
        ..Settings::to(vec![desk.start().await])
    };
    let proxy = Proxy::start(settings).await.unwrap();
    let poll = client().get(format!("{}/v1/events", proxy.url())).send();
    let (first, second) = tokio::join!(post(&proxy), poll);
    assert!(first.is_ok() && second.is_ok(), "nobody waits for ever");
    assert_eq!(desk.asked().len(), 2);
}

#[tokio::test]
async fn a_black_hole_closes_when_the_network_heals_or_by_a_reset() {
    let (desk, proxy) = desk_behind(always(Kind::BlackHole)).await;
    let healing = async {
        while proxy.log(0).is_empty() {
            tokio::task::yield_now().await;
        }
        assert_eq!(desk.asked().len(), 0);
        proxy.heal();
    };
    let (answer, ()) = tokio::join!(post(&proxy), healing);
    assert_eq!(answer.unwrap().status(), 200, "it was on its way all the time");

    let (desk, proxy) = desk_behind(Plan { black_hole_ms: 1, ..always(Kind::BlackHole) }).await;
    assert!(post(&proxy).await.is_err());
    assert_eq!(desk.asked().len(), 0);
}

#[tokio::test]
async fn sends_pass_while_polls_get_no_answer() {
    let (desk, proxy) = desk_behind(Plan { stopped: vec!["poll".into()], ..Plan::none() }).await;
    let poll = client().get(format!("{}/v1/events?after=0", proxy.url())).send();
    let sending = async {
        while proxy.log(0).is_empty() {
            tokio::task::yield_now().await;
        }
        assert_eq!(post(&proxy).await.unwrap().status(), 200);
        assert_eq!(desk.asked().len(), 1, "the poll has not arrived");
        proxy.heal();
    };
    let (poll, ()) = tokio::join!(poll, sending);
    assert_eq!(poll.unwrap().status(), 200);
}

#[tokio::test]
async fn the_same_requests_meet_the_same_faults() {
    let mut runs = Vec::new();
    for _ in 0..2 {
        let plan = Plan { latency_ms: [0, 1], black_hole_ms: 1, ..Plan::of(11, 30.0) };
        let (_desk, proxy) = desk_behind(plan).await;
        let client = client_builder().pool_max_idle_per_host(0).build().unwrap();
        for nth in 0..60 {
            let path = ["/v1/messages", "/v1/events", "/v1/typing"][nth % 3];
            let request = client.request(
                if nth % 3 == 1 { reqwest::Method::GET } else { reqwest::Method::POST },
                format!("{}{path}", proxy.url()),
            );
            if let Ok(answer) = request.send().await {
                drop(answer.bytes().await);
            }
        }
        let of_exchanges = |entry: &Entry| entry.class != "connection";
        let entries = proxy.log(0).into_iter().filter(of_exchanges);
        runs.push(entries.map(|entry| (entry.class, entry.key, entry.nth, entry.kind)).collect::<Vec<_>>());
    }
    assert!(runs[0].len() > 10, "{runs:?}");
    assert_eq!(runs[0], runs[1]);
}

#[tokio::test]
async fn several_upstreams_take_turns_and_one_that_is_down_is_passed_over() {
    let desks = [Desk::default(), Desk::default(), Desk::default()];
    let mut addresses = Vec::new();
    for desk in &desks {
        addresses.push(desk.start().await);
    }
    let (gone, nobody) = listen().await;
    let proxy = Proxy::start(Settings::to(addresses.clone())).await.unwrap();
    for _ in 0..9 {
        assert!(whole(&proxy).await.is_ok());
    }
    assert_eq!(desks.each_ref().map(|desk| desk.asked().len()), [3, 3, 3]);
    assert_eq!(proxy.connections(), [3, 3, 3]);

    drop(gone);
    let proxy = Proxy::start(Settings::to(vec![nobody, addresses[0]])).await.unwrap();
    for _ in 0..4 {
        assert!(whole(&proxy).await.is_ok());
    }
    assert_eq!((desks[0].asked().len(), proxy.connections()), (7, vec![0, 4]));

    let proxy = Proxy::start(Settings::to(vec![nobody, nobody])).await.unwrap();
    assert_eq!(post(&proxy).await.unwrap().status(), 503);
    let proxy = Proxy::start(Settings::to(vec![nobody])).await.unwrap();
    assert!(post(&proxy).await.is_err(), "a single one is seen as it is");
}

#[tokio::test]
async fn an_upstream_that_is_not_ready_gets_no_requests() {
    let (ready, calm) = (Desk::default(), Desk::default());
    let (unready, _) = canned(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n").await;
    let upstreams = vec![unready, ready.start().await, calm.start().await];
    let settings = Settings { ready_path: Some("/readyz".into()), ..Settings::to(upstreams) };
    let proxy = Proxy::start(settings).await.unwrap();
    while ready.asked().is_empty() || calm.asked().is_empty() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    for _ in 0..6 {
        assert_eq!(post(&proxy).await.unwrap().status(), 200);
    }
    assert_eq!(proxy.connections()[0], 0);
}

#[tokio::test]
async fn nonsense_ends_its_connection_and_nothing_else() {
    let (desk, proxy) = desk_behind(Plan::none()).await;
    let long = [b"GET /".as_slice(), &vec![b'a'; 1 << 20], b" HTTP/1.1\r\n\r\n"].concat();
    for nonsense in [&b"\0\xff\xfe\r\n\r\n"[..], b"GET\r\n\r\n", b"POST /v1/messages HTTP/9.9\r\n\r\n", &long]
    {
        let mut near = TcpStream::connect(proxy.address()).await.unwrap();
        // It may be closed before all is written.
        drop(near.write_all(nonsense).await);
        drop(read_all(&mut near).await);
    }
    assert!(desk.asked().is_empty());
    assert_eq!(post(&proxy).await.unwrap().status(), 200);
}

#[tokio::test]
async fn requests_of_no_class_meet_no_fault_and_visitors_are_counted_apart() {
    let desk = Desk::default();
    let settings = Settings {
        plan: always(Kind::ResetBefore),
        classes: vec![Class::new("send", "POST", "/v1/messages")],
        key_header: Some("Frontdesk-Session".into()),
        level: Level::Http,
        ..Settings::to(vec![desk.start().await])
    };
    let proxy = Proxy::start(settings).await.unwrap();
    let url = |path: &str| format!("{}{path}", proxy.url());
    assert!(client().get(url("/assets/a.js")).send().await.is_ok());
    for session in ["one", "two", "one"] {
        let request = client().post(url("/v1/messages")).header("Frontdesk-Session", session);
        assert!(request.send().await.is_err());
    }
    let log = proxy.log(0);
    assert_eq!(log.iter().map(|entry| entry.nth).collect::<Vec<_>>(), [0, 0, 1]);
    assert!(log[0].key == log[2].key && log[0].key != log[1].key);
    let figures = proxy.figures();
    assert_eq!((figures.requests["none"], figures.requests["send"]), (1, 3));
}
