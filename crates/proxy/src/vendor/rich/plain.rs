//! Makes plain text of what agents and robots write: their consoles send HTML, or text, or both.
//!
//! Only tags that HTML knows are taken for tags, so that `a < b` and `<name>` stay what they are. The result is plain
//! text and is shown as such; nothing here has to make HTML harmless.

mod entity;
pub(crate) mod tag;

use entity::entity;
use tag::{Tag, tag};

/// The plain text of a message.
pub(crate) fn plain(text: &str) -> String {
    let mut page = Page { out: String::with_capacity(text.len()), flows: flows(text), link: None };
    let mut comments = true;
    let mut rest = text;
    while let Some((before, from)) = rest.find(['<', '&']).and_then(|at| rest.split_at_checked(at)) {
        page.write(before);
        let comment = if comments { from.strip_prefix("<!--") } else { None };
        rest = if let Some(inside) = comment {
            match inside.split_once("-->") {
                Some((_, after)) => after,
                None => {
                    comments = false;
                    page.write("<");
                    from.strip_prefix('<').unwrap_or_default()
                }
            }
        } else if let Some((decoded, after)) = from.strip_prefix('&').and_then(entity) {
            page.out.extend(decoded);
            after
        } else if let Some((tag, after)) = tag(from) {
            page.tag(&tag);
            if tag.hides() { tag.after_end(after) } else { after }
        } else {
            let mut chars = from.chars();
            page.out.extend(chars.next());
            chars.as_str()
        };
    }
    page.write(rest);
    page.finish()
}

/// Whether the text is laid out by tags, so that its own line breaks mean nothing.
pub(super) fn flows(text: &str) -> bool {
    let mut rest = text;
    while let Some((_, from)) = rest.find('<').and_then(|at| rest.split_at_checked(at)) {
        match tag(from) {
            Some((tag, _)) if tag.is_block() || tag.is("br") => return true,
            Some((_, after)) => rest = after,
            None => rest = from.strip_prefix('<').unwrap_or_default(),
        }
    }
    false
}

struct Page {
    out: String,
    flows: bool,
    /// Where the text of the open link begins, and where the link leads.
    link: Option<(usize, String)>,
}

impl Page {
    fn write(&mut self, text: &str) {
        if !self.flows {
            self.out.push_str(text);
            return;
        }
        for char in text.chars() {
            if !char.is_ascii_whitespace() {
                self.out.push(char);
            } else if !self.out.ends_with([' ', '\n']) && !self.out.is_empty() {
                self.out.push(' ');
            }
        }
    }

    fn new_line(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with('\n') {
            self.out.push('\n');
        }
    }

    fn tag(&mut self, tag: &Tag<'_>) {
        if tag.is("br") {
            self.out.push('\n');
        } else if tag.is("li") && !tag.closes {
            self.new_line();
            self.out.push_str("• ");
        } else if tag.is_block() {
            self.new_line();
        } else if (tag.is("td") || tag.is("th")) && !tag.closes {
            self.write(" ");
        } else if tag.is("img") {
            let alt = tag.attribute("alt").unwrap_or_default();
            self.out.push_str(&alt);
        } else if tag.is("a") {
            self.end_link();
            let target =
                tag.attribute("href").filter(|_| !tag.closes).filter(|target| leads_somewhere(target));
            self.link = target.map(|target| (self.out.len(), target));
        }
    }

    /// Adds where the link leads, unless its text says so.
    fn end_link(&mut self) {
        let Some((start, target)) = self.link.take() else { return };
        let shown = self.out.get(start..).unwrap_or_default().trim();
        let address = target.split_once(':').filter(|(scheme, _)| *scheme == "mailto" || *scheme == "tel");
        let address = address.map_or(target.as_str(), |(_, address)| address);
        if shown.is_empty() {
            self.out.push_str(address);
        } else if !shown.contains(address.trim_end_matches('/')) {
            self.out.push_str(&format!(" ({address})"));
        }
    }

    fn finish(mut self) -> String {
        self.end_link();
        if !self.flows {
            return self.out;
        }
        let mut lines: Vec<&str> = Vec::new();
        for line in self.out.split('\n').map(str::trim) {
            if !(line.is_empty() && lines.last().is_none_or(|last| last.is_empty())) {
                lines.push(line);
            }
        }
        lines.join("\n").trim_end().to_owned()
    }
}

fn leads_somewhere(target: &str) -> bool {
    let lower = target.to_ascii_lowercase();
    ["https://", "http://", "mailto:", "tel:"].iter().any(|scheme| lower.starts_with(scheme))
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn html_becomes_the_text_that_a_reader_would_see() {
        for (html, text) in [
            ("<p>Hello, how can I help?</p>", "Hello, how can I help?"),
            ("<p>one</p><p>two</p>", "one\ntwo"),
            ("<p>one</p><p><br></p><p>two</p>", "one\n\ntwo"),
            ("one<br/>two<BR >three", "one\ntwo\nthree"),
            ("<div>a\n   b</div>", "a b"),
            ("<b>fat</b> and <i>thin</i>\nnext", "fat and thin\nnext"),
            ("Tom &amp; Jerry &lt;3 &#20320;&#x597d;&nbsp;!", "Tom & Jerry <3 你好 !"),
            ("<ul><li>a</li><li>b</li></ul>", "• a\n• b"),
            (
                "see <a href=\"https://shop.example/x?a=1&amp;b=2\">here</a>",
                "see here (https://shop.example/x?a=1&b=2)",
            ),
            ("<a href='https://shop.example/'>https://shop.example</a>", "https://shop.example"),
            ("<a href=\"javascript:alert(1)\">x</a>", "x"),
            ("<a href=mailto:li@shop.example></a>", "li@shop.example"),
            ("<img src=x onerror=alert(1) alt=\"a cat\">", "a cat"),
            ("a<script>alert('<p>')</script>b<STYLE>p{}</style >c", "abc"),
            ("a<!-- hidden <p> -->b", "ab"),
            ("<table><tr><td>1</td><td>2</td></tr></table>", "1 2"),
            ("<p>a</p>\n\n\n<p>b</p>", "a\nb"),
            ("&lt;script&gt;alert(1)&lt;/script&gt;", "<script>alert(1)</script>"),
        ] {
            assert_eq!(plain(html), text, "{html}");
        }
    }

    #[test]
    fn text_that_is_no_html_stays_what_it_is() {
        for text in [
            "a < b && c > d",
            "if (a<b) x&y;",
            "<name> & <T>",
            "  two\n lines ",
            "<3",
            "1 <p",
            "<!-- open",
            "",
            "&;&#;&#x;",
        ] {
            assert_eq!(plain(text), text);
        }
    }

    #[test]
    fn long_nonsense_is_read_in_one_pass() {
        for unit in ["<", "<a ", "<a \"", "<a '", "<!--", "&", "&#", "<script", "<p title='", "</"] {
            let long = unit.repeat(200_000 / unit.len());
            assert!(plain(&long).len() <= long.len());
        }
    }
}
