//! What becomes of HTML.

use super::read;
use crate::config::CallLinks;
use frontdesk_contract::{Body, Node};
use proptest::prelude::*;

/// Nodes as HTML of ours, to be read by people.
pub(super) fn shown(nodes: &[Node]) -> String {
    let one = |node: &Node| match node {
        Node::Text(text) => text.clone(),
        Node::Element(element) => {
            let tag = format!("{:?}", element.tag).to_lowercase();
            if element.nodes.is_empty() {
                format!("<{tag}>")
            } else {
                format!("<{tag}>{}</{tag}>", shown(&element.nodes))
            }
        }
        Node::Link(link) => format!("[{}]({})", shown(&link.nodes), link.href),
        Node::Call(call) => {
            format!("[{}](call{})", shown(&call.nodes), if call.video { " video" } else { "" })
        }
        Node::Unknown {} => "<unknown>".into(),
    };
    nodes.iter().map(one).collect()
}

fn said(html: &str) -> String {
    said_with(html, &CallLinks::default())
}

fn said_with(html: &str, links: &CallLinks) -> String {
    match read(html, links) {
        Body::Text(text) => format!("text: {text}"),
        Body::Rich(nodes) => shown(&nodes),
        body => format!("{body:?}"),
    }
}

#[test]
fn text_in_lines_stays_text() {
    for (html, text) in [
        ("hello", "text: hello"),
        ("<p>您好</p>", "text: 您好"),
        ("<p>one</p><div>two<br>three</div>", "text: one\ntwo\nthree"),
        ("a < b && c > d", "text: a < b && c > d"),
        ("if (a<b) x", "text: if (a<b) x"),
        ("<name>", "text: <name>"),
        ("&lt;b&gt;", "text: <b>"),
        ("<span style='color:red'>red</span>", "text: red"),
        ("<p><script>alert(1)</script>a</p>", "text: a"),
        ("x <script>alert(1)</script> y", "text: x <script>alert(1)</script> y"),
        ("", "text: "),
    ] {
        assert_eq!(said(html), text, "{html}");
    }
}

