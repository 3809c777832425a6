//! Texts of odd lengths and characters: what is shown is what the centre has, byte for byte, or a sentence says why not.

use anyhow::{Result, ensure};
use fantoccini::key::Key;
use frontdesk_e2e::pages::{Panel, Side};
use frontdesk_e2e::{In, Options, Sandbox, story, until};
use serde_json::{Value, json};

/// What the desk takes.
const MOST: usize = 1_024;

/// Puts a text into the field as pasting does.
async fn paste(panel: &Panel, text: &str) -> Result<()> {
    let script = "
        const field = deep('.fd-input')[0];
        field.focus();
        field.value = arguments[0];
        field.dispatchEvent(new InputEvent('input', { bubbles: true, inputType: 'insertFromPaste' }));";
    panel.tab.run(In::Panel, script, vec![json!(text)]).await?;
    Ok(())
}

/// What is told below the field.
async fn told(panel: &Panel) -> Result<String> {
    let told = panel.tab.run(In::Panel, "return words(deep('.fd-limit')[0]);", Vec::new()).await?;
    Ok(told.as_str().unwrap_or_default().to_owned())
}

/// The visitor's lines, each as it stands there.
async fn mine(panel: &Panel) -> Result<Vec<String>> {
    Ok(panel
        .said()
        .await?
        .into_iter()
        .filter(|(side, _)| *side == Side::Mine)
        .map(|(_, text)| text)
        .collect())
}

/// Enter and the button: neither sends.
async fn cannot_be_sent(panel: &Panel) -> Result<()> {
    let (before, draft) = (mine(panel).await?, panel.draft().await?);
    panel.tab.press(In::Panel, &[Key::Enter]).await?;
    panel.tab.run(In::Panel, "deep('.fd-send')[0].click();", Vec::new()).await?;
    let state = "return deep('.fd-send')[0].getAttribute('aria-disabled');";
    let state = panel.tab.run(In::Panel, state, Vec::<Value>::new()).await?;
    ensure!(state == json!("true"), "it looks as if it could be sent");
    ensure!(mine(panel).await? == before, "it was sent: {:?}", mine(panel).await?);
    ensure!(panel.draft().await? == draft, "the draft is {:?}", panel.draft().await?);
    Ok(())
}

fn texts() -> Vec<(String, String)> {
    let same = |text: &str| (text.to_owned(), text.to_owned());
    vec![
        same("a"),
        same("茶"),
        // 341 characters of three bytes, and one byte.
        same(&format!("{}!", "茶".repeat(341))),
        same("👩‍👩‍👧‍👦 👍🏽 🏳️‍🌈 🇨🇳 e\u{301} \u{feff}ok"),
        same("مرحبا بالعالم، الطلب 4711\u{200f}! שלום (abc) 123"),
        same("<b>bold</b> & \"quoted\" 'too' &amp; \\n \\u0000 {{name}} %s https://shop.example/?a=1&b=2#c"),
        same("first\n\nthird\twith a tab"),
        // What is not seen goes, in the conversation as on the way.
        ("  around  \n".into(), "around".into()),
        ("one\r\ntwo\rthree".into(), "one\ntwo\nthree".into()),
        ("nul\0 and bell\u{7}".into(), "nul and bell".into()),
        ("safe\u{202e}gpj.exe".into(), "safegpj.exe".into()),
    ]
}

#[test]
fn what_is_shown_is_what_the_centre_has() -> Result<()> {
    story(Options::default(), &Default::default(), async |rig| {
        let panel = rig.shop("/").await?.open_panel().await?;
        let mut sent: Vec<String> = Vec::new();
        for (written, expected) in texts() {
            paste(&panel, &written).await?;
            panel.send().await?;
            panel.has_sent(&expected).await?;
            sent.push(expected);
        }
        let sandbox = Sandbox::of(&rig.stack);
        let arrived = sandbox.texts().await?;
        ensure!(arrived == sent, "the centre has {arrived:?}");
        ensure!(mine(&panel).await? == sent, "the conversation shows {:?}", mine(&panel).await?);
        // The same after a reload, when the desk tells it.
        panel.tab.reload().await?;
        panel.is_usable().await?;
        until("everything is there again", async || {
            ensure!(mine(&panel).await? == sent, "the conversation shows {:?}", mine(&panel).await?);
            Ok(())
        })
        .await
    })
}

#[test]
fn what_is_empty_or_too_long_stays_in_the_field() -> Result<()> {
    story(Options::default(), &Default::default(), async |rig| {
        let panel = rig.shop("/").await?.open_panel().await?;
        for empty in ["", " \n\t ", "\0\u{1b}\u{202e}"] {
            paste(&panel, empty).await?;
            cannot_be_sent(&panel).await?;
        }
        let over = |bytes: &str| panel.words.count("bytes_over", "over", bytes);
        for (length, tells) in
            [(819, String::new()), (820, used(&panel, "820")?), (MOST, used(&panel, "1,024")?)]
        {
            paste(&panel, &"b".repeat(length)).await?;
            ensure!(told(&panel).await? == tells, "{length} bytes: {}", told(&panel).await?);
        }
        for (text, bytes) in [
            ("c".repeat(MOST + 1), "1"),
            // 1026 bytes in 342 characters.
            ("茶".repeat(342), "2"),
            ("👩‍👩‍👧‍👦".repeat(41), "1"),
            ("d".repeat(64 * 1_024), "64,512"),
        ] {
            paste(&panel, &text).await?;
            ensure!(told(&panel).await? == over(bytes)?, "{bytes} too many: {}", told(&panel).await?);
            cannot_be_sent(&panel).await?;
        }
        // Shortened, it can.
        paste(&panel, &"d".repeat(MOST)).await?;
        panel.send().await?;
        panel.has_sent(&"d".repeat(MOST)).await?;
        let arrived = Sandbox::of(&rig.stack).texts().await?;
        ensure!(arrived == ["d".repeat(MOST)], "the centre has {arrived:?}");
        Ok(())
    })
}

fn used(panel: &Panel, bytes: &str) -> Result<String> {
    Ok(panel.words.fill("bytes_used", "used", bytes)?.replace("{max}", "1,024"))
}
