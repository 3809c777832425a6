//! The certificate that new connections get. It is replaced while the proxy serves; a connection keeps what it began with.

use super::certificate::{Certificate, Files};
use crate::audit::{Audit, Kind};
use crate::config;
use crate::metrics::Metrics;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio_rustls::TlsAcceptor;

/// So often the files are looked at.
pub const LOOK: Duration = Duration::from_secs(60);

/// Keeps the certificate.
pub struct Keeper {
    kept: Mutex<Kept>,
    metrics: Arc<Metrics>,
    audit: Arc<Audit>,
}

struct Kept {
    certificate: Certificate,
    files: Files,
    /// Of what the files held when they were last looked at, good or not; `None`: they could not be read.
    seen: Option<[u8; 32]>,
}

impl Keeper {
    /// Begins with the certificate of the settings.
    pub fn new(tls: &config::Tls, metrics: Arc<Metrics>, audit: Arc<Audit>) -> Arc<Self> {
        let keeper = Self { kept: Mutex::new(Kept::of(tls)), metrics, audit };
        keeper.tell(&tls.certificate);
        Arc::new(keeper)
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, certificate: &Certificate) {
        self.metrics.certificate_ends(certificate.ends_s());
    }

    /// What takes the next connection.
    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(self.lock().certificate.server())
    }

    /// Goes on with the certificate of other settings.
    pub fn take_over(&self, tls: &config::Tls) {
        let before = std::mem::replace(&mut *self.lock(), Kept::of(tls));
        if before.certificate.digest() != tls.certificate.digest() {
            tracing::info!(ends_s = tls.certificate.ends_s(), "a new certificate is in use");
            self.audit.tell_own(Kind::CertificateReplaced);
        }
        self.tell(&tls.certificate);
    }

    /// Looks at the files every minute for ever.
    pub async fn follow(self: Arc<Self>) {
        loop {
            tokio::time::sleep(LOOK).await;
            let keeper = Arc::clone(&self);
            // It can only fail by a panic, and then the next look may do better.
            let _looked = tokio::task::spawn_blocking(move || keeper.look()).await;
        }
    }

    /// Looks at the files, and takes the certificate if it is another. One that cannot be used is told once; the one before
    /// stays.
    pub fn look(&self) {
        let (files, seen) = {
            let kept = self.lock();
            (kept.files.clone(), kept.seen)
        };
        let contents = files.read();
        let found = contents.as_ref().ok().map(super::certificate::Contents::digest);
        if found == seen {
            return;
        }
        let certificate = contents.and_then(|contents| Certificate::from(&files, &contents));
        let mut kept = self.lock();
        if kept.files != files || kept.seen != seen {
            // Other settings were taken over meanwhile, with what lies there now.
            return;
        }
        kept.seen = found;
        match certificate {
            Ok(certificate) if certificate.digest() == kept.certificate.digest() => {}
            Ok(certificate) => {
                self.tell(&certificate);
                kept.certificate = certificate.clone();
                drop(kept);
                tracing::info!(ends_s = certificate.ends_s(), "a new certificate is in use");
                self.audit.tell_own(Kind::CertificateReplaced);
            }
            Err(wrong) => {
                drop(kept);
                tracing::error!("{wrong}; the certificate before stays in use");
                self.audit.tell_own(Kind::CertificateRefused);
            }
        }
    }
}

impl Kept {
    fn of(tls: &config::Tls) -> Self {
        let certificate = tls.certificate.clone();
        Self { seen: Some(certificate.digest()), certificate, files: tls.files.clone() }
    }
}
