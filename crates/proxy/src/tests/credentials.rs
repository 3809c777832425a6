//! Credentials that nobody gave out: edited ones, every other spelling of a real one, and random ones of the right form.
//! None is taken; the real ones still are when all have been tried. What is random comes from seeds.

use super::{Bench, EPOCH_MS, Plan};
use crate::files::ticket;
use crate::identity::{Identity, Key, Mode};
use crate::session::credential;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use frontdesk_contract::RedeemTicket;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Random forgeries of each of the four kinds: a million in all, beside every spelling of the real ones.
const FORGERIES: usize = 250_000;

const SECRET: &[u8] = b"a secret of the site, 32 bytes or more";
const RSA: &str = include_str!("../../tests/data/identity/rsa.pem");
const P256: &str = include_str!("../../tests/data/identity/p256.pem");
const RS256: &str = include_str!("../../tests/data/identity/rs256.jwt");
const ES256: &str = include_str!("../../tests/data/identity/es256.jwt");
const HS256: &str = include_str!("../../tests/data/identity/hs256.jwt");

/// Every text that is one edit away from a real one, or says the same bytes in another way.
fn spellings(real: &str) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    let replaced = |at: usize, with: &str| format!("{}{with}{}", &real[..at], &real[at + 1..]);
    for at in 0..real.len() {
        // Every flip of one bit, and every other character in its place.
        let flips = (0..7).map(|bit| (real.as_bytes()[at] ^ (1 << bit)) as char);
        all.extend(flips.chain(' '..='~').map(|other| replaced(at, other.encode_utf8(&mut [0; 4]))));
        all.extend(["", "%41", "é", "\u{ff21}", "\u{0}"].map(|other| replaced(at, other)));
        for between in [" ", "\t", "\n", "\r\n", "=", "-", ".", "\u{200b}", "\u{feff}", "%00"] {
            all.insert(format!("{}{between}{}", &real[..at], &real[at..]));
        }
        all.extend([real[..at].to_owned(), real[at + 1..].to_owned()]);
        if at > 0 {
            // Two neighbours in each other's place.
            all.insert(format!(
                "{}{}{}{}",
                &real[..at - 1],
                &real[at..=at],
                &real[at - 1..at],
                &real[at + 1..]
            ));
        }
    }
    for after in
        ["=", "==", "===", " ", "\n", "\0", "A", "AA", "AAAA", ".", "%3D", ",", ";", "/", "#", "?", "\u{301}"]
    {
        all.extend([format!("{real}{after}"), format!("{after}{real}")]);
    }
    for whole in [
        format!("{real}{real}"),
        format!("{real},{real}"),
        format!("Bearer {real}"),
        format!("\"{real}\""),
        real.chars().rev().collect(),
        real.to_ascii_uppercase(),
        real.to_ascii_lowercase(),
        real.replace('-', "+").replace('_', "/"),
        real.chars().map(|c| char::from_u32(u32::from(c) + 0xfee0).unwrap()).collect(),
        STANDARD.encode(real),
        URL_SAFE_NO_PAD.encode(real),
        credential::hex(real.as_bytes()),
        real.bytes().map(|byte| format!("%{byte:02x}")).collect(),
    ] {
        all.insert(whole);
    }
    if let Ok(bytes) = URL_SAFE_NO_PAD.decode(real) {
        all.extend([STANDARD.encode(&bytes), STANDARD_NO_PAD.encode(&bytes), URL_SAFE.encode(&bytes)]);
        all.insert(credential::hex(&bytes));
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            all.extend([URL_SAFE_NO_PAD.encode(&flipped), credential::hex(&flipped)]);
        }
    }
    all.remove(real);
    all
}

/// A text like the real ones that is none of them.
fn forged(random: &mut StdRng, real: &[String]) -> String {
    let model = real.choose(random).unwrap();
    let alphabet: &[u8] = if model.len() == 32 {
        b"0123456789abcdef"
    } else {
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    };
    let mut text = model.clone().into_bytes();
    match random.random_range(0..4) {
        // All of it, in the right form.
        0 if text.len() == 32 => text.fill_with(|| *alphabet.choose(random).unwrap()),
        0 => text = URL_SAFE_NO_PAD.encode(random.random::<[u8; 32]>()).into_bytes(),
        // A few characters.
        1 => {
            for _ in 0..random.random_range(1..4) {
                let at = random.random_range(0..text.len());
                text[at] = *alphabet.choose(random).unwrap();
            }
        }
        // The beginning of one and the end of another.
        2 => {
            let other = real.choose(random).unwrap().as_bytes();
            let at = random.random_range(1..text.len());
            text.splice(at.., other[at..].iter().copied());
        }
        // Another length.
        _ => {
            let length = random.random_range(0..80);
            text.resize_with(length, || *alphabet.choose(random).unwrap());
        }
    }
    String::from_utf8(text).unwrap()
}

