//! One visitor with many tabs, with tabs that die, and with browsers that are killed.

mod eight;
mod kept;
mod one_way;
mod random;
mod sound;
mod takeover;
