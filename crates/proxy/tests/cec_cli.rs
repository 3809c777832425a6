//! The program itself: exit codes and the lines that an operator reads.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail so")]

use frontdesk_sandbox::{Settings, spawn};
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
#[cfg(target_os = "linux")]
use std::time::Duration;

/// A file of settings that is removed at the end.
struct File(PathBuf);

impl File {
    fn new(name: &str, text: &str) -> Self {
        let path = std::env::temp_dir().join(format!("frontdesk-cli-{}-{name}.toml", std::process::id()));
        std::fs::write(&path, text).unwrap();
        Self(path)
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _removed = std::fs::remove_file(&self.0);
    }
}

fn settings(base_url: &str, secret: &str) -> String {
    let centre = Settings::default();
    format!(
        "listen = \"127.0.0.1:0\"\npublic_url = \"http://localhost:8080\"\nstore = \"memory\"\n[[desks]]\nid = \"shop\"\n\
         [desks.cec]\nbase_url = \"{base_url}\"\napp_key = \"{}\"\napp_secret = \"{secret}\"\nchannel_id = \"{}\"\n",
        centre.app_key, centre.channel_id
    )
}

fn frontdesk() -> Command {
    Command::new(env!("CARGO_BIN_EXE_frontdesk"))
}

/// Whether it succeeded, and what it wrote.
async fn run(arguments: &[&str]) -> (bool, String) {
    let mut command = frontdesk();
    command.args(arguments);
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(text).unwrap())
}

#[tokio::test]
async fn settings_are_checked_offline_and_online() {
    let centre = spawn(Settings::default()).await.unwrap();
    let good = File::new("good", &settings(&centre.base_url, "app-secret-demo"));
    let path = good.0.to_str().unwrap();
    let (ok, text) = run(&["check-config", "--config", path]).await;
    assert!(ok && text.contains("the settings are in order, desks: 1"), "{text}");
    assert!(!text.contains("warning"), "{text}");
    let open = File::new("open", &settings("http://10.0.0.7", "app-secret-demo"));
    let (ok, text) = run(&["check-config", "--config", open.0.to_str().unwrap()]).await;
    assert!(ok && text.contains("warning: `desks[0].cec.base_url`"), "{text}");
    let (ok, text) = run(&["check-config", "--config", path, "--online"]).await;
    assert!(
        ok && text.contains("desk `shop`: the centre gave a gateway token and a visitor token"),
        "{text}"
    );

    let wrong = File::new("wrong", &settings(&centre.base_url, "canary-secret"));
    let (ok, text) = run(&["check-config", "--config", wrong.0.to_str().unwrap(), "--online"]).await;
    assert!(!ok && text.contains("desk `shop`: the centre refuses the app key or secret"), "{text}");
    assert!(!text.contains("canary"), "{text}");

    let bad = File::new("bad", "listen = 1\n[[desks]]\n");
    let (ok, text) = run(&["check-config", "--config", bad.0.to_str().unwrap()]).await;
    assert!(!ok && text.lines().count() == 4, "{text}");
    let (ok, text) = run(&["check-config", "--config", "/nowhere/frontdesk.toml"]).await;
    assert!(!ok && text.starts_with("cannot read /nowhere/frontdesk.toml"), "{text}");
    centre.stop().await;
}

#[tokio::test]
async fn the_description_of_the_api_is_json() {
    let (ok, text) = run(&["openapi"]).await;
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert!(ok && document["paths"]["/v1/session"].is_object());
    let (ok, text) = run(&["openapi", "--operator"]).await;
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert!(ok && document["paths"]["/operator/v1/calls"].is_object());
    assert!(document["paths"].get("/v1/session").is_none());
}

