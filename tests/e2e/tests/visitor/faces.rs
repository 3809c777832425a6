//! Faces of the robot and of agents: fetched by the proxy, shown in the place of initials.

use anyhow::{Result, ensure};
use frontdesk_e2e::pages::{AgentPage, Panel, ShopPage};
use frontdesk_e2e::stack::Setup;
use frontdesk_e2e::{In, Options, Tab, story, until};
use serde_json::{Value, json};

use super::{calls, own_window};

/// What stands beside each group of the other side: its letter, whether it holds an icon, and the picture over them: whether
/// it is loaded and seen, how large, from which path, and what screen readers are told.
const FACES: &str = "
    return deep('.fd-row .fd-avatar').map((avatar) => {
      const image = avatar.querySelector('img');
      const { width, height } = avatar.getBoundingClientRect();
      const seen = image && image.complete && image.naturalWidth > 0 && getComputedStyle(image).display !== 'none';
      const box = image?.getBoundingClientRect();
      return {
        letter: avatar.textContent, icon: !!avatar.querySelector('svg'), hidden: avatar.getAttribute('aria-hidden'),
        picture: seen ? [box.width === width, box.height === height, getComputedStyle(image).objectFit, image.alt] : null,
        from: seen ? image.src.replace(/ticket=.*/, 'ticket=') : null, round: [width, height],
      };
    });";

/// Brings the first face into view that nobody has asked for yet: what has scrolled away is not loaded.
const LOOK: &str = "
    const faces = deep('.fd-avatar > img');
    (faces.find((image) => !image.hasAttribute('src')) ?? faces.at(-1))?.scrollIntoView({ block: 'center' });";

fn setup(faces: &str) -> Setup {
    Setup {
        centre: json!({"quirks": {"sender_avatar": faces}}),
        cec: "avatar_origins = [\"{centre}\"]".into(),
        ..Setup::default()
    }
}

async fn faces(tab: &Tab, at: In) -> Result<Vec<Value>> {
    let found = tab.run(at, FACES, Vec::new()).await?;
    Ok(found.as_array().cloned().unwrap_or_default())
}

/// The last one beside the messages is as expected.
async fn last_is(tab: &Tab, at: In, expected: &Value) -> Result<()> {
    until("the face is as expected", async || {
        let all = faces(tab, at).await?;
        let last = all.last().cloned().unwrap_or_default();
        let fits = |(name, value): (&String, &Value)| last.get(name) == Some(value);
        ensure!(expected.as_object().is_some_and(|all| all.iter().all(fits)), "there is {all:?}");
        Ok(())
    })
    .await
}

fn seen() -> Value {
    json!({"picture": [true, true, "cover", ""], "hidden": "true", "round": [30, 30]})
}

/// A person takes the place of the robot.
async fn a_person_comes(shop: &ShopPage, panel: &Panel, agent: &AgentPage) -> Result<()> {
    shop.tab.show().await?;
    panel.ask_for_a_person().await?;
    panel.tells("status_agent").await?;
    agent.tab.show().await?;
    agent.open_first().await
}

async fn loaded(tab: &Tab, at: In, whose: &str) -> Result<()> {
    last_is(tab, at, &seen()).await?;
    // From nowhere but the proxy, and nothing that could be opened or heard.
    let all = faces(tab, at).await?;
    let from = all.last().and_then(|last| last["from"].as_str()).unwrap_or_default();
    ensure!(from.contains("/v1/files/f-"), "{whose} comes from {from}");
    let opens = tab.run(at, "return deep('.fd-picture').length;", Vec::new()).await?;
    ensure!(opens == json!(0), "{whose} can be opened");
    Ok(())
}

