//! Which gateways a page may be sent to: those of the desk alone, whatever the centre names.

use frontdesk_contract::CallGateway;
use reqwest::Url;

/// User part of the own address where the centre names nobody: the call is an anonymous one (RFC 3323, section 4.1).
pub const ANONYMOUS: &str = "anonymous";

/// Why a page is sent nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Distrust {
    /// What the centre tells beside the addresses makes no call: a part is missing, or is none.
    Malformed,
    /// No address is the desk's.
    Unknown,
}

/// Keeps the addresses that are among `known`, written as those are.
///
/// # Errors
/// Why nothing is left.
pub fn trusted(told: CallGateway, known: &[String]) -> Result<CallGateway, Distrust> {
    // The manuals do not say that each part is always there; without a caller a page could call nobody.
    let caller = if told.caller.is_empty() { ANONYMOUS.to_owned() } else { told.caller };
    let told = CallGateway { caller, ..told };
    let word = |text: &str, more: &str, longest: usize| {
        (1..=longest).contains(&text.len())
            && text.chars().all(|c| c.is_ascii_alphanumeric() || more.contains(c))
    };
    if !(word(&told.domain, ".-:[]", 253)
        && word(&told.access_code, "+*#._-", 64)
        && word(&told.caller, "+*#._-", 64))
    {
        return Err(Distrust::Malformed);
    }
    let mut addresses: Vec<String> = Vec::new();
    for address in &told.addresses {
        let own = listed(address.trim(), known);
        if let Some(own) = own.filter(|own| !addresses.contains(own)) {
            addresses.push(own.clone());
        }
    }
    if addresses.is_empty() { Err(Distrust::Unknown) } else { Ok(CallGateway { addresses, ..told }) }
}

/// The address among `known` that this one means: the same letter for letter, or the same scheme, host, port and path.
/// An address of host and port alone means the listed one there, whose path it cannot tell.
fn listed<'a>(address: &str, known: &'a [String]) -> Option<&'a String> {
    if let Some(same) = known.iter().find(|own| *own == address) {
        return Some(same);
    }
    let bare = !address.contains('/');
    let told = place(&if address.contains("://") { address.to_owned() } else { format!("wss://{address}") })?;
    let mut places = known.iter().filter_map(|own| Some((own, place(own)?)));
    let there = |(own, place): (&'a String, Place)| (place.host() == told.host()).then_some(own);
    let same = places.clone().find(|(_, place)| *place == told);
    same.map(|(own, _)| own).or_else(|| places.find_map(there).filter(|_| bare))
}

/// What tells addresses of gateways apart.
#[derive(PartialEq, Eq)]
struct Place {
    scheme: String,
    host: String,
    port: u16,
    path: String,
}

impl Place {
    /// All but the path.
    fn host(&self) -> (&str, &str, u16) {
        (&self.scheme, &self.host, self.port)
    }
}

