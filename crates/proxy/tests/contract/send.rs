//! `POST /apiaccess/ccmessaging/send`: everything a visitor does.

use crate::harness::{Offer, Reply, Serving, Stop, Target, Verdict, checks, ensure, field, word};
use serde_json::json;

checks! {
    connect_is_answered,
    a_second_connect_does_no_harm,
    a_text_reaches_whoever_serves,
    a_text_of_1024_bytes_is_taken,
    a_text_in_the_queue_is_not_taken,
    an_empty_text_is_refused,
    a_text_without_a_conversation_is_refused,
    another_channel_is_refused,
    a_repeated_id_is_answered_again,
    fields_that_nobody_knows_do_no_harm,
    typing_is_refused_while_a_robot_serves,
    typing_is_taken_while_an_agent_serves,
    typing_in_the_queue_is_not_taken,
    asking_for_an_agent_is_answered,
    asking_an_agent_for_an_agent_does_no_harm,
    reading_is_answered,
    a_card_without_title_or_target_is_refused,
    a_card_is_delivered,
    disconnect_ends_once,
    leaving_the_queue_ends,
    refuses_a_made_up_visitor_token,
}

/// In code 13 some texts are the queue.
fn is_queueing(reply: &Reply) -> bool {
    match reply.code().as_deref() {
        Some("11") => true,
        Some("13") => reply.said().contains("queuing"),
        _ => false,
    }
}

async fn connect_is_answered(target: &Target) -> Verdict {
    target.session().await.map(drop)
}

async fn a_second_connect_does_no_harm(target: &Target) -> Verdict {
    let (visitor, serving) = target.session().await?;
    let reply = target.send(&visitor, "CONNECT", "").await?;
    reply.one_of(&["0", "11"])?;
    let now = target.who(&visitor, &reply).await?;
    ensure!(now == serving || now == Serving::Somebody, "CONNECT again led from {serving:?} to {now:?}");
    Ok(())
}

async fn a_text_reaches_whoever_serves(target: &Target) -> Verdict {
    let (visitor, serving) = target.session().await?;
    let reply = target.send(&visitor, "CHAT", &target.text("你好 👋 <b>1 & 2</b> \"x\" \\ \u{202e}")).await?;
    if serving == Serving::Queue {
        return reply.expect(is_queueing(&reply) || reply.code().as_deref() == Some("13"), "code 11 or 13");
    }
    reply.one_of(&["0"]).map(drop)
}

async fn a_text_of_1024_bytes_is_taken(target: &Target) -> Verdict {
    let visitor = somebody_who_listens(target).await?;
    let mut text = target.text("the longest text ");
    while text.len() < 1_024 {
        text.push(if text.len() < 1_000 && text.len().is_multiple_of(3) { '店' } else { '.' });
    }
    text.truncate(text.floor_char_boundary(1_024));
    ensure!(text.len() > 1_020, "the test's own text has {} bytes", text.len());
    target.send(&visitor, "CHAT", &text).await?.one_of(&["0"]).map(drop)
}

/// A visitor whose texts are taken.
async fn somebody_who_listens(target: &Target) -> Result<crate::harness::Visitor, Stop> {
    let (visitor, serving) = target.session().await?;
    match serving {
        Serving::Queue => target.with_agent().await,
        _ => Ok(visitor),
    }
}

async fn a_text_in_the_queue_is_not_taken(target: &Target) -> Verdict {
    let visitor = target.waiting().await?;
    let reply = target.send(&visitor, "CHAT", &target.text("while waiting")).await?;
    reply.one_of(&["11", "13"]).map(drop)
}

async fn an_empty_text_is_refused(target: &Target) -> Verdict {
    let (visitor, serving) = target.session().await?;
    let reply = target.send(&visitor, "CHAT", "").await?;
    reply.expect(serving == Serving::Queue || reply.refused().is_ok(), "a refusal of an empty text")
}

async fn a_text_without_a_conversation_is_refused(target: &Target) -> Verdict {
    let reply = target.send(&target.visitor().await?, "CHAT", &target.text("nobody is there")).await?;
    reply.refused()?;
    let offline = reply.field("offlineMsg");
    let shape = offline.is_null() || offline.is_boolean() || offline.is_object();
    reply.expect(shape, "offlineMsg to be absent, a truth value or an object")
}

async fn another_channel_is_refused(target: &Target) -> Verdict {
    let (visitor, _) = target.session().await?;
    let mut body = target.uplink(&visitor, "CHAT", "TEXT", &target.text("to nobody"));
    body["to"] = json!("1");
    target.post(&visitor, "send", &body).await?.refused()
}

async fn a_repeated_id_is_answered_again(target: &Target) -> Verdict {
    let visitor = somebody_who_listens(target).await?;
    let mut body = target.uplink(&visitor, "CHAT", "TEXT", &target.text("once"));
    body["messageId"] = json!(format!("{:032x}", rand::random::<u128>()));
    for _ in 0..2 {
        // What becomes of the second copy is a setting of the desk; that it is answered is not.
        let reply = target.post(&visitor, "send", &body).await?;
        let busy = reply.said().contains("too quick");
        reply.expect(busy || reply.code().as_deref() == Some("0"), "success, twice")?;
    }
    Ok(())
}

async fn fields_that_nobody_knows_do_no_harm(target: &Target) -> Verdict {
    let visitor = somebody_who_listens(target).await?;
    let mut body = target.uplink(&visitor, "CHAT", "TEXT", &target.text("with a field of tomorrow"));
    body["frontdeskUnknown"] = json!("1");
    target.post(&visitor, "send", &body).await?.one_of(&["0"]).map(drop)
}

