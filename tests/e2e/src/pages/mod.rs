//! What visitors and agents see, and what they do there.

mod agent;
mod panel;
mod shop;
mod words;

pub use agent::AgentPage;
pub use panel::{Line, Panel, Side};
pub use shop::ShopPage;
pub use words::Words;

use anyhow::{Result, ensure};

use crate::tab::{In, Tab};
use crate::wait::until;

/// Waits until an element, found by an expression, has played for a second.
async fn plays(tab: &Tab, at: In, element: &str) -> Result<()> {
    until("sound is played", async || {
        let played = tab.run(at, &format!("return {element}.currentTime;"), Vec::new()).await?;
        let played = played.as_f64().unwrap_or(0.0);
        ensure!(played > 1.0, "{played} s were played");
        Ok(())
    })
    .await
}

/// Waits until an element shows a picture.
async fn has_picture(tab: &Tab, at: In, element: &str) -> Result<()> {
    until("there is a picture", async || {
        let width = tab.run(at, &format!("return {element}.videoWidth;"), Vec::new()).await?;
        ensure!(width.as_u64().unwrap_or(0) > 0, "there is none");
        Ok(())
    })
    .await
}
