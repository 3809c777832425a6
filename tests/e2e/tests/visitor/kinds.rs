//! Every kind of message has its view, and what the visitor does in it reaches the centre.

use anyhow::{Result, ensure};
use frontdesk_e2e::pages::{Panel, Side};
use frontdesk_e2e::stack::Setup;
use frontdesk_e2e::{In, Options, Rig, Sandbox, story, until};
use serde_json::{Value, json};

/// What the other side has said, in order: the view, and what names it.
const SHOWN: &str = "
    const views = [
      ['call', '.fd-call'], ['rich', '.fd-rich'], ['picture', '.fd-picture'], ['audio', 'audio'], ['video', 'video'],
      ['document', '.fd-document'], ['place', 'a[href*=openstreetmap]'], ['card', '.fd-card-title'],
    ];
    return deep('.fd-theirs').map((row) => {
      const bubble = row.querySelector('.fd-bubble');
      const [view, selector] = views.find(([, selector]) => bubble.querySelector(selector) || bubble.matches(selector)) ?? ['text'];
      const name = bubble.querySelector('img[alt]:not([alt=\"\"])')?.alt || words(bubble.querySelector('.fd-file-name')) ||
        words(bubble.querySelector('.fd-card-title, p, bdi')) || words(bubble);
      return [view, name];
    });";

/// What could not be shown of pictures and players, after each was near the screen.
const NOT_LOADED: &str = "
    const media = deep('.fd-theirs .fd-media');
    media.forEach((element) => element.scrollIntoView());
    const loaded = (element) => element.tagName === 'IMG' ? element.naturalWidth > 0 : element.readyState > 0;
    return [media.length, media.filter((element) => !loaded(element)).map((element) => element.outerHTML)];";

#[test]
fn every_kind_of_message_has_its_view() -> Result<()> {
    let setup = Setup {
        // The manuals list no GIF among the types that can be fetched.
        centre: json!({"quirks": {"download_types": "any"}}),
        cec: "call_links = [\"https://shop.example/call*\"]".into(),
        ..Setup::default()
    };
    story(Options::default(), &setup, async |rig| {
        let shop = rig.shop("/").await?;
        let panel = shop.open_panel().await?;
        panel.say("Good morning").await?;
        panel.hears("What can I do for you").await?;
        let before = panel.said().await?.iter().filter(|(side, _)| *side == Side::Theirs).count();
        Sandbox::of(&rig.stack).play_own("every-kind", 100).await?;
        panel.tells("rating_title").await?;

        let (gone, not_here) = (panel.words.get("recalled")?, panel.words.get("unsupported")?);
        let expected = json!([
            ["text", "Here is what I know about returns."],
            ["text", "Hello, this is Mei. 您好！"],
            ["rich", "Please note: bold, italic, underlined."],
            ["picture", "image.png"],
            ["picture", "image.jpg"],
            ["audio", "audio.mp3"],
            ["audio", "audio.aac"],
            ["video", "video.mp4"],
            ["document", "document.pdf"],
            ["document", "document.docx"],
            ["document", "document.txt"],
            ["document", "document.csv"],
            ["picture", "image.gif"],
            ["place", "Brandenburger Tor, Berlin"],
            ["card", "Order 42"],
            ["card", "Opening hours"],
            ["text", not_here],
            ["text", not_here],
            ["call", "Call me"],
            ["text", gone],
            ["text", gone],
        ]);
        let shown = panel.tab.run(In::Panel, SHOWN, Vec::new()).await?;
        let shown: Vec<Value> = shown.as_array().into_iter().flatten().skip(before).cloned().collect();
        ensure!(json!(shown) == expected, "there is {shown:?}");
        everything_loads(&panel).await?;
        for key in ["line_queue", "line_ended"] {
            panel.tells(key).await?;
        }
        panel.tab.reads(In::Panel, &panel.words.fill("line_joined", "name", "Mei")?).await?;
        // Screen readers had a moment to read it.
        until("nothing is left of what was taken back", async || {
            let all = panel.tab.text(In::Panel).await?;
            for text in ["meant for somebody else", "This never was"] {
                ensure!(!all.contains(text), "there is {all}");
            }
            Ok(())
        })
        .await?;
        // A line of the centre is no message of a person.
        let lines = panel.transcript().await?;
        let system = "You will be asked to rate this conversation.";
        ensure!(lines.iter().any(|line| line.side == Side::Note && line.text == system), "{lines:?}");
        panel.tab.click(In::Panel, "button", "Call me").await?;
        panel.tells("call_not_here").await
    })
}

