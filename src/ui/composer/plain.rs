//! What of a text is sent.

/// The text without what no reader can show: control characters, NUL among them, but for tabs and line ends, and the
/// marks that turn the direction of what follows. White space around it goes.
pub fn plain(text: &str) -> String {
    let stays = |char: &char| match char {
        '\n' | '\t' => true,
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => false,
        _ => !char.is_control(),
    };
    text.replace("\r\n", "\n").replace('\r', "\n").chars().filter(stays).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_go_and_lines_stay() {
        assert_eq!(plain(" a\0b\u{7}c\r\nd\re\tf\u{85} "), "abc\nd\ne\tf");
        assert_eq!(plain("订单 👩‍👩‍👧 مرحبا\u{200f}"), "订单 👩‍👩‍👧 مرحبا\u{200f}");
        assert_eq!(plain("safe\u{202e}gpj.exe"), "safegpj.exe");
        assert_eq!(plain("\0\u{1b}"), "");
    }
}
