//! What is sent, what is read.

use super::{Media, names_agent, own};
use crate::config::CallLinks;
use crate::vendor::{CentreFile, Content, FileKind, FileSource};
use frontdesk_contract::{Body, Card, Location};

fn text(text: &str) -> Option<Body> {
    Some(Body::Text(text.into()))
}

fn content(media: Media<'_>) -> Option<Content> {
    super::read(&media, &CallLinks::default())
}

/// What is read where it is no file.
fn read(media_type: Option<&str>, text: Option<&str>) -> Option<Body> {
    match content(Media { media_type, content: text, ..Media::default() })? {
        Content::Body(body) => Some(body),
        other => panic!("{other:?}"),
    }
}

fn file(
    source: FileSource,
    extension: Option<&str>,
    kind: FileKind,
    name: Option<&str>,
    size_bytes: Option<u64>,
) -> Option<Content> {
    let (extension, name) = (extension.map(String::from), name.map(String::from));
    Some(Content::File(CentreFile { source, extension, kind, name, size_bytes }))
}

#[test]
fn words_of_the_system_say_that_an_agent_is_there() {
    for text in
        ["agent connected", "Agent Li is now with you.", "客服 Li 正在为您服务。", "坐席已接入", "Li joined."]
    {
        assert!(super::says_served(text), "{text}");
    }
    for text in [
        "Queuing...",
        "You are connected to the queue.",
        "All agents are busy, please wait to be connected.",
        "Agent disconnected",
        "正在排队，稍后为您服务",
        "Welcome to our service",
        "",
    ] {
        assert!(!super::says_served(text), "{text}");
    }
}

#[test]
fn a_file_is_where_its_fields_say() {
    use FileKind::{Audio, Document, Image, Video};
    let key = || "0b6e-1".to_owned();
    for (media_type, content_type, file_type, source, extension, kind) in [
        ("IMAGE", Some("1"), Some("png"), FileSource::Local(key()), Some("png"), Image),
        ("image", None, Some("JPG"), FileSource::Library(key()), Some("jpg"), Image),
        ("IMAGE", Some("0"), None, FileSource::Library(key()), Some("jpg"), Image),
        ("IMAGE", None, None, FileSource::Plain(key()), Some("jpg"), Image),
        ("VIDEO", None, None, FileSource::Plain(key()), Some("mp4"), Video),
        ("AUDIO", Some("1"), None, FileSource::Local(key()), Some("mp3"), Audio),
        ("AUDIO", Some("1"), Some("m4a"), FileSource::Local(key()), Some("m4a"), Audio),
        ("DOCUMENT", Some("1"), Some("pdf"), FileSource::Local(key()), Some("pdf"), Document),
        ("DOCUMENT", None, None, FileSource::Plain(key()), None, Document),
        ("DOCUMENT", Some("1"), Some("../x"), FileSource::Local(key()), Some("x"), Document),
        ("EMOTICONS", Some("1"), Some("gif"), FileSource::Local(key()), Some("gif"), Image),
        ("RICHTEXT", None, Some("richtext"), FileSource::Library(key()), Some("richtext"), Document),
        ("FILE_IMAGE", None, Some("bmp"), FileSource::Library(key()), Some("bmp"), Image),
    ] {
        let media = Media {
            media_type: Some(media_type),
            content: Some("0b6e-1"),
            content_type,
            media_file_type: file_type,
            ..Media::default()
        };
        assert_eq!(
            content(media),
            file(source, extension, kind, None, None),
            "{media_type} {content_type:?}"
        );
    }
    for odd in ["two words", "../../etc/passwd", "a\u{0}b", "\u{4f60}\u{597d}", &"k".repeat(300)] {
        let media = Media { media_type: Some("IMAGE"), content: Some(odd), ..Media::default() };
        assert_eq!(content(media), Some(Content::Body(Body::Unsupported {})), "{odd}");
    }
}

#[test]
fn own_files_are_found_in_each_form_in_which_they_are_sent() {
    use FileKind::{Document, Image};
    let mine = |media_type, content| {
        own(
            &Media { media_type: Some(media_type), content: Some(content), ..Media::default() },
            &CallLinks::default(),
        )
    };
    let key = || FileSource::Uploaded("k-1".into());
    assert_eq!(mine("IMAGE", "k-1,jpg"), file(key(), Some("jpg"), Image, None, None));
    assert_eq!(mine("IMAGE", "k-1"), file(key(), None, Image, None, None));
    assert_eq!(mine("IMAGE", "k-1\u{ff0c}png"), file(key(), Some("png"), Image, None, None));
    assert_eq!(
        mine("FILE", "a b.txt,12,k-1,txt"),
        file(key(), Some("txt"), Document, Some("a b.txt"), Some(12))
    );
    assert_eq!(mine("FILE", ","), Some(Content::Body(Body::Unsupported {})));
    assert_eq!(mine("TEXT", "<b>x</b>"), Some(Content::Body(Body::Text("<b>x</b>".into()))));
    assert_eq!(mine("TEXT", ""), None);
}

