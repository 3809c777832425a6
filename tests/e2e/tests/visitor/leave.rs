//! A message for later, where nobody can answer now or it takes long.

use anyhow::{Result, ensure};
use frontdesk_e2e::pages::Panel;
use frontdesk_e2e::stack::Setup;
use frontdesk_e2e::{In, Options, Sandbox, story, until};
use serde_json::{Value, json};

const HOURS: &str = "[desks.hours]\nzone = \"Europe/Berlin\"\nspans = [\
    { days = [1, 2, 3, 4, 5], from = \"09:00\", to = \"18:00\" }, { days = [6], from = \"10:00\", to = \"14:00\" }]";

#[test]
fn outside_working_hours_a_message_can_be_left() -> Result<()> {
    let setup = Setup { centre: json!({"hours": "closed"}), sections: HOURS.into(), ..Setup::default() };
    story(Options::default(), &setup, async |rig| {
        let panel = rig.shop("/").await?.open_panel().await?;
        panel.write("Not sent yet").await?;
        panel.ask_for_a_person().await?;
        panel.tells("error_hours").await?;
        panel.tells("hours_title").await?;
        for hours in ["Mon – Fri 9:00 AM – 6:00 PM", "Sat 10:00 AM – 2:00 PM"] {
            panel.tab.reads(In::Panel, hours).await?;
        }
        panel.click("leave_message").await?;
        what_is_missing_is_told(&panel).await?;

        let text = "The bowl has a crack.\nPlease call 请回电 📞";
        write(&panel, "leave_text", text).await?;
        panel.click("leave_send").await?;
        panel.tells("error_number").await?;
        ensure!(invalid(&panel).await? == json!([true, false]), "{} are marked", invalid(&panel).await?);
        write(&panel, "leave_number", "138 0013 8000").await?;
        panel.click("leave_send").await?;
        panel.tells("leave_sent").await?;
        let letters =
            Sandbox::of(&rig.stack).holds("a letter", |record| record.get("letters").cloned()).await?;
        ensure!(letters.as_array().is_some_and(|all| all.len() == 1), "there is {letters}");
        let of = |name: &str| letters.pointer(&format!("/0/{name}")).cloned();
        ensure!(
            of("caller") == Some(json!("+8613800138000")) && of("text") == Some(json!(text)),
            "{letters}"
        );
        panel.click("leave_done").await?;
        panel.tells("error_hours").await?;
        ensure!(panel.draft().await? == "Not sent yet", "the draft is {:?}", panel.draft().await?);
        Ok(())
    })
}

/// One thing after the other, beside its field, which has the focus then.
async fn what_is_missing_is_told(panel: &Panel) -> Result<()> {
    let focus = async |selector: &str| {
        until("the field has the focus", async || {
            let script = "return focused().matches(arguments[0]);";
            let has = panel.tab.run(In::Panel, script, vec![json!(selector)]).await?;
            ensure!(has == json!(true), "{selector} has it not");
            Ok(())
        })
        .await
    };
    panel.click("leave_send").await?;
    panel.tells("leave_no_number").await?;
    focus(".fd-field").await?;
    write(panel, "leave_number", "12").await?;
    panel.click("leave_send").await?;
    panel.tells("leave_no_text").await?;
    focus(".fd-left").await
}

/// Which of number and text are marked as wrong.
async fn invalid(panel: &Panel) -> Result<Value> {
    let script = "return ['.fd-field', '.fd-left'].map((own) => deep(own)[0].getAttribute('aria-invalid') === 'true');";
    panel.tab.run(In::Panel, script, Vec::new()).await
}

/// Writes over what is in a field.
async fn write(panel: &Panel, key: &str, text: &str) -> Result<()> {
    let script = "
        const field = find('textbox', arguments[0]);
        field.focus();
        field.value = arguments[1];
        field.dispatchEvent(new InputEvent('input', { bubbles: true }));";
    let name = panel.words.get(key)?;
    panel.tab.sees(In::Panel, "textbox", name).await?;
    panel.tab.run(In::Panel, script, vec![json!(name), json!(text)]).await?;
    Ok(())
}

#[test]
fn from_a_long_queue_a_message_can_be_left() -> Result<()> {
    let queue = json!({"name": "service", "locales": [], "max_wait_s": 900, "average_s": 200});
    let setup = Setup { centre: json!({"queues": [queue]}), ..Setup::default() };
    story(Options::default(), &setup, async |rig| {
        let panel = rig.shop("/").await?.open_panel().await?;
        panel.ask_for_a_person().await?;
        panel.tells("queue_long").await?;
        panel.click("leave_message").await?;
        panel.tab.sees(In::Panel, "textbox", panel.words.get("leave_number")?).await?;
        panel
            .tab
            .run(
                In::Panel,
                "
            const country = deep('.fd-country')[0];
            country.value = 'DE';
            country.dispatchEvent(new Event('change', { bubbles: true }));",
                Vec::new(),
            )
            .await?;
        write(&panel, "leave_number", "0151 23456789").await?;
        write(&panel, "leave_text", "Call me").await?;
        panel.click("leave_send").await?;
        panel.tells("leave_sent").await?;
        let sandbox = Sandbox::of(&rig.stack);
        let caller = sandbox.holds("a letter", |record| record.pointer("/letters/0/caller").cloned()).await?;
        ensure!(caller == json!("+4915123456789"), "the number is {caller}");
        panel.click("leave_done").await?;
        // The place is kept.
        panel.tells("queue_next").await?;
        let state =
            sandbox.holds("the visitor", |record| record.pointer("/conversations/0/state").cloned()).await?;
        ensure!(state == json!("waiting"), "the visitor is {state}");
        Ok(())
    })
}