/// Tries all spellings of the real ones and so many forgeries; answers how many there were.
async fn all_refused(seed: u64, real: &[String], takes: impl AsyncFn(&str) -> bool) -> usize {
    let mut count = 0;
    let none_of = |text: &str| !real.iter().any(|one| one == text);
    for one in real {
        for text in spellings(one).into_iter().filter(|text| none_of(text)) {
            assert!(!takes(&text).await, "{text:?} was taken for {one}");
            count += 1;
        }
    }
    let mut random = StdRng::seed_from_u64(seed);
    for number in 0..FORGERIES {
        let text = forged(&mut random, real);
        if none_of(&text) {
            assert!(!takes(&text).await, "seed {seed}, number {number}: {text:?} was taken");
            count += 1;
        }
    }
    count
}

#[tokio::test(start_paused = true)]
async fn no_forged_credential_of_a_session_is_taken() {
    let bench = Bench::new().await;
    let mut real = Vec::new();
    for _ in 0..4 {
        real.push(bench.visitor().await.session.clone());
    }
    let takes = async |text: &str| bench.app.session_of(text).await.unwrap().is_ok();
    let count = all_refused(1, &real, takes).await;
    assert!(count > FORGERIES * 9 / 10, "{count}");
    for one in &real {
        assert!(takes(one).await);
        // As a request brings them: nothing of a header is trimmed, folded or decoded into a good one.
        for text in [format!("{one}="), format!("{one}, {one}"), format!("\"{one}\""), one.to_lowercase()] {
            assert_eq!(bench.call("GET", "/v1/contact", Some(&text), None).await.status, 401);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn no_forged_ticket_for_a_file_is_taken() {
    let bench = Bench::new().await;
    let store = bench.app.shared.store.as_ref();
    let mut real = Vec::new();
    for number in 0..4 {
        real.push(ticket::issue(store, &format!("v-{number}"), "f-1").await.unwrap());
    }
    let takes = async |text: &str| ticket::visitor(store, text, "f-1").await.unwrap().is_some();
    let count = all_refused(2, &real, takes).await;
    assert!(count > FORGERIES * 9 / 10, "{count}");
    for one in &real {
        assert!(takes(one).await);
        for other in ["f-2", "f-", "", "F-1", "f-1 ", "f-1\0", "../f-1", "a:f-1"] {
            assert!(ticket::visitor(store, one, other).await.unwrap().is_none(), "{other:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn no_forged_ticket_for_another_window_is_taken() {
    let bench = Bench::new().await;
    let mut real = Vec::new();
    for _ in 0..4 {
        let visitor = bench.visitor().await;
        let ticket = credential::generate();
        let wish = json!({"ticket": ticket});
        assert_eq!(visitor.call("POST", "/v1/session/ticket", Some(wish)).await.status, 200);
        real.push(ticket);
    }
    let redeem = async |text: &str, desk: &str| {
        let wish =
            RedeemTicket { desk: desk.into(), ticket: text.into(), opened_by: "https://shop.example".into() };
        bench.app.redeem(&wish, |_| true).await.is_ok()
    };
    let count = all_refused(3, &real, async |text: &str| redeem(text, "shop").await).await;
    assert!(count > FORGERIES * 9 / 10, "{count}");
    for one in &real {
        assert!(redeem(one, "shop").await);
        assert!(!redeem(one, "shop").await, "once");
    }
}

fn identity() -> Identity {
    let keys = vec![
        Key::public("rs".into(), RSA).unwrap(),
        Key::public("es".into(), P256).unwrap(),
        Key::secret("hs".into(), SECRET).unwrap(),
    ];
    Identity { mode: Mode::Optional, keys }
}

fn sign(header: &str, payload: &str, secret: &[u8]) -> String {
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, secret);
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(ring::hmac::sign(&key, message.as_bytes())))
}

#[test]
fn no_edited_identity_token_is_taken() {
    let identity = identity();
    let takes = |text: &str| identity.verify("shop", text, EPOCH_MS).is_ok();
    let mut count = 0;
    for real in [RS256, ES256, HS256] {
        assert!(takes(real));
        let parts: Vec<_> = real.split('.').collect();
        let [header, payload, signature] = parts.as_slice() else { panic!("{real}") };
        // The spellings of each part; a signature of RSA is long, and what does not decode is not looked at.
        for (at, part) in parts.iter().enumerate() {
            for other in spellings(part) {
                let mut forged: Vec<&str> = parts.clone();
                forged[at] = &other;
                let forged = forged.join(".");
                if forged != real {
                    assert!(!takes(&forged), "{forged}");
                    count += 1;
                }
            }
        }
        for forged in [
            format!("{header}.{payload}"),
            format!("{header}.{payload}."),
            format!("{header}..{signature}"),
            format!(".{payload}.{signature}"),
            format!("{header}.{payload}.{signature}."),
            format!(".{header}.{payload}.{signature}"),
            format!("{header}.{payload}.{signature}.{signature}"),
            format!("{header}.{payload}.{payload}.{signature}"),
            format!("{header}.{header}.{payload}.{signature}"),
            format!("{header}.{payload}.{header}.{payload}.{signature}"),
            json!({"protected": header, "payload": payload, "signature": signature}).to_string(),
            format!("{payload}.{header}.{signature}"),
            format!("{signature}.{payload}.{header}"),
            format!("{real} {real}"),
            format!("Bearer {real}"),
            URL_SAFE_NO_PAD.encode(real),
        ] {
            assert!(!takes(&forged), "{forged}");
            count += 1;
        }
    }
    // The signature of one token under the message of another.
    for (one, other) in [(RS256, ES256), (ES256, HS256), (HS256, RS256)] {
        let (message, _) = one.rsplit_once('.').unwrap();
        let (_, signature) = other.rsplit_once('.').unwrap();
        assert!(!takes(&format!("{message}.{signature}")));
    }
    assert!(count > 100_000, "{count}");
}

/// Something that is wrong with a token.
type Defect = fn(&mut Token, &mut StdRng);

/// A token to be.
struct Token {
    header: Vec<(&'static str, Value)>,
    payload: Vec<(&'static str, Value)>,
    secret: Vec<u8>,
}

impl Token {
    fn good(number: usize) -> Self {
        let now = EPOCH_MS / 1_000;
        Self {
            header: vec![("alg", json!("HS256")), ("kid", json!("hs")), ("typ", json!("JWT"))],
            payload: vec![
                ("sub", json!("customer-4711")),
                ("aud", json!("shop")),
                ("jti", json!(number.to_string())),
                ("exp", json!(now + 600)),
                ("iat", json!(now)),
            ],
            secret: SECRET.to_vec(),
        }
    }

    fn set(fields: &mut [(&'static str, Value)], name: &str, value: Value) {
        if let Some(field) = fields.iter_mut().find(|(known, _)| *known == name) {
            field.1 = value;
        }
    }

    fn signed(&self) -> String {
        let object = |fields: &[(&str, Value)]| {
            let fields: Vec<_> = fields.iter().map(|(name, value)| format!("{:?}:{value}", name)).collect();
            format!("{{{}}}", fields.join(","))
        };
        sign(&object(&self.header), &object(&self.payload), &self.secret)
    }
}

const DEFECTS: [Defect; 14] = [
    |token, random| {
        let names = [
            "none", "None", "nOnE", "", "HS384", "HS512", "hs256", "RS256", "ES256", "PS256", "EdDSA",
            "HS256 ",
        ];
        Token::set(&mut token.header, "alg", json!(names.choose(random)));
    },
    |token, random| {
        let values = [json!(null), json!(["HS256"]), json!(256), json!({"HS256": true})];
        Token::set(&mut token.header, "alg", values.choose(random).unwrap().clone());
    },
    |token, random| {
        let names = ["rs", "es", "HS", "hs ", "", "../hs", "hs\0", "' OR '1'='1", "/dev/null", "h"];
        Token::set(&mut token.header, "kid", json!(names.choose(random)));
    },
    |token, random| {
        let values = [json!(null), json!(["hs"]), json!(0), json!({"hs": "hs"})];
        Token::set(&mut token.header, "kid", values.choose(random).unwrap().clone());
    },
    |token, random| {
        token.header.push(("crit", [json!(["exp"]), json!([]), json!("b64")].choose(random).unwrap().clone()))
    },
    |token, random| {
        let names = ["alg", "kid"];
        let name = *names.choose(random).unwrap();
        let again = token.header.iter().find(|(known, _)| *known == name).unwrap().clone();
        token.header.push(again);
    },
    |token, random| {
        token.secret = match random.random_range(0..5) {
            0 => RSA.as_bytes().to_vec(),
            1 => P256.trim().as_bytes().to_vec(),
            2 => Vec::new(),
            3 => vec![0; 32],
            _ => random.random::<[u8; 32]>().to_vec(),
        };
    },
    |token, random| {
        let at = random.random_range(0..token.secret.len().max(1));
        match token.secret.get_mut(at) {
            Some(byte) => *byte ^= 1 << random.random_range(0..8),
            None => token.secret.push(1),
        }
    },
    |token, random| {
        let values = [
            json!("other"),
            json!("SHOP"),
            json!("shop "),
            json!(["other"]),
            json!([]),
            json!({"shop": 1}),
            json!(null),
        ];
        Token::set(&mut token.payload, "aud", values.choose(random).unwrap().clone());
    },
    |token, random| {
        let past = EPOCH_MS / 1_000 - random.random_range(60..1_000_000_000);
        Token::set(&mut token.payload, "exp", json!(past));
    },
    |token, random| {
        let ahead = EPOCH_MS / 1_000 + random.random_range(3_662..10_000_000_000);
        let values = [json!(ahead), json!(1e300), json!(-1), json!("1790000600"), json!(null), json!(true)];
        Token::set(&mut token.payload, "exp", values.choose(random).unwrap().clone());
    },
    |token, random| {
        let ahead = EPOCH_MS / 1_000 + random.random_range(62..10_000_000);
        let name = *["iat", "nbf"].choose(random).unwrap();
        token.payload.retain(|(known, _)| *known != name);
        token.payload.push((name, json!(ahead)));
    },
    |token, random| {
        let name = *["sub", "aud", "jti", "exp"].choose(random).unwrap();
        token.payload.retain(|(known, _)| *known != name);
    },
    // A claim that is there twice: who takes the first and who takes the last would see two tokens.
    |token, random| {
        let name = *["sub", "aud", "jti", "exp", "iat"].choose(random).unwrap();
        let value = token
            .payload
            .iter()
            .find(|(known, _)| *known == name)
            .map_or(json!(1), |(_, value)| value.clone());
        let at = random.random_range(0..=token.payload.len());
        token.payload.insert(at, (name, value.clone()));
        token.payload.push((name, value));
    },
];

#[test]
fn no_identity_token_with_a_defect_is_taken() {
    let identity = identity();
    let takes = |text: &str| identity.verify("shop", text, EPOCH_MS).is_ok();
    let mut random = StdRng::seed_from_u64(4);
    for number in 0..FORGERIES {
        let mut token = Token::good(number);
        assert!(number % 100 != 0 || takes(&token.signed()));
        let first = random.random_range(0..DEFECTS.len());
        DEFECTS[first](&mut token, &mut random);
        // Two that undo each other: the secret's flipped bit alone could.
        if first != 7 && random.random() {
            DEFECTS[random.random_range(0..7)](&mut token, &mut random);
        }
        let text = token.signed();
        assert!(!takes(&text), "seed 4, number {number}, defect {first}: {text}");
    }
}

/// `s` of an ECDSA signature may be replaced by the group's order less `s`: the token has another text then, which is as
/// good. It opens no second session, since a token is known by its number.
#[tokio::test(start_paused = true)]
async fn a_second_signature_that_anybody_can_make_opens_nothing_more() {
    let (message, signature) = ES256.rsplit_once('.').unwrap();
    let mut bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let order: [u8; 32] = [
        0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa,
        0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
    ];
    let mut borrow = 0;
    for at in (0..32).rev() {
        let rest = i32::from(order[at]) - i32::from(bytes[32 + at]) - borrow;
        borrow = i32::from(rest < 0);
        bytes[32 + at] = u8::try_from(rest.rem_euclid(256)).unwrap();
    }
    let twin = format!("{message}.{}", URL_SAFE_NO_PAD.encode(&bytes));
    for (first, second) in [(ES256, twin.as_str()), (twin.as_str(), ES256)] {
        let mut plan = Plan::default();
        plan.desk.identity = identity();
        let bench = Bench::with(plan).await;
        let open = async |id: &str, token: &str| {
            let wish = json!({"protocol": 1, "desk": "shop", "id": id, "identity": token});
            bench.call("POST", "/v1/session", None, Some(wish)).await
        };
        assert_eq!(open("i-1", first).await.status, 200);
        for id in ["i-1", "i-2"] {
            let again = open(id, second).await;
            assert_eq!((again.status.as_u16(), &again.body["code"]), (401, &json!("identity_used")), "{id}");
        }
        assert_eq!(bench.app.shared.store.sessions().await.unwrap(), 1);
    }
}
