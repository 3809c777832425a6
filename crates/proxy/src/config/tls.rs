//! TLS on the public listener.

use super::section::{Section, path};
use crate::tls::{Certificate, Files, Wrong};
use std::path::Path;

/// Section `[tls]`, with the certificate as it was when the settings were read.
#[derive(Clone, Debug)]
pub struct Tls {
    /// Keys `certificate_file` and `key_file`, both required.
    pub files: Files,
    /// What lies there, checked.
    pub certificate: Certificate,
}

pub(super) fn read(mut section: Section<'_>, beside: &Path) -> Option<Tls> {
    const CHAIN: &str = "a PEM file of a certificate and those that lead to an authority";
    const KEY: &str = "a PEM file of its private key, as PKCS#8, PKCS#1 or SEC1, not encrypted";
    let at = |text: String| path(text).map(|path| beside.join(path));
    let certificate = section.must("certificate_file", CHAIN, at);
    let key = section.must("key_file", KEY, at);
    let files = certificate.zip(key);
    let read = files.map(|(certificate, key)| {
        let files = Files { certificate, key };
        Certificate::read(&files).map(|certificate| Tls { files, certificate })
    });
    let tls = match read {
        Some(Ok(tls)) => Some(tls),
        Some(Err(Wrong::Certificate(problem))) => {
            section.wrong("certificate_file", problem, CHAIN);
            None
        }
        Some(Err(Wrong::Key(problem))) => {
            section.wrong("key_file", problem, KEY);
            None
        }
        None => None,
    };
    section.finish();
    tls
}

#[cfg(test)]
mod tests {
    use crate::config::Config;
    use std::path::Path;

    const DESK: &str = "public_url = \"https://desk.example\"\n[[desks]]\nid = \"shop\"\n[desks.cec]\n\
        base_url = \"https://service.example\"\napp_key = \"k\"\napp_secret = \"s\"\nchannel_id = \"1\"\n[tls]\n";
    const CHAIN: &str = "certificate_file = \"rsa.pem\"\n";
    const KEY: &str = "key_file = \"rsa.pkcs1.pem\"\n";

    fn read(more: &str) -> Result<Config, Vec<String>> {
        let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/tls");
        Config::read(&format!("{DESK}{more}"), &beside, [])
            .map_err(|mistakes| mistakes.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn the_files_are_looked_up_beside_the_settings() {
        let config = read(&format!("{CHAIN}{KEY}")).unwrap();
        assert!(config.tls.as_ref().unwrap().certificate.covers("desk.example"));
        assert_eq!(config.warnings(), [""; 0]);
        let without = Config::read(DESK.trim_end_matches("[tls]\n"), Path::new(""), []).unwrap();
        assert!(without.tls.is_none() && without.warnings().is_empty());
    }

    #[test]
    fn mistakes_are_named_by_their_key() {
        let swapped = "certificate_file = \"rsa.pkcs1.pem\"\n";
        for (more, begins) in [
            (CHAIN.to_owned(), "`tls.key_file`: missing"),
            (KEY.to_owned(), "`tls.certificate_file`: missing"),
            (format!("{swapped}{KEY}"), "`tls.certificate_file`: "),
            (format!("{CHAIN}key_file = \"rsa.pem\"\n"), "`tls.key_file`: "),
            (format!("{CHAIN}key_file = \"absent.pem\"\n"), "`tls.key_file`: "),
            (format!("{CHAIN}{KEY}keyfile = 1\n"), "unknown key `tls.keyfile`; did you mean `key_file`?"),
        ] {
            let mistakes = read(&more).unwrap_err();
            assert!(mistakes.len() == 1 && mistakes[0].starts_with(begins), "{more}: {mistakes:?}");
        }
        assert_eq!(read("").unwrap_err().len(), 2);
    }
}
