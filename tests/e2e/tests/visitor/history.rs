//! What was said before: read upward from the centre's history, and filled in after an absence.

use anyhow::{Context as _, Result, ensure};
use frontdesk_e2e::pages::{Panel, Side};
use frontdesk_e2e::stack::Setup;
use frontdesk_e2e::{In, Options, Sandbox, story, until};
use serde_json::{Value, json};

/// The proxy keeps fewer events than are said; the centre keeps them all.
fn setup() -> Setup {
    Setup { sections: "[limits]\nevents_per_visitor = 40".into(), ..Setup::default() }
}

/// So many lines of an agent, numbered.
fn lines(numbers: std::ops::RangeInclusive<u32>) -> Vec<Value> {
    let text = |number| json!({"do": "text", "text": format!("line {number}")});
    std::iter::once(json!({"do": "agent", "name": "Mei"})).chain(numbers.map(text)).collect()
}

/// The agent's lines, oldest first; each is there once.
async fn has_lines(panel: &Panel, numbers: std::ops::RangeInclusive<u32>) -> Result<()> {
    let expected: Vec<String> = numbers.map(|number| format!("line {number}")).collect();
    until(&format!("{} lines are there", expected.len()), async || {
        let said = panel.said().await?;
        let found: Vec<String> =
            said.into_iter().map(|(_, text)| text).filter(|text| text.starts_with("line ")).collect();
        ensure!(found == expected, "there are {found:?}");
        Ok(())
    })
    .await
}

#[test]
fn earlier_conversations_load_upward_and_what_is_read_stays_in_place() -> Result<()> {
    const FIRST: &str = "How can I pay?";
    const SECOND: &str = "Do you ship abroad?";
    story(Options::default(), &setup(), async |rig| {
        let shop = rig.shop("/").await?;
        let panel = shop.open_panel().await?;
        panel.say(FIRST).await?;
        panel.hears("We take bank cards").await?;
        panel.end().await?;
        panel.click("new_conversation").await?;
        panel.say(SECOND).await?;
        panel.hears("We ship to 32 countries").await?;
        let sandbox = Sandbox::of(&rig.stack);
        sandbox.play(&json!(lines(1..=120)), 10).await?;
        panel.hears("line 120").await?;

        shop.reload().await?;
        panel.is_usable().await?;
        panel.hears("line 120").await?;
        let first = panel.said().await?.first().map(|(_, text)| text.clone()).unwrap_or_default();
        ensure!(first.starts_with("line "), "nothing is missing: {first}");
        while !has_all(&panel).await? {
            an_earlier_page_moves_nothing(&panel).await?;
        }
        has_lines(&panel, 1..=120).await?;
        let said = panel.said().await?;
        let mine: Vec<&str> =
            said.iter().filter(|(side, _)| *side == Side::Mine).map(|(_, text)| text.as_str()).collect();
        ensure!(mine == [FIRST, SECOND], "the visitor has said {mine:?}");
        let theirs = said.iter().filter(|(side, text)| *side == Side::Theirs && !text.starts_with("line "));
        // A greeting and an answer in each conversation.
        ensure!(theirs.count() == 4, "the robot has said {said:?}");
        ensure!(
            said.first().is_some_and(|(_, text)| text == FIRST || text.starts_with("Hello!")),
            "first is {said:?}"
        );
        Ok(())
    })
}

async fn has_all(panel: &Panel) -> Result<bool> {
    Ok(panel.tab.text(In::Panel).await?.contains(panel.words.get("history_end")?))
}

/// Scrolls to the top, which asks for more; the line that was the first one there stays where it is seen.
async fn an_earlier_page_moves_nothing(panel: &Panel) -> Result<()> {
    let up = "
        const scroller = deep('.fd-scroll')[0];
        const rows = deep('.fd-mine, .fd-theirs');
        window.rigFirst = rows[0];
        window.rigCount = rows.length;
        scroller.scrollTop = -scroller.scrollHeight;
        return rows.length;";
    panel.tab.run(In::Panel, up, Vec::<Value>::new()).await?;
    let place = "return window.rigFirst.querySelector('.fd-bubble').getBoundingClientRect().top - deep('.fd-scroll')[0].getBoundingClientRect().top;";
    let before = panel.tab.run(In::Panel, place, Vec::new()).await?.as_f64().context("no place")?;
    until("there is more", async || {
        let script = "return deep('.fd-mine, .fd-theirs').length > window.rigCount;";
        let more = panel.tab.run(In::Panel, script, Vec::<Value>::new()).await? == json!(true);
        ensure!(more || has_all(panel).await?, "there is none: {}", panel.tab.text(In::Panel).await?);
        Ok(())
    })
    .await?;
    let after = panel.tab.run(In::Panel, place, Vec::new()).await?.as_f64().context("no place")?;
    ensure!((after - before).abs() < 2.0, "the first line was at {before} and is at {after}");
    Ok(())
}

#[test]
fn what_was_said_during_an_absence_is_filled_in() -> Result<()> {
    story(Options::default(), &setup(), async |rig| {
        let panel = rig.shop("/").await?.open_panel().await?;
        panel.say("How can I pay?").await?;
        panel.hears("We take bank cards").await?;
        let sandbox = Sandbox::of(&rig.stack);
        sandbox.play(&json!(lines(1..=3)), 10).await?;
        panel.hears("line 3").await?;
        rig.stack.street.close();
        panel.tells("notice_trouble").await?;
        sandbox.play(&json!(lines(4..=90)), 10).await?;
        sandbox
            .holds("all lines, handed out", |record| {
                let count = record.pointer("/conversations/0/messages")?.as_array()?.iter();
                let lines = count
                    .filter(|own| own["text"].as_str().is_some_and(|text| text.starts_with("line ")))
                    .count();
                (lines == 90 && record["unpolled"] == json!(0)).then_some(())
            })
            .await?;
        rig.stack.street.open();
        has_lines(&panel, 1..=90).await?;
        let all = panel.tab.text(In::Panel).await?;
        ensure!(!all.contains(panel.words.get("line_gap")?), "a gap is left: {all}");
        let mine = panel.said().await?.into_iter().filter(|(side, _)| *side == Side::Mine).count();
        ensure!(mine == 1, "the visitor's text is there {mine} times");
        Ok(())
    })
}
