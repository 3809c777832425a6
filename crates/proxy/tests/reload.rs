//! The program, told to read its settings anew while visitors are there, and with TLS of its own.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail so")]

mod program;

use frontdesk_sandbox::{Settings, spawn};
use program::{Program, certificate, folder, said};
use reqwest::{Certificate, Client, StatusCode, Version};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::sync::watch;

fn settings(more: &str, desks: &[(&str, &str)], base_url: &str) -> String {
    let centre = Settings::default();
    let mut text = format!(
        "listen = \"127.0.0.1:0\"\npublic_url = \"https://desk.example\"\nstore = \"memory\"\n{more}\n[limits]\n\
         messages_per_visitor_per_minute = 100000\nrequests_per_address_per_minute = 1000000\n"
    );
    for (id, secret) in desks {
        text.push_str(&format!(
            "[[desks]]\nid = \"{id}\"\n[desks.cec]\nbase_url = \"{base_url}\"\napp_key = \"{}\"\n{secret}\n\
             channel_id = \"{}\"\n",
            centre.app_key, centre.channel_id
        ));
    }
    text
}

const BY_FILE: &str = "app_secret_file = \"secret\"";

fn client() -> Client {
    let _installed = rustls::crypto::ring::default_provider().install_default();
    Client::builder().no_proxy().tls_certs_only([]).build().unwrap()
}

/// A visitor's side of the API.
#[derive(Clone)]
struct Visitor {
    client: Client,
    base: String,
    session: String,
}

impl Visitor {
    async fn open(client: &Client, address: &str, desk: &str) -> Result<Self, Value> {
        let base = format!("http://{address}");
        let wish = json!({"protocol": 1, "desk": desk});
        let response = client.post(format!("{base}/v1/session")).json(&wish).send().await.unwrap();
        let opened: Value = response.json().await.unwrap();
        let session = opened["session"].as_str().ok_or(opened.clone())?.to_owned();
        Ok(Self { client: client.clone(), base, session })
    }

    async fn post(&self, path: &str, body: Value) -> (StatusCode, Value) {
        let request = self.client.post(format!("{}{path}", self.base));
        let response = request.header("frontdesk-session", &self.session).json(&body).send().await.unwrap();
        (response.status(), response.json().await.unwrap())
    }

    async fn connect(&self) {
        let (status, body) = self.post("/v1/contact", json!({"id": "c1", "to": "robot"})).await;
        assert_eq!((status.as_u16(), &body["state"]), (200, &json!("robot")), "{body}");
    }

    async fn events(&self, query: &str) -> Value {
        let request = self.client.get(format!("{}/v1/events?{query}", self.base));
        let response = request.header("frontdesk-session", &self.session).send().await.unwrap();
        assert_eq!(response.status(), 200);
        response.json().await.unwrap()
    }
}

/// Says one text after the other until the number in `goal` is reached; how many it were.
async fn talk(
    visitor: Visitor,
    name: usize,
    mut goal: watch::Receiver<usize>,
    spoken: Arc<watch::Sender<usize>>,
) -> usize {
    for number in 0.. {
        if number >= *goal.borrow() {
            // Until it is raised, or stays for good.
            let more = goal.wait_for(|goal| *goal > number).await.is_ok();
            if !more {
                return number;
            }
        }
        let message = json!({"id": format!("m{number}"), "body": {"text": format!("{name}: {number}.")}});
        let (status, body) = visitor.post("/v1/messages", message).await;
        assert_eq!((status.as_u16(), &body["status"]), (200, &json!("accepted")), "{name}: {number}: {body}");
        spoken.send_modify(|spoken| *spoken += 1);
    }
    unreachable!("numbers do not end")
}

