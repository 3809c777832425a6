//! What only a real connection shows.

use std::io::ErrorKind;

use frontdesk_sandbox::{FaultKind, FaultPlan, Running, Settings, spawn};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

async fn started() -> Running {
    spawn(Settings { robot: false, ..Settings::default() }).await.expect("a free port")
}

async fn connect(running: &Running) -> TcpStream {
    let address = running.base_url.strip_prefix("http://").expect("plain http");
    TcpStream::connect(address).await.expect("it listens")
}

/// Sends one request on a connection of its own and reads until the end.
async fn exchange(
    running: &Running,
    method: &str,
    path: &str,
    headers: &str,
    body: &str,
) -> std::io::Result<String> {
    let mut stream = connect(running).await;
    let length = body.len();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: sandbox\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

fn body_of(answer: &str) -> Value {
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    serde_json::from_str(body).unwrap_or(Value::Null)
}

async fn agent_token(running: &Running) -> String {
    let answer =
        exchange(running, "POST", "/agent/api/login", "", r#"{"name":"Li"}"#).await.expect("an answer");
    body_of(&answer)["token"].as_str().expect("a token").to_owned()
}

/// Headers of a visitor with a session.
async fn visitor(running: &Running) -> String {
    let keys = r#"{"app_key":"app-key-demo","app_secret":"app-secret-demo"}"#;
    let answer =
        exchange(running, "POST", "/apigovernance/api/oauth/tokenByAkSk", "", keys).await.expect("an answer");
    let access = body_of(&answer)["AccessToken"].as_str().expect("a token").to_owned();
    let headers = format!("x-app-key: app-key-demo\r\nAuthorization: Bearer {access}\r\n");
    let body =
        json!({"userId": "v", "userName": "v", "channelId": Settings::default().channel_id, "locale": "en"});
    let answer = exchange(running, "POST", "/apiaccess/ccmessaging/applyToken", &headers, &body.to_string())
        .await
        .expect("an answer");
    let token = body_of(&answer)["token"].as_str().expect("a token").to_owned();
    let headers = format!("{headers}ccmessaging-token: {token}\r\n");
    send(running, &headers, "CONNECT", "").await.expect("an answer");
    headers
}

async fn send(running: &Running, headers: &str, control: &str, content: &str) -> std::io::Result<String> {
    let body = json!({"channel": "WEB", "content": content, "controlType": control, "from": "v",
                      "to": Settings::default().channel_id, "mediaType": "TEXT", "sourceType": "CUSTOMER"});
    exchange(running, "POST", "/apiaccess/ccmessaging/send", headers, &body.to_string()).await
}

fn always(running: &Running, kind: FaultKind) {
    let plan = FaultPlan { percent: 100.0, kinds: vec![kind], ..FaultPlan::default() };
    running.sandbox.set_faults(plan).expect("a valid plan");
}

#[tokio::test]
async fn a_reset_is_a_reset_before_or_after_the_message_is_stored() {
    for (kind, stored) in [(FaultKind::ResetBefore, 0), (FaultKind::ResetAfter, 1)] {
        let running = started().await;
        let agent = agent_token(&running).await;
        let headers = visitor(&running).await;
        always(&running, kind);
        let error = send(&running, &headers, "CHAT", "hello").await.expect_err("no answer");
        assert_eq!(error.kind(), ErrorKind::ConnectionReset);
        let desk = format!("Agent-Token: {agent}\r\n");
        let seen =
            exchange(&running, "GET", "/agent/api/conversations/1", &desk, "").await.expect("an answer");
        let lines = body_of(&seen)["messages"].as_array().cloned().expect("lines");
        assert_eq!(lines.iter().filter(|line| line["text"] == "hello").count(), stored, "{kind:?}");
        assert_eq!(running.sandbox.fault_log(0)[0].took_effect, stored == 1);
        running.stop().await;
    }
}

#[tokio::test]
async fn a_truncated_answer_is_shorter_than_announced() {
    let running = started().await;
    let headers = visitor(&running).await;
    always(&running, FaultKind::Truncated);
    let mut stream = connect(&running).await;
    let request = format!(
        "GET /apiaccess/ccmessaging/poll?receiverId=v&channel=WEB HTTP/1.1\r\nHost: sandbox\r\n{headers}\r\n"
    );
    stream.write_all(request.as_bytes()).await.expect("written");
    let mut answer = Vec::new();
    // Whether the end of the stream or an error follows the part is up to the system.
    drop(stream.read_to_end(&mut answer).await);
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    let announced =
        head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ").map(str::to_owned));
    let announced: usize = announced.expect("a length").parse().expect("a number");
    assert!(head.starts_with("HTTP/1.1 200") && body.len() < announced, "{} of {announced}", body.len());
    running.stop().await;
}

#[tokio::test]
async fn a_waiting_desk_is_woken_by_a_change() {
    let running = started().await;
    let desk = format!("Agent-Token: {}\r\n", agent_token(&running).await);
    let wait = exchange(&running, "GET", "/agent/api/changes?after=0&wait=25", &desk, "");
    let (changes, _) = tokio::join!(wait, visitor(&running));
    let changes = body_of(&changes.expect("an answer"));
    assert_eq!(changes["conversations"].as_array().map(Vec::len), Some(1));
    running.stop().await;
}

#[tokio::test]
async fn after_a_stop_nobody_listens() {
    let running = started().await;
    let address = running.base_url.strip_prefix("http://").expect("plain http").to_owned();
    let mut open = connect(&running).await;
    running.stop().await;
    assert!(TcpStream::connect(&address).await.is_err());
    let mut rest = Vec::new();
    assert_eq!(open.read_to_end(&mut rest).await.unwrap_or(0), 0, "open connections are cut");
}

#[tokio::test]
async fn a_wrong_setting_stops_the_start() {
    let error = spawn(Settings { queues: Vec::new(), ..Settings::default() }).await.expect_err("no queue");
    assert!(error.to_string().contains("queues"));
}

#[tokio::test]
async fn a_large_file_goes_up_and_comes_down_whole() {
    let running = started().await;
    let headers = visitor(&running).await;
    // Three bytes become four letters, so this is five megabytes of file.
    let stream = "QUJD".repeat(5 * 1024 * 1024 / 3);
    let up = json!({"fileType": "mp4", "fileStream": stream, "channel": "WEB"}).to_string();
    let path = "/apiaccess/ccmessaging/uploadFileStream";
    let answer = exchange(&running, "POST", path, &headers, &up).await.expect("an answer");
    let key = body_of(&answer)["objectKey"].as_str().expect("a key").to_owned();
    let down = json!({"fileType": "mp4", "fileId": key, "channel": "WEB"}).to_string();
    let path = "/apiaccess/ccmessaging/downloadFileStream";
    let answer = exchange(&running, "POST", path, &headers, &down).await.expect("an answer");
    assert_eq!(body_of(&answer)["fileStream"], stream);
    running.stop().await;
}

#[tokio::test]
async fn a_waiting_query_for_call_events_is_woken_when_an_agent_takes_the_call() {
    let running = started().await;
    let desk = format!("Agent-Token: {}\r\n", agent_token(&running).await);
    let headers = visitor(&running).await;
    running
        .sandbox
        .set_settings(Settings { call_event_hold_ms: 60_000, ..running.sandbox.settings() })
        .expect("valid");
    let create = r#"{"channel":"WEB","mediaAbility":"0"}"#;
    let path = "/apiaccess/ccmessaging/v1/createClickToCall";
    let answer = exchange(&running, "POST", path, &headers, create).await.expect("an answer");
    assert_eq!(body_of(&answer)["resultCode"], "0");
    let events = "/apiaccess/ccmessaging/v1/getClickToCallEvents?channel=WEB";
    let first = exchange(&running, "GET", events, &headers, "").await.expect("an answer");
    assert_eq!(body_of(&first)["resultDesc"], "Call in queue");
    let wait = exchange(&running, "GET", events, &headers, "");
    let take = exchange(&running, "POST", "/agent/api/calls/1/accept", &desk, "");
    let (woken, _) = tokio::join!(wait, take);
    assert_eq!(body_of(&woken.expect("an answer"))["eventId"], 168_101);
    running.stop().await;
}
