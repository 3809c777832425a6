//! Stories, one each.

mod following;
mod rating;
mod sending;
mod session;
mod tabs;
