//! Stories, one each.

mod answers;
mod calling;
mod contact;
mod earlier;
mod errands;
mod files;
mod following;
mod history;
mod identity;
mod merging;
mod one_way;
mod rating;
mod redacting;
mod resuming;
mod sending;
mod session;
mod sharing;
mod storage;
mod suggestions;
mod tabs;
mod unread;
