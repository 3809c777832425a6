//! SIP over real WebSockets.

mod common;

use std::time::Duration;

use common::browser::Browser;
use common::{Telephone, gateway, until};
use frontdesk_sandbox_media::{CallNews, Side};
use tokio_tungstenite::tungstenite::Message;

#[tokio::test]
async fn only_the_subprotocol_sip_is_spoken() {
    let gateway = gateway(|_| {}).await;
    assert!(gateway.only_loopback());
    assert!(Telephone::try_connect(&gateway, "1000", None).await.is_err());
    assert!(Telephone::try_connect(&gateway, "1000", Some("chat")).await.is_err());
    assert!(Telephone::try_connect(&gateway, "1000", Some("chat, sip")).await.is_ok());
}

#[tokio::test]
async fn frames_of_both_kinds_and_keep_alives() {
    let gateway = gateway(|settings| settings.ping_every = None).await;
    let mut telephone = Telephone::connect(&gateway, "1486").await;
    telephone.frame(Message::text("\r\n\r\n")).await;
    assert_eq!(telephone.hear().await.as_deref(), Some("\r\n"));
    telephone.frame(Message::text("no SIP at all")).await;
    let (_, offer, _) = Browser::new(false).await;
    let invite = telephone.write("INVITE", &offer);
    telephone.frame(Message::binary(invite.into_bytes())).await;
    assert!(telephone.hear().await.is_some_and(|frame| frame.starts_with("SIP/2.0 100")));
    assert!(telephone.hear().await.is_some_and(|frame| frame.starts_with("SIP/2.0 486")));
}

#[tokio::test]
async fn a_frame_too_large_closes_its_socket_and_no_other() {
    let gateway = gateway(|_| {}).await;
    let mut other = Telephone::connect(&gateway, "1000").await;
    let mut telephone = Telephone::connect(&gateway, "1000").await;
    telephone.frame(Message::text("x".repeat(70_000))).await;
    while telephone.hear().await.is_some() {}
    other.say("OPTIONS", "").await;
    other.wait_for("SIP/2.0 200").await;
}

#[tokio::test]
async fn a_socket_too_many_is_closed() {
    let gateway = gateway(|settings| settings.sockets_max = 1).await;
    let mut first = Telephone::connect(&gateway, "1000").await;
    first.say("OPTIONS", "").await;
    first.wait_for("SIP/2.0 200").await;
    let mut second = Telephone::connect(&gateway, "1000").await;
    while second.hear().await.is_some() {}
    first.say("OPTIONS", "").await;
    first.wait_for("SIP/2.0 200").await;
}

#[tokio::test]
async fn a_dropped_socket_ends_its_call_and_a_stop_says_bye() {
    let gateway = gateway(|settings| settings.lost_after = Duration::from_millis(50)).await;
    let mut events = gateway.events();
    let (_, offer, _) = Browser::new(false).await;
    let mut telephone = Telephone::connect(&gateway, "1487").await;
    telephone.say("INVITE", &offer).await;
    until(&mut events, CallNews::Ringing).await;
    drop(telephone);
    until(&mut events, CallNews::Ended(Side::Gateway, 408)).await;

    let mut telephone = Telephone::connect(&gateway, "1000").await;
    telephone.call(&offer).await;
    gateway.stop().await;
    telephone.wait_for("BYE ").await;
}
