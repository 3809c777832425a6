//! One suite per view, and the whole.

mod composer;
mod dock;
mod embed;
mod history;
mod kinds;
mod notices;
mod rating;
mod rich;
mod transcript;
mod welcome;
