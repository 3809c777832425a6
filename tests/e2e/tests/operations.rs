//! The commands of `docs/operations.md`, as they stand there: from a build to two proxies, a store and nginx, while a visitor
//! talks all the time.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use frontdesk_e2e::process::Folder;
use frontdesk_e2e::sandbox::Sandbox;
use frontdesk_e2e::stack;
use frontdesk_e2e::wait::until;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::process::Command;
use tokio::time::interval;

/// The page, and where the repository is.
const PAGE: &str = include_str!("../../../docs/operations.md");
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
/// Stands before commands that build or install.
const LEFT_OUT: &str = "<!-- not run by the test -->\n";
const PORTS: [u16; 7] = [8443, 8101, 8102, 9101, 9102, 6390, 8190];
/// A visitor who writes fast, and yet not more than the limits permit.
const PACE: Duration = Duration::from_millis(1_200);
/// So often one text.
const ATTEMPTS: u32 = 20;

/// Commands of the page: under which heading they stand, and what they are.
fn blocks() -> Result<Vec<(&'static str, &'static str)>> {
    let (_, part) = PAGE.split_once("\n## On one machine\n").context("the part is not there")?;
    let part = part.split("\n## ").next().context("no part")?;
    let mut blocks = Vec::new();
    for section in part.split("\n### ").skip(1) {
        let (name, mut rest) = section.split_once('\n').context("a heading alone")?;
        while let Some((before, after)) = rest.split_once("```sh\n") {
            let (block, after) = after.split_once("```").context("a block without an end")?;
            if !before.ends_with(LEFT_OUT) {
                blocks.push((name, block));
            }
            rest = after;
        }
    }
    Ok(blocks)
}

/// A clone in which everything is built, and somebody's home.
struct Newcomer {
    folder: Folder,
}

impl Newcomer {
    fn arrives() -> Result<Self> {
        let folder = Folder::temporary()?;
        let built = folder.path().join("clone/target/server");
        fs::create_dir_all(&built)?;
        fs::create_dir(folder.path().join("home"))?;
        let program = stack::program()?;
        let sandbox = program.with_file_name("frontdesk-sandbox");
        ensure!(sandbox.is_file(), "run `cargo build --package frontdesk-sandbox` first");
        symlink(&program, built.join("frontdesk"))?;
        symlink(&sandbox, built.join("frontdesk-sandbox"))?;
        for name in ["docs", "dist"] {
            symlink(fs::canonicalize(Path::new(ROOT).join(name))?, folder.path().join("clone").join(name))?;
        }
        Ok(Self { folder })
    }

    fn desk(&self) -> PathBuf {
        self.folder.path().join("home/desk")
    }

    async fn runs(&self, commands: &str) -> Result<Output> {
        let mut shell = Command::new("bash");
        shell.args(["-euo", "pipefail", "-c", commands]).current_dir(self.folder.path().join("clone"));
        shell.env("HOME", self.folder.path().join("home"));
        // Programs that go on must not keep the pipes of this shell: their output is told by the page to go elsewhere.
        Ok(shell.output().await?)
    }
}

impl Drop for Newcomer {
    fn drop(&mut self) {
        // What a test that failed has left running.
        // nginx has to end its own children; the store would not end without its folder.
        for (file, signal) in [
            ("nginx.pid", "-TERM"),
            ("proxy-1.pid", "-KILL"),
            ("proxy-2.pid", "-KILL"),
            ("centre.pid", "-KILL"),
            ("store/store.pid", "-KILL"),
        ] {
            if let Ok(pid) = fs::read_to_string(self.desk().join(file)) {
                drop(std::process::Command::new("kill").args([signal, pid.trim()]).output());
            }
        }
    }
}

/// Somebody who writes through nginx, by curl, since that is what the page has installed.
struct Visitor {
    certificate: PathBuf,
    session: String,
}

impl Visitor {
    async fn comes(certificate: PathBuf) -> Result<Self> {
        let mut visitor = Self { certificate, session: String::new() };
        let opened = visitor.asks("session", &json!({"protocol": 1, "desk": "shop"})).await?;
        visitor.session = opened.get("session").and_then(Value::as_str).context("no session")?.to_owned();
        visitor.asks("contact", &json!({"id": "wish", "to": "robot"})).await?;
        Ok(visitor)
    }

