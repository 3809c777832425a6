//! Makes plain text of what agents and robots write: their consoles send HTML, or text, or both.
//!
//! Only what makes sense as HTML is taken for it ([`markup`]), so that `a < b` and `<name>` stay what they are. The
//! result is plain text and is shown as such; nothing here has to make HTML harmless.

mod attributes;
mod entity;
pub(super) mod markup;
pub(crate) mod tag;

use entity::entity;
use markup::{Markup, Piece};
use tag::Tag;

/// The plain text of a label.
pub(crate) fn plain(text: &str) -> String {
    or_written(of(&Markup::of_label(text)), text)
}

/// What was read of a text; where that is nothing to read, the text as it is written, so that something is said.
pub(super) fn or_written(read: String, text: &str) -> String {
    if read.is_empty() { text.to_owned() } else { read }
}

/// The plain text of a message that was taken apart; empty where it says nothing.
pub(super) fn of(markup: &Markup<'_>) -> String {
    let mut page = Page { out: String::new(), flows: markup.flows, bullets: 0, link: None };
    for piece in &markup.pieces {
        match piece {
            Piece::Text(text) => page.text(text),
            Piece::Tag(tag, _) => page.tag(tag),
        }
    }
    page.finish()
}

struct Page {
    out: String,
    flows: bool,
    /// Signs in it that stand before entries of lists.
    bullets: usize,
    /// Where the text of the open link begins, and where the link leads.
    link: Option<(usize, String)>,
}

impl Page {
    /// Text with character references.
    fn text(&mut self, text: &str) {
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('&') {
            self.write(before);
            rest = match entity(after) {
                Some((char, after)) => {
                    self.out.extend(char);
                    after
                }
                None => {
                    self.out.push('&');
                    after
                }
            };
        }
        self.write(rest);
    }

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
            self.bullets += 1;
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
        if self.out.chars().filter(|char| !char.is_whitespace()).count() == self.bullets {
            return String::new();
        }
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
            ("<p>a<script>alert('<p>')</script>b<STYLE>p{}</style >c</p>", "abc"),
            ("a<style>p{}</style><span class=x>b</span>", "ab"),
            ("Where <script>x</script>?", "Where ?"),
            ("<!DOCTYPE html><html><head><title>T</title></head><body onload=x()>a</body></html>", "a"),
            ("<svg width=1><path d='M0'/><text x=1>a</text></svg>b", "ab"),
            ("<object data=x><p>a</p></object>b", "a\nb"),
            ("<iframe>a</iframe><noscript>b</noscript><template>c</template>", "abc"),
            ("<!--StartFragment-->a<!--EndFragment-->", "a"),
            ("<p _ngcontent-a=\"\" v=\"1\">a</p>", "a"),
            ("a<!-- hidden <p> -->b", "ab"),
            ("<table><tr><td>1</td><td>2</td></tr></table>", "1 2"),
            ("<p>a</p>\n\n\n<p>b</p>", "a\nb"),
            ("<ul><li>a<li>b</ul>", "• a\n• b"),
            ("Use <br> for a new line", "Use\nfor a new line"),
            ("Use <p class=x> for <dd>", "Use\nfor"),
            ("<!-- a -->b", "b"),
            ("<ul><li></li><li>•</li></ul>", "•\n• •"),
            ("<html><body>a<p>b", "a\nb"),
            ("a<hr>b<wbr>c", "a\nbc"),
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
            "a<b & c>d",
            "a<b && c>d, e<i>f",
            "if (x <p and y> z)",
            "<name>, <address>, <title>, <time>",
            "press <input> or <img>",
            "x <b>y",
            "y</b> x",
            "Vec<option> in <code>",
            "x <script src=//a.example> y",
            "<style> is a tag, <svg> and <object> too",
            "Date of birth as <dd>.<mm>.<yyyy>",
            "Format <dd>/<mm>/<yyyy>",
            "Time as <hr>:<min>",
            "<hr>:<min>",
            "Put the code before </body>",
            "Put it in <head>, not in <body>",
            "Put it in <head> or <body>, or before </head>",
            "Use <p> for a paragraph",
            "Use <p>, or <hr>.",
            "Is it a <p>?",
            "Use <li> in <ul>",
            "the <table> is <tr> and <td>",
            "ticket <html>",
            "<html> and <body>",
            "<html>",
            "<tr>ansport",
            "<dt> <dd>",
            "<title> <th> <tbody> <thead>",
            "Write <!-- so --> for a comment",
            "Begin with <!DOCTYPE html> always",
            "<!-- comment -->",
            "<!DOCTYPE html>",
            "<a href=\"x\">",
            "<b></b>",
            "great </s>",
            "</p>",
            "<dd> <b c>",
            "a <b c=d> e",
            "a <b \"c\"> d",
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
