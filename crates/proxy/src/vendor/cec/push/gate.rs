//! Whether it is the centre that sends: by a key that is good, or one before it.

use super::signature::Signature;
use crate::config::{PushConfig, PushMode, Secret};
use crate::vendor::{Admitted, PushHead, PushRefusal};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use secrecy::ExposeSecret as _;
use sha2::{Digest, Sha256};
use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use subtle::{Choice, ConstantTimeEq as _};

/// Signatures that are remembered; of more, the oldest are forgotten.
const MOST_SEEN: usize = 65_536;

/// The keys of one desk.
pub(in crate::vendor::cec) struct Gate {
    mode: PushMode,
    keys: Vec<Secret>,
    seen: Mutex<Seen>,
}

/// Signatures that came lately, with the bodies that they came with.
#[derive(Default)]
struct Seen {
    bodies: HashMap<[u8; 32], [u8; 32]>,
    order: VecDeque<[u8; 32]>,
}

impl Gate {
    pub(in crate::vendor::cec) fn new(config: &PushConfig) -> Self {
        let keys = std::iter::once(&config.key).chain(config.previous_key.as_ref()).cloned().collect();
        Self { mode: config.mode.clone(), keys, seen: Mutex::default() }
    }

    /// Whether this is the centre, as far as the head shows it. How long it takes to find out tells nothing of the keys, nor
    /// which of them it is.
    pub(in crate::vendor::cec) fn admit(&self, head: &PushHead<'_>) -> Result<Admitted, PushRefusal> {
        let given = authorization(head.headers)?;
        match &self.mode {
            PushMode::Bearer => {
                let (scheme, token) = given.split_once(' ').ok_or(PushRefusal::Malformed)?;
                if !scheme.eq_ignore_ascii_case("bearer") {
                    return Err(PushRefusal::Malformed);
                }
                self.knows(token.trim()).then(Admitted::default).ok_or(PushRefusal::Key)
            }
            PushMode::Signature { access_key } => {
                let signature = Signature::read(given).ok_or(PushRefusal::Malformed)?;
                if !bool::from(hash(signature.access_key).ct_eq(&hash(access_key))) {
                    return Err(PushRefusal::Key);
                }
                if !signature.is_of_now(head.now_ms) {
                    return Err(PushRefusal::Time);
                }
                let signed = signature.canonical(head).ok_or(PushRefusal::Signature)?;
                let good =
                    self.keys.iter().fold(Choice::from(0), |good, key| good | signature.is_by(key, &signed));
                let once = Some(hash(given));
                bool::from(good).then_some(Admitted { once }).ok_or(PushRefusal::Signature)
            }
        }
    }

    fn knows(&self, token: &str) -> bool {
        // Hashed, so that all are of one length.
        let given = hash(token);
        let equal = |key: &Secret| hash(key.expose_secret()).ct_eq(&given);
        bool::from(self.keys.iter().fold(Choice::from(0), |known, key| known | equal(key)))
    }

    /// A signature goes with one body. The centre may send that again; nobody else may send another by the same signature, which
    /// is not known to cover the body.
    pub(in crate::vendor::cec) fn check_body(
        &self,
        admitted: &Admitted,
        body: &[u8],
    ) -> Result<(), PushRefusal> {
        let Some(once) = admitted.once else { return Ok(()) };
        let body: [u8; 32] = Sha256::digest(body).into();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.note(once, body).then_some(()).ok_or(PushRefusal::Replayed)
    }
}

impl Seen {
    /// Whether this body is the one that the signature came with first.
    fn note(&mut self, once: [u8; 32], body: [u8; 32]) -> bool {
        if let Some(known) = self.bodies.get(&once) {
            return *known == body;
        }
        if self.order.len() >= MOST_SEEN
            && let Some(oldest) = self.order.pop_front()
        {
            self.bodies.remove(&oldest);
        }
        self.bodies.insert(once, body);
        self.order.push_back(once);
        true
    }
}

fn hash(text: &str) -> [u8; 32] {
    Sha256::digest(text).into()
}

/// The one header that shows who it is.
fn authorization(headers: &HeaderMap) -> Result<&str, PushRefusal> {
    let mut given = headers.get_all(AUTHORIZATION).iter();
    match (given.next(), given.next()) {
        (None, _) => Err(PushRefusal::Missing),
        (Some(given), None) => given.to_str().map_err(|_| PushRefusal::Malformed),
        (Some(_), Some(_)) => Err(PushRefusal::Malformed),
    }
}
