//! Connections from the network: TLS ends here, the bytes go on to loopback.

use rustls::ServerConfig;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;

/// Connections of all ports at one time; the next one waits.
const CONNECTIONS_MAX: usize = 512;
/// So long a handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// A pause after a connection could not be taken, as when there are no more file descriptors.
const PAUSE: Duration = Duration::from_millis(100);

/// The way for all ports.
#[derive(Clone, Debug)]
pub struct Front {
    config: Arc<ServerConfig>,
    places: Arc<Semaphore>,
}

impl Front {
    /// Serves with this certificate.
    pub fn new(config: Arc<ServerConfig>) -> Self {
        Self { config, places: Arc::new(Semaphore::new(CONNECTIONS_MAX)) }
    }

    /// Takes connections and passes them on, for ever.
    pub async fn serve(self, listener: TcpListener, to: SocketAddr) {
        let acceptor = TlsAcceptor::from(Arc::clone(&self.config));
        loop {
            // Closed never.
            let Ok(place) = Arc::clone(&self.places).acquire_owned().await else { return };
            let Ok((stream, _)) = listener.accept().await else {
                tokio::time::sleep(PAUSE).await;
                continue;
            };
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                // Whoever does not go on with the handshake, or goes away, is no fault of the demo.
                let _ = pass(stream, acceptor, to).await;
                drop(place);
            });
        }
    }
}

async fn pass(stream: TcpStream, acceptor: TlsAcceptor, to: SocketAddr) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut outside = tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await??;
    let mut inside = TcpStream::connect(to).await?;
    inside.set_nodelay(true)?;
    copy_bidirectional(&mut outside, &mut inside).await.map(drop)
}
