//! A small static server for the demonstration shop: on loopback, files of one folder, GET and HEAD only.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, Ipv6Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result};

/// How the pages name the desk that they embed.
const DESK: &str = "http://desk.invalid";

const GALLERY: &str = "/gallery";
/// The widget in a page of its own, without a desk: the strictest policy that it runs under.
const GALLERY_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    img-src 'self'; media-src blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; \
    require-trusted-types-for 'script'; trusted-types 'none'";

/// A shop that embeds the desk of this origin.
pub(crate) struct Shop {
    pub(crate) folder: PathBuf,
    /// What is served below `/gallery`.
    pub(crate) gallery: PathBuf,
    pub(crate) desk: String,
}

struct Answer {
    status: &'static str,
    kind: &'static str,
    body: Vec<u8>,
}

/// Serves until the process ends. `localhost` may mean IPv4 or IPv6, so both are tried; IPv4 has to work.
pub(crate) fn serve(shop: Shop, port: u16) -> Result<()> {
    let shop = Arc::new(shop);
    let busy = || format!("port {port} of the shop is busy; choose others with --ports");
    let mut listeners = vec![TcpListener::bind((Ipv4Addr::LOCALHOST, port)).with_context(busy)?];
    listeners.extend(TcpListener::bind((Ipv6Addr::LOCALHOST, port)));
    for listener in listeners {
        let shop = Arc::clone(&shop);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shop = Arc::clone(&shop);
                // A visitor who goes away in the middle of an answer is no fault of the shop.
                thread::spawn(move || drop(shop.answer(stream)));
            }
        });
    }
    Ok(())
}

impl Shop {
    fn answer(&self, mut stream: TcpStream) -> std::io::Result<()> {
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        stream.set_write_timeout(Some(Duration::from_secs(5)))?;
        let mut lines = BufReader::new((&stream).take(16 * 1024)).lines();
        let request = lines.next().transpose()?.unwrap_or_default();
        for line in lines {
            if line?.is_empty() {
                break;
            }
        }
        let mut words = request.split(' ');
        let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let answer = match method {
            "GET" | "HEAD" => self.find(target),
            _ => Answer { status: "405 Method Not Allowed", kind: "text/plain", body: Vec::new() },
        };
        let head = format!(
            "HTTP/1.1 {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nContent-Security-Policy: {}\r\n\
             X-Content-Type-Options: nosniff\r\nCache-Control: no-cache\r\nConnection: close\r\n\r\n",
            answer.status,
            answer.kind,
            answer.body.len(),
            if is_gallery(target) { GALLERY_POLICY.to_owned() } else { self.policy(target) },
        );
        stream.write_all(head.as_bytes())?;
        if method == "GET" {
            stream.write_all(&answer.body)?;
        }
        stream.flush()
    }

    /// As strict as a careful shop would be: all that Frontdesk needs is the desk in two places. The studio has a script of
    /// its own.
    fn policy(&self, target: &str) -> String {
        let own = if target.starts_with("/studio") { "'self' " } else { "" };
        format!(
            "default-src 'none'; script-src {own}{0}; frame-src {0}; style-src 'self'; img-src 'self'; base-uri 'none'; \
             form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
            self.desk
        )
    }

    /// A page with the desk's address in it; `?lang=` makes the widget speak that language, whatever the page does.
    fn page(&self, page: &str, target: &str) -> String {
        let page = page.replace(DESK, &self.desk);
        let asked = target.split_once("?lang=").map(|(_, tag)| tag).unwrap_or_default();
        if asked.is_empty() || !asked.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            return page;
        }
        page.replacen("data-desk=", &format!("data-locale=\"{asked}\" data-desk="), 1)
    }

    fn find(&self, target: &str) -> Answer {
        if target == "/livez" {
            return Answer { status: "200 OK", kind: "text/plain", body: b"ok\n".to_vec() };
        }
        let place = match target.strip_prefix(GALLERY).filter(|_| is_gallery(target)) {
            Some(rest) => place(&self.gallery, &format!("/{}", rest.trim_start_matches('/'))),
            None => place(&self.folder, target),
        };
        let found = place.and_then(|path| Some((fs::read(&path).ok()?, path)));
        let Some((body, path)) = found else {
            return Answer {
                status: "404 Not Found",
                kind: "text/plain",
                body: b"There is no such page.\n".to_vec(),
            };
        };
        match path.extension().and_then(|end| end.to_str()) {
            Some("html") => Answer {
                status: "200 OK",
                kind: "text/html; charset=utf-8",
                body: self.page(&String::from_utf8_lossy(&body), target).into_bytes(),
            },
            Some("css") => Answer { status: "200 OK", kind: "text/css; charset=utf-8", body },
            Some("js") => Answer { status: "200 OK", kind: "text/javascript; charset=utf-8", body },
            Some("json") => Answer { status: "200 OK", kind: "application/json", body },
            Some("wasm") => Answer { status: "200 OK", kind: "application/wasm", body },
            Some("svg") => Answer { status: "200 OK", kind: "image/svg+xml", body },
            _ => Answer { status: "200 OK", kind: "application/octet-stream", body },
        }
    }
}

