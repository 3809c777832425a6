//! Sound and pictures over real sockets on loopback; the browser is a second str0m.

mod common;

use common::browser::{Browser, picture, sound};
use common::{Telephone, bounded, gateway, until};
use frontdesk_sandbox_media::{CallNews, Side};
use str0m::Event;
use str0m::media::Direction;

/// A browser that talks to this number.
async fn talking(
    gateway: &frontdesk_sandbox_media::Gateway,
    user: &str,
    video: bool,
) -> (Telephone, Browser) {
    let (mut browser, offer, pending) = Browser::new(video).await;
    let mut telephone = Telephone::connect(gateway, user).await;
    let answer = telephone.call(&offer).await;
    browser.accept(pending, &answer);
    browser.connect().await;
    (telephone, browser)
}

#[tokio::test]
async fn the_announcement_is_heard_and_ends_with_the_call() {
    let gateway = gateway(|_| {}).await;
    let mut events = gateway.events();
    let (mut telephone, mut browser) = talking(&gateway, "1000", false).await;
    let mut packets = Vec::new();
    bounded("the announcement", async {
        while packets.len() < 40 {
            packets.extend(browser.live().await.and_then(sound));
        }
    })
    .await;
    // It is sound: not the same packet over and over.
    packets.sort();
    packets.dedup();
    assert!(packets.len() > 20, "{} different packets", packets.len());
    until(&mut events, CallNews::Connected).await;
    assert!(gateway.open_calls()[0].visitor.audio_out >= 40);
    telephone.say("BYE", "").await;
    telephone.wait_for("SIP/2.0 200").await;
    until(&mut events, CallNews::Ended(Side::Visitor, 200)).await;
    assert!(gateway.open_calls().is_empty());
}

#[tokio::test]
async fn the_echo_returns_what_was_said_and_hears_keys() {
    let gateway = gateway(|_| {}).await;
    let mut events = gateway.events();
    let (_telephone, mut browser) = talking(&gateway, "1001", false).await;
    let said = [0xf8, 1, 2, 3, 4, 5];
    assert_eq!(browser.speak_until(&said, sound).await, said);
    browser.press(11);
    let hear = until(&mut events, CallNews::Digit('#'));
    tokio::pin!(hear);
    bounded("the key", async {
        loop {
            tokio::select! {
                () = &mut hear => break,
                _ = browser.live() => {}
            }
        }
    })
    .await;
    assert_eq!(gateway.open_calls()[0].digits, "#");
}

#[tokio::test]
async fn agent_and_visitor_hear_and_see_each_other_and_end_together() {
    let gateway = gateway(|_| {}).await;
    let mut events = gateway.events();
    gateway.open_line("179");
    let (mut visitor, offer, pending) = Browser::new(true).await;
    let mut telephone = Telephone::connect(&gateway, "179").await;
    telephone.say("INVITE", &offer).await;
    telephone.wait_for("SIP/2.0 183").await;
    let (mut agent, agent_offer, agent_pending) = Browser::new(true).await;
    let answer = gateway.agent_offer("179", &agent_offer).expect("a line");
    agent.accept(agent_pending, &answer);
    let answer = telephone.answered().await;
    visitor.accept(pending, &answer);
    tokio::join!(visitor.connect(), agent.connect());

    let from_visitor = [0xf8, 1, 1, 1, 1];
    let from_agent = [0xf8, 2, 2, 2, 2];
    tokio::join!(async { assert_eq!(visitor.speak_until(&from_visitor, sound).await, from_agent) }, async {
        assert_eq!(agent.speak_until(&from_agent, sound).await, from_visitor)
    },);
    // A keyframe of VP8 begins with an even byte (RFC 7741 §4.3).
    let (shown, seen) = ([0x10, 7, 7, 7, 7, 7, 7, 7, 7, 7], [0x10, 8, 8, 8, 8, 8, 8, 8, 8, 8]);
    bounded("both pictures", async {
        let (mut visitor_sees, mut agent_sees) = (None, None);
        while visitor_sees.is_none() || agent_sees.is_none() {
            visitor.show(&shown);
            agent.show(&seen);
            let (one, other) = tokio::join!(visitor.live(), agent.live());
            visitor_sees = visitor_sees.or(one.and_then(picture));
            agent_sees = agent_sees.or(other.and_then(picture));
        }
        assert_eq!((visitor_sees.as_deref(), agent_sees.as_deref()), (Some(&seen[..]), Some(&shown[..])));
    })
    .await;
    // The agent's browser asks for a whole picture: the visitor's is told.
    agent.want_keyframe();
    bounded("the request for a keyframe", async {
        loop {
            let (one, _) = tokio::join!(visitor.live(), agent.live());
            if matches!(one, Some(Event::KeyframeRequest(_))) {
                break;
            }
        }
    })
    .await;
    assert!(gateway.open_calls()[0].agent.is_some_and(|agent| agent.audio_in > 0 && agent.video_in > 0));

    assert!(gateway.hang_up("179"));
    let bye = telephone.wait_for("BYE ").await;
    telephone.accept(&bye, "").await;
    until(&mut events, CallNews::Ended(Side::Agent, 200)).await;
    // The agent's browser is told by DTLS.
    bounded("the end of the agent's media", async {
        while !matches!(agent.live().await, Some(Event::Closed)) {}
    })
    .await;
}

