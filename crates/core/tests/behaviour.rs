//! The core seen from outside: stories and properties in virtual time.

mod properties;
mod scenarios;
mod support;
