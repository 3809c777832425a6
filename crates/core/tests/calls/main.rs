//! The call machine seen from outside: stories, walks through all orders, and properties in virtual time.

mod bench;
mod ends;
mod in_call;
mod observer;
mod orders;
mod pairs;
mod properties;
mod stories;
mod world;
