//! Every screen in every state as contact sheets, for people to look at: twelve for each language, in a folder. `cargo xtask
//! sheets` runs it.
//!
//! Arguments: the folder, then languages.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use frontdesk_e2e::axe::scenes;
use frontdesk_e2e::stack::Setup;
use frontdesk_e2e::{In, Options, Rig, Tab, story_of, within};
use serde_json::json;

/// So many for each width and theme.
const SHEETS: usize = 3;
/// Wide enough for six panels side by side.
const WIDTH: u32 = 2600;

fn main() -> Result<()> {
    let mut words = std::env::args().skip(1);
    let folder = PathBuf::from(words.next().context("which folder?")?);
    let languages: Vec<String> = words.collect();
    let patience = Duration::from_secs(120 * (1 + languages.len() as u64));
    story_of(patience, Options::default(), &Setup::default(), async |rig| {
        let names = scenes(rig).await?;
        let tab = rig.browser.first_tab().await?;
        for language in &languages {
            fs::create_dir_all(folder.join(language))?;
            for width in ["desktop", "phone"] {
                for theme in ["light", "dark"] {
                    for (number, some) in names.chunks(names.len().div_ceil(SHEETS)).enumerate() {
                        let file = folder.join(language).join(format!("{width}-{theme}-{}.png", number + 1));
                        fs::write(
                            &file,
                            sheet(
                                rig,
                                &tab,
                                &format!(
                                    "lang={language}&theme={theme}&width={width}&scene={}",
                                    some.join(",")
                                ),
                            )
                            .await?,
                        )?;
                        println!("{}", file.display());
                    }
                }
            }
        }
        // The browser asks nobody whether a page with a call may go.
        drop(rig.browser.complaints().await?);
        Ok(())
    })
}

async fn sheet(rig: &Rig, tab: &Tab, query: &str) -> Result<Vec<u8>> {
    let metrics = json!({"width": WIDTH, "height": 1400, "deviceScaleFactor": 1, "mobile": false});
    tab.devtools("Emulation.setDeviceMetricsOverride", metrics).await?;
    tab.open(&format!("{}/gallery/index.html?{query}", rig.stack.shop.origin)).await?;
    // Dozens of widgets at once; whoever makes sheets is in no hurry.
    within(Duration::from_secs(180), "the sheet is there", async || {
        let ready = tab.run(In::Page, "return document.body.hasAttribute('data-ready');", Vec::new()).await?;
        ensure!(ready == json!(true), "it is not");
        Ok(())
    })
    .await?;
    let height = tab.run(In::Page, "return document.documentElement.scrollHeight;", Vec::new()).await?;
    let whole = json!({"width": WIDTH, "height": height, "deviceScaleFactor": 1, "mobile": false});
    tab.devtools("Emulation.setDeviceMetricsOverride", whole).await?;
    tab.picture().await
}
