//! The adapter against the sandbox centre, which was written from the same manuals by other hands.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail so")]

mod cec_support;

use cec_support::{DELIVERED, heard, id, kind, party, rating, settings, text};
use frontdesk_contract::{About, Body, ClientId, QueueInfo, Sender};
use frontdesk_proxy::config::{CecConfig, Dialect, PictureOrigins};
use frontdesk_proxy::vendor::cec::{Cec, Trouble};
use frontdesk_proxy::vendor::{
    Centre as _, Content, Downlink, FileSource, QueueAnswer, Said, Serving, Spooled,
};
use frontdesk_sandbox::{Hours, ManualClock, MessageIds, Running, Sandbox, Settings, TokenBody, spawn};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::timeout;

fn config(address: &str, centre: &Settings) -> CecConfig {
    let mut config = settings(address);
    config.app_key = centre.app_key.clone();
    config.app_secret = centre.app_secret.clone().into();
    config.channel_id = centre.channel_id.clone();
    config.dialect = match centre.dialect {
        frontdesk_sandbox::Dialect::V2_5 => Dialect::V2_5,
        frontdesk_sandbox::Dialect::V2_6 => Dialect::V2_6,
    };
    config
}

async fn start(settings: Settings) -> (Running, Cec) {
    let centre = spawn(settings.clone()).await.unwrap();
    let cec = Cec::new("shop", &config(&centre.base_url, &settings)).unwrap();
    (centre, cec)
}

/// Polls until something fits.
async fn until(cec: &Cec, fits: impl Fn(&Downlink) -> bool) -> Downlink {
    let search = async {
        loop {
            if let Some(found) = cec.poll(&party()).await.unwrap().into_iter().find(&fits) {
                return found;
            }
        }
    };
    timeout(Duration::from_secs(10), search).await.unwrap()
}

fn from_robot(item: &Downlink) -> bool {
    matches!(item, Downlink::Message { from: Sender::Robot(_), .. })
}

fn says(wanted: &'static str) -> impl Fn(&Downlink) -> bool {
    move |item| matches!(item, Downlink::Message { content: Content::Body(Body::Text(text)), .. } if text == wanted)
}

/// An agent at the desk.
struct Agent {
    http: reqwest::Client,
    base: String,
    token: String,
}

impl Agent {
    async fn sign_in(base: &str) -> Self {
        let http = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
        let mut agent = Self { http, base: base.into(), token: String::new() };
        agent.token = agent.post("login", json!({"name": "Li"})).await["token"].as_str().unwrap().into();
        agent
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        let request =
            self.http.post(format!("{}/agent/api/{path}", self.base)).header("agent-token", &self.token);
        let response = request.json(&body).send().await.unwrap();
        assert!(response.status().is_success(), "{path}: {}", response.status());
        response.json().await.unwrap_or_default()
    }

    /// The only conversation.
    async fn conversation(&self) -> Value {
        let request = self.http.get(format!("{}/agent/api/conversations", self.base));
        let response = request.header("agent-token", &self.token).send().await.unwrap();
        response.json::<Value>().await.unwrap()["conversations"][0].clone()
    }
}

