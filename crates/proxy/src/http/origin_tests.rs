use super::*;
use crate::config::{Guard, Limits, MessageIds, OnLinger, PollKind};
use crate::settings::{CentreTraits, Pauses};
use crate::tests::origins::{HOSTILE, OWN};
use axum::http::HeaderValue;
use std::time::Duration;

fn settings() -> (Settings, DeskSettings) {
    let settings = Settings {
        public_url: "https://desk.example".into(),
        retention: Duration::from_secs(1),
        limits: Limits::default(),
        spool: "spool".into(),
    };
    let desk = DeskSettings {
        id: "shop".into(),
        origins: OWN.map(Into::into).to_vec(),
        identity: crate::identity::Identity::default(),
        offers: frontdesk_contract::Offers::default(),
        gateways: Vec::new(),
        staff_calls: None,
        ice_servers: Vec::new(),
        trace_pages: 0.0,
        linger: Duration::ZERO,
        on_linger: OnLinger::Stop,
        centre: CentreTraits { message_id: MessageIds::Ignored, poll: PollKind::Repeats, history: false },
        push: None,
        guard: Guard::default(),
        pauses: Pauses { busy: Duration::ZERO, listening: Duration::ZERO, idle: Duration::ZERO },
    };
    (settings, desk)
}

fn allows(headers: &[(&'static str, &[u8])]) -> bool {
    let (settings, desk) = settings();
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(*name, HeaderValue::from_bytes(value).unwrap());
    }
    check(&map, &settings, &desk).is_ok()
}

#[test]
fn the_origins_of_the_desk_and_the_public_one_are_allowed() {
    for origin in [
        "https://desk.example",
        "https://shop.example",
        "http://localhost:3000",
        "https://shop.example:8443",
        "https://xn--bcher-kva.example",
        "http://[::1]:8080",
        "http://192.0.2.7",
    ] {
        assert!(allows(&[("origin", origin.as_bytes())]), "{origin}");
        assert!(allows(&[("origin", origin.as_bytes()), ("sec-fetch-site", b"cross-site")]), "{origin}");
    }
}

#[test]
fn every_other_origin_is_refused_however_close_it_looks() {
    for line in HOSTILE.lines() {
        let origin: String = serde_json::from_str(line).unwrap();
        assert!(!allows(&[("origin", origin.as_bytes())]), "{origin}");
        assert!(!allows(&[("origin", origin.as_bytes()), ("sec-fetch-site", b"same-origin")]), "{origin}");
    }
    assert!(!allows(&[("origin", b"https://shop.example\xff")]));
}

#[test]
fn without_an_origin_only_the_frame_and_programs_may_call() {
    assert!(allows(&[]));
    assert!(allows(&[("sec-fetch-site", b"same-origin")]));
    for site in ["cross-site", "same-site", "none", "Same-Origin", "", "same-origin, cross-site"] {
        assert!(!allows(&[("sec-fetch-site", site.as_bytes())]), "{site}");
    }
}

#[test]
fn headers_that_come_twice_are_refused() {
    let shop = ("origin", &b"https://shop.example"[..]);
    assert!(!allows(&[shop, shop]));
    assert!(!allows(&[shop, ("origin", b"https://evil.example")]));
    assert!(!allows(&[("sec-fetch-site", b"same-origin"), ("sec-fetch-site", b"cross-site")]));
}
