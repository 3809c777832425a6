//! A visitor's journey on a hostile page.

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Value, json};

use super::snapshot::Snapshot;
use super::{Host, Outcome};
use crate::pages::{Panel, Side, Words};
use crate::story::Rig;
use crate::tab::{In, Tab};
use crate::wait::until;

/// The page is all there.
const SETTLED: &str = "return document.readyState === 'complete' && Boolean(document.querySelector('[data-desk]')) && !window.pending;";
/// The button, or the link in its place.
const OURS: &str = "return ours('button, a')?.localName ?? null;";
/// A link of ours that can be seen, wherever it leads.
const LINK: &str = "return ours('a')?.href ?? null;";
const LAUNCHER: &str = "return ours('[aria-haspopup=dialog]') ?? null;";
/// Removes our flag, so that the next page begins like the first one.
const FORGET: &str = "try { localStorage.clear(); } catch { /* This page keeps nothing. */ }";
const VISIBLE: &str = "
    const { left, top, right, bottom } = ours('[aria-haspopup=dialog]').getBoundingClientRect();
    return left >= 0 && top >= 0 && right <= innerWidth + 1 && bottom <= innerHeight + 1;";

/// Goes to the page with this path below `/hosts/`, asks a question that no page before has asked, and compares the page with
/// itself without the widget. Answers what is not as it should be afterwards.
///
/// # Errors
///
/// When something does not happen that is promised.
pub async fn visit(rig: &Rig, host: &Host, path: &str) -> Result<Vec<String>> {
    let tab = rig.browser.first_tab().await?;
    let address = format!("{}/hosts/{path}", rig.stack.shop.origin);
    let loader = format!("{}/frontdesk.js", rig.stack.desk);
    let empty = format!("{}/hosts/empty.js", rig.stack.shop.origin);
    let snapshot = async || Snapshot::take(&tab, [&loader, &empty]).await;

    let expected = host.outcome_in(rig.browser.kind);
    if matches!(expected, Outcome::Untried(_)) {
        return Ok(Vec::new());
    }
    drop(rig.browser.complaints().await?);
    open(&tab, &format!("{address}?without")).await?;
    let before = snapshot().await?;
    open(&tab, &address).await?;
    match expected {
        Outcome::Works | Outcome::Inside(_) => works(&tab, path).await?,
        Outcome::Link(_) => leads(rig, &tab).await?,
        Outcome::Nothing(_) => is_nothing(rig, &tab).await?,
        Outcome::Untried(_) => {}
    }
    let close = "if (typeof window.frontdesk === 'function') frontdesk.close();";
    tab.run(In::Page, close, Vec::new()).await?;
    takes_clicks(&tab).await?;
    let mut faults = Vec::new();
    let after = snapshot().await?;
    faults.extend(after.differs(&before));
    let elements = if matches!(expected, Outcome::Nothing(_)) { 0 } else { 1 };
    if after.own != elements {
        faults.push(format!("{} elements of ours", after.own));
    }
    tab.run(In::Page, FORGET, Vec::new()).await?;
    let destroy = "if (typeof window.frontdesk === 'function') frontdesk.destroy();";
    tab.run(In::Page, destroy, Vec::new()).await?;
    let left = snapshot().await?;
    faults.extend(left.differs(&before).into_iter().map(|fault| format!("after all was removed: {fault}")));
    if after.ours().next().is_some() {
        faults.extend(left.ours().map(|name| format!("after all was removed: {name} is there")));
        if left.own > 0 {
            faults.push("our element stays".to_owned());
        }
    }
    // Where a policy or a sandbox refuses us, it says so.
    let complaints = rig.browser.complaints().await?;
    if expected == Outcome::Works {
        faults.extend(complaints.into_iter().map(|line| format!("the console complains: {line}")));
    }
    Ok(faults)
}

async fn open(tab: &Tab, address: &str) -> Result<()> {
    tab.open(address).await?;
    until("the page is there", async || {
        ensure!(tab.run(In::Page, SETTLED, Vec::new()).await? == json!(true), "it is not");
        Ok(())
    })
    .await?;
    // Some ask something first.
    if tab.run(In::Page, "return Boolean(document.getElementById('first'));", Vec::new()).await?
        == json!(true)
    {
        tab.click_found(In::Page, "return document.getElementById('first');", Vec::new()).await?;
    }
    Ok(())
}

