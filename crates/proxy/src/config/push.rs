//! Messages that the centre sends by itself: section `[desks.cec.push]`.

use super::operator::{KEY_EXPECTED, key_text};
use super::secret::{self, Secret};
use super::section::{Section, filled};
use std::path::Path;
use std::time::Duration;

/// Section `[desks.cec.push]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushConfig {
    /// How the centre shows who it is. Key `mode`, default `bearer`.
    pub mode: PushMode,
    /// The key: what stands behind `Bearer`, or what signatures are made with. Key `key` or `key_file`, 32 to 512 visible
    /// ASCII characters.
    pub key: Secret,
    /// The key before, for as long as the centre still has it. Key `previous_key` or `previous_key_file`.
    pub previous_key: Option<Secret>,
    /// How often the centre is polled all the same, to find what it did not send; `None`: only while it does not answer
    /// otherwise. Key `check_s`, default 60, 0 for never.
    pub check: Option<Duration>,
}

/// How the centre shows who it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PushMode {
    /// `Authorization: Bearer …`: the vendor's OAuth mode. Word `bearer`.
    Bearer,
    /// `Authorization: auth-v2/…`, whose last part is not published. Word `signature`.
    Signature {
        /// The name of the key. Key `access_key`.
        access_key: String,
    },
}

pub(super) fn read(mut section: Section<'_>, beside: &Path) -> Option<PushConfig> {
    const NAME: &str = "the name of the key: 1 to 128 letters, digits, `-`, `_` and `.`";
    let signs = section.word("mode", false, &[("bearer", false), ("signature", true)]);
    let has_name = section.has("access_key");
    let access_key = section.get("access_key", NAME, access_key);
    let key = secret::given(&mut section, ("key", KEY_EXPECTED), "key_file", beside, key_text);
    let has_previous = section.has("previous_key") || section.has("previous_key_file");
    let previous = has_previous.then(|| {
        let key = ("previous_key", KEY_EXPECTED);
        secret::given(&mut section, key, "previous_key_file", beside, key_text)
    });
    let check = section.or("check_s", "a whole number of seconds from 10 to 3600, or 0", 60, check);
    match signs {
        Some(true) if !has_name => section.wrong("access_key", "missing", NAME),
        Some(false) if has_name => {
            section.wrong("access_key", "`mode` is `bearer`", "nothing, or `mode = \"signature\"`");
        }
        _ => {}
    }
    section.finish();
    let mode = match (signs?, access_key?) {
        (true, Some(access_key)) => PushMode::Signature { access_key },
        (false, None) => PushMode::Bearer,
        _ => return None,
    };
    let previous_key = match previous {
        None => None,
        Some(previous) => Some(previous?),
    };
    let check = Some(Duration::from_secs(check?)).filter(|check| !check.is_zero());
    Some(PushConfig { mode, key: key?, previous_key, check })
}

/// It is a part of a header whose parts are divided by `/`.
fn access_key(text: String) -> Result<String, String> {
    let text = filled(text)?;
    let good = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if text.len() <= 128 && text.bytes().all(good) { Ok(text) } else { Err("no such name".into()) }
}

fn check(seconds: i128) -> Result<u64, String> {
    let number = u64::try_from(seconds).ok().filter(|seconds| matches!(seconds, 0 | 10..=3600));
    number.ok_or_else(|| format!("{seconds} is out of range"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use secrecy::ExposeSecret as _;

    const KEY: &str = "0123456789abcdef0123456789abcdef0123456789a";

    fn read(url: &str, push: &str) -> Result<Config, Vec<String>> {
        let text = format!(
            "public_url = \"{url}\"\n[[desks]]\nid = \"shop\"\n[desks.cec]\nbase_url = \"https://service.example\"\n\
             app_key = \"k\"\napp_secret = \"s\"\nchannel_id = \"1\"\n[desks.cec.push]\n{push}"
        );
        Config::read(&text, Path::new(""), [])
            .map_err(|mistakes| mistakes.iter().map(ToString::to_string).collect())
    }

    fn push(text: &str) -> PushConfig {
        read("https://desk.example", text).unwrap().desks.remove(0).cec.push.unwrap()
    }

    #[test]
    fn a_key_is_enough_and_there_may_be_one_before() {
        let plain = push(&format!("key = \"{KEY}\""));
        assert_eq!((plain.mode, plain.previous_key), (PushMode::Bearer, None));
        assert_eq!(plain.check, Some(Duration::from_secs(60)));
        let text = format!("key = \"{KEY}x\"\nprevious_key = \"{KEY}\"\ncheck_s = 0");
        let two = push(&text);
        assert_eq!(two.previous_key.unwrap().expose_secret(), KEY);
        assert_eq!(two.check, None);
        let signed = push(&format!("mode = \"signature\"\naccess_key = \"ak-1\"\nkey = \"{KEY}\""));
        assert_eq!(signed.mode, PushMode::Signature { access_key: "ak-1".into() });
    }

    #[test]
    fn mistakes_are_named_and_keys_are_not() {
        let good = format!("key = \"{KEY}\"");
        for (text, expected) in [
            (String::new(), "`desks[0].cec.push.key`: missing; expected exactly one of `key` and `key_file`"),
            ("key = \"0123456789abcdef\"".into(), "the key has 16 characters"),
            (format!("{good}\nprevious_key = \"0123456789abcdef\""), "`desks[0].cec.push.previous_key`"),
            (format!("{good}\nmode = \"signature\""), "`desks[0].cec.push.access_key`: missing"),
            (format!("{good}\naccess_key = \"ak\""), "`mode` is `bearer`"),
            (format!("{good}\nmode = \"signature\"\naccess_key = \"a/b\""), "no such name"),
            (format!("{good}\ncheck_s = 5"), "5 is out of range"),
            (format!("{good}\nmode = \"none\""), "`none` is not known"),
            (format!("{good}\ntoken = 1"), "unknown key `desks[0].cec.push.token`"),
        ] {
            let mistakes = read("https://desk.example", &text).unwrap_err();
            assert!(mistakes.len() == 1 && mistakes[0].contains(expected), "{text}: {mistakes:?}");
            assert!(!mistakes[0].contains("0123456789"), "{mistakes:?}");
        }
    }

    #[test]
    fn words_of_visitors_are_not_sent_here_in_the_open() {
        let good = format!("key = \"{KEY}\"");
        let mistakes = read("http://desk.example", &good).unwrap_err();
        assert!(mistakes.len() == 1 && mistakes[0].contains("`desks[0].cec.push`"), "{mistakes:?}");
        assert!(mistakes[0].contains("https"), "{mistakes:?}");
        for url in ["http://127.0.0.1:8080", "http://localhost:8080"] {
            read(url, &good).unwrap();
        }
    }
}
