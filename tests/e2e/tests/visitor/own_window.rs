//! Before a call the visitor goes to a window of the desk's own, and stays who they are.

use anyhow::{Context as _, Result, ensure};
use frontdesk_e2e::pages::{AgentPage, Panel, ShopPage, Side};
use frontdesk_e2e::{In, Options, Rig, Sandbox, Tab, story, until};
use serde_json::{Value, json};

use super::calls::{options, setup};

const QUESTION: &str = "How can I pay?";
const THOUGHT: &str = "And do you take cheques";

/// The panel, with a person on the other side.
pub(crate) async fn with_a_person(rig: &Rig, path: &str) -> Result<(ShopPage, Panel, AgentPage)> {
    let shop = rig.shop(path).await?;
    let panel = shop.open_panel().await?;
    panel.say(QUESTION).await?;
    panel.hears("We take bank cards").await?;
    let agent = rig.agent_desk("Mei").await?;
    shop.tab.show().await?;
    panel.ask_for_a_person().await?;
    panel.tells("status_agent").await?;
    Ok((shop, panel, agent))
}

/// Follows the link of the panel, and answers the window that it opens.
pub(crate) async fn follow(rig: &Rig, panel: &Panel) -> Result<Tab> {
    let before = rig.browser.tabs().await?;
    panel.tab.click(In::Panel, "link", panel.words.get("call_own_window")?).await?;
    until("a window is opened", async || {
        let all = rig.browser.tabs().await?;
        all.into_iter().find(|tab| !before.contains(tab)).context("there is none")
    })
    .await
}

async fn written(tab: &Tab, at: In) -> Result<Value> {
    tab.run(at, "return deep('.fd-input')[0]?.value ?? null;", Vec::new()).await
}

/// What the visitor said and heard, as the window shows it.
async fn shows(window: &Tab, text: &str) -> Result<()> {
    window.reads(In::Page, text).await
}

#[test]
fn the_visitor_moves_with_conversation_and_draft_and_calls_from_there() -> Result<()> {
    moves(options(), "/?no-calls", async |panel| {
        panel.click("call_voice").await?;
        panel.tells("call_policy").await
    })
}

#[test]
fn the_visitor_may_move_also_where_the_page_allows_calls() -> Result<()> {
    let options = Options { third_party_storage: true, ..options() };
    moves(options, "/", async |panel| panel.offers("call_voice").await)
}

fn moves(options: Options, path: &str, to_the_link: impl AsyncFnOnce(&Panel) -> Result<()>) -> Result<()> {
    story(options, &setup(), async |rig| {
        let (_, panel, agent) = with_a_person(rig, path).await?;
        panel.write(THOUGHT).await?;
        panel.click("call_open").await?;
        to_the_link(&panel).await?;
        let window = follow(rig, &panel).await?;
        shows(&window, "We take bank cards").await?;
        until("what was written went along", async || {
            let (here, there) = (written(&window, In::Page).await?, written(&panel.tab, In::Panel).await?);
            ensure!(here == json!(THOUGHT) && there == json!(""), "there is {here} here and {there} there");
            Ok(())
        })
        .await?;
        // Nothing of the ticket is left in the address, and no way to the page that opened the window.
        let left = "return [location.hash, location.search, window.opener, history.length];";
        let left = window.run(In::Page, left, Vec::new()).await?;
        ensure!(left == json!(["", "?desk=shop", null, 1]), "the window has {left}");

        window.show().await?;
        window.click(In::Page, "button", panel.words.get("call_voice")?).await?;
        window.reads(In::Page, panel.words.get("call_queueing")?).await?;
        agent.takes_the_call().await?;
        window.show().await?;
        window.reads(In::Page, panel.words.get("call_talking")?).await?;

        // The panel stays, and knows.
        panel.tab.show().await?;
        panel.click("call_open").await?;
        panel.tells("call_elsewhere").await?;
        panel.say("I am calling now").await?;
        panel.has_sent("I am calling now").await?;
        window.show().await?;
        shows(&window, "I am calling now").await?;
        window.click(In::Page, "button", panel.words.get("call_hang_up")?).await?;
        window.reads(In::Page, panel.words.get("call_ended")?).await?;
        panel.tab.show().await?;
        panel.offers("call_voice").await?;

        // All of it by one visitor.
        agent.tab.show().await?;
        agent.has("Active", 1).await?;
        let said = panel.said().await?;
        ensure!(
            said.iter().filter(|line| **line == (Side::Mine, QUESTION.to_owned())).count() == 1,
            "{said:?}"
        );
        let log = std::fs::read_to_string(&rig.stack.log)?;
        ensure!(log.contains("/v1/session/redeem") && !log.contains("ticket="), "see the log");
        window.show().await?;
        window.reload().await?;
        shows(&window, "I am calling now").await
    })
}

#[test]
fn two_tabs_of_a_visitor_do_not_call_at_the_same_time() -> Result<()> {
    for third_party_storage in [false, true] {
        story(Options { third_party_storage, ..options() }, &setup(), async |rig| {
            let (_, panel, agent) = with_a_person(rig, "/").await?;
            let second = ShopPage::open(rig.browser.new_tab().await?, &rig.stack, "/").await?;
            let other = second.panel();
            other.hears("We take bank cards").await?;
            panel.tab.show().await?;
            panel.call("call_voice").await?;
            panel.tells("call_queueing").await?;
            other.tab.show().await?;
            other.click("call_open").await?;
            other.tells("call_elsewhere").await?;
            agent.takes_the_call().await?;
            panel.tab.show().await?;
            panel.tells("call_talking").await?;
            panel.click("call_hang_up").await?;
            panel.tells("call_ended").await?;
            other.tab.show().await?;
            other.offers("call_voice").await?;
            let calls = Sandbox::of(&rig.stack).calls().await?.len();
            ensure!(calls == 1, "there were {calls} calls");
            Ok(())
        })?;
    }
    Ok(())
}

#[test]
fn a_ticket_that_nobody_registered_leads_to_nobodys_conversation() -> Result<()> {
    story(options(), &setup(), async |rig| {
        let (shop, panel, _) = with_a_person(rig, "/").await?;
        let address = format!("{}/frame?desk=shop#ticket={}", rig.stack.desk, "A".repeat(43));
        let window = &shop.tab;
        window.run(In::Page, "location.href = arguments[0];", vec![json!(address)]).await?;
        window.show().await?;
        window.reads(In::Page, "Your conversation could not be brought into this window.").await?;
        let hash = window.run(In::Page, "return location.hash;", Vec::new()).await?;
        ensure!(hash == json!(""), "the address has {hash}");
        window.click(In::Page, "button", "Begin anew here").await?;
        window.sees(In::Page, "textbox", panel.words.get("composer_label")?).await?;
        let text = window.text(In::Page).await?;
        ensure!(!text.contains("We take bank cards"), "there is {text}");
        Ok(())
    })
}