/// `None`: not the address of a gateway.
fn place(address: &str) -> Option<Place> {
    let url = Url::parse(address).ok()?;
    let socket = matches!(url.scheme(), "wss" | "ws");
    let plain = url.username().is_empty() && url.password().is_none();
    let ends = url.query().is_none() && url.fragment().is_none();
    let host = url.host_str().filter(|_| socket && plain && ends)?;
    Some(Place {
        scheme: url.scheme().to_owned(),
        host: host.trim_end_matches('.').to_owned(),
        port: url.port_or_known_default()?,
        path: url.path().to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn told(addresses: &[&str]) -> CallGateway {
        CallGateway {
            domain: "rtc.example".into(),
            addresses: addresses.iter().map(ToString::to_string).collect(),
            access_code: "179".into(),
            caller: "AnonymousCard".into(),
        }
    }

    #[test]
    fn only_the_desks_own_gateways_are_used() {
        let known = ["wss://gw.example".to_owned(), "wss://192.0.2.10:8443".to_owned()];
        let kept = |addresses: &[&str]| trusted(told(addresses), &known).map(|gateway| gateway.addresses);
        assert_eq!(kept(&["192.0.2.10:8443", "192.0.2.11:8443"]), Ok(vec!["wss://192.0.2.10:8443".into()]));
        assert_eq!(
            kept(&["wss://GW.example:443/", "192.0.2.10:8443", "gw.example"]),
            Ok(vec!["wss://gw.example".into(), "wss://192.0.2.10:8443".into()])
        );
        for wrong in [
            "evil.example",
            "gw.example:8443",
            "ws://gw.example",
            "wss://gw.example@evil.example",
            "https://gw.example",
            "wss://gw.example/path",
            "gw.example.evil.example",
            "",
            "wss://",
        ] {
            assert_eq!(kept(&[wrong]), Err(Distrust::Unknown), "{wrong}");
        }
        for domain in ["", "a b", "x>\r\nVia: y", "a@b"] {
            let told = CallGateway { domain: domain.into(), ..told(&["gw.example"]) };
            assert_eq!(trusted(told, &known), Err(Distrust::Malformed));
        }
    }

    #[test]
    fn a_call_for_which_no_caller_is_named_is_an_anonymous_one() {
        let known = ["wss://gw.example".to_owned()];
        let kept = |caller: &str| {
            let told = CallGateway { caller: caller.into(), ..told(&["gw.example"]) };
            trusted(told, &known).map(|gateway| gateway.caller)
        };
        assert_eq!(kept("AnonymousCard"), Ok("AnonymousCard".into()));
        assert_eq!(kept(""), Ok(ANONYMOUS.into()));
        assert_eq!(kept("x>\r\nVia: y"), Err(Distrust::Malformed));
    }

    #[test]
    fn a_gateway_may_have_a_path() {
        let known: Vec<String> =
            ["wss://gw.example:8443/ws", "wss://gw.example/SIP/", "ws://Old.example./a%20b"]
                .map(Into::into)
                .into();
        let kept = |address: &str| trusted(told(&[address]), &known).ok()?.addresses.pop();
        for address in &known {
            assert_eq!(kept(address).as_ref(), Some(address), "letter for letter");
        }
        for (address, own) in [
            ("gw.example:8443/ws", "wss://gw.example:8443/ws"),
            ("WSS://GW.example.:8443/ws", "wss://gw.example:8443/ws"),
            (" gw.example:443/SIP/ ", "wss://gw.example/SIP/"),
            // Where only host and port are told, the settings say the rest.
            ("gw.example:8443", "wss://gw.example:8443/ws"),
            ("gw.example", "wss://gw.example/SIP/"),
        ] {
            assert_eq!(kept(address).as_deref(), Some(own), "{address}");
        }
        for wrong in [
            "wss://gw.example:8443",
            "wss://gw.example:8443/",
            "gw.example:8443/",
            "wss://gw.example:8443/ws/",
            "wss://gw.example:8443/WS",
            "wss://gw.example:8443/ws/../evil",
            "wss://gw.example:8443/ws?to=evil",
            "wss://gw.example:8443/ws#evil",
            "wss://gw.example/ws",
            "wss://gw.example/SIP",
            "ws://gw.example:8443/ws",
            "wss://evil.example:8443/ws",
            "wss://gw.example:8443@evil.example/ws",
            "old.example",
        ] {
            assert_eq!(kept(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_gateway_without_a_path_comes_before_one_with_a_path() {
        let known = ["wss://gw.example/ws".to_owned(), "wss://gw.example".to_owned()];
        let kept = |address: &str| trusted(told(&[address]), &known).map(|gateway| gateway.addresses);
        assert_eq!(kept("gw.example"), Ok(vec!["wss://gw.example".into()]));
    }

    proptest! {
        #[test]
        fn no_address_panics(address in any::<String>()) {
            let kept = trusted(told(&[&address]), &["wss://gw.example".to_owned()]);
            prop_assert!(kept.map_or(true, |gateway| gateway.addresses.len() == 1));
        }
    }
}