fn is_gallery(target: &str) -> bool {
    target.strip_prefix(GALLERY).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
}

/// The file that a request means, never outside the folder: names of letters, digits, `-`, `_` and `.` that begin
/// with a letter or digit; a folder means its index page.
pub(crate) fn place(folder: &Path, target: &str) -> Option<PathBuf> {
    let path = target.split(['?', '#']).next()?.strip_prefix('/')?;
    let mut place = folder.to_path_buf();
    for name in path.split('/').filter(|name| !name.is_empty()) {
        let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
        if !plain || !name.starts_with(|first: char| first.is_ascii_alphanumeric()) {
            return None;
        }
        place.push(name);
    }
    if place.extension().is_none() {
        place.push("index.html");
    }
    Some(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_mean_their_index_page() {
        let at = |target| place(Path::new("shop"), target);
        assert_eq!(at("/"), Some("shop/index.html".into()));
        assert_eq!(at("/zh/?a=/../b"), Some("shop/zh/index.html".into()));
        assert_eq!(at("/zh/help"), Some("shop/zh/help/index.html".into()));
        assert_eq!(at("//shop.css"), Some("shop/shop.css".into()));
    }

    #[test]
    fn nothing_outside_the_folder_is_reached() {
        for target in [
            "",
            "shop.css",
            "/..",
            "/../Cargo.toml",
            "/zh/../../x",
            "/.git/config",
            "/%2e%2e/x",
            "/a\\..\\b",
            "/a\0b",
        ] {
            assert_eq!(place(Path::new("shop"), target), None, "{target:?}");
        }
    }

    #[test]
    fn the_gallery_is_a_folder_of_its_own() {
        let demo = crate::paths::root().join("www/demo");
        let shop = Shop { folder: "nowhere".into(), gallery: demo.join("gallery"), desk: String::new() };
        for target in ["/gallery", "/gallery/", "/gallery?lang=ar", "/gallery/index.html"] {
            let page = shop.find(target);
            assert!(String::from_utf8_lossy(&page.body).contains("Frontdesk: gallery"), "{target}");
        }
        assert_eq!(shop.find("/gallery/scenes.js").kind, "text/javascript; charset=utf-8");
        for target in ["/galleryx", "/gallery/../shop/index.html", "/index.html"] {
            assert_eq!(shop.find(target).status, "404 Not Found", "{target}");
        }
    }

    #[test]
    fn pages_name_the_desk_that_runs() {
        let shop = Shop {
            folder: crate::paths::root().join("www/demo/shop"),
            gallery: "nowhere".into(),
            desk: "http://127.0.0.1:9".into(),
        };
        let page = String::from_utf8(shop.find("/").body).unwrap();
        assert!(page.contains("src=\"http://127.0.0.1:9/frontdesk.js\""));
        assert!(!page.contains(DESK));

        let asks = |target| String::from_utf8(shop.find(target).body).unwrap();
        assert!(asks("/?lang=zh-TW").contains("data-locale=\"zh-TW\" data-desk=\"shop\""));
        for target in ["/?lang=", "/?lang=\"><script>", "/?lang=de&x", "/?language=de"] {
            assert!(!asks(target).contains("data-locale"), "{target}");
        }
    }
}
