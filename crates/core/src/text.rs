//! What of a text is sent.

/// The longest text that is taken while it is not known how much the desk takes, in UTF-8 bytes.
pub const MAX_TEXT_BYTES: usize = 16_384;

/// The text without what no reader can show: control characters, NUL among them, but for tabs and line ends, and the
/// marks that turn the direction of what follows. White space around it goes.
pub fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut before = ' ';
    for char in text.chars() {
        match char {
            '\n' if before == '\r' => {}
            '\n' | '\r' | '\t' if plain.is_empty() => {}
            '\r' => plain.push('\n'),
            '\n' | '\t' => plain.push(char),
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {}
            _ if char.is_control() || (plain.is_empty() && char.is_whitespace()) => {}
            _ => plain.push(char),
        }
        before = char;
    }
    plain.truncate(plain.trim_end().len());
    plain
}

/// What stands in a field once a text has come back to it: before what was written there since.
pub fn returned(text: &str, field: &str) -> String {
    if field.trim().is_empty() { text.to_owned() } else { [text, "\n", field].concat() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_back_stands_before_what_was_written_since() {
        assert_eq!(returned("a", "b"), "a\nb");
        assert_eq!(returned("a", " \n"), "a");
    }

    #[test]
    fn control_characters_go_and_lines_stay() {
        assert_eq!(plain(" a\0b\u{7}c\r\nd\re\tf\u{85} "), "abc\nd\ne\tf");
        assert_eq!(plain("a\n\rb\r\r\nc"), "a\n\nb\n\nc");
        assert_eq!(plain("safe\u{202e}gpj.exe"), "safegpj.exe");
        assert_eq!(plain("\0\u{1b} \u{3000}\n"), "");
    }

    #[test]
    fn letters_of_every_script_stay_with_their_joiners_and_marks() {
        for text in [
            "订单",
            "👩\u{200d}👩\u{200d}👧",
            "مرحبا\u{200f}!",
            "\u{200e}a",
            "नमस\u{94d}\u{200c}ते",
            "e\u{301}",
            "🇨🇭",
        ] {
            assert_eq!(plain(text), text);
        }
    }
}
