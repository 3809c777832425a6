//! What is sent.

use super::uplink;
use crate::config::{
    CallLinks, CecConfig, Dialect, MediaContent, MessageIds, PictureOrigins, PollKind, ReadContent,
};
use crate::vendor::{FileKind, Utterance};
use frontdesk_contract::{Card, ErrorCode, Location};
use std::time::Duration;

fn config() -> CecConfig {
    CecConfig {
        base_url: "http://127.0.0.1:1".parse().unwrap(),
        app_key: "ak".into(),
        app_secret: "sk".into(),
        channel_id: "42".into(),
        dialect: Dialect::V2_6,
        message_id: MessageIds::Ignored,
        poll: PollKind::Destructive,
        history: false,
        push: None,
        poll_busy: Duration::from_millis(500),
        poll_listening: Duration::from_secs(2),
        poll_idle: Duration::from_secs(5),
        robot: true,
        agent: true,
        text_max_bytes: 10,
        media_content: MediaContent::KeyAndType,
        media_as_files: false,
        extra_upload_types: Vec::new(),
        locations: false,
        read_content: ReadContent::List,
        connect_content: String::new(),
        trans_data: None,
        call_links: CallLinks::default(),
        avatar_origins: PictureOrigins::default(),
        timeout: Duration::from_secs(5),
        file_timeout: Duration::from_secs(10),
        token_expire: Duration::from_secs(600),
        ca_file: None,
        trace_header: false,
    }
}

fn file(kind: FileKind, extension: &str) -> Utterance {
    let (key, name) = ("k-1".into(), "my, file.txt".into());
    Utterance::File { key, extension: extension.into(), kind, name, size_bytes: 12 }
}

fn code(what: &Utterance, config: &CecConfig) -> ErrorCode {
    uplink(what, config).unwrap_err()
}

#[test]
fn files_are_named_as_the_centre_wants() {
    use FileKind::{Audio, Document, Image, Video};
    let first = config();
    let key = CecConfig { media_content: MediaContent::Key, ..config() };
    let files = CecConfig { media_as_files: true, ..key.clone() };
    for (config, kind, extension, expected) in [
        (&first, Image, "png", ("IMAGE", "k-1,png")),
        (&first, Image, "jpeg", ("IMAGE", "k-1,jpg")),
        (&first, Audio, "mp3", ("AUDIO", "k-1,mp3")),
        (&first, Video, "mp4", ("VIDEO", "k-1,mp4")),
        (&first, Document, "txt", ("FILE", "k-1,txt")),
        (&key, Image, "png", ("IMAGE", "k-1")),
        (&key, Audio, "mp3", ("AUDIO", "k-1")),
        (&key, Video, "mp4", ("VIDEO", "k-1")),
        (&key, Document, "txt", ("FILE", "my_ file.txt,12,k-1,txt")),
        (&files, Image, "png", ("FILE_IMAGE", "k-1,png")),
        (&files, Video, "mp4", ("FILE_VIDEO", "k-1,mp4")),
    ] {
        let (media_type, content) = uplink(&file(kind, extension), config).unwrap();
        assert_eq!((media_type, content.as_str()), expected);
    }
}

#[test]
fn cards_texts_and_places_are_checked() {
    let good = config();
    let old = CecConfig { dialect: Dialect::V2_5, locations: true, ..config() };
    let card = |title: &str, url: &str| Card {
        title: title.into(),
        description: "d".into(),
        url: url.into(),
        image: None,
    };
    let plain = Utterance::Card { card: card("Order", "https://shop.example/"), image: None };
    let json = r#"{"title":"Order","description":"d","mediaFileId":"","mediaFileType":"","redirectUrl":"https://shop.example/"}"#;
    assert_eq!(uplink(&plain, &good).unwrap(), ("WEBCARD", json.into()));
    let image = Some(("k-1".to_owned(), "png".to_owned()));
    let with = uplink(&Utterance::Card { card: card("Order", ""), image }, &good).unwrap().1;
    assert!(with.contains(r#""mediaFileId":"k-1","mediaFileType":"img/png""#), "{with}");
    assert_eq!(
        code(&Utterance::Card { card: card(" ", "https://x/"), image: None }, &good),
        ErrorCode::CardIncomplete
    );
    assert_eq!(code(&Utterance::Card { card: card("x", ""), image: None }, &good), ErrorCode::CardIncomplete);
    assert_eq!(code(&plain, &old), ErrorCode::BodyUnsupported);

    let place = Location { latitude: 22.65, longitude: -114.0, label: "Gate\n3".into() };
    let place = Utterance::Location(place);
    assert_eq!(uplink(&place, &old).unwrap(), ("LOCATE", "22.65/-114/Gate 3".into()));
    assert_eq!(code(&place, &good), ErrorCode::BodyUnsupported);
    assert_eq!(code(&Utterance::Text(" \n".into()), &good), ErrorCode::TextEmpty);
    assert_eq!(code(&Utterance::Text("elf Zeichen".into()), &good), ErrorCode::TextTooLong);
}
