//! What a page can do with calls: offer one, end one, hear how it goes, and bring a softphone of its own.

use anyhow::{Result, ensure};
use frontdesk_e2e::pages::Words;
use frontdesk_e2e::stack::Setup;
use frontdesk_e2e::{In, Rig, Tab, story, until};
use serde_json::{Value, json};

use super::calls::{options, setup};

/// Every call is an agent's at once.
fn taken() -> Setup {
    let centre = json!({"gateway": "127.0.0.1:0", "call_waits": true, "call_auto_accept": true});
    Setup { centre, ..setup() }
}

/// Keeps what the page hears of calls.
const LISTEN: &str = "
    window.heard = [];
    window.addEventListener('frontdesk:call', ({ detail }) => heard.push(detail));";

async fn heard(tab: &Tab) -> Result<Vec<Value>> {
    let heard = tab.run(In::Page, "return window.heard;", Vec::new()).await?;
    Ok(heard.as_array().cloned().unwrap_or_default())
}

/// Waits until a stage is heard of, and answers the last event.
async fn hears(tab: &Tab, stage: &str) -> Result<Value> {
    until(&format!("the page hears \"{stage}\""), async || {
        let all = heard(tab).await?;
        let last = all.last().cloned().unwrap_or_default();
        ensure!(last.get("stage") == Some(&json!(stage)), "it heard {all:?}");
        Ok(last)
    })
    .await
}

#[test]
fn the_page_opens_the_call_view_hears_of_the_call_and_ends_it() -> Result<()> {
    story(options(), &setup(), async |rig| {
        let shop = rig.shop("/").await?;
        let panel = shop.panel();
        let page = &shop.tab;
        page.run(In::Page, LISTEN, Vec::new()).await?;
        page.run(In::Page, "frontdesk('startCall', { media: 'video' });", Vec::new()).await?;
        panel.offers("call_picture").await?;
        let script = "return deep('.fd-call-actions button').map(words);";
        let offered = panel.tab.run(In::Panel, script, Vec::new()).await?;
        let both = [panel.words.get("call_picture")?, panel.words.get("call_voice")?];
        ensure!(offered == json!(both), "offered is {offered}");
        let ready = json!({"stage": "ready", "media": null, "cause": null});
        ensure!(hears(page, "ready").await? == ready, "it heard {:?}", heard(page).await?);

        // The panel is there: the wish is heard at once, and the click is the visitor's.
        page.run(In::Page, "frontdesk.open({ view: 'call', media: 'audio' });", Vec::new()).await?;
        until("voice comes first", async || {
            let offered = panel.tab.run(In::Panel, script, Vec::new()).await?;
            ensure!(offered.get(0) == Some(&json!(both[1])), "offered is {offered}");
            Ok(())
        })
        .await?;
        panel.click("call_voice").await?;
        ensure!(hears(page, "queueing").await?.get("media") == Some(&json!("audio")), "another medium");
        page.run(In::Page, "frontdesk.hangUp();", Vec::new()).await?;
        panel.tells("call_ended").await?;
        let ended = json!({"stage": "ended", "media": "audio", "cause": "visitor"});
        ensure!(hears(page, "ended").await? == ended, "it heard {:?}", heard(page).await?);
        let all = heard(page).await?;
        let stages: Vec<_> = all.iter().filter_map(|detail| detail.get("stage")?.as_str()).collect();
        let way = ["looking", "ready", "microphone", "requesting", "queueing", "ended"];
        let mut expected = way.iter().peekable();
        for stage in &stages {
            expected.next_if(|next| *next == stage);
        }
        ensure!(expected.next().is_none(), "it heard {stages:?}");
        Ok(())
    })
}

#[test]
fn a_call_that_goes_with_its_frame_is_over_for_the_page_as_well() -> Result<()> {
    story(options(), &setup(), async |rig| {
        let shop = rig.shop("/").await?;
        let panel = shop.open_panel().await?;
        shop.tab.run(In::Page, LISTEN, Vec::new()).await?;
        panel.call("call_voice").await?;
        hears(&shop.tab, "queueing").await?;
        // It is put back, with a frame made anew.
        shop.tab.run(In::Page, "document.querySelector('frontdesk-launcher').remove();", Vec::new()).await?;
        let ended = json!({"stage": "ended", "media": "audio", "cause": "visitor"});
        ensure!(hears(&shop.tab, "ended").await? == ended, "it heard {:?}", heard(&shop.tab).await?);
        let call = shop.tab.run(In::Page, "return frontdesk.getState().call;", Vec::new()).await?;
        ensure!(call.is_null(), "the state of the call is {call}");
        Ok(())
    })
}