/// From the robot to an agent, and again after the page was loaded anew.
fn are_seen(path: &str, name: &str) -> Result<()> {
    story(Options::default(), &setup("url"), async |rig| {
        let shop = rig.shop(path).await?;
        let panel = shop.open_panel().await?;
        panel.say("How can I pay?").await?;
        panel.hears("We take bank cards").await?;
        loaded(&panel.tab, In::Panel, "the robot").await?;
        let agent = rig.agent_desk("Mei").await?;
        a_person_comes(&shop, &panel, &agent).await?;
        for text in ["Hello, this is Mei.", "What can I do for you?"] {
            agent.reply(text).await?;
        }
        shop.tab.show().await?;
        panel.hears("What can I do for you?").await?;
        loaded(&panel.tab, In::Panel, "the agent").await?;
        last_is(&panel.tab, In::Panel, &json!({"letter": "M", "icon": false})).await?;
        shop.tab.screenshot(&format!("faces/{name}-1-agent")).await?;
        // The first ones too, which scrolled away before they were loaded, or were drawn again since.
        until("every face is seen once it is near", async || {
            panel.tab.run(In::Panel, LOOK, Vec::new()).await?;
            let groups = faces(&panel.tab, In::Panel).await?;
            ensure!(groups.len() > 1 && groups.iter().all(|group| group["picture"].is_array()), "{groups:?}");
            Ok(())
        })
        .await?;
        let lines = panel.transcript().await?;
        ensure!(lines.iter().all(|line| !line.text.contains("png")), "a picture is told: {lines:?}");

        shop.reload().await?;
        panel.is_usable().await?;
        panel.hears("What can I do for you?").await?;
        loaded(&panel.tab, In::Panel, "the agent, again").await?;
        if path != "/" {
            // A page that forbids frames is told so by the browser.
            drop(rig.browser.complaints().await?);
        }
        Ok(())
    })
}

#[test]
fn faces_are_seen_in_the_frame() -> Result<()> {
    are_seen("/", "frame")
}

#[test]
fn faces_are_seen_inside_the_page() -> Result<()> {
    are_seen("/hosts/policies/no-frames-but-all-else", "inside")
}

#[test]
fn faces_are_seen_in_a_window_of_the_desks_own() -> Result<()> {
    let mut setup = Setup { cec: setup("url").cec, ..calls::setup() };
    setup.centre["quirks"] = json!({"sender_avatar": "url"});
    story(calls::options(), &setup, async |rig| {
        let (_, panel, _) = own_window::with_a_person(rig, "/?no-calls").await?;
        panel.click("call_open").await?;
        panel.click("call_voice").await?;
        panel.tells("call_policy").await?;
        let window = own_window::follow(rig, &panel).await?;
        window.reads(In::Page, "We take bank cards").await?;
        loaded(&window, In::Page, "the robot").await
    })
}

#[test]
fn without_a_picture_initials_and_icons_stay() -> Result<()> {
    story(Options::default(), &setup("missing"), async |rig| {
        let shop = rig.shop("/").await?;
        let panel = shop.open_panel().await?;
        panel.say("How can I pay?").await?;
        panel.hears("We take bank cards").await?;
        last_is(&panel.tab, In::Panel, &json!({"letter": "", "icon": true, "picture": null})).await?;
        let agent = rig.agent_desk("Mei").await?;
        a_person_comes(&shop, &panel, &agent).await?;
        agent.reply("Hello, this is Mei.").await?;
        shop.tab.show().await?;
        panel.hears("Hello, this is Mei.").await?;
        until("the picture was asked for, and is not shown", async || {
            panel.tab.run(In::Panel, LOOK, Vec::new()).await?;
            let gone = "return deep('.fd-avatar > img').map((image) => [image.hidden, shown(image)]);";
            let gone = panel.tab.run(In::Panel, gone, Vec::new()).await?;
            let all = gone.as_array().cloned().unwrap_or_default();
            ensure!(!all.is_empty() && all.iter().all(|one| *one == json!([true, false])), "there is {gone}");
            Ok(())
        })
        .await?;
        last_is(
            &panel.tab,
            In::Panel,
            &json!({"letter": "M", "icon": false, "picture": null, "hidden": "true"}),
        )
        .await?;
        let troubles = panel.tab.run(In::Panel, "return deep('.fd-trouble').length;", Vec::new()).await?;
        ensure!(troubles == json!(0), "the visitor is told of it");
        shop.tab.screenshot("faces/missing-1-agent").await?;
        drop(rig.browser.complaints().await?);
        Ok(())
    })
}
