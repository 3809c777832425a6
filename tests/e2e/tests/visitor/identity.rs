//! The site says who the visitor is, says that somebody else is there now, or that nobody is; and visitors who erase all.

use anyhow::{Result, ensure};
use frontdesk_e2e::pages::{Panel, ShopPage};
use frontdesk_e2e::stack::Setup;
use frontdesk_e2e::tabs::one_more;
use frontdesk_e2e::{In, Options, Sandbox, Tab, story, until};
use serde_json::{Value, json};

const SECRET: &str = "a secret of the site's server, 32 bytes and more";

pub(crate) fn setup(mode: &str) -> Setup {
    let sections = format!(
        "[desks.identity]\nmode = {mode:?}\n[[desks.identity.keys]]\nkid = \"k\"\nalgorithm = \"HS256\"\nsecret = {SECRET:?}\n"
    );
    Setup { sections, ..Setup::default() }
}

/// What the site's server does for whoever is signed in: a token that is good for this number of seconds.
const SIGN: &str = "
    const [secret, name, seconds, more, finish] = arguments;
    const bytes = (text) => new TextEncoder().encode(text);
    const base64 = (from) => btoa(String.fromCharCode(...new Uint8Array(from))).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
    const sign = async () => {
      const now = Math.floor(Date.now() / 1000);
      const claims = { sub: name, name, aud: 'shop', jti: crypto.randomUUID(), iat: now, exp: now + seconds, ...more };
      const message = [{ alg: 'HS256', kid: 'k' }, claims].map((part) => base64(bytes(JSON.stringify(part)))).join('.');
      const key = await crypto.subtle.importKey('raw', bytes(secret), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
      return `${message}.${base64(await crypto.subtle.sign('HMAC', key, bytes(message)))}`;
    };
    sign().then(finish, (error) => finish(String(error)));";

async fn token(tab: &Tab, name: &str, seconds: i64) -> Result<Value> {
    token_with(tab, name, seconds, json!({})).await
}

/// The same with more claims.
async fn token_with(tab: &Tab, name: &str, seconds: i64, more: Value) -> Result<Value> {
    tab.run_async(In::Page, SIGN, vec![json!(SECRET), json!(name), json!(seconds), more]).await
}

async fn identify(tab: &Tab, name: &str) -> Result<()> {
    identify_with(tab, name, json!({})).await
}

/// The site names this person, and says more of them.
pub(crate) async fn identify_with(tab: &Tab, name: &str, more: Value) -> Result<()> {
    let token = token_with(tab, name, 600, more).await?;
    tab.run(In::Page, "frontdesk.identify({ token: arguments[0] });", vec![token]).await.map(drop)
}

/// Waits until the centre has this text, by somebody of this name.
async fn says(sandbox: &Sandbox, name: &str, text: &str) -> Result<()> {
    until(&format!("the centre has \"{text}\" of {name}"), async || {
        let visitors = sandbox.records().await?;
        let of = visitors.iter().map(Value::to_string).find(|visitor| visitor.contains(text));
        ensure!(of.is_some_and(|visitor| visitor.contains(name)), "it has {visitors:?}");
        Ok(())
    })
    .await
}

/// The panel greets, as if nobody had ever been there.
async fn greets(panel: &Panel) -> Result<()> {
    until("the panel greets", async || {
        let seen = panel.tab.run(In::Panel, "return deep('.fd-welcome').length;", Vec::new()).await?;
        ensure!(seen == json!(1), "there are {seen} greetings");
        Ok(())
    })
    .await?;
    panel.is_usable().await?;
    let said = panel.said().await?;
    ensure!(said.is_empty(), "it shows {said:?}");
    let draft = panel.draft().await?;
    ensure!(draft.is_empty(), "the composer holds {draft:?}");
    Ok(())
}

async fn keeps_the_draft(panel: &Panel) -> Result<()> {
    until("the draft is kept", async || {
        let kept = panel.tab.kept().await?;
        ensure!(kept.iter().any(|name| name.ends_with("draft")), "there is {kept:?}");
        Ok(())
    })
    .await
}

#[test]
fn another_person_sees_nothing_of_the_one_before() -> Result<()> {
    for third_party_storage in [true, false] {
        let options = Options { third_party_storage, ..Options::default() };
        story(options, &setup("optional"), async |rig| {
            let sandbox = Sandbox::of(&rig.stack);
            let shop = rig.shop("/").await?;
            // Before anybody acts nothing is asked for or kept, whoever it is.
            identify(&shop.tab, "Wang Wei").await?;
            let frames = shop.tab.page("return deep('iframe').length;").await?;
            ensure!(frames == json!(0), "there are {frames} frames");
            let panel = shop.open_panel().await?;
            panel.say("From Wang").await?;
            panel.has_sent("From Wang").await?;
            says(&sandbox, "Wang Wei", "From Wang").await?;
            panel.write("half a sentence").await?;
            keeps_the_draft(&panel).await?;

            // The same person on the next page, with another token.
            next_page(&shop, "Wang Wei").await?;
            panel.is_usable().await?;
            panel.tab.reads(In::Panel, "From Wang").await?;
            until("the draft is there", async || {
                let draft = panel.draft().await?;
                ensure!(draft == "half a sentence", "it is {draft:?}");
                Ok(())
            })
            .await?;

            // Somebody else, on the same page.
            identify(&shop.tab, "Li Na").await?;
            greets(&panel).await?;
            panel.say("From Li").await?;
            panel.has_sent("From Li").await?;
            says(&sandbox, "Li Na", "From Li").await?;

            // And on the next one.
            next_page(&shop, "Wang Wei").await?;
            greets(&panel).await
        })?;
    }
    Ok(())
}

/// The next page of the shop, where the panel opens again; it names this person from the beginning, as one does into which the
/// site's server has written the token.
async fn next_page(shop: &ShopPage, person: &str) -> Result<()> {
    let token = token(&shop.tab, person, 600).await?;
    let known =
        shop.tab.before_pages(&format!("window.frontdeskSettings = {{ identity: {token} }};")).await?;
    shop.go_to("/bowl/").await?;
    shop.tab.devtools("Page.removeScriptToEvaluateOnNewDocument", known).await.map(drop)
}

#[test]
fn who_signs_out_leaves_nothing() -> Result<()> {
    for third_party_storage in [true, false] {
        let options = Options { third_party_storage, ..Options::default() };
        story(options, &setup("optional"), async |rig| {
            let shop = rig.shop("/").await?;
            identify(&shop.tab, "Wang Wei").await?;
            let panel = shop.open_panel().await?;
            panel.say("From Wang").await?;
            panel.has_sent("From Wang").await?;
            panel.write("half a sentence").await?;
            keeps_the_draft(&panel).await?;
            let second = one_more(rig, "/bowl/").await?;
            second.panel().tab.reads(In::Panel, "From Wang").await?;

            panel.tab.show().await?;
            shop.tab.page("frontdesk.logout();").await?;
            greets(&panel).await?;
            let left = panel.tab.kept().await?;
            ensure!(left.is_empty(), "this browser keeps {left:?}");
            Sandbox::of(&rig.stack)
                .holds("ended the conversation", |record| {
                    let ended = |conversation: &Value| conversation.get("state") == Some(&json!("ended"));
                    record.get("conversations")?.as_array()?.iter().all(ended).then_some(())
                })
                .await?;
            second.tab.show().await?;
            greets(&second.panel()).await?;

            // Whoever comes now begins anew.
            panel.tab.show().await?;
            panel.say("From nobody").await?;
            panel.has_sent("From nobody").await?;
            let said = panel.said().await?;
            ensure!(!said.iter().any(|(_, text)| text == "From Wang"), "it shows {said:?}");
            Ok(())
        })?;
    }
    Ok(())
}

#[test]
fn a_page_that_goes_while_it_signs_out_has_signed_out() -> Result<()> {
    story(Options::default(), &setup("optional"), async |rig| {
        let shop = rig.shop("/").await?;
        let panel = shop.open_panel().await?;
        panel.say("From Wang").await?;
        panel.has_sent("From Wang").await?;
        shop.tab.page("frontdesk.logout(); location.assign('/bowl/');").await?;
        until("the flag is gone", async || {
            let flags = shop.tab.page("return [location.pathname, ...Object.keys(localStorage)];").await?;
            ensure!(flags == json!(["/bowl/"]), "there is {flags}");
            Ok(())
        })
        .await?;
        greets(&shop.open_panel().await?).await
    })
}

#[test]
fn a_token_that_is_refused_is_told_to_the_page() -> Result<()> {
    story(Options::default(), &setup("required"), async |rig| {
        let shop = rig.shop("/").await?;
        let tab = &shop.tab;
        tab.page("window.errors = []; addEventListener('frontdesk:error', ({ detail }) => errors.push(detail.code));")
            .await?;
        let told = async |code: &str| {
            until(&format!("the page is told {code}"), async || {
                let errors = tab.page("return errors;").await?;
                ensure!(
                    errors.as_array().is_some_and(|all| all.contains(&json!(code))),
                    "it was told {errors}"
                );
                Ok(())
            })
            .await
        };
        tab.page("frontdesk.open();").await?;
        told("identity_missing").await?;
        let old = token(tab, "Wang Wei", -3_600).await?;
        tab.run(In::Page, "frontdesk.identify({ token: arguments[0] });", vec![old]).await?;
        told("identity_expired").await?;
        tab.page("frontdesk.identify('Wang');").await?;
        told("wrong_call").await?;
        identify(tab, "Wang Wei").await?;
        let panel = shop.panel();
        panel.is_usable().await?;
        panel.say("Now I may").await?;
        panel.has_sent("Now I may").await?;
        drop(rig.browser.complaints().await?);
        Ok(())
    })
}

#[test]
fn a_visitor_erases_the_conversation() -> Result<()> {
    story(Options::default(), &Default::default(), async |rig| {
        let shop = rig.shop("/").await?;
        let panel = shop.open_panel().await?;
        panel.say("My secret").await?;
        panel.has_sent("My secret").await?;
        panel.write("and more").await?;
        panel.click("menu").await?;
        panel.tab.screenshot("identity/1-menu").await?;
        panel.click("erase").await?;
        panel.tab.sees(In::Panel, "alertdialog", panel.words.get("erase_question")?).await?;
        panel.tab.screenshot("identity/2-question").await?;
        panel.click("erase_no").await?;
        panel.tab.reads(In::Panel, "My secret").await?;
        panel.click("menu").await?;
        panel.click("erase").await?;
        panel.click("erase").await?;
        greets(&panel).await?;
        let left = panel.tab.kept().await?;
        ensure!(left.is_empty(), "this browser keeps {left:?}");
        panel.tab.screenshot("identity/3-erased").await?;
        Ok(())
    })
}
