//! What a sandbox centre has of its visitors' words.

use std::collections::BTreeMap;

use anyhow::Result;
use serde::Deserialize;

use crate::api::Api;

/// As many messages of a conversation as the centre tells.
const MESSAGES_MAX: usize = 5_000;

#[derive(Deserialize)]
struct All {
    users: Vec<String>,
}

#[derive(Deserialize)]
struct One {
    conversations: Vec<Conversation>,
}

#[derive(Deserialize)]
struct Conversation {
    messages: Vec<Line>,
}

#[derive(Deserialize)]
struct Line {
    from: String,
    text: String,
}

/// How often each text of a visitor is there. `centre`: its address.
///
/// # Errors
///
/// When the centre does not tell.
pub async fn said(centre: &str) -> Result<BTreeMap<String, usize>> {
    let api = Api::to(centre);
    let all: All = api.read("/sandbox/record").await?;
    let mut counts = BTreeMap::new();
    for user in all.users {
        let one: One = api.read(&format!("/sandbox/record?userId={user}&messages={MESSAGES_MAX}")).await?;
        for line in one.conversations.into_iter().flat_map(|own| own.messages) {
            if line.from == "visitor" {
                *counts.entry(line.text).or_default() += 1;
            }
        }
    }
    Ok(counts)
}