#[test]
fn a_wrong_wish_is_named_in_the_console_and_nothing_happens() -> Result<()> {
    story(options(), &setup(), async |rig| {
        let shop = rig.shop("/").await?;
        let panel = shop.open_panel().await?;
        panel.offers("call_open").await?;
        // What the frame finds wrong is an error of the frame, in the same console.
        let listen = "
            window.wrong = [];
            window.addEventListener('error', (event) => wrong.push(event.message));";
        panel.tab.run(In::Panel, listen, Vec::new()).await?;
        for (call, complaint) in [
            ("frontdesk('startCall', { media: 'picture' });", "media must be \"audio\" or \"video\""),
            ("frontdesk.startCall({ media: 7 });", "media must be \"audio\" or \"video\""),
            ("frontdesk.open({ view: 'shop' });", "there is no view \"shop\""),
        ] {
            shop.tab.run(In::Page, call, Vec::new()).await?;
            until(complaint, async || {
                let said = panel.tab.run(In::Panel, "return window.wrong.splice(0);", Vec::new()).await?;
                ensure!(said.to_string().replace('\\', "").contains(complaint), "the frame says {said}");
                Ok(())
            })
            .await?;
        }
        shop.tab.run(In::Page, "frontdesk('startcall');", Vec::new()).await?;
        let said = rig.browser.complaints().await?;
        ensure!(said.iter().any(|line| line.contains("startcall")), "the console says {said:?}");
        let cards = panel.tab.run(In::Panel, "return deep('.fd-call-card').length;", Vec::new()).await?;
        ensure!(cards == json!(0), "the call view is open");
        // A click that is passed on, with a window for its view, is none of them.
        let event = "frontdesk.close(); frontdesk.open(new MouseEvent('click', { view: window }));";
        shop.tab.run(In::Page, event, Vec::new()).await?;
        panel.is_usable().await
    })
}

/// A softphone that does what the test says, and keeps what it was asked.
const FAKE: &str = "
    window.fake = { asked: [], say: (event) => fake.on(event) };
    const call = {
      remote: null,
      hang_up() {
        fake.asked.push('hang_up');
        if (fake.mute) return;
        setTimeout(() => fake.on({ type: 'ended', by: 'here', cause: 'hung_up' }));
      },
      hold: async (on) => fake.asked.push(`hold ${on}`) > 0,
      digit: (tone) => fake.asked.push(`digit ${tone}`) > 0,
      replace: async () => true,
      restart: async () => true,
      stats: async () => new Map(),
    };
    const adapter = {
      create: () => ({
        call(options, on) {
          fake.options = { ...options, stream: options.stream.getTracks().map((track) => track.kind) };
          fake.on = on;
          fake.asked.push('call');
          return fake.begin ? fake.begin() : call;
        },
      }),
    };";

/// The page `/inline` with a softphone that stands in the variable `own` of this script.
async fn own_softphone(rig: &Rig, script: &str) -> Result<(Tab, Words)> {
    rig.agent_desk("Mei").await?;
    let tab = rig.browser.first_tab().await?;
    tab.open(&format!("{}/inline", rig.stack.desk)).await?;
    let words = Words::of("en")?;
    tab.sees(In::Page, "textbox", words.get("composer_label")?).await?;
    tab.run(In::Page, &format!("{LISTEN}\n{FAKE}\n{script}\nfrontdesk.useSoftphone(own);"), Vec::new())
        .await?;
    Ok((tab, words))
}

async fn calls_voice(tab: &Tab, words: &Words) -> Result<()> {
    tab.run(In::Page, "frontdesk.startCall();", Vec::new()).await?;
    tab.click(In::Page, "button", words.get("call_voice")?).await
}

async fn say(tab: &Tab, event: &str) -> Result<()> {
    tab.run(In::Page, &format!("fake.say({event});"), Vec::new()).await.map(drop)
}

async fn asked(tab: &Tab, what: &str) -> Result<()> {
    until(&format!("the softphone is asked to {what}"), async || {
        let asked = tab.run(In::Page, "return fake.asked;", Vec::new()).await?;
        let all = asked.as_array().cloned().unwrap_or_default();
        ensure!(all.contains(&json!(what)), "it was asked {asked}");
        Ok(())
    })
    .await
}

