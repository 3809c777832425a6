//! What is a number that is hidden.

use super::digits;
use super::groups::{Group, X};
use frontdesk_contract::RedactRule;

/// Whether these groups make up a number of this kind. `follows`: what joins them to the next group, if there is one.
pub fn is(rule: RedactRule, groups: &[Group], follows: Option<char>) -> bool {
    match rule {
        RedactRule::Card => is_card(groups),
        RedactRule::CnId => is_cn_id(groups),
        RedactRule::UsSsn => is_us_ssn(groups, follows),
        RedactRule::Unknown => false,
    }
}

/// The number of a payment card (ISO/IEC 7812-1): it begins as those of an issuer do, has as many digits, and its last one
/// is right. Of several groups each has three digits at least, but for the last.
fn is_card(groups: &[Group]) -> bool {
    let first_groups = groups.split_last().map_or(groups, |(_, before)| before);
    if first_groups.iter().any(|group| group.digits.len() < 3) || digits(groups).any(|digit| digit == X) {
        return false;
    }
    is_issued(groups) && is_luhn(digits(groups))
}

/// Whether an issuer has numbers that begin so and are as long.
fn is_issued(groups: &[Group]) -> bool {
    let length = digits(groups).count();
    let first =
        |count: usize| digits(groups).take(count).fold(0_u32, |sum, digit| sum * 10 + u32::from(digit));
    match (first(2), first(4)) {
        // American Express.
        (34 | 37, _) => length == 15,
        // Diners Club.
        (36 | 38 | 39, _) | (_, 3000..=3059) => (14..=19).contains(&length),
        // JCB.
        (_, 3528..=3589) => (16..=19).contains(&length),
        // Visa.
        (40..=49, _) => matches!(length, 13 | 16 | 19),
        // Mastercard, and Mir before it.
        (51..=55, _) | (_, 2221..=2720) => length == 16,
        (_, 2200..=2204) => (16..=19).contains(&length),
        // Maestro.
        (50 | 56..=59 | 63 | 66..=69, _) => (13..=19).contains(&length),
        // Discover, RuPay, UnionPay.
        (60 | 62 | 64 | 65 | 81, _) => (16..=19).contains(&length),
        _ => false,
    }
}

/// The checksum of ISO/IEC 7812-1, annex B.
fn is_luhn(digits: impl DoubleEndedIterator<Item = u8>) -> bool {
    let sum: u32 = digits
        .rev()
        .enumerate()
        .map(|(place, digit)| match u32::from(digit) * if place % 2 == 1 { 2 } else { 1 } {
            two if two > 9 => two - 9,
            one => one,
        })
        .sum();
    sum.is_multiple_of(10)
}

/// The number of a Chinese resident identity card (GB 11643-1999): a region, a day of birth, and a checksum by
/// ISO 7064, MOD 11-2.
fn is_cn_id(groups: &[Group]) -> bool {
    // No array of 18 is made for texts without such a number.
    if digits(groups).count() != 18 || digits(groups).take(17).any(|digit| digit == X) {
        return false;
    }
    let number = |from: usize, count: usize| {
        digits(groups).skip(from).take(count).fold(0_u32, |sum, digit| sum * 10 + u32::from(digit))
    };
    let (year, month, day) = (number(6, 4), number(10, 2), number(12, 2));
    let region =
        matches!(number(0, 2), 11..=15 | 21..=23 | 31..=37 | 41..=46 | 50..=54 | 61..=65 | 71 | 81..=83 | 91);
    // Each place is worth twice as much as the one behind it.
    let sum = digits(groups).fold(0_u32, |sum, digit| (sum * 2 + u32::from(digit)) % 11);
    region && is_day(year, month, day) && sum == 1
}

fn is_day(year: u32, month: u32, day: u32) -> bool {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1850..2100).contains(&year) && (1..=days).contains(&day)
}

/// The shape of a social security number of the United States, `AAA-GG-SSSS`, with numbers that are given out. There is no
/// checksum, so nine digits in a row are none.
fn is_us_ssn(groups: &[Group], follows: Option<char>) -> bool {
    let [area, group, serial] = groups else { return false };
    if (area.digits.len(), group.digits.len(), serial.digits.len()) != (3, 2, 4) {
        return false;
    }
    let joined = group.joined.is_some() && group.joined == serial.joined;
    let alone = area.joined != group.joined && follows != group.joined;
    let number =
        |group: &Group| group.digits.iter().fold(0_u32, |sum, digit| sum * 10 + u32::from(digit.value));
    let given = !matches!(number(area), 0 | 666 | 900..) && number(group) > 0 && number(serial) > 0;
    joined && alone && given && !digits(groups).any(|digit| digit == X)
}
