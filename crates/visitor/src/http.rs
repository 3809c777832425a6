//! HTTP clients for programs on this machine.

use std::time::Duration;

/// A client that asks the address itself, whatever proxy the environment names, and waits at most so long for a
/// connection. For `http` addresses only.
///
/// # Errors
/// When it cannot be set up.
pub fn client(connect: Duration, whole: Option<Duration>) -> reqwest::Result<reqwest::Client> {
    // Built together with the proxy, reqwest has TLS and wants to know whose, though it is not used here. An error
    // means that there is a provider already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = reqwest::Client::builder().no_proxy().connect_timeout(connect);
    match whole {
        Some(whole) => builder.timeout(whole).build(),
        None => builder.build(),
    }
}