#[tokio::test]
async fn a_visitor_on_another_network_is_heard_again() {
    let gateway = gateway(|_| {}).await;
    let (mut telephone, mut browser) = talking(&gateway, "1001", false).await;
    assert_eq!(browser.speak_until(&[0xf8, 1, 1], sound).await, [0xf8, 1, 1]);
    let (offer, pending) = browser.move_away().await;
    telephone.reconnect(&gateway).await;
    let answer = telephone.call_again(&offer).await;
    browser.accept(pending, &answer);
    let again = browser.speak_until(&[0xf8, 2, 2], |event| sound(event).filter(|data| data[1] == 2)).await;
    assert_eq!(again, [0xf8, 2, 2]);
    assert!(gateway.open_calls()[0].socket);
}

#[tokio::test]
async fn a_visitor_who_holds_is_not_played_to() {
    let gateway = gateway(|_| {}).await;
    let mut events = gateway.events();
    let (mut telephone, mut browser) = talking(&gateway, "1000", false).await;
    bounded("the announcement", async { while browser.live().await.and_then(sound).is_none() {} }).await;
    let (offer, pending) = browser.change(Direction::SendOnly);
    let answer = telephone.call_again(&offer).await;
    assert!(answer.contains("a=recvonly"), "{answer}");
    browser.accept(pending, &answer);
    until(&mut events, CallNews::Held(true)).await;
    let (offer, pending) = browser.change(Direction::SendRecv);
    let answer = telephone.call_again(&offer).await;
    browser.accept(pending, &answer);
    until(&mut events, CallNews::Held(false)).await;
    bounded("the announcement", async { while browser.live().await.and_then(sound).is_none() {} }).await;
}

#[tokio::test]
async fn an_end_that_is_not_heard_any_more_ends_both() {
    let gateway = gateway(|settings| settings.lost_after = std::time::Duration::from_secs(2)).await;
    let mut events = gateway.events();
    gateway.open_line("179");
    let (mut agent, offer, pending) = Browser::new(false).await;
    let answer = gateway.agent_offer("179", &offer).expect("a line");
    agent.accept(pending, &answer);
    let (mut visitor, offer, pending) = Browser::new(false).await;
    let mut telephone = Telephone::connect(&gateway, "179").await;
    let answer = telephone.call(&offer).await;
    visitor.accept(pending, &answer);
    tokio::join!(visitor.connect(), agent.connect());
    // The agent's machine is switched off; the visitor goes on talking.
    drop(agent);
    let end = until(&mut events, CallNews::Ended(Side::Agent, 408));
    tokio::pin!(end);
    loop {
        visitor.speak(&[0xf8, 1, 1]);
        tokio::select! {
            () = &mut end => break,
            _ = visitor.live() => {}
        }
    }
    telephone.wait_for("BYE ").await;
}
