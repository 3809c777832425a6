//! The listener for the operator's own programs: section `[operator]`.

use super::address;
use super::secret::{self, Secret};
use super::section::Section;
use std::net::SocketAddr;
use std::path::Path;

/// The shortest and the longest key, in characters.
const LEAST_KEY: usize = 32;
const MOST_KEY: usize = 512;

/// What a key is.
pub(super) const KEY_EXPECTED: &str = "32 to 512 visible ASCII characters";

/// Section `[operator]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operator {
    /// Where it is served. Key `listen`, default `127.0.0.1:9091`.
    pub listen: SocketAddr,
    /// The key that every request carries. Key `key` or `key_file`, at least 32 visible ASCII characters.
    pub key: Secret,
    /// The key before, for as long as somebody still has it. Key `previous_key` or `previous_key_file`.
    pub previous_key: Option<Secret>,
    /// Calls of one desk in a minute. Key `calls_per_minute`, default 60.
    pub calls_per_minute: u32,
}

pub(super) fn read(mut section: Section<'_>, beside: &Path) -> Option<Operator> {
    let default = SocketAddr::from(([127, 0, 0, 1], 9091));
    let listen = section.or("listen", address::SOCKET_EXPECTED, default, address::socket);
    let wanted = KEY_EXPECTED;
    let key = secret::given(&mut section, ("key", wanted), "key_file", beside, key_text);
    let has_previous = section.has("previous_key") || section.has("previous_key_file");
    let previous = if has_previous {
        secret::given(&mut section, ("previous_key", wanted), "previous_key_file", beside, key_text).map(Some)
    } else {
        Some(None)
    };
    let calls = section.whole("calls_per_minute", "calls", 60, 1..=100_000);
    section.finish();
    Some(Operator {
        listen: listen?,
        key: key?,
        previous_key: previous?,
        calls_per_minute: u32::try_from(calls?).ok()?,
    })
}

/// It travels in a header. What is wrong is said without it.
pub(super) fn key_text(text: String) -> Result<Secret, String> {
    if !(LEAST_KEY..=MOST_KEY).contains(&text.len()) {
        Err(format!("the key has {} characters", text.chars().count()))
    } else if text.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(text.into())
    } else {
        Err("the key has a blank or another character that no header can carry".into())
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Config;
    use secrecy::ExposeSecret as _;
    use std::path::Path;

    const DESK: &str = "public_url = \"https://desk.example\"\nmetrics_listen = \"127.0.0.1:9090\"\n[[desks]]\n\
        id = \"shop\"\n[desks.cec]\nbase_url = \"https://service.example\"\napp_key = \"k\"\napp_secret = \"s\"\n\
        channel_id = \"1\"\n";
    const KEY: &str = "0123456789abcdef0123456789abcdef";

    fn read(section: &str) -> Result<Config, Vec<String>> {
        Config::read(&format!("{DESK}{section}"), Path::new("."), [])
            .map_err(|mistakes| mistakes.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_key_is_all_that_is_needed_and_a_second_one_may_be_there() {
        assert!(read("").unwrap().operator.is_none(), "nothing listens");
        let operator = read(&format!("[operator]\nkey = \"{KEY}\"")).unwrap().operator.unwrap();
        assert_eq!(operator.listen.to_string(), "127.0.0.1:9091");
        assert_eq!((operator.key.expose_secret(), operator.calls_per_minute), (KEY, 60));
        assert!(operator.previous_key.is_none() && !format!("{operator:?}").contains(KEY));
        let folder = std::env::temp_dir().join(format!("frontdesk-operator-{}", std::process::id()));
        std::fs::write(&folder, format!("{KEY}\n")).unwrap();
        let file = folder.display();
        let two =
            format!("[operator]\nlisten = \"[::1]:0\"\nkey = \"{KEY}x\"\nprevious_key_file = \"{file}\"");
        let operator = read(&two).unwrap().operator.unwrap();
        std::fs::remove_file(&folder).unwrap();
        assert_eq!(operator.previous_key.unwrap().expose_secret(), KEY);
    }

    #[test]
    fn mistakes_are_named_and_keys_are_not() {
        let good = format!("key = \"{KEY}\"");
        for (more, expected) in [
            ("", "`operator.key`: missing; expected exactly one of `key` and `key_file`"),
            ("key = \"0123456789abcdef\"", "`operator.key`: the key has 16 characters"),
            ("key = \"0123456789abcdef 0123456789abcdef\"", "no header can carry"),
            (
                &format!("{good}\nprevious_key = \"0123456789abcdef\""),
                "`operator.previous_key`: the key has 16",
            ),
            (
                &format!("{good}\nlisten = \"127.0.0.1:8080\""),
                "`operator.listen`: `listen` is 127.0.0.1:8080 already",
            ),
            (
                &format!("{good}\nlisten = \"0.0.0.0:8080\""),
                "`operator.listen`: `listen` is 127.0.0.1:8080 already",
            ),
            (
                &format!("{good}\nlisten = \"127.0.0.1:9090\""),
                "`operator.listen`: `metrics_listen` is 127.0.0.1:9090 already",
            ),
            (&format!("{good}\ncalls_per_minute = 0"), "operator.calls_per_minute"),
            (&format!("{good}\nports = 1"), "unknown key `operator.ports`"),
        ] {
            let mistakes = read(&format!("[operator]\n{more}")).unwrap_err();
            assert!(mistakes.len() == 1 && mistakes[0].contains(expected), "{more}: {mistakes:?}");
            assert!(!mistakes[0].contains("0123456789"), "{mistakes:?}");
        }
    }

    #[test]
    fn a_listener_that_others_can_reach_is_warned_of() {
        let warned = |listen: &str| {
            let config = read(&format!("[operator]\nkey = \"{KEY}\"\nlisten = \"{listen}\"")).unwrap();
            config.warnings().iter().any(|line| line.starts_with("`operator.listen`"))
        };
        assert!(warned("0.0.0.0:9091") && warned("192.0.2.1:9091"));
        assert!(!warned("127.0.0.1:9091") && !warned("[::1]:9091"));
    }
}
