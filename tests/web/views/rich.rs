use crate::support::{Visitor, push};
use wasm_bindgen_test::wasm_bindgen_test;

fn rich(nodes: &str) -> String {
    format!(
        r#"[{{"message":{{"id":"m","from":{{"agent":{{"name":"Li"}}}},"body":{{"rich":{nodes}}}}}}},
           {{"message":{{"id":"n","from":{{"agent":{{"name":"Li"}}}},"body":{{"text":"after it"}}}}}}]"#
    )
}

/// No element and no attribute below `.fd-lines` but those that the widget itself writes.
fn nothing_unsafe(visitor: &Visitor) {
    const ELEMENTS: &[&str] = &[
        "a",
        "bdi",
        "blockquote",
        "br",
        "button",
        "code",
        "div",
        "em",
        "h2",
        "hr",
        "i",
        "li",
        "ol",
        "p",
        "path",
        "pre",
        "s",
        "span",
        "strong",
        "svg",
        "table",
        "td",
        "th",
        "time",
        "tr",
        "u",
        "ul",
    ];
    const ATTRIBUTES: &[&str] = &[
        "aria-hidden",
        "aria-label",
        "class",
        "d",
        "data-do",
        "dir",
        "hidden",
        "href",
        "rel",
        "role",
        "tabindex",
        "target",
        "title",
        "type",
        "viewBox",
    ];
    let all = visitor.place.query_selector_all(".fd-lines *").unwrap();
    for at in 0..all.length() {
        let element: web_sys::Element = wasm_bindgen::JsCast::unchecked_into(all.item(at).unwrap());
        let tag = element.tag_name().to_lowercase();
        assert!(ELEMENTS.contains(&tag.as_str()), "an element of another kind: {tag}");
        for name in element.get_attribute_names().iter().filter_map(|name| name.as_string()) {
            assert!(ATTRIBUTES.contains(&name.as_str()), "{tag} has {name}");
        }
        if let Some(address) = element.get_attribute("href") {
            let schemes = ["https://", "http://", "mailto:", "tel:"];
            assert!(schemes.iter().any(|scheme| address.starts_with(scheme)), "{address}");
            assert_eq!(element.get_attribute("rel").as_deref(), Some("noopener noreferrer nofollow"));
            assert_eq!(element.get_attribute("target").as_deref(), Some("_blank"));
        }
    }
}

#[wasm_bindgen_test]
async fn every_element_is_what_it_says() {
    let visitor = Visitor::talks_with_li().await;
    push(&rich(
        r#"[{"element":{"tag":"h4","nodes":[{"text":"Title"}]}},
            {"element":{"tag":"p","nodes":[{"text":"a "},{"element":{"tag":"strong","nodes":[{"text":"b"}]}},
                {"element":{"tag":"br"}},{"element":{"tag":"em","nodes":[{"text":"c"}]}}]}},
            {"element":{"tag":"ol","nodes":[{"element":{"tag":"li","nodes":[{"text":"one"}]}}]}},
            {"element":{"tag":"table","nodes":[{"element":{"tag":"tr","nodes":[{"element":{"tag":"td","nodes":[{"text":"cell"}]}}]}}]}},
            {"element":{"tag":"of_tomorrow","nodes":[{"text":"shown all the same"}]}}]"#,
    ));
    visitor.reads(".fd-rich", "shown all the same").await;
    for (selector, text) in
        [("h2", "Title"), ("p strong", "b"), ("p em", "c"), ("ol > li", "one"), ("td", "cell")]
    {
        assert_eq!(visitor.text(&[".fd-rich ", selector].concat()), text);
    }
    nothing_unsafe(&visitor);
}

#[wasm_bindgen_test]
async fn hostile_trees_become_text_and_nothing_else() {
    let visitor = Visitor::talks_with_li().await;
    push(&rich(
        r#"[{"text":"<img src=x onerror=alert(1)>"},
            {"element":{"tag":"script","nodes":[{"text":"alert(1)"}]}},
            {"element":{"tag":"iframe","src":"https://evil.example","onload":"alert(1)","nodes":[]}},
            {"element":{"tag":"p","style":"position:fixed","onclick":"alert(1)","nodes":[{"text":"styled"}]}},
            {"link":{"href":"javascript:alert(1)","nodes":[{"text":"one"}]}},
            {"link":{"href":"JaVaScRiPt:alert(1)","nodes":[{"text":"two"}]}},
            {"link":{"href":" javascript:alert(1)","nodes":[{"text":"three"}]}},
            {"link":{"href":"java\nscript:alert(1)","nodes":[{"text":"four"}]}},
            {"link":{"href":"data:text/html,<script>alert(1)</script>","nodes":[{"text":"five"}]}},
            {"link":{"href":"//evil.example","nodes":[{"text":"six"}]}},
            {"link":{"href":"/v1/session","nodes":[{"text":"seven"}]}},
            {"link":{"href":"vbscript:x"}},
            {"link":{"href":"https://good.example/\" onclick=\"alert(1)","nodes":[{"text":"eight"}]}},
            {"link":{"href":"https://a.example","nodes":[{"link":{"href":"https://b.example","nodes":[{"text":"nested"}]}},
                {"call":{"nodes":[{"text":"call"}]}}]}}]"#,
    ));
    visitor.reads(".fd-lines", "after it").await;
    nothing_unsafe(&visitor);
    let text = visitor.text(".fd-rich");
    for word in ["<img src=x", "alert(1)", "styled", "one", "seven", "eight", "nested", "call"] {
        assert!(text.contains(word), "{word}: {text}");
    }
    assert_eq!(visitor.count(".fd-rich a"), 2, "the two that lead to https");
    assert_eq!(visitor.count(".fd-rich a a, .fd-rich a button"), 0);
}

#[wasm_bindgen_test]
async fn a_tree_of_any_depth_harms_nobody() {
    let visitor = Visitor::talks_with_li().await;
    for depth in [14, 15, 16, 17, 400] {
        let mut node = r#"{"text":"at the bottom"}"#.to_owned();
        for _ in 0..depth {
            node = format!(r#"{{"element":{{"tag":"blockquote","nodes":[{node}]}}}}"#);
        }
        push(&rich(&format!("[{node}]")));
    }
    visitor.reads(".fd-row:last-child", "after it").await;
    nothing_unsafe(&visitor);
    let deep = ["blockquote "; 17].concat();
    assert_eq!(visitor.count(&[".fd-rich ", deep.trim()].concat()), 0, "no more than sixteen");
    assert!(visitor.text(".fd-rich").contains("at the bottom"));
}

#[wasm_bindgen_test]
async fn a_link_that_names_another_host_shows_its_own() {
    let visitor = Visitor::talks_with_li().await;
    push(&rich(
        r#"[{"link":{"href":"https://evil.example/login","nodes":[{"text":"https://bank.example/login"}]}},
            {"link":{"href":"https://bank.example@evil.example/","nodes":[{"text":"bank.example"}]}},
            {"link":{"href":"https://shop.example/x","nodes":[{"text":"shop.example"}]}},
            {"link":{"href":"https://shop.example/y"}}]"#,
    ));
    visitor.reads(".fd-rich", "shop.example/y").await;
    let hosts = visitor.place.query_selector_all(".fd-host").unwrap();
    let hosts: Vec<_> = (0..hosts.length()).filter_map(|at| hosts.item(at)?.text_content()).collect();
    assert_eq!(hosts, ["(evil.example)", "(evil.example)"]);
}