#[test]
fn a_softphone_of_the_page_drives_the_panel() -> Result<()> {
    story(options(), &taken(), async |rig| {
        let (tab, words) = own_softphone(rig, "const own = Promise.resolve(adapter);").await?;
        calls_voice(&tab, &words).await?;
        asked(&tab, "call").await?;
        let options = tab.run(In::Page, "return fake.options;", Vec::new()).await?;
        let text = |name: &str| options.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        ensure!(text("target").starts_with("sip:") && text("from").starts_with("sip:"), "it got {options}");
        ensure!(options.get("stream") == Some(&json!(["audio"])), "it got {options}");
        ensure!(options.pointer("/addresses/0").is_some_and(Value::is_string), "it got {options}");
        say(&tab, "{ type: 'ringing', early: false }").await?;
        tab.reads(In::Page, words.get("call_ringing")?).await?;
        say(&tab, "{ type: 'answered' }").await?;
        say(&tab, "{ type: 'media', stream: new MediaStream() }").await?;
        say(&tab, "{ type: 'ice', state: 'connected' }").await?;
        tab.reads(In::Page, words.get("call_talking")?).await?;
        hears(&tab, "talking").await?;
        tab.click(In::Page, "button", words.get("call_hold")?).await?;
        asked(&tab, "hold true").await?;
        say(&tab, "{ type: 'ended', by: 'there', cause: 'hung_up' }").await?;
        tab.reads(In::Page, words.get("call_end_centre")?).await?;
        // What comes after the end, and twice, changes nothing.
        for late in
            ["{ type: 'ended', by: 'here', cause: 'busy' }", "{ type: 'ringing' }", "{ type: 'answered' }"]
        {
            say(&tab, late).await?;
        }
        tab.reads(In::Page, words.get("call_end_centre")?).await?;

        // And once more, ended from here.
        tab.click(In::Page, "button", words.get("call_again")?).await?;
        hears(&tab, "dialling").await?;
        say(&tab, "{ type: 'answered' }").await?;
        tab.run(In::Page, "frontdesk.hangUp();", Vec::new()).await?;
        asked(&tab, "hang_up").await?;
        ensure!(hears(&tab, "ended").await?.get("cause") == Some(&json!("visitor")), "another cause");
        Ok(())
    })
}

#[test]
fn a_softphone_that_fails_ends_the_call_and_not_the_panel() -> Result<()> {
    story(options(), &taken(), async |rig| {
        let (tab, words) = own_softphone(rig, "const own = Promise.reject(new Error('not here'));").await?;
        let fails = async |script: &str| -> Result<()> {
            tab.run(In::Page, script, Vec::new()).await?;
            calls_voice(&tab, &words).await?;
            let end = hears(&tab, "ended").await?;
            ensure!(end.get("cause") == Some(&json!("failed")), "{script}: it heard {end}");
            tab.run(In::Page, "heard.length = 0;", Vec::new()).await.map(drop)
        };
        // It cannot be loaded, or is none.
        fails("").await?;
        for own in ["Promise.resolve(null)", "Promise.resolve({ create: 1 })", "{ create() { throw 1; } }"] {
            fails(&format!("frontdesk.useSoftphone({own});")).await?;
        }
        let wrong = "
            try { frontdesk.useSoftphone('softphone.js'); } catch (error) { return error.message; }";
        let message = tab.run(In::Page, wrong, Vec::new()).await?;
        ensure!(message.as_str().is_some_and(|text| text.contains("create")), "it says {message}");
        Ok(())
    })
}

#[test]
fn a_softphone_that_talks_nonsense_or_nothing_is_hung_up_all_the_same() -> Result<()> {
    story(options(), &taken(), async |rig| {
        let (tab, words) = own_softphone(rig, "const own = adapter;").await?;
        for begin in ["() => { throw new Error('no'); }", "() => 7", "() => null"] {
            tab.run(In::Page, &format!("heard.length = 0; fake.begin = {begin};"), Vec::new()).await?;
            calls_voice(&tab, &words).await?;
            ensure!(hears(&tab, "ended").await?.get("cause") == Some(&json!("failed")), "{begin}");
        }
        // Methods that are missing, throw, reject or never answer.
        let stubborn = "
            heard.length = 0;
            fake.asked.length = 0;
            fake.begin = () => ({ hang_up() { throw 1; }, hold: () => Promise.reject(1), stats: () => new Promise(() => {}) });";
        tab.run(In::Page, stubborn, Vec::new()).await?;
        calls_voice(&tab, &words).await?;
        asked(&tab, "call").await?;
        for nonsense in [
            "undefined",
            "null",
            "7",
            "'ended'",
            "{}",
            "{ type: 5 }",
            "{ type: 'dances' }",
            "{ type: 'ice', state: 'hot' }",
            "{ type: 'media', stream: 'none' }",
            "{ type: 'held' }",
        ] {
            say(&tab, nonsense).await?;
        }
        say(&tab, "{ type: 'answered' }").await?;
        say(&tab, "{ type: 'ice', state: 'connected' }").await?;
        tab.reads(In::Page, words.get("call_talking")?).await?;
        tab.click(In::Page, "button", words.get("call_hold")?).await?;
        tab.click(In::Page, "button", words.get("call_hang_up")?).await?;
        ensure!(hears(&tab, "ended").await?.get("cause") == Some(&json!("visitor")), "another cause");
        // The next call is an ordinary one; a word for which there is none is a failure.
        tab.run(In::Page, "heard.length = 0; fake.begin = null;", Vec::new()).await?;
        calls_voice(&tab, &words).await?;
        hears(&tab, "dialling").await?;
        say(&tab, "{ type: 'ended', cause: 17 }").await?;
        ensure!(hears(&tab, "ended").await?.get("cause") == Some(&json!("failed")), "another cause");
        Ok(())
    })
}
