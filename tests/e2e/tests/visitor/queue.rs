//! Waiting: place and time in the panel, on the launcher and in the page's title; leaving loses nothing.

use anyhow::{Result, ensure};
use frontdesk_e2e::others::Other;
use frontdesk_e2e::pages::{Panel, ShopPage, Side};
use frontdesk_e2e::stack::Setup;
use frontdesk_e2e::{In, Options, Rig, Sandbox, story, until};
use serde_json::{Value, json};

/// A minute for each who waits.
fn setup() -> Setup {
    let queue = json!({"name": "service", "locales": [], "max_wait_s": 900, "average_s": 60});
    Setup { centre: json!({"queues": [queue]}), ..Setup::default() }
}

/// A visitor who waits behind two others.
async fn waits(rig: &Rig, path: &str) -> Result<(ShopPage, Panel, Vec<Other>)> {
    let others = vec![Other::queues(&rig.stack).await?, Other::queues(&rig.stack).await?];
    let shop = rig.shop(path).await?;
    let panel = shop.open_panel().await?;
    panel.ask_for_a_person().await?;
    reads(&panel, "3").await?;
    // The centre says so as well; that is no news any more.
    panel.tab.reads(In::Panel, "at place 3").await?;
    Ok((shop, panel, others))
}

async fn reads(panel: &Panel, place: &str) -> Result<()> {
    panel.tab.reads(In::Panel, &panel.words.fill("queue_place", "place", place)?).await?;
    panel.tab.reads(In::Panel, &panel.words.count("queue_wait", "minutes", place)?).await
}

/// Title of the page, name of the launcher, and what stands on it.
pub(super) async fn outside_is(shop: &ShopPage, expected: Value) -> Result<()> {
    until(&format!("outside it is {expected}"), async || {
        let script = "
            const launcher = deep('[aria-haspopup=dialog]')[0];
            const badge = launcher.querySelector('.n');
            return [document.title, nameOf(launcher), badge.hidden ? '' : badge.textContent];";
        let seen = shop.tab.run(In::Page, script, Vec::new()).await?;
        ensure!(seen == expected, "it is {seen}");
        Ok(())
    })
    .await
}

pub(super) const TITLE: &str = "Leaf & Kiln: tea, and things to drink it from";

#[test]
fn the_place_in_the_queue_is_live_in_panel_launcher_and_title() -> Result<()> {
    story(Options::default(), &setup(), async |rig| {
        let (shop, panel, mut others) = waits(rig, "/").await?;
        let label = |place: &str, minutes: &str| -> Result<String> {
            let wait = panel.words.count("queue_wait", "minutes", minutes)?;
            Ok(format!("Chat, {place}. {wait}"))
        };
        let third = label("Number 3 in line", "3")?;
        // Seen in the panel, it is not told by the title.
        outside_is(&shop, json!([TITLE, third, "3"])).await?;
        shop.click_launcher().await?;
        outside_is(&shop, json!([format!("(3) {TITLE}"), third, "3"])).await?;
        others.remove(0).leaves().await?;
        outside_is(&shop, json!([format!("(2) {TITLE}"), label("Number 2 in line", "2")?, "2"])).await?;
        shop.click_launcher().await?;
        reads(&panel, "2").await?;
        outside_is(&shop, json!([TITLE, label("Number 2 in line", "2")?, "2"])).await?;
        others.remove(0).leaves().await?;
        panel.tells("queue_next").await?;
        shop.click_launcher().await?;
        let next = label(panel.words.get("queue_next")?, "1")?;
        outside_is(&shop, json!([format!("(1) {TITLE}"), next, "1"])).await?;
        // A title that the page takes meanwhile keeps the mark, and loses it with the wait.
        shop.tab.run(In::Page, "document.title = '(1) Another';", Vec::new()).await?;
        shop.click_launcher().await?;
        panel.click("queue_leave").await?;
        panel.tells("ended_title").await?;
        outside_is(&shop, json!(["Another", "Chat", ""])).await
    })
}

#[test]
fn a_page_can_keep_its_title() -> Result<()> {
    story(Options::default(), &setup(), async |rig| {
        let (shop, panel, others) = waits(rig, "/?keep-title").await?;
        shop.click_launcher().await?;
        let wait = panel.words.count("queue_wait", "minutes", "2")?;
        let second = format!("Chat, Number 2 in line. {wait}");
        for other in others.into_iter().take(1) {
            other.leaves().await?;
        }
        outside_is(&shop, json!([TITLE, second, "2"])).await
    })
}

#[test]
fn who_leaves_the_queue_keeps_what_was_written() -> Result<()> {
    story(Options::default(), &setup(), async |rig| {
        let panel = rig.shop("/").await?.open_panel().await?;
        panel.ask_for_a_person().await?;
        panel.tells("queue_next").await?;
        panel.say("Is the bowl oven proof?").await?;
        panel.write("And the cups").await?;
        waits_to_be_sent(&panel).await?;
        panel.click("queue_leave").await?;
        panel.tells("ended_visitor").await?;
        waits_to_be_sent(&panel).await?;
        panel.click("new_conversation").await?;
        panel.has_sent("Is the bowl oven proof?").await?;
        ensure!(panel.draft().await? == "And the cups", "the draft is {:?}", panel.draft().await?);
        let texts = Sandbox::of(&rig.stack).texts().await?;
        ensure!(texts == ["Is the bowl oven proof?"], "the centre has {texts:?}");
        Ok(())
    })
}

#[test]
fn what_was_written_while_waiting_can_be_given_up_afterwards() -> Result<()> {
    story(Options::default(), &setup(), async |rig| {
        let panel = rig.shop("/").await?.open_panel().await?;
        panel.ask_for_a_person().await?;
        panel.tells("queue_next").await?;
        panel.say("Is the bowl oven proof?").await?;
        waits_to_be_sent(&panel).await?;
        panel.click("queue_leave").await?;
        panel.tells("ended_visitor").await?;
        panel.click("delete").await?;
        until("the text is gone", async || {
            let lines = panel.transcript().await?;
            ensure!(lines.iter().all(|line| line.side != Side::Mine), "there is {lines:?}");
            Ok(())
        })
        .await?;
        panel.click("new_conversation").await?;
        panel.say("Good day").await?;
        panel.has_sent("Good day").await?;
        let texts = Sandbox::of(&rig.stack).texts().await?;
        ensure!(texts == ["Good day"], "the centre has {texts:?}");
        Ok(())
    })
}

async fn waits_to_be_sent(panel: &Panel) -> Result<()> {
    let queued = panel.words.get("state_queued")?;
    until("the text waits", async || {
        let lines = panel.transcript().await?;
        let mine: Vec<_> = lines.iter().filter(|line| line.side == Side::Mine).collect();
        ensure!(mine.len() == 1 && mine.iter().all(|line| line.state == queued), "there is {lines:?}");
        Ok(())
    })
    .await
}
