//! Drawings in a Word document, as Word keeps its icons (SVG 2): shapes and colours, and nothing that runs or is fetched.

use super::super::{Refused, Walked};
use super::xml::Reads;
use quick_xml::XmlVersion;
use quick_xml::events::BytesStart;

/// Elements that draw.
const ELEMENTS: &str = "circle clipPath defs desc ellipse g line linearGradient marker mask path pattern polygon polyline \
    radialGradient rect stop style svg switch symbol text textPath title tspan use view";
/// Styles may be so long together, in bytes.
const MOST_STYLE: usize = 64 << 10;

/// Follows the elements of a drawing.
#[derive(Default)]
pub(super) struct Drawing {
    styles: bool,
    style: String,
}

impl Reads for Drawing {
    fn start(&mut self, _space: Option<&[u8]>, element: &BytesStart<'_>) -> Walked<()> {
        // A style sheet holds text alone.
        if self.styles {
            return Err(active());
        }
        let name = element.local_name();
        if !ELEMENTS.split_ascii_whitespace().any(|known| known.as_bytes() == name.as_ref()) {
            return Err(active());
        }
        for attribute in element.attributes() {
            let attribute = attribute.map_err(|_| active())?;
            let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|_| active())?;
            let full = attribute.key.as_ref();
            if full == b"xmlns" || full.starts_with(b"xmlns:") {
                continue;
            }
            let local = attribute.key.local_name().as_ref().to_ascii_lowercase();
            let harmless = match local.as_slice() {
                [b'o', b'n', ..] | b"base" | b"src" => false,
                b"href" => value.starts_with('#'),
                _ => is_inert(&value),
            };
            if !harmless {
                return Err(active());
            }
        }
        self.styles = name.as_ref() == b"style";
        Ok(())
    }

    fn end(&mut self) -> Walked<()> {
        if self.styles && !is_inert(&std::mem::take(&mut self.style)) {
            return Err(active());
        }
        self.styles = false;
        Ok(())
    }

    fn text(&mut self, text: &str) -> Walked<()> {
        if self.styles {
            if self.style.len() + text.len() > MOST_STYLE {
                return Err(active());
            }
            self.style.push_str(text);
        }
        Ok(())
    }

    fn instruction(&mut self) -> Walked<()> {
        Err(active())
    }
}

/// Whether a style names nothing but parts of its own drawing (CSS 2.2 §4.3.4): no rule that fetches, no escape that hides one.
fn is_inert(style: &str) -> bool {
    let style = style.to_ascii_lowercase();
    let own = style
        .split("url(")
        .skip(1)
        .all(|rest| rest.trim_start().trim_start_matches(['"', '\'']).starts_with('#'));
    own && !style.contains(['@', '\\'])
        && !["image(", "image-set(", "src(", "/*"].iter().any(|word| style.contains(word))
        && !style.contains("script:")
}

fn active() -> Refused {
    Refused::Active("a drawing that is more than shapes")
}
