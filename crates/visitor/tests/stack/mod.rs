//! The real proxy and the real sandbox, both in process, on loopback.

use frontdesk_proxy::clock::Clock;
use frontdesk_proxy::config::Config;
use frontdesk_proxy::http::assets::Assets;
use frontdesk_proxy::settings::{DeskSettings, Settings};
use frontdesk_proxy::state::{App, Desk};
use frontdesk_proxy::store::memory::MemoryStore;
use frontdesk_proxy::vendor::cec::Cec;
use std::path::Path;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A proxy that serves until it is dropped.
pub(crate) struct Proxy(JoinHandle<()>);

impl Drop for Proxy {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// A place for a proxy, and its address.
pub(crate) async fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let address = listener.local_addr().expect("bound");
    (listener, format!("http://{address}"))
}

/// A proxy with these settings.
pub(crate) async fn serve(listener: TcpListener, settings: &str) -> Proxy {
    let config = Config::read(settings, Path::new("."), []).expect("good settings");
    let desks = config.desks.iter().map(|desk| Desk {
        settings: DeskSettings::from(desk),
        centre: Arc::new(Cec::new(&desk.id, &desk.cec).expect("a client")),
    });
    let store = Arc::new(MemoryStore::new());
    let app = App::new(Settings::from(&config), desks, store, Assets::none(), Clock::system());
    app.start().await.expect("a proxy");
    Proxy(tokio::spawn(frontdesk_proxy::http::run(listener, app, std::future::pending())))
}