#[tokio::test]
async fn a_secret_is_rotated_under_a_stream_of_messages_and_none_fails_or_doubles() {
    const VISITORS: usize = 4;
    let centre = spawn(Settings::default()).await.unwrap();
    let text = settings("metrics_listen = \"127.0.0.1:0\"", &[("shop", BY_FILE)], &centre.base_url);
    let mut program =
        Program::start(folder(&[("frontdesk.toml", &text), ("secret", "app-secret-demo\n")])).await;
    let client = client();
    let tokens = async || {
        let stats = client.get(format!("{}/sandbox/stats", centre.base_url)).send().await.unwrap();
        let stats: Value = stats.json().await.unwrap();
        stats["calls"]["tokenByAkSk"]["by_status"]["200"].as_u64().unwrap()
    };
    let (goal, spoken) = (watch::Sender::new(8), Arc::new(watch::Sender::new(0)));
    let mut heard = spoken.subscribe();
    let mut talkers = Vec::new();
    for name in 0..VISITORS {
        let visitor = Visitor::open(&client, &program.address, "shop").await.unwrap();
        visitor.connect().await;
        talkers.push(tokio::spawn(talk(visitor, name, goal.subscribe(), Arc::clone(&spoken))));
    }
    heard.wait_for(|spoken| *spoken >= VISITORS * 4).await.unwrap();
    let before = tokens().await;
    let listener = Visitor::open(&client, &program.address, "shop").await.unwrap();
    let waiting = tokio::spawn({
        let listener = listener.clone();
        async move { listener.events("after=0&wait=25").await }
    });
    let figures = format!("http://{}/metrics", program.metrics.clone().unwrap());
    let is_waiting = async || {
        let text = client.get(&figures).send().await.unwrap().text().await.unwrap();
        text.contains("frontdesk_http_requests_in_flight{route=\"/v1/events\"} 1\n")
    };
    while !is_waiting().await {}
    // Messages go on meanwhile.
    goal.send_replace(usize::MAX);
    let rotated = Settings { app_secret: "rotated-canary".into(), ..centre.sandbox.settings() };
    centre.sandbox.set_settings(rotated).unwrap();
    program.write("secret", "rotated-canary\n");
    program.hang_up();
    let lines = program.until("the settings were taken over").await;
    assert_eq!(lines.last().unwrap()["new_centres"], 1);
    assert!(!format!("{lines:?}").contains("canary"), "{lines:?}");
    // Who listened all the time hears of what begins now.
    assert!(is_waiting().await);
    listener.connect().await;
    assert!(waiting.await.unwrap()["events"].as_array().is_some_and(|events| !events.is_empty()));
    let so_far = *heard.borrow_and_update();
    heard.wait_for(|spoken| *spoken >= so_far + VISITORS * 10).await.unwrap();
    goal.send_replace(0);
    drop(goal);
    let mut counts = Vec::new();
    for talker in talkers {
        counts.push(talker.await.unwrap());
    }
    assert!(tokens().await > before, "the new secret is in use");

    let record = async |query: &str| {
        let record = client.get(format!("{}/sandbox/record{query}", centre.base_url)).send().await.unwrap();
        record.json::<Value>().await.unwrap()
    };
    let mut said: Vec<Vec<String>> = vec![Vec::new(); VISITORS];
    for user in record("").await["users"].as_array().unwrap() {
        let all = record(&format!("?userId={}&messages=5000", user.as_str().unwrap())).await;
        for conversation in all["conversations"].as_array().unwrap() {
            for message in conversation["messages"].as_array().unwrap() {
                let text = message["text"].as_str().unwrap_or_default();
                let name = text.split_once(": ").and_then(|(name, _)| name.parse::<usize>().ok());
                if message["from"] == "visitor"
                    && let Some(name) = name
                {
                    said[name].push(text.to_owned());
                }
            }
        }
    }
    for (name, count) in counts.into_iter().enumerate() {
        let expected: Vec<_> = (0..count).map(|number| format!("{name}: {number}.")).collect();
        assert!(count >= 8 && said[name] == expected, "{name}: {count}: {:?}", said[name]);
    }
    centre.stop().await;
}

