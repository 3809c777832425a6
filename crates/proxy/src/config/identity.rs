//! Who vouches for a desk's visitors: section `[desks.identity]`.

use super::secret;
use super::section::Section;
use crate::identity::key::Algorithm;
use crate::identity::{Identity, Key, Mode};
use secrecy::ExposeSecret as _;
use std::collections::BTreeSet;
use std::path::Path;

/// `mode` (`off`, `optional` or `required`) and `keys`, each with `kid`, `algorithm` and `public_key` or `secret`, or a file
/// that holds it.
pub(super) fn read(mut section: Section<'_>, beside: &Path) -> Option<Identity> {
    let words = [("off", Mode::Off), ("optional", Mode::Optional), ("required", Mode::Required)];
    let mode = section.word("mode", Mode::Off, &words);
    let keys = section.sections("keys");
    if let (Some(keys), Some(Mode::Optional | Mode::Required)) = (&keys, mode)
        && keys.is_empty()
    {
        section.wrong("keys", "missing", "at least one key by which tokens are verified");
        section.finish();
        return None;
    }
    section.finish();
    let mut kids = BTreeSet::new();
    let keys: Vec<Option<Key>> = keys?.into_iter().map(|key| one(key, beside, &mut kids)).collect();
    Some(Identity { mode: mode?, keys: keys.into_iter().collect::<Option<_>>()? })
}

fn one(mut section: Section<'_>, beside: &Path, kids: &mut BTreeSet<String>) -> Option<Key> {
    const KID: &str = "1 to 64 visible ASCII characters, different for each key of the desk";
    let kid = section.must("kid", KID, |kid: String| {
        if !(1..=64).contains(&kid.len()) || !kid.bytes().all(|byte| byte.is_ascii_graphic()) {
            Err(format!("`{kid}` is no name of a key"))
        } else if kids.insert(kid.clone()) {
            Ok(kid)
        } else {
            Err(format!("another key is called `{kid}` already"))
        }
    });
    const KINDS: &str = "RS256, ES256 or HS256";
    let kind = section.must("algorithm", KINDS, |word: String| match word.as_str() {
        "RS256" => Ok(Algorithm::Rs256),
        "ES256" => Ok(Algorithm::Es256),
        "HS256" => Ok(Algorithm::Hs256),
        _ => Err(format!("`{word}` is not taken")),
    });
    let (Some(kid), Some(kind)) = (kid, kind) else {
        return None;
    };
    let key = match kind {
        Algorithm::Hs256 => {
            let secret = secret::must(&mut section, "secret", "secret_file", beside);
            secret.map(|secret| ("secret", Key::secret(kid, secret.expose_secret().as_bytes())))
        }
        Algorithm::Rs256 | Algorithm::Es256 => {
            let pem = ("public_key", "a key in PEM");
            let pem = secret::given(&mut section, pem, "public_key_file", beside, Ok);
            pem.map(|pem| ("public_key", Key::public(kid, &pem).and_then(|key| of_kind(key, kind))))
        }
    };
    let key = key.and_then(|(name, key)| match key {
        Ok(key) => Some(key),
        Err(wrong) => {
            section.wrong(name, wrong, "a key that fits `algorithm`");
            None
        }
    });
    section.finish();
    key
}

fn of_kind(key: Key, kind: Algorithm) -> Result<Key, String> {
    let is = key.algorithm();
    if is == kind { Ok(key) } else { Err(format!("is one for {}", is.word())) }
}

#[cfg(test)]
mod tests {
    use crate::config::Config;
    use crate::identity::{Key, Mode};
    use std::path::Path;

    const DESK: &str = "public_url = \"https://desk.example\"\n[[desks]]\nid = \"shop\"\n[desks.cec]\n\
        base_url = \"https://service.example\"\napp_key = \"k\"\napp_secret = \"s\"\nchannel_id = \"1\"\n\
        [desks.identity]\n";
    const SECRET: &str = "secret = \"0123456789abcdef0123456789abcdef\"";

    fn read(more: &str) -> Result<Config, Vec<String>> {
        let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/identity");
        Config::read(&format!("{DESK}{more}"), &beside, [])
            .map_err(|mistakes| mistakes.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn keys_are_read_inline_and_from_files() {
        let pem = include_str!("../../tests/data/identity/p256.pem");
        let config = read(&format!(
            "mode = \"required\"\n[[desks.identity.keys]]\nkid = \"a\"\nalgorithm = \"RS256\"\npublic_key_file = \
             \"rsa.pem\"\n[[desks.identity.keys]]\nkid = \"b\"\nalgorithm = \"ES256\"\npublic_key = \"\"\"{pem}\"\"\"\n\
             [[desks.identity.keys]]\nkid = \"c\"\nalgorithm = \"HS256\"\n{SECRET}\n"
        ));
        let identity = config.unwrap().desk("shop").unwrap().identity.clone();
        assert_eq!(identity.mode, Mode::Required);
        assert_eq!(identity.keys.iter().map(Key::kid).collect::<Vec<_>>(), ["a", "b", "c"]);
        assert_eq!(read("").unwrap().desk("shop").unwrap().identity.mode, Mode::Off);
    }

    #[test]
    fn mistakes_are_named_and_secrets_are_not() {
        let key = |rest: &str| format!("mode = \"optional\"\nkeys = [{{ {rest} }}]");
        let named = "kid = \"a\", algorithm =";
        for (more, expected) in [
            ("mode = \"on\"".to_owned(), "`on` is not known"),
            ("mode = \"optional\"".to_owned(), "identity.keys`: missing"),
            (key(&format!("algorithm = \"HS256\", {SECRET}")), "keys[0].kid`: missing"),
            (key(&format!("{named} \"none\", {SECRET}")), "`none` is not taken"),
            (key(&format!("{named} \"HS256\", secret = \"too short\"")), "shorter than 32 bytes"),
            (key(&format!("{named} \"HS256\"")), "exactly one of `secret` and `secret_file`"),
            (key(&format!("{named} \"ES256\", public_key_file = \"rsa.pem\"")), "is one for RS256"),
            (key(&format!("{named} \"RS256\", public_key_file = \"rsa1024.pem\"")), "2048"),
            (key(&format!("{named} \"RS256\", public_key_file = \"absent.pem\"")), "absent.pem"),
            (key(&format!("{named} \"RS256\"")), "exactly one of `public_key`"),
            (key(&format!("{named} \"HS256\", {SECRET}, public_key = \"x\"")), "unknown key"),
            (
                format!(
                    "{}\n",
                    key(&format!("{named} \"HS256\", {SECRET} }}, {{ {named} \"HS256\", {SECRET}"))
                ),
                "called `a` already",
            ),
        ] {
            let mistakes = read(&more).unwrap_err();
            assert!(mistakes.len() == 1 && mistakes[0].contains(expected), "{more}: {mistakes:?}");
            assert!(
                !mistakes[0].contains("0123456789abcdef") && !mistakes[0].contains("too short"),
                "{mistakes:?}"
            );
        }
    }
}