#[test]
fn marks_become_nodes() {
    for (html, nodes) in [
        ("<b>fat</b> and <i>thin</i>", "<strong>fat</strong> and <em>thin</em>"),
        ("<b>one</b>\ntwo", "<strong>one</strong><br>two"),
        ("<p><b>one</b>\n two</p>", "<p><strong>one</strong> two</p>"),
        ("a < b <b>c</b> <x>", "a < b <strong>c</strong> <x>"),
        ("<h1>T</h1><p>x</p>", "<h4>T</h4><p>x</p>"),
        (
            "<ul><li>a</li><li>b<ol><li>c</li></ol></li></ul>",
            "<ul><li>a</li><li>b<ol><li>c</li></ol></li></ul>",
        ),
        ("<li>a</li><li>b</li>", "<ul><li>a</li><li>b</li></ul>"),
        ("<ul>x<li>a</li></ul>", "<ul><li>x</li><li>a</li></ul>"),
        (
            "<table><caption>C</caption><thead><tr><th>1</th></tr></thead><tr><td></td><td>2</td></tr></table>",
            "<table><tr><td>C</td></tr><tr><th>1</th></tr><tr><td></td><td>2</td></tr></table>",
        ),
        ("<table><caption>&nbsp;</caption><tr><td>1</td></tr></table>", "<table><tr><td>1</td></tr></table>"),
        ("<pre>a\n  b</pre>", "<pre>a\n  b</pre>"),
        ("<blockquote><p>q</p></blockquote>", "<blockquote><p>q</p></blockquote>"),
        ("x<hr>y", "x<hr>y"),
        ("<div>a<p>b</p>c<b>d</b></div>", "<p>a</p><p>b</p><p>c<strong>d</strong></p>"),
        ("<u>u</u><s>s</s><code>c</code>", "<u>u</u><s>s</s><code>c</code>"),
        ("<b><p>one</p><p>two</p></b>", "<strong>one<br>two</strong>"),
        (
            "see <a href='https://shop.example/x?a=1&amp;b=2'>here</a>",
            "see [here](https://shop.example/x?a=1&b=2)",
        ),
        ("<a href=mailto:li@shop.example></a>", "[](mailto:li@shop.example)"),
        ("<a href='https://evil.example/'>https://bank.example</a>", "[](https://evil.example/)"),
        ("<a href='https://evil.example/'>https:bank.example</a>", "[](https://evil.example/)"),
        (
            "<a href='https://shop.example/'>https://shop.example</a>",
            "[https://shop.example](https://shop.example/)",
        ),
        ("<a href='javascript:alert(1)'>x</a> y", "x y"),
        ("<a href='https://a:b@c.example/'>x</a>", "x"),
        ("<a href='/orders'>x</a>", "x"),
        ("<img src='https://cdn.example/a.png' alt='a cat'>", "[a cat](https://cdn.example/a.png)"),
        ("<img src='data:image/png;base64,AA' alt='a cat'>", "a cat"),
        (
            "<a href='https://shop.example/'><img src='https://cdn.example/a.png' alt='a cat'></a>",
            "[a cat](https://shop.example/)",
        ),
        ("<a href='https://shop.example/'>a\u{202e}b\u{200b}c</a>", "[abc](https://shop.example/)"),
        (
            "<b>x</b><style>p{}</style> <svg><path d='M0'/><b>y</b></svg>",
            "<strong>x</strong> <strong>y</strong>",
        ),
        ("<svg onload=evil()>one</svg><b>two</b>", "one<strong>two</strong>"),
        ("<object data=x><p><b>one</b></p></object>", "<p><strong>one</strong></p>"),
        ("<iframe src=x><b>one</b></iframe>", "<strong>one</strong>"),
        ("<noscript><i>one</i></noscript><template><i>two</i></template>", "<em>one</em><em>two</em>"),
        ("<b>a</b> b <i> c", "<strong>a</strong> b <i> c"),
        ("<b>a</b> <script>alert(1)</script>", "<strong>a</strong> <script>alert(1)</script>"),
        ("<p><b>a</b><script>alert(1)</script></p>", "<p><strong>a</strong></p>"),
        ("<p><b>a</b><script>alert(1)", "<p><strong>a</strong><script>alert(1)</p>"),
    ] {
        assert_eq!(said(html), nodes, "{html}");
    }
}

#[test]
fn what_leaves_nothing_to_read_is_shown_as_it_is_written() {
    for html in [
        "<b></b>",
        "<img src=x>",
        "<a href=\"x\">",
        "<a href='javascript:alert(1)'></a>",
        "<p><script>alert(1)</script></p>",
        "<style>p{}</style>",
        "<!-- comment -->",
        "<!DOCTYPE html>",
        "<hr>",
        "<br>",
        "<p>",
        "<dt> <dd>",
        "<html><body>",
        "<table><tr><td></td></tr></table>",
        "<ul><li></li></ul>",
        "<svg><path d='M0'/></svg>",
        "&#0;",
    ] {
        assert_eq!(said(html), format!("text: {html}"));
    }
    for (html, shown) in [
        ("<a href='https://shop.example/'></a>", "[](https://shop.example/)"),
        ("<img src='https://cdn.example/a.png'>", "[](https://cdn.example/a.png)"),
        ("<hr>x", "<hr>x"),
        ("<!-- comment -->x", "text: x"),
    ] {
        assert_eq!(said(html), shown, "{html}");
    }
}