/// Waits until there is something of ours; answers whether it is the launcher.
async fn appears(tab: &Tab) -> Result<bool> {
    let name = until("there is something of ours", async || {
        let found = tab.run(In::Page, OURS, Vec::new()).await?;
        found.as_str().map(str::to_owned).context("there is nothing")
    })
    .await?;
    Ok(name == "button")
}

async fn works(tab: &Tab, path: &str) -> Result<()> {
    ensure!(appears(tab).await?, "there is only a link");
    ensure!(tab.run(In::Page, VISIBLE, Vec::new()).await? == json!(true), "the launcher is out of sight");
    tab.click_found(In::Page, LAUNCHER, Vec::new()).await?;
    let language = match path {
        "right-to-left" => "ar",
        "vertical" => "ja",
        _ => "en",
    };
    let panel = panel_of(tab, language)?;
    converses(&panel, path).await
}

/// The panel that is open in this tab.
///
/// # Errors
///
/// When there is no such language.
pub fn panel_of(tab: &Tab, language: &str) -> Result<Panel> {
    Ok(Panel::new(tab.clone(), Words::of(language)?))
}

/// Asks something that has not been asked before, and waits for an answer to that.
///
/// # Errors
///
/// When there is none.
pub async fn converses(panel: &Panel, path: &str) -> Result<()> {
    panel.is_usable().await?;
    let question = format!("How can I pay on {path}?");
    panel.say(&question).await?;
    until("the question is answered", async || {
        let said = panel.said().await?;
        let asked = said.iter().position(|(side, text)| *side == Side::Mine && *text == question);
        let asked = asked.with_context(|| format!("it is not there: {said:?}"))?;
        ensure!(said.iter().skip(asked).any(|(side, _)| *side == Side::Theirs), "no answer: {said:?}");
        Ok(())
    })
    .await
}

/// There is a link to the desk's own page, at once or where the panel would be.
async fn leads(rig: &Rig, tab: &Tab) -> Result<()> {
    if appears(tab).await? {
        tab.click_found(In::Page, LAUNCHER, Vec::new()).await?;
    }
    let link = until("there is a link", async || {
        let found = tab.run(In::Page, LINK, Vec::new()).await?;
        found.as_str().map(str::to_owned).context("there is none")
    })
    .await?;
    ensure!(link.ends_with("/frame?desk=shop"), "it leads to {link}");
    let origins = [&rig.stack.desk, &rig.stack.shop.origin];
    ensure!(origins.iter().any(|origin| link.starts_with(*origin)), "it leads to {link}");
    Ok(())
}

/// How often the policies of this page were violated while nobody meant to: a violation on purpose, of a policy that only
/// reports, comes last.
///
/// # Errors
///
/// When that is not reported.
pub async fn violations(rig: &Rig, path: &str) -> Result<Vec<String>> {
    let tab = rig.browser.first_tab().await?;
    let page = format!("{}/hosts/{path}", rig.stack.shop.origin);
    tab.run(In::Page, "new Image().src = 'https://elsewhere.invalid/';", Vec::new()).await?;
    until("the last violation is reported", async || {
        let mut all = rig.stack.shop.reports.of(&page);
        ensure!(all.iter().any(|report| report.directive == "img-src"), "there is {all:?}");
        all.retain(|report| report.directive != "img-src");
        Ok(all.into_iter().map(|report| report.directive).collect())
    })
    .await
}

async fn is_nothing(rig: &Rig, tab: &Tab) -> Result<()> {
    let found = tab.run(In::Page, OURS, Vec::new()).await?;
    if found != Value::Null {
        bail!("there is something: {found}");
    }
    drop(rig.browser.complaints().await?);
    Ok(())
}

/// What the page offers itself can be used.
async fn takes_clicks(tab: &Tab) -> Result<()> {
    let own = "const own = document.getElementById('own'); return own && shown(own) ? own : null;";
    let has = format!("return Boolean((() => {{ {own} }})());");
    if tab.run(In::Page, &has, Vec::new()).await? != json!(true) {
        return Ok(());
    }
    tab.click_found(In::Page, own, Vec::new()).await.context("something covers the page")?;
    let checked = tab.run(In::Page, "return document.getElementById('own').checked;", Vec::new()).await?;
    ensure!(checked == json!(true), "the page's own control does not take a click");
    Ok(())
}
