//! What came while the panel was closed.

use super::queue::{TITLE, outside_is};
use anyhow::{Result, ensure};
use frontdesk_e2e::pages::ShopPage;
use frontdesk_e2e::stack::Setup;
use frontdesk_e2e::{In, Options, Sandbox, story};
use serde_json::json;

/// What stands on the launcher, how a screen reader calls it, and the number that the page may ask for.
async fn unread_are(shop: &ShopPage, count: u32, badge: &str, name: &str) -> Result<()> {
    outside_is(shop, json!([TITLE, name, badge])).await?;
    let unread = shop.tab.run(In::Page, "return frontdesk.getUnread();", Vec::new()).await?;
    ensure!(unread == json!(count), "{unread} are unread");
    Ok(())
}

#[test]
fn what_is_unread_is_so_on_the_next_page_too() -> Result<()> {
    story(Options::default(), &Setup::default(), async |rig| {
        let shop = rig.shop("/").await?;
        let panel = shop.open_panel().await?;
        panel.say("Hello").await?;
        panel.has_sent("Hello").await?;
        let sandbox = Sandbox::of(&rig.stack);
        let here = json!([{"do": "agent", "name": "Mei"}, {"do": "text", "text": "I am here"}]);
        sandbox.play(&here, 0).await?;
        panel.hears("I am here").await?;
        shop.tab.run(In::Page, "frontdesk.close();", Vec::new()).await?;
        let news = json!([{"do": "text", "text": "It is oolong"}, {"do": "text", "text": "From 2024"}]);
        sandbox.play(&news, 0).await?;
        unread_are(&shop, 2, "2", "Chat, 2 unread messages").await?;
        for _ in 0..2 {
            shop.reload().await?;
            unread_are(&shop, 2, "2", "Chat, 2 unread messages").await?;
        }
        sandbox.play(&json!([{"do": "text", "text": "Shall I send it?"}]), 0).await?;
        unread_are(&shop, 3, "3", "Chat, 3 unread messages").await?;
        shop.click_launcher().await?;
        panel.hears("Shall I send it?").await?;
        unread_are(&shop, 0, "", "Chat").await
    })
}
