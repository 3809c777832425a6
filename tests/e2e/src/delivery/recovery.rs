//! Native visitors and an agent who talk over real sockets while networks fail: how soon everything is delivered once they
//! work again, how often a message is sent, and how soon a page that slept shows what the centre has.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use frontdesk_contract::{Body, ConnectTo};
use frontdesk_core::{EntryKind, Settings};
use frontdesk_faults::{Kind, Plan};
use frontdesk_visitor::clock::Clock;
use frontdesk_visitor::link::HttpCarrier;
use frontdesk_visitor::replay::desk::AgentApi;
use frontdesk_visitor::{FaultLog, FaultPlan, Link, Setup, Storage, View, Visitor};
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::parts::faults;
use super::site::{DESK, Kept, Site};
use crate::wait::within;

/// Visitors at the same time.
const VISITORS: u64 = 8;
/// What each side says to each visitor while networks fail, and how long it waits between two messages.
const TURNS: u32 = 10;
const BETWEEN: Duration = Duration::from_secs(1);
/// For so long a page sleeps.
const ASLEEP: Duration = Duration::from_secs(10);
/// What the agent says to a page that sleeps.
const LINES: u32 = 3;
/// What has not come by then is missing.
const DELIVERED_MAX: Duration = Duration::from_secs(120);
/// How long the desk waits for something new, in seconds.
const WAIT_S: u64 = 20;

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Trouble {
    /// So many percent of all exchanges and connections, on both links.
    Share(f64),
    /// Nothing is answered on either link.
    Silence,
    /// Every exchange on both links is reset at once, so that all wait longer and longer before they try again.
    Resets,
}

impl Trouble {
    /// What is measured.
    pub const ALL: [Self; 4] = [Self::Share(5.0), Self::Share(20.0), Self::Silence, Self::Resets];

    fn plan(self, seed: u64) -> Plan {
        match self {
            Self::Share(percent) => faults(seed, percent),
            Self::Resets => Plan { kinds: vec![Kind::ResetBefore], ..Plan::of(seed, 100.0) },
            Self::Silence => {
                let all = ["send", "poll", "other"].map(str::to_owned);
                Plan { stopped: all.to_vec(), ..Plan::none() }
            }
        }
    }

    /// `POST /v1/messages` for each message, at most.
    #[must_use]
    pub fn requests_max(self) -> Option<f64> {
        match self {
            Self::Share(percent) => Some(1.0 / (1.0 - percent / 100.0) + 0.2),
            Self::Silence | Self::Resets => None,
        }
    }
}

/// What came of one kind of trouble.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Healed {
    /// Messages, both ways.
    pub messages: usize,
    /// Of them never delivered.
    pub missing: usize,
    /// Of those on their way when the trouble ended, milliseconds from then until they were read; sorted.
    pub late_ms: Vec<u64>,
    /// `POST /v1/messages` for each message of the visitors.
    pub requests_per_message: f64,
}

/// A place of sorted figures: 500 the median, 1000 the last.
#[must_use]
pub fn quantile(sorted: &[u64], permille: usize) -> u64 {
    let place = (sorted.len() * permille).div_ceil(1000).saturating_sub(1);
    sorted.get(place).copied().unwrap_or(0)
}

/// Visitors, each in a conversation with the agent.
#[derive(Debug)]
pub struct Company {
    site: Site,
    clock: Clock,
    agent: AgentApi,
    guests: Vec<Guest>,
    heard: Arc<Mutex<Heard>>,
    ear: JoinHandle<()>,
    said: u64,
}

/// By text, when the desk had it.
type Heard = BTreeMap<String, u64>;

#[derive(Debug)]
struct Guest {
    visitor: Visitor,
    contact: u64,
}

/// What was said while something was wrong, and when.
#[derive(Debug, Default)]
struct Said {
    /// By a visitor: the text and the time.
    up: Vec<(String, u64)>,
    /// To which guest, the text and the time.
    down: Vec<(usize, String, u64)>,
}

