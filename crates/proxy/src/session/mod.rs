//! Sessions: who a visitor is here, and how they prove it.
//!
//! # Layout
//! - [`credential`]: what the page holds, and what is stored of it
//! - [`handover`]: taking a session to another window
//! - [`identify`]: opening one for somebody for whom the site vouches
//! - [`naming`]: ids, and what an anonymous visitor is called
//! - [`open`]: opening, resuming and finding a session

pub mod credential;
pub mod handover;
pub mod identify;
pub mod naming;
pub mod open;
