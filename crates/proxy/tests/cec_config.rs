//! Settings: a good file, the environment over it, and every mistake by its name.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail so")]

use frontdesk_proxy::config::{
    Cidr, Config, Dialect, MediaContent, MessageIds, Mistake, OnLinger, PollKind, ReadContent, Staff, StoreAt,
};
use secrecy::ExposeSecret;
use std::path::{Path, PathBuf};
use std::time::Duration;

const GOOD: &str = r#"
listen = "127.0.0.1:8080"
public_url = "https://desk.example"
metrics_listen = "127.0.0.1:9090"
store = "redb:frontdesk.redb"
retention_hours = 24

[limits]
trusted_proxies = ["10.0.0.0/8", "::1"]

[[desks]]
id = "shop"
origins = ["https://shop.example"]
title = "Shop"
linger_s = 180
on_linger = "disconnect"
[desks.cec]
base_url = "https://service.example"
app_key = "ak-1"
app_secret = "canary-secret"
channel_id = "202201077401331370"
dialect = "2.6"
message_id = "deduplicated"
poll = "repeats"
history = true
poll_interval_ms = [500, 5000]
[desks.calls]
gateways = ["wss://gw.example"]
ice_servers = ["stun:stun.example", { urls = ["turn:turn.example"], username = "u", credential = "canary-turn" }]
"#;

const SHORT: &str = r#"
public_url = "http://localhost:8080"
[[desks]]
id = "shop"
[desks.cec]
base_url = "http://127.0.0.1:8181"
app_key = "ak-1"
app_secret = "canary-secret"
channel_id = "42"
"#;

fn read(text: &str, variables: &[(&str, &str)]) -> Result<Config, Vec<Mistake>> {
    let variables = variables.iter().map(|(name, value)| ((*name).into(), (*value).into()));
    Config::read(text, Path::new("/nowhere"), variables)
}

/// The mistakes as an operator reads them.
fn told(text: &str, variables: &[(&str, &str)]) -> Vec<String> {
    let mistakes: Vec<_> = read(text, variables).unwrap_err().iter().map(ToString::to_string).collect();
    for line in &mistakes {
        assert!(!line.contains('\n') && !line.contains("canary"), "{line}");
    }
    mistakes
}

/// The only mistake after one line was changed.
fn mistake(from: &str, to: &str) -> String {
    assert!(GOOD.contains(from), "{from}");
    let told = told(&GOOD.replace(from, to), &[]);
    assert_eq!(told.len(), 1, "{told:?}");
    told.into_iter().next().unwrap()
}

#[test]
fn a_server_as_the_store_is_read_with_its_password() {
    let store = |line: &str| {
        let config = read(&GOOD.replace("store = \"redb:frontdesk.redb\"", line), &[]).unwrap();
        let told = format!("{config:?}");
        assert!(!told.contains("s/cret"), "{told}");
        let warned = config.warnings().iter().any(|warning| warning.contains("store_accept_loss"));
        match config.store {
            StoreAt::Valkey(server) => {
                let password = server.password.map(|password| password.expose_secret().to_owned());
                assert_eq!(warned, server.accept_loss);
                (server.host, server.port, server.tls, server.database, server.user, password)
            }
            other => unreachable!("{other:?}"),
        }
    };
    let secret = || Some("s/cret".to_owned());
    assert_eq!(store("store = \"valkey://host\""), ("host".into(), 6379, false, 0, None, None));
    assert_eq!(
        store("store = \"valkeys://me:s%2Fcret@[::1]:7000/3\"\nstore_accept_loss = true"),
        ("::1".into(), 7000, true, 3, Some("me".into()), secret())
    );
    assert_eq!(
        store("store = \"redis://127.0.0.1:1\"\nstore_password = \"s/cret\""),
        ("127.0.0.1".into(), 1, false, 0, None, secret())
    );
}

