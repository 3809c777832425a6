//! What a visitor does and sees, each from the page through the proxy to the centre and back.

mod about;
mod back;
mod call_deaths;
mod call_hidden;
mod calls;
mod consent;
mod faces;
mod files;
mod hand_over;
mod history;
mod host_api;
mod host_calls;
mod identity;
mod inside;
mod kinds;
mod leave;
mod own_window;
mod parts;
mod placing;
mod production;
mod queue;
mod studio;
mod suggestions;
mod texts;
mod unread;
mod unsent;
