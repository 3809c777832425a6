//! From the robot to a person: the transcript goes along, receipts, taking back, and the survey at the end.

use anyhow::{Result, ensure};
use frontdesk_e2e::pages::{Panel, Side};
use frontdesk_e2e::stack::Setup;
use frontdesk_e2e::{In, Options, Rig, Sandbox, story, until};
use serde_json::{Value, json};

const QUESTION: &str = "How can I pay?";
const FIRST: &str = "Is that so for gift cards too?";
const SLIP: &str = "Ms Smith, your balance is 12 €";

#[test]
fn the_transcript_goes_along_and_receipts_and_slips_are_seen() -> Result<()> {
    story(Options::default(), &Default::default(), async |rig| {
        let shop = rig.shop("/").await?;
        let panel = shop.open_panel().await?;
        panel.say(QUESTION).await?;
        let answer = panel.hears("We take bank cards").await?.text;
        panel.ask_for_a_person().await?;
        panel.tells("queue_next").await?;
        let agent = rig.agent_desk("Li").await?;
        agent.has("Active", 1).await?;
        shop.tab.show().await?;
        panel.tells("status_agent").await?;
        panel.say(FIRST).await?;
        panel.has_sent(FIRST).await?;
        state_is(&panel, "state_sent").await?;

        agent.tab.show().await?;
        agent.open_first().await?;
        agent.hears("visitor", QUESTION).await?;
        agent.hears("robot", &answer).await?;
        agent.hears("visitor", FIRST).await?;
        agent.reply("Yes, it is").await?;
        shop.tab.show().await?;
        panel.hears("Yes, it is").await?;
        panel.tab.reads(In::Panel, &panel.words.fill("line_joined", "name", "Li")?).await?;
        state_is(&panel, "state_read").await?;
        let said = panel.said().await?;
        for text in [QUESTION, &answer, FIRST] {
            ensure!(said.iter().filter(|(_, own)| own == text).count() == 1, "there is {said:?}");
        }
        let sandbox = Sandbox::of(&rig.stack);
        sandbox.holds("that the answer was read", |record| read_ms(record, "Yes, it is")).await?;
        a_slip_leaves_nothing(rig, &sandbox, &panel).await
    })
}

/// What became of the visitor's last text.
async fn state_is(panel: &Panel, key: &str) -> Result<()> {
    let state = panel.words.get(key)?;
    until(&format!("it is \"{state}\""), async || {
        let lines = panel.transcript().await?;
        let last = lines.iter().rfind(|line| line.side == Side::Mine);
        ensure!(last.is_some_and(|line| line.state == state), "there is {last:?}");
        Ok(())
    })
    .await
}

/// When the visitor has read this text of the agent.
fn read_ms(record: &Value, text: &str) -> Option<u64> {
    let conversations = record.get("conversations")?.as_array()?;
    let mut all = conversations.iter().filter_map(|own| own.get("messages")?.as_array()).flatten();
    all.find(|own| own.get("text") == Some(&json!(text)))?.get("read_ms")?.as_u64()
}

/// Taken back, a text is gone from the panel, also after a reload.
async fn a_slip_leaves_nothing(rig: &Rig, sandbox: &Sandbox, panel: &Panel) -> Result<()> {
    sandbox.play(&json!([{"do": "text", "text": SLIP, "label": "slip"}, {"do": "wait", "ms": 1_500}, {"do": "recall", "label": "slip"}]), 50).await?;
    panel.hears(SLIP).await?;
    panel.tells("recalled").await?;
    let gone = async || {
        until("the slip is gone", async || {
            let all = panel.tab.text(In::Panel).await?;
            ensure!(!all.contains(SLIP) && all.contains(panel.words.get("recalled")?), "there is {all}");
            Ok(())
        })
        .await
    };
    gone().await?;
    panel.tab.reload().await?;
    panel.is_usable().await?;
    panel.hears("Yes, it is").await?;
    gone().await?;
    panel.tab.screenshot("looks/taken-back").await?;
    let log = std::fs::read_to_string(&rig.stack.log)?;
    ensure!(!log.contains("balance"), "the slip is in the proxy's log");
    Ok(())
}

#[test]
fn every_question_of_the_survey_arrives() -> Result<()> {
    let setup = Setup { centre: json!({"survey_questions": ["CSAT", "NPS", "FCR"]}), ..Setup::default() };
    story(Options::default(), &setup, async |rig| {
        let panel = rig.shop("/").await?.open_panel().await?;
        panel.say(QUESTION).await?;
        panel.hears("We take bank cards").await?;
        let sandbox = Sandbox::of(&rig.stack);
        sandbox.play_own("goodbye", 50).await?;
        for key in ["rating_title", "rating_recommend", "rating_solved"] {
            panel.tells(key).await?;
        }
        choose(&panel, "rating_title", 3).await?;
        choose(&panel, "rating_recommend", 8).await?;
        choose(&panel, "rating_solved", 1).await?;
        panel.tab.type_into(In::Panel, panel.words.get("rating_comment")?, "Kind, but slow").await?;
        let street = &rig.stack.street;
        street.hold("POST /v1/survey");
        panel.click("rating_send").await?;
        panel.tells("rating_sending").await?;
        the_focus_is_beside_the_conversation(&panel).await?;
        street.open();
        panel.tells("rating_thanks").await?;
        let rating = sandbox
            .holds("the rating", |record| {
                record.pointer("/conversations/0/rating").filter(|own| !own.is_null()).cloned()
            })
            .await?;
        let fields = ["level", "nps", "solved", "comment"].map(|name| rating.get(name).cloned());
        let expected = [json!(4), json!(8), json!(false), json!("Kind, but slow")].map(Some);
        ensure!(fields == expected, "the rating is {rating}");
        Ok(())
    })
}

/// What was pressed is gone, and no old message has the focus instead: the conversation would go there.
async fn the_focus_is_beside_the_conversation(panel: &Panel) -> Result<()> {
    let found = until("something has the focus", async || {
        let script = "const own = focused(); return own === document.body ? null : [own.outerHTML, !!own.closest('.fd-row')];";
        let found = panel.tab.run(In::Panel, script, Vec::new()).await?;
        ensure!(!found.is_null(), "nothing has it");
        Ok(found)
    })
    .await?;
    ensure!(found.get(1) == Some(&json!(false)), "it is at {found}");
    Ok(())
}

/// Clicks the choice at a position of a question, counted from 0.
async fn choose(panel: &Panel, key: &str, at: usize) -> Result<()> {
    let script = "
        const group = find('radiogroup', arguments[0]);
        return group ? [...group.querySelectorAll('label')][arguments[1]] ?? null : null;";
    panel.tab.click_found(In::Panel, script, vec![json!(panel.words.get(key)?), json!(at)]).await
}
