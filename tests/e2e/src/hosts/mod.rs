//! Websites that make it hard for a script of somebody else: strict ones, old ones, hostile ones.
//!
//! The pages lie in `tests/hosts/pages`, each with its headers beside it; [`pages::PAGES`] says what each of them does and
//! what is to come of it, [`policies::POLICIES`] the same of policies. The [shop](crate::shop) serves them below `/hosts/`.
//! [`visit`] makes a visitor's journey on one of them.
//!
//! # Layout
//! - [`pages`], [`policies`]: what is tried
//! - [`server`]: answers with them, and keeps reports of violated policies
//! - [`visit`]: what a visitor does there, and what must be the same afterwards
//! - `snapshot`: how a page differs from itself without the widget

pub mod pages;
pub mod policies;
pub mod server;
mod snapshot;
pub mod visit;

pub use pages::PAGES;
pub use policies::POLICIES;

use crate::browser::Kind;

/// What is to come of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The panel opens, a question goes to the centre, and the answer is shown.
    Works,
    /// The same without a frame of the desk's, for this reason: in a document of the page's own.
    Inside(&'static str),
    /// The panel cannot be shown, for this reason: a link leads to the desk's own page, where all works.
    Link(&'static str),
    /// Not even a link can be shown, for this reason: the page is as it would be without us, with the link of its own.
    Nothing(&'static str),
    /// It cannot be tried in this browser, for this reason.
    Untried(&'static str),
}

/// What a page has changed for itself, the browser's driver has to use as well.
const DRIVER: &[(Kind, Outcome)] = &[(
    Kind::Webkit,
    Outcome::Untried("WebKitGTK: its driver works by scripts in the page, which this page breaks"),
)];

impl Outcome {
    /// In a word or two.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Works => "works",
            Self::Inside(_) => "works inside",
            Self::Link(_) => "link",
            Self::Nothing(_) => "nothing",
            Self::Untried(_) => "not tried",
        }
    }

    /// What of these violated directives is not meant to be.
    #[must_use]
    pub fn unmeant(self, violated: Vec<String>) -> Vec<String> {
        let meant = |directive: &str| match self {
            Self::Works => false,
            Self::Inside(_) => directive == "frame-src",
            Self::Link(_) | Self::Nothing(_) | Self::Untried(_) => true,
        };
        violated.into_iter().filter(|directive| !meant(directive)).collect()
    }

    /// Why it does not work, if so.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Works => "",
            Self::Inside(reason) | Self::Link(reason) | Self::Nothing(reason) | Self::Untried(reason) => {
                reason
            }
        }
    }
}

/// A page, and what is to come of it.
#[derive(Clone, Copy, Debug)]
pub struct Host {
    /// Its name: of its file, or of its policy.
    pub name: &'static str,
    /// What makes it hard, for people.
    pub what: &'static str,
    /// What is to come of it.
    pub outcome: Outcome,
    /// Browsers in which it is something else.
    pub except: &'static [(Kind, Outcome)],
}

impl Host {
    /// What is to come of it in this browser.
    #[must_use]
    pub fn outcome_in(&self, kind: Kind) -> Outcome {
        let own = self.except.iter().find(|(other, _)| *other == kind);
        own.map_or(self.outcome, |(_, outcome)| *outcome)
    }

    const fn works(name: &'static str, what: &'static str) -> Self {
        Self { name, what, outcome: Outcome::Works, except: &[] }
    }

    /// Where what the driver needs is broken as well.
    const fn works_without_driver(name: &'static str, what: &'static str) -> Self {
        Self { name, what, outcome: Outcome::Works, except: DRIVER }
    }

    const fn inside(name: &'static str, what: &'static str, reason: &'static str) -> Self {
        Self { name, what, outcome: Outcome::Inside(reason), except: &[] }
    }

    const fn link(name: &'static str, what: &'static str, reason: &'static str) -> Self {
        Self { name, what, outcome: Outcome::Link(reason), except: &[] }
    }

    const fn nothing(name: &'static str, what: &'static str, reason: &'static str) -> Self {
        Self { name, what, outcome: Outcome::Nothing(reason), except: &[] }
    }
}
