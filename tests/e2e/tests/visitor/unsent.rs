//! What was written and is not sent yet, when the visitor goes on to another page.

use anyhow::{Result, ensure};
use frontdesk_e2e::stack::Setup;
use frontdesk_e2e::{Options, Sandbox, story, until};

#[test]
fn a_first_text_that_has_not_left_leaves_from_the_next_page() -> Result<()> {
    story(Options::default(), &Setup::default(), async |rig| {
        let shop = rig.shop("/").await?;
        let panel = shop.open_panel().await?;
        rig.stack.street.break_off("POST /v1/contact");
        panel.say("Is the bowl oven proof?").await?;
        until("the text is written down", async || {
            let lines = panel.transcript().await?;
            ensure!(lines.len() == 1, "there is {lines:?}");
            Ok(())
        })
        .await?;
        until("the page knows of it", async || {
            let kept = shop
                .tab
                .run(frontdesk_e2e::In::Page, "return JSON.stringify(localStorage);", Vec::new())
                .await?;
            ensure!(kept.to_string().contains("frontdesk.open."), "it has {kept}");
            Ok(())
        })
        .await?;
        shop.reload().await?;
        rig.stack.street.open();
        // Nobody opens the panel.
        let sandbox = Sandbox::of(&rig.stack);
        until("the centre has the text", async || {
            let texts = sandbox.texts_of_all().await?;
            ensure!(texts == ["Is the bowl oven proof?"], "it has {texts:?}");
            Ok(())
        })
        .await
    })
}
