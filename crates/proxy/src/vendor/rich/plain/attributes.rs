//! Attributes of a tag, read as HTML reads them (HTML §13.2.5.32 to 39). What HTML would only mend is none: people who
//! write `a<b & c>d` mean no bold text.

/// The longest tag that is taken for one, in bytes.
const LONGEST: usize = 4096;

/// Attributes without a value that mean something.
const SWITCHES: &[&str] = &[
    "allowfullscreen",
    "async",
    "autofocus",
    "autoplay",
    "checked",
    "compact",
    "contenteditable",
    "controls",
    "default",
    "defer",
    "disabled",
    "download",
    "hidden",
    "inert",
    "ismap",
    "itemscope",
    "loop",
    "multiple",
    "muted",
    "noshade",
    "nowrap",
    "open",
    "playsinline",
    "readonly",
    "required",
    "reversed",
    "selected",
];

/// Attributes that are known without quotes around their value too; and all that begin as in [`FAMILIES`].
const KNOWN: &[&str] = &[
    "abbr",
    "action",
    "align",
    "alt",
    "background",
    "bgcolor",
    "border",
    "bordercolor",
    "cellpadding",
    "cellspacing",
    "charset",
    "cite",
    "class",
    "clear",
    "color",
    "cols",
    "colspan",
    "content",
    "controls",
    "data",
    "datetime",
    "dir",
    "face",
    "for",
    "frameborder",
    "headers",
    "height",
    "href",
    "hreflang",
    "hspace",
    "http-equiv",
    "id",
    "lang",
    "loading",
    "method",
    "name",
    "placeholder",
    "poster",
    "preload",
    "rel",
    "role",
    "rows",
    "rowspan",
    "rules",
    "scope",
    "scrolling",
    "size",
    "sizes",
    "span",
    "src",
    "srcdoc",
    "srcset",
    "start",
    "style",
    "summary",
    "tabindex",
    "target",
    "text",
    "title",
    "type",
    "usemap",
    "valign",
    "value",
    "vspace",
    "width",
    "wrap",
];
const FAMILIES: &[&str] = &["aria-", "data-", "form", "item", "on", "xlink:", "xml:", "xmlns"];

/// The attributes of a tag: what stands between its name and its `>`.
#[derive(Clone, Copy)]
pub(super) struct Attributes<'a>(&'a str);

impl<'a> Attributes<'a> {
    /// Reads up to `>`; answers what follows it too. `None`: there is none, or what stands there is not plausible.
    pub(super) fn read(text: &'a str) -> Option<(Self, &'a str)> {
        if !text.starts_with(['>', '/']) && !text.starts_with(blank) {
            return None;
        }
        let window = text.get(..text.floor_char_boundary(LONGEST))?;
        let mut rest = window;
        loop {
            rest = rest.trim_start_matches(|char| blank(char) || char == '/');
            if rest.starts_with('>') {
                let end = window.len() - rest.len();
                return Some((Self(text.get(..end)?), text.get(end + 1..)?));
            }
            let (attribute, after) = one(rest)?;
            if !attribute.is_plausible() {
                return None;
            }
            rest = after;
        }
    }

    /// Whether there is none.
    pub(super) fn is_empty(self) -> bool {
        self.into_iter().next().is_none()
    }
}

impl<'a> IntoIterator for Attributes<'a> {
    type Item = (&'a str, Option<&'a str>);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        Iter(self.0)
    }
}

/// Names and values, character references not read.
pub(super) struct Iter<'a>(&'a str);

impl<'a> Iterator for Iter<'a> {
    type Item = (&'a str, Option<&'a str>);

    fn next(&mut self) -> Option<Self::Item> {
        let (found, rest) = one(self.0.trim_start_matches(|char| blank(char) || char == '/'))?;
        self.0 = rest;
        Some((found.name, found.value))
    }
}

struct Attribute<'a> {
    name: &'a str,
    value: Option<&'a str>,
    quoted: bool,
}

impl Attribute<'_> {
    fn is_plausible(&self) -> bool {
        let begins = |char: char| char.is_ascii_alphabetic() || matches!(char, '_' | ':' | '@');
        let goes_on = |char: char| begins(char) || char.is_ascii_digit() || matches!(char, '-' | '.');
        let lower = self.name.to_ascii_lowercase();
        let named = self.name.starts_with(begins) && self.name.chars().all(goes_on);
        named
            && match self.value {
                None => SWITCHES.contains(&lower.as_str()),
                Some(_) if self.quoted => true,
                Some(_) => {
                    KNOWN.contains(&lower.as_str())
                        || SWITCHES.contains(&lower.as_str())
                        || FAMILIES.iter().any(|family| lower.starts_with(family))
                }
            }
    }
}

/// The attribute at the beginning, and what follows it; `None`: none is complete.
fn one(text: &str) -> Option<(Attribute<'_>, &str)> {
    let (name, after) = cut(text, |char| blank(char) || matches!(char, '=' | '/' | '>' | '<'))?;
    if name.is_empty() {
        return None;
    }
    let Some(value) = after.trim_start_matches(blank).strip_prefix('=') else {
        return Some((Attribute { name, value: None, quoted: false }, after));
    };
    let value = value.trim_start_matches(blank);
    if let Some(quote) = value.chars().next().filter(|char| matches!(char, '"' | '\'')) {
        let (value, after) = value.strip_prefix(quote)?.split_once(quote)?;
        return Some((Attribute { name, value: Some(value), quoted: true }, after));
    }
    let (value, after) = cut(value, |char| blank(char) || matches!(char, '>' | '<'))?;
    Some((Attribute { name, value: Some(value), quoted: false }, after))
}

/// What stands before the first such character, and the rest from it on.
fn cut(text: &str, ends: impl Fn(char) -> bool) -> Option<(&str, &str)> {
    text.split_at_checked(text.find(ends).unwrap_or(text.len()))
}

fn blank(char: char) -> bool {
    char.is_ascii_whitespace()
}
