//! The program as a process of its own, with its settings in a folder of its own.

#![allow(dead_code, reason = "each test uses a part of it")]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rcgen::{CertificateParams, KeyPair};
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tokio::sync::mpsc;

/// A line of the log is waited for so long: a machine may be slow, and a test that fails is to end.
const PATIENCE: Duration = Duration::from_secs(120);

/// The program at work. It ends with the value, and the folder goes.
pub(crate) struct Program {
    child: Child,
    folder: PathBuf,
    log: mpsc::UnboundedReceiver<String>,
    pub(crate) address: String,
    /// Where its figures are, if the settings say so.
    pub(crate) metrics: Option<String>,
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ended = self.child.kill();
        let _awaited = self.child.wait();
        let _removed = std::fs::remove_dir_all(&self.folder);
    }
}

/// A folder with these files.
pub(crate) fn folder(files: &[(&str, &str)]) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("frontdesk-program-{:x}", rand::random::<u64>()));
    std::fs::create_dir(&folder).unwrap();
    for (name, text) in files {
        std::fs::write(folder.join(name), text).unwrap();
    }
    folder
}

impl Program {
    /// Serves by `frontdesk.toml` of this folder.
    pub(crate) async fn start(folder: PathBuf) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_frontdesk"));
        command.args(["serve", "--config", "frontdesk.toml"]).current_dir(&folder).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let (sender, log) = mpsc::unbounded_channel();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        let mut program = Self { child, folder, log, address: String::new(), metrics: None };
        let lines = program.until("serving").await;
        let listens = |message: &str| {
            let line = lines.iter().find(|line| line["message"] == message)?;
            line["listen"].as_str().map(String::from)
        };
        program.address = listens("serving").unwrap();
        program.metrics = listens("figures at /metrics");
        program
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.join(name), text).unwrap();
    }

    /// What `check-config` writes about the settings as they lie there.
    pub(crate) async fn check(&self) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_frontdesk"));
        command.args(["check-config", "--config", "frontdesk.toml"]).current_dir(&self.folder);
        let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
        String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
    }

    /// As `systemctl reload` does it.
    pub(crate) fn hang_up(&self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-HUP", &pid]).status().unwrap().success());
    }

    /// As `systemctl stop` does it; whether it ended well.
    pub(crate) async fn end(&mut self) -> bool {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        let ended = async {
            // The log ends with the program.
            while self.log.recv().await.is_some() {}
        };
        tokio::time::timeout(PATIENCE, ended).await.unwrap();
        self.child.wait().unwrap().success()
    }

    /// The lines of the log up to the one with this message, which is the last.
    pub(crate) async fn until(&mut self, message: &str) -> Vec<Value> {
        let mut lines: Vec<Value> = Vec::new();
        let search = async {
            loop {
                let line = self.log.recv().await.unwrap_or_else(|| unreachable!("it ended: {lines:?}"));
                let line: Value = serde_json::from_str(&line).unwrap();
                let found = line["message"] == message;
                lines.push(line);
                if found {
                    return;
                }
            }
        };
        let found = tokio::time::timeout(PATIENCE, search).await;
        assert!(found.is_ok(), "no `{message}` in {lines:?}");
        lines
    }
}

/// The messages of this level.
pub(crate) fn said(lines: &[Value], level: &str) -> Vec<String> {
    let of_level = lines.iter().filter(|line| line["level"] == level);
    of_level.map(|line| line["message"].as_str().unwrap().to_owned()).collect()
}

fn pem(label: &str, der: &[u8]) -> String {
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", STANDARD.encode(der))
}

/// A certificate for `desk.example` and its key, in PEM.
pub(crate) fn certificate() -> (String, String) {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["desk.example".to_owned()]).unwrap();
    let certificate = params.self_signed(&key).unwrap();
    (pem("CERTIFICATE", certificate.der()), pem("PRIVATE KEY", key.serialized_der()))
}