#[test]
fn a_card_may_have_a_picture() {
    let json = r#"{"title":"Order","mediaFileId":"0b6e-1","mediaFileType":"img/png"}"#;
    let media = Media { media_type: Some("WEBCARD"), content: Some(json), ..Media::default() };
    let Some(Content::Card { card, image }) = content(media) else { panic!("no card") };
    assert_eq!((card.title.as_str(), card.url.as_str()), ("Order", ""));
    assert_eq!((image.source, image.extension.as_deref()), (FileSource::Plain("0b6e-1".into()), Some("png")));
}

#[test]
fn content_is_read_by_its_media_type() {
    assert_eq!(read(Some("TEXT"), Some("<p>您好</p>")), text("您好"));
    assert_eq!(read(None, Some("hello")), text("hello"));
    assert_eq!(read(Some("text"), Some("")), None);
    assert_eq!(read(Some("TEXT"), None), None);
    assert_eq!(read(Some("IMAGE"), None), None);
    for kind in
        ["MULTICARD", "EMAIL", "WHATSAPPTEMPLATE", "SMSTEMPLATE", "COBROWSESITE", "RICHTEXT", "HOLOGRAM"]
    {
        assert_eq!(read(Some(kind), Some("1170000000000000001")), Some(Body::Unsupported {}), "{kind}");
    }
    // What HTML would show nothing of is shown as it is written.
    for written in ["<p><img src=\"x\"></p>", "<!DOCTYPE html>", "<!-- comment -->", "<dt> <dd>"] {
        assert_eq!(read(Some("TEXT"), Some(written)), text(written));
    }
}

#[test]
fn a_place_is_read_from_its_slash_form() {
    let place = |latitude, longitude, label: &str| {
        Some(Body::Location(Location { latitude, longitude, label: label.into() }))
    };
    assert_eq!(read(Some("LOCATE"), Some("22.65/114.05/Gate 3/4")), place(22.65, 114.05, "Gate 3/4"));
    assert_eq!(read(Some("LOCATE"), Some("-1/ 2")), place(-1.0, 2.0, ""));
    let object = r#"{"latitude":"1.5","lng":2,"address":"Gate"}"#;
    assert_eq!(read(Some("LOCATION"), Some(object)), place(1.5, 2.0, "Gate"));
    assert_eq!(read(Some("RICHTEXT"), Some("<p>hello</p>")), text("hello"));
    assert_eq!(read(Some("EMOTICONS"), Some("[smile]")), text("[smile]"));
    for odd in ["91/0/x", "0/181/x", "a/b/c", "22.65", "NaN/0/x", "inf/0", "objectKey,txt"] {
        assert_eq!(read(Some("LOCATE"), Some(odd)), Some(Body::Unsupported {}), "{odd}");
    }
}

#[test]
fn a_card_needs_a_title_and_leads_to_web_pages_only() {
    let card = |url: &str| {
        let title =
            r#""title":"Order 42","description":"two items","mediaFileId":"","mediaFileType":"img/png""#;
        read(Some("WEBCARD"), Some(&format!("{{{title},\"redirectUrl\":{url}}}")))
    };
    let expected = Card {
        title: "Order 42".into(),
        description: "two items".into(),
        url: "https://shop.example/orders/42".into(),
        image: None,
    };
    assert_eq!(card("\"https://shop.example/orders/42\""), Some(Body::Card(expected)));
    for url in ["\"\"", "null", "\"javascript:alert(1)\"", "7"] {
        assert_eq!(card(url), text("Order 42\ntwo items"), "{url}");
    }
    assert_eq!(read(Some("WEBCARD"), Some("{\"title\":\"\"}")), Some(Body::Unsupported {}));
    assert_eq!(read(Some("WEBCARD"), Some("[1]")), Some(Body::Unsupported {}));
}

#[test]
fn texts_that_name_an_agent_are_recognised() {
    assert!(names_agent("Connect to AGENT successfully"));
    assert!(names_agent("已接入人工服务"));
    assert!(!names_agent("成功"));
}
