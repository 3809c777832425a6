//! The keys by which tokens are verified. A key has one algorithm, so that a public key is never taken for a secret, and
//! `none` for nothing.

use ring::hmac;
use ring::signature::{ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use spki::der::Document;
use spki::{ObjectIdentifier, SubjectPublicKeyInfoRef};
use std::fmt;

/// The shortest secret for `HS256`, in bytes (RFC 7518, section 3.2).
pub const LEAST_SECRET: usize = 32;
/// A public key of RSA with 2048 bits has at least so many bytes (RFC 8017, appendix A.1.1).
const LEAST_RSA: usize = 268;
/// An uncompressed point of P-256.
const POINT: usize = 65;

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");

/// How a token is signed (RFC 7518, section 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// RSA with SHA-256.
    Rs256,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// HMAC with SHA-256: the site and the desk have the same secret.
    Hs256,
}

impl Algorithm {
    /// As tokens name it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
            Self::Hs256 => "HS256",
        }
    }
}

/// A key of a site.
#[derive(Clone)]
pub struct Key {
    kid: String,
    verifier: Verifier,
}

#[derive(Clone)]
enum Verifier {
    /// The key as in RFC 8017, appendix A.1.1.
    Rsa(Vec<u8>),
    /// The point.
    Ec(Vec<u8>),
    Hmac(hmac::Key),
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({}, {})", self.kid, self.algorithm().word())
    }
}

impl Key {
    /// A secret that the site has as well.
    ///
    /// # Errors
    /// When it is too short to be one.
    pub fn secret(kid: String, secret: &[u8]) -> Result<Self, String> {
        if secret.len() < LEAST_SECRET {
            return Err(format!("shorter than {LEAST_SECRET} bytes"));
        }
        Ok(Self { kid, verifier: Verifier::Hmac(hmac::Key::new(hmac::HMAC_SHA256, secret)) })
    }

    /// A public key in PEM (`BEGIN PUBLIC KEY`), of RSA with 2048 bits or more, or of the curve P-256.
    ///
    /// # Errors
    /// What is wrong with it; never a part of it.
    pub fn public(kid: String, pem: &str) -> Result<Self, String> {
        if pem.contains("PRIVATE KEY") {
            return Err("holds a private key, which must never leave the site's server".into());
        }
        let (label, document) =
            Document::from_pem(pem.trim()).map_err(|_| "is not PEM that begins with BEGIN PUBLIC KEY")?;
        if label != "PUBLIC KEY" {
            return Err("is of another kind: it must begin with BEGIN PUBLIC KEY".into());
        }
        let info = SubjectPublicKeyInfoRef::try_from(document.as_bytes()).map_err(|_| "is no public key")?;
        let bytes = info.subject_public_key.raw_bytes();
        let verifier = match info.algorithm.oid {
            RSA if bytes.len() < LEAST_RSA => return Err("is shorter than 2048 bits".into()),
            RSA => Verifier::Rsa(bytes.to_vec()),
            EC if info.algorithm.parameters_oid() != Ok(P256) => {
                return Err("is not on the curve P-256".into());
            }
            EC if bytes.len() != POINT => return Err("is not an uncompressed point".into()),
            EC => Verifier::Ec(bytes.to_vec()),
            _ => return Err("is neither of RSA nor of the curve P-256".into()),
        };
        Ok(Self { kid, verifier })
    }

    /// Its name, as tokens tell it (`kid`).
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The one algorithm that it is for.
    pub fn algorithm(&self) -> Algorithm {
        match self.verifier {
            Verifier::Rsa(_) => Algorithm::Rs256,
            Verifier::Ec(_) => Algorithm::Es256,
            Verifier::Hmac(_) => Algorithm::Hs256,
        }
    }

    /// Whether this key has signed the message. A secret's tag is compared in constant time.
    pub fn has_signed(&self, message: &[u8], signature: &[u8]) -> bool {
        let done = match &self.verifier {
            Verifier::Rsa(key) => {
                UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key).verify(message, signature)
            }
            Verifier::Ec(key) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key).verify(message, signature)
            }
            Verifier::Hmac(key) => hmac::verify(key, message, signature),
        };
        done.is_ok()
    }
}
