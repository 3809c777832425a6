//! What the page's own script can do, and what it is told.

use anyhow::{Result, ensure};
use frontdesk_e2e::pages::{Panel, Words};
use frontdesk_e2e::{In, Options, Rig, Sandbox, Tab, story, until};
use serde_json::{Value, json};

const AGENT: &str = "Li";

/// Keeps what the page hears, by the order in which it does.
const LISTEN: &str = "
    window.told = [];
    for (const name of ['ready', 'opened', 'closed', 'unread', 'message', 'conversation-started', 'conversation-ended', 'queue',
      'agent', 'rating', 'connection', 'error'])
      addEventListener(`frontdesk:${name}`, ({ detail }) => told.push([name, detail]));";

async fn told(tab: &Tab) -> Result<Vec<Value>> {
    let told = tab.run(In::Page, "return window.told;", Vec::new()).await?;
    Ok(told.as_array().cloned().unwrap_or_default())
}

/// Waits until the page hears of this, and answers the detail.
async fn hears(tab: &Tab, name: &str, is: impl Fn(&Value) -> bool) -> Result<Value> {
    until(&format!("the page hears of \"{name}\""), async || {
        let all = told(tab).await?;
        let found = all.iter().filter(|event| event.get(0) == Some(&json!(name)));
        let mut details = found.filter_map(|event| event.get(1)).filter(|detail| is(detail));
        let Some(detail) = details.next() else { anyhow::bail!("it heard {all:?}") };
        Ok(detail.clone())
    })
    .await
}

async fn page(rig: &Rig, script: &str) -> Result<Value> {
    rig.browser.first_tab().await?.page(script).await
}

async fn state(rig: &Rig, name: &str) -> Result<Value> {
    page(rig, &format!("return frontdesk.getState().{name};")).await
}

/// The second file of the loader does not come: there is a link, one however often the visitor tries; when it comes, the panel.
#[test]
fn a_panel_that_does_not_come_leaves_a_link_and_comes_later() -> Result<()> {
    story(Options::default(), &Default::default(), async |rig| {
        let shop = rig.shop("/").await?;
        page(rig, LISTEN).await?;
        shop.tab.devtools("Network.enable", json!({})).await?;
        shop.tab.devtools("Network.setBlockedURLs", json!({"urls": ["*/frontdesk-1.js*"]})).await?;
        // What the site asks for quietly leaves no link.
        page(rig, "frontdesk.setAttributes({ plan: 'gold' }); frontdesk.prefill('Is the bowl');").await?;
        for times in 1..=2 {
            shop.click_launcher().await?;
            until("the page hears of it", async || {
                let heard = told(&shop.tab).await?;
                let errors = heard.iter().filter(|event| event.get(0) == Some(&json!("error"))).count();
                ensure!(errors == times, "of {errors}");
                Ok(())
            })
            .await?;
        }
        let links = "return deep('a[href*=frame]').filter(shown)
            .map((link) => [link.textContent, new URL(link.href).pathname, new URL(link.href).search]);";
        let links = page(rig, links).await?;
        ensure!(links == json!([["Chat", "/frame", "?desk=shop"]]), "the links are {links}");
        ensure!(state(rig, "open").await? == json!(false), "it is open");

        shop.tab.devtools("Network.setBlockedURLs", json!({"urls": []})).await?;
        shop.click_launcher().await?;
        shop.panel().is_usable().await?;
        let left = page(rig, "return deep('a[href*=frame]').length;").await?;
        ensure!(left == json!(0), "{left} links are left");
        drop(rig.browser.complaints().await?);
        Ok(())
    })
}

