//! What a robot's flow is handed when a conversation opens: `transData`, a JSON object as text (2.6, `send`).
//!
//! The interface names no limit for it. What the operator may write has 1,024 bytes, and so has all of it: what does not fit is
//! left out, so that no page can keep a conversation from being opened.

use frontdesk_contract::{About, Attribute};
use serde_json::{Map, Value};

/// All of it, in bytes.
const MAX_BYTES: usize = 1_024;
/// Where the visitor is.
const URL: &str = "page_url";
/// The title of that page.
const TITLE: &str = "page_title";

/// The operator's own object, with what the website says of the visit; the operator's names stand. `None`: nothing is told.
pub(super) fn data(own: Option<&str>, about: &About) -> Option<String> {
    let own: Map<String, Value> = own.and_then(|own| serde_json::from_str(own).ok()).unwrap_or_default();
    let page = [(URL, &about.url), (TITLE, &about.title)];
    let page = page.into_iter().filter_map(|(name, text)| Some((name, text.as_deref()?)));
    let attributes = about.attributes.iter().map(|Attribute { name, value }| (name.as_str(), value.as_str()));
    let mut all = own;
    for (name, text) in attributes.chain(page) {
        if all.contains_key(name) {
            continue;
        }
        all.insert(name.to_owned(), text.into());
        if bytes(&all) > MAX_BYTES {
            all.remove(name);
            tracing::debug!(
                name = if name == URL || name == TITLE { name } else { "attribute" },
                "left out: no room"
            );
        }
    }
    (!all.is_empty()).then(|| Value::Object(all).to_string())
}

fn bytes(all: &Map<String, Value>) -> usize {
    serde_json::to_string(all).map_or(usize::MAX, |text| text.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn about(url: &str, title: &str, attributes: &[(&str, &str)]) -> About {
        let attributes =
            attributes.iter().map(|(name, value)| Attribute { name: (*name).into(), value: (*value).into() });
        About { url: Some(url.into()), title: Some(title.into()), attributes: attributes.collect() }
    }

    fn told(own: Option<&str>, about: &About) -> Value {
        data(own, about).map_or(Value::Null, |text| serde_json::from_str(&text).unwrap())
    }

    #[test]
    fn the_operators_names_stand() {
        let visit = about("https://shop.example/bowl", "Bowl", &[("plan", "gold"), ("desk", "other")]);
        assert_eq!(
            told(Some(r#"{"desk":"shop"}"#), &visit),
            json!({"desk": "shop", "plan": "gold", "page_url": "https://shop.example/bowl", "page_title": "Bowl"})
        );
        assert_eq!(told(None, &About::default()), Value::Null);
        assert_eq!(told(Some(r#"{"desk":"shop"}"#), &About::default()), json!({"desk": "shop"}));
    }

    #[test]
    fn what_has_no_room_is_left_out_whole() {
        let visit =
            about(&format!("https://shop.example/{}", "x".repeat(1_024)), "Bowl", &[("plan", "gold")]);
        assert_eq!(told(None, &visit), json!({"plan": "gold", "page_title": "Bowl"}));
        let long = "\u{1}".repeat(256);
        let many: Vec<_> = ["a", "b"].map(|name| (name, long.as_str())).into();
        let told = data(None, &about("https://shop.example/", "Bowl", &many)).unwrap();
        assert!(told.len() <= MAX_BYTES && told.contains("page_url"), "{told}");
    }
}
