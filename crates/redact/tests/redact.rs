//! What is hidden, and what stays.

use frontdesk_contract::RedactRule;
use frontdesk_redact::redact;
use proptest::prelude::*;

const ALL: [RedactRule; 3] = [RedactRule::Card, RedactRule::CnId, RedactRule::UsSsn];

fn shown(text: &str) -> String {
    redact(text, &ALL).unwrap_or_else(|| text.to_owned())
}

#[test]
fn cards_are_hidden_but_for_their_last_digits() {
    // Numbers that the issuers publish for tests.
    for (text, expected) in [
        ("4111111111111111", "************1111"),
        ("4111 1111 1111 1111", "**** **** **** 1111"),
        ("4111-1111-1111-1111", "****-****-****-1111"),
        ("my card 378282246310005, please", "my card ***********0005, please"),
        ("3782 822463 10005", "**** ****** *0005"),
        ("卡号5555555555554444谢谢", "卡号************4444谢谢"),
        ("6011111111111117 and 3530111333300000", "************1117 and ************0000"),
        ("30569309025904", "**********5904"),
        ("2223003122003222", "************3222"),
        ("6200000000000005", "************0005"),
        ("4222222222222", "*********2222"),
        ("6304000000000000", "************0000"),
        ("４１１１　１１１１　１１１１　１１１１", "****　****　****　１１１１"),
        ("٤١١١١١١١١١١١١١١١", "************١١١١"),
        ("4111 1111 1111 1111 12/27 123", "**** **** **** 1111 12/27 123"),
        ("order 12 4111111111111111", "order 12 ************1111"),
        ("4111\u{a0}1111\u{a0}1111\u{a0}1111", "****\u{a0}****\u{a0}****\u{a0}1111"),
    ] {
        assert_eq!(shown(text), expected);
    }
}

#[test]
fn chinese_identity_numbers_are_hidden() {
    for (text, expected) in [
        ("11010519491231002X", "******************"),
        ("身份证11010519491231002x。", "身份证******************。"),
        ("440524188001010014", "******************"),
        ("110105 19491231 002X", "****** ******** ****"),
        ("１１０１０５１９４９１２３１００２Ｘ", "******************"),
    ] {
        assert_eq!(shown(text), expected);
    }
}

#[test]
fn the_shape_of_social_security_numbers_is_hidden() {
    assert_eq!(shown("it is 123-45-6789."), "it is ***-**-****.");
    assert_eq!(shown("123 45 6789"), "*** ** ****");
}

#[test]
fn what_a_checksum_or_a_shape_tells_apart_stays() {
    for text in [
        "",
        "hello",
        "4111111111111112",
        "4111 1111 1111 1112",
        "0000000000000000",
        "1234567890123456",
        "order 20261121000412345678",
        "order 41111111111111110",
        "41 11 11 11 11 11 11 11",
        "+8613800138000",
        "+1 650 253 0000",
        "11010519491231002",
        "110105194912310021",
        "11010519491331002X",
        "990105194912310029",
        "X",
        "1X2",
        "123456789",
        "000-45-6789",
        "666-45-6789",
        "900-45-6789",
        "123-00-6789",
        "123-45-0000",
        "123-45 6789",
        "123-45-6789-0",
        "1-123-45-6789",
        "2026-11-21 23:45",
        "4111.1111.1111.1111",
        "IBAN DE89 3704 0044 0532 0130 00",
    ] {
        assert_eq!(redact(text, &ALL), None, "{text}");
    }
}

#[test]
fn only_what_the_desk_asks_for_is_hidden() {
    let text = "4111111111111111 11010519491231002X 123-45-6789";
    assert_eq!(redact(text, &[]), None);
    assert_eq!(redact(text, &[RedactRule::Unknown]), None);
    let ssn = "4111111111111111 11010519491231002X ***-**-****";
    assert_eq!(redact(text, &[RedactRule::UsSsn]).as_deref(), Some(ssn));
}

fn luhn_digit(digits: &[u8]) -> u8 {
    let doubled = |(place, digit): (usize, &u8)| {
        let digit = u32::from(*digit) * if place % 2 == 0 { 2 } else { 1 };
        digit / 10 + digit % 10
    };
    let sum: u32 = digits.iter().rev().enumerate().map(doubled).sum();
    u8::try_from((10 - sum % 10) % 10).expect("a digit")
}

fn text(digits: &[u8]) -> String {
    digits.iter().map(|digit| char::from(b'0' + digit)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    /// Every Visa number is hidden, however it is written; with any other last digit it is none and stays.
    #[test]
    fn the_checksum_decides(mut digits in proptest::collection::vec(0u8..10, 14), join in "[ -]?", wrong in 1u8..10) {
        digits.insert(0, 4);
        let last = luhn_digit(&digits);
        let card = |last: u8| {
            let all = format!("{}{last}", text(&digits));
            let groups: Vec<&str> = [0, 4, 8, 12].iter().map(|at| &all[*at..at + 4]).collect();
            groups.join(&join)
        };
        let good = format!("pay {} now", card(last));
        let hidden = redact(&good, &[RedactRule::Card]).expect("it is hidden");
        let end = card(last).split_off(card(last).len() - 4) + " now";
        prop_assert!(hidden.ends_with(&end));
        prop_assert_eq!(hidden.chars().filter(char::is_ascii_digit).count(), 4);
        prop_assert_eq!(redact(&card((last + wrong) % 10), &[RedactRule::Card]), None);
    }

    /// A changed digit of an identity number makes it another text, which stays.
    #[test]
    fn a_misprint_is_no_identity_number(at in 0usize..17, by in 1u8..10) {
        let mut digits: Vec<u8> = b"44052418800101001".iter().map(|digit| digit - b'0').collect();
        digits[at] = (digits[at] + by) % 10;
        let text = format!("{}4", text(&digits));
        prop_assert_eq!(redact(&text, &[RedactRule::CnId]), None);
    }

    /// Whatever is written: twice is once, nothing but digits changes, and nothing grows.
    #[test]
    fn hiding_is_stable(text in "[0-9xX４٤ \u{3000}a-d.,-]{0,60}|\\PC{0,40}|(4111 ?1111 ?1111 ?1111|[ 0-9-]){0,8}") {
        if let Some(once) = redact(&text, &ALL) {
            prop_assert_eq!(redact(&once, &ALL), None);
            prop_assert_eq!(once.chars().count(), text.chars().count());
            prop_assert!(once.len() <= text.len());
            for (new, old) in once.chars().zip(text.chars()) {
                prop_assert!(new == old || (new == '*' && (old.is_numeric() || "xXｘＸ".contains(old))));
            }
        }
    }
}