#[test]
fn the_page_writes_says_and_hears_how_it_goes() -> Result<()> {
    story(Options::default(), &Default::default(), async |rig| {
        let shop = rig.shop("/").await?;
        let panel = shop.panel();
        page(rig, LISTEN).await?;
        ensure!(state(rig, "open").await? == json!(false), "it is open");

        // What is asked for before anything is there happens once it is.
        page(rig, "frontdesk.prefill('Is the bowl'); frontdesk.open();").await?;
        panel.is_usable().await?;
        let draft = "return deep('.fd-input')[0]?.value ?? null;";
        until("the composer holds what the page wrote", async || {
            let text = shop.tab.run(In::Panel, draft, Vec::new()).await?;
            ensure!(text == json!("Is the bowl"), "it holds {text}");
            Ok(())
        })
        .await?;
        // What the visitor has begun to write stays.
        page(rig, "frontdesk('prefill', 'Something else');").await?;
        ensure!(hears(&shop.tab, "ready", |_| true).await?.is_null(), "ready says something");

        page(rig, "frontdesk('sendMessage', 'Do you ship to Porto?');").await?;
        panel.has_sent("Do you ship to Porto?").await?;
        ensure!(
            shop.tab.run(In::Panel, draft, Vec::new()).await? == json!("Is the bowl"),
            "the draft is gone"
        );
        hears(&shop.tab, "conversation-started", |_| true).await?;
        let message =
            hears(&shop.tab, "message", |detail| detail.get("from") == Some(&json!("robot"))).await?;
        ensure!(message.as_object().is_some_and(|fields| fields.len() == 2), "a message tells {message}");

        panel.ask_for_a_person().await?;
        hears(&shop.tab, "queue", |detail| detail.get("waiting") == Some(&json!(true))).await?;
        let agent = rig.agent_desk(AGENT).await?;
        agent.has("Active", 1).await?;
        agent.open_first().await?;
        hears(&shop.tab, "agent", |detail| detail.get("serving") == Some(&json!(true))).await?;
        hears(&shop.tab, "queue", |detail| detail.get("waiting") == Some(&json!(false))).await?;

        page(rig, "frontdesk.close();").await?;
        agent.reply("Yes, we do").await?;
        hears(&shop.tab, "agent", |detail| detail.get("name") == Some(&json!(AGENT))).await?;
        let serving = state(rig, "agent").await?;
        ensure!(serving == json!({"name": AGENT}), "the agent is {serving}");
        hears(&shop.tab, "unread", |detail| detail.get("count") == Some(&json!(1))).await?;
        ensure!(page(rig, "return frontdesk.getUnread();").await? == json!(1), "another number");
        let all = serde_json::to_string(&told(&shop.tab).await?)?;
        ensure!(
            !all.contains("Yes, we do") && !all.contains("Porto"),
            "the page is told what was said: {all}"
        );
        Ok(())
    })
}

#[test]
fn the_page_changes_how_it_looks_and_what_language_it_speaks() -> Result<()> {
    story(Options::default(), &Default::default(), async |rig| {
        let shop = rig.shop("/").await?;
        let panel = shop.open_panel().await?;
        panel.say("Hello there").await?;
        panel.has_sent("Hello there").await?;

        page(rig, "frontdesk.setTheme('dark');").await?;
        until("the panel is dark", async || {
            let theme =
                shop.tab.run(In::Panel, "return deep('.fd-root')[0].dataset.theme;", Vec::new()).await?;
            ensure!(theme == json!("dark"), "it is {theme}");
            Ok(())
        })
        .await?;

        page(rig, "frontdesk.setLocale('de-AT');").await?;
        let german = Words::of("de")?;
        until("the panel speaks German", async || {
            let lang =
                shop.tab.run(In::Panel, "return deep('.fd-root')[0]?.lang ?? null;", Vec::new()).await?;
            ensure!(lang == json!("de-AT"), "it speaks {lang}");
            Ok(())
        })
        .await?;
        let name = shop.launcher_name().await?;
        ensure!(name == german.get("launcher")?, "the button is called {name}");
        // The conversation is still there.
        shop.tab.reads(In::Panel, "Hello there").await?;

        page(rig, "frontdesk('update', { title: 'Ask Mia', color: '#0a7d32', badge: 'off' });").await?;
        until("the button has its name", async || {
            let name = shop.launcher_name().await?;
            ensure!(name == "Ask Mia", "it is called {name}");
            Ok(())
        })
        .await?;
        Panel::new(shop.tab.clone(), german).is_usable().await?;

        page(rig, "frontdesk.hide();").await?;
        let shown = "return deep('[aria-haspopup=dialog]').some(shown);";
        ensure!(page(rig, shown).await? == json!(false), "it is not hidden");
        page(rig, "frontdesk.show();").await?;
        ensure!(page(rig, shown).await? == json!(true), "it is hidden");
        Ok(())
    })
}

