//! Websites that have the widget from its npm package, as it is published: made by a script, as an element, as a component of
//! React and of Vue, between pages that Turbo swaps, and in a page that was rendered on a server.

use std::time::Duration;

use anyhow::{Result, ensure};
use frontdesk_e2e::pages::{Panel, ShopPage};
use frontdesk_e2e::{In, Options, Rig, Tab, story, story_of, until};
use serde_json::{Value, json};

/// How many instances the page has, and how many frames.
const COUNT: &str =
    "return [document.getElementsByTagName('frontdesk-launcher').length, deep('iframe').length];";
const NAME: &str = "return deep('[aria-haspopup=dialog]').map(nameOf);";

async fn becomes(tab: &Tab, what: &str, script: &str, wanted: Value) -> Result<()> {
    until(what, async || {
        let seen = tab.page(script).await?;
        ensure!(seen == wanted, "it is {seen}");
        Ok(())
    })
    .await
}

async fn click(tab: &Tab, id: &str) -> Result<()> {
    tab.click_found(In::Page, "return document.getElementById(arguments[0]);", vec![id.into()]).await
}

/// The page with this name; nothing was asked of the desk for it.
async fn visit(rig: &Rig, name: &str) -> Result<ShopPage> {
    let shop = rig.shop(&format!("/packages/{name}.html")).await?;
    let script = "return performance.getEntriesByType('resource').map(({ name }) => name).filter((name) => !name.startsWith(origin));";
    let asked = shop.tab.page(script).await?;
    ensure!(asked == json!([]), "before a click the page has asked for {asked}");
    Ok(shop)
}

async fn converses(panel: &Panel, text: &str) -> Result<()> {
    panel.is_usable().await?;
    panel.say(text).await?;
    panel.has_sent(text).await
}

/// A page with a component: it comes and goes, and takes another title, and another place.
async fn component(rig: &Rig, name: &str) -> Result<()> {
    let shop = visit(rig, name).await?;
    let tab = &shop.tab;
    becomes(tab, "there is one button", COUNT, json!([1, 0])).await?;
    ensure!(tab.page(NAME).await? == json!(["Ask us"]), "the button has another name");
    click(tab, "rename").await?;
    becomes(tab, "the button has the new name", NAME, json!(["Ask Mia"])).await?;
    ensure!(tab.page(COUNT).await? == json!([1, 0]), "for a name a frame was made");

    click(tab, "mount").await?;
    becomes(tab, "nothing is left", COUNT, json!([0, 0])).await?;
    click(tab, "mount").await?;
    becomes(tab, "it is there again", COUNT, json!([1, 0])).await?;
    click(tab, "open").await?;
    converses(&shop.panel(), "From a component").await?;
    let told = tab.page("return told.map(([name]) => name);").await?;
    ensure!(told == json!(["opened", "ready", "conversation-started"]), "the page was told {told}");

    click(tab, "inline").await?;
    becomes(
        tab,
        "it is in the page",
        "return document.querySelectorAll('.place frontdesk-launcher').length;",
        json!(1),
    )
    .await?;
    let panel = shop.panel();
    panel.is_usable().await?;
    tab.reads(In::Panel, "From a component").await?;
    click(tab, "mount").await?;
    becomes(tab, "nothing is left", COUNT, json!([0, 0])).await?;
    let complaints = rig.browser.complaints().await?;
    ensure!(complaints.is_empty(), "the console complains: {complaints:?}");
    Ok(())
}

#[test]
fn a_script_makes_an_instance_and_takes_it_away() -> Result<()> {
    story(Options::default(), &Default::default(), async |rig| {
        let shop = visit(rig, "plain").await?;
        converses(&shop.open_panel().await?, "From a module").await?;
        let told = shop.tab.page("return told.map(([name]) => name);").await?;
        ensure!(told == json!(["opened", "ready", "conversation-started"]), "the page was told {told}");
        let globals =
            shop.tab.page("return Object.keys(window).filter((name) => /front/i.test(name));").await?;
        ensure!(globals == json!([]), "there are globals: {globals}");
        shop.tab.page("widget.destroy(); widget.destroy();").await?;
        ensure!(shop.tab.page(COUNT).await? == json!([0, 0]), "something is left");
        Ok(())
    })
}

