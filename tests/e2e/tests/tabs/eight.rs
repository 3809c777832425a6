//! A visitor with eight tabs of the shop, over HTTP/1.1, where a browser opens six connections to the desk.

use anyhow::{Result, ensure};
use frontdesk_e2e::pages::{Panel, ShopPage, Side};
use frontdesk_e2e::tabs::walk::TABS;
use frontdesk_e2e::tabs::{one_more, tones};
use frontdesk_e2e::{In, Options, Sandbox, story, until};

#[test]
fn eight_tabs_are_one_conversation_and_make_one_sound() -> Result<()> {
    for third_party_storage in [true, false] {
        let options = Options { third_party_storage, plays: true, ..Options::default() };
        story(options, &Default::default(), async |rig| {
            let shop = rig.shop("/?sound").await?;
            let first = shop.open_panel().await?;
            first.say("Which bowl is the largest?").await?;
            first.has_sent("Which bowl is the largest?").await?;
            let mut pages = vec![shop];
            for _ in 1..TABS {
                pages.push(one_more(rig, "/bowl/?sound").await?);
            }
            let panels: Vec<Panel> = pages.iter().map(ShopPage::panel).collect();
            all_say_something_at_once(&panels).await?;
            all_have_the_same_transcript(&panels).await?;
            let held = rig.stack.street.most_held_polls();
            ensure!(held <= 1, "{held} long polls were held at once");
            let polls = rig.stack.way.most_polls_at_once();
            ensure!(polls == 1, "the centre was polled {polls} times at once for one visitor");
            for page in &pages {
                tones::listen(&page.tab).await?;
            }
            let lines = [1, 2, 3].map(|line| format!("unseen {line}"));
            tones::one_each(&Sandbox::of(&rig.stack), &pages, &lines).await.map(drop)
        })?;
    }
    Ok(())
}

/// Each writes; then a word on a channel of the rig's own lets all send in the same moment.
async fn all_say_something_at_once(panels: &[Panel]) -> Result<()> {
    let mut before = String::new();
    for (panel, text) in panels.iter().zip(texts()) {
        // What was written in one tab is there in the next one that is looked at.
        panel.tab.show().await?;
        until("the draft is there", async || {
            // Without a screen all tabs are seen all the time, and none gets the focus.
            panel.tab.run(In::Panel, "window.dispatchEvent(new Event('focus'));", Vec::new()).await?;
            let draft = panel.draft().await?;
            ensure!(draft == before, "there is {draft:?}, not {before:?}");
            Ok(())
        })
        .await?;
        let empty = "const field = deep('.fd-input')[0]; field.value = ''; field.dispatchEvent(new Event('input', { bubbles: true }));";
        panel.tab.run(In::Panel, empty, Vec::new()).await?;
        panel.write(&text).await?;
        before.clone_from(&text);
        let script = "
            const button = find('button', arguments[0]);
            window.rig = new BroadcastChannel('rig');
            window.rig.onmessage = () => button.click();";
        panel.tab.run(In::Panel, script, vec![panel.words.get("send")?.into()]).await?;
    }
    let Some(last) = panels.last() else { return Ok(()) };
    let script = "window.rig.postMessage('now'); window.rig.onmessage();";
    last.tab.run(In::Panel, script, Vec::new()).await?;
    Ok(())
}

async fn all_have_the_same_transcript(panels: &[Panel]) -> Result<()> {
    let mut expected: Option<Vec<(Side, String)>> = None;
    for (number, panel) in (1..).zip(panels) {
        let said = until(&format!("tab {number} has all texts"), async || {
            let said = panel.said().await?;
            for text in texts() {
                let count = said.iter().filter(|(side, own)| *side == Side::Mine && *own == text).count();
                ensure!(count == 1, "\"{text}\" is there {count} times: {said:?}");
                panel.has_sent(&text).await?;
            }
            // Nine texts, an answer of the robot to each, and its greeting.
            let answers = said.iter().filter(|(side, _)| *side == Side::Theirs).count();
            ensure!(answers == TABS + 2, "there are {answers} answers: {said:?}");
            Ok(said)
        })
        .await?;
        match &expected {
            None => expected = Some(said),
            Some(first) => ensure!(*first == said, "tab 1 has {first:?}, tab {number} has {said:?}"),
        }
    }
    Ok(())
}

fn texts() -> impl Iterator<Item = String> {
    (1..=TABS).map(|number| format!("This is tab {number}"))
}
