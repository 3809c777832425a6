//! Names of files: made safe to show, to store and to send in a header.

use frontdesk_contract::MAX_FILE_NAME_BYTES;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// The longest extension that counts as one, in bytes.
const LONGEST_EXTENSION: usize = 10;
/// `attr-char` of RFC 8187.
const ATTR_CHAR: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

/// The name in a header: percent-encoded UTF-8; `None` when it is not.
pub fn decode(header: &str) -> Option<String> {
    percent_decode_str(header).decode_utf8().ok().map(Into::into)
}

/// The extension of a name, lower case.
pub fn extension(name: &str) -> Option<String> {
    let (stem, extension) = name.trim_end_matches(['.', ' ']).rsplit_once('.')?;
    let fits = !stem.is_empty()
        && (1..=LONGEST_EXTENSION).contains(&extension.len())
        && extension.bytes().all(|byte| byte.is_ascii_alphanumeric());
    fits.then(|| extension.to_ascii_lowercase())
}

/// The name with the extension of its content: without path, control and direction characters, quotes that a shell or a
/// header would read, dots at either end and names of devices, at most [`MAX_FILE_NAME_BYTES`]; `stem` where nothing is left.
pub fn clean(name: &str, extension: &str, stem: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String = last.chars().filter(|c| !is_treacherous(*c)).map(tame).collect();
    let plain = plain.trim_matches(|c: char| c == '.' || c.is_whitespace());
    let own = self::extension(plain);
    let known = |own: &String| own == extension || (extension == "jpg" && own == "jpeg") || is_known(own);
    let mut base = match own {
        Some(own) if known(&own) => plain.get(..plain.len() - own.len() - 1).unwrap_or(plain),
        _ => plain,
    };
    // A picture called `a.html.png` is called `a.png`.
    while let Some(inner) = self::extension(base).filter(|inner| is_known(inner)) {
        base = base.get(..base.len() - inner.len() - 1).unwrap_or_default();
    }
    let base = base.trim_matches(|c: char| c == '.' || c.is_whitespace());
    let most = MAX_FILE_NAME_BYTES.saturating_sub(extension.len() + 1);
    let base = cut(base, most);
    let base = if base.is_empty() || is_device(base) { stem } else { base };
    format!("{base}.{extension}")
}

/// `Content-Disposition` by RFC 6266, with a plain name for old clients.
pub fn disposition(inline: bool, name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ' ') { c } else { '_' })
        .collect();
    let kind = if inline { "inline" } else { "attachment" };
    format!("{kind}; filename=\"{plain}\"; filename*=UTF-8''{}", utf8_percent_encode(name, ATTR_CHAR))
}

fn tame(c: char) -> char {
    match c {
        '"' | '<' | '>' | ':' | '|' | '?' | '*' | ';' | '%' | '`' | '$' | '{' | '}' => '_',
        c if c.is_whitespace() => ' ',
        c => c,
    }
}

/// Control characters, and those that change the direction or are not seen.
fn is_treacherous(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffd}'
            | '\u{e0000}'..='\u{e0fff}')
}

/// Extensions that programs act on, and those of the kinds that are known here.
fn is_known(extension: &str) -> bool {
    super::format::EXTENSIONS.contains(&extension) || is_active(extension)
}

/// Whether a system or a browser may run a file for its name. Content cannot tell a script from a text.
pub fn is_active(extension: &str) -> bool {
    const ACTIVE: &[&str] = &[
        "ade", "adp", "apk", "app", "appx", "asp", "aspx", "bash", "bat", "bin", "chm", "class", "cmd",
        "com", "command", "cpl", "deb", "desktop", "dll", "dmg", "docm", "dotm", "elf", "exe", "gadget",
        "hta", "htm", "html", "inf", "ins", "iso", "jar", "js", "jse", "jsp", "jspx", "ksh", "lnk", "mht",
        "mhtml", "mjs", "msc", "msi", "msp", "mst", "php", "phtml", "pif", "pkg", "pl", "ps1", "psm1", "py",
        "pyc", "pyw", "rb", "reg", "rpm", "scf", "scpt", "scr", "sct", "sh", "shb", "shtml", "so", "svg",
        "svgz", "swf", "sys", "url", "vb", "vbe", "vbs", "wasm", "ws", "wsc", "wsf", "wsh", "xht", "xhtml",
        "xll", "xlsm", "xml", "xpi", "xsl", "xslt", "zsh",
    ];
    ACTIVE.contains(&extension)
}

/// Names that Windows takes for devices, whatever their extension.
fn is_device(base: &str) -> bool {
    let first = base.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    let numbered = |prefix: &str| {
        first.strip_prefix(prefix).is_some_and(|rest| {
            matches!(rest, "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" | "¹" | "²" | "³")
        })
    };
    matches!(first.as_str(), "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$" | "CONIN_" | "CONOUT_")
        || numbered("COM")
        || numbered("LPT")
}

/// At most so many bytes, between characters.
fn cut(text: &str, most: usize) -> &str {
    let mut end = most.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default().trim_end()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_lose_what_is_dangerous_and_get_the_extension_of_their_content() {
        for (given, extension, expected) in [
            ("a.png", "png", "a.png"),
            ("a.PNG", "png", "a.png"),
            ("a.jpeg", "jpg", "a.jpg"),
            ("photo.svg", "png", "photo.png"),
            ("photo.html.png", "png", "photo.png"),
            ("photo.png.exe", "png", "photo.png"),
            ("v1.2 final", "txt", "v1.2 final.txt"),
            ("../../etc/passwd", "txt", "passwd.txt"),
            ("C:\\x\\y.jpg", "jpg", "y.jpg"),
            ("a\u{202e}gnp.exe", "jpg", "agnp.jpg"),
            ("a\r\nb\0.jpg", "jpg", "ab.jpg"),
            ("CON.png", "png", "file.png"),
            ("com1", "txt", "file.txt"),
            ("LPT9.tar", "zip", "file.zip"),
            ("...", "png", "file.png"),
            ("", "png", "file.png"),
            (".htaccess", "txt", "htaccess.txt"),
            ("账单 2026.pdf", "pdf", "账单 2026.pdf"),
            ("a\";x=<b>.png", "png", "a__x=_b_.png"),
        ] {
            assert_eq!(clean(given, extension, "file"), expected, "{given:?}");
        }
        let long = clean(&format!("{}.png", "好".repeat(200)), "png", "file");
        assert!(long.len() <= MAX_FILE_NAME_BYTES && long.ends_with("好.png"));
    }

    #[test]
    fn a_disposition_names_the_file_for_old_and_new_clients() {
        assert_eq!(
            disposition(false, "账 \"x\".png"),
            "attachment; filename=\"_ _x_.png\"; filename*=UTF-8''%E8%B4%A6%20%22x%22.png"
        );
        assert!(disposition(true, "a.png").starts_with("inline; "));
    }

    proptest! {
        #[test]
        fn no_name_breaks_out(name in any::<String>()) {
            let name = clean(&name, "png", "file");
            prop_assert!(name.len() <= MAX_FILE_NAME_BYTES && name.ends_with(".png") && !name.starts_with('.'));
            let treacherous = ['/', '\\', '"', '<', '\n', '\r', '\0', '\u{202e}'];
            prop_assert!(!name.contains(treacherous));
            prop_assert_eq!(clean(&name, "png", "file"), name.clone());
            let header = disposition(true, &name);
            prop_assert!(header.bytes().all(|byte| (0x20..0x7f).contains(&byte)));
        }
    }
}
