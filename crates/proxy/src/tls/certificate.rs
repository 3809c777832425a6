//! A certificate with its chain and its key, as it is read from two PEM files.

use rustls::ServerConfig;
use rustls::client::verify_server_name;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::ParsedCertificate;
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::version::{TLS12, TLS13};
use sha2::{Digest, Sha256};
use std::fmt;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// The longest file that is taken, in bytes.
const MAX_BYTES: u64 = 262_144;
/// What clients may choose, best first (RFC 7301).
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];
const DAY_S: i64 = 86_400;
/// Whoever renews certificates by a machine does so earlier.
const SOON_DAYS: i64 = 14;

/// Where a certificate lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Files {
    /// The certificate, and after it those that lead to an authority, in PEM.
    pub certificate: PathBuf,
    /// Its key in PEM: PKCS#8, PKCS#1 or SEC1, not encrypted.
    pub key: PathBuf,
}

/// Why a certificate cannot be used. The text names the file and holds nothing of a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// The file of the certificate is at fault.
    #[error("`tls.certificate_file`: {0}")]
    Certificate(String),
    /// The file of the key is at fault.
    #[error("`tls.key_file`: {0}")]
    Key(String),
}

/// What both files hold.
pub(super) struct Contents {
    certificate: Vec<u8>,
    key: Vec<u8>,
}

impl Files {
    pub(super) fn read(&self) -> Result<Contents, Wrong> {
        Ok(Contents {
            certificate: read(&self.certificate).map_err(Wrong::Certificate)?,
            key: read(&self.key).map_err(Wrong::Key)?,
        })
    }
}

impl Contents {
    /// SHA-256 of both.
    pub(super) fn digest(&self) -> [u8; 32] {
        let mut digest = Sha256::new();
        digest.update((self.certificate.len() as u64).to_be_bytes());
        digest.update(&self.certificate);
        digest.update(&self.key);
        digest.finalize().into()
    }
}

/// A certificate that fits its key.
#[derive(Clone)]
pub struct Certificate {
    server: Arc<ServerConfig>,
    own: CertificateDer<'static>,
    begins_s: i64,
    ends_s: i64,
    digest: [u8; 32],
}

impl Certificate {
    /// Reads both files. Whether the certificate is good at this time for these visitors is another question, see
    /// [`Certificate::warnings`].
    ///
    /// # Errors
    /// When a file cannot be read, holds something else, or the key is not that of the certificate.
    pub fn read(files: &Files) -> Result<Self, Wrong> {
        Self::from(files, &files.read()?)
    }

    pub(super) fn from(files: &Files, contents: &Contents) -> Result<Self, Wrong> {
        let bad = |problem: &str| Wrong::Certificate(format!("{}: {problem}", files.certificate.display()));
        let bad_key = |problem: &str| Wrong::Key(format!("{}: {problem}", files.key.display()));
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&contents.certificate).collect();
        let chain = chain.map_err(|_| bad("is no PEM"))?;
        let own = chain.first().cloned().ok_or_else(|| bad("holds no certificate in PEM"))?;
        let (begins_s, ends_s) = span(&own).ok_or_else(|| bad("the first certificate cannot be read"))?;
        let key = PrivateKeyDer::from_pem_slice(&contents.key).map_err(|_| {
            let encrypted = String::from_utf8_lossy(&contents.key).contains("ENCRYPTED");
            bad_key(if encrypted { "the key is encrypted" } else { "holds no private key in PEM" })
        })?;
        let provider = Arc::new(default_provider());
        let key = provider.key_provider.load_private_key(key);
        let key = key.map_err(|_| bad_key("the key is of no kind that is known"))?;
        let both = CertifiedKey::new(chain, key);
        both.keys_match().map_err(|error| match error {
            rustls::Error::InconsistentKeys(_) => {
                bad_key("the key is not that of the first certificate of `tls.certificate_file`")
            }
            _ => bad("the first certificate cannot be used"),
        })?;
        let builder = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&TLS13, &TLS12])
            .map_err(|error| bad(&error.to_string()))?;
        let mut server =
            builder.with_no_client_auth().with_cert_resolver(Arc::new(SingleCertAndKey::from(both)));
        server.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).into();
        Ok(Self { server: Arc::new(server), own, begins_s, ends_s, digest: contents.digest() })
    }

    /// For connections. Each certificate has its own, so that nobody resumes by a new one what began with an old one.
    pub(super) fn server(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.server)
    }

    /// When it ends, in seconds since 1970-01-01 UTC.
    pub fn ends_s(&self) -> i64 {
        self.ends_s
    }

    pub(super) fn digest(&self) -> [u8; 32] {
        self.digest
    }

    /// Whether a browser takes it for this host, a name or an address.
    pub fn covers(&self, host: &str) -> bool {
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let (Ok(certificate), Ok(name)) =
            (ParsedCertificate::try_from(&self.own), ServerName::try_from(host))
        else {
            return false;
        };
        verify_server_name(&certificate, &name).is_ok()
    }

    /// What is probably not meant: it is over or soon will be, or is not for the host of `public_url`.
    pub fn warnings(&self, public_url: &str, now: SystemTime) -> Vec<String> {
        let now_s = now.duration_since(UNIX_EPOCH).map_or(0, |age| age.as_secs());
        let now_s = i64::try_from(now_s).unwrap_or(i64::MAX);
        let days = self.ends_s.saturating_sub(now_s).div_euclid(DAY_S);
        let time = if self.ends_s <= now_s {
            Some("has ended: browsers refuse it".to_owned())
        } else if now_s < self.begins_s {
            Some("is not valid yet: browsers refuse it".to_owned())
        } else {
            (days < SOON_DAYS).then(|| format!("ends in {days} days"))
        };
        let time = time.map(|what| format!("`tls.certificate_file`: the certificate {what}"));
        let url = reqwest::Url::parse(public_url).ok();
        let host = url.as_ref().and_then(|url| url.host_str()).unwrap_or_default();
        let name = (!self.covers(host)).then(|| {
            format!("`tls.certificate_file`: the certificate is not for `{host}`, the host of `public_url`")
        });
        let scheme = url.as_ref().is_some_and(|url| url.scheme() == "http").then(|| {
            "`public_url`: with `[tls]` visitors come by https://, and this begins with http://".to_owned()
        });
        time.into_iter().chain(name).chain(scheme).collect()
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate").field("ends_s", &self.ends_s).finish_non_exhaustive()
    }
}

/// From when to when the certificate is valid, in seconds since 1970-01-01 UTC.
fn span(certificate: &CertificateDer<'_>) -> Option<(i64, i64)> {
    let (_, parsed) = x509_parser::parse_x509_certificate(certificate).ok()?;
    let validity = parsed.validity();
    Some((validity.not_before.timestamp(), validity.not_after.timestamp()))
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    let problem = |error: std::io::Error| format!("{}: {error}", path.display());
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(problem)?;
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(problem)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(format!("{}: longer than {MAX_BYTES} bytes", path.display()));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests;