#[test]
fn a_whole_file_is_read() {
    let config = read(GOOD, &[]).unwrap();
    assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.public_url, "https://desk.example");
    assert!(matches!(&config.store, StoreAt::Redb(path) if path == Path::new("frontdesk.redb")));
    assert_eq!(config.retention, Duration::from_secs(86_400));
    let desk = config.desk("shop").unwrap();
    assert_eq!((desk.title.as_deref(), desk.on_linger), (Some("Shop"), OnLinger::Disconnect));
    assert_eq!(desk.linger, Duration::from_secs(180));
    assert_eq!(desk.cec.base_url.as_str(), "https://service.example/");
    assert_eq!(desk.cec.app_secret.expose_secret(), "canary-secret");
    assert_eq!((desk.cec.dialect, desk.cec.message_id), (Dialect::V2_6, MessageIds::Deduplicated));
    assert_eq!((desk.cec.poll, desk.cec.history), (PollKind::Repeats, true));
    assert_eq!(
        (desk.cec.poll_listening, desk.cec.poll_idle),
        (Duration::from_secs(2), Duration::from_secs(5))
    );
    assert_eq!(desk.calls.as_ref().unwrap().ice_servers.len(), 2);
    assert!(!format!("{config:?}").contains("canary"), "no secret in Debug");
}

#[test]
fn the_older_dialect_has_no_history_whatever_is_set() {
    let config = read(&GOOD.replace("\"2.6\"", "\"2.5\""), &[]).unwrap();
    assert_eq!((config.desks[0].cec.dialect, config.desks[0].cec.history), (Dialect::V2_5, false));
}

#[test]
fn a_short_file_gets_the_defaults() {
    let config = read(SHORT, &[]).unwrap();
    assert_eq!((config.log.as_str(), config.assets.as_path()), ("info", Path::new("dist")));
    assert_eq!((config.metrics_listen, config.limits.sessions), (None, 50_000));
    let desk = &config.desks[0];
    assert_eq!((desk.title.as_deref(), desk.on_linger), (None, OnLinger::Stop));
    assert_eq!((desk.cec.robot, desk.cec.agent, desk.cec.text_max_bytes), (true, true, 1024));
    assert_eq!(
        (desk.cec.timeout, desk.cec.token_expire),
        (Duration::from_secs(15), Duration::from_secs(600))
    );
    assert!(desk.calls.is_none() && desk.origins.is_empty());
}

