//! Telephone numbers as people write them, and numbers that staff dial.

use crate::problem::Problem;
use crate::vendor::Placing;
use frontdesk_contract::{ErrorCode, MAX_CALL_DATA_CHARS, MAX_NUMBER_CHARS};

/// The zeros of scripts in which people type numbers (Unicode, decimal digits); the nine others follow each.
const ZEROS: &[char] = &[
    '\u{660}', '\u{6f0}', '\u{7c0}', '\u{966}', '\u{9e6}', '\u{a66}', '\u{ae6}', '\u{b66}', '\u{be6}',
    '\u{c66}', '\u{ce6}', '\u{d66}', '\u{de6}', '\u{e50}', '\u{ed0}', '\u{f20}', '\u{1040}', '\u{17e0}',
    '\u{1810}', '\u{ff10}',
];

/// A digit of any script, and what stands full width between digits, as ASCII has it.
pub fn ascii(char: char) -> char {
    let digit = |zero: &char| u32::from(char).checked_sub(u32::from(*zero)).filter(|value| *value < 10);
    if let Some(digit) = ZEROS.iter().find_map(digit).and_then(|value| char::from_digit(value, 10)) {
        return digit;
    }
    match char {
        '＋' => '+',
        '－' => '-',
        '（' => '(',
        '）' => ')',
        '．' => '.',
        '／' => '/',
        '\u{3000}' => ' ',
        char => char,
    }
}

/// A number as it is dialled: `+` at the beginning, digits, `*` and `#`. What people write between digits does not count. Whether
/// anybody has it, the centre knows: staff also dial short numbers and extensions, which are of no country's plan.
///
/// # Errors
/// [`ErrorCode::NumberInvalid`], naming the field.
pub fn dialled(number: &str, field: &'static str) -> Result<String, Problem> {
    let invalid =
        || Problem::new(ErrorCode::NumberInvalid, format!("field `{field}`: no number that can be dialled"));
    if number.chars().count() > MAX_NUMBER_CHARS {
        return Err(invalid());
    }
    let between = |c: &char| matches!(c, ' ' | '-' | '(' | ')' | '.' | '/' | '\u{a0}');
    let number: String = number.trim().chars().map(ascii).filter(|c| !between(c)).collect();
    if is_dialled(&number) { Ok(number) } else { Err(invalid()) }
}

/// Whether a text is a number as [`dialled`] answers it, or the beginning of one.
pub fn is_dialled(text: &str) -> bool {
    let rest = text.strip_prefix('+').unwrap_or(text);
    let key = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'*' | b'#');
    text.len() <= MAX_NUMBER_CHARS && rest.bytes().any(|byte| byte.is_ascii_digit()) && rest.bytes().all(key)
}

/// A call that staff wish for, with what the centre takes (createcall: numbers of 32 characters, data of 1,024).
///
/// # Errors
/// [`ErrorCode::NumberInvalid`]; [`ErrorCode::BadRequest`] for the data. Nothing of what was sent is repeated.
pub fn placing(called: &str, caller: Option<&str>, data: Option<&str>) -> Result<Placing, Problem> {
    let bad = |text: &'static str| Err(Problem::new(ErrorCode::BadRequest, text));
    if data.is_some_and(|data| data.chars().count() > MAX_CALL_DATA_CHARS) {
        return bad("field `data`: longer than 1,024 characters");
    }
    if data.is_some_and(|data| data.chars().any(char::is_control)) {
        return bad("field `data`: control characters are not taken");
    }
    Ok(Placing {
        called: dialled(called, "called")?,
        caller: caller.map(|caller| dialled(caller, "caller")).transpose()?,
        data: data.filter(|data| !data.is_empty()).map(str::to_owned),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_number_is_dialled_without_what_stands_between_its_digits() {
        for (number, expected) in [
            ("138 0013 8000", Some("13800138000")),
            ("+86 (0)138-0013-8000", Some("+86013800138000")),
            ("+1/650.253\u{a0}0000", Some("+16502530000")),
            (" 8012 ", Some("8012")),
            ("*21#", Some("*21#")),
            ("＋８６１３８", Some("+86138")),
            ("٠٥١٢", Some("0512")),
            ("", None),
            ("+", None),
            ("#", None),
            ("12+34", None),
            ("++86", None),
            ("1-800-FLOWERS", None),
            ("sip:1@evil.example", None),
            ("1;phone-context=x", None),
            ("1\r\n2", None),
            ("1½", None),
        ] {
            assert_eq!(dialled(number, "called").ok().as_deref(), expected, "{number}");
        }
        assert!(dialled(&"1".repeat(32), "called").is_ok() && dialled(&"1".repeat(33), "called").is_err());
    }

    #[test]
    fn what_the_centre_would_not_take_is_refused_by_name() {
        let refused = |called: &str, caller: Option<&str>, data: Option<&str>| {
            let problem = placing(called, caller, data).unwrap_err();
            (problem.code, problem.message.split(':').next().unwrap_or_default().to_owned())
        };
        assert_eq!(refused("x", None, None), (ErrorCode::NumberInvalid, "field `called`".into()));
        assert_eq!(refused("1", Some(""), None), (ErrorCode::NumberInvalid, "field `caller`".into()));
        let (long, fits) = ("x".repeat(1_025), "字".repeat(1_024));
        assert_eq!(refused("1", None, Some(&long)), (ErrorCode::BadRequest, "field `data`".into()));
        assert_eq!(refused("1", None, Some("a\0b")), (ErrorCode::BadRequest, "field `data`".into()));
        let good = placing("+86 138", Some("400-600"), Some(&fits)).unwrap();
        assert_eq!((good.called.as_str(), good.caller.as_deref()), ("+86138", Some("400600")));
        assert_eq!(good.data, Some(fits));
        assert_eq!(placing("1", None, Some("")).unwrap().data, None);
    }

    proptest! {
        #[test]
        fn no_number_panics(number in any::<String>()) {
            if let Ok(number) = dialled(&number, "called") {
                prop_assert!(is_dialled(&number) && dialled(&number, "called").as_ref() == Ok(&number));
            }
        }
    }
}