#[tokio::test]
async fn a_whole_conversation_in_both_dialects() {
    for dialect in [frontdesk_sandbox::Dialect::V2_5, frontdesk_sandbox::Dialect::V2_6] {
        let new = dialect == frontdesk_sandbox::Dialect::V2_6;
        let settings = Settings {
            dialect,
            message_id: MessageIds::Echoed,
            history: true,
            robot_delay_ms: 0,
            agent_typing: true,
            ..Settings::default()
        };
        let (centre, cec) = start(settings).await;

        assert_eq!(cec.connect(&party(), &About::default()).await, Ok(Serving::Robot), "{dialect:?}");
        until(&cec, from_robot).await;
        assert_eq!(cec.say(&party(), &id(), 1_760_000_000_000, &text("你好")).await, Ok(DELIVERED));
        until(&cec, from_robot).await;
        assert_eq!(cec.typing(&party()).await, Ok(()));

        assert_eq!(cec.transfer_to_agent(&party()).await, Ok(Serving::Queue), "{dialect:?}");
        let Ok(QueueAnswer::Waiting(QueueInfo { place, wait_ms })) = cec.queue(&party()).await else {
            panic!("no place")
        };
        assert_eq!(place, Some(1));
        assert!(wait_ms.is_some());
        let early = cec.say(&party(), &ClientId::new("m-early"), 1, &text("hello?")).await;
        assert_eq!(kind(early), "refused for now Queueing", "{dialect:?}");

        let agent = Agent::sign_in(&centre.base_url).await;
        let conversation = agent.conversation().await;
        let path =
            |what: &str| format!("conversations/{}/{what}", conversation["id"].to_string().trim_matches('"'));
        assert_eq!(conversation["state"], "active");
        // The older edition knows a place in the queue, and nothing else: there, words say it.
        let known = |answer| if new { answer } else { QueueAnswer::NoInformation };
        assert_eq!(cec.queue(&party()).await, Ok(known(QueueAnswer::Served)));
        if !new {
            until(&cec, |item| *item == Downlink::Announced).await;
        }
        assert_eq!(cec.transfer_to_agent(&party()).await, Ok(Serving::Agent));

        agent.post(&path("messages"), json!({"text": "a < b & 您好"})).await;
        let Downlink::Message { code, from, at_ms, .. } = until(&cec, says("a < b & 您好")).await else {
            panic!()
        };
        assert!(matches!(from, Sender::Agent(person) if person.name == "Li") && at_ms.is_some());
        assert!(code.is_some());
        agent.post(&path("typing"), json!({})).await;
        until(&cec, |item| *item == Downlink::Typing).await;

        let m2 = ClientId::new("m0000000000000000000000000000002");
        assert_eq!(cec.say(&party(), &m2, 1_760_000_000_001, &text("谢谢 <b>&amp;")).await, Ok(DELIVERED));
        assert_eq!(agent.conversation().await["last"]["text"], "谢谢 <b>&amp;");
        agent.post(&path("read"), json!({})).await;
        if new {
            until(&cec, |item| matches!(item, Downlink::Read(ids) if ids.contains(&m2))).await;
        }

        agent.post(&path("end"), json!({})).await;
        until(&cec, |item| *item == Downlink::Ended { offline: false }).await;
        let late = cec.say(&party(), &ClientId::new("m-late"), 1, &text("still there?")).await;
        assert_eq!(kind(late), if new { "gone" } else { "refused CentreRefused" });
        assert_eq!(cec.queue(&party()).await, Ok(known(QueueAnswer::Gone)));
        assert_eq!(cec.disconnect(&party()).await, Ok(()));

        let form = cec.survey(&party()).await.unwrap();
        assert_eq!((form.open, form.levels.len()), (true, 5));
        assert_eq!(cec.rate(&party(), &rating(5, "很好")).await, Ok(()));
        let rating = agent.conversation().await["rating"].clone();
        assert_eq!(
            (rating["level"].to_string().trim_matches('"'), &rating["comment"]),
            ("5", &json!("很好"))
        );

        let history = cec.history(&party(), 0, u64::MAX).await.unwrap();
        assert_eq!(history.is_some(), new);
        let mine: Vec<_> = history.iter().flatten().filter(|kept| kept.from.is_none()).collect();
        assert!(mine.is_sorted_by_key(|kept| kept.at_ms));
        if new {
            let mine: Vec<_> = mine.iter().map(|kept| (kept.code.as_deref(), &kept.content)).collect();
            assert_eq!(
                mine,
                [(Some(id().as_str()), &heard("你好")), (Some(m2.as_str()), &heard("谢谢 <b>&amp;"))]
            );
        }
        centre.stop().await;
    }
}

#[tokio::test]
async fn without_a_robot_the_first_free_agent_serves() {
    for dialect in [frontdesk_sandbox::Dialect::V2_5, frontdesk_sandbox::Dialect::V2_6] {
        let (centre, _) = start(Settings { dialect, robot: false, ..Settings::default() }).await;
        let mut config = config(&centre.base_url, &centre.sandbox.settings());
        config.robot = false;
        let cec = Cec::new("shop", &config).unwrap();
        assert_eq!(cec.connect(&party(), &About::default()).await, Ok(Serving::Queue), "{dialect:?}");
        assert_eq!(cec.disconnect(&party()).await, Ok(()));
        let _agent = Agent::sign_in(&centre.base_url).await;
        assert_eq!(cec.connect(&party(), &About::default()).await, Ok(Serving::Agent), "{dialect:?}");
        assert_eq!(cec.disconnect(&party()).await, Ok(()));
        centre.stop().await;
    }
}

#[tokio::test]
async fn every_form_of_the_token_answer_is_understood() {
    for token_body in [TokenBody::Object, TokenBody::String, TokenBody::Braced] {
        let (centre, cec) = start(Settings { token_body, ..Settings::default() }).await;
        assert_eq!(cec.connect(&party(), &About::default()).await, Ok(Serving::Robot), "{token_body:?}");
        assert_eq!(cec.probe().await, Ok(()));
        centre.stop().await;
    }
}