#[test]
fn the_environment_lies_over_the_file() {
    let config = read(
        SHORT,
        &[
            ("FRONTDESK__LISTEN", "0.0.0.0:9000"),
            ("FRONTDESK__RETENTION_HOURS", "48"),
            ("FRONTDESK__LIMITS__TRUSTED_PROXIES", "10.0.0.0/8, 192.168.0.1"),
            ("FRONTDESK__DESKS__0__ORIGINS", r#"["https://a.example"]"#),
            ("FRONTDESK__DESKS__0__ORIGINS__1", "https://b.example"),
            ("FRONTDESK__DESKS__0__CEC__APP_SECRET", "12345"),
            ("FRONTDESK__DESKS__0__CEC__HISTORY", "true"),
            ("FRONTDESK__DESKS__0__CEC__POLL_INTERVAL_MS", "[100, 200]"),
            ("FRONTDESK__DESKS__1__ID", "help"),
            ("FRONTDESK__DESKS__1__CEC__BASE_URL", "http://127.0.0.1:1"),
            ("FRONTDESK__DESKS__1__CEC__APP_KEY", "ak-2"),
            ("FRONTDESK__DESKS__1__CEC__APP_SECRET", "other"),
            ("FRONTDESK__DESKS__1__CEC__CHANNEL_ID", "43"),
            ("FRONTDESKTOP", "not ours"),
        ],
    );
    // A list that is given as a whole is not added to.
    let wrong = config.unwrap_err();
    assert_eq!(wrong.len(), 1);
    assert!(wrong[0].to_string().contains("FRONTDESK__DESKS__0__ORIGINS__1"), "{}", wrong[0]);

    let config = read(
        SHORT,
        &[
            ("FRONTDESK__LISTEN", "0.0.0.0:9000"),
            ("FRONTDESK__RETENTION_HOURS", "48"),
            ("FRONTDESK__LIMITS__TRUSTED_PROXIES", "10.0.0.0/8, 192.168.0.1"),
            ("FRONTDESK__DESKS__0__ORIGINS__0", "https://a.example"),
            ("FRONTDESK__DESKS__0__ORIGINS__1", "https://b.example"),
            ("FRONTDESK__DESKS__0__CEC__APP_SECRET", "12345"),
            ("FRONTDESK__DESKS__0__CEC__HISTORY", "true"),
            ("FRONTDESK__DESKS__0__CEC__POLL_INTERVAL_MS", "[100, 200]"),
            ("FRONTDESK__DESKS__1__ID", "help"),
            ("FRONTDESK__DESKS__1__CEC__BASE_URL", "http://127.0.0.1:1"),
            ("FRONTDESK__DESKS__1__CEC__APP_KEY", "ak-2"),
            ("FRONTDESK__DESKS__1__CEC__APP_SECRET", "other"),
            ("FRONTDESK__DESKS__1__CEC__CHANNEL_ID", "43"),
        ],
    );
    let config = config.unwrap();
    assert_eq!((config.listen.port(), config.retention), (9000, Duration::from_secs(48 * 3600)));
    assert_eq!(config.limits.trusted_proxies.len(), 2);
    assert_eq!(config.desks[0].origins, ["https://a.example", "https://b.example"]);
    assert_eq!(config.desks[0].cec.app_secret.expose_secret(), "12345");
    assert!(config.desks[0].cec.history);
    assert_eq!(config.desks[0].cec.poll_busy, Duration::from_millis(100));
    assert_eq!(config.desks[1].id, "help");
}

#[test]
fn a_secret_may_be_in_a_file_and_the_environment_takes_its_place_either_way() {
    let folder = std::env::temp_dir().join(format!("frontdesk-config-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let in_folder = |text: &str, variables: &[(&str, &str)]| {
        let variables = variables.iter().map(|(name, value)| ((*name).into(), (*value).into()));
        let config = Config::read(text, &folder, variables)?;
        Ok::<_, Vec<Mistake>>(config.desks[0].cec.app_secret.expose_secret().to_owned())
    };
    std::fs::write(folder.join("secret"), "from-the-file\n").unwrap();
    std::fs::write(folder.join("empty"), "\n").unwrap();
    let by_file = SHORT.replace("app_secret = \"canary-secret\"", "app_secret_file = \"secret\"");
    assert_eq!(in_folder(&by_file, &[]).as_deref(), Ok("from-the-file"));
    let plain = ("FRONTDESK__DESKS__0__CEC__APP_SECRET", "from-outside");
    let file = ("FRONTDESK__DESKS__0__CEC__APP_SECRET_FILE", "secret");
    assert_eq!(in_folder(&by_file, &[plain]).as_deref(), Ok("from-outside"));
    assert_eq!(in_folder(SHORT, &[file]).as_deref(), Ok("from-the-file"));
    assert_eq!(in_folder(SHORT, &[plain, file]).unwrap_err().len(), 1);
    let empty = in_folder(&by_file.replace("\"secret\"", "\"empty\""), &[]).unwrap_err();
    assert!(empty[0].to_string().ends_with("/empty: empty; expected the name of a file that can be read"));
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn the_password_of_a_turn_server_may_be_in_a_file_as_well() {
    let folder = std::env::temp_dir().join(format!("frontdesk-config-{}-turn", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("turn"), "canary-of-the-file\n").unwrap();
    std::fs::write(folder.join("empty"), "\n").unwrap();
    std::fs::write(folder.join("two"), "canary\ncanary").unwrap();
    let with = |keys: &str, variables: &[(&str, &str)]| {
        let variables = variables.iter().map(|(name, value)| ((*name).into(), (*value).into()));
        let text = GOOD.replace("credential = \"canary-turn\"", keys);
        let config = Config::read(&text, &folder, variables)
            .map_err(|mistakes| mistakes.iter().map(ToString::to_string).collect::<Vec<_>>())?;
        assert!(!format!("{config:?}").contains("canary"), "no secret in Debug");
        let server = &config.desks[0].calls.as_ref().unwrap().ice_servers[1];
        Ok::<_, Vec<String>>(server.credential.as_ref().unwrap().expose_secret().to_owned())
    };
    let (plain, by_file) = ("credential = \"canary-turn\"", "credential_file = \"turn\"");
    assert_eq!(with(plain, &[]).as_deref(), Ok("canary-turn"));
    assert_eq!(with(by_file, &[]).as_deref(), Ok("canary-of-the-file"));
    let outside = ("FRONTDESK__DESKS__0__CALLS__ICE_SERVERS__1__CREDENTIAL", "from-outside");
    let outside_file = ("FRONTDESK__DESKS__0__CALLS__ICE_SERVERS__1__CREDENTIAL_FILE", "turn");
    assert_eq!(with(by_file, &[outside]).as_deref(), Ok("from-outside"));
    assert_eq!(with(plain, &[outside_file]).as_deref(), Ok("canary-of-the-file"));
    let both = format!("{plain}, {by_file}");
    for (keys, variables, wanted) in [
        (both.as_str(), vec![], "both `credential` and `credential_file`"),
        (plain, vec![outside, outside_file], "both `credential` and `credential_file`"),
        ("credential_file = \"absent\"", vec![], "/absent: "),
        ("credential_file = \"empty\"", vec![], "/empty: empty"),
        ("credential_file = \"two\"", vec![], "/two: holds a line break"),
        ("credential = \" \"", vec![], "empty"),
        ("credentials = \"canary\"", vec![], "unknown key `credentials`"),
    ] {
        let told = with(keys, &variables).unwrap_err();
        assert!(told.len() == 1 && told[0].starts_with("`desks[0].calls.ice_servers`: "), "{told:?}");
        assert!(told[0].contains(wanted) && !told[0].contains("canary"), "{told:?}");
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn each_mistake_is_named_with_what_is_expected() {
    for (from, to, expected) in [
        ("app_key =", "app_keys =", "`desks[0].cec.app_key`: missing"),
        (
            "listen = \"127.0.0.1:8080\"",
            "listen = \"localhost\"",
            "`listen`: `localhost` is not an address with port",
        ),
        (
            "\"https://desk.example\"",
            "\"https://desk.example/\"",
            "`public_url`: `https://desk.example/` ends with a slash",
        ),
        (
            "https://shop.example\"]",
            "https://shop.example/app\"]",
            "has a path; write `https://shop.example`",
        ),
        ("https://shop.example\"]", "https://*.shop.example\"]", "a star is not accepted"),
        ("https://shop.example\"]", "null\"]", "`null` is not accepted"),
        ("https://shop.example\"]", "HTTPS://Shop.example\"]", "write `https://shop.example`"),
        ("https://shop.example\"]", "https://shop.example:443\"]", "write `https://shop.example`"),
        ("https://shop.example\"]", "https://例子.example\"]", "write `https://xn--fsqu00a.example`"),
        ("https://shop.example\"]", "shop.example\"]", "`desks[0].origins`"),
        ("https://shop.example\"]", "file:///x\"]", "does not begin with https:// or http://"),
        ("https://shop.example\"]", "https://a@shop.example\"]", "a user name or password"),
        ("https://shop.example\"]", "https://a.example\", \"https://a.example\"]", "is given twice"),
        ("redb:frontdesk.redb", "valkey://", "the store's host is missing"),
        (
            "redb:frontdesk.redb",
            "valkey://host:port",
            "the address of the store is none: invalid port number",
        ),
        ("redb:frontdesk.redb", "redis://host/zero", "the store's database is not a number from 0 up"),
        ("redb:frontdesk.redb", "rediss://host/0?timeout=1", "the store's address has a part after ? or #"),
        ("redb:frontdesk.redb", "valkye://:secret@host", "this is no store"),
        (
            "redb:frontdesk.redb\"",
            "redb:frontdesk.redb\"\nstore_accept_loss = true",
            "`store_accept_loss`: the store is no server",
        ),
        (
            "redb:frontdesk.redb\"",
            "valkey://:one@host\"\nstore_password = \"two\"",
            "a password stands in `store` as well",
        ),
        ("redb:frontdesk.redb", "redb:", "without a path"),
        (
            "redb:frontdesk.redb",
            "sqlite",
            "`sqlite` is no store; expected `redb:PATH`, `valkey://HOST:PORT/DATABASE` or `memory`",
        ),
        (
            "retention_hours = 24",
            "retention_hours = 0",
            "0 is out of range; expected a whole number of hours from 1 to",
        ),
        ("retention_hours = 24", "retention_hours = \"24\"", "`retention_hours`: not a number"),
        ("retention_hours = 24", "retention_hours = 1.5", "1.5 is not a whole number"),
        ("[500, 5000]", "[5000, 500]", "the first number, 5000, is greater than the second, 500"),
        ("[500, 5000]", "[500]", "1 numbers instead of two"),
        ("[500, 5000]", "[1, 500]", "[1, 500] is out of range"),
        ("\"https://service.example\"", "\"https://service.example/apiaccess\"", "`desks[0].cec.base_url`"),
        ("dialect = \"2.6\"", "dialect = \"2.7\"", "`2.7` is not known; expected `2.6` or `2.5`"),
        ("id = \"shop\"", "id = \"my shop\"", "`desks[0].id`: `my shop` is no id"),
        ("app_secret = \"canary-secret\"", "", "`desks[0].cec.app_secret`: missing; expected exactly one of"),
        ("app_secret = ", "app_secret_file = \"s\"\napp_secret = ", "No such file"),
        (
            "app_secret = \"canary-secret\"",
            "app_secret = 5",
            "`desks[0].cec.app_secret`: not a text in quotes",
        ),
        ("app_secret = \"canary-secret\"", "app_secret = \"canary\\nx\"", "holds a line break"),
        ("wss://gw.example", "https://gw.example", "does not begin with wss://"),
        ("stun:stun.example", "stun.example", "is no address of a STUN or TURN server"),
        ("10.0.0.0/8", "10.0.0.0/33", "`10.0.0.0/33`: more bits than the address has"),
        ("[limits]", "[limit]", "unknown key `limit`; did you mean `limits`?"),
        ("linger_s = 180", "linger = 180", "unknown key `desks[0].linger`; did you mean `linger_s`?"),
        ("[limits]", "log = \"a=b=c\"\n[limits]", "`log`: `a=b=c` is no filter"),
    ] {
        if from == "app_key =" || to.contains("app_secret_file") {
            assert!(told(&GOOD.replace(from, to), &[]).iter().any(|line| line.contains(expected)), "{to}");
        } else {
            let line = mistake(from, to);
            assert!(line.contains(expected), "{line}");
        }
    }
}

#[test]
fn all_mistakes_are_told_at_once() {
    let text = r#"
        listen = 8080
        public_url = "desk.example"
        colour = "red"
        [[desks]]
        id = "a"
        [desks.cec]
        app_keys = "ak"
        timeout_s = 0
        [[desks]]
        id = "a"
    "#;
    let expected = [
        "`listen`: not a text in quotes; expected an address with port, such as 127.0.0.1:8080",
        "`public_url`: `desk.example`: relative URL without a base; expected an exact origin such as",
        "`desks[0].cec.base_url`: missing",
        "`desks[0].cec.app_key`: missing",
        "`desks[0].cec.app_secret`: missing; expected exactly one of `app_secret` and `app_secret_file`",
        "`desks[0].cec.channel_id`: missing",
        "`desks[0].cec.timeout_s`: 0 is out of range; expected a whole number of seconds from 1 to 120",
        "unknown key `desks[0].cec.app_keys`; did you mean `app_key`?",
        "`desks[1].id`: another desk is called `a` already",
        "`desks[1].cec`: missing; expected a table [desks.cec] with the contact centre",
        "unknown key `colour`",
    ];
    let told = told(text, &[]);
    assert_eq!(told.len(), expected.len(), "{told:#?}");
    for (line, expected) in told.iter().zip(expected) {
        assert!(line.starts_with(expected), "{line}\n{expected}");
    }
}

#[test]
fn a_broken_file_is_told_by_its_place_and_not_by_its_text() {
    let broken = GOOD.replace("\"canary-secret\"", "\"canary-secret");
    let told = told(&broken, &[]);
    assert!(told[0].starts_with("line 20, column "), "{told:?}");
    let missing = Config::load(&PathBuf::from("/nowhere/frontdesk.toml")).unwrap_err();
    assert!(missing[0].to_string().starts_with("cannot read /nowhere/frontdesk.toml: "));
}

#[test]
fn variables_that_fit_nowhere_are_named() {
    for (name, expected) in [
        ("FRONTDESK__LISTNE", "unknown key `listne`; did you mean `listen`?"),
        ("FRONTDESK__LISTEN__0", "`FRONTDESK__LISTEN__0`: `listen` has no parts"),
        ("FRONTDESK__DESKS__X__ID", "`desks` is a list: a number must follow it"),
        ("FRONTDESK__DESKS__7__ID", "`desks` has only 1 entries before this one"),
        ("FRONTDESK__", "the name is no path of keys"),
    ] {
        let told = told(&format!("listen = \"127.0.0.1:1\"\n{SHORT}"), &[(name, "1")]);
        assert!(told.iter().any(|line| line.contains(expected)), "{name}: {told:?}");
    }
}

#[test]
fn networks_contain_their_addresses() {
    for (network, address, inside) in [
        ("10.0.0.0/8", "10.1.2.3", true),
        ("10.0.0.0/8", "11.1.2.3", false),
        ("10.0.0.0/8", "::ffff:10.1.2.3", true),
        ("192.168.0.1", "192.168.0.1", true),
        ("192.168.0.1", "192.168.0.2", false),
        ("0.0.0.0/0", "8.8.8.8", true),
        ("0.0.0.0/0", "2001:db8::1", false),
        ("2001:db8::/32", "2001:db8:1::1", true),
        ("::/0", "::1", true),
        ("::1", "::2", false),
    ] {
        let network: Cidr = network.parse().unwrap();
        assert_eq!(network.contains(address.parse().unwrap()), inside, "{network} {address}");
    }
    for wrong in ["", "10.0.0.0/33", "::/129", "10.0.0/8", "10.0.0.0/", "example.org"] {
        assert!(wrong.parse::<Cidr>().is_err(), "{wrong}");
    }
}

#[test]
fn settings_that_cannot_be_meant_are_mistakes() {
    for (seconds, warned) in [("9", true), ("10", false)] {
        let short = GOOD.replace("linger_s = 180", &format!("linger_s = {seconds}"));
        let warnings = read(&short, &[]).unwrap().warnings();
        assert_eq!(warnings.iter().any(|line| line.contains("`desks[0].linger_s`")), warned, "{warnings:?}");
    }
    for listen in ["127.0.0.1:9090", "0.0.0.0:9090"] {
        let both = told(GOOD, &[("FRONTDESK__LISTEN", listen)]);
        let line = format!("`metrics_listen`: `listen` is {listen} already; expected an address of its own");
        assert_eq!(both, [line]);
    }
    for listen in ["127.0.0.2:9090", "127.0.0.1:9091"] {
        assert!(read(GOOD, &[("FRONTDESK__LISTEN", listen)]).is_ok());
    }
    for (title, wrong) in
        [(" ", "empty"), ("a\tb", "a control character is in it"), (&"字".repeat(101), "101 characters")]
    {
        let titled = told(&GOOD.replace("\"Shop\"", &format!("{title:?}")), &[]);
        let expected = "a text of 1 to 100 characters in one line";
        assert_eq!(titled, [format!("`desks[0].title`: {wrong}; expected {expected}")]);
    }
    let swapped = told(&GOOD.replace("title =", "tilte ="), &[]);
    assert_eq!(swapped, ["unknown key `desks[0].tilte`; did you mean `title`?"]);
}

#[test]
fn words_that_travel_unencrypted_are_warned_of() {
    for (url, warned) in [
        ("https://service.example", false),
        ("http://127.0.0.1:8181", false),
        ("http://[::1]:8181", false),
        ("http://localhost:8181", false),
        ("http://service.example", true),
        ("http://10.0.0.7", true),
    ] {
        let warnings = read(&GOOD.replace("https://service.example", url), &[]).unwrap().warnings();
        assert_eq!(warnings.len(), usize::from(warned), "{url} {warnings:?}");
        assert!(warnings.iter().all(|line| line.contains("`desks[0].cec.base_url`") && !line.contains('\n')));
    }
}

#[test]
fn what_a_centre_wants_otherwise_is_set_and_checked() {
    let with = |more: &str| SHORT.replace("channel_id = \"42\"", &format!("channel_id = \"42\"\n{more}"));
    let plain = read(SHORT, &[]).unwrap().desks.remove(0).cec;
    assert_eq!((plain.media_content, plain.read_content), (MediaContent::KeyAndType, ReadContent::List));
    assert_eq!((plain.locations, plain.media_as_files, plain.trans_data.clone()), (false, false, None));
    assert_eq!(plain.file_timeout, Duration::from_secs(120));
    assert_eq!(
        ["jpg", "jpeg", "bmp", "txt"].map(|name| plain.upload_type(name)),
        [Some("jpg"), Some("jpg"), None, Some("txt")]
    );

    let good = with(
        r#"
media_content = "objectKey"
media_as_files = true
extra_upload_types = ["jpeg", "bmp"]
locations = true
read_content = "empty"
connect_content = "start"
trans_data = '{"tier":"gold"}'
call_links = ["https://call.example/join*"]
video_call_links = ["https://call.example/video*"]
file_timeout_s = 30
"#,
    );
    let cec = read(&good, &[]).unwrap().desks.remove(0).cec;
    assert_eq!((cec.media_content, cec.read_content), (MediaContent::Key, ReadContent::Empty));
    assert_eq!(["jpeg", "bmp", "exe"].map(|name| cec.upload_type(name)), [Some("jpeg"), Some("bmp"), None]);
    assert_eq!(
        (cec.connect_content.as_str(), cec.trans_data.as_deref()),
        ("start", Some(r#"{"tier":"gold"}"#))
    );
    let video = |address: &str| cec.call_links.video(&address.parse().unwrap());
    assert_eq!(video("https://call.example/join/1"), Some(false));
    assert_eq!(video("https://call.example/video/1"), Some(true));
    assert_eq!(video("https://call.example/x"), None);

    for (line, told_of) in [
        ("media_content = \"key\"", "media_content`: `key` is not known"),
        ("extra_upload_types = [\".bmp\"]", "`.bmp` is no file type"),
        ("connect_content = \"a\\nb\"", "control character"),
        ("trans_data = '[1]'", "not an object"),
        ("trans_data = '{'", "not JSON at column"),
        ("call_links = [\"http://call.example/join*\"]", "not https"),
        ("video_call_links = [\"https://call.example*\"]", "needs a path"),
        ("read_content = \"all\"", "`list` or `empty` or `off`"),
        ("file_timeout_s = 5", "from 10 to 600"),
        ("locatons = true", "`locations`"),
    ] {
        let told = told(&with(line), &[]).join("; ");
        assert!(told.contains(told_of), "{line}: {told}");
    }
}

#[test]
fn staff_place_calls_only_where_the_site_says_who_they_are() {
    let identity = "mode = \"optional\"\nkeys = [{ kid = \"a\", algorithm = \"HS256\", secret = \
                    \"0123456789abcdef0123456789abcdef\" }]\n";
    let with = |calls: &str, identity: &str| {
        let calls = format!("gateways = [\"wss://gw.example\"]\n{calls}");
        format!("{SHORT}[desks.calls]\n{calls}\n[desks.identity]\n{identity}")
    };
    let staff = |calls: &str| {
        let config = read(&with(calls, identity), &[]).unwrap();
        config.desk("shop").unwrap().calls.clone().unwrap().staff
    };
    assert_eq!(staff(""), None);
    assert_eq!(staff("staff = true"), Some(Staff { caller: None }));
    let caller = Some("+861012345678".into());
    assert_eq!(staff("staff = true\nstaff_caller = \"+86 10-1234 5678\""), Some(Staff { caller }));
    for (calls, identity, expected) in [
        (
            "staff = true",
            "",
            "`desks[0].calls.staff`: nobody vouches for staff; expected `mode` of [desks.identity]",
        ),
        ("staff_caller = \"1\"", identity, "`desks[0].calls.staff_caller`: staff place no calls"),
        ("staff = true\nstaff_caller = \"me\"", identity, "`desks[0].calls.staff_caller`: `me` is no number"),
        ("staff = \"yes\"", identity, "`desks[0].calls.staff`: neither true nor false"),
    ] {
        let mistakes = told(&with(calls, identity), &[]);
        assert!(mistakes.len() == 1 && mistakes[0].starts_with(expected), "{mistakes:?}");
    }
}

#[test]
fn how_much_a_centre_is_asked_is_set_and_checked() {
    let guard =
        |lines: &str| GOOD.replace("[desks.calls]", &format!("[desks.guard]\n{lines}\n[desks.calls]"));
    let usual = read(GOOD, &[]).unwrap().desks.remove(0).guard;
    assert_eq!(usual, read(&guard(""), &[]).unwrap().desks.remove(0).guard);
    assert_eq!((usual.requests_at_once, usual.failures, usual.pause.as_secs()), (256, 5, 5));
    let own = guard("requests_at_once = 8\nrequests_waiting = 0\nwait_s = 1\nfailures = 2\npause_s = 30");
    let own = read(&own, &[]).unwrap().desks.remove(0).guard;
    assert_eq!((own.requests_at_once, own.requests_waiting, own.patience.as_secs()), (8, 0, 1));
    assert_eq!((own.failures, own.pause.as_secs()), (2, 30));
    for wrong in ["requests_at_once = 0", "wait_s = 21", "failures = 0", "pause_s = 301", "pause = 3"] {
        let told = told(&guard(wrong), &[]);
        let key = wrong.split(' ').next().unwrap();
        assert!(told.len() == 1 && told[0].contains(&format!("`desks[0].guard.{key}`")), "{told:?}");
    }
    let reader = GOOD.replace("[limits]", "[limits]\nreader_timeout_s = 7");
    assert_eq!(read(&reader, &[]).unwrap().limits.reader_timeout.as_secs(), 7);
}
