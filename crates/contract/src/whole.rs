//! Whole numbers as JSON has them, where `7` and `7.0` are the same number; serde's own readers take the first alone.

use core::fmt;
use core::marker::PhantomData;
use serde::de::{Deserializer, Error, Unexpected, Visitor};

/// Up to here every whole number is a float as well, 2^53.
const MOST_EXACT: f64 = 9_007_199_254_740_992.0;

/// A whole number from 0 up, in the bounds of its type.
///
/// # Errors
/// When it is none.
pub fn number<'de, D: Deserializer<'de>, T: TryFrom<u64>>(reader: D) -> Result<T, D::Error> {
    reader.deserialize_u64(Whole(PhantomData))
}

/// The same, or nothing.
///
/// # Errors
/// When it is neither.
pub fn maybe<'de, D: Deserializer<'de>, T: TryFrom<u64>>(reader: D) -> Result<Option<T>, D::Error> {
    reader.deserialize_option(Maybe(PhantomData))
}

struct Whole<T>(PhantomData<T>);

impl<T: TryFrom<u64>> Visitor<'_> for Whole<T> {
    type Value = T;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a whole number from 0 up, in bounds")
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<T, E> {
        T::try_from(number).map_err(|_| E::invalid_value(Unexpected::Unsigned(number), &"a smaller number"))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<T, E> {
        let positive = u64::try_from(number);
        self.visit_u64(positive.map_err(|_| E::invalid_value(Unexpected::Signed(number), &"0 or more"))?)
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<T, E> {
        if !(0.0..=MOST_EXACT).contains(&number) || number.fract() != 0.0 {
            return Err(E::invalid_value(Unexpected::Float(number), &"a whole number"));
        }
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is whole and within")]
        self.visit_u64(number as u64)
    }
}

struct Maybe<T>(PhantomData<T>);

impl<'de, T: TryFrom<u64>> Visitor<'de> for Maybe<T> {
    type Value = Option<T>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a whole number from 0 up, in bounds, or nothing")
    }

    fn visit_none<E: Error>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_unit<E: Error>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, reader: D) -> Result<Option<T>, D::Error> {
        number(reader).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Both {
        #[serde(deserialize_with = "number")]
        must: u64,
        #[serde(default, deserialize_with = "maybe")]
        may: Option<u8>,
    }

    fn read(json: &str) -> Option<(u64, Option<u8>)> {
        serde_json::from_str::<Both>(json).ok().map(|both| (both.must, both.may))
    }

    #[test]
    fn a_number_is_the_same_with_a_point() {
        assert_eq!(read(r#"{"must": 7, "may": 7.0}"#), Some((7, Some(7))));
        assert_eq!(read(r#"{"must": 37540.0}"#), Some((37_540, None)));
        assert_eq!(read(r#"{"must": 3.754e4, "may": null}"#), Some((37_540, None)));
        assert_eq!(read(r#"{"must": 18446744073709551615}"#), Some((u64::MAX, None)));
        for wrong in
            ["-1", "1.5", "-0.5", "1e300", "18446744073709551616", "\"1\"", "null", "true", "[1]", "NaN"]
        {
            assert_eq!(read(&format!(r#"{{"must": {wrong}}}"#)), None, "{wrong}");
        }
        for wrong in ["256", "256.0", "-1", "\"1\"", "[]"] {
            assert_eq!(read(&format!(r#"{{"must": 1, "may": {wrong}}}"#)), None, "{wrong}");
        }
    }
}
