//! A visitor at the keyboard of a real page, and an agent at the desk of the sandbox.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use fantoccini::key::Key;
use frontdesk_faults::{Entry, Plan};
use frontdesk_visitor::checker::compare;
use frontdesk_visitor::replay::desk::AgentApi;
use tokio::sync::mpsc;

use super::figures::{Counts, Figures};
use super::site::Site;
use crate::browser::{Browser, Options};
use crate::pages::{Panel, ShopPage, Side};
use crate::process::Folder;
use crate::wait::within;

/// Everything is delivered long before, on a busy machine as well.
const DELIVERED_MAX: Duration = Duration::from_secs(180);
/// After so many messages a visitor looks up; then at most so many may still wait to be sent.
const LOOKS_UP: usize = 20;
const AHEAD_MAX: usize = 100;
/// A message is out of place because of something that happened so many milliseconds before or after.
const AROUND_MS: u64 = 8_000;
const AGENT: &str = "Li";

/// A visitor and an agent who talk.
#[derive(Debug)]
pub struct Talk<'a> {
    site: &'a Site,
    name: String,
    options: Options,
    profile: Arc<Folder>,
    browser: Option<Browser>,
    panel: Panel,
    agent: AgentApi,
    contact: u64,
    begun: Instant,
    /// What was typed into the page, and what at the desk.
    typed: Vec<String>,
    said: Vec<String>,
    /// When the latter was said, as the logs of the site count.
    said_ms: Vec<u64>,
}

impl<'a> Talk<'a> {
    /// Opens the page, and asks for a person, who is there.
    ///
    /// # Errors
    ///
    /// When the two do not come together.
    pub async fn begin(site: &'a Site, options: Options, name: &str) -> Result<Self> {
        let begun = Instant::now();
        let agent = AgentApi::sign_in(&site.centre.base_url, AGENT).await?;
        let profile = Arc::new(Folder::temporary()?);
        let browser = Browser::start_in(&profile, options, name).await?;
        let shop = ShopPage::open_at(browser.first_tab().await?, &site.shop.origin, "/").await?;
        let panel = shop.open_panel().await?;
        panel.ask_for_a_person().await?;
        let contact = within(DELIVERED_MAX, "the agent has the visitor", async || {
            let all = agent.changes(0, 0).await?.conversations;
            all.iter().find(|own| own.state == "active").map(|own| own.id).context("nobody is there")
        })
        .await?;
        let (typed, said, said_ms) = Default::default();
        let (name, browser) = (name.to_owned(), Some(browser));
        Ok(Self { site, name, options, profile, browser, panel, agent, contact, begun, typed, said, said_ms })
    }

    /// Both say so many things, neither waiting for the other. `meanwhile` is told how far the visitor is.
    ///
    /// # Errors
    ///
    /// When one of them cannot.
    pub async fn both_say(
        &mut self,
        count: usize,
        mut meanwhile: impl AsyncFnMut(usize) -> Result<()>,
    ) -> Result<()> {
        let (turns, mut due) = mpsc::unbounded_channel();
        let first = self.typed.len();
        let visitor = async {
            for number in first..first + count {
                let text = text_of(number, "up");
                self.panel.write(&format!("{text}{}", char::from(Key::Enter))).await?;
                self.typed.push(text);
                turns.send(number)?;
                meanwhile(number - first).await?;
                if (number + 1).is_multiple_of(LOOKS_UP) {
                    is_not_far_ahead(&self.panel).await?;
                }
            }
            drop(turns);
            Ok(())
        };
        let agent = async {
            while let Some(number) = due.recv().await {
                let text = text_of(number, "down");
                let taken = self.agent.reply(self.contact, &text).await?;
                taken.context("the conversation is over")?;
                self.said.push(text);
                self.said_ms.push(self.site.now_ms());
            }
            Ok(())
        };
        let (visitor, agent): (Result<()>, Result<()>) = tokio::join!(visitor, agent);
        visitor.and(agent)
    }

    /// Kills the browser while this text is on its way, and opens the page again with what it has kept.
    ///
    /// # Errors
    ///
    /// When the text is not there any more.
    pub async fn is_killed_while_sending(&mut self, text: &str) -> Result<()> {
        // What was said before is not to stand in its way.
        within(DELIVERED_MAX, "everything before is delivered", async || {
            let (heard, ..) = self.histories().await?;
            ensure!(heard.len() >= self.typed.len(), "{} of {}", heard.len(), self.typed.len());
            Ok(())
        })
        .await?;
        self.site.near.set_plan(Plan { stopped: vec!["send".into()], ..self.site.near.plan() })?;
        self.panel.write(&format!("{text}{}", char::from(Key::Enter))).await?;
        self.typed.push(text.to_owned());
        let sending = self.panel.words.get("state_sending")?.to_owned();
        self.sees("is being sent", text, |state| state == sending).await?;
        self.browser.take().context("the browser is gone already")?.kill();
        let browser = Browser::start_in(&self.profile, self.options, &self.name).await?;
        let shop = ShopPage::open_at(browser.first_tab().await?, &self.site.shop.origin, "/").await?;
        self.browser = Some(browser);
        self.panel = shop.panel_opened().await?;
        self.sees("is there again", text, |_| true).await?;
        self.site.near.set_plan(Plan { stopped: Vec::new(), ..self.site.near.plan() })?;
        let arrived = ["", self.panel.words.get("state_sent")?, self.panel.words.get("state_read")?];
        let arrived = arrived.map(str::to_owned);
        self.sees("is sent", text, |state| arrived.iter().any(|own| own == state)).await
    }

