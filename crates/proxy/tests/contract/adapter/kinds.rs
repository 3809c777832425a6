//! Every kind of message, both ways, through the adapter.

use super::stub::{Centre, Reply, id, kind, party};
use crate::harness::{Stop, ensure};
use frontdesk_contract::{Body, Card, ErrorCode, Location};
use frontdesk_proxy::config::MediaContent;
use frontdesk_proxy::vendor::{Centre as _, Content, Downlink, Failure, FileKind, FileSource, Utterance};
use libtest_mimic::{Failed, Trial};
use serde_json::{Value, json};

/// The tests of this file.
pub(crate) fn trials() -> Vec<Trial> {
    macro_rules! trial {
        ($($name:ident),+) => {
            vec![$(Trial::test(concat!("adapter::kinds::", stringify!($name)), || {
                let ended = crate::run::runtime()?.block_on($name());
                ended.map_err(|stop| Failed::from(format!("{stop:?}")))
            })),+]
        };
    }
    trial!(every_media_type_comes_down, every_control_type_comes_down, every_kind_goes_up)
}

type Verdict = Result<(), Stop>;

/// What the adapter makes of one downlink message.
async fn heard(message: Value) -> Result<Vec<Downlink>, Stop> {
    let centre = Centre::start().await;
    centre.once("poll", Reply::json(&json!({"resultCode": "0", "downlinkMessages": [message]}).to_string()));
    let heard = centre.cec().poll(&party()).await;
    heard.map_err(|failure: Failure| Stop::Wrong(format!("{failure:?}")))
}

/// One message of a kind; an agent's.
fn of(media: &str, content: &str) -> Value {
    json!({"from": "1", "to": "visitor-7f3a", "channel": "WEB", "controlType": "CHAT", "mediaType": media,
        "content": content, "sourceType": "AGENT", "senderNickname": "Li", "timestamp": 1_790_000_000_000_u64,
        "messageCode": "code-1"})
}

fn content(heard: &[Downlink]) -> Option<&Content> {
    heard.iter().find_map(|item| match item {
        Downlink::Message { content, .. } => Some(content),
        _ => None,
    })
}

async fn every_media_type_comes_down() -> Verdict {
    let card = r#"{"title":"Order 42","description":"two items","mediaFileId":"","mediaFileType":"",
        "redirectUrl":"https://shop.example/orders/42"}"#;
    for (media, text) in [
        ("TEXT", "hello"),
        ("LOCATE", "48.1/11.5/Munich"),
        ("LOCATION", "48.1/11.5/Munich"),
        ("WEBCARD", card),
    ] {
        let heard = heard(of(media, text)).await?;
        let body = content(&heard);
        let fits = match (media, body) {
            ("TEXT", Some(Content::Body(Body::Text(text)))) => text == "hello",
            ("LOCATE" | "LOCATION", Some(Content::Body(Body::Location(place)))) => place.label == "Munich",
            ("WEBCARD", Some(Content::Body(Body::Card(card)))) => card.title == "Order 42",
            _ => false,
        };
        ensure!(fits, "{media} became {body:?}");
    }
    for (media, extension, kind) in [
        ("IMAGE", "png", FileKind::Image),
        ("AUDIO", "mp3", FileKind::Audio),
        ("VIDEO", "mp4", FileKind::Video),
        ("DOCUMENT", "pdf", FileKind::Document),
        ("FILE", "pdf", FileKind::Document),
        ("EMOTICONS", "gif", FileKind::Image),
    ] {
        for (mark, source) in [
            (json!("1"), FileSource::Local("key-1".into())),
            (Value::Null, FileSource::Library("key-1".into())),
            (json!("0"), FileSource::Library("key-1".into())),
        ] {
            let mut message = of(media, "key-1");
            message["contentType"] = mark;
            message["mediaFileType"] = json!(extension);
            let heard = heard(message).await?;
            let file = content(&heard);
            let Some(Content::File(file)) = file else {
                return Err(Stop::Wrong(format!("{media} became {file:?}")));
            };
            ensure!(file.kind == kind && file.source == source, "{media} became {file:?}");
            ensure!(file.extension.as_deref() == Some(extension), "{media} became {file:?}");
        }
    }
    for media in ["CARD", "MULTICARD", "EMAIL", "WHATSAPPTEMPLATE", "SMSTEMPLATE", "COBROWSESITE", "TOMORROW"]
    {
        let heard = heard(of(media, "something")).await?;
        let body = content(&heard);
        ensure!(matches!(body, Some(Content::Body(Body::Unsupported {}))), "{media} became {body:?}");
    }
    let heard = heard(of("RICHTEXT", "<p>Hello <b>you</b></p><script>alert(1)</script>")).await?;
    let body = content(&heard);
    let words = format!("{body:?}");
    ensure!(words.contains("Hello") && !words.contains("alert"), "RICHTEXT became {words}");
    Ok(())
}

