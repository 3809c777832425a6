//! Digest authentication (RFC 2617 with MD5, as SIP uses it: RFC 3261 §22).

use std::fmt::Write;

use md5::{Digest, Md5};

fn md5(text: &str) -> String {
    Md5::digest(text.as_bytes()).iter().fold(String::new(), |mut hex, byte| {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// The field that asks for credentials.
pub(crate) fn challenge(realm: &str, nonce: &str) -> String {
    format!("Digest realm=\"{realm}\", nonce=\"{nonce}\", algorithm=MD5, qop=\"auth\"")
}

/// What is wrong with credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wrong {
    /// The nonce is not one of ours, or there are none: ask again.
    Stale,
    /// The answer does not fit the password.
    Password,
}

/// Checks the value of `Authorization` or `Proxy-Authorization`. Any user may come; the password counts.
pub(crate) fn verify(
    field: &str,
    method: &str,
    realm: &str,
    password: &str,
    known: impl Fn(&str) -> bool,
) -> Result<(), Wrong> {
    let given = fields(field);
    let get = |name: &str| {
        given.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value.as_str())
    };
    let nonce = get("nonce");
    if !known(nonce) {
        return Err(Wrong::Stale);
    }
    let secret = md5(&format!("{}:{realm}:{password}", get("username")));
    let what = md5(&format!("{method}:{}", get("uri")));
    let expected = match get("qop") {
        "" => md5(&format!("{secret}:{nonce}:{what}")),
        qop => md5(&format!("{secret}:{nonce}:{}:{}:{qop}:{what}", get("nc"), get("cnonce"))),
    };
    if get("realm") == realm && get("response").eq_ignore_ascii_case(&expected) {
        Ok(())
    } else {
        Err(Wrong::Password)
    }
}

/// `name=value` pairs behind the scheme; values may stand in quotation marks.
fn fields(field: &str) -> Vec<(String, String)> {
    let mut rest = field.trim().strip_prefix("Digest").unwrap_or_default();
    let mut found = Vec::new();
    while let Some((name, after)) = rest.split_once('=') {
        let name = name.trim_matches([' ', ',', '\t']).to_owned();
        let after = after.trim_start();
        let (value, next) = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => after.split_once(',').unwrap_or((after, "")),
        };
        found.push((name, value.trim().to_owned()));
        rest = next;
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The example of RFC 2617 §3.5.
    const GIVEN: &str = "Digest username=\"Mufasa\", realm=\"testrealm@host.com\", \
        nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", uri=\"/dir/index.html\", qop=auth, nc=00000001, \
        cnonce=\"0a4f113b\", response=\"6629fae49393a05397450978507c4ef1\", opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"";

    #[test]
    fn the_example_of_the_rfc_is_right_and_everything_else_is_wrong() {
        let check = |field: &str, password| {
            verify(field, "GET", "testrealm@host.com", password, |nonce| nonce.starts_with("dcd98"))
        };
        assert_eq!(check(GIVEN, "Circle Of Life"), Ok(()));
        assert_eq!(check(GIVEN, "circle of life"), Err(Wrong::Password));
        assert_eq!(check(&GIVEN.replace("Mufasa", "Scar"), "Circle Of Life"), Err(Wrong::Password));
        assert_eq!(check(&GIVEN.replace("dcd98", "aaaaa"), "Circle Of Life"), Err(Wrong::Stale));
        assert_eq!(check("Basic x", "Circle Of Life"), Err(Wrong::Stale));
        assert_eq!(check("", ""), Err(Wrong::Stale));
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(field in "(Digest )?[a-z=\", \\\\\u{e9}]{0,60}") {
            let _ = verify(&field, "INVITE", "r", "p", |_| true);
        }
    }
}
