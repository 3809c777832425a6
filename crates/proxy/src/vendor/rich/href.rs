//! Addresses that a visitor may be led to.

use url::Url;

/// The longest address, in bytes.
pub const MAX_HREF: usize = 2_048;

/// An absolute address by `https`, `http`, `mailto` or `tel`, in its normal form: the host in ASCII, without user name
/// and password, without blanks. `None` for everything else.
pub fn href(text: &str) -> Option<String> {
    let url = parsed(text)?;
    let address: String = url.into();
    (address.len() <= MAX_HREF).then_some(address)
}

/// As [`href`], for a page: `https` or `http` alone.
pub fn web(text: &str) -> Option<Url> {
    parsed(text).filter(|url| url.has_host() && url.as_str().len() <= MAX_HREF)
}

fn parsed(text: &str) -> Option<Url> {
    let text = text.trim_matches(|char: char| char.is_ascii_whitespace());
    // The parser would mend these; who writes them means something else.
    let odd = |char: char| char.is_control() || char.is_whitespace() || char == '\\' || is_hidden(char);
    if text.len() > MAX_HREF || text.chars().any(odd) {
        return None;
    }
    let url = Url::parse(text).ok()?;
    let fits = match url.scheme() {
        scheme @ ("https" | "http") => {
            let after = text.get(scheme.len()..)?;
            let host = url.host_str().is_some_and(|host| !host.is_empty());
            after.starts_with("://") && host && url.username().is_empty() && url.password().is_none()
        }
        // With a host they lead nowhere (RFC 6068, RFC 3966).
        "mailto" => !url.has_authority() && url.path().contains('@'),
        "tel" if url.has_authority() => false,
        "tel" => {
            let number = url.path();
            let in_number = |byte: u8| byte.is_ascii_alphanumeric() || b"+*#().-;=,".contains(&byte);
            number.bytes().all(in_number) && number.bytes().any(|byte| byte.is_ascii_digit())
        }
        _ => false,
    };
    fits.then_some(url)
}

/// Characters that are not seen but change what is: directions of writing, joiners without width, tags.
pub(super) fn is_hidden(char: char) -> bool {
    turns(char)
        || matches!(char,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
            | '\u{2028}' | '\u{2029}' | '\u{2060}'..='\u{2064}' | '\u{206a}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Characters that turn the direction of what follows them.
pub(super) fn turns(char: char) -> bool {
    matches!(char, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::href;

    #[test]
    fn four_schemes_lead_somewhere() {
        for (text, expected) in [
            ("https://shop.example/x?a=1&b=2#c", "https://shop.example/x?a=1&b=2#c"),
            (" HTTPS://Shop.Example ", "https://shop.example/"),
            ("http://127.0.0.1:8080/", "http://127.0.0.1:8080/"),
            ("https://商店.example/路", "https://xn--czrs0t.example/%E8%B7%AF"),
            ("mailto:li@shop.example?subject=42", "mailto:li@shop.example?subject=42"),
            ("tel:+86-20-12345678", "tel:+86-20-12345678"),
        ] {
            assert_eq!(href(text).as_deref(), Some(expected));
        }
    }

    #[test]
    fn nothing_else_does() {
        let long = format!("https://shop.example/{}", "a".repeat(2_048));
        for text in [
            "",
            "/orders/42",
            "//shop.example/x",
            "shop.example",
            "https:shop.example",
            "https:/shop.example",
            "https://",
            "https:///",
            "https://user@shop.example/",
            "https://bank.example:x@evil.example/",
            "https://bank.example\\@evil.example/",
            "java\tscript:alert(1)",
            "javascript:alert(1)//https://x",
            "data:text/html,x",
            "vbscript:x",
            "blob:https://shop.example/1",
            "file:///etc/passwd",
            "ftp://shop.example/",
            "https://sh\u{202e}op.example/",
            "https://shop.example/a b",
            "mailto:",
            "mailto://l/a:@",
            "tel://1/2",
            "tel:",
            "tel:javascript",
            "sms:123",
            long.as_str(),
        ] {
            assert_eq!(href(text), None, "{text}");
        }
    }
}
