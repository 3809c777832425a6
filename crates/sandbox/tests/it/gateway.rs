//! The centre and its gateway: a call that an agent took is a line, and both end together.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use str0m::media::{Direction, MediaKind};
use str0m::{Candidate, RtcConfig};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::support::Bench;

const BOUND: Duration = Duration::from_secs(60);
const EVENTS: &str = "v1/getClickToCallEvents?channel=WEB";

async fn bench(patch: Value) -> Bench {
    let mut settings = json!({"robot": false, "call_event_hold_ms": 0, "gateway": "127.0.0.1:0"});
    for (name, value) in patch.as_object().expect("an object") {
        settings[name] = value.clone();
    }
    let mut bench = Bench::new(settings).await;
    bench.sandbox.start_gateway().await.expect("a free port");
    bench.sign_in("Li").await;
    bench
}

/// What a browser offers.
fn offer() -> String {
    let mut rtc = RtcConfig::new().build(std::time::Instant::now());
    rtc.add_local_candidate(Candidate::host(([127, 0, 0, 1], 9).into(), "udp").expect("a candidate"));
    let mut api = rtc.sdp_api();
    api.add_media(MediaKind::Audio, Direction::SendRecv, None, None, None);
    api.apply().expect("an offer").0.to_sdp_string()
}

/// The visitor's telephone.
struct Telephone {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    user: String,
    tag: String,
}

impl Telephone {
    /// Calls what the connected event tells.
    async fn call(bench: &Bench) -> Telephone {
        let content = connected(bench).await;
        let address = content["gwAddresses"][0].as_str().expect("an address").to_owned();
        let user = content["accessCode"].as_str().expect("an access code").to_owned();
        assert_eq!(content["domain"], "rtc.sandbox.invalid");
        let mut request = address.into_client_request().expect("an address with its scheme");
        request.headers_mut().insert("Sec-WebSocket-Protocol", "sip".parse().expect("a name"));
        let (socket, _) = connect_async(request).await.expect("a gateway");
        let mut telephone = Telephone { socket, user, tag: String::new() };
        telephone.say(1, "INVITE", &offer()).await;
        telephone
    }