async fn everything_loads(panel: &Panel) -> Result<()> {
    until("all pictures and players are loaded", async || {
        let found = panel.tab.run(In::Panel, NOT_LOADED, Vec::new()).await?;
        ensure!(found == json!([7, []]), "of so many are missing: {found}");
        Ok(())
    })
    .await
}

#[test]
fn questions_and_thumbs_of_the_robot_reach_the_centre() -> Result<()> {
    story(Options::default(), &Default::default(), async |rig| {
        let shop = rig.shop("/").await?;
        let panel = shop.open_panel().await?;
        panel.say("menu").await?;
        panel.hears("This is what I can help with").await?;
        a_tap_asks_a_question(rig, &panel).await?;

        let answer = panel.hears("Choose Exchange").await?.text;
        judge(&panel, "down").await?;
        a_reason_is_as_short_as_the_centre_wants(&panel).await?;
        panel.tells("judged").await?;
        let sandbox = Sandbox::of(&rig.stack);
        let judged = sandbox
            .holds("what the visitor thinks of the answer", |record| feedback(record, &answer))
            .await?;
        ensure!(judged == json!([false, "Only sizes, no colours 颜色"]), "the centre has {judged}");

        panel.say("How can I pay?").await?;
        let answer = panel.hears("We take bank cards").await?.text;
        judge(&panel, "up").await?;
        let judged =
            sandbox.holds("what the visitor thinks of the next", |record| feedback(record, &answer)).await?;
        ensure!(judged == json!([true, ""]), "the centre has {judged}");
        Ok(())
    })
}

/// A thumb for the newest answer.
async fn judge(panel: &Panel, deed: &str) -> Result<()> {
    let newest = "return deep(`.fd-judge [data-do=${arguments[0]}]`).at(-1) ?? null;";
    panel.tab.click_found(In::Panel, newest, vec![json!(deed)]).await
}

/// The question that is tapped is sent as it stands, and the others can be sent no more.
async fn a_tap_asks_a_question(rig: &Rig, panel: &Panel) -> Result<()> {
    const QUESTION: &str = "Can I exchange an item?";
    panel.tab.click_text(In::Panel, "[aria-disabled=false] > .fd-chip", QUESTION).await?;
    panel.has_sent(QUESTION).await?;
    let texts = Sandbox::of(&rig.stack).texts().await?;
    ensure!(texts == ["menu", QUESTION], "the centre has {texts:?}");
    let old = "return deep('.fd-choices').filter((group) => words(group).includes(arguments[0]))
        .map((group) => group.getAttribute('aria-disabled'));";
    let old = panel.tab.run(In::Panel, old, vec![json!(QUESTION)]).await?;
    ensure!(old == json!(["true"]), "the questions can be sent again: {old}");
    Ok(())
}

/// The sheet counts bytes and sends nothing that is too long.
async fn a_reason_is_as_short_as_the_centre_wants(panel: &Panel) -> Result<()> {
    let title = panel.words.get("reason_title")?;
    panel.tab.type_into(In::Panel, title, &"颜".repeat(22)).await?;
    let told = panel.words.fill("bytes_used", "used", "66")?.replace("{max}", "64");
    panel.tab.reads(In::Panel, &told).await?;
    let send = "const send = deep('dialog [data-do=send]')[0]; send.click(); return send.getAttribute('aria-disabled');";
    let disabled = panel.tab.run(In::Panel, send, Vec::new()).await?;
    ensure!(disabled == json!("true"), "a reason of 66 bytes can be sent");
    panel.tab.run(In::Panel, "focused().select();", Vec::new()).await?;
    panel.tab.type_keys(In::Panel, "Only sizes, no colours 颜色").await?;
    panel.tab.click_on(In::Panel, "dialog [data-do=send]").await
}

/// `[helpful, reason]` of the robot's answer with this text.
fn feedback(record: &Value, answer: &str) -> Option<Value> {
    let conversations = record.get("conversations")?.as_array()?;
    let mut all = conversations.iter().filter_map(|own| own.get("messages")?.as_array()).flatten();
    let said = all.find(|own| own.get("text") == Some(&json!(answer)))?;
    let given = said.get("feedback").filter(|given| !given.is_null())?;
    Some(json!([given.get("satisfied")?, given.get("content")?]))
}