#[tokio::test]
async fn a_probe_tells_which_setting_is_wrong() {
    let (centre, _) = start(Settings::default()).await;
    let probe = async |change: &dyn Fn(&mut CecConfig)| {
        let mut config = config(&centre.base_url, &Settings::default());
        change(&mut config);
        Cec::new("shop", &config).unwrap().probe().await
    };
    assert!(matches!(
        probe(&|config| config.app_key = "other".into()).await,
        Err(Trouble::SecretRefused { .. })
    ));
    assert!(matches!(
        probe(&|config| config.app_secret = "other".into()).await,
        Err(Trouble::SecretRefused { .. })
    ));
    assert!(matches!(
        probe(&|config| config.channel_id = "7".into()).await,
        Err(Trouble::ChannelRefused { .. })
    ));
    centre.stop().await;
}

#[tokio::test]
async fn outside_hours_messages_are_refused_or_kept() {
    for offline in [false, true] {
        let settings = Settings { hours: Hours::Closed, robot: false, offline, ..Settings::default() };
        let (centre, cec) = start(settings).await;
        let (connected, said) = (
            cec.connect(&party(), &About::default()).await,
            cec.say(&party(), &id(), 1, &text("hello")).await,
        );
        if offline {
            assert!(matches!(connected, Ok(Serving::Offline { tip: Some(_) })), "{connected:?}");
            assert!(matches!(said, Ok(Said::StoredOffline { tip: Some(_) })), "{said:?}");
        } else {
            assert_eq!((kind(connected), kind(said)), ("refused OutsideHours".into(), "gone".into()));
        }
        centre.stop().await;
    }
}

#[tokio::test]
async fn tokens_that_lapse_during_a_conversation_are_renewed_unnoticed() {
    let clock = ManualClock::new(1_760_000_000_000);
    let settings = Settings { release_after_s: 80_000, ..Settings::default() };
    let sandbox = Sandbox::at(settings.clone(), clock.clone()).unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(frontdesk_sandbox::serve_sandbox(listener, sandbox, std::future::pending()));
    let cec = Cec::new("shop", &config(&address, &settings)).unwrap();
    cec.connect(&party(), &About::default()).await.unwrap();
    // The gateway's token lapses after 10 minutes, the visitor's after an hour.
    for number in 0..24 {
        clock.advance(550_000);
        let id = ClientId::new(format!("m{number}"));
        assert_eq!(cec.say(&party(), &id, 1, &text("hello")).await, Ok(DELIVERED));
        cec.poll(&party()).await.unwrap();
    }
}

#[tokio::test]
async fn a_file_comes_back_as_it_went_and_a_message_is_left() {
    let (centre, cec) = start(Settings::default()).await;
    cec.connect(&party(), &About::default()).await.unwrap();
    let bytes: Vec<u8> = (0..100_000_u32).map(|number| (number % 253) as u8).collect();
    let path = std::env::temp_dir().join(format!("frontdesk-sandbox-{}", std::process::id()));
    std::fs::write(&path, &bytes).unwrap();
    let spooled = Spooled { path: &path, extension: "txt", size_bytes: 100_000 };
    let key = cec.upload(&party(), spooled).await.unwrap();
    let mut back = Vec::new();
    let source = FileSource::Uploaded(key);
    assert_eq!(cec.download(&party(), &source, Some("txt"), &mut back, 100_000).await, Ok(100_000));
    assert_eq!(back, bytes);
    let unknown = FileSource::Local("nothing".into());
    assert!(cec.download(&party(), &unknown, Some("txt"), &mut back, 9).await.is_err());
    assert_eq!(cec.leave_message(&party(), "+8613800138000", "please call").await, Ok(()));
    std::fs::remove_file(path).unwrap();
    centre.stop().await;
}

#[tokio::test]
async fn the_robot_and_the_agent_have_faces() {
    let quirks = json!({"quirks": {"sender_avatar": "url"}});
    let settings = Settings { robot_delay_ms: 0, ..Settings::default() }.patched(&quirks).unwrap();
    let centre = spawn(settings.clone()).await.unwrap();
    let mut config = config(&centre.base_url, &settings);
    config.avatar_origins = PictureOrigins::read(vec![centre.base_url.clone()]).unwrap();
    let cec = Cec::new("shop", &config).unwrap();
    let looks = async |name: &str| {
        let address = format!("{}/faces/{name}.png", centre.base_url);
        let source = FileSource::Picture(address.clone());
        until(&cec, |item| matches!(item, Downlink::Face(face) if face.source == source)).await;
        let picture = cec.picture(&address).unwrap().await.unwrap();
        assert!(picture.starts_with(b"\x89PNG\r\n\x1a\n"), "{name}");
    };
    assert_eq!(cec.connect(&party(), &About::default()).await, Ok(Serving::Robot));
    looks("robot").await;
    let agent = Agent::sign_in(&centre.base_url).await;
    cec.transfer_to_agent(&party()).await.unwrap();
    let id = agent.conversation().await["id"].to_string();
    agent.post(&format!("conversations/{}/messages", id.trim_matches('"')), json!({"text": "hello"})).await;
    looks("agent").await;
}
