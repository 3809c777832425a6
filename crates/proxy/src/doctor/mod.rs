//! `frontdesk doctor`: walks the way of a visitor to the centre and back, once, and says what is wrong with the settings.
//!
//! It opens a conversation under a name of its own, says two sentences, hands over a small file and ends. What the centre does is
//! compared with what the settings say: a promise too much loses or doubles messages, one too few only costs.
//!
//! # Layout
//! - [`chain`]: token, conversation, messages, poll, history, rating, calls, file
//! - [`push`]: whether what the centre sends by itself arrives
//! - [`page`]: what a page of the website sends with itself
//! - `policy`: whether a Content Security Policy permits an address
//! - `isolation`: whether a page that is isolated takes loader and frame

pub mod chain;
mod isolation;
pub mod page;
mod policy;
pub mod push;

use std::fmt;
use std::time::Duration;

/// What asks a server that is no centre.
fn client(patience: Duration) -> reqwest::ClientBuilder {
    // Only the first call of the process does something.
    let _installed = rustls::crypto::ring::default_provider().install_default();
    let agent = concat!("frontdesk-doctor/", env!("CARGO_PKG_VERSION"));
    reqwest::Client::builder().user_agent(agent).timeout(patience)
}

/// How it stands with one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// As it should be.
    Good,
    /// It works, and could be better or cannot be told.
    Hint,
    /// To be mended.
    Wrong,
}

/// What was found out about one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How it stands.
    pub verdict: Verdict,
    /// What was looked at, in a word or two.
    pub what: &'static str,
    /// What was seen, and which setting to look at. One line without any secret.
    pub text: String,
}

impl Finding {
    fn good(what: &'static str, text: impl Into<String>) -> Self {
        Self { verdict: Verdict::Good, what, text: text.into() }
    }

    fn hint(what: &'static str, text: impl Into<String>) -> Self {
        Self { verdict: Verdict::Hint, what, text: text.into() }
    }

    fn wrong(what: &'static str, text: impl Into<String>) -> Self {
        Self { verdict: Verdict::Wrong, what, text: text.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self.verdict {
            Verdict::Good => "ok",
            Verdict::Hint => "hint",
            Verdict::Wrong => "WRONG",
        };
        // What a centre or a page says is shown, not obeyed.
        let text: String = self.text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        write!(f, "{word:<6}{}: {text}", self.what)
    }
}

/// Whoever is told of findings as they come.
pub type Tell<'a> = &'a mut (dyn FnMut(Finding) + Send);
