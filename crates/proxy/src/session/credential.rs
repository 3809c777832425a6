//! The credential of a session: 256 random bits, of which only the hash is stored.

use crate::chance;
use crate::store::SessionHash;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

const BYTES: usize = 32;

/// A new credential in base64url, 43 characters.
pub fn generate() -> String {
    URL_SAFE_NO_PAD.encode(chance::bytes::<BYTES>())
}

/// The hash under which a credential is stored; `None` for text that is none in form.
pub fn hash(credential: &str) -> Option<SessionHash> {
    let bytes = URL_SAFE_NO_PAD.decode(credential).ok()?;
    (bytes.len() == BYTES).then(|| Sha256::digest(&bytes).into())
}

/// Lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 0xf])
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_is_43_characters_and_only_its_own_text_has_its_hash() {
        let credential = generate();
        assert_eq!(credential.len(), 43);
        assert_ne!(credential, generate());
        assert!(hash(&credential).is_some());
        for other in [
            "",
            "x",
            &credential[1..],
            &format!("{credential}A"),
            &credential.replace(char::is_alphanumeric, "+"),
        ] {
            assert_eq!(hash(other), None, "{other}");
        }
    }

    #[test]
    fn hex_has_two_digits_per_byte() {
        assert_eq!(hex(&[0, 0x0f, 0xa0, 0xff]), "000fa0ff");
    }
}
