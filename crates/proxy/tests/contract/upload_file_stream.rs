//! `POST /apiaccess/ccmessaging/uploadFileStream`: a visitor's file, as Base64 in JSON.

use crate::harness::{Offer, Reply, Stop, Target, Verdict, Visitor, checks, word};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

checks! {
    gives_a_key,
    refuses_a_missing_field,
    refuses_a_type_that_is_not_listed,
    refuses_what_is_no_base64,
    a_picture_is_sent_by_its_key,
}

/// A picture of one pixel.
pub(crate) const PNG: &[u8] = &[
    0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, b'I', b'H', b'D', b'R', 0, 0, 0, 1, 0, 0,
    0, 1, 8, 6, 0, 0, 0, 0x1f, 0x15, 0xc4, 0x89, 0, 0, 0, 0x0d, b'I', b'D', b'A', b'T', 0x78, 0x9c, 0x63,
    0xf8, 0xcf, 0xc0, 0xf0, 0x1f, 0, 5, 0, 1, 0xff, 0x89, 0x99, 0x3d, 0x1d, 0, 0, 0, 0, b'I', b'E', b'N',
    b'D', 0xae, 0x42, 0x60, 0x82,
];

async fn upload(target: &Target, visitor: &Visitor, body: &Value) -> Result<Reply, Stop> {
    target.asks_for(Offer::Files)?;
    target.post(visitor, "uploadFileStream", body).await?.offered(Offer::Files)
}

fn picture() -> Value {
    json!({"fileType": "png", "fileStream": STANDARD.encode(PNG), "channel": "WEB"})
}

/// The key of an uploaded picture.
pub(crate) async fn key(target: &Target, visitor: &Visitor) -> Result<String, Stop> {
    let reply = upload(target, visitor, &picture()).await?;
    reply.one_of(&["0"])?;
    word(reply.field("objectKey")).ok_or_else(|| reply.wrong("an objectKey"))
}

async fn gives_a_key(target: &Target) -> Verdict {
    let visitor = target.visitor().await?;
    let key = key(target, &visitor).await?;
    crate::harness::ensure!(!key.contains(','), "an objectKey with a comma cannot stand in a content");
    Ok(())
}

async fn refuses_a_missing_field(target: &Target) -> Verdict {
    let visitor = target.visitor().await?;
    for name in ["fileType", "fileStream"] {
        let mut body = picture();
        body[name] = Value::Null;
        let reply = upload(target, &visitor, &body).await?;
        reply.refused()?;
        reply.expect(reply.field("objectKey").is_null(), "no key")?;
    }
    Ok(())
}

async fn refuses_a_type_that_is_not_listed(target: &Target) -> Verdict {
    let visitor = target.visitor().await?;
    let mut body = picture();
    body["fileType"] = json!("exe");
    upload(target, &visitor, &body).await?.refused()
}

async fn refuses_what_is_no_base64(target: &Target) -> Verdict {
    let visitor = target.visitor().await?;
    let mut body = picture();
    body["fileStream"] = json!("*no base64*");
    upload(target, &visitor, &body).await?.refused()
}

async fn a_picture_is_sent_by_its_key(target: &Target) -> Verdict {
    let (visitor, _) = target.session().await?;
    let visitor = if target.house.is_some() { target.with_agent().await? } else { visitor };
    let key = key(target, &visitor).await?;
    // The manuals print a comma and the type, later pages the key alone: one of them must do.
    let mut last = None;
    for content in [format!("{key},png"), key] {
        let reply =
            target.post(&visitor, "send", &target.uplink(&visitor, "CHAT", "IMAGE", &content)).await?;
        if reply.coded()? == "0" || reply.code().as_deref() == Some("11") {
            return Ok(());
        }
        last = Some(reply);
    }
    Err(last.map_or_else(
        || Stop::Wrong("no answer".into()),
        |reply| reply.wrong("one of the two forms to be taken"),
    ))
}
