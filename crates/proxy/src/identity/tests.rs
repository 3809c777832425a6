//! Tokens, good and forged. The good ones of `tests/data/identity` were signed by Node's crypto, with keys that are gone.

use super::key::Algorithm;
use super::*;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::prelude::*;
use serde_json::{Value, json};

const NOW_MS: u64 = 1_790_000_000_000;
const SECRET: &str = "a secret of the site, 32 bytes or more";
const RSA: &str = include_str!("../../tests/data/identity/rsa.pem");
const P256: &str = include_str!("../../tests/data/identity/p256.pem");
const BY_NODE: [&str; 3] = [
    include_str!("../../tests/data/identity/rs256.jwt"),
    include_str!("../../tests/data/identity/es256.jwt"),
    include_str!("../../tests/data/identity/hs256.jwt"),
];

fn identity() -> Identity {
    let keys = vec![
        Key::public("rs".into(), RSA).unwrap(),
        Key::public("es".into(), P256).unwrap(),
        Key::secret("hs".into(), SECRET.as_bytes()).unwrap(),
    ];
    Identity { mode: Mode::Optional, keys }
}

fn check(token: &str) -> Result<Claims, Refusal> {
    identity().verify("shop", token, NOW_MS)
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

/// A token signed by HMAC with this secret, whatever its header says.
fn signed(header: &Value, claims: &Value, secret: &[u8]) -> String {
    let message = format!("{}.{}", part(header), part(claims));
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, secret);
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(ring::hmac::sign(&key, message.as_bytes())))
}

fn header() -> Value {
    json!({"alg": "HS256", "kid": "hs"})
}

fn claims() -> Value {
    json!({"sub": "customer-4711", "aud": "shop", "jti": "1", "exp": NOW_MS / 1_000 + 600})
}

/// The good claims with one of them changed; `null`: without it.
fn with(name: &str, value: Value) -> Result<Claims, Refusal> {
    let mut claims = claims();
    let fields = claims.as_object_mut().unwrap();
    if value.is_null() {
        fields.remove(name)
    } else {
        fields.insert(name.into(), value)
    };
    check(&signed(&header(), &claims, SECRET.as_bytes()))
}

#[test]
fn tokens_of_another_program_are_good_and_say_who_it_is() {
    for token in BY_NODE {
        let claims = check(token).unwrap();
        assert_eq!((claims.subject.as_str(), claims.name.as_deref()), ("customer-4711", Some("Wang Fang")));
        assert_eq!(claims.until_ms, 1_790_000_660_000);
    }
}

#[test]
fn the_key_decides_how_a_token_is_verified() {
    let claims = claims();
    let header = |alg: &str, kid: &str| json!({"alg": alg, "kid": kid});
    // The public key is no secret: neither under its own name nor under another algorithm.
    for (alg, kid, secret, refusal) in [
        ("HS256", "rs", RSA.as_bytes(), Refusal::Algorithm),
        ("HS256", "rs", RSA.trim().as_bytes(), Refusal::Algorithm),
        ("RS256", "rs", RSA.as_bytes(), Refusal::Signature),
        ("HS256", "hs", RSA.as_bytes(), Refusal::Signature),
        ("RS256", "hs", SECRET.as_bytes(), Refusal::Algorithm),
        ("none", "hs", SECRET.as_bytes(), Refusal::Algorithm),
        ("None", "hs", SECRET.as_bytes(), Refusal::Algorithm),
        ("hs256", "hs", SECRET.as_bytes(), Refusal::Algorithm),
        ("HS512", "hs", SECRET.as_bytes(), Refusal::Algorithm),
        ("HS256", "other", SECRET.as_bytes(), Refusal::Key),
        ("HS256", "hs", b"another secret", Refusal::Signature),
    ] {
        assert_eq!(check(&signed(&header(alg, kid), &claims, secret)), Err(refusal), "{alg} {kid}");
    }
    let nameless = signed(&json!({"alg": "HS256"}), &claims, SECRET.as_bytes());
    assert_eq!(check(&nameless), Err(Refusal::Key));
    let critical = json!({"alg": "HS256", "kid": "hs", "crit": ["exp"]});
    assert_eq!(check(&signed(&critical, &claims, SECRET.as_bytes())), Err(Refusal::Critical));
    let bare = format!("{}.{}.", part(&header("none", "hs")), part(&claims));
    assert_eq!(check(&bare), Err(Refusal::Algorithm));
    assert_eq!(
        check(&bare.replace(&part(&header("none", "hs")), &part(&self::header()))),
        Err(Refusal::Signature)
    );
}

