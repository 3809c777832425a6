//! The signature mode. What the vendor's pages print of it is `auth-v2/{accessKey}/{timestamp}/{SignedHeaders}`; what is signed,
//! and where the signature stands, they do not. **What is checked here beyond access key and time is an assumption**: that
//! pushes are signed as other interfaces of the same vendor are (2.6 manual, chapter 4):
//!
//! ```text
//! Authorization: auth-v2/<access key>/<time>/<signed headers>/<signature>
//! prefix    = auth-v2/<access key>/<time>/<signed headers>
//! key       = hex(HMAC-SHA256(secret, prefix))
//! signature = hex(HMAC-SHA256(key, canonical request))
//! canonical request = method LF path LF query LF header:value [LF header:value …]
//! ```
//!
//! Time: `yyyy-MM-dd'T'HH:mm:ss.SSS'Z'`, or milliseconds. Signed headers: names in lower case, divided by `;`, in that order.

use crate::config::Secret;
use crate::session::credential::hex;
use crate::vendor::PushHead;
use crate::vendor::cec::lax::Time;
use ring::hmac;
use secrecy::ExposeSecret as _;
use serde_json::Value;
use subtle::{Choice, ConstantTimeEq as _};

/// How far the centre's clock may be from ours, in milliseconds.
const WINDOW_MS: u64 = 300_000;
/// Headers that may be signed.
const MOST_HEADERS: usize = 32;

/// The header, in its parts.
pub(super) struct Signature<'a> {
    pub(super) access_key: &'a str,
    prefix: &'a str,
    time: &'a str,
    headers: &'a str,
    signature: &'a str,
}

impl<'a> Signature<'a> {
    /// Reads the header; `None`: it has another form.
    pub(super) fn read(given: &'a str) -> Option<Self> {
        let (prefix, signature) = given.rsplit_once('/')?;
        let mut parts = prefix.split('/');
        let ("auth-v2", Some(access_key), Some(time), Some(headers), None) =
            (parts.next()?, parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return None;
        };
        Some(Self { access_key, prefix, time, headers, signature })
    }

    /// Whether it was made about now.
    pub(super) fn is_of_now(&self, now_ms: u64) -> bool {
        Time::from(Value::from(self.time)).0.is_some_and(|at_ms| at_ms.abs_diff(now_ms) <= WINDOW_MS)
    }

    /// What is signed; `None`: a signed header is missing, or there twice.
    pub(super) fn canonical(&self, head: &PushHead<'_>) -> Option<String> {
        let mut lines = vec![head.method.to_owned(), head.path.to_owned(), head.query.to_owned()];
        for name in self.headers.split(';').filter(|name| !name.is_empty()).take(MOST_HEADERS + 1) {
            let mut values = head.headers.get_all(name).iter();
            let (Some(value), None) = (values.next(), values.next()) else { return None };
            lines.push(format!("{}:{}", name.to_ascii_lowercase(), value.to_str().ok()?.trim()));
        }
        (lines.len() <= MOST_HEADERS + 3).then(|| lines.join("\n"))
    }

    /// Whether this key signed it.
    pub(super) fn is_by(&self, key: &Secret, signed: &str) -> Choice {
        let own = sign(key.expose_secret(), self.prefix, signed);
        self.signature.to_ascii_lowercase().as_bytes().ct_eq(own.as_bytes())
    }
}

/// The signature of a request under this key.
pub(super) fn sign(key: &str, prefix: &str, signed: &str) -> String {
    let mac = |key: &str, text: &str| {
        let key = hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes());
        hex(hmac::sign(&key, text.as_bytes()).as_ref())
    };
    mac(&mac(key, prefix), signed)
}