#[cfg(unix)]
#[test]
fn it_serves_until_it_is_told_to_end_and_logs_json() {
    let operator = "[operator]\nlisten = \"127.0.0.1:0\"\nkey = \"canary-key-0123456789abcdef0123456789\"\n";
    let file = File::new("serve", &format!("{}{operator}", settings("http://127.0.0.1:1", "canary-secret")));
    let mut child =
        frontdesk().args(["serve", "--config"]).arg(&file.0).stderr(Stdio::piped()).spawn().unwrap();
    let (mut address, mut operator) = (String::new(), String::new());
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    for line in lines.by_ref() {
        let entry: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert!(!line.contains("canary"), "{line}");
        if entry["message"].as_str().is_some_and(|text| text.starts_with("calls of the operator")) {
            operator = entry["listen"].as_str().unwrap().into();
        }
        if entry["message"] == "serving" {
            address = entry["listen"].as_str().unwrap().into();
            break;
        }
    }
    assert!(std::net::TcpStream::connect(&address).is_ok());
    let asked = |address: &str| {
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        let head = "GET /operator/v1/desks HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer \
                    canary-key-0123456789abcdef0123456789\r\n\r\n";
        stream.write_all(head.as_bytes()).unwrap();
        std::io::read_to_string(stream).unwrap()
    };
    let desks = asked(&operator);
    assert!(desks.starts_with("HTTP/1.1 200") && desks.contains(r#"{"id":"shop","ready":false}"#), "{desks}");
    assert!(asked(&address).starts_with("HTTP/1.1 404"), "the public listener knows nothing of it");
    assert!(Command::new("kill").arg(child.id().to_string()).status().unwrap().success());
    assert!(lines.all(|line| line.starts_with('{') && !line.contains("canary")));
    assert!(child.wait().unwrap().success());
}

#[cfg(target_os = "linux")]
#[test]
fn systemd_hears_when_it_serves_and_not_before() {
    use std::os::linux::net::SocketAddrExt as _;
    use std::os::unix::net::{SocketAddr, UnixDatagram};
    let name = format!("frontdesk-cli-{}-systemd", std::process::id());
    let path = std::env::temp_dir().join(&name);
    let named = format!("@{name}");
    let sockets = [
        (path.to_str().unwrap(), UnixDatagram::bind(&path).unwrap()),
        (&named, UnixDatagram::bind_addr(&SocketAddr::from_abstract_name(&name).unwrap()).unwrap()),
    ];
    for (given, socket) in sockets {
        let file = File::new("systemd", &settings("http://127.0.0.1:1", "app-secret-demo"));
        let mut command = frontdesk();
        command.args(["serve", "--config"]).arg(&file.0).env("NOTIFY_SOCKET", given).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(120))).unwrap();
        let mut said = [0; 64];
        let length = socket.recv(&mut said).unwrap();
        assert_eq!(&said[..length], b"READY=1", "{given}");
        assert!(Command::new("kill").arg(child.id().to_string()).status().unwrap().success());
        let log = std::io::read_to_string(child.stderr.take().unwrap()).unwrap();
        let messages: Vec<serde_json::Value> =
            log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let serving = messages.iter().position(|line| line["message"] == "serving");
        assert!(serving < messages.iter().position(|line| line["message"] == "going down"), "{log}");
        assert!(serving.is_some() && child.wait().unwrap().success(), "{log}");
    }
    std::fs::remove_file(path).unwrap();
}

#[cfg(target_os = "linux")]
#[test]
fn one_that_systemd_does_not_hear_serves_all_the_same() {
    let file = File::new("deaf", &settings("http://127.0.0.1:1", "app-secret-demo"));
    let mut command = frontdesk();
    command.args(["serve", "--config"]).arg(&file.0).env("NOTIFY_SOCKET", "/nowhere/notify");
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    let mut said = Vec::new();
    for line in lines.by_ref() {
        said.push(line);
        if said.last().unwrap().contains("systemd could not be told") {
            break;
        }
    }
    let serving = said.iter().find(|line| line.contains("\"serving\"")).unwrap();
    let serving: serde_json::Value = serde_json::from_str(serving).unwrap();
    assert!(std::net::TcpStream::connect(serving["listen"].as_str().unwrap()).is_ok());
    assert!(Command::new("kill").arg(child.id().to_string()).status().unwrap().success());
    lines.for_each(drop);
    assert!(child.wait().unwrap().success());
}
