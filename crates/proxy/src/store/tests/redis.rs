//! A server of a test's own: on loopback, in a folder of its own, ended with the value.

use super::Folder;
use crate::store::valkey::{Server, ValkeyStore};
use std::io::{BufRead as _, BufReader, Read as _};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

/// Attempts to find a port that stays free.
const ATTEMPTS: u32 = 20;

/// The server.
pub(crate) struct Redis {
    folder: Folder,
    port: u16,
    process: Child,
    settings: Vec<&'static str>,
}

impl Redis {
    /// One that keeps what it confirms.
    pub(crate) fn start() -> Self {
        Self::with(&[])
    }

    /// The same with more settings, which go before the usual ones.
    pub(crate) fn with(settings: &[&'static str]) -> Self {
        let folder = Folder::new();
        for _ in 0..ATTEMPTS {
            let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            if let Ok(process) = spawn(&folder, port, settings) {
                return Self { folder, port, process, settings: settings.to_vec() };
            }
        }
        unreachable!("redis-server does not start")
    }

    /// Where it is.
    pub(crate) fn server(&self) -> Server {
        Server {
            host: "127.0.0.1".into(),
            port: self.port,
            tls: false,
            database: 0,
            user: None,
            password: None,
            accept_loss: false,
        }
    }

    /// A store on it.
    pub(crate) async fn store(&self) -> ValkeyStore {
        ValkeyStore::open(&self.server()).await.unwrap()
    }

    /// Kills it.
    pub(crate) fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Starts it again after it was killed, with what it kept.
    pub(crate) fn revive(&mut self) {
        self.process = spawn(&self.folder, self.port, &self.settings).unwrap();
    }

    /// Removes what it kept; to be called between the two.
    pub(crate) fn empty(&self) {
        std::fs::remove_dir_all(self.folder.file("appendonlydir")).unwrap();
    }

    /// Halts it, or has it go on.
    pub(crate) fn halt(&self, halt: bool) {
        let signal = if halt { "-STOP" } else { "-CONT" };
        assert!(
            Command::new("kill").arg(signal).arg(self.process.id().to_string()).status().unwrap().success()
        );
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        // One that was killed already is no matter.
        let _killed = self.process.kill();
        let _ended = self.process.wait();
    }
}

fn spawn(folder: &Folder, port: u16, settings: &[&str]) -> Result<Child, String> {
    let usual = ["--save", "", "--appendonly", "yes", "--appendfsync", "always", "--bind", "127.0.0.1"];
    let mut command = Command::new("redis-server");
    command.args(usual).args(settings).args(["--port", &port.to_string(), "--dir"]).arg(folder.file(""));
    let spawned = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
    let mut process = spawned.unwrap_or_else(|error| {
        unreachable!("redis-server cannot be started ({error}): `cargo xtask test` installs it")
    });
    let mut said = BufReader::new(process.stdout.take().unwrap());
    let mut line = String::new();
    while said.read_line(&mut line).unwrap() > 0 {
        if line.contains("Ready to accept connections") {
            // It ends if nobody reads what it says.
            std::thread::spawn(move || said.read_to_end(&mut Vec::new()));
            return Ok(process);
        }
        line.clear();
    }
    process.wait().unwrap();
    Err("it ended".into())
}
