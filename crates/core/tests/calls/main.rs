//! The call machine seen from outside: stories, walks through all orders, and properties in virtual time.

mod asking;
mod bench;
mod controls;
mod ends;
mod following;
mod network;
mod observer;
mod opening;
mod orders;
mod pairs;
mod placing;
mod properties;
mod quality;
mod world;
