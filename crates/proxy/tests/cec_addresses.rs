//! Addresses that a centre, or whoever writes through it, would have the proxy ask: there is no such thing. The proxy
//! connects to the gateway of the settings and to nobody else, whatever a message, a file, a card, a gateway for calls or a
//! redirect names. A listener on loopback counts who comes all the same.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail so")]

mod cec_support;

use cec_support::{Centre, Reply, id, party, text};
use frontdesk_contract::{About, CallMedia};
use frontdesk_proxy::config::PictureOrigins;
use frontdesk_proxy::vendor::cec::Cec;
use frontdesk_proxy::vendor::{CallNews, Centre as _, Content, Downlink, FileSource};
use frontdesk_proxy::visitor::gateways;
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::net::{TcpListener, TcpStream};

/// One address a line, each a JSON string; `PORT` is that of the listener.
const HOSTILE: &str = include_str!("data/hostile_addresses.txt");

/// Somebody who should never be asked, at every address of loopback that the machine has.
struct Canary {
    port: u16,
    came: Arc<AtomicUsize>,
}

impl Canary {
    async fn listen() -> Self {
        let came = Arc::new(AtomicUsize::new(0));
        let first = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = first.local_addr().unwrap().port();
        // Not every machine has IPv6.
        let second = TcpListener::bind(("::1", port)).await.ok();
        for listener in [Some(first), second].into_iter().flatten() {
            let came = Arc::clone(&came);
            tokio::spawn(async move {
                while let Ok((stream, _)) = listener.accept().await {
                    came.fetch_add(1, Ordering::SeqCst);
                    drop(stream);
                }
            });
        }
        Self { port, came }
    }

    fn addresses(&self) -> Vec<String> {
        let port = self.port.to_string();
        HOSTILE
            .lines()
            .map(|line| serde_json::from_str::<String>(line).unwrap().replace("PORT", &port))
            .collect()
    }

    /// Nobody has come; whoever comes is noticed.
    async fn is_quiet(&self) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await.unwrap();
        // The listener takes connections in their order: when it has dropped this one, it has counted all before.
        let _ended = tokio::io::AsyncReadExt::read(&mut stream, &mut [0; 1]).await;
        assert_eq!(self.came.load(Ordering::SeqCst), 1, "somebody came to the canary");
    }
}

/// Everything that a message may name, each with the address in its place.
fn messages(address: &str) -> serde_json::Value {
    let message = |media_type: &str, content: String, more: serde_json::Value| {
        let mut message = json!({"controlType": "CHAT", "sourceType": "AGENT", "mediaType": media_type, "content": content,
            "senderNickname": address, "senderAvatar": address});
        message.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        message
    };
    let plain = || address.to_owned();
    json!({"resultCode": "0", "downlinkMessages": [
        message("TEXT", plain(), json!({})),
        message("TEXT", format!("<a href=\"{address}\"><img src='{address}'></a>"), json!({})),
        message("IMAGE", plain(), json!({"contentType": "1", "mediaFileType": "jpg"})),
        message("IMAGE", plain(), json!({"contentType": "0", "mediaFileType": address})),
        message("VIDEO", plain(), json!({})),
        message("DOCUMENT", plain(), json!({"mediaFileType": "pdf"})),
        message("EMOTICONS", plain(), json!({"contentType": "1"})),
        message("RICHTEXT", plain(), json!({"mediaFileType": "richtext"})),
        message("WEBCARD", json!({"title": "T", "description": address, "redirectUrl": address, "mediaFileId": address,
            "mediaFileType": address}).to_string(), json!({})),
        message("LOCATION", json!({"latitude": "1", "longitude": "2", "description": address}).to_string(), json!({})),
    ]})
}

/// The files that came with messages.
fn files(items: &[Downlink]) -> Vec<(FileSource, Option<String>)> {
    let content = |item: &Downlink| match item {
        Downlink::Message { content: Content::File(file) | Content::Card { image: file, .. }, .. } => {
            Some((file.source.clone(), file.extension.clone()))
        }
        _ => None,
    };
    items.iter().filter_map(content).collect()
}

async fn fetch(cec: &Cec, source: &FileSource, extension: Option<&str>) {
    let mut bytes = Vec::new();
    // Whether the centre has it is not the question.
    let _found = cec.download(&party(), source, extension, &mut bytes, 1_000).await;
}

