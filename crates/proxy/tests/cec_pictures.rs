//! Pictures of agents and robots over real sockets: who is asked, for what, how much of it, and how long.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail so")]

mod cec_support;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use cec_support::{Centre, Reply, kind, party};
use frontdesk_proxy::config::{CecConfig, Guard, PictureOrigins};
use frontdesk_proxy::vendor::Centre as _;
use frontdesk_proxy::vendor::Downlink;
use frontdesk_proxy::vendor::guard::Guarded;
use futures_util::{StreamExt, stream};
use serde_json::json;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::time::Instant;

const MOST: usize = 512 << 10;
const GONE: &str = "refused FileUnknown";

/// Where pictures are. The path says how it answers.
#[derive(Clone)]
struct Host {
    origin: String,
    seen: Arc<Mutex<Vec<(String, HeaderMap)>>>,
    /// How many requests are being answered, and the most there were.
    now: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
    canary: String,
}

impl Host {
    async fn start() -> Self {
        Self::before("").await
    }

    /// One that sends whoever asks to the canary.
    async fn before(canary: &str) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let host = Self {
            origin: format!("http://{}", listener.local_addr().unwrap()),
            seen: Arc::default(),
            now: Arc::default(),
            most: Arc::default(),
            canary: canary.into(),
        };
        let app = Router::new().fallback(answer).with_state(host.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        host
    }

