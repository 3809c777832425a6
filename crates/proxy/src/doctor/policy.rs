//! Whether a Content Security Policy permits an address (CSP level 3, sections 2.2.1 and 6.7.2).

use url::Url;

/// One policy: directives in their order, the first of a name counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Policy(Vec<(String, Vec<String>)>);

impl Policy {
    /// The policies in the value of a header, with commas between them.
    pub(super) fn all_in(value: &str) -> Vec<Self> {
        let directives = |policy: &str| {
            let words = policy.split(';').map(|directive| {
                let mut words = directive.split_ascii_whitespace();
                let name = words.next().unwrap_or_default().to_ascii_lowercase();
                (name, words.map(str::to_owned).collect())
            });
            Self(words.filter(|(name, _)| !name.is_empty()).collect())
        };
        let policies = value.split(',').map(directives);
        policies.filter(|policy| !policy.0.is_empty()).collect()
    }

    /// The directive that decides: the first of these names that there is. None: all is permitted.
    fn deciding(&self, names: &[&str]) -> Option<&(String, Vec<String>)> {
        names.iter().find_map(|name| self.0.iter().find(|(known, _)| known == name))
    }

    /// The name of the directive that refuses this address, if one does. `nonce`: of the element that asks for it.
    pub(super) fn refuses(
        &self,
        names: &[&str],
        address: &Url,
        page: &Url,
        nonce: Option<&str>,
    ) -> Option<&str> {
        let (name, sources) = self.deciding(names)?;
        let by_nonce =
            nonce.is_some_and(|nonce| sources.iter().any(|source| *source == format!("'nonce-{nonce}'")));
        // Such a policy goes by nonces alone, where scripts are asked for.
        let strict = names.contains(&"script-src")
            && sources.iter().any(|source| source.eq_ignore_ascii_case("'strict-dynamic'"));
        let permitted = by_nonce || (!strict && sources.iter().any(|source| permits(source, address, page)));
        (!permitted).then_some(name.as_str())
    }

    /// Whether the directive that decides has this word.
    pub(super) fn has(&self, names: &[&str], word: &str) -> bool {
        self.deciding(names)
            .is_none_or(|(_, sources)| sources.iter().any(|source| source.eq_ignore_ascii_case(word)))
    }
}

/// Whether a source expression matches an address.
fn permits(source: &str, address: &Url, page: &Url) -> bool {
    let source = source.to_ascii_lowercase();
    if source == "*" {
        return matches!(address.scheme(), "http" | "https" | "ws" | "wss")
            || address.scheme() == page.scheme();
    }
    if source == "'self'" {
        return address.origin() == page.origin();
    }
    if source.starts_with('\'') {
        return false;
    }
    if let Some(scheme) = source.strip_suffix(':') {
        return is_scheme(scheme, address.scheme());
    }
    let (scheme, rest) = match source.split_once("://") {
        Some((scheme, rest)) => (scheme.to_owned(), rest),
        None => (page.scheme().to_owned(), source.as_str()),
    };
    let (authority, path) =
        rest.split_once('/').map_or((rest, None), |(authority, path)| (authority, Some(path)));
    // An IPv6 address has colons of its own.
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    };
    is_scheme(&scheme, address.scheme())
        && is_host(host, address.host_str().unwrap_or_default())
        && is_port(port, &scheme, address)
        && path.is_none_or(|path| is_path(path, address.path()))
}

/// A policy for the plain protocol permits the safe one.
fn is_scheme(permitted: &str, scheme: &str) -> bool {
    permitted == scheme
        || matches!(
            (permitted, scheme),
            ("http", "https") | ("ws", "wss" | "http" | "https") | ("wss", "https")
        )
}

fn is_host(permitted: &str, host: &str) -> bool {
    match permitted.strip_prefix("*.") {
        Some(domain) => host.strip_suffix(domain).is_some_and(|rest| rest.len() > 1 && rest.ends_with('.')),
        None => permitted == "*" || permitted == host,
    }
}

fn is_port(permitted: Option<&str>, scheme: &str, address: &Url) -> bool {
    let port = address.port_or_known_default();
    let usual = |scheme: &str| match scheme {
        "https" | "wss" => Some(443),
        _ => Some(80),
    };
    match permitted {
        Some("*") => true,
        Some(permitted) => permitted.parse().ok() == port || (permitted == "80" && port == Some(443)),
        None => port == usual(address.scheme()) || port == usual(scheme),
    }
}

fn is_path(permitted: &str, path: &str) -> bool {
    let permitted = format!("/{permitted}");
    if permitted.ends_with('/') { path.starts_with(&permitted) } else { path == permitted }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: [&str; 3] = ["frame-src", "child-src", "default-src"];
    const SCRIPT: [&str; 3] = ["script-src-elem", "script-src", "default-src"];

    fn refused(policy: &str, names: &[&str], nonce: Option<&str>) -> Option<String> {
        let desk = Url::parse("https://desk.example/frontdesk.js").unwrap();
        let page = Url::parse("https://www.shop.example/").unwrap();
        let policies = Policy::all_in(policy);
        policies.iter().find_map(|policy| policy.refuses(names, &desk, &page, nonce)).map(str::to_owned)
    }

    #[test]
    fn a_frame_is_permitted_by_the_nearest_directive_that_there_is() {
        for permitted in [
            "",
            "script-src 'none'",
            "frame-src https://desk.example",
            "frame-src desk.example:443",
            "frame-src HTTPS://DESK.example/",
            "frame-src *.example",
            "frame-src https:",
            "frame-src http://desk.example",
            "frame-src *",
            "default-src 'none'; frame-src https://desk.example; frame-src 'none'",
            "child-src https://desk.example; default-src 'none'",
            "default-src https://desk.example/frontdesk.js",
            "frame-src https://desk.example, default-src *",
        ] {
            assert_eq!(refused(permitted, &FRAME, None), None, "{permitted}");
        }
        for (policy, by) in [
            ("default-src 'none'", "default-src"),
            ("default-src 'self'", "default-src"),
            ("frame-src", "frame-src"),
            ("frame-src 'self'; default-src *", "frame-src"),
            ("frame-src https://desk.example:8443", "frame-src"),
            ("frame-src https://other.example data:", "frame-src"),
            ("frame-src *.desk.example", "frame-src"),
            ("frame-src https://desk.example/other/", "frame-src"),
            ("child-src data:; default-src *", "child-src"),
            ("frame-src https://desk.example, frame-src 'self'", "frame-src"),
        ] {
            assert_eq!(refused(policy, &FRAME, None).as_deref(), Some(by), "{policy}");
        }
    }

    #[test]
    fn a_script_is_permitted_by_address_or_nonce_and_strict_policies_by_nonce_alone() {
        assert_eq!(refused("script-src 'nonce-abc'", &SCRIPT, Some("abc")), None);
        assert_eq!(refused("script-src 'nonce-abc' 'strict-dynamic' https:", &SCRIPT, Some("abc")), None);
        assert_eq!(refused("script-src https://desk.example 'nonce-abc'", &SCRIPT, None), None);
        for refusing in [
            "script-src 'nonce-abc'",
            "script-src https://desk.example 'strict-dynamic'",
            "script-src 'self'",
        ] {
            assert_eq!(refused(refusing, &SCRIPT, Some("xyz")).as_deref(), Some("script-src"), "{refusing}");
        }
        assert_eq!(
            refused("script-src *; script-src-elem 'self'", &SCRIPT, None).as_deref(),
            Some("script-src-elem")
        );
    }
}
