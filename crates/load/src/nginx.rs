//! An nginx as a relay, to compare with.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::passing::Passing;
use crate::process::{Folder, free_port};

/// Where Debian puts it.
pub const PROGRAM: &str = "/usr/sbin/nginx";

/// Starts one with one worker, which keeps its connections to both sides, before this address, such as `http://127.0.0.1:8080`.
///
/// # Errors
///
/// When it is not installed, or does not come up.
pub async fn before(base: &str) -> Result<Passing> {
    if !Path::new(PROGRAM).is_file() {
        bail!("there is no {PROGRAM}: run `cargo xtask install`");
    }
    let upstream = base.strip_prefix("http://").context("not an address of HTTP")?;
    let (folder, port) = (Folder::temporary()?, free_port()?);
    fs::write(folder.path().join("nginx.conf"), config(port, upstream))?;
    let mut command = Command::new(PROGRAM);
    command.args(["-c", "nginx.conf", "-e", "error.log", "-p"]).arg(folder.path());
    Passing::start(&mut command, port, folder).await
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