impl Company {
    /// Starts a site, and has all of them come together.
    ///
    /// # Errors
    ///
    /// When they do not.
    pub async fn gather() -> Result<Self> {
        let site = Site::open(Kept::File, 1, "recovery").await?;
        let clock = Clock::start();
        let agent = AgentApi::sign_in(&site.centre.base_url, "Li").await?;
        let mut guests = Vec::new();
        for number in 0..VISITORS {
            guests.push(Guest::arrive(&site, &agent, clock, number).await?);
        }
        let heard = Arc::<Mutex<Heard>>::default();
        let ear = tokio::spawn(listen(agent.clone(), clock, Arc::clone(&heard)));
        Ok(Self { site, clock, agent, guests, heard, ear, said: 0 })
    }

    /// So many times trouble begins, all talk, trouble ends, and everything arrives.
    ///
    /// # Errors
    ///
    /// When somebody is gone.
    pub async fn heals(&mut self, trouble: Trouble, rounds: u64) -> Result<Healed> {
        let mut healed = Healed::default();
        let (before, mut up) = (self.site.requests("send"), 0);
        for round in 0..rounds {
            self.site.disturb(&trouble.plan(round + 1))?;
            let said = self.talk().await?;
            self.site.heal();
            let healed_ms = self.clock.now_ms();
            up += said.up.len();
            let came = self.come(&said).await;
            healed.messages += came.len();
            for (said_ms, came_ms) in came {
                match came_ms {
                    None => healed.missing += 1,
                    Some(came_ms) if said_ms < healed_ms && came_ms > healed_ms => {
                        healed.late_ms.push(came_ms - healed_ms);
                    }
                    Some(_) => {}
                }
            }
        }
        healed.late_ms.sort_unstable();
        healed.requests_per_message = (self.site.requests("send") - before) as f64 / up.max(1) as f64;
        Ok(healed)
    }

    /// So many times all pages sleep, and the agent writes to them meanwhile. Answers milliseconds from waking until a page
    /// shows all of it, sorted. `cut`: its connections are lost, as when a machine sleeps.
    ///
    /// # Errors
    ///
    /// When somebody is gone, or something is missing.
    pub async fn wakes(&mut self, cut: bool, rounds: u64) -> Result<Vec<u64>> {
        let mut took = Vec::new();
        for _ in 0..rounds {
            let woken_ms = self.clock.now_ms() + u64::try_from(ASLEEP.as_millis())?;
            for guest in &self.guests {
                guest.visitor.freeze(ASLEEP, cut).await?;
            }
            let mut said = Said::default();
            for _ in 0..LINES {
                for at in 0..self.guests.len() {
                    self.agent_says(at, &mut said).await?;
                }
            }
            let mut last = vec![0; self.guests.len()];
            let came = self.come(&said).await;
            for ((at, text, _), (_, came_ms)) in said.down.iter().zip(came) {
                let came_ms = came_ms.with_context(|| format!("\"{text}\" is missing"))?;
                if let Some(last) = last.get_mut(*at) {
                    *last = came_ms.saturating_sub(woken_ms).max(*last);
                }
            }
            took.extend(last);
        }
        took.sort_unstable();
        Ok(took)
    }

    async fn talk(&mut self) -> Result<Said> {
        let mut said = Said::default();
        for _ in 0..TURNS {
            for at in 0..self.guests.len() {
                self.said += 1;
                let text = format!("question {}", self.said);
                said.up.push((text.clone(), self.clock.now_ms()));
                let guest = self.guests.get(at).context("nobody")?;
                guest.visitor.send(text).await?;
                self.agent_says(at, &mut said).await?;
            }
            sleep(BETWEEN).await;
        }
        Ok(said)
    }

    async fn agent_says(&mut self, at: usize, said: &mut Said) -> Result<()> {
        self.said += 1;
        let text = format!("answer {}", self.said);
        let guest = self.guests.get(at).context("nobody")?;
        let now = self.clock.now_ms();
        self.agent.reply(guest.contact, &text).await?.context("the conversation is over")?;
        said.down.push((at, text, now));
        Ok(())
    }

