use super::*;
use crate::tests::tls::pem;
use rcgen::{CertificateParams, KeyPair};
use std::time::Duration;

/// A folder that is removed at the end.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).unwrap();
    }
}

impl Folder {
    fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("frontdesk-tls-{:x}", rand::random::<u64>()));
        std::fs::create_dir(&folder).unwrap();
        Self(folder)
    }

    fn put(&self, certificate: &str, key: &str) -> Files {
        let files = Files { certificate: self.0.join("chain.pem"), key: self.0.join("key.pem") };
        std::fs::write(&files.certificate, certificate).unwrap();
        std::fs::write(&files.key, key).unwrap();
        files
    }
}

fn made(names: &[&str]) -> (String, KeyPair) {
    let key = KeyPair::generate().unwrap();
    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
    let mut params = CertificateParams::new(names).unwrap();
    params.not_before = rcgen::date_time_ymd(2026, 1, 1);
    params.not_after = rcgen::date_time_ymd(2026, 7, 1);
    (pem("CERTIFICATE", params.self_signed(&key).unwrap().der()), key)
}

fn pkcs8(key: &KeyPair) -> String {
    pem("PRIVATE KEY", key.serialized_der())
}

/// The key as SEC1 has it: what PKCS#8 holds for a key of P-256, behind 29 bytes.
fn sec1(key: &KeyPair) -> String {
    pem("EC PRIVATE KEY", &key.serialized_der()[29..])
}

fn day(days_before_the_end: u64) -> SystemTime {
    // 2026-07-01.
    UNIX_EPOCH + Duration::from_secs(1_782_864_000 - days_before_the_end * 86_400)
}

#[test]
fn a_certificate_is_read_with_keys_of_all_forms() {
    let folder = Folder::new();
    let (pem, key) = made(&["desk.example", "*.bank.example", "192.0.2.7"]);
    for form in [pkcs8(&key), sec1(&key)] {
        let certificate = Certificate::read(&folder.put(&pem, &form)).unwrap();
        assert_eq!(certificate.ends_s(), 1_782_864_000);
        for host in ["desk.example", "DESK.example", "a.bank.example", "192.0.2.7"] {
            assert!(certificate.covers(host), "{host}");
        }
        for host in ["bank.example", "a.b.bank.example", "192.0.2.8", "[::1]", "", "no host"] {
            assert!(!certificate.covers(host), "{host}");
        }
    }
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/tls");
    let files = Files { certificate: data.join("rsa.pem"), key: data.join("rsa.pkcs1.pem") };
    assert!(Certificate::read(&files).unwrap().covers("desk.example"));
}

#[test]
fn what_is_wrong_is_said_with_its_key_and_without_what_is_in_it() {
    let folder = Folder::new();
    let (pem, key) = made(&["desk.example"]);
    let (other, _) = made(&["desk.example"]);
    let key = pkcs8(&key);
    let certificate = "`tls.certificate_file`: ";
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let canary = "-----BEGIN PRIVATE KEY-----\nY2FuYXJ5\n-----END PRIVATE KEY-----\n";
    let encrypted = canary.replace("PRIVATE", "ENCRYPTED PRIVATE");
    let long = "x".repeat(300_000);
    for (chain, secret, begins, says) in [
        (other.as_str(), key.as_str(), "`tls.key_file`: ", "is not that of the first certificate"),
        ("", &key, certificate, "holds no certificate"),
        (&key, &key, certificate, "holds no certificate"),
        (broken, &key, certificate, "cannot be read"),
        (&long, &key, certificate, "longer than"),
        (&pem, &pem, "`tls.key_file`: ", "holds no private key"),
        (&pem, &encrypted, "`tls.key_file`: ", "is encrypted"),
        (&pem, canary, "`tls.key_file`: ", "of no kind that is known"),
    ] {
        let wrong = Certificate::read(&folder.put(chain, secret)).unwrap_err().to_string();
        assert!(wrong.starts_with(begins) && wrong.contains(says), "{wrong}");
        assert!(!wrong.contains("canary") && !wrong.contains("Y2Fu") && !wrong.contains('\n'), "{wrong}");
    }
    let absent = Files { certificate: folder.0.join("absent.pem"), key: folder.0.join("key.pem") };
    assert!(Certificate::read(&absent).unwrap_err().to_string().contains("absent.pem: "));
}

#[test]
fn what_is_probably_not_meant_is_told() {
    let folder = Folder::new();
    let (pem, key) = made(&["desk.example"]);
    let certificate = Certificate::read(&folder.put(&pem, &pkcs8(&key))).unwrap();
    let told = |url: &str, at: SystemTime| certificate.warnings(url, at);
    assert_eq!(told("https://desk.example:8443", day(20)), Vec::<String>::new());
    for (url, at, says) in [
        ("https://desk.example", day(14) + Duration::from_secs(1), "ends in 13 days"),
        ("https://desk.example", day(0), "has ended"),
        ("https://desk.example", day(300), "is not valid yet"),
        ("https://shop.example", day(20), "is not for `shop.example`"),
        ("http://desk.example", day(20), "begins with http://"),
    ] {
        let told = told(url, at);
        assert!(told.len() == 1 && told[0].contains(says), "{told:?}");
    }
}