/// What the page wants comes before what was open on the page that the visitor comes from.
#[test]
fn a_panel_that_the_page_does_not_want_does_not_come_back() -> Result<()> {
    story(Options::default(), &Default::default(), async |rig| {
        let shop = rig.shop("/").await?;
        let tab = &shop.tab;
        // Two clicks before the second file is there ask for one thing.
        page(rig, "const [button] = deep('[aria-haspopup=dialog]'); button.click(); button.click();").await?;
        let panel = shop.panel();
        panel.is_usable().await?;
        ensure!(state(rig, "open").await? == json!(true), "the second click has closed it");
        panel.say("Hello").await?;
        panel.has_sent("Hello").await?;

        let before = "
            if (parent === window) {
              window.frontdeskSettings = { hidden: location.search === '?hidden' ? '' : 'false' };
              window.frontdesk = function () { (frontdesk.q = frontdesk.q || []).push(arguments); };
              if (location.search === '?closed') frontdesk('close');
            }";
        tab.before_pages(before).await?;
        for (search, visible) in [("?hidden", false), ("?closed", true)] {
            tab.open(&format!("{}/{search}", rig.stack.shop.origin)).await?;
            until("the frame is there", async || {
                ensure!(state(rig, "ready").await? == json!(true), "it is not");
                Ok(())
            })
            .await?;
            let seen =
                page(rig, "const { open, visible } = frontdesk.getState(); return [open, visible];").await?;
            ensure!(seen == json!([false, visible]), "at {search} open and visible are {seen}");
            // For the next page it was open again.
            shop.panel_opened().await?;
        }
        tab.open(&format!("{}/", rig.stack.shop.origin)).await?;
        until("it comes back where the page says nothing", async || {
            ensure!(state(rig, "open").await? == json!(true), "it does not");
            Ok(())
        })
        .await
    })
}

#[test]
fn a_hidden_page_notifies_only_where_that_is_wanted() -> Result<()> {
    story(Options::default(), &Default::default(), async |rig| {
        let shop = rig.shop("/").await?;
        let panel = shop.open_panel().await?;
        panel.say("Hello").await?;
        panel.has_sent("Hello").await?;
        let sandbox = Sandbox::of(&rig.stack);
        let here = json!([{"do": "agent", "name": "Mei"}, {"do": "text", "text": "I am here"}]);
        sandbox.play(&here, 0).await?;
        panel.hears("I am here").await?;
        // Without a screen no page is ever hidden, and no notification is ever shown.
        let watch = "
            Object.defineProperty(document, 'hidden', { get: () => true });
            window.notes = [];
            window.Notification = class {
              static permission = 'default';
              static async requestPermission() { return (this.permission = 'granted'); }
              constructor(title, { body, tag }) { notes.push([title, body, tag]); window.lastNote = this; }
              close() { notes.push('closed'); }
            };
            frontdesk.close();";
        page(rig, watch).await?;
        let unread = async |count: u32| {
            sandbox.play(&json!([{"do": "text", "text": format!("news {count}")}]), 0).await?;
            until("it is unseen", async || {
                let seen = page(rig, "return frontdesk.getUnread();").await?;
                ensure!(seen == json!(count), "{seen} are");
                Ok(())
            })
            .await
        };
        unread(1).await?;
        ensure!(page(rig, "return notes;").await? == json!([]), "nobody wanted that");
        page(rig, "frontdesk.requestNotifications();").await?;
        unread(2).await?;
        let notes = page(rig, "return notes;").await?;
        let title = "Leaf & Kiln: tea, and things to drink it from";
        ensure!(notes == json!([[title, "2 unread messages", "frontdesk shop"]]), "there is {notes}");
        page(rig, "lastNote.onclick();").await?;
        ensure!(state(rig, "open").await? == json!(true), "the panel is closed");
        Ok(())
    })
}

