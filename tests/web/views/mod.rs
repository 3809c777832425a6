//! One suite per view, and the whole.

mod attach;
mod bidi;
mod calls;
mod composer;
mod dock;
mod embed;
mod history;
mod kinds;
mod leave;
mod notices;
mod rating;
mod rich;
mod suggest;
mod transcript;
mod welcome;
