//! Refusals that depend on how the centre is set up and how things stand there.

use crate::harness::{Offer, Reply, Target, Verdict, checks, ensure, field, word};
use frontdesk_sandbox::Hours;

checks! {
    closed_hours_refuse_connect_and_transfer,
    a_full_centre_refuses_connect,
    too_quick_a_text_is_refused,
    too_long_a_text_is_refused,
    too_long_an_id_is_refused,
    a_message_id_with_a_comma_is_refused,
    offline_mode_answers_in_its_three_cases,
    offline_mode_keeps_messages,
    without_offline_mode_nothing_is_said_of_it,
    a_centre_without_history_answers_404,
    typing_without_a_conversation_is_refused,
    transfer_without_a_conversation_is_refused,
}

async fn closed_hours_refuse_connect_and_transfer(target: &Target) -> Verdict {
    let house = target.house()?;
    house.set(|settings| settings.hours = Hours::Closed)?;
    let visitor = target.with_robot().await?;
    let reply = target.send(&visitor, "TRANS2AGENT", "").await?;
    reply.one_of(&["12"])?;
    reply.expect(reply.said().contains("not within the working time"), "the text of closed hours")?;
    target.send(&visitor, "CHAT", &target.text("the robot goes on")).await?.one_of(&["0"])?;
    target.close().await?;
    house.set(|settings| settings.robot = false)?;
    target.send(&visitor, "CONNECT", "").await?.one_of(&["12"]).map(drop)
}

async fn a_full_centre_refuses_connect(target: &Target) -> Verdict {
    target.house()?.set(|settings| settings.max_contacts = 1)?;
    target.session().await?;
    // A visitor beyond the limit is not even given a token, or finds no address at CONNECT.
    let id = target.fresh_id();
    let reply = target.apply(&id, &target.access.channel).await?;
    if crate::harness::token_in(&reply).is_none() {
        return reply.one_of(&["1"]).map(drop);
    }
    let visitor = target.visitor().await?;
    target.send(&visitor, "CONNECT", "").await?.one_of(&["13"]).map(drop)
}

async fn too_quick_a_text_is_refused(target: &Target) -> Verdict {
    let house = target.house()?;
    house.set(|settings| settings.send_interval_ms = 1_000)?;
    let visitor = target.with_agent().await?;
    target.send(&visitor, "CHAT", &target.text("one")).await?.one_of(&["0"])?;
    let reply = target.send(&visitor, "CHAT", &target.text("two")).await?;
    reply.one_of(&["13"])?;
    reply.expect(!target.is_new() || reply.said().contains("too quick"), "the text of flow control")?;
    house.advance(std::time::Duration::from_secs(1));
    target.send(&visitor, "CHAT", &target.text("two")).await?.one_of(&["0"]).map(drop)
}

async fn too_long_a_text_is_refused(target: &Target) -> Verdict {
    let visitor = target.with_agent().await?;
    target.send(&visitor, "CHAT", &"x".repeat(1_024)).await?.one_of(&["0"])?;
    target.send(&visitor, "CHAT", &"x".repeat(1_025)).await?.one_of(&["13"]).map(drop)
}

async fn too_long_an_id_is_refused(target: &Target) -> Verdict {
    let id = format!("{}{}", target.fresh_id(), "x".repeat(40));
    for (length, taken) in [(32, true), (33, !target.is_new())] {
        let reply = target.apply(&id[..length], &target.access.channel).await?;
        let given = crate::harness::token_in(&reply).is_some();
        reply.expect(given == taken, &format!("an id of {length} characters taken: {taken}"))?;
    }
    Ok(())
}

async fn a_message_id_with_a_comma_is_refused(target: &Target) -> Verdict {
    let (visitor, _) = target.session().await?;
    for id in ["a,b".to_owned(), "x".repeat(33)] {
        let mut body = target.uplink(&visitor, "CHAT", "TEXT", &target.text("id"));
        body["messageId"] = id.into();
        let reply = target.post(&visitor, "send", &body).await?;
        // The 2.5 manual does not know the field.
        reply.expect(
            if target.is_new() { reply.status == 400 } else { reply.code().as_deref() == Some("0") },
            "400 in 2.6",
        )?;
    }
    Ok(())
}

fn told_offline(reply: &Reply) -> Verdict {
    let offline = reply.field("offlineMsg");
    let on = word(field(offline, "isOfflineStatus")).or_else(|| word(offline));
    reply.expect(on.as_deref() == Some("true"), "isOfflineStatus to be true")
}

async fn offline_mode_answers_in_its_three_cases(target: &Target) -> Verdict {
    target.only_new(Offer::Offline)?;
    let house = target.house()?;
    house.set(|settings| settings.offline = true)?;
    // Leaving the queue.
    let visitor = target.waiting().await?;
    told_offline(&target.send(&visitor, "DISCONNECT", "").await?)?;
    target.has_ended(&visitor).await;
    // A message without a conversation.
    told_offline(&target.send(&visitor, "CHAT", &target.text("for later")).await?)?;
    // A failed connect.
    house.set(|settings| (settings.robot, settings.hours) = (false, Hours::Closed))?;
    let reply = target.send(&target.visitor().await?, "CONNECT", "").await?;
    reply.one_of(&["12", "13"])?;
    told_offline(&reply)
}

async fn offline_mode_keeps_messages(target: &Target) -> Verdict {
    target.only_new(Offer::Offline)?;
    let house = target.house()?;
    house.set(|settings| settings.offline = true)?;
    let visitor = target.visitor().await?;
    let reply = target.send(&visitor, "CHAT", &target.text("for later")).await?;
    told_offline(&reply)?;
    // The code says that it failed, and yet it is kept.
    reply.expect(reply.code().as_deref() != Some("0"), "a code other than 0")?;
    let agent = house.sign_in("Li").await?;
    let id = house.conversation(&agent, &visitor.id).await?;
    let kept = house.desk(Some(&agent), &format!("conversations/{id}?after=0"), None).await?;
    ensure!(kept["messages"].to_string().contains("for later"), "the agents must find the message");
    Ok(())
}

async fn without_offline_mode_nothing_is_said_of_it(target: &Target) -> Verdict {
    let reply = target.send(&target.visitor().await?, "CHAT", &target.text("nobody")).await?;
    reply.one_of(&["13"])?;
    reply.expect(reply.field("offlineMsg").is_null(), "no offlineMsg")
}

async fn a_centre_without_history_answers_404(target: &Target) -> Verdict {
    target.house()?.set(|settings| settings.history = false)?;
    let visitor = target.visitor().await?;
    let body = serde_json::json!({"channelId": target.access.channel, "userId": visitor.id, "limit": "1", "offset": "0"});
    let reply = target.post(&visitor, "queryHistoryChatMessage", &body).await?;
    reply.expect(reply.status == 404, "HTTP 404")
}

async fn typing_without_a_conversation_is_refused(target: &Target) -> Verdict {
    target.send(&target.visitor().await?, "INPUT", "").await?.one_of(&["13"]).map(drop)
}

async fn transfer_without_a_conversation_is_refused(target: &Target) -> Verdict {
    let reply = target.send(&target.visitor().await?, "TRANS2AGENT", "").await?;
    reply.one_of(&["13"])?;
    reply.expect(reply.said().contains("session keep touch failed"), "the text of a session that is gone")
}
