//! Up to eight tabs over HTTP/1.1, and whatever happens to tabs, at random from a seed.
//! `FRONTDESK_TAB_ACTIONS` says how many actions, `FRONTDESK_TAB_SEED` which.

use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use frontdesk_e2e::pages::{ShopPage, Side};
use frontdesk_e2e::stack::Setup;
use frontdesk_e2e::{In, Options, Rig, Sandbox, story_of, until};
use serde_json::json;
use std::time::Duration;

use super::{crash, falls_silent, one_more};

const TABS: usize = 8;
/// How many actions `test` does.
const FEW: u32 = 40;

/// Random numbers of a seed (SplitMix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) as usize % end
    }
}

struct Walk<'a> {
    rig: &'a Rig,
    sandbox: Sandbox,
    dice: Dice,
    /// With whether they are frozen.
    tabs: Vec<(ShopPage, bool)>,
    said: Vec<String>,
    agent_said: Vec<String>,
    done: [u32; 7],
}

const NAMES: [&str; 7] = ["opened", "closed", "killed", "frozen", "thawed", "typed", "agent wrote"];

impl Walk<'_> {
    async fn act(&mut self, number: u32) -> Result<()> {
        let at = self.dice.below(self.tabs.len());
        let frozen = self.tabs.get(at).is_some_and(|(_, frozen)| *frozen);
        let awake = self.tabs.iter().filter(|(_, frozen)| !frozen).count();
        // The last tab that is awake stays so: somebody must be there to be asked.
        let spare = awake > 1 || frozen;
        let what = match self.dice.below(100) {
            0..=24 if self.tabs.len() < TABS => 0,
            25..=30 if spare => 1,
            31..=37 if spare && !frozen => 2,
            38..=50 if spare && !frozen => 3,
            _ if frozen => 4,
            51..=89 => 5,
            _ => 6,
        };
        if let Some(count) = self.done.get_mut(what) {
            *count += 1;
        }
        let (page, _) = self.tabs.get(at).cloned().context("a tab")?;
        match what {
            0 => {
                // A tab is opened from one that is there; one that is frozen would be thawed by that.
                let from = self.tabs.iter().find(|(_, frozen)| !frozen).context("a tab that is awake")?;
                from.0.tab.show().await?;
                self.tabs.push((one_more(self.rig).await?, false));
            }
            1 => {
                self.tabs.swap_remove(at);
                page.tab.close().await?;
            }
            2 => {
                self.tabs.swap_remove(at);
                if self.dice.below(2) == 0 {
                    falls_silent(&page.tab).await?;
                }
                crash(&page.tab).await?;
            }
            3 | 4 => {
                page.tab.freeze(!frozen).await?;
                if let Some((_, state)) = self.tabs.get_mut(at) {
                    *state = !frozen;
                }
            }
            5 => {
                let text = format!("text {number}");
                page.panel().say(&text).await?;
                // Shown is accepted, or about to be: a tab that dies before has not promised anything.
                until("it is kept", async || {
                    let said = page.panel().transcript().await?;
                    ensure!(said.iter().any(|line| line.text == text), "it is not shown");
                    Ok(())
                })
                .await?;
                self.said.push(text);
            }
            _ => {
                let text = format!("line {number}");
                let steps = json!([{"do": "agent", "name": "Mei"}, {"do": "text", "text": text}]);
                self.sandbox.play(&steps, 0).await?;
                self.agent_said.push(text);
            }
        }
        Ok(())
    }

    /// Every tab shows every text once, the same in all, and nothing waits any more.
    async fn agree(&mut self) -> Result<()> {
        for (page, frozen) in &mut self.tabs {
            if std::mem::take(frozen) {
                page.tab.freeze(false).await?;
            }
        }
        let mut first: Option<Vec<(Side, String)>> = None;
        for (page, _) in &self.tabs {
            let said = until("all texts are there", async || {
                let said = page.panel().said().await?;
                for (side, texts) in [(Side::Mine, &self.said), (Side::Theirs, &self.agent_said)] {
                    for text in texts {
                        let count = said.iter().filter(|own| *own == &(side, text.clone())).count();
                        ensure!(count == 1, "{text:?} is there {count} times");
                    }
                }
                Ok(said)
            })
            .await?;
            let first = first.get_or_insert(said.clone());
            ensure!(*first == said, "one tab has {first:?}, another {said:?}");
            until("nothing waits", async || {
                let waits = page.tab.run_async(In::Panel, WAITING, Vec::new()).await?;
                ensure!(waits == json!(0), "{waits} records wait");
                Ok(())
            })
            .await?;
        }
        let texts = self.sandbox.texts().await?;
        let at_centre: Vec<_> = texts.iter().filter(|text| text.starts_with("text ")).collect();
        ensure!(
            at_centre.len() == self.said.len(),
            "the centre has {} of {}",
            at_centre.len(),
            self.said.len()
        );
        Ok(())
    }
}

/// How many messages the frame's storage keeps; 0 where it may keep nothing.
const WAITING: &str = "
    const finish = arguments[arguments.length - 1];
    let opening;
    try { opening = indexedDB.open('frontdesk-records'); } catch { return finish(0); }
    opening.onerror = () => finish(0);
    opening.onsuccess = () => {
      const keys = opening.result.transaction('records').objectStore('records').getAllKeys();
      keys.onsuccess = () => {
        opening.result.close();
        finish(keys.result.filter((key) => key.includes('/outgoing/')).length);
      };
    };";

fn number(name: &str, usual: u32) -> Result<u32> {
    match std::env::var(name) {
        Ok(value) => value.parse().with_context(|| format!("{name} is {value:?}")),
        Err(_) => Ok(usual),
    }
}

#[test]
fn whatever_happens_to_tabs_they_stay_one_visitor() -> Result<()> {
    let actions = number("FRONTDESK_TAB_ACTIONS", FEW)?;
    let seed = number("FRONTDESK_TAB_SEED", 1)?;
    let time = Duration::from_secs(120 + 6 * u64::from(actions));
    for third_party_storage in [true, false] {
        let options = Options { third_party_storage, ..Options::default() };
        story_of(time, options, &Setup::default(), async |rig| {
            let begun = Instant::now();
            let shop = rig.shop("/").await?;
            let panel = shop.open_panel().await?;
            panel.say("Hello").await?;
            panel.has_sent("Hello").await?;
            let mut walk = Walk {
                rig,
                sandbox: Sandbox::of(&rig.stack),
                dice: Dice(seed.into()),
                tabs: vec![(shop, false)],
                said: Vec::new(),
                agent_said: Vec::new(),
                done: [0; 7],
            };
            for number in 0..actions / 2 {
                walk.act(number).await.with_context(|| format!("action {number} of seed {seed}"))?;
            }
            walk.agree().await.with_context(|| format!("after {:?} of seed {seed}", walk.done))?;
            let polls = rig.stack.way.most_polls_at_once();
            ensure!(polls == 1, "the centre was polled {polls} times at once for one visitor");
            let done: Vec<_> =
                NAMES.iter().zip(walk.done).map(|(name, count)| format!("{count} {name}")).collect();
            println!(
                "frames may keep something: {third_party_storage}; {} in {} s; most long polls held at once: {}",
                done.join(", "),
                begun.elapsed().as_secs(),
                rig.stack.street.most_held_polls(),
            );
            Ok(())
        })?;
    }
    Ok(())
}
