//! A certificate that the machine makes for itself.

use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use sha2::{Digest, Sha256};
use std::net::IpAddr;
use std::sync::Arc;

/// Why there is no certificate.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// It could not be made.
    #[error("the certificate could not be made: {0}")]
    Made(#[from] rcgen::Error),
    /// It cannot be used.
    #[error("the certificate cannot be used: {0}")]
    Used(#[from] rustls::Error),
}

/// A certificate with its key, which lives in memory only.
#[derive(Debug)]
pub struct Certificate {
    der: CertificateDer<'static>,
    config: Arc<ServerConfig>,
}

impl Certificate {
    /// Makes one for these addresses and `localhost`.
    ///
    /// # Errors
    /// When the key cannot be made.
    pub fn of(addresses: &[IpAddr]) -> Result<Self, CertificateError> {
        let names = addresses.iter().map(IpAddr::to_string).chain(["localhost".to_owned()]);
        let mut params = CertificateParams::new(names.collect::<Vec<_>>())?;
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, "Frontdesk demo");
        let key = KeyPair::generate()?;
        let der = params.self_signed(&key)?.der().clone();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![der.clone()], key)?;
        // What lies behind speaks HTTP/1.1.
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { der, config: Arc::new(config) })
    }

    /// Its SHA-256, as browsers show it.
    pub fn fingerprint(&self) -> String {
        let digest = Sha256::digest(&self.der);
        digest.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":")
    }

    /// How connections are served with it.
    pub fn config(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.config)
    }

    /// The certificate itself.
    pub fn der(&self) -> &CertificateDer<'static> {
        &self.der
    }
}
