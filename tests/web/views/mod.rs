//! One suite per view, and the whole.

mod composer;
mod dock;
mod embed;
mod notices;
mod transcript;
mod welcome;