    fn asked(&self) -> usize {
        self.seen.lock().unwrap().len()
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    fn named(&self, config: &mut CecConfig) {
        config.avatar_origins = PictureOrigins::read(vec![self.origin.clone()]).unwrap();
    }
}

struct Answering(Arc<AtomicUsize>);

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

async fn answer(State(host): State<Host>, uri: Uri, headers: HeaderMap) -> Response {
    host.seen.lock().unwrap().push((uri.to_string(), headers));
    let now = host.now.fetch_add(1, Ordering::SeqCst) + 1;
    host.most.fetch_max(now, Ordering::SeqCst);
    let _answering = Answering(Arc::clone(&host.now));
    let path = uri.path().trim_start_matches('/');
    let (how, number) = path.split_once('/').unwrap_or((path, ""));
    match how {
        "status" => {
            let status = StatusCode::from_u16(number.parse().unwrap()).unwrap();
            (
                status,
                [("location", host.canary.clone()), ("refresh", format!("0; url={}", host.canary))],
                "gone",
            )
                .into_response()
        }
        "bytes" => vec![7; number.parse().unwrap()].into_response(),
        // Without its length.
        "stream" => {
            let chunks =
                (0..number.parse::<usize>().unwrap()).map(|_| Ok::<_, std::io::Error>(vec![7; 1 << 10]));
            Body::from_stream(stream::iter(chunks)).into_response()
        }
        "never" => std::future::pending().await,
        "drip" => {
            let drops = stream::repeat(()).then(|()| async {
                tokio::time::sleep(Duration::from_secs(1)).await;
                Ok::<_, std::io::Error>("x")
            });
            Body::from_stream(drops).into_response()
        }
        _ => "a picture".into_response(),
    }
}

#[tokio::test]
async fn a_picture_is_asked_for_without_a_word_about_the_centre() {
    let (centre, host) = (Centre::start().await, Host::start().await);
    let cec = centre.cec_with(|config| {
        host.named(config);
        config.trace_header = true;
    });
    let address = host.at("/faces/7.png?size=64");
    let message = json!({"controlType": "CHAT", "sourceType": "AGENT", "mediaType": "TEXT", "content": "hello",
        "senderNickname": "Li", "senderAvatar": address});
    centre.once("poll", Reply::json(&json!({"resultCode": "0", "downlinkMessages": [message]}).to_string()));
    let items = cec.poll(&party()).await.unwrap();
    assert!(matches!(items.as_slice(), [Downlink::Face(_), Downlink::Message { .. }]), "{items:?}");
    assert_eq!(host.asked(), 0, "reading asks nobody");

    assert_eq!(cec.picture(&address).unwrap().await.unwrap(), b"a picture");
    let seen = host.seen.lock().unwrap().clone();
    let [(asked, headers)] = seen.as_slice() else { panic!("{seen:?}") };
    assert_eq!(asked, "/faces/7.png?size=64");
    let mut names: Vec<&str> = headers.keys().map(|name| name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["accept", "host", "user-agent"]);
    assert_eq!(headers["accept"], "image/*");
    assert!(headers["user-agent"].to_str().unwrap().starts_with("frontdesk/"));
}

#[tokio::test]
async fn nobody_else_is_asked_and_no_redirect_is_followed() {
    let canary = Host::start().await;
    let host = Host::before(&canary.at("/bytes/9")).await;
    let centre = Centre::start().await;
    let cec = centre.cec_with(|config| host.named(config));
    for address in [
        canary.at("/bytes/9"),
        host.origin.replace("127.0.0.1", "localhost"),
        host.origin.replace("http://", "https://"),
        host.origin.replace("http://", "http://agent@"),
        centre.address.clone(),
    ] {
        assert!(cec.picture(&address).is_none(), "{address}");
    }
    // What was allowed when the message came need not be allowed now.
    assert!(centre.cec().picture(&host.at("/bytes/9")).is_none());
    assert_eq!(host.asked(), 0);
    let statuses = [201, 204, 206, 300, 301, 302, 303, 304, 307, 308, 401, 403, 404, 429, 500, 503];
    for status in statuses {
        let fetched = cec.picture(&host.at(&format!("/status/{status}"))).unwrap().await;
        assert_eq!(kind(fetched), GONE, "{status}");
    }
    assert_eq!((host.asked(), canary.asked(), centre.order().len()), (statuses.len(), 0, 0));
}

#[tokio::test]
async fn only_so_much_is_read() {
    let (centre, host) = (Centre::start().await, Host::start().await);
    let cec = centre.cec_with(|config| host.named(config));
    for (path, bytes) in [
        (format!("/bytes/{MOST}"), Some(MOST)),
        (format!("/bytes/{}", MOST + 1), None),
        (format!("/stream/{}", MOST >> 10), Some(MOST)),
        (format!("/stream/{}", (MOST >> 10) + 1), None),
        // Far more than this machine would hold.
        (format!("/stream/{}", 1_u64 << 40), None),
    ] {
        let fetched = cec.picture(&host.at(&path)).unwrap().await;
        match bytes {
            Some(bytes) => assert_eq!(fetched.unwrap().len(), bytes, "{path}"),
            None => assert_eq!(kind(fetched), GONE, "{path}"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn it_takes_ten_seconds_at_most_and_eight_at_once() {
    let (centre, host) = (Centre::start().await, Host::start().await);
    let cec = centre.cec_with(|config| host.named(config));
    for path in ["/never", "/drip"] {
        let begun = Instant::now();
        assert_eq!(kind(cec.picture(&host.at(path)).unwrap().await), GONE, "{path}");
        assert_eq!(begun.elapsed().as_secs(), 10, "{path}");
    }
    assert_eq!(host.asked(), 2);
    let begun = Instant::now();
    let all = (0..20).map(|_| cec.picture(&host.at("/never")).unwrap());
    for fetched in futures_util::future::join_all(all).await {
        assert_eq!(kind(fetched), GONE);
    }
    assert_eq!(begun.elapsed().as_secs(), 10);
    assert_eq!((host.asked(), host.most.load(Ordering::SeqCst)), (10, 8));
    assert_eq!(
        cec.picture(&host.at("/good")).unwrap().await.unwrap(),
        b"a picture",
        "the places are free again"
    );
}

#[tokio::test]
async fn pictures_and_the_centre_do_not_hold_each_other_up() {
    let (centre, host) = (Centre::start().await, Host::start().await);
    let gone = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let gone_at = format!("http://{}", gone.local_addr().unwrap());
    drop(gone);
    let cec = centre.cec_with(|config| {
        let origins = vec![host.origin.clone(), gone_at.clone()];
        config.avatar_origins = PictureOrigins::read(origins).unwrap();
    });
    let guard = Guard {
        failures: 1,
        requests_at_once: 1,
        requests_waiting: 0,
        pause: Duration::from_secs(60),
        ..Guard::default()
    };
    let guarded = Guarded::new(Arc::new(cec), "shop".into(), &guard, Arc::default());
    for address in [gone_at.clone(), host.at("/status/503"), host.at("/status/404")] {
        assert_eq!(kind(guarded.picture(&address).unwrap().await), GONE, "{address}");
    }
    assert!(!guarded.is_away());
    assert_eq!(guarded.poll(&party()).await, Ok(Vec::new()));

    // A picture that takes its time takes no place of the centre's.
    let slow = host.at("/never");
    let (waiting, party) = (guarded.picture(&slow).unwrap(), party());
    tokio::select! {
        _ = waiting => panic!("it never answers"),
        polled = guarded.poll(&party) => assert_eq!(polled, Ok(Vec::new())),
    }

    // The centre is away, its pictures are not.
    let centre = Centre::start().await;
    let cec = centre.cec_with(|config| {
        host.named(config);
        config.base_url = gone_at.parse().unwrap();
    });
    let guarded = Guarded::new(Arc::new(cec), "shop".into(), &guard, Arc::default());
    assert!(guarded.poll(&party).await.is_err());
    assert!(guarded.is_away());
    assert_eq!(guarded.picture(&host.at("/good")).unwrap().await.unwrap(), b"a picture");
}