#[test]
fn what_a_token_says_is_checked() {
    let now = NOW_MS / 1_000;
    let long = "x".repeat(256);
    for (name, value, refusal) in [
        ("aud", json!("other"), Refusal::Audience),
        ("aud", json!(["other", "shop2"]), Refusal::Audience),
        ("aud", json!([]), Refusal::Audience),
        ("aud", Value::Null, Refusal::Claims),
        ("exp", Value::Null, Refusal::Claims),
        ("exp", json!("1790000600"), Refusal::Claims),
        ("exp", json!(-1), Refusal::Claims),
        ("exp", json!(1e300), Refusal::Claims),
        ("exp", json!(now - 60), Refusal::Expired),
        ("exp", json!(now + 3_661), Refusal::TooFarAhead),
        ("iat", json!(now + 61), Refusal::NotYet),
        ("nbf", json!(now + 61), Refusal::NotYet),
        ("nbf", json!("soon"), Refusal::Claims),
        ("sub", Value::Null, Refusal::Claims),
        ("sub", json!(7), Refusal::Claims),
        ("sub", json!(""), Refusal::Subject),
        ("sub", json!(long), Refusal::Subject),
        ("sub", json!("a\nb"), Refusal::Subject),
        ("jti", Value::Null, Refusal::Claims),
        ("jti", json!(""), Refusal::Number),
        ("jti", json!(long), Refusal::Number),
    ] {
        assert_eq!(with(name, value.clone()), Err(refusal), "{name} {value}");
    }
    for (name, value) in [
        ("aud", json!(["other", "shop"])),
        ("exp", json!(now - 59)),
        ("exp", json!(now + 3_660)),
        ("exp", json!(now as f64 + 0.5)),
        ("iat", json!(now + 60)),
        ("nbf", json!(now - 86_400)),
        ("sub", json!("x".repeat(255))),
        ("other", json!({"anything": true})),
    ] {
        assert!(with(name, value.clone()).is_ok(), "{name} {value}");
    }
}

#[test]
fn a_name_is_made_fit_to_be_shown() {
    for (given, shown) in [
        (json!("  Wang \n Fang\u{202e}\u{0} "), Some("Wang Fang".to_owned())),
        (json!("王".repeat(70)), Some("王".repeat(64))),
        (json!(" \u{7} "), None),
        (Value::Null, None),
    ] {
        assert_eq!(with("name", given.clone()).unwrap().name, shown, "{given}");
    }
    assert_eq!(with("name", json!(7)), Err(Refusal::Claims));
}

#[test]
fn an_unread_desk_and_a_giant_are_refused_before_anything_is_read() {
    let off = Identity { mode: Mode::Off, ..identity() };
    assert_eq!(off.verify("shop", BY_NODE[0], NOW_MS), Err(Refusal::NotTaken));
    assert_eq!(check(&"a".repeat(MAX_IDENTITY_BYTES + 1)), Err(Refusal::TooLong));
    for broken in ["", ".", "..", "a.b", "a.b.c", "é.é.é"] {
        assert_eq!(check(broken), Err(Refusal::Form), "{broken}");
    }
}

#[test]
fn a_wrong_key_is_explained_and_not_repeated() {
    let rsa1024 = include_str!("../../tests/data/identity/rsa1024.pem");
    let p384 = include_str!("../../tests/data/identity/p384.pem");
    let ed25519 = include_str!("../../tests/data/identity/ed25519.pem");
    let private = RSA.replace("PUBLIC", "PRIVATE");
    for (pem, why) in [
        (rsa1024, "2048"),
        (p384, "P-256"),
        (ed25519, "neither"),
        (private.as_str(), "private"),
        ("no key", "PEM"),
        ("", "PEM"),
    ] {
        let told = Key::public("k".into(), pem).unwrap_err();
        assert!(told.contains(why), "{told}");
    }
    assert!(Key::secret("k".into(), &[7; 31]).unwrap_err().contains("32"));
    let kinds = identity().keys.iter().map(Key::algorithm).collect::<Vec<_>>();
    assert_eq!(kinds, [Algorithm::Rs256, Algorithm::Es256, Algorithm::Hs256]);
    assert!(!format!("{:?}", identity()).contains("secret of"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]
    /// Not one changed character of a good token is taken, wherever it is.
    #[test]
    fn a_forged_token_is_refused(which in 0usize..3, at in any::<prop::sample::Index>(), to in "[A-Za-z0-9_.=-]") {
        let good = BY_NODE[which];
        let at = at.index(good.len());
        let forged = format!("{}{to}{}", &good[..at], &good[at + 1..]);
        prop_assert_eq!(check(&forged).is_ok(), forged == good);
    }

    /// Nothing that comes makes it stumble.
    #[test]
    fn nonsense_is_refused(token in "(\\PC|[.]){0,200}") {
        prop_assert!(check(&token).is_err());
    }
}
