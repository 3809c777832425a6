//! A visitor and an agent who talk to the router without a socket, in virtual time.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use base64::Engine;
pub(crate) use base64::engine::general_purpose::STANDARD;
use frontdesk_sandbox::{ManualClock, Sandbox, Settings, router};
use serde_json::{Value, json};
use tower::ServiceExt;

pub(crate) const CHANNEL: &str = "202201077401331370";
pub(crate) const USER: &str = "visitor-1";

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }
}

pub(crate) struct Bench {
    pub(crate) sandbox: Sandbox,
    pub(crate) clock: ManualClock,
    pub(crate) access: String,
    pub(crate) visitor: String,
    pub(crate) agent: String,
    router: Router,
}

impl Bench {
    /// A centre with these settings, tokens at hand.
    pub(crate) async fn new(patch: Value) -> Bench {
        let clock = ManualClock::new(1_790_000_000_000);
        let settings = Settings { seed: Some(1), ..Settings::default() }.patched(&patch).expect("valid");
        let sandbox = Sandbox::at(settings, clock.clone()).expect("valid settings");
        let router = router(&sandbox);
        let none = String::new;
        let mut bench = Bench { sandbox, clock, access: none(), visitor: none(), agent: none(), router };
        bench.renew_access(600).await;
        bench.visitor = bench.apply("en").await.json()["token"].as_str().unwrap_or_default().to_owned();
        bench
    }

    pub(crate) async fn renew_access(&mut self, seconds: u64) {
        let body = json!({"app_key": "app-key-demo", "app_secret": "app-secret-demo"});
        let headers = [("x-token-expire", seconds.to_string())];
        let answer =
            self.raw("POST", "/apigovernance/api/oauth/tokenByAkSk", &headers, body.to_string()).await;
        self.access = answer.json()["AccessToken"].as_str().expect("an access token").to_owned();
    }

    pub(crate) async fn apply(&self, locale: &str) -> Answer {
        let body = json!({"userId": USER, "userName": "Ann", "channelId": CHANNEL, "locale": locale});
        self.vendor("applyToken", &body).await
    }

    /// Another visitor's token.
    pub(crate) async fn apply_as(&self, user: &str) -> String {
        let body = json!({"userId": user, "userName": user, "channelId": CHANNEL, "locale": "en"});
        let answer = self.vendor("applyToken", &body).await.json();
        answer["token"].as_str().expect("a token").to_owned()
    }

    /// The bytes that the desk gets.
    pub(crate) async fn raw_bytes(&self, path: &str) -> Vec<u8> {
        let request = Request::builder().uri(path).header("agent-token", &self.agent);
        let response = self.router.clone().oneshot(request.body(Body::empty()).expect("a request")).await;
        let body = response.expect("routers do not fail").into_body();
        to_bytes(body, usize::MAX).await.expect("a whole body").to_vec()
    }

    /// Headers and bytes of an answer that need not be text.
    pub(crate) async fn raw_answer(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, String)],
        body: impl Into<Body>,
    ) -> (HeaderMap, Vec<u8>) {
        let mut request =
            Request::builder().method(method).uri(path).header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let request = request.body(body.into()).expect("a request");
        let response = self.router.clone().oneshot(request).await.expect("routers do not fail");
        let (parts, body) = response.into_parts();
        (parts.headers, to_bytes(body, usize::MAX).await.expect("a whole body").to_vec())
    }

    pub(crate) async fn raw(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, String)],
        body: impl Into<Body>,
    ) -> Answer {
        let mut request =
            Request::builder().method(method).uri(path).header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let request = request.body(body.into()).expect("a request");
        let response = self.router.clone().oneshot(request).await.expect("routers do not fail");
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap_or_default();
        let text = String::from_utf8(bytes.to_vec()).expect("UTF-8");
        Answer { status: parts.status, headers: parts.headers, text }
    }

    /// Key, access token and visitor's token, all of them good.
    pub(crate) fn headers(&self) -> [(&'static str, String); 3] {
        [
            ("x-app-key", "app-key-demo".to_owned()),
            ("authorization", format!("Bearer {}", self.access)),
            ("ccmessaging-token", self.visitor.clone()),
        ]
    }

    pub(crate) async fn vendor(&self, call: &str, body: &Value) -> Answer {
        self.raw("POST", &format!("/apiaccess/ccmessaging/{call}"), &self.headers(), body.to_string()).await
    }

    pub(crate) async fn poll(&self) -> Answer {
        let path = format!("/apiaccess/ccmessaging/poll?receiverId={USER}&channel=WEB&isNeedRead=true");
        self.raw("GET", &path, &self.headers(), Body::empty()).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.raw("GET", &format!("/apiaccess/ccmessaging/{path}"), &self.headers(), Body::empty()).await
    }

    /// Code and text of a call.
    pub(crate) async fn outcome(&self, call: &str, body: &Value) -> (String, Value) {
        let answer = self.vendor(call, body).await;
        assert_eq!(answer.status, StatusCode::OK, "{call}: {}", answer.text);
        let body = answer.json();
        let code = ["resultCode", "returnCode"].iter().find_map(|name| body[*name].as_str());
        (code.unwrap_or("none").to_owned(), body)
    }

    pub(crate) async fn upload(&self, kind: &str, bytes: &[u8]) -> String {
        let body = json!({"fileType": kind, "fileStream": STANDARD.encode(bytes), "channel": "WEB"});
        let (code, body) = self.outcome("uploadFileStream", &body).await;
        assert_eq!(code, "0");
        body["objectKey"].as_str().expect("an object key").to_owned()
    }

    /// Sends a message of a kind other than text.
    pub(crate) async fn media(&self, media: &str, content: &str) -> Value {
        let mut body = Self::uplink("CHAT", content);
        body["mediaType"] = json!(media);
        self.vendor("send", &body).await.json()
    }

    /// Changes some settings.
    pub(crate) fn set(&self, patch: &Value) {
        let settings = self.sandbox.settings().patched(patch).expect("valid");
        self.sandbox.set_settings(settings).expect("valid");
    }

    pub(crate) async fn record(&self) -> Value {
        self.raw("GET", &format!("/sandbox/record?userId={USER}"), &[], Body::empty()).await.json()
    }

    pub(crate) async fn messages(&self) -> Vec<Value> {
        self.poll().await.json()["downlinkMessages"].as_array().cloned().unwrap_or_default()
    }

    pub(crate) fn uplink(control: &str, content: &str) -> Value {
        json!({"channel": "WEB", "content": content, "controlType": control, "from": USER, "to": CHANNEL,
               "mediaType": "TEXT", "sourceType": "CUSTOMER", "senderNickname": "Ann",
               "timestamp": "1790000000000", "userAgent": null, "senderAvatar": null})
    }

    pub(crate) async fn send(&self, control: &str, content: &str) -> Value {
        self.vendor("send", &Self::uplink(control, content)).await.json()
    }

    pub(crate) async fn code(&self, control: &str, content: &str) -> String {
        self.send(control, content).await["resultCode"].as_str().unwrap_or_default().to_owned()
    }

    pub(crate) async fn sign_in(&mut self, name: &str) {
        let answer = self.raw("POST", "/agent/api/login", &[], json!({"name": name}).to_string()).await;
        self.agent = answer.json()["token"].as_str().expect("an agent token").to_owned();
    }

    pub(crate) async fn desk(&self, method: &str, path: &str, body: Value) -> Answer {
        let headers = [("agent-token", self.agent.clone())];
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.raw(method, &format!("/agent/api/{path}"), &headers, body).await
    }
}