async fn every_control_type_comes_down() -> Verdict {
    type Fits = fn(&Downlink) -> bool;
    let expect: &[(Value, Fits)] = &[
        (json!("CHAT"), |item| matches!(item, Downlink::Message { .. })),
        (Value::Null, |item| matches!(item, Downlink::Message { .. })),
        (json!("CONNECT"), |item| matches!(item, Downlink::Connected(_))),
        (json!("DISCONNECT"), |item| matches!(item, Downlink::Ended { offline: false })),
        (json!("TRANS2AGENT"), |item| matches!(item, Downlink::Transferring)),
        (json!("INPUT"), |item| matches!(item, Downlink::Typing)),
        (json!("RECALL"), |item| matches!(item, Downlink::Recalled(code) if code == "code-1")),
        (json!("WITHDRAW"), |item| matches!(item, Downlink::Recalled(code) if code == "code-1")),
    ];
    for (control, fits) in expect {
        let mut message = of("TEXT", "words");
        message["controlType"] = control.clone();
        let heard = heard(message).await?;
        ensure!(heard.iter().any(fits), "{control} became {heard:?}");
    }
    for unknown in ["DELIVERED", "REACTION", "EDIT"] {
        let mut message = of("TEXT", "words");
        message["controlType"] = json!(unknown);
        let heard = heard(message).await?;
        ensure!(heard.is_empty(), "{unknown} became {heard:?}");
    }
    for content in [json!(["m-1", "m-2"]), json!("[\"m-1\",\"m-2\"]"), json!("m-1,m-2")] {
        let mut message = of("TEXT", "");
        (message["controlType"], message["content"]) = (json!("READ"), content.clone());
        let heard = heard(message).await?;
        let read = heard.iter().find_map(|item| match item {
            Downlink::Read(ids) => Some(ids.len()),
            _ => None,
        });
        ensure!(read == Some(2), "READ with {content} became {heard:?}");
    }
    // The end of a conversation has no content, and may say that messages are kept from now on.
    for (sign, offline) in
        [(json!(true), true), (json!("true"), true), (json!(1), true), (json!(false), false)]
    {
        let mut message = of("TEXT", "");
        (message["controlType"], message["content"], message["mediaType"]) =
            (json!("DISCONNECT"), Value::Null, Value::Null);
        message["isOfflineStatus"] = sign.clone();
        let heard = heard(message).await?;
        ensure!(heard == [Downlink::Ended { offline }], "isOfflineStatus {sign} became {heard:?}");
    }
    Ok(())
}

/// What goes up when the visitor says this: `mediaType` and `content`.
async fn up(what: &Utterance) -> Result<(String, String), Stop> {
    let centre = Centre::start().await;
    let said = centre.cec().say(&party(), &id(), 1, what).await;
    if let Err(failure) = said {
        return Err(Stop::Wrong(kind::<()>(Err(failure))));
    }
    let sent = centre.seen("send CHAT");
    let body = sent.first().map(|seen| seen.body.clone()).unwrap_or_default();
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    Ok((text("mediaType"), text("content")))
}

/// The key alone, and for files four fields with no comma inside the name.
async fn files_go_up_as_later_pages_have_it() -> Verdict {
    for (file, extension, expected) in
        [(FileKind::Image, "png", "key-1"), (FileKind::Document, "txt", "a_ b.txt,12,key-1,txt")]
    {
        let centre = Centre::start().await;
        let cec = centre.cec_with(|config| config.media_content = MediaContent::Key);
        let what = Utterance::File {
            key: "key-1".into(),
            extension: extension.into(),
            kind: file,
            name: "a, b.txt".into(),
            size_bytes: 12,
        };
        let said = cec.say(&party(), &id(), 1, &what).await;
        let sent = centre.seen("send CHAT").first().map(|seen| seen.body["content"].clone());
        ensure!(sent == Some(json!(expected)), "{file:?} came to {said:?} and went up as {sent:?}");
    }
    Ok(())
}

async fn every_kind_goes_up() -> Verdict {
    files_go_up_as_later_pages_have_it().await?;
    let (media, content) = up(&Utterance::Text("你好".into())).await?;
    ensure!((media.as_str(), content.as_str()) == ("TEXT", "你好"), "a text went up as {media} {content}");
    for (file, extension) in [
        (FileKind::Image, "png"),
        (FileKind::Audio, "mp3"),
        (FileKind::Video, "mp4"),
        (FileKind::Document, "txt"),
    ] {
        let what = Utterance::File {
            key: "key-1".into(),
            extension: extension.into(),
            kind: file,
            name: "a, b.txt".into(),
            size_bytes: 12,
        };
        let (media, content) = up(&what).await?;
        let known = ["IMAGE", "AUDIO", "VIDEO", "FILE", "FILE_IMAGE", "FILE_VIDEO"].contains(&media.as_str());
        ensure!(known && content.contains("key-1"), "{file:?} went up as {media} {content}");
        ensure!(
            content.split(',').count() == 2 && !content.contains(' '),
            "{file:?} went up as {media} {content}"
        );
    }
    let card = Card {
        title: "Order".into(),
        description: String::new(),
        url: "https://shop.example/1".into(),
        image: None,
    };
    for image in [None, Some(("key-1".to_owned(), "png".to_owned()))] {
        let (media, content) = up(&Utterance::Card { card: card.clone(), image }).await?;
        let keys: Value = serde_json::from_str(&content).unwrap_or_default();
        let named = ["title", "description", "mediaFileId", "mediaFileType", "redirectUrl"];
        ensure!(
            media == "WEBCARD" && named.iter().all(|name| keys[name].is_string()),
            "a card went up as {media} {content}"
        );
    }
    // A place goes up where the desk's settings say how; otherwise it is refused, and nothing is sent.
    let place = Location { latitude: 48.1, longitude: 11.5, label: "Munich".into() };
    let centre = Centre::start().await;
    let said = centre.cec().say(&party(), &id(), 1, &Utterance::Location(place)).await;
    let refused = matches!(said, Err(Failure::Refused { code: ErrorCode::BodyUnsupported, .. }));
    ensure!(refused == centre.seen("send CHAT").is_empty(), "a place came to {said:?}");
    Ok(())
}
