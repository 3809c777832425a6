//! On phones the back button closes the panel first, where the website wants it, and the website's own router goes on as before.

use anyhow::{Result, ensure};
use frontdesk_e2e::{In, Options, Tab, story, until};
use serde_json::json;

/// A router as those of single-page applications: it draws what the entry of the history says.
const ROUTER: &str = "
    window.drawn = [];
    const draw = (state) => drawn.push(state?.page ?? 'first');
    addEventListener('popstate', ({ state }) => draw(state));
    window.go = (page) => { history.pushState({ page }, '', `?back&page=${page}`); draw({ page }); };
    go('tea'); go('bowl');";
const SEEN: &str =
    "return [history.state?.page ?? null, location.search, drawn.at(-1), frontdesk.getState().open];";

async fn is(tab: &Tab, what: &str, page: &str, open: bool) -> Result<()> {
    until(what, async || {
        let seen = tab.run(In::Page, SEEN, Vec::new()).await?;
        let wanted = json!([page, format!("?back&page={page}"), page, open]);
        ensure!(seen == wanted, "it is {seen} and not {wanted}");
        Ok(())
    })
    .await
}

#[test]
fn the_back_button_closes_the_panel_before_it_leaves_the_page() -> Result<()> {
    let options = Options { phone: Some((360, 740)), ..Options::default() };
    story(options, &Default::default(), async |rig| {
        let shop = rig.shop("/?back").await?;
        let tab = &shop.tab;
        tab.run(In::Page, ROUTER, Vec::new()).await?;
        let length = tab.run(In::Page, "return history.length;", Vec::new()).await?;

        shop.open_panel().await?;
        is(tab, "the panel is open", "bowl", true).await?;
        tab.run(In::Page, "history.back();", Vec::new()).await?;
        is(tab, "the panel is closed and the page the same", "bowl", false).await?;
        tab.run(In::Page, "history.back();", Vec::new()).await?;
        is(tab, "the router has gone back", "tea", false).await?;

        // Closed otherwise, nothing is left to go back from.
        tab.run(In::Page, "go('bowl');", Vec::new()).await?;
        let panel = shop.panel_opened().await?;
        panel.click("close").await?;
        is(tab, "the panel is closed", "bowl", false).await?;
        until("the entry is gone", async || {
            let left = tab.run(In::Page, "return history.state.frontdesk ?? null;", Vec::new()).await?;
            ensure!(left.is_null(), "it is {left}");
            Ok(())
        })
        .await?;
        tab.run(In::Page, "history.back();", Vec::new()).await?;
        is(tab, "the router has gone back", "tea", false).await?;
        let now = tab.run(In::Page, "return history.length;", Vec::new()).await?;
        ensure!(
            now.as_u64() <= length.as_u64().map(|length| length + 1),
            "the history grows: {length}, {now}"
        );
        Ok(())
    })
}