    /// Waits until everything was read; when each was said, and when it was read.
    async fn come(&self, said: &Said) -> Vec<(u64, Option<u64>)> {
        let all = within(DELIVERED_MAX, "everything is delivered", async || {
            let came = self.look(said);
            let missing = came.iter().filter(|(_, came_ms)| came_ms.is_none()).count();
            ensure!(missing == 0, "{missing} are missing");
            Ok(came)
        });
        match all.await {
            Ok(came) => came,
            Err(error) => {
                eprintln!("{error:#}");
                self.look(said)
            }
        }
    }

    fn look(&self, said: &Said) -> Vec<(u64, Option<u64>)> {
        let heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        let up = said.up.iter().map(|(text, at_ms)| (*at_ms, heard.get(text).copied()));
        let down = said.down.iter().map(|(at, text, at_ms)| {
            (*at_ms, self.guests.get(*at).and_then(|guest| guest.visitor.look(|view| shown(view, text))))
        });
        up.chain(down).collect()
    }
}

impl Drop for Company {
    fn drop(&mut self) {
        self.ear.abort();
    }
}

impl Guest {
    async fn arrive(site: &Site, agent: &AgentApi, clock: Clock, number: u64) -> Result<Self> {
        let carrier = Arc::new(HttpCarrier::new(&site.near.url())?);
        let link = Link::new(carrier, FaultPlan::default(), FaultLog::default(), number);
        let settings = Settings::new(DESK, "en");
        let setup = Setup { settings, link, storage: Storage::default(), clock, seed: number };
        let visitor = Visitor::start(setup);
        visitor.open().await?;
        visitor.connect(ConnectTo::Agent).await?;
        let contact = within(DELIVERED_MAX, "the agent has the visitor", async || {
            let name = visitor.look(|view| view.name.clone()).context("no session yet")?;
            let all = agent.changes(0, 0).await?.conversations;
            let own = all.iter().find(|own| own.state == "active" && own.user_name == name);
            own.map(|own| own.id).context("nobody is there")
        })
        .await?;
        Ok(Self { visitor, contact })
    }
}

/// When a line of the agent appeared.
fn shown(view: &View, text: &str) -> Option<u64> {
    let mut lines = view.agent_lines(0);
    let says =
        |kind: &EntryKind| matches!(kind, EntryKind::Theirs { body: Body::Text(own), .. } if own == text);
    lines.find(|line| says(&line.entry.kind)).map(|line| line.shown_ms)
}

/// Notes when the desk has what visitors say.
async fn listen(agent: AgentApi, clock: Clock, heard: Arc<Mutex<Heard>>) {
    let mut next = 0;
    let mut read: BTreeMap<u64, u64> = BTreeMap::new();
    loop {
        let Ok(changes) = agent.changes(next, WAIT_S).await else { return };
        next = changes.next;
        for contact in changes.conversations {
            let last = read.entry(contact.id).or_default();
            let Ok(entries) = agent.entries(contact.id, *last).await else { return };
            let now = clock.now_ms();
            let mut heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
            for entry in entries {
                *last = entry.seq.max(*last);
                if entry.from == "visitor" {
                    heard.entry(entry.text).or_insert(now);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_the_sorted_figures() {
        let figures: Vec<u64> = (1..=200).collect();
        assert_eq!([500, 990, 1000].map(|place| quantile(&figures, place)), [100, 198, 200]);
        assert_eq!((quantile(&[], 990), quantile(&[7], 1)), (0, 7));
    }

    #[test]
    fn more_faults_allow_more_requests() {
        let max = |percent| Trouble::Share(percent).requests_max().unwrap_or_default();
        assert!((max(20.0) - 1.45).abs() < 1e-9 && max(5.0) < max(20.0));
        assert_eq!(Trouble::Resets.requests_max(), None);
    }
}
