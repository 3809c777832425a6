//! One part of a file, as `Range` asks for it (RFC 9110 §14).

/// What of a file is to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// All of it.
    Whole,
    /// From the first number to the last, both included.
    Span(u64, u64),
    /// Nothing of what was asked for is in the file.
    Outside,
}

/// Reads `Range` for a file of `size` bytes. Several ranges, other units and nonsense count as no range at all, as the
/// standard allows.
pub fn part(header: Option<&str>, size: u64) -> Part {
    let Some(spec) = header.and_then(|header| header.trim().strip_prefix("bytes=")) else {
        return Part::Whole;
    };
    let Some((first, last)) = spec.trim().split_once('-') else { return Part::Whole };
    let number = |text: &str| {
        let digits = !text.is_empty() && text.len() <= 19 && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| text.parse::<u64>().ok()).flatten()
    };
    match (first.trim(), last.trim()) {
        ("", suffix) => match number(suffix) {
            Some(0) => Part::Outside,
            Some(_) if size == 0 => Part::Outside,
            Some(length) => Part::Span(size.saturating_sub(length), size - 1),
            None => Part::Whole,
        },
        (first, last) => match (number(first), last.is_empty(), number(last)) {
            (Some(first), _, _) if first >= size && (last.is_empty() || number(last).is_some()) => {
                Part::Outside
            }
            (Some(first), true, _) => Part::Span(first, size.saturating_sub(1)),
            (Some(first), false, Some(last)) if last >= first => {
                Part::Span(first, last.min(size.saturating_sub(1)))
            }
            _ => Part::Whole,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_range_is_understood_and_nonsense_is_no_range() {
        for (header, expected) in [
            ("bytes=0-0", Part::Span(0, 0)),
            ("bytes=0-", Part::Span(0, 9)),
            ("bytes=3-5", Part::Span(3, 5)),
            ("bytes=3-500", Part::Span(3, 9)),
            ("bytes=-3", Part::Span(7, 9)),
            ("bytes=-300", Part::Span(0, 9)),
            ("bytes=10-", Part::Outside),
            ("bytes=-0", Part::Outside),
            ("bytes=5-3", Part::Whole),
            ("bytes=0-1,3-4", Part::Whole),
            ("lines=0-1", Part::Whole),
            ("bytes=x-y", Part::Whole),
            ("bytes=--1", Part::Whole),
            ("", Part::Whole),
        ] {
            assert_eq!(part(Some(header), 10), expected, "{header}");
        }
        assert_eq!(part(None, 10), Part::Whole);
        assert_eq!(part(Some("bytes=0-"), 0), Part::Outside);
    }

    proptest! {
        #[test]
        fn a_span_is_within_the_file(header in "bytes=[0-9]{0,20}-[0-9]{0,20}", size in 0u64..100) {
            if let Part::Span(first, last) = part(Some(&header), size) {
                prop_assert!(first <= last && last < size);
            }
        }
    }
}