#[tokio::test]
async fn wrong_settings_change_nothing_and_right_ones_all_but_what_needs_a_restart() {
    let centre = spawn(Settings::default()).await.unwrap();
    let good = "app_secret = \"app-secret-demo\"";
    let text = settings("", &[("shop", good)], &centre.base_url);
    let mut program = Program::start(folder(&[("frontdesk.toml", &text)])).await;
    let client = client();
    let visitor = Visitor::open(&client, &program.address, "shop").await.unwrap();
    visitor.connect().await;

    program
        .write("frontdesk.toml", &text.replace("app_secret =", "colour = 1\napp_secret = \"canary\\n\" #"));
    program.hang_up();
    let lines = program.until("the settings were not taken over: all stays as it was").await;
    let mut told = said(&lines, "ERROR");
    told.pop();
    assert_eq!(told, program.check().await.lines().collect::<Vec<_>>());
    assert!(told.len() == 2 && !told.concat().contains("canary"), "{told:?}");
    let (status, body) = visitor.post("/v1/messages", json!({"id": "m1", "body": {"text": "one"}})).await;
    assert_eq!((status.as_u16(), &body["status"]), (200, &json!("accepted")), "{body}");

    let other = settings("log = \"warn,frontdesk_proxy=info\"", &[("second", good)], &centre.base_url);
    program.write("frontdesk.toml", &other.replace("127.0.0.1:0", "127.0.0.1:1"));
    program.hang_up();
    let lines = program.until("the settings were taken over").await;
    assert_eq!(
        said(&lines, "WARN"),
        ["needs a restart and stays as it was: `listen`, desk `shop`, which is left out"]
    );
    assert_eq!(lines.last().unwrap()["desks"], 2);
    Visitor::open(&client, &program.address, "second").await.unwrap().connect().await;
    let (status, body) = visitor.post("/v1/messages", json!({"id": "m2", "body": {"text": "two"}})).await;
    assert_eq!((status.as_u16(), &body["status"]), (200, &json!("accepted")), "{body}");

    // The log itself: from now on only errors are told, so that the third desk is opened without a word.
    let desks = [("shop", good), ("third", good)];
    program.write("frontdesk.toml", &settings("log = \"error\"", &desks, &centre.base_url));
    program.hang_up();
    while Visitor::open(&client, &program.address, "third").await.is_err() {}
    program.write("frontdesk.toml", "listen = 1\n");
    program.hang_up();
    let lines = program.until("the settings were not taken over: all stays as it was").await;
    let opened = lines.iter().filter(|line| line["route"] == "/v1/session" && line["status"] == 200);
    assert_eq!(opened.count(), 1, "the second desk's alone: {lines:?}");
    centre.stop().await;
}

/// A client that knows only this certificate, and no connection yet.
fn trusting(pem: &str, address: &str) -> Client {
    let _installed = rustls::crypto::ring::default_provider().install_default();
    let address: SocketAddr = address.parse().unwrap();
    let certificate = Certificate::from_pem(pem.as_bytes()).unwrap();
    let builder = Client::builder().no_proxy().tls_certs_only([certificate]);
    builder.resolve("desk.example", address).pool_idle_timeout(None).build().unwrap()
}

#[tokio::test]
async fn the_program_ends_tls_itself_and_takes_a_new_certificate() {
    let secret = "app_secret = \"s\"";
    let tls = "[tls]\ncertificate_file = \"chain.pem\"\nkey_file = \"key.pem\"";
    let text = settings(tls, &[("shop", secret)], "http://127.0.0.1:1");
    let (first, key) = certificate();
    let files = [("frontdesk.toml", text.as_str()), ("chain.pem", first.as_str()), ("key.pem", key.as_str())];
    let mut program = Program::start(folder(&files)).await;
    assert!(!program.check().await.contains("warning"), "{}", program.check().await);
    let address = program.address.clone();
    let url = format!("https://desk.example:{}/livez", address.rsplit(':').next().unwrap());
    let old = trusting(&first, &address);
    assert_eq!(old.get(&url).send().await.unwrap().version(), Version::HTTP_2);

    // A key that is not the certificate's.
    let (second, other_key) = certificate();
    program.write("key.pem", &other_key);
    assert!(program.check().await.contains("`tls.key_file`: "), "{}", program.check().await);
    program.hang_up();
    program.until("the settings were not taken over: all stays as it was").await;
    assert_eq!(trusting(&first, &address).get(&url).send().await.unwrap().status(), 200);

    program.write("chain.pem", &second);
    program.hang_up();
    program.until("the settings were taken over").await;
    assert_eq!(trusting(&second, &address).get(&url).send().await.unwrap().status(), 200);
    assert!(trusting(&first, &address).get(&url).send().await.is_err());
    assert_eq!(old.get(&url).send().await.unwrap().status(), 200, "what was open goes on");

    program.write("frontdesk.toml", &settings("", &[("shop", secret)], "http://127.0.0.1:1"));
    program.hang_up();
    let lines = program.until("the settings were taken over").await;
    assert_eq!(said(&lines, "WARN"), ["needs a restart and stays as it was: `tls`"]);
    assert_eq!(trusting(&second, &address).get(&url).send().await.unwrap().status(), 200);
}
