//! What came while the panel was closed.

use anyhow::{Result, ensure};
use frontdesk_e2e::pages::ShopPage;
use frontdesk_e2e::stack::Setup;
use frontdesk_e2e::{In, Options, Sandbox, story, until};
use serde_json::json;

/// The number that the page may ask for, what stands on the launcher, and how a screen reader calls it.
async fn unread_are(shop: &ShopPage, count: u32, badge: &str, name: &str) -> Result<()> {
    let look = "
        const launcher = deep('[aria-haspopup=dialog]')[0];
        const badge = launcher.querySelector('.n');
        return [frontdesk.getUnread(), badge.hidden ? '' : badge.textContent, nameOf(launcher)];";
    until(&format!("{count} are unread"), async || {
        let seen = shop.tab.run(In::Page, look, Vec::new()).await?;
        ensure!(seen == json!([count, badge, name]), "it is {seen}");
        Ok(())
    })
    .await
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
