//! HTTP to elsewhere: what holds for whoever the proxy asks.

use reqwest::{ClientBuilder, redirect};

/// A client that asks the address it is given and no other: no redirect is followed, no proxy of the environment is used, and no
/// page is named as the one that led there.
///
/// `plain`: it is given no address with TLS. No certificate is ever looked at then, which spares the machine's list of them.
pub(crate) fn client(plain: bool) -> ClientBuilder {
    // Fails if a provider is installed already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = reqwest::Client::builder()
        .user_agent(concat!("frontdesk/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .referer(false)
        .no_proxy();
    if plain { builder.tls_certs_only([]) } else { builder }
}
