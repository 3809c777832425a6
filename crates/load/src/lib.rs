//! Bad load for the proxy: its own binary on loopback, before sandbox centres, under exercises that count.
//!
//! What an exercise asserts are counts and sizes: nothing lost, nothing doubled, limits held, memory bounded. Times are only
//! reported, as ratios to the same work without the trouble.
//!
//! # Layout
//! - [`exercises`]: one file for each exercise; how to add one stands there
//! - [`site`]: proxies, centres and what lies between them
//! - [`api`], [`visitor`], [`crowd`]: a visitor's side, and many of them
//! - [`pipeline`]: as many requests as a socket takes
//! - [`record`]: what the centre has
//! - [`memory`]: what a process holds
//! - [`report`]: what an exercise tells
//! - [`straight`]: the same without a proxy of ours, to compare with
//! - [`process`], [`redis`], [`passing`] ([`nginx`], [`bare`]), [`wait`]: programs that end with the test, and waiting for them

pub mod api;
pub mod bare;
pub mod crowd;
pub mod exercises;
pub mod memory;
pub mod nginx;
pub mod passing;
pub mod pipeline;
pub mod process;
pub mod record;
pub mod redis;
pub mod report;
pub mod site;
pub mod straight;
pub mod visitor;
pub mod wait;