/// The loader of one version is one file, for pages that name its sum.
#[test]
fn a_pinned_loader_runs_where_its_sum_is_right() -> Result<()> {
    story(Options::default(), &Default::default(), async |rig| {
        let shop = visit(rig, "plain").await?;
        let tab = &shop.tab;
        tab.page("widget.destroy();").await?;
        let load = "
            const [address, spoil, finish] = arguments;
            const append = async () => {
              const hash = await crypto.subtle.digest('SHA-384', await (await fetch(address)).arrayBuffer());
              const sum = btoa(String.fromCharCode(...new Uint8Array(hash)));
              const script = document.createElement('script');
              script.dataset.desk = 'shop';
              script.crossOrigin = 'anonymous';
              script.integrity = `sha384-${spoil ? sum.replace(/^./, (sign) => (sign === 'A' ? 'B' : 'A')) : sum}`;
              script.onload = () => finish('loaded');
              script.onerror = () => finish('refused');
              script.src = address;
              document.head.append(script);
            };
            append().catch((error) => finish(String(error)));";
        let address = format!("{}/frontdesk-{}.js", rig.stack.desk, env!("CARGO_PKG_VERSION"));
        for (spoil, outcome) in [(true, "refused"), (false, "loaded")] {
            let seen = tab.run_async(In::Page, load, vec![json!(address), json!(spoil)]).await?;
            ensure!(
                seen == json!(outcome),
                "with a {} sum it is {seen}",
                if spoil { "wrong" } else { "right" }
            );
        }
        converses(&shop.panel_opened().await?, "From a pinned file").await?;
        let others = "return performance.getEntriesByType('resource').filter(({ name }) => /frontdesk-1/.test(name)).length;";
        ensure!(tab.page(others).await? == json!(0), "it has loaded the other file");
        drop(rig.browser.complaints().await?);
        Ok(())
    })
}

/// What stays of instances that were opened and taken away: nodes, listeners, documents, and the heap after a collection.
#[test]
fn a_hundred_instances_leave_nothing_behind() -> Result<()> {
    story_of(Duration::from_secs(300), Options::default(), &Default::default(), async |rig| {
        let shop = visit(rig, "plain").await?;
        let tab = &shop.tab;
        tab.page("widget.destroy();").await?;
        let cycle = "
            const [count, finish] = arguments;
            (async () => {
              for (let nth = 0; nth < count; nth += 1) {
                const own = make();
                const ready = new Promise((resolve) => own.on('ready', resolve));
                own.open();
                await ready;
                own.destroy();
              }
            })().then(() => finish(true), (error) => finish(String(error)));";
        let left = async |count: u32| {
            let done = tab.run_async(In::Page, cycle, vec![json!(count)]).await?;
            ensure!(done == json!(true), "it fails: {done}");
            // What is let go is collected by turns.
            for _ in 0..3 {
                tab.devtools("HeapProfiler.collectGarbage", json!({})).await?;
            }
            let counters = tab.devtools("Memory.getDOMCounters", json!({})).await?;
            let heap = tab.devtools("Runtime.getHeapUsage", json!({})).await?;
            let number = |from: &Value, name: &str| from.get(name).and_then(Value::as_f64).unwrap_or(-1.0);
            let all = ["documents", "nodes", "jsEventListeners"].map(|name| number(&counters, name));
            Ok((all, number(&heap, "usedSize")))
        };
        // What is loaded once stays.
        let (before, heap_before) = left(5).await?;
        let (after, heap_after) = left(100).await?;
        println!(
            "documents, nodes, listeners: {before:?}, after a hundred more {after:?}; heap {heap_before}, then {heap_after} bytes"
        );
        let more: Vec<f64> = after.iter().zip(before).map(|(after, before)| after - before).collect();
        ensure!(
            more.iter().all(|more| *more <= 2.0),
            "a hundred instances leave {more:?} documents, nodes, listeners"
        );
        ensure!(
            heap_after - heap_before < 500_000.0,
            "a hundred instances leave {} bytes",
            heap_after - heap_before
        );
        ensure!(tab.page(COUNT).await? == json!([0, 0]), "something is left");
        Ok(())
    })
}

#[test]
fn elements_stand_in_the_page_and_in_its_corner() -> Result<()> {
    story(Options::default(), &Default::default(), async |rig| {
        let shop = rig.shop("/packages/element.html").await?;
        let tab = &shop.tab;
        let there = json!([["inside opened", null], ["inside ready", null]]);
        becomes(tab, "the panel in the page is ready", "return told;", there).await?;
        let inside = "
            const host = document.querySelector('#inside frontdesk-launcher');
            const frame = host.shadowRoot.querySelector('iframe').getBoundingClientRect();
            return [host.shadowRoot.querySelectorAll('[aria-haspopup]').length, Math.round(frame.height)];";
        ensure!(tab.page(inside).await? == json!([0, 420]), "it is {}", tab.page(inside).await?);
        ensure!(
            tab.run(In::Panel, "return deep('.fd-root')[0].lang;", Vec::new()).await? == json!("fr"),
            "not French"
        );
        // The look comes from the page's own style.
        let accent = "return getComputedStyle(document.documentElement).getPropertyValue('--frontdesk-accent').trim();";
        let accent = tab.run(In::Panel, accent, Vec::new()).await?;
        ensure!(accent == json!("#7a1f4d"), "the accent is {accent}");

        tab.page(
            "document.getElementById('corner').open(); document.getElementById('corner').theme = 'dark';",
        )
        .await?;
        becomes(
            tab,
            "both are ready",
            "return told.map(([name]) => name);",
            json!(["inside opened", "inside ready", "corner opened", "corner ready"]),
        )
        .await?;
        // What is moved stays what it is; what is removed is gone.
        tab.page("document.body.append(document.getElementById('corner'));").await?;
        ensure!(
            tab.page("return document.getElementById('corner').getState().open;").await? == json!(true),
            "it is closed"
        );
        tab.page("document.getElementById('corner').remove();").await?;
        becomes(tab, "one is left", COUNT, json!([1, 1])).await
    })
}

