//! A relay that knows nothing of contact centres, to compare with.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use crate::process::{Folder, Process, free_port};

/// Where Debian puts it.
pub const PROGRAM: &str = "/usr/sbin/nginx";

/// One nginx with one worker, which keeps its connections to both sides.
#[derive(Debug)]
pub struct Nginx {
    port: u16,
    process: Process,
    _folder: Folder,
}

impl Nginx {
    /// Starts it before this address, such as `http://127.0.0.1:8080`.
    ///
    /// # Errors
    ///
    /// When it is not installed, or does not come up.
    pub async fn before(base: &str) -> Result<Self> {
        if !Path::new(PROGRAM).is_file() {
            bail!("there is no {PROGRAM}: run `cargo xtask install`");
        }
        let upstream = base.strip_prefix("http://").context("not an address of HTTP")?;
        let (folder, port) = (Folder::temporary()?, free_port()?);
        fs::write(folder.path().join("nginx.conf"), config(port, upstream))?;
        let log = folder.path().join("nginx.log");
        let mut command = Command::new(PROGRAM);
        command.args(["-c", "nginx.conf", "-e", "error.log", "-p"]).arg(folder.path());
        let mut process = Process::start(&mut command, &log)?;
        let listens = process.listens(port).await;
        listens.with_context(|| fs::read_to_string(&log).unwrap_or_default())?;
        Ok(Self { port, process, _folder: folder })
    }

    /// Where it listens, as an address.
    #[must_use]
    pub fn base(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What it has used of the processors so far, with its worker.
    #[must_use]
    pub fn spent(&self) -> Duration {
        self.process.spent()
    }
}

fn config(port: u16, upstream: &str) -> String {
    let folders: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|kind| format!("    {kind}_temp_path {kind};\n"))
        .concat();
    format!(
        "daemon off;\nworker_processes 1;\npid nginx.pid;\nevents {{ worker_connections 4096; }}\nhttp {{\n\
         \x20   access_log off;\n{folders}    keepalive_requests 1000000;\n\
         \x20   upstream centre {{ server {upstream}; keepalive 256; keepalive_requests 1000000; }}\n\
         \x20   server {{\n        listen 127.0.0.1:{port};\n        location / {{\n\
         \x20           proxy_pass http://centre;\n            proxy_http_version 1.1;\n\
         \x20           proxy_set_header Connection \"\";\n        }}\n    }}\n}}\n"
    )
}