    async fn say(&mut self, cseq: u32, method: &str, body: &str) {
        let (user, tag) = (&self.user, &self.tag);
        let text = format!(
            "{method} sip:{user}@rtc.sandbox.invalid SIP/2.0\r\nVia: SIP/2.0/WS v.invalid;branch=z9hG4bK{cseq}\r\n\
             From: <sip:v@v.invalid>;tag=me\r\nTo: <sip:{user}@rtc.sandbox.invalid>{tag}\r\nCall-ID: {user}\r\n\
             CSeq: {cseq} {method}\r\nContact: <sip:v@v.invalid;transport=ws>\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        self.socket.send(Message::text(text)).await.expect("an open socket");
    }

    async fn wait_for(&mut self, first: &str) {
        let frame = async {
            loop {
                let message = self.socket.next().await.expect("an open socket").expect("a frame");
                let Message::Text(text) = message else { continue };
                if text.starts_with(first) {
                    return text.to_string();
                }
            }
        };
        let frame = tokio::time::timeout(BOUND, frame).await.expect(first);
        if first == "SIP/2.0 200" && self.tag.is_empty() {
            let to = frame.lines().find(|line| line.starts_with("To:")).expect("a To");
            self.tag = to.find(";tag=").map(|at| to[at..].to_owned()).expect("a tag");
            self.say(1, "ACK", "").await;
        }
    }
}

async fn create(bench: &Bench) {
    let body = json!({"channel": "WEB", "mediaAbility": "0"});
    assert_eq!(bench.outcome("v1/createClickToCall", &body).await.0, "0");
}

async fn connected(bench: &Bench) -> Value {
    loop {
        let event = bench.get(EVENTS).await.json();
        match event["resultDesc"].as_str() {
            Some("Call in queue") => {}
            Some("Call connected") => return event["content"].clone(),
            other => panic!("{other:?}"),
        }
    }
}

async fn act(bench: &Bench, act: &str) -> Value {
    bench.desk("POST", &format!("calls/1/{act}"), Value::Null).await.json()
}

/// Waits until the centre's call has ended, and says why.
async fn end_of_call(bench: &Bench) -> String {
    let end = async {
        let mut next = 0;
        loop {
            let news = bench.desk("GET", &format!("changes?after={next}&wait=25"), Value::Null).await.json();
            next = news["next"].as_u64().expect("a number");
            let ended = news["calls"].as_array().and_then(|calls| calls.first()?["cause"].as_str());
            if let Some(cause) = ended {
                return cause.to_owned();
            }
        }
    };
    tokio::time::timeout(BOUND, end).await.expect("the call ends")
}

async fn open_at_the_gateway(bench: &Bench) -> usize {
    let record = bench.raw("GET", "/sandbox/record", &[], String::new()).await.json();
    record["gateway_calls"].as_array().map_or(usize::MAX, Vec::len)
}

async fn talking(bench: &Bench) -> Telephone {
    create(bench).await;
    assert_eq!(act(bench, "accept").await["state"], "connected");
    let mut telephone = Telephone::call(bench).await;
    telephone.wait_for("SIP/2.0 183").await;
    let answer = bench.desk("POST", "calls/1/media", json!({"sdp": offer()})).await;
    assert!(
        answer.json()["sdp"].as_str().is_some_and(|sdp| sdp.contains("a=fingerprint")),
        "{}",
        answer.text
    );
    telephone.wait_for("SIP/2.0 200").await;
    assert_eq!(open_at_the_gateway(bench).await, 1);
    telephone
}

#[tokio::test]
async fn the_visitor_hangs_up_and_the_centre_knows() {
    let bench = bench(json!({})).await;
    let mut telephone = talking(&bench).await;
    telephone.say(2, "BYE", "").await;
    telephone.wait_for("SIP/2.0 200").await;
    assert_eq!(end_of_call(&bench).await, "visitor");
    assert_eq!(bench.get(EVENTS).await.json()["resultDesc"], "Call disconnected");
    assert_eq!(open_at_the_gateway(&bench).await, 0);
    assert!(bench.sandbox.gateway().expect("a gateway").lines().is_empty());
}

#[tokio::test]
async fn the_agent_hangs_up_and_the_telephone_knows() {
    let bench = bench(json!({})).await;
    let mut telephone = talking(&bench).await;
    assert_eq!(act(&bench, "end").await["cause"], "agent");
    telephone.wait_for("BYE ").await;
    assert_eq!(open_at_the_gateway(&bench).await, 0);
}

#[tokio::test]
async fn a_call_that_is_dropped_at_the_centre_ends_at_the_gateway() {
    let bench = bench(json!({})).await;
    let mut telephone = talking(&bench).await;
    bench.outcome("v1/dropClickToCall", &json!({"channel": "WEB"})).await;
    telephone.wait_for("BYE ").await;
}

#[tokio::test]
async fn who_may_speak() {
    let mut bench = bench(json!({})).await;
    create(&bench).await;
    let media = async |bench: &Bench, body: Value| {
        let answer = bench.desk("POST", "calls/1/media", body).await;
        (answer.status.as_u16(), answer.json()["error"].as_str().unwrap_or_default().to_owned())
    };
    let good = json!({"sdp": offer()});
    assert_eq!(media(&bench, good.clone()).await, (409, "the call is not connected".into()));
    act(&bench, "accept").await;
    assert_eq!(media(&bench, json!({"sdp": "v=0"})).await.0, 400);
    assert_eq!(media(&bench, json!({"offer": ""})).await.0, 400);
    assert_eq!(media(&bench, good.clone()).await.0, 200);
    let first = bench.agent.clone();
    bench.sign_in("Wang").await;
    assert_eq!(media(&bench, good.clone()).await.0, 409);
    bench.agent = first;
    assert_eq!(media(&bench, good.clone()).await.0, 200, "the agent's page was loaded again");
    act(&bench, "end").await;
    assert_eq!(media(&bench, good).await.0, 409);
}

#[tokio::test]
async fn a_number_that_answers_by_itself_takes_no_agent() {
    let bench = bench(json!({"call_access_code": "1486", "call_auto_accept": true})).await;
    create(&bench).await;
    let mut telephone = Telephone::call(&bench).await;
    telephone.wait_for("SIP/2.0 486").await;
    let refused = bench.desk("POST", "calls/1/media", json!({"sdp": offer()})).await;
    assert_eq!(refused.status.as_u16(), 409);
}

#[tokio::test]
async fn other_addresses_of_the_settings_stay() {
    let addresses = json!(["ws://127.0.0.1:1", "192.0.2.1:8443"]);
    let bench = bench(json!({"call_gateways": addresses})).await;
    create(&bench).await;
    act(&bench, "accept").await;
    assert_eq!(connected(&bench).await["gwAddresses"], addresses);
}

#[tokio::test]
async fn a_centre_without_a_gateway_says_so() {
    let mut bench = Bench::new(json!({"robot": false})).await;
    bench.sandbox.start_gateway().await.expect("nothing to start");
    bench.sign_in("Li").await;
    create(&bench).await;
    act(&bench, "accept").await;
    let answer = bench.desk("POST", "calls/1/media", json!({"sdp": offer()})).await;
    assert_eq!(
        (answer.status.as_u16(), answer.json()["error"].as_str()),
        (501, Some("this centre has no gateway"))
    );
    assert_eq!(bench.desk("GET", "changes?after=0&wait=0", Value::Null).await.json()["gateway"], Value::Null);
}
