//! A page with the launcher on it is kept by the browser when it is left, as long as there is no conversation.

use anyhow::{Result, ensure};
use frontdesk_e2e::{In, Kind, Options, story, until};
use serde_json::json;

#[test]
fn a_page_without_a_conversation_comes_back_as_it_was_left() -> Result<()> {
    let options = Options { kind: Kind::chosen()?, third_party_storage: true, ..Options::default() };
    story(options, &Default::default(), async |rig| {
        let shop = rig.shop("/").await?;
        // The panel was opened and looked at; nothing was said.
        let panel = shop.open_panel().await?;
        let mark =
            "window.left = 'as it was'; window.onpageshow = (event) => (window.kept = event.persisted);";
        shop.tab.run(In::Page, mark, Vec::new()).await?;
        shop.tab.open(&format!("{}/returns/", rig.stack.shop.origin)).await?;
        shop.tab.back().await?;
        until("the page is back", async || {
            let seen = shop.tab.run(In::Page, "return [window.left, window.kept];", Vec::new()).await?;
            ensure!(seen == json!(["as it was", true]), "it was loaded anew: {seen}");
            Ok(())
        })
        .await?;
        // And it works.
        panel.say("I am back").await?;
        panel.has_sent("I am back").await
    })
}