/// Whatever the tag can say by an attribute, an element can: what cannot change makes another instance of it.
#[test]
fn an_element_has_the_options_of_the_tag() -> Result<()> {
    const SHOWN: &str = "return deep('[aria-haspopup=dialog]').filter(shown).length;";
    const NOTICE: &str = "return deep('.c a').filter(shown).map((link) => link.pathname);";
    story(Options::default(), &Default::default(), async |rig| {
        let shop = rig.shop("/packages/element.html").await?;
        let tab = &shop.tab;
        becomes(tab, "there is a button", SHOWN, json!(1)).await?;
        tab.page("window.corner = document.getElementById('corner'); corner.hidden = true;").await?;
        becomes(tab, "the page has hidden it", SHOWN, json!(0)).await?;
        tab.page("corner.hidden = false;").await?;
        becomes(tab, "it is there again", SHOWN, json!(1)).await?;
        tab.page("corner.consent = 'required'; corner.privacy = '/first/'; corner.open();").await?;
        becomes(tab, "the visitor is asked", NOTICE, json!(["/first/"])).await?;
        tab.page("corner.privacy = '/second/'; corner.open();").await?;
        becomes(tab, "the notice is another", NOTICE, json!(["/second/"])).await?;
        tab.page("corner.setAttribute('hidden', '');").await?;
        becomes(tab, "the page has hidden it", SHOWN, json!(0)).await
    })
}

#[test]
fn a_component_of_react_comes_and_goes_in_strict_mode() -> Result<()> {
    story(Options::default(), &Default::default(), async |rig| component(rig, "react").await)
}

#[test]
fn a_component_of_vue_comes_and_goes() -> Result<()> {
    story(Options::default(), &Default::default(), async |rig| component(rig, "vue").await)
}

/// Sentences in an object that Vue watches: they arrive, and follow what the page changes in it.
#[test]
fn sentences_that_vue_watches_reach_the_panel() -> Result<()> {
    story(Options::default(), &Default::default(), async |rig| {
        let shop = visit(rig, "vue").await?;
        let tab = &shop.tab;
        click(tab, "open").await?;
        shop.panel().is_usable().await?;
        tab.reads(In::Panel, "Good day to you").await?;
        click(tab, "greet").await?;
        tab.reads(In::Panel, "Good evening to you").await?;
        let complaints = rig.browser.complaints().await?;
        ensure!(complaints.is_empty(), "the console complains: {complaints:?}");
        Ok(())
    })
}

#[test]
fn a_page_that_a_server_rendered_is_taken_over_as_it_is() -> Result<()> {
    story(Options::default(), &Default::default(), async |rig| {
        component(rig, "ssr").await?;
        let shop = rig.shop("/packages/ssr.html").await?;
        let differs = shop.tab.page("return told.filter(([name]) => name === 'differs');").await?;
        ensure!(differs == json!([]), "the page differs: {differs}");
        Ok(())
    })
}

#[test]
fn the_conversation_stays_while_turbo_swaps_pages() -> Result<()> {
    story(Options::default(), &Default::default(), async |rig| {
        let shop = visit(rig, "turbo-1").await?;
        converses(&shop.open_panel().await?, "Between pages").await?;
        shop.tab.page("window.same = true;").await?;
        for title in ["Turbo 2", "Turbo 1"] {
            click(&shop.tab, "next").await?;
            becomes(
                &shop.tab,
                "the other page is there",
                "return document.querySelector('h1').textContent;",
                json!(title),
            )
            .await?;
            becomes(
                &shop.tab,
                "there is one button",
                "return document.getElementsByTagName('frontdesk-launcher').length;",
                json!(1),
            )
            .await?;
            shop.panel().is_usable().await?;
            shop.tab.reads(In::Panel, "Between pages").await?;
        }
        ensure!(shop.tab.page("return window.same;").await? == json!(true), "the page was loaded anew");
        Ok(())
    })
}
