//! Which numbers a member of staff may call, by the word of the site: the claim `frontdesk_calls`, which is `true` or a list of
//! beginnings of numbers. `false` and an empty list are as if it were not there.

use crate::number::is_dialled;
use serde::{Deserialize, Deserializer, Serialize};

/// The most beginnings in a token.
const MOST: usize = 64;

/// Which numbers somebody may call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// Any.
    Any,
    /// Those that begin with one of these, letter for letter: `+86` does not stand for `0086`.
    Beginning(Vec<String>),
}

impl Reach {
    /// Whether a number may be called, as [`crate::number::dialled`] writes it.
    pub fn has(&self, number: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Beginning(list) => list.iter().any(|beginning| number.starts_with(beginning.as_str())),
        }
    }
}

/// The claim as a token has it.
#[derive(Deserialize)]
#[serde(untagged)]
enum Claim {
    All(bool),
    These(Vec<String>),
}

/// Reads the claim; an error, should it be anything but what is described.
pub(super) fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Reach>, D::Error> {
    let claim = Option::<Claim>::deserialize(from)?;
    match claim {
        None | Some(Claim::All(false)) => Ok(None),
        Some(Claim::All(true)) => Ok(Some(Reach::Any)),
        Some(Claim::These(list)) if list.is_empty() => Ok(None),
        Some(Claim::These(list)) if list.len() <= MOST && list.iter().all(|text| is_dialled(text)) => {
            Ok(Some(Reach::Beginning(list)))
        }
        Some(Claim::These(_)) => Err(serde::de::Error::custom("no list of beginnings of numbers")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_beginning_is_meant_letter_for_letter() {
        let reach = Reach::Beginning(vec!["+86".into(), "80".into()]);
        for (number, expected) in [
            ("+8613800138000", true),
            ("8012", true),
            ("008613800138000", false),
            ("+1650", false),
            ("+8", false),
        ] {
            assert_eq!(reach.has(number), expected, "{number}");
        }
        assert!(Reach::Any.has("1"));
    }
}