async fn typing_is_refused_while_a_robot_serves(target: &Target) -> Verdict {
    let visitor = target.with_robot().await?;
    target.send(&visitor, "INPUT", "").await?.one_of(&["13"]).map(drop)
}

async fn typing_is_taken_while_an_agent_serves(target: &Target) -> Verdict {
    let visitor = target.with_agent().await?;
    target.send(&visitor, "INPUT", "").await?.one_of(&["0"]).map(drop)
}

async fn typing_in_the_queue_is_not_taken(target: &Target) -> Verdict {
    let visitor = target.waiting().await?;
    target.send(&visitor, "INPUT", "").await?.one_of(&["11", "13"]).map(drop)
}

async fn asking_for_an_agent_is_answered(target: &Target) -> Verdict {
    target.asks_for(Offer::Agent)?;
    let visitor = target.with_robot().await?;
    if let Some(house) = &target.house {
        house.sign_in("Li").await?;
    }
    let reply = target.send(&visitor, "TRANS2AGENT", "").await?;
    let code = reply.one_of(&["0", "11", "12", "13"])?;
    if code == "0" || code == "11" {
        let who = target.who(&visitor, &reply).await?;
        ensure!(who != Serving::Robot, "after TRANS2AGENT with code {code} a robot cannot serve");
    }
    target.close().await
}

async fn asking_an_agent_for_an_agent_does_no_harm(target: &Target) -> Verdict {
    let visitor = target.with_agent().await?;
    let reply = target.send(&visitor, "TRANS2AGENT", "").await?;
    reply.one_of(&["13"])?;
    target.send(&visitor, "CHAT", &target.text("still here")).await?.one_of(&["0"]).map(drop)
}

async fn reading_is_answered(target: &Target) -> Verdict {
    target.only_new(Offer::Read)?;
    let visitor = target.with_agent().await?;
    // Its content is not documented: any answer with a code will do, as long as the conversation goes on.
    target.send(&visitor, "READ", "").await?.coded()?;
    target.send(&visitor, "CHAT", &target.text("after reading")).await?.one_of(&["0"]).map(drop)
}

/// A card with all its keys.
fn card(title: &str, file: &str, kind: &str, link: &str) -> String {
    json!({"title": title, "description": "", "mediaFileId": file, "mediaFileType": kind, "redirectUrl": link})
        .to_string()
}

async fn a_card_without_title_or_target_is_refused(target: &Target) -> Verdict {
    target.only_new(Offer::Cards)?;
    target.asks_for(Offer::Cards)?;
    let visitor = somebody_who_listens(target).await?;
    let title = target.text("card");
    for (content, part) in [
        ("no card".to_owned(), "json format"),
        (card(&title, "", "", ""), "mediafileid or redirecturl"),
        (card("", "", "", "https://shop.example/1"), "title"),
        (card(&title, "", "text/plain", "https://shop.example/1"), "mediafiletype"),
    ] {
        let reply =
            target.post(&visitor, "send", &target.uplink(&visitor, "CHAT", "WEBCARD", &content)).await?;
        reply.one_of(&["3"])?;
        reply.expect(reply.said().contains(part), &format!("a text with {part:?}"))?;
    }
    Ok(())
}

async fn a_card_is_delivered(target: &Target) -> Verdict {
    target.only_new(Offer::Cards)?;
    target.asks_for(Offer::Cards)?;
    let visitor = somebody_who_listens(target).await?;
    for link in ["https://shop.example/orders/42", "http://not-trusted.example/"] {
        let content = card(&target.text("card"), "", "", link);
        let reply =
            target.post(&visitor, "send", &target.uplink(&visitor, "CHAT", "WEBCARD", &content)).await?;
        let code = reply.one_of(&["0", "3"])?;
        reply.expect(
            code == "0" || reply.said().contains("trust list"),
            "success, or the text of the trust list",
        )?;
    }
    Ok(())
}

async fn disconnect_ends_once(target: &Target) -> Verdict {
    let (visitor, serving) = target.session().await?;
    let reply = target.send(&visitor, "DISCONNECT", "").await?;
    reply.expect(
        reply.code().as_deref() == Some("0") || serving == Serving::Queue && is_queueing(&reply),
        "the end",
    )?;
    target.has_ended(&visitor).await;
    // What is gone cannot be ended; where even its token is gone, a 401 says the same.
    let again = target.send(&visitor, "DISCONNECT", "").await?;
    again.refused()?;
    let chat = target.send(&visitor, "CHAT", &target.text("after the end")).await?;
    chat.refused()
}

async fn leaving_the_queue_ends(target: &Target) -> Verdict {
    let visitor = target.waiting().await?;
    let reply = target.send(&visitor, "DISCONNECT", "").await?;
    target.has_ended(&visitor).await;
    let done = reply.code().as_deref() == Some("0") || is_queueing(&reply);
    reply.expect(done, "0, or 11 for whoever left the queue")?;
    let offline = field(reply.field("offlineMsg"), "isOfflineStatus");
    reply.expect(offline.is_null() || word(offline).is_some(), "isOfflineStatus as a truth value")
}

async fn refuses_a_made_up_visitor_token(target: &Target) -> Verdict {
    let visitor = target.visitor().await?;
    visitor.set_token("made-up");
    let reply = target.send(&visitor, "CONNECT", "").await?;
    reply.expect(reply.status == 401, "HTTP 401")
}
