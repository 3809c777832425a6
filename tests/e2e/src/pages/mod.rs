//! What visitors and agents see, and what they do there.

mod agent;
mod panel;
mod shop;
mod words;

pub use agent::AgentPage;
pub use panel::{Line, Panel, Side};
pub use shop::ShopPage;
pub use words::Words;