#[test]
fn tags_that_belong_into_others_count_there_or_with_their_end() {
    for (html, nodes) in [
        ("<ul><li>x</ul>", "<ul><li>x</li></ul>"),
        ("<ol class=a><li>x<li>y", "<ol><li>x</li><li>y</li></ol>"),
        ("<li>x</li>", "<ul><li>x</li></ul>"),
        ("<li>x<li>y</li>", "<ul><li>x</li><li>y</li></ul>"),
        (
            "<table><tr><td>1<td>2<tr><td>3</table>",
            "<table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>",
        ),
        ("<dl><dt>a<dd><b>b</b></dl>", "<p>a</p><p><strong>b</strong></p>"),
        ("<html><body><b>x</b>", "<strong>x</strong>"),
        ("<!DOCTYPE html>\n<html>\n<head><title>T</title></head>\n<body>x<p>y", "text: x\ny"),
        ("one<br>two<hr>three", "one<br>two<hr>three"),
        ("one<p>two", "text: one\ntwo"),
        ("<p>one <p>two", "text: one\ntwo"),
        ("<p>one</b> <b>two</p>", "<p>one</b> <strong>two</strong></p>"),
        ("<p>one</p></div>", "text: one\n</div>"),
        (
            "<p><b>never closed <i>and <u>nested",
            "<p><strong>never closed <em>and <u>nested</u></em></strong></p>",
        ),
        ("<p>one<li>two", "<p>one</p><ul><li>two</li></ul>"),
        ("<p> and <li>", "text: and <li>"),
        ("one</br>two", "text: one\ntwo"),
        ("one<br><li>two", "text: one\n<li>two"),
        ("<b>one</b><dd>two</dt>", "<strong>one</strong><dd>two</dt>"),
    ] {
        assert_eq!(said(html), nodes, "{html}");
    }
}

#[test]
fn links_of_agents_start_calls() {
    let links =
        CallLinks::read(&["https://call.example/join*".into()], &["https://call.example/video*".into()])
            .unwrap();
    for (html, nodes) in [
        ("<a href='https://call.example/join?r=1'>Call us</a>", "[Call us](call)"),
        ("<a href='https://call.example/video/1'></a>", "[](call video)"),
        ("please: https://call.example/join?r=1, now", "please: [](call), now"),
        ("https://call.example/video。https://call.example/join", "[](call video)。[](call)"),
        ("https://shop.example/join", "text: https://shop.example/join"),
        ("<p>https://call.example/join</p>", "[](call)"),
    ] {
        assert_eq!(said_with(html, &links), nodes, "{html}");
    }
}

#[test]
fn what_is_too_deep_or_too_much_keeps_its_text() {
    let deep = format!("{}deep{}", "<blockquote>".repeat(3_000), "</blockquote>".repeat(3_000));
    assert!(said(&deep).contains("deep"));
    let many = "<b>x</b>y".repeat(3_000);
    assert_eq!(said(&many), format!("text: {}", "xy".repeat(3_000)));
    let sticky = format!("{}{}", "<i class=1><b class=x>".repeat(1_500), "<p>z".repeat(3_000));
    assert!(said(&sticky).starts_with("text: z"));
    let long = format!("<b>{}</b>", "长".repeat(40_000));
    assert_eq!(said(&long), format!("text: {}", "长".repeat(40_000)));
}

#[test]
fn a_table_that_is_too_deep_for_one_leaves_no_row_in_a_list() {
    for depth in 0..20 {
        for around in ["<b>", "<ul>", "<blockquote>"] {
            let table = "<ul><table><caption>a</caption><tr><td>b</td></tr></table></ul>";
            let html = format!("{}{table}", around.repeat(depth));
            let Body::Rich(nodes) = read(&html, &CallLinks::default()) else { panic!("{html}") };
            super::shape::tests::check(&nodes);
            assert!(["a", "b"].iter().all(|word| shown(&nodes).contains(word)), "{html}");
        }
    }
}

/// Pieces that meet in ways nobody wrote on purpose.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "<b>",
        "</b>",
        "<p>",
        "</p>",
        "<ul>",
        "</ul>",
        "<li>",
        "</li>",
        "<table>",
        "</table>",
        "<tr>",
        "<td>",
        "</td>",
        "<th>",
        "<caption>",
        "<a href='https://a.example/'>",
        "<a href=javascript:x>",
        "</a>",
        "<pre>",
        "</pre>",
        "<blockquote>",
        "</blockquote>",
        "<h2>",
        "<hr>",
        "<br>",
        "<img src=https://a.example/i alt=i>",
        "<div>",
        "</div>",
        "<svg>",
        "</svg>",
        "<math>",
        "<style>",
        "</style>",
        "<!--",
        "-->",
        "<script>",
        "&lt;",
        "text ",
        "\n",
        " ",
        "&#0;",
        "<template>",
        "<noscript>",
        "<textarea>",
        "<select>",
        "<code>",
        "\u{202e}",
    ]);
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

