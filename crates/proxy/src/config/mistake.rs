//! What is wrong with the settings, and how it is said.

use std::cell::RefCell;
use std::fmt;
use std::path::PathBuf;

/// One mistake in the settings. Its text is one line and never holds a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mistake {
    /// The file of settings cannot be read.
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        problem: String,
    },
    /// The file is not TOML.
    Syntax {
        /// Line, counted from 1.
        line: usize,
        /// Column in characters, counted from 1.
        column: usize,
        /// What the parser says.
        problem: String,
    },
    /// A key that does not exist.
    UnknownKey {
        /// The whole path of the key.
        path: String,
        /// The key that was probably meant.
        suggestion: Option<String>,
    },
    /// A value that cannot be used.
    Value {
        /// The whole path of the key.
        path: String,
        /// What is wrong.
        wrong: String,
        /// What is expected.
        expected: String,
    },
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, problem } => write!(f, "cannot read {}: {problem}", path.display()),
            Self::Syntax { line, column, problem } => {
                write!(f, "line {line}, column {column}: {}", problem.replace('\n', "; "))
            }
            Self::UnknownKey { path, suggestion: Some(suggestion) } => {
                write!(f, "unknown key `{path}`; did you mean `{suggestion}`?")
            }
            Self::UnknownKey { path, suggestion: None } => write!(f, "unknown key `{path}`"),
            Self::Value { path, wrong, expected } => write!(f, "`{path}`: {wrong}; expected {expected}"),
        }
    }
}

impl std::error::Error for Mistake {}

/// Collects mistakes while reading goes on.
#[derive(Default)]
pub(super) struct Mistakes(RefCell<Vec<Mistake>>);

impl Mistakes {
    pub(super) fn add(&self, mistake: Mistake) {
        self.0.borrow_mut().push(mistake);
    }

    pub(super) fn value(&self, path: &str, wrong: impl Into<String>, expected: impl Into<String>) {
        self.add(Mistake::Value { path: path.into(), wrong: wrong.into(), expected: expected.into() });
    }

    pub(super) fn into_vec(self) -> Vec<Mistake> {
        self.0.into_inner()
    }
}

/// The known word nearest to `word`, if one is near enough to have been meant.
pub(super) fn nearest(word: &str, known: &[&'static str]) -> Option<&'static str> {
    let limit = (word.chars().count() / 3).clamp(1, 3);
    known
        .iter()
        .map(|candidate| (distance(word, candidate), *candidate))
        .filter(|(distance, candidate)| {
            *distance <= limit
                || (word.len() >= 3 && (candidate.starts_with(word) || word.starts_with(candidate)))
        })
        .min()
        .map(|(_, candidate)| candidate)
}

/// How many letters must be changed, added, removed or swapped with their neighbour to make one word from the other.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    // The row before `row`, and the letter it belongs to.
    let mut older: Option<(Vec<usize>, char)> = None;
    for (i, left) in a.chars().enumerate() {
        let mut before = i + 1;
        let mut next = vec![before];
        let mut right_before = None;
        for (j, (right, corner)) in b.iter().zip(&row).enumerate() {
            let above = row.get(j + 1).copied().unwrap_or_default();
            let mut cost = (corner + usize::from(left != *right)).min(above + 1).min(before + 1);
            if let (Some((older, left_before)), Some(right_before)) = (&older, right_before)
                && (left, *left_before) == (right_before, *right)
            {
                let swapped = j.checked_sub(1).and_then(|at| older.get(at)).copied();
                cost = cost.min(swapped.unwrap_or(usize::MAX - 1) + 1);
            }
            before = cost;
            right_before = Some(*right);
            next.push(cost);
        }
        older = Some((std::mem::replace(&mut row, next), left));
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{distance, nearest};

    #[test]
    fn a_misspelt_key_is_recognised() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("tilte", "title"), 1);
        assert_eq!(distance("ba", "ab"), 1);
        assert_eq!(nearest("tilte", &["id", "origins", "title"]), Some("title"));
        let known = ["app_key", "app_secret", "app_secret_file", "base_url"];
        assert_eq!(nearest("app_keys", &known), Some("app_key"));
        assert_eq!(nearest("baseurl", &known), Some("base_url"));
        assert_eq!(nearest("app-secret", &known), Some("app_secret"));
        assert_eq!(nearest("colour", &known), None);
    }
}
