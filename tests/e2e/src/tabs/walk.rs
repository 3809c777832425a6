//! Up to eight tabs over HTTP/1.1, and whatever happens to tabs, at random from a seed.

use std::fmt;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use serde_json::json;

use super::{crash, falls_silent, one_more, tones};
use crate::pages::{ShopPage, Side};
use crate::sandbox::Sandbox;
use crate::story::Rig;
use crate::tab::In;
use crate::wait::until;

/// At most so many.
pub const TABS: usize = 8;
/// After so many actions all tabs are compared, and listened to.
const STRETCH: u32 = 50;
/// A page of the shop whose tag asks for tones.
const PAGE: &str = "/bowl/?sound";

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

/// What can happen.
const NAMES: [&str; 7] = ["opened", "closed", "killed", "frozen", "thawed", "typed", "agent wrote"];

/// What has happened, and what was seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// How often each of [`NAMES`] happened.
    done: [u32; 7],
    /// Texts of the visitor and lines of the agent that every tab shows once, in the same order.
    pub said: u64,
    /// Tabs whose transcripts were found equal.
    pub compared: u64,
    /// Messages that no tab showed.
    pub unseen: u64,
    /// Tones for them.
    pub tones: u64,
    /// The most polls at the centre at once.
    pub polls: usize,
    /// The most long polls that were held at once: one that was taken over and is frozen still holds its own.
    pub held: usize,
    /// How long it took.
    pub seconds: u64,
}

impl Seen {
    /// A row of a table: each kind of action; messages; transcripts; messages that no tab showed, and tones; polls of the
    /// centre, and long polls held; seconds.
    #[must_use]
    pub fn row(&self) -> String {
        let done = self.done.map(|count| count.to_string()).join(" | ");
        let Self { said, compared, unseen, tones, polls, held, seconds, .. } = self;
        format!("{done} | {said} | {compared} | {unseen} | {tones} | {polls} | {held} | {seconds}")
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, count) in NAMES.iter().zip(self.done) {
            write!(f, "{count} {name}, ")?;
        }
        let Self { said, compared, unseen, tones, polls, held, seconds, .. } = self;
        write!(
            f,
            "{said} messages, {compared} equal transcripts, {tones} tones for {unseen} messages that no tab showed, at \
             most {polls} polls of the centre and {held} long polls at once, {seconds} s"
        )
    }
}

/// Does so many actions from this seed. The tabs are one visitor: every text is in every tab once and in the same order, the
/// centre has each once and is polled once at a time, and a message that no tab shows makes one sound.
///
/// # Errors
///
/// What is not so, with the number of the action.
pub async fn walk(rig: &Rig, actions: u32, seed: u32) -> Result<Seen> {
    let begun = Instant::now();
    let shop = rig.shop(PAGE).await?;
    let panel = shop.open_panel().await?;
    panel.say("Hello").await?;
    panel.has_sent("Hello").await?;
    tones::listen(&shop.tab).await?;
    let mut walk = Walk {
        rig,
        sandbox: Sandbox::of(&rig.stack),
        dice: Dice(seed.into()),
        tabs: vec![(shop, false)],
        said: Vec::new(),
        agent_said: Vec::new(),
        seen: Seen::default(),
    };
    for number in 0..actions {
        walk.act(number).await.with_context(|| format!("action {number} of seed {seed}"))?;
        if (number + 1).is_multiple_of(STRETCH) || number + 1 == actions {
            walk.agree().await.with_context(|| format!("after action {number} of seed {seed}"))?;
            walk.sound(number).await.with_context(|| format!("after action {number} of seed {seed}"))?;
        }
    }
    let (polls, held) = (rig.stack.way.most_polls_at_once(), rig.stack.street.most_held_polls());
    ensure!(polls == 1, "the centre was polled {polls} times at once for one visitor");
    let said = (walk.said.len() + walk.agent_said.len()) as u64;
    Ok(Seen { said, polls, held, seconds: begun.elapsed().as_secs(), ..walk.seen })
}

struct Walk<'a> {
    rig: &'a Rig,
    sandbox: Sandbox,
    dice: Dice,
    /// With whether they are frozen.
    tabs: Vec<(ShopPage, bool)>,
    said: Vec<String>,
    agent_said: Vec<String>,
    seen: Seen,
}

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
        if let Some(count) = self.seen.done.get_mut(what) {
            *count += 1;
        }
        let (page, _) = self.tabs.get(at).cloned().context("a tab")?;
        match what {
            0 => {
                // A tab is opened from one that is there; one that is frozen would be thawed by that.
                let from = self.tabs.iter().find(|(_, frozen)| !frozen).context("a tab that is awake")?;
                from.0.tab.show().await?;
                let page = one_more(self.rig, PAGE).await?;
                tones::listen(&page.tab).await?;
                self.tabs.push((page, false));
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
                let panel = page.panel();
                panel.say(&text).await?;
                // A tab that dies before "sending" is shown has not promised anything.
                let queued = panel.words.get("state_queued")?;
                until("it is kept", async || {
                    let said = panel.transcript().await?;
                    let state = said.iter().find(|line| line.text == text).map(|line| line.state.as_str());
                    ensure!(
                        state.is_some_and(|state| !state.is_empty() && state != queued),
                        "it is {state:?}"
                    );
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
            self.seen.compared += 1;
            until("nothing waits", async || {
                let waits = page.tab.run_async(In::Panel, WAITING, Vec::new()).await?;
                ensure!(waits == json!(0), "{waits} records wait");
                Ok(())
            })
            .await?;
        }
        let texts = self.sandbox.texts().await?;
        let mut at_centre: Vec<_> = texts.iter().filter(|text| text.starts_with("text ")).collect();
        // Tabs write at the same time: which of them is heard first, nobody has promised.
        let mut said: Vec<_> = self.said.iter().collect();
        at_centre.sort_unstable();
        said.sort_unstable();
        ensure!(at_centre == said, "the centre has {at_centre:?}, and {said:?} was written");
        Ok(())
    }

    /// What no tab shows makes one sound.
    async fn sound(&mut self, number: u32) -> Result<()> {
        let lines = [1, 2].map(|line| format!("unseen {number} {line}"));
        let pages: Vec<ShopPage> = self.tabs.iter().map(|(page, _)| page.clone()).collect();
        self.seen.tones += tones::one_each(&self.sandbox, &pages, &lines).await?;
        self.seen.unseen += lines.len() as u64;
        self.agent_said.extend(lines);
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
