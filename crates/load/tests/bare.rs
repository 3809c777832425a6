//! The relay that is measured beside the proxy passes on what it is given.

use std::path::Path;

use anyhow::{Result, ensure};
use frontdesk_load::api::Api;
use frontdesk_load::bare::{self, Threads};
use frontdesk_load::record;
use frontdesk_load::site::centre;
use frontdesk_load::straight::{self, Straight};
use serde_json::json;

const PROGRAM: &str = env!("CARGO_BIN_EXE_frontdesk-bare");

#[tokio::test]
async fn a_message_reaches_the_centre_and_its_answer_the_visitor() -> Result<()> {
    with(Threads::All).await?;
    with(Threads::One).await
}

async fn with(threads: Threads) -> Result<()> {
    let centre = centre(&json!({"token_body": "object"})).await?;
    let bare = bare::before(Path::new(PROGRAM), &centre.base_url, threads).await?;
    let api = Api::to(&bare.base());
    let visitor = Straight::arrive(&api, &straight::gateway(&api).await?, "one").await?;
    for turn in 0..3 {
        visitor.say(&format!("id-{turn}"), &format!("straight: question {turn} of visitor 1")).await?;
    }
    let said = record::said(&centre.base_url).await?;
    ensure!(said.len() == 3 && said.values().all(|count| *count == 1), "the centre has {said:?}");
    Ok(())
}