    /// Waits until the last line of the visitor with this text is in such a state.
    async fn sees(&self, what: &str, text: &str, fits: impl Fn(&str) -> bool) -> Result<()> {
        within(DELIVERED_MAX, &format!("\"{text}\" {what}"), async || {
            let lines = self.panel.transcript().await?;
            let line = lines.iter().rev().find(|line| line.side == Side::Mine && line.text == text);
            let line = line.context("it is not there")?;
            ensure!(fits(&line.state), "it is {:?}", line.state);
            Ok(())
        })
        .await
    }

    /// Ends all faults, waits until everything is delivered, and counts. What is missing after a long time is lost.
    ///
    /// # Errors
    ///
    /// When browser or desk do not answer.
    pub async fn count(mut self) -> Result<Figures> {
        let [near_faults, far_faults] = self.site.faults();
        self.site.heal();
        let healed = Instant::now();
        let delivered = within(DELIVERED_MAX, "everything is delivered", async || {
            let (heard, shown, _) = self.histories().await?;
            let missing =
                (self.typed.len().saturating_sub(heard.len()), self.said.len().saturating_sub(shown.len()));
            ensure!(missing == (0, 0), "{missing:?} are missing");
            Ok(())
        })
        .await;
        let recovery_ms = u64::try_from(healed.elapsed().as_millis())?;
        if let Err(error) = delivered {
            eprintln!("{error:#}");
        }
        let (heard, shown, unconfirmed) = self.histories().await?;
        let mut figures = Figures {
            up: Counts::of(&self.typed, &heard),
            down: Counts::of(&self.said, &shown),
            unconfirmed,
            near_faults,
            far_faults,
            requests_per_message: self.site.requests("send") as f64 / self.typed.len().max(1) as f64,
            recovery_ms,
            seconds: self.begun.elapsed().as_secs(),
            ..Figures::default()
        };
        // What the page shows as the visitor's own is a third history.
        let mine = self.panel.said().await?;
        let mine: Vec<String> =
            mine.into_iter().filter(|(side, _)| *side == Side::Mine).map(|(_, text)| text).collect();
        let own = Counts::of(&self.typed, &mine);
        figures.up.lost = figures.up.lost.max(own.lost);
        figures.up.duplicated = figures.up.duplicated.max(own.duplicated);
        figures.up.inversions = figures.up.inversions.max(own.inversions);
        figures.up.unexpected = figures.up.unexpected.max(own.unexpected);
        self.tell_moved(&shown);
        if figures.are_clean().is_err() {
            let path = self.panel.tab.screenshot(&self.name).await?;
            eprintln!("{figures}; see {}", path.display());
        }
        if let Some(browser) = self.browser.take() {
            browser.close().await?;
        }
        Ok(figures)
    }

    /// Prints what the page shows at another place than the agent said it, and what happened to polls at that time.
    fn tell_moved(&self, shown: &[String]) {
        let verdict = compare(&self.said, shown);
        for at in verdict.moved {
            let (text, said_ms) = (self.said.get(at), self.said_ms.get(at).copied().unwrap_or_default());
            let place = verdict.heard_at.get(at).copied().flatten();
            eprintln!("moved: {text:?}, number {at}, said at {said_ms} ms, is shown as number {place:?}");
            let near = (said_ms.saturating_sub(AROUND_MS))..(said_ms + AROUND_MS);
            for fault in self.site.far.log(0).iter().filter(|fault| near.contains(&fault.ms)) {
                let Entry { ms, class, kind, may_arrive, .. } = fault;
                eprintln!("  at {ms} ms {class} of the centre: {kind}, may have arrived: {may_arrive}");
            }
        }
    }

    /// What the desk has of the visitor, what the page shows of the agent, and how much of the visitor's is in doubt.
    async fn histories(&self) -> Result<(Vec<String>, Vec<String>, u64)> {
        let mut heard = Vec::new();
        let mut contacts = self.agent.changes(0, 0).await?.conversations;
        contacts.sort_by_key(|contact| contact.id);
        for contact in contacts {
            let entries = self.agent.entries(contact.id, 0).await?;
            heard.extend(entries.into_iter().filter(|entry| entry.from == "visitor").map(|entry| entry.text));
        }
        let lines = self.panel.transcript().await?;
        let doubt = [self.panel.words.get("state_unconfirmed")?, self.panel.words.get("state_failed")?];
        let unconfirmed = lines.iter().filter(|line| doubt.iter().any(|word| line.state.starts_with(word)));
        let unconfirmed = unconfirmed.count() as u64;
        let by_agent =
            lines.into_iter().filter(|line| line.side == Side::Theirs && line.sender.contains(AGENT));
        Ok((heard, by_agent.map(|line| line.text).collect(), unconfirmed))
    }
}

/// Waits until most of what was typed has left: the outbox takes so many messages and no more, and what it does not take
/// stays in the composer.
async fn is_not_far_ahead(panel: &Panel) -> Result<()> {
    let waits = [panel.words.get("state_queued")?, panel.words.get("state_sending")?];
    within(DELIVERED_MAX, "what was typed leaves", async || {
        let lines = panel.transcript().await?;
        let waiting = lines.iter().filter(|line| waits.contains(&line.state.as_str())).count();
        ensure!(waiting <= AHEAD_MAX, "{waiting} messages wait");
        Ok(())
    })
    .await
}

/// Texts repeat, as people's do.
fn text_of(number: usize, way: &str) -> String {
    match number % 10 {
        3 => "ok".to_owned(),
        7 => format!("第 {number} 条消息，{way}"),
        _ => format!("{way} {number}: one to two working days"),
    }
}
