//! The pages with a softphone, served under a policy as strict as that of the frame.

use std::fs;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use axum::Router;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

const POLICY: &str = "default-src 'none'; script-src 'self'; connect-src ws://127.0.0.1:*; media-src blob: mediastream:; \
                      base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

/// The running site.
#[derive(Debug)]
pub struct Site {
    /// Its origin, on loopback, where microphone and camera are allowed.
    pub origin: String,
    task: JoinHandle<()>,
}

impl Site {
    /// Opens it: `/` has the softphone as it was built for the proxy to serve, `/agent` an agent with a camera, `/plain`
    /// a page that calls by JsSIP alone.
    ///
    /// # Errors
    ///
    /// When the softphone was not built, or no port can be had.
    pub async fn open() -> Result<Self> {
        let page = |name: &str| fs::read(super::folder().join(name)).context("a page is missing");
        let html = page("page.html")?;
        let agent = String::from_utf8_lossy(&html).replace("/page.js", "/agent.js").into_bytes();
        let softphone = softphone()?;
        let softphone =
            fs::read(&softphone).with_context(|| format!("cannot read {}", softphone.display()))?;
        let files = Arc::new([
            ("/", "text/html", html),
            ("/agent", "text/html", agent),
            ("/plain", "text/html", page("plain.html")?),
            ("/plain.js", "text/javascript", bundle("plain.js")?),
            ("/page.js", "text/javascript", page("page.js")?),
            ("/agent.js", "text/javascript", bundle("agent.js")?),
            ("/softphone.js", "text/javascript", softphone),
        ]);
        let router = Router::new().fallback(move |address: Uri| {
            let files = Arc::clone(&files);
            async move {
                let found = files.iter().find(|(path, ..)| *path == address.path());
                found
                    .map_or_else(|| StatusCode::NOT_FOUND.into_response(), |(_, kind, body)| file(kind, body))
            }
        });
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.context("no port for the pages")?;
        let origin = format!("http://{}", listener.local_addr()?);
        Ok(Self { origin, task: tokio::spawn(async { drop(axum::serve(listener, router).await) }) })
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn file(kind: &str, body: &[u8]) -> Response {
    let headers = [
        (header::CONTENT_TYPE, format!("{kind}; charset=utf-8")),
        (header::CONTENT_SECURITY_POLICY, POLICY.to_owned()),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    (headers, body.to_vec()).into_response()
}

/// What `cargo xtask build` has made.
fn softphone() -> Result<PathBuf> {
    let assets = crate::root().join("dist/assets");
    let folders = fs::read_dir(&assets).into_iter().flatten().flatten();
    let found = folders.map(|folder| folder.path().join("softphone.js")).find(|path| path.is_file());
    found.with_context(|| format!("no softphone below {}: run `cargo xtask build`", assets.display()))
}

fn bundle(name: &str) -> Result<Vec<u8>> {
    let esbuild = crate::root().join("node_modules/.bin/esbuild");
    let made = Command::new(esbuild)
        .arg(super::folder().join(name))
        .args(["--bundle", "--format=esm", "--charset=utf8", "--log-level=error"])
        .current_dir(crate::root())
        .output()
        .context("cannot start esbuild: run `cargo xtask build`")?;
    ensure!(made.status.success(), "esbuild: {}", String::from_utf8_lossy(&made.stderr));
    Ok(made.stdout)
}