    async fn asks(&self, path: &str, body: &Value) -> Result<Value> {
        let mut curl = Command::new("curl");
        curl.arg("--cacert").arg(&self.certificate).args(["-fsS", "-H", "Origin: https://shop.example"]);
        curl.args([
            "-H",
            "Content-Type: application/json",
            "-H",
            &format!("Frontdesk-Session: {}", self.session),
        ]);
        curl.args(["-d", &body.to_string(), &format!("https://localhost:8443/v1/{path}")]);
        let answer = curl.output().await?;
        ensure!(answer.status.success(), "{path}: {}", String::from_utf8_lossy(&answer.stderr));
        Ok(serde_json::from_slice(&answer.stdout)?)
    }

    /// Writes until it is enough, each text again until it is taken, as a page does; gives the texts.
    async fn writes(&self, enough: Arc<AtomicBool>) -> Result<Vec<String>> {
        let (mut said, mut clock) = (Vec::new(), interval(PACE));
        while !enough.load(Ordering::Relaxed) {
            clock.tick().await;
            let text = format!("text {}", said.len());
            let message = json!({"id": format!("message-{}", said.len()), "body": {"text": text}});
            let mut attempts = 1;
            while let Err(refusal) = self.asks("messages", &message).await {
                ensure!(attempts < ATTEMPTS, "{text} was never taken: {refusal}");
                attempts += 1;
                clock.tick().await;
            }
            said.push(text);
        }
        Ok(said)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newcomer_gets_to_a_desk_behind_tls_by_the_commands_as_printed() -> Result<()> {
    for port in PORTS {
        if TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
            bail!("somebody listens on port {port} already, which docs/operations.md needs");
        }
    }
    let newcomer = Newcomer::arrives()?;
    let enough = Arc::new(AtomicBool::new(false));
    let mut writing = None;
    let mut names = Vec::new();
    for (name, block) in blocks()? {
        if name == "Stop" {
            enough.store(true, Ordering::Relaxed);
            let writing: tokio::task::JoinHandle<Result<Vec<String>>> =
                writing.take().context("nobody wrote")?;
            let said = writing.await??;
            ensure!(said.len() > 3, "only {} texts", said.len());
            let texts = Sandbox::at("http://127.0.0.1:8190").texts_of_all().await?;
            // The doctor's own conversation is there as well.
            let texts: Vec<_> = texts.into_iter().filter(|text| text.starts_with("text ")).collect();
            assert_eq!(texts, said, "what the centre has, and what was written");
        }
        let output = newcomer.runs(block).await?;
        let shown = String::from_utf8_lossy(&output.stdout).into_owned();
        let errors = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{name}: {}\n{shown}{errors}", output.status);
        match name {
            "Start" => {
                let visitor = Visitor::comes(newcomer.desk().join("tls/desk.pem")).await?;
                let enough = Arc::clone(&enough);
                writing = Some(tokio::spawn(async move { visitor.writes(enough).await }));
            }
            "See that it works" => {
                for line in ["ok    file: ", "the panel: 200, HTTP/2", "not public: 404", "frontdesk_ready 1"]
                {
                    ensure!(shown.contains(line), "{line} is not in:\n{shown}");
                }
                ensure!(!shown.contains("WRONG"), "{shown}");
            }
            "Change a setting" => {
                for number in [1, 2] {
                    let log = newcomer.desk().join(format!("log/proxy-{number}.log"));
                    until("the proxy says that it has other settings", async || {
                        let log = fs::read_to_string(&log)?;
                        ensure!(log.contains("the settings were taken over"), "{log}");
                        Ok(())
                    })
                    .await?;
                }
                let policy = shown.lines().next_back().unwrap_or_default();
                let named = policy.strip_prefix("frame-ancestors ").is_some_and(|origins| {
                    origins.split_whitespace().any(|own| own == "https://www.shop.example")
                });
                ensure!(named, "the other page may not embed the desk:\n{shown}");
            }
            _ => {}
        }
        names.push(name);
    }
    for name in ["Keys", "Start", "See that it works", "Change a setting", "A new version, and back", "Stop"]
    {
        ensure!(names.contains(&name), "{name} is not on the page");
    }
    for port in PORTS {
        until(&format!("nobody listens on port {port}"), async || {
            ensure!(TcpStream::connect(("127.0.0.1", port)).await.is_err(), "somebody does");
            Ok(())
        })
        .await?;
    }
    Ok(())
}