/// What a reader can read of a body.
fn letters(body: &Body) -> String {
    fn of(nodes: &[Node]) -> String {
        nodes
            .iter()
            .map(|node| match node {
                Node::Text(text) => text.clone(),
                Node::Element(element) => of(&element.nodes),
                Node::Link(link) => of(&link.nodes),
                Node::Call(_) | Node::Unknown {} => String::new(),
            })
            .collect()
    }
    match body {
        Body::Text(text) => text.clone(),
        Body::Rich(nodes) => of(nodes),
        _ => String::new(),
    }
}

/// A word after each piece: none may vanish.
fn all_words_are_there(pieces: &[&str]) -> Result<(), TestCaseError> {
    let text: String = pieces.iter().zip(0..).map(|(piece, at)| format!("{piece} w{at}w ")).collect();
    let read = letters(&read(&text, &CallLinks::default()));
    for at in 0..pieces.len() {
        prop_assert!(read.contains(&format!("w{at}w")), "{text:?} {read:?}");
    }
    Ok(())
}

proptest! {
    #[test]
    fn words_among_angle_brackets_are_all_there(
        pieces in prop::collection::vec(prop::sample::select(vec![
            "<b", "<i", "<a ", "<p", " & ", "&&", ">", "<", "/", "</b>", "</", "<b>", "<i>", "<title>", "<address>", "<input>",
            "<option>", "<script>", "</script>", "<style>", "<svg>", "<object>", "<img>", "= ", "\"", "'", "!", "<!", ",", ".",
        ]), 0..20)
    ) {
        all_words_are_there(&pieces)?;
    }

    #[test]
    fn words_among_tags_are_all_there(
        pieces in prop::collection::vec(prop::sample::select(vec![
            "<dd>", "</dd>", "<dt>", "<dl>", "</dl>", "<li>", "</li>", "<ul>", "</ul>", "<table>", "</table>", "<tbody>", "<tr>",
            "</tr>", "<td>", "</td>", "<html>", "<body>", "</body>", "</html>", "<head>", "<hr>", "<br>", "</br>", "<p>", "</p>",
            "<b>", "</b>", "<a href='x'>", "</a>", "</script>", "</style>", "</svg>", "<min>", ":", ",", "<!DOCTYPE html>",
        ]), 0..20)
    ) {
        all_words_are_there(&pieces)?;
    }

    #[test]
    fn something_is_always_said(html in pieces()) {
        let says = match read(&html, &CallLinks::default()) {
            Body::Rich(nodes) => !shown(&nodes).replace("<hr>", "").trim().is_empty(),
            body => !letters(&body).trim().is_empty(),
        };
        prop_assert_eq!(says, !html.trim().is_empty());
    }

    #[test]
    fn an_end_tag_of_nothing_is_text(
        before in "[a-z <p>]{0,12}", name in prop::sample::select(vec!["p", "b", "body", "td", "li", "a", "script", "ul"])
    ) {
        let end = format!("</{name}>");
        prop_assume!(!before.contains(&format!("<{name}")));
        let read = letters(&read(&format!("{before}{end} z"), &CallLinks::default()));
        prop_assert!(read.contains(&end), "{read:?}");
    }

    #[test]
    fn nodes_stand_where_they_may(html in pieces()) {
        if let Body::Rich(nodes) = read(&html, &CallLinks::default()) {
            super::shape::tests::check(&nodes);
        }
    }

    #[test]
    fn no_text_is_a_panic(html in "\\PC*") {
        let _ = read(&html, &CallLinks::default());
    }
}