#[tokio::test]
async fn what_a_message_names_is_asked_of_the_centre_or_of_nobody() {
    let canary = Canary::listen().await;
    let centre = Centre::start().await;
    let cec = centre.cec();
    let named = centre.cec_with(|config| {
        let origins = ["https://img.example".to_owned(), "http://127.0.0.1:1".to_owned()];
        config.avatar_origins = PictureOrigins::read(origins.to_vec()).unwrap();
    });
    let (mut addresses, mut files_found) = (0, 0);
    for address in canary.addresses() {
        centre.once("poll", Reply::json(&messages(&address).to_string()));
        let items = cec.poll(&party()).await.unwrap();
        assert!(!items.is_empty(), "{address:?}");
        for (source, extension) in files(&items) {
            fetch(&cec, &source, extension.as_deref()).await;
            files_found += 1;
        }
        // As if a check before had let it pass.
        for source in [
            FileSource::Local,
            FileSource::Library,
            FileSource::Uploaded,
            FileSource::Plain,
            FileSource::Picture,
        ] {
            fetch(&cec, &source(address.clone()), Some("png")).await;
        }
        for cec in [&cec, &named] {
            assert!(cec.picture(&address).is_none(), "{address:?}");
        }
        addresses += 1;
    }
    assert!(addresses >= 120 && files_found > 0, "{addresses} {files_found}");
    // Everything went to the paths of the interface; what was named stands in bodies.
    for what in centre.order().iter().collect::<BTreeSet<_>>() {
        for seen in centre.seen(what) {
            let known = ["/apigovernance/api/oauth/tokenByAkSk", "/apiaccess/ccmessaging/"];
            assert!(known.iter().any(|known| seen.path.starts_with(known)), "{}", seen.path);
            assert!(
                ["poll", "applyToken", "tokenByAkSk", "downloadFileStream"].contains(&what.as_str()),
                "{what}"
            );
            assert!(!seen.query.contains("127.0.0.1") && !seen.query.contains("etc"), "{}", seen.query);
            assert!(!seen.headers.contains_key("x-injected"), "{:?}", seen.headers);
        }
    }
    canary.is_quiet().await;
}

#[tokio::test]
async fn a_gateway_that_the_settings_do_not_name_is_not_passed_on() {
    let canary = Canary::listen().await;
    let centre = Centre::start().await;
    let cec = centre.cec();
    let own = ["wss://service.example".to_owned(), "wss://gw.example:8443/ws".to_owned()];
    let news = async |address: &str| {
        let content = json!({"gwAddresses": [address], "domain": "rtc.example", "accessCode": "179",
            "clickToCallCaller": "anonymous"});
        let answer = json!({"resultCode": "0", "eventId": "168101", "content": content});
        centre.once("getClickToCallEvents", Reply::json(&answer.to_string()));
        cec.call_events(&party()).await.unwrap()
    };
    let mut told = 0;
    for address in canary.addresses() {
        if let Some(CallNews::Connected(gateway)) = news(&address).await {
            assert!(gateways::trusted(gateway, &own).is_err(), "{address:?}");
            told += 1;
        }
    }
    assert!(told > 80, "{told}");
    let Some(CallNews::Connected(good)) = news("gw.example:8443").await else { panic!("no gateway") };
    assert_eq!(gateways::trusted(good, &own).unwrap().addresses, own[1..]);
    canary.is_quiet().await;
}

#[tokio::test]
async fn no_redirect_is_followed() {
    let canary = Canary::listen().await;
    let port = canary.port;
    let mut asked = 0;
    for status in [300, 301, 302, 303, 305, 307, 308] {
        for location in [
            format!("http://127.0.0.1:{port}/latest/meta-data/"),
            format!("//127.0.0.1:{port}/"),
            format!("http://localhost:{port}/"),
            format!("http://[::ffff:127.0.0.1]:{port}/"),
            "http://169.254.169.254/latest/meta-data/".into(),
            "file:///etc/passwd".into(),
            "/apiaccess/ccmessaging/poll".into(),
        ] {
            let redirect = Reply::status(status)
                .with("location", &location)
                .with("content-location", &location)
                .with("refresh", &format!("0; url={location}"))
                .with("alt-svc", &format!("h2=\"127.0.0.1:{port}\"; ma=3600"));
            for endpoint in [
                "tokenByAkSk",
                "applyToken",
                "send CONNECT",
                "send CHAT",
                "poll",
                "downloadFileStream",
                "queryHistoryChatMessage",
                "createClickToCall",
            ] {
                let centre = Centre::start().await;
                let cec = centre.cec();
                centre.always(endpoint, redirect.clone());
                let party = party();
                let failed = match endpoint {
                    "tokenByAkSk" | "applyToken" | "send CONNECT" => {
                        cec.connect(&party, &About::default()).await.is_err()
                    }
                    "send CHAT" => cec.say(&party, &id(), 1, &text("hello")).await.is_err(),
                    "poll" => cec.poll(&party).await.is_err(),
                    "downloadFileStream" => {
                        let source = FileSource::Plain("k".into());
                        cec.download(&party, &source, None, &mut Vec::new(), 100).await.is_err()
                    }
                    "queryHistoryChatMessage" => cec.history(&party, 0, u64::MAX).await.is_err(),
                    _ => cec.call_start(&party, CallMedia::Audio).await.is_err(),
                };
                assert!(failed, "{endpoint} {status} {location}");
                asked += 1;
                let order = centre.order();
                assert_eq!(order.iter().filter(|what| *what == endpoint).count(), 1, "{endpoint}: {order:?}");
            }
        }
    }
    assert_eq!(asked, 7 * 7 * 8);
    canary.is_quiet().await;
}