#[test]
fn a_wrong_call_is_named_and_changes_nothing() -> Result<()> {
    story(Options::default(), &Default::default(), async |rig| {
        let shop = rig.shop("/").await?;
        page(rig, LISTEN).await?;
        for (call, complaint) in [
            ("frontdesk.sendMessage('  ');", "sendMessage: the text is empty"),
            ("frontdesk.prefill(7);", "prefill: a text is needed"),
            ("frontdesk.prefill('x'.repeat(10001));", "prefill: 10001 characters, 10000 are taken"),
            ("frontdesk.setTheme('pink');", "theme: must be light, dark, auto"),
            ("frontdesk.update({ desk: 'other' });", "update: \"desk\" cannot be changed"),
            ("frontdesk.update({ title: 5 });", "title: a text is needed"),
            ("frontdesk.setLocale({});", "setLocale: a BCP 47 tag is needed, or null"),
        ] {
            page(rig, call).await?;
            let is = |detail: &Value| detail.get("message") == Some(&json!(complaint));
            let detail = hears(&shop.tab, "error", is).await?;
            ensure!(detail.get("code") == Some(&json!("wrong_call")), "the code is {detail}");
        }
        // Nothing of that has made a frame.
        ensure!(page(rig, "return deep('iframe').length;").await? == json!(0), "there is a frame");
        drop(rig.browser.complaints().await?);
        Ok(())
    })
}

#[test]
fn wrong_settings_are_named_and_the_panel_works_without_them() -> Result<()> {
    story(Options::default(), &Default::default(), async |rig| {
        let shop = rig.shop("/").await?;
        page(rig, LISTEN).await?;
        let tag = "const { create, destroy } = frontdesk;
            destroy();
            window.frontdesk = create({ theme: 'Dark', title: 5, identity: { token: 'x' }, attributes: { '': 1 } });";
        page(rig, tag).await?;
        let panel = shop.open_panel().await?;
        for complaint in [
            "theme: must be light, dark, auto",
            "title: a text is needed",
            "identity: a token is needed, of at most 8192 characters",
            "attributes: \"\" is no name: 1 to 64 letters, digits, _, . or -",
        ] {
            let is = |detail: &Value| detail.get("message") == Some(&json!(complaint));
            hears(&shop.tab, "error", is).await?;
        }
        panel.is_usable().await?;
        drop(rig.browser.complaints().await?);
        Ok(())
    })
}

#[test]
fn an_instance_that_is_gone_says_no_more() -> Result<()> {
    story(Options::default(), &Default::default(), async |rig| {
        let shop = rig.shop("/").await?;
        // Its second file comes when it is gone already.
        let codes = "
            const told = [];
            addEventListener('frontdesk:error', ({ detail }) => told.push(detail.code));
            const made = frontdesk.create({ mode: 'inline', target: document.body });
            made.destroy();
            made.destroy();
            return import(new URL('frontdesk-1.js', document.querySelector('script[data-desk]').src))
              .then(() => new Promise((done) => setTimeout(done)))
              .then(() => [told, deep('iframe').length]);";
        let said = shop.tab.page(codes).await?;
        ensure!(said == json!([[], 0]), "there is {said}");
        Ok(())
    })
}

#[test]
fn several_instances_live_side_by_side_and_go_without_a_trace() -> Result<()> {
    story(Options::default(), &Default::default(), async |rig| {
        let shop = rig.shop("/").await?;
        let second = "
            const place = document.body.appendChild(document.createElement('section'));
            place.style.height = '400px';
            window.heard = [];
            window.second = frontdesk.create({ mode: 'inline', target: place, title: 'Here' });
            second.on('ready', () => heard.push('second'));
            frontdesk.on('ready', () => heard.push('first'));";
        page(rig, second).await?;
        until("the second is ready, in its place", async || {
            let heard = page(rig, "return heard;").await?;
            ensure!(heard == json!(["second"]), "heard is {heard}");
            Ok(())
        })
        .await?;
        let script = "
            const frame = document.querySelector('section frontdesk-launcher').shadowRoot.querySelector('iframe');
            const { width, height } = frame.getBoundingClientRect();
            return [Math.round(height), width > 200, document.querySelectorAll('frontdesk-launcher').length, second.getState().open,
              frontdesk.getState().open];";
        let seen = page(rig, script).await?;
        ensure!(seen == json!([400, true, 2, true, false]), "the second is {seen}");
        page(rig, "second.destroy(); second.open(); second.prefill('x');").await?;
        let left = page(rig, "return [document.querySelector('section').innerHTML, second.getState().open];")
            .await?;
        ensure!(left == json!(["", false]), "of the second is left {left}");
        let panel = shop.open_panel().await?;
        panel.say("Still here").await?;
        panel.has_sent("Still here").await
    })
}
