//! What is sent, what is read.

use super::{names_agent, read};
use frontdesk_contract::{Body, Card, Location};

fn text(text: &str) -> Option<Body> {
    Some(Body::Text(text.into()))
}

#[test]
fn content_is_read_by_its_media_type() {
    assert_eq!(read(Some("TEXT"), Some("<p>您好</p>")), text("您好"));
    assert_eq!(read(None, Some("hello")), text("hello"));
    assert_eq!(read(Some("text"), Some("")), None);
    assert_eq!(read(Some("TEXT"), None), None);
    assert_eq!(read(Some("IMAGE"), None), None);
    for kind in ["IMAGE", "VIDEO", "AUDIO", "DOCUMENT", "EMOTICONS", "COBROWSESITE", "RICHTEXT", "HOLOGRAM"] {
        assert_eq!(read(Some(kind), Some("1170000000000000001")), Some(Body::Unsupported {}), "{kind}");
    }
    assert_eq!(read(Some("TEXT"), Some("<p><img src=\"x\"></p>")), Some(Body::Unsupported {}));
}

#[test]
fn a_place_is_read_from_its_slash_form() {
    let place = |latitude, longitude, label: &str| {
        Some(Body::Location(Location { latitude, longitude, label: label.into() }))
    };
    assert_eq!(read(Some("LOCATE"), Some("22.65/114.05/Gate 3/4")), place(22.65, 114.05, "Gate 3/4"));
    assert_eq!(read(Some("LOCATE"), Some("-1/ 2")), place(-1.0, 2.0, ""));
    for odd in ["91/0/x", "0/181/x", "a/b/c", "22.65", "NaN/0/x", "inf/0", "objectKey,txt"] {
        assert_eq!(read(Some("LOCATE"), Some(odd)), Some(Body::Unsupported {}), "{odd}");
    }
}

#[test]
fn a_card_needs_a_title_and_leads_to_web_pages_only() {
    let card = |url: &str| {
        let title =
            r#""title":"Order 42","description":"two items","mediaFileId":"","mediaFileType":"img/png""#;
        read(Some("WEBCARD"), Some(&format!("{{{title},\"redirectUrl\":{url}}}")))
    };
    let expected = Card {
        title: "Order 42".into(),
        description: "two items".into(),
        url: "https://shop.example/orders/42".into(),
        image: None,
    };
    assert_eq!(card("\"https://shop.example/orders/42\""), Some(Body::Card(expected)));
    for url in ["\"\"", "null", "\"javascript:alert(1)\"", "7"] {
        assert_eq!(card(url), text("Order 42\ntwo items"), "{url}");
    }
    assert_eq!(read(Some("WEBCARD"), Some("{\"title\":\"\"}")), Some(Body::Unsupported {}));
    assert_eq!(read(Some("WEBCARD"), Some("[1]")), Some(Body::Unsupported {}));
}

#[test]
fn texts_that_name_an_agent_are_recognised() {
    assert!(names_agent("Connect to AGENT successfully"));
    assert!(names_agent("已接入人工服务"));
    assert!(!names_agent("成功"));
}
