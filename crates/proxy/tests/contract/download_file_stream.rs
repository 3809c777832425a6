//! `POST /apiaccess/ccmessaging/downloadFileStream`: a file, as Base64 in JSON.

use crate::harness::{Offer, Reply, Stop, Target, Verdict, Visitor, checks, ensure, field, word};
use crate::upload_file_stream::{PNG, key};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

checks! {
    hands_out_what_was_uploaded,
    has_nothing_for_an_unknown_key,
    says_401_in_the_body_without_a_key,
    hands_out_what_an_agent_sent,
}

async fn download(target: &Target, visitor: &Visitor, id: &str, library: bool) -> Result<Reply, Stop> {
    target.asks_for(Offer::Files)?;
    let mut body = json!({"fileType": "png", "channel": "WEB", "fileId": id});
    if library {
        body["multiMedia"] = json!("multiMedia");
    }
    target.post(visitor, "downloadFileStream", &body).await?.offered(Offer::Files)
}

/// What a download brought; nothing when it did not work.
fn bytes(reply: &Reply) -> Option<Vec<u8>> {
    let done = reply.status == 200 && reply.code().is_none_or(|code| code == "0");
    word(reply.field("fileStream")).filter(|_| done).and_then(|stream| STANDARD.decode(stream).ok())
}

async fn hands_out_what_was_uploaded(target: &Target) -> Verdict {
    let visitor = target.visitor().await?;
    let key = key(target, &visitor).await?;
    // For a visitor's own file the documents do not say which of the two ids it is.
    for id in [key.clone(), format!("local/{key}")] {
        let reply = download(target, &visitor, &id, false).await?;
        if let Some(bytes) = bytes(&reply) {
            return reply.expect(bytes == PNG, "the very bytes that were uploaded");
        }
    }
    Err(Stop::Wrong("neither the key nor local/ with it brings the file back".into()))
}

async fn has_nothing_for_an_unknown_key(target: &Target) -> Verdict {
    let visitor = target.visitor().await?;
    let reply = download(target, &visitor, "local/00000000-0000-4000-8000-000000000000", false).await?;
    reply.expect(bytes(&reply).is_none_or(|bytes| bytes.is_empty()), "no file")
}

async fn says_401_in_the_body_without_a_key(target: &Target) -> Verdict {
    let visitor = target.visitor().await?;
    let reply = download(target, &visitor, "", false).await?;
    reply.expect(bytes(&reply).is_none_or(|bytes| bytes.is_empty()), "no file")?;
    // The code of the body is no status: the tokens are still good.
    reply.expect(reply.status != 401, "a status other than 401")?;
    target.poll(&visitor).await?.one_of(&["0"]).map(drop)
}

async fn hands_out_what_an_agent_sent(target: &Target) -> Verdict {
    let house = target.desk()?;
    let visitor = target.with_agent().await?;
    let agent = house.sign_in("Li").await?;
    for library in [false, true] {
        let file =
            json!({"media": "IMAGE", "name": "a.png", "data": STANDARD.encode(PNG), "library": library});
        house.acts(&agent, &visitor.id, "messages", json!({"file": file})).await?;
        let message = target
            .until("the agent's picture", async || {
                let messages = target.messages(&visitor).await?;
                let shows = |message: &Value| word(field(message, "mediaType")).as_deref() == Some("IMAGE");
                Ok(messages.into_iter().rev().find(shows))
            })
            .await?;
        let content = word(field(&message, "content")).unwrap_or_default();
        let local = word(field(&message, "contentType")).as_deref() == Some("1");
        let told = target.is_new() && !field(&message, "mediaFileType").is_null();
        ensure!(!told || local != library, "contentType must tell local files from those of the library");
        let ids = [content.clone(), format!("local/{content}")];
        let mut found = None;
        for (id, from_library) in [(&ids[0], false), (&ids[1], false), (&ids[0], true)] {
            let reply = download(target, &visitor, id, from_library).await?;
            found = found.or(bytes(&reply).filter(|bytes| !bytes.is_empty()));
        }
        ensure!(found.as_deref() == Some(PNG), "the agent's picture must come as it was sent");
    }
    Ok(())
}
