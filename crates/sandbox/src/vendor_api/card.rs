//! What a WEBCARD must hold (2.6).

use serde_json::Value;

use crate::centre::{Request, Uplink};

/// What is wrong with a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    Empty,
    NotJson,
    NoTarget,
    NoTitle,
    MediaType,
    /// The link is not one the tenant trusts. The card is delivered all the same.
    Untrusted,
}

impl Fault {
    pub(crate) fn text(self) -> &'static str {
        match self {
            Fault::Empty => "content can not be empty",
            Fault::NotJson => "Incorrect JSON format",
            Fault::NoTarget => "the content Json String must contains mediaFileId or redirectUrl",
            Fault::NoTitle => "the content Json String must contains title",
            Fault::MediaType => "Incorrect mediaFileType",
            Fault::Untrusted => {
                "The redirection address is not in the trust list, contact operation staff to add it."
            }
        }
    }

    pub(crate) fn is_delivered(self) -> bool {
        self == Fault::Untrusted
    }
}

const KEYS: [&str; 5] = ["title", "description", "mediaFileId", "mediaFileType", "redirectUrl"];

/// The picture of a card, if it names one.
pub(crate) fn picture(uplink: &Uplink) -> Option<String> {
    let card: Value = serde_json::from_str(&uplink.content).ok()?;
    let id = card.get("mediaFileId")?.as_str()?;
    (uplink.media == "WEBCARD" && !id.is_empty()).then(|| id.to_owned())
}

/// The first fault of a card; `None` for a good card and for everything that is no card.
pub(crate) fn check(uplink: &Uplink) -> Option<Fault> {
    if uplink.request != Request::Chat || uplink.media != "WEBCARD" {
        return None;
    }
    if uplink.content.trim().is_empty() {
        return Some(Fault::Empty);
    }
    let Ok(Value::Object(card)) = serde_json::from_str::<Value>(&uplink.content) else {
        return Some(Fault::NotJson);
    };
    if card.iter().any(|(name, value)| !KEYS.contains(&name.as_str()) || !value.is_string()) {
        return Some(Fault::NotJson);
    }
    let text = |name: &str| card.get(name).and_then(Value::as_str).unwrap_or("");
    let link = text("redirectUrl");
    if link.is_empty() && text("mediaFileId").is_empty() {
        return Some(Fault::NoTarget);
    }
    if text("title").is_empty() {
        return Some(Fault::NoTitle);
    }
    if !matches!(text("mediaFileType"), "" | "img" | "img/png" | "img/jpg") {
        return Some(Fault::MediaType);
    }
    (!link.is_empty() && !link.starts_with("https://")).then_some(Fault::Untrusted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check_card(content: &str) -> Option<Fault> {
        check(&Uplink { media: "WEBCARD".into(), content: content.into(), ..Uplink::new(Request::Chat) })
    }

    #[test]
    fn each_fault_has_its_own_answer() {
        let card = |title: &str, link: &str, file: &str, kind: &str| {
            let card = json!({"title": title, "description": "", "mediaFileId": file,
                              "mediaFileType": kind, "redirectUrl": link});
            check_card(&card.to_string())
        };
        assert_eq!(card("Order", "https://shop.example/1", "", "img/png"), None);
        assert_eq!(card("Order", "", "key", ""), None);
        assert_eq!(card("Order", "", "", ""), Some(Fault::NoTarget));
        assert_eq!(card("", "", "key", ""), Some(Fault::NoTitle));
        assert_eq!(card("Order", "", "key", "gif"), Some(Fault::MediaType));
        assert_eq!(card("Order", "http://elsewhere.example", "", ""), Some(Fault::Untrusted));
        assert_eq!(check_card("{"), Some(Fault::NotJson));
        assert_eq!(check_card("[]"), Some(Fault::NotJson));
        assert_eq!(check_card(" "), Some(Fault::Empty));
        assert_eq!(check_card(r#"{"title":"a","more":""}"#), Some(Fault::NotJson));
        assert_eq!(check_card(r#"{"title":7}"#), Some(Fault::NotJson));
    }
}
