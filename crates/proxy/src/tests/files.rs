//! Files: in, checked, handed over once, named in messages, out again.

use super::{Bench, Plan, Reply, Visitor, agent, pass};
use crate::files::sniff::samples;
use crate::http::address::Peer;
use crate::session::credential::hex;
use crate::vendor::fake::{Call, not_sent, refused, unknown};
use crate::vendor::{CentreFile, Content, Downlink, FileKind, FileSource, Utterance};
use axum::body::Body;
use axum::http::Request;
use frontdesk_contract::{Card, ErrorCode, FileOffer};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;

fn plan() -> Plan {
    let mut plan = Plan::default();
    let types = ["jpg", "png", "mp3", "mp4", "txt"].map(String::from).to_vec();
    plan.desk.offers.files = FileOffer { types, max_bytes: 100_000, max_count: 5 };
    plan
}

async fn put(visitor: &Visitor<'_>, id: &str, name: &str, bytes: impl Into<Body>) -> Reply {
    let request = Request::post("/v1/files")
        .header("frontdesk-session", &visitor.session)
        .header("frontdesk-id", id)
        .header("frontdesk-name", name)
        .header("content-type", "image/png");
    visitor.bench.request(request.body(bytes.into()).unwrap()).await
}

async fn get(visitor: &Visitor<'_>, path: &str, headers: &[(&str, &str)]) -> Reply {
    let mut request = Request::get(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    visitor.bench.request(request.body(Body::empty()).unwrap()).await
}

fn code(reply: &Reply) -> (u16, &str) {
    (reply.status.as_u16(), reply.body["code"].as_str().unwrap_or_default())
}

fn uploads(bench: &Bench) -> usize {
    bench.centre.count(|call| matches!(call, Call::Upload { .. }))
}

/// Files of the spool on disk.
fn spooled(bench: &Bench) -> usize {
    std::fs::read_dir(&bench.app.shared.settings().spool).map_or(0, Iterator::count)
}

#[tokio::test(start_paused = true)]
async fn a_file_is_checked_cleaned_handed_over_once_and_named_in_a_message() {
    let bench = Bench::with(plan()).await;
    let visitor = bench.connected().await;
    let stored = put(&visitor, "u1", "%E7%85%A7%E7%89%87.svg", samples::jpeg()).await;
    assert_eq!(stored.status, 200, "{}", stored.body);
    assert_eq!((&stored.body["kind"], &stored.body["name"]), (&json!("image"), &json!("照片.jpg")));
    let again = put(&visitor, "u1", "other.jpg", samples::jpeg()).await;
    assert_eq!((again.body, uploads(&bench)), (stored.body.clone(), 1));
    assert_eq!(code(&put(&visitor, "u1", "a.png", samples::png()).await), (422, "id_reused"));
    let Some(Call::Upload { bytes, extension }) =
        bench.centre.script().calls.iter().find(|call| matches!(call, Call::Upload { .. })).cloned()
    else {
        panic!("nothing was handed over");
    };
    assert_eq!(
        (extension.as_str(), bytes.len() as u64),
        ("jpg", stored.body["size_bytes"].as_u64().unwrap())
    );
    assert!(!bytes.windows(3).any(|window| window == b"GPS"));
    assert_eq!((spooled(&bench), bench.app.shared.spool.used()), (0, 0));

    let file = json!({"file": stored.body["file"], "kind": "document", "name": "liar.exe"});
    let said = visitor.call("POST", "/v1/messages", Some(json!({"id": "m1", "body": {"file": file}}))).await;
    assert_eq!(said.body["status"], "accepted", "{}", said.body);
    let said = bench.centre.script().calls.iter().find_map(|call| match call {
        Call::Say { what, .. } => Some(what.clone()),
        _ => None,
    });
    let Some(Utterance::File { key, kind: FileKind::Image, name, .. }) = said else { panic!("{said:?}") };
    assert_eq!((key.as_str(), name.as_str()), ("key-1", "照片.jpg"));
    let echo = serde_json::to_value(visitor.events(1).await).unwrap();
    assert_eq!(echo[0]["echo"]["body"]["file"]["name"], "照片.jpg", "the page's own words do not count");

    let card = json!({"title": "T", "description": "", "image": stored.body["file"]});
    let said = visitor.call("POST", "/v1/messages", Some(json!({"id": "m2", "body": {"card": card}}))).await;
    assert_eq!(said.body["status"], "accepted", "{}", said.body);
}

#[tokio::test(start_paused = true)]
async fn files_belong_to_their_visitor() {
    let bench = Bench::with(plan()).await;
    let (one, two) = (bench.connected().await, bench.connected().await);
    let file = put(&one, "u1", "a.png", samples::png()).await.body["file"].clone();
    let body = json!({"id": "m1", "body": {"file": {"file": file, "kind": "image", "name": "a"}}});
    assert_eq!(code(&two.call("POST", "/v1/messages", Some(body)).await), (404, "file_unknown"));
    let path = format!("/v1/files/{}", file.as_str().unwrap());
    assert_eq!(code(&two.call("GET", &path, None).await), (404, "file_unknown"));
    assert_eq!(code(&two.call("POST", &format!("{path}/ticket"), None).await), (404, "file_unknown"));
    for wrong in ["f-", "f-x", "a:m1", "..", "%2e%2e%2fetc", &"f".repeat(500)] {
        let reply = one.call("GET", &format!("/v1/files/{wrong}"), None).await;
        assert_eq!(reply.status, 404, "{wrong}");
    }
    assert_eq!(bench.centre.said(), 0);
}

#[tokio::test(start_paused = true)]
async fn what_is_no_good_file_is_refused_by_name_of_the_reason() {
    let mut plan = plan();
    plan.settings.limits.files_per_visitor = 2;
    let bench = Bench::with(plan).await;
    let visitor = bench.visitor().await;
    for (id, name, bytes, expected) in [
        ("", "a.png", samples::png(), (400, "id_invalid")),
        ("a,b", "a.png", samples::png(), (400, "id_invalid")),
        ("u1", "%ff", samples::png(), (400, "bad_request")),
        ("u1", "a.png", Vec::new(), (422, "file_empty")),
        ("u1", "a.png", vec![7; 100_001], (413, "file_too_large")),
        ("u2", "a.png", b"<svg/>".to_vec(), (415, "file_type_refused")),
        ("u3", "a.pdf", samples::pdf(), (415, "file_type_refused")),
        ("u4", "a.png", [samples::png(), b"x".to_vec()].concat(), (200, "")),
        ("u5", "a.txt", samples::text(), (200, "")),
        ("u6", "a.txt", samples::csv(), (429, "files_too_many")),
    ] {
        let reply = put(&visitor, id, name, bytes).await;
        assert_eq!(code(&reply), expected, "{id} {}", reply.body);
    }
    assert_eq!((uploads(&bench), spooled(&bench)), (2, 0));
    let plain = Bench::new().await;
    let visitor = plain.visitor().await;
    assert_eq!(code(&put(&visitor, "u1", "a.png", samples::png()).await), (404, "not_offered"));
}

#[tokio::test(start_paused = true)]
async fn an_upload_that_failed_may_come_again_and_a_repetition_waits() {
    let bench = Bench::with(plan()).await;
    let visitor = bench.visitor().await;
    bench.centre.script().upload.extend([
        Err(not_sent()),
        Err(unknown()),
        Err(refused(ErrorCode::CentreBusy, true)),
    ]);
    for expected in [(502, "centre_unreachable"), (504, "centre_timeout"), (503, "centre_busy"), (200, "")] {
        assert_eq!(code(&put(&visitor, "u1", "a.png", samples::png()).await), expected);
    }
    let both = tokio::join!(
        put(&visitor, "u2", "a.jpg", samples::jpeg()),
        put(&visitor, "u2", "a.jpg", samples::jpeg())
    );
    assert_eq!(both.0.body, both.1.body);
    assert_eq!((uploads(&bench), spooled(&bench)), (5, 0));
}

#[tokio::test(start_paused = true)]
async fn a_slow_upload_holds_up_no_message_and_is_given_up_when_it_stalls() {
    let bench = Bench::with(plan()).await;
    let visitor = bench.connected().await;
    let (mut page, wire) = tokio::io::duplex(64);
    let body = Body::from_stream(tokio_util::io::ReaderStream::new(wire));
    let file = samples::png();
    let trickle = async {
        for part in file.chunks(20) {
            pass(20.0).await;
            tokio::io::AsyncWriteExt::write_all(&mut page, part).await.unwrap();
        }
        assert_eq!(visitor.say("m1", "meanwhile").await.body["status"], "accepted");
        assert_eq!(uploads(&bench), 0);
        drop(page);
    };
    let (stored, ()) = tokio::join!(put(&visitor, "u1", "a.png", body), trickle);
    assert_eq!(stored.status, 200, "longer than any other request: {}", stored.body);
    let (page, wire) = tokio::io::duplex(64);
    let stalled =
        put(&visitor, "u2", "a.png", Body::from_stream(tokio_util::io::ReaderStream::new(wire))).await;
    assert_eq!(code(&stalled), (400, "bad_request"));
    assert_eq!(spooled(&bench), 0);
    drop(page);
}

#[tokio::test(start_paused = true)]
async fn one_visitor_does_not_fill_the_spool() {
    let bench = Bench::with(plan()).await;
    let visitor = bench.visitor().await;
    let mut pages = Vec::new();
    let mut stalled = tokio::task::JoinSet::new();
    for number in 0..5 {
        let (page, wire) = tokio::io::duplex(64);
        let body = Body::from_stream(tokio_util::io::ReaderStream::new(wire));
        let request = Request::post("/v1/files")
            .header("frontdesk-session", &visitor.session)
            .header("frontdesk-id", format!("slow{number}"));
        let request = request.body(body).unwrap();
        stalled.spawn(tower::ServiceExt::oneshot(crate::http::app(bench.app.clone()), request));
        pages.push(page);
    }
    pass(1.0).await;
    assert_eq!(code(&put(&visitor, "u1", "a.png", samples::png()).await), (429, "files_too_many"));
    let other = bench.visitor().await;
    assert_eq!(put(&other, "u1", "a.png", samples::png()).await.status, 200);
    pass(31.0).await;
    assert_eq!(stalled.join_all().await.len(), 5);
    assert_eq!(put(&visitor, "u1", "a.png", samples::png()).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn one_address_does_not_fill_the_spool_with_slow_uploads() {
    // A half of this is for uploads, an eighth for those of one address.
    const ROOM: u64 = 800_000;
    let mut plan = plan();
    plan.settings.limits.spool_bytes = ROOM;
    let bench = Bench::with(plan).await;
    let visitor = bench.connected().await;
    let told = received(&bench, &visitor, file("k1", "png", FileKind::Image)).await;
    let peer = |last: u8| Peer(([203, 0, 113, last], 1).into());
    let mut pages = Vec::new();
    let mut stalled = tokio::task::JoinSet::new();
    // Each address has two visitors who send 50,000 bytes at most, and then nothing more.
    for (last, sent) in (1..=4).flat_map(|last| [(last, 50_000), (last, 50_000)]).chain([(9, 1)]) {
        let visitor = bench.visitor().await;
        let (mut page, wire) = tokio::io::duplex(64);
        let body = Body::from_stream(tokio_util::io::ReaderStream::new(wire));
        let request = Request::post("/v1/files")
            .header("frontdesk-session", &visitor.session)
            .header("frontdesk-id", "slow")
            .header("host", "desk.example")
            .extension(peer(last));
        let request = request.body(body).unwrap();
        let answer = tower::ServiceExt::oneshot(crate::http::app(bench.app.clone()), request);
        let answer = async move { (last, answer.await.unwrap().status().as_u16()) };
        stalled.spawn(answer);
        // Whoever is refused does not read on.
        let _refused = page.write_all(&vec![7; sent]).await;
        pages.push(page);
        if last != 9 {
            // The last of it is on its way to the disk.
            let all = 50_000 * pages.len() as u64;
            for _ in 0..1_000_000 {
                if bench.app.shared.spool.used() == all {
                    break;
                }
                tokio::task::yield_now().await;
            }
            assert_eq!(bench.app.shared.spool.used(), all);
        } else {
            assert_eq!(stalled.join_next().await.unwrap().unwrap(), (9, 503), "the half is taken");
        }
    }
    assert_eq!(bench.app.shared.spool.used(), ROOM / 2);
    let send = async |last: u8| {
        let visitor = bench.visitor().await;
        let request = Request::post("/v1/files")
            .header("frontdesk-session", &visitor.session)
            .header("frontdesk-id", "u1")
            .header("host", "desk.example")
            .extension(peer(last));
        bench.request(request.body(samples::png().into()).unwrap()).await
    };
    let refused = send(1).await;
    assert_eq!(
        (code(&refused), &refused.headers["retry-after"]),
        ((503, "overloaded"), &"10".parse().unwrap())
    );
    // Files of the centre come through all the while.
    let path = format!("/v1/files/{}", told["file"].as_str().unwrap());
    assert_eq!(visitor.call("GET", &path, None).await.status, 200);
    // One that goes away makes room for another address, and not for one that has its part.
    pages.remove(7);
    assert_eq!(stalled.join_next().await.unwrap().unwrap(), (4, 415));
    assert_eq!((send(1).await.status.as_u16(), send(4).await.status.as_u16()), (503, 200));
    pass(31.0).await;
    assert!(stalled.join_all().await.iter().all(|(_, status)| *status == 400));
    assert_eq!(send(1).await.status, 200);
}

fn file(key: &str, extension: &str, kind: FileKind) -> CentreFile {
    let source = FileSource::Local(key.into());
    CentreFile { source, extension: Some(extension.into()), kind, name: None, size_bytes: Some(9) }
}

fn down(code: &str, content: Content) -> Downlink {
    Downlink::Message {
        code: Some(code.into()),
        from: agent("Li"),
        content,
        choices: Vec::new(),
        inter_idx: None,
        at_ms: Some(1),
    }
}

/// What the visitor is told of a file that the agent sends.
async fn received(bench: &Bench, visitor: &Visitor<'_>, file: CentreFile) -> Value {
    let code = hex(&rand::random::<[u8; 8]>());
    bench.down(vec![down(&code, Content::File(file))]);
    pass(6.0).await;
    let events = serde_json::to_value(visitor.events(0).await).unwrap();
    let found = events.as_array().unwrap().iter().find(|event| event["message"]["id"] == code.as_str());
    found.unwrap()["message"]["body"]["file"].clone()
}

fn fetches(bench: &Bench) -> usize {
    bench.centre.count(|call| matches!(call, Call::Download { .. }))
}

#[tokio::test(start_paused = true)]
async fn a_file_of_the_agent_is_served_by_ticket_with_ranges_and_fetched_once() {
    let bench = Bench::with(plan()).await;
    let visitor = bench.connected().await;
    let told = received(&bench, &visitor, file("k1", "png", FileKind::Image)).await;
    assert_eq!(
        (&told["kind"], &told["name"], &told["size_bytes"]),
        (&json!("image"), &json!("image.png"), &json!(9))
    );
    let id = told["file"].as_str().unwrap();
    bench.centre.script().download.push_back((samples::png(), Ok(())));
    let ticket = visitor.call("POST", &format!("/v1/files/{id}/ticket"), None).await.body;
    let url = ticket["url"].as_str().unwrap();
    assert!(ticket["expires_ms"].as_u64().unwrap() <= bench.app.shared.clock.now_ms() + 300_000);

    let whole = get(&visitor, url, &[("sec-fetch-site", "cross-site")]).await;
    assert_eq!((whole.status.as_u16(), &whole.bytes), (200, &samples::png()));
    for (name, value) in [
        ("content-type", "image/png"),
        ("x-content-type-options", "nosniff"),
        ("content-disposition", "inline; filename=\"image.png\"; filename*=UTF-8''image.png"),
        ("content-security-policy", "sandbox; default-src 'none'"),
        ("cross-origin-resource-policy", "cross-origin"),
        ("cache-control", "private, no-store"),
        ("accept-ranges", "bytes"),
    ] {
        assert_eq!(whole.headers[name], value, "{name}");
    }
    let tag = whole.headers["etag"].to_str().unwrap().to_owned();
    let size = samples::png().len();
    let part = get(&visitor, url, &[("range", "bytes=1-3"), ("if-range", &tag)]).await;
    assert_eq!((part.status.as_u16(), part.bytes.as_slice()), (206, b"PNG".as_slice()));
    assert_eq!(part.headers["content-range"], format!("bytes 1-3/{size}").as_str());
    assert_eq!(part.headers["content-length"], "3");
    let other = get(&visitor, url, &[("range", "bytes=1-3"), ("if-range", "\"old\"")]).await;
    assert_eq!((other.status.as_u16(), other.bytes.len()), (200, size));
    let outside = get(&visitor, url, &[("range", "bytes=9999-")]).await;
    assert_eq!(code(&outside), (416, "range_unsatisfiable"));
    assert_eq!(outside.headers["content-range"], format!("bytes */{size}").as_str());
    assert_eq!(get(&visitor, url, &[("if-none-match", &tag)]).await.status, 304);
    let head = Request::head(url).body(Body::empty()).unwrap();
    let head = bench.request(head).await;
    assert_eq!(
        (head.status.as_u16(), head.bytes.len(), &head.headers["content-length"]),
        (200, 0, &whole.headers["content-length"])
    );
    assert_eq!(visitor.call("GET", &format!("/v1/files/{id}"), None).await.bytes, samples::png());
    assert_eq!(fetches(&bench), 1);

    assert_eq!(code(&get(&visitor, &format!("/v1/files/{id}"), &[]).await), (401, "session_unknown"));
    assert_eq!(code(&get(&visitor, &url.replace("f-", "f-0"), &[]).await), (403, "ticket_refused"));
    assert_eq!(code(&get(&visitor, &format!("/v1/files/{id}?ticket=0"), &[]).await), (403, "ticket_refused"));
    pass(300.0).await;
    assert_eq!(code(&get(&visitor, url, &[]).await), (403, "ticket_refused"));
    let ticket = visitor.call("POST", &format!("/v1/files/{id}/ticket"), None).await.body;
    visitor.call("DELETE", "/v1/session", None).await;
    assert_eq!(code(&get(&visitor, ticket["url"].as_str().unwrap(), &[]).await), (403, "ticket_refused"));
}

#[tokio::test(start_paused = true)]
async fn what_the_centre_says_of_a_file_is_not_believed() {
    let bench = Bench::with(plan()).await;
    let visitor = bench.connected().await;
    for (number, (told, bytes, media_type, name)) in [
        ("png", samples::jpeg(), "image/jpeg", "inline; filename=\"image.jpg\""),
        (
            "png",
            b"<script>alert(1)</script>".to_vec(),
            "application/octet-stream",
            "attachment; filename=\"image.bin\"",
        ),
        (
            "png",
            [samples::png(), b"<script>1".to_vec()].concat(),
            "application/octet-stream",
            "attachment; filename=\"image.png\"",
        ),
        (
            "pdf",
            samples::pdf_with("2 0 obj << /Encrypt 3 0 R >> endobj"),
            "application/octet-stream",
            "attachment; filename=\"image.pdf\"",
        ),
        ("txt", b"\xff\xfeh\0i\0".to_vec(), "application/octet-stream", "attachment; filename=\"image.txt\""),
        (
            "txt",
            b"\xc4\xe3\xba\xc3".to_vec(),
            "application/octet-stream",
            "attachment; filename=\"image.txt\"",
        ),
        ("pdf", b"MZ\x90\0\x03".to_vec(), "application/octet-stream", "attachment; filename=\"image.bin\""),
        (
            "pdf",
            b"PK\x03\x04 and nothing".to_vec(),
            "application/octet-stream",
            "attachment; filename=\"image.bin\"",
        ),
        ("exe", b"MZ\x90\0\x03".to_vec(), "application/octet-stream", "attachment; filename=\"image.bin\""),
        ("html", b"<html>".to_vec(), "application/octet-stream", "attachment; filename=\"image.bin\""),
        ("html", samples::text(), "text/plain; charset=utf-8", "attachment; filename=\"image.txt\""),
        ("pdf", samples::pdf(), "application/pdf", "attachment; filename=\"image.pdf\""),
        ("png", Vec::new(), "application/octet-stream", "attachment; filename=\"image.bin\""),
    ]
    .into_iter()
    .enumerate()
    {
        let told = received(&bench, &visitor, file(&format!("k{number}"), told, FileKind::Image)).await;
        bench.centre.script().download.push_back((bytes, Ok(())));
        let reply = visitor.call("GET", &format!("/v1/files/{}", told["file"].as_str().unwrap()), None).await;
        assert_eq!(reply.status, 200);
        assert_eq!(reply.headers["content-type"], media_type);
        let disposition = reply.headers["content-disposition"].to_str().unwrap();
        assert!(disposition.starts_with(name), "{disposition}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_download_that_failed_leaves_nothing_and_is_tried_again() {
    let bench = Bench::with(plan()).await;
    let visitor = bench.connected().await;
    let told = received(&bench, &visitor, file("k", "png", FileKind::Image)).await;
    let path = format!("/v1/files/{}", told["file"].as_str().unwrap());
    bench.centre.script().download.extend([
        (samples::png()[..20].to_vec(), Err(unknown())),
        (Vec::new(), Err(refused(ErrorCode::FileUnknown, false))),
        (samples::png(), Ok(())),
    ]);
    assert_eq!(code(&visitor.call("GET", &path, None).await), (504, "centre_timeout"));
    assert_eq!(code(&visitor.call("GET", &path, None).await), (404, "file_unknown"));
    assert_eq!(spooled(&bench), 0);
    let (one, two) = tokio::join!(visitor.call("GET", &path, None), visitor.call("GET", &path, None));
    assert_eq!((one.bytes, two.bytes), (samples::png(), samples::png()));
    assert_eq!((fetches(&bench), spooled(&bench)), (3, 1));
    pass(700.0).await;
    assert_eq!((spooled(&bench), bench.app.shared.spool.used()), (0, 0), "the cache lets go");
}

#[tokio::test(start_paused = true)]
async fn a_card_of_the_agent_has_its_picture() {
    let bench = Bench::with(plan()).await;
    let visitor = bench.connected().await;
    let card = Card { title: "T".into(), description: "D".into(), url: String::new(), image: None };
    bench.down(vec![down("c", Content::Card { card, image: file("k", "png", FileKind::Image) })]);
    pass(6.0).await;
    let events = serde_json::to_value(visitor.events(2).await).unwrap();
    let image = events[0]["message"]["body"]["card"]["image"].as_str().unwrap().to_owned();
    bench.centre.script().download.push_back((samples::png(), Ok(())));
    assert_eq!(visitor.call("GET", &format!("/v1/files/{image}"), None).await.bytes, samples::png());
}

#[tokio::test(start_paused = true)]
async fn the_parts_of_a_large_file_are_small() {
    let mut plan = plan();
    plan.desk.offers.files.max_bytes = 30_000_000;
    let bench = Bench::with(plan).await;
    let visitor = bench.visitor().await;
    let film = samples::mp4_with(&[b"vide"], &samples::mp4_box(b"mdat", &vec![0x65; 20_000_000]));
    let wire = std::io::Cursor::new(film.clone());
    let body = Body::from_stream(tokio_util::io::ReaderStream::with_capacity(wire, 16 << 10));
    let stored = put(&visitor, "u1", "film.mp4", body).await;
    assert_eq!((&stored.body["kind"], &stored.body["name"]), (&json!("video"), &json!("film.mp4")));
    bench.centre.script().download.push_back((film.clone(), Ok(())));
    let path = format!("/v1/files/{}", stored.body["file"].as_str().unwrap());
    let request =
        Request::get(&path).header("frontdesk-session", &visitor.session).body(Body::empty()).unwrap();
    let response = tower::ServiceExt::oneshot(crate::http::app(bench.app.clone()), request).await.unwrap();
    let (mut body, mut size) = (response.into_body(), 0);
    while let Some(frame) = http_body_util::BodyExt::frame(&mut body).await {
        let part = frame.unwrap().into_data().unwrap();
        assert!(part.len() <= 64 << 10, "{}", part.len());
        size += part.len();
    }
    assert_eq!(size, film.len());
}
