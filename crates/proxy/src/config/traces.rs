//! Traces for whoever operates the proxy.

use super::secret::{self, Secret};
use super::section::Section;
use reqwest::Url;
use std::path::Path;

/// Section `[traces]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Traces {
    /// The collector, which takes OTLP as protobuf at `/v1/traces` below this. Key `endpoint`, required.
    pub endpoint: Url,
    /// The share of requests whose trace is kept, where the page does not say. Key `sample`, default 0.1.
    pub sample: f64,
    /// What the collector wants as `Authorization: Bearer`. Key `token` or `token_file`.
    pub token: Option<Secret>,
}

/// What a share is.
pub(super) const SHARE: &str = "a number from 0 to 1";

pub(super) fn share(share: f64) -> Result<f64, String> {
    if (0.0..=1.0).contains(&share) { Ok(share) } else { Err(format!("{share} is out of range")) }
}

pub(super) fn read(mut section: Section<'_>, beside: &Path) -> Option<Traces> {
    const COLLECTOR: &str = "an address such as http://127.0.0.1:4318, without user, query and fragment";
    let endpoint = section.must("endpoint", COLLECTOR, collector);
    let sample = section.or("sample", SHARE, 0.1, share);
    let token = secret::may(&mut section, "token", "token_file", beside);
    let token = match token {
        Some(Some(token)) if !is_visible(&token) => {
            section.wrong("token", "it has other characters", "visible ASCII characters");
            None
        }
        token => token,
    };
    section.finish();
    Some(Traces { endpoint: endpoint?, sample: sample?, token: token? })
}

fn is_visible(token: &Secret) -> bool {
    use secrecy::ExposeSecret as _;
    token.expose_secret().bytes().all(|byte| byte.is_ascii_graphic())
}

fn collector(text: String) -> Result<Url, String> {
    let url: Url = text.parse().map_err(|error| format!("no address: {error}"))?;
    let is_plain = url.username().is_empty() && url.password().is_none();
    let is_bare = url.query().is_none() && url.fragment().is_none();
    match url.scheme() {
        "http" | "https" if is_plain && is_bare && url.has_host() => Ok(url),
        "http" | "https" => Err("it has a user, a query or a fragment".into()),
        scheme => Err(format!("`{scheme}` is not the scheme of a collector")),
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Config;
    use std::path::Path;

    const DESK: &str = "public_url = \"https://desk.example\"\n[[desks]]\nid = \"shop\"\n[desks.cec]\n\
        base_url = \"https://service.example\"\napp_key = \"k\"\napp_secret = \"s\"\nchannel_id = \"1\"\n";

    fn read(traces: &str) -> Result<Config, Vec<String>> {
        let text = DESK.replace("[[desks]]", &format!("{traces}\n[[desks]]"));
        let told = |mistakes: Vec<crate::config::Mistake>| mistakes.iter().map(ToString::to_string).collect();
        Config::read(&text, Path::new(""), []).map_err(told)
    }

    #[test]
    fn left_out_there_are_none_and_an_endpoint_is_enough() {
        assert_eq!(read("").unwrap().traces, None);
        let traces = read("[traces]\nendpoint = \"https://otlp.example/tenant\"").unwrap().traces.unwrap();
        assert_eq!((traces.endpoint.as_str(), traces.sample), ("https://otlp.example/tenant", 0.1));
        let whole = read("[traces]\nendpoint = \"http://127.0.0.1:4318\"\nsample = 1").unwrap();
        assert_eq!((whole.traces.as_ref().unwrap().sample, whole.warnings().len()), (1.0, 0));
        let open = read("[traces]\nendpoint = \"http://otlp.example\"\ntoken = \"canary\"").unwrap();
        assert!(matches!(open.warnings().as_slice(), [one] if one.contains("unencrypted")));
        assert!(!format!("{open:?}").contains("canary"));
    }

    #[test]
    fn a_desk_says_which_share_of_its_pages_is_traced() {
        let of_desk = |traces: &str, share: &str| {
            let text = DESK.replace("id = \"shop\"", &format!("id = \"shop\"\ntrace_pages = {share}"));
            let text = text.replace("[[desks]]", &format!("{traces}\n[[desks]]"));
            Config::read(&text, Path::new(""), [])
        };
        let on = of_desk("[traces]\nendpoint = \"http://127.0.0.1:4318\"", "0.05").unwrap();
        assert_eq!((on.desks[0].trace_pages, on.warnings().len()), (0.05, 0));
        let idle = of_desk("", "1").unwrap().warnings();
        assert!(matches!(idle.as_slice(), [one] if one.contains("`desks[0].trace_pages`")), "{idle:?}");
        assert_eq!(read("").unwrap().desks[0].trace_pages, 0.0);
        for share in ["1.5", "-1", "\"all\"", "true"] {
            let mistakes = format!("{:?}", of_desk("", share).unwrap_err());
            assert!(mistakes.contains("trace_pages"), "{share}: {mistakes}");
        }
    }

    #[test]
    fn each_mistake_is_named() {
        for (traces, expected) in [
            ("", "`traces.endpoint`"),
            ("endpoint = \"127.0.0.1:4318\"", "`traces.endpoint`"),
            ("endpoint = \"ftp://h\"", "`traces.endpoint`"),
            ("endpoint = \"http://u:canary@h\"", "`traces.endpoint`"),
            ("endpoint = \"http://h/?key=canary\"", "`traces.endpoint`"),
            ("endpoint = \"http://h\"\nsample = 1.1", "`traces.sample`"),
            ("endpoint = \"http://h\"\nsample = -0.1", "`traces.sample`"),
            ("endpoint = \"http://h\"\nsample = nan", "`traces.sample`"),
            ("endpoint = \"http://h\"\nsample = \"all\"", "`traces.sample`"),
            ("endpoint = \"http://h\"\ntoken = \"canary é\"", "`traces.token`"),
            ("endpoint = \"http://h\"\ntoken = \"t\"\ntoken_file = \"absent\"", "`traces.token"),
            ("endpoint = \"http://h\"\nsampel = 1", "`traces.sampel`"),
        ] {
            let mistakes = read(&format!("[traces]\n{traces}")).unwrap_err();
            assert!(mistakes.iter().any(|mistake| mistake.contains(expected)), "{traces}: {mistakes:?}");
            assert!(!format!("{mistakes:?}").contains("canary"), "{mistakes:?}");
        }
    }
}
