//! Questions that the robot suggests while the visitor types.

use anyhow::{Result, ensure};
use fantoccini::key::Key;
use frontdesk_e2e::pages::Panel;
use frontdesk_e2e::{In, Options, Sandbox, story, until};
use serde_json::{Value, json};

const DELIVERY: &str = "How long does delivery take?";
const PAYMENT: &str = "How can I pay?";

/// The questions that are shown, and the chosen one.
async fn shown(panel: &Panel) -> Result<(Vec<String>, Option<String>)> {
    let script = "
        const options = deep('.fd-suggestion').filter(shown);
        const active = deep('.fd-input')[0].getAttribute('aria-activedescendant');
        const chosen = options.find((option) => option.getAttribute('aria-selected') === 'true');
        if ((chosen?.id ?? null) !== active) throw new Error(`${active} is told, ${chosen?.id} is shown`);
        return [options.map(words), chosen ? words(chosen) : null];";
    Ok(serde_json::from_value(panel.tab.run(In::Panel, script, Vec::new()).await?)?)
}

async fn suggests(panel: &Panel, first: &str) -> Result<()> {
    until(&format!("\"{first}\" is suggested"), async || {
        let (questions, chosen) = shown(panel).await?;
        ensure!(questions.first().is_some_and(|own| own == first), "there is {questions:?}");
        ensure!(chosen.is_none(), "{chosen:?} is chosen");
        Ok(())
    })
    .await
}

async fn chooses(panel: &Panel, question: Option<&str>) -> Result<()> {
    until(&format!("{question:?} is chosen"), async || {
        let (_, chosen) = shown(panel).await?;
        ensure!(chosen.as_deref() == question, "{chosen:?} is");
        Ok(())
    })
    .await
}

async fn suggests_nothing(panel: &Panel) -> Result<()> {
    until("nothing is suggested", async || {
        let (questions, _) = shown(panel).await?;
        ensure!(questions.is_empty(), "there is {questions:?}");
        Ok(())
    })
    .await
}

#[test]
fn suggestions_are_chosen_by_keys_and_never_sent_unasked() -> Result<()> {
    story(Options::default(), &Default::default(), async |rig| {
        let panel = rig.shop("/").await?.open_panel().await?;
        let keys = async |keys: &[Key]| panel.tab.press(In::Panel, keys).await;
        let sandbox = Sandbox::of(&rig.stack);
        panel.write("deli").await?;
        suggests(&panel, DELIVERY).await?;
        let (questions, _) = shown(&panel).await?;
        let last = questions.last().cloned();
        keys(&[Key::Down]).await?;
        chooses(&panel, Some(DELIVERY)).await?;
        keys(&[Key::Up]).await?;
        chooses(&panel, None).await?;
        keys(&[Key::Up]).await?;
        chooses(&panel, last.as_deref()).await?;
        keys(&[Key::Escape]).await?;
        suggests_nothing(&panel).await?;
        ensure!(panel.draft().await? == "deli", "the draft is {:?}", panel.draft().await?);
        // Enter sends what was typed, shown or not.
        panel.write("v").await?;
        suggests(&panel, DELIVERY).await?;
        keys(&[Key::Enter]).await?;
        panel.has_sent("deliv").await?;
        suggests_nothing(&panel).await?;

        panel.write("deli").await?;
        suggests(&panel, DELIVERY).await?;
        keys(&[Key::Down]).await?;
        chooses(&panel, Some(DELIVERY)).await?;
        keys(&[Key::Enter]).await?;
        panel.has_sent(DELIVERY).await?;
        ensure!(panel.draft().await?.is_empty(), "the draft is {:?}", panel.draft().await?);

        // Tab writes it, to be changed before it is sent.
        panel.write("how can i pa").await?;
        suggests(&panel, PAYMENT).await?;
        keys(&[Key::Down]).await?;
        keys(&[Key::Tab]).await?;
        until("the question is in the field", async || {
            ensure!(panel.draft().await? == PAYMENT, "there is {:?}", panel.draft().await?);
            Ok(())
        })
        .await?;
        panel.write(" Today").await?;
        keys(&[Key::Enter]).await?;
        panel.has_sent("How can I pay? Today").await?;

        // A tap sends.
        panel.write("deli").await?;
        suggests(&panel, DELIVERY).await?;
        let other = shown(&panel).await?.0.into_iter().find(|own| own != DELIVERY);
        let expected =
            ["deliv", DELIVERY, "How can I pay? Today"].map(str::to_owned).into_iter().chain(other.clone());
        if let Some(other) = &other {
            panel.tab.click_text(In::Panel, ".fd-suggestion", other).await?;
            panel.has_sent(other).await?;
        }
        let texts = sandbox.texts().await?;
        ensure!(texts == expected.collect::<Vec<_>>(), "the centre has {texts:?}");
        Ok(())
    })
}

#[test]
fn an_answer_that_comes_too_late_is_not_shown() -> Result<()> {
    story(Options::default(), &Default::default(), async |rig| {
        let panel = rig.shop("/").await?.open_panel().await?;
        let street = &rig.stack.street;
        street.hold("GET /v1/suggestions?q=deli");
        panel.write("deli").await?;
        until("the question is on its way", async || {
            ensure!(street.standing() == 1, "{} stand still", street.standing());
            Ok(())
        })
        .await?;
        // Meanwhile the visitor has thought of something else.
        panel.tab.run(In::Panel, "focused().select();", Vec::new()).await?;
        panel.tab.type_keys(In::Panel, "how can i pa").await?;
        suggests(&panel, PAYMENT).await?;
        let watch = "
            window.rigSeen = [];
            const look = () => window.rigSeen.push(...deep('.fd-suggestion').map(words));
            new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });";
        panel.tab.run(In::Panel, watch, Vec::new()).await?;
        street.open();
        // The next question and its answer go after the late one.
        panel.tab.type_keys(In::Panel, "y").await?;
        panel.tab.press(In::Panel, &[Key::Enter]).await?;
        panel.hears("We take bank cards").await?;
        let seen = panel.tab.run(In::Panel, "return window.rigSeen;", Vec::<Value>::new()).await?;
        let seen: Vec<String> = serde_json::from_value(seen)?;
        ensure!(!seen.contains(&DELIVERY.to_owned()), "there was {seen:?}");
        let left = panel.tab.run(In::Panel, "return deep('.fd-suggestion').length;", Vec::new()).await?;
        ensure!(left == json!(0), "{left} questions are left over");
        Ok(())
    })
}
