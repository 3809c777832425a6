//! Pictures of agents and robots: told by an id, fetched once for a desk, shown only if they are pictures.

use super::{Bench, Visitor, pass};
use crate::files::sniff::samples;
use crate::session::credential::hex;
use crate::vendor::fake::{Call, refused};
use crate::vendor::{CentreFile, Content, Downlink, Failure, FileKind, FileSource};
use frontdesk_contract::{Body, ErrorCode, Person, Sender};
use serde_json::Value;

fn source(name: &str) -> FileSource {
    FileSource::Picture(format!("https://img.example/{name}"))
}

/// An agent with this picture speaks; answers what the visitor is told of the picture.
async fn speaks(bench: &Bench, visitor: &Visitor<'_>, name: &str) -> String {
    let (source, code) = (source(name), hex(&rand::random::<[u8; 8]>()));
    let from = Sender::Agent(Person { name: "Li".into(), avatar: Some(source.id()) });
    let face = CentreFile { source, extension: None, kind: FileKind::Image, name: None, size_bytes: None };
    let said = Downlink::Message {
        code: Some(code.clone()),
        from,
        content: Content::Body(Body::Text("hello".into())),
        choices: Vec::new(),
        inter_idx: None,
        at_ms: Some(1),
    };
    bench.down(vec![Downlink::Face(face), said]);
    pass(6.0).await;
    let events = serde_json::to_value(visitor.events(0).await).unwrap();
    let found = events.as_array().unwrap().iter().find(|event| event["message"]["id"] == code.as_str());
    found.unwrap()["message"]["from"]["agent"]["avatar"].as_str().unwrap().to_owned()
}

async fn look(visitor: &Visitor<'_>, id: &str) -> (u16, Value, Vec<u8>) {
    let reply = visitor.call("GET", &format!("/v1/files/{id}"), None).await;
    (reply.status.as_u16(), reply.body["code"].clone(), reply.bytes)
}

fn asked(bench: &Bench) -> usize {
    bench.centre.count(|call| matches!(call, Call::Picture(_)))
}

fn comes(bench: &Bench, picture: Result<Vec<u8>, Failure>) {
    bench.centre.script().picture.push_back(picture);
}

fn unknown() -> (u16, Value, Vec<u8>) {
    (404, "file_unknown".into(), Vec::new())
}

/// Without the text of a problem.
fn bare(answer: (u16, Value, Vec<u8>)) -> (u16, Value, Vec<u8>) {
    if answer.0 == 404 { (answer.0, answer.1, Vec::new()) } else { answer }
}

#[tokio::test(start_paused = true)]
async fn a_face_is_fetched_once_for_a_desk_and_survives_who_saw_it_first() {
    let bench = Bench::new().await;
    let one = bench.connected().await;
    let id = speaks(&bench, &one, "li").await;
    assert_eq!(id, source("li").id());
    comes(&bench, Ok(samples::png()));
    let ticket = one.call("POST", &format!("/v1/files/{id}/ticket"), None).await.body;
    let reply = one.call("GET", ticket["url"].as_str().unwrap(), None).await;
    assert_eq!((reply.status.as_u16(), &reply.bytes), (200, &samples::png()));
    for (name, value) in [
        ("content-type", "image/png"),
        ("x-content-type-options", "nosniff"),
        ("content-disposition", "inline; filename=\"image.png\"; filename*=UTF-8''image.png"),
        ("content-security-policy", "sandbox; default-src 'none'"),
    ] {
        assert_eq!(reply.headers[name], value, "{name}");
    }

    // Who has not been told of the picture cannot ask for it.
    one.call("DELETE", "/v1/contact", None).await;
    let two = bench.connected().await;
    assert_eq!(bare(look(&two, &id).await), unknown());
    assert_eq!(speaks(&bench, &two, "li").await, id);
    assert_eq!(look(&two, &id).await.2, samples::png());
    assert_eq!(look(&one, &id).await.2, samples::png());
    assert_eq!(one.call("DELETE", "/v1/session", None).await.status, 204);
    assert_eq!(look(&two, &id).await.2, samples::png());
    assert_eq!(asked(&bench), 1);
    assert_eq!(bench.centre.count(|call| matches!(call, Call::Download { .. })), 0);

    // The settings no longer name the place: what is here is not shown either.
    bench.centre.script().no_pictures = true;
    assert_eq!(bare(look(&two, &id).await), unknown());
    assert_eq!(asked(&bench), 1);
}

#[tokio::test(start_paused = true)]
async fn pictures_alone_are_shown() {
    let bench = Bench::new().await;
    let visitor = bench.connected().await;
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>".to_vec();
    for (number, (content, shown)) in [
        (samples::png(), Some("image/png")),
        (samples::jpeg(), Some("image/jpeg")),
        (samples::gif(), Some("image/gif")),
        (samples::webp(), Some("image/webp")),
        (svg, None),
        (b"<!doctype html><img src=x onerror=alert(1)>".to_vec(), None),
        (samples::bmp(), None),
        (samples::text(), None),
        (samples::pdf(), None),
        (Vec::new(), None),
        (samples::png()[..20].to_vec(), None),
    ]
    .into_iter()
    .enumerate()
    {
        let id = speaks(&bench, &visitor, &number.to_string()).await;
        comes(&bench, Ok(content.clone()));
        let reply = visitor.call("GET", &format!("/v1/files/{id}"), None).await;
        match shown {
            Some(kind) => {
                assert_eq!((reply.status.as_u16(), &reply.bytes), (200, &content), "{number}");
                assert_eq!(reply.headers["content-type"], kind);
            }
            None => assert_eq!((reply.status.as_u16(), &reply.body["code"]), (404, &"file_unknown".into())),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_face_that_does_not_come_is_asked_for_once_a_minute() {
    let bench = Bench::new().await;
    let one = bench.connected().await;
    let id = speaks(&bench, &one, "li").await;
    one.call("DELETE", "/v1/contact", None).await;
    let two = bench.connected().await;
    speaks(&bench, &two, "li").await;
    for visitor in [&one, &two, &one] {
        comes(&bench, Err(refused(ErrorCode::FileUnknown, false)));
        assert_eq!(bare(look(visitor, &id).await), unknown());
    }
    assert_eq!(asked(&bench), 1);
    pass(60.0).await;
    bench.centre.script().picture = [Ok(samples::png())].into();
    assert_eq!(look(&two, &id).await.2, samples::png());
    assert_eq!(look(&one, &id).await.2, samples::png());
    assert_eq!(asked(&bench), 2);
    pass(700.0).await;
    assert_eq!(bench.app.shared.spool.used(), 0, "the cache lets go");
}
