//! What arrives while networks fail and programs are killed: real processes, a real browser, counted from outside.
//!
//! # Layout
//! - [`site`]: a shop, proxies that can be killed, a store, a centre, and fault proxies on both links
//! - [`page`]: a visitor at the keyboard of a real page, and an agent
//! - [`crowd`]: native visitors, while something is being killed
//! - [`recovery`]: how soon everything is well again, in real time
//! - [`figures`]: what became of all of it

pub mod crowd;
pub mod figures;
pub mod page;
pub mod parts;
pub mod recovery;
pub mod site;
