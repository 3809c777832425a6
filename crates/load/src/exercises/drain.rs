//! Drain: proxies go down as at a roll-out while everybody talks and listens: first one with its store in a file, which is
//! started again at the same place; then three with one store behind a balancer, by turns. Nothing is lost, doubled or in doubt.

use std::path::Path;
use std::time::Duration;

use anyhow::{Result, ensure};
use frontdesk_faults::{Proxy, Settings};
use serde_json::json;

use crate::api::Api;
use crate::crowd::{Crowd, Pace, Tally};
use crate::record;
use crate::report::Report;
use crate::site::{Desk, Kept, Setup, Site, WIDE, centre};
use crate::wait::within;

/// Load that is not there by then never is.
const LOAD_MAX: Duration = Duration::from_secs(120);
/// Pause between two messages of one visitor.
const BETWEEN: Duration = Duration::from_millis(300);
const INSTANCES: usize = 3;

/// Its sizes.
#[derive(Clone, Copy, Debug)]
pub struct Drain {
    /// Visitors who talk and listen.
    pub visitors: usize,
    /// How often a proxy goes down, with each kind of store.
    pub rounds: usize,
}

impl Drain {
    /// For a test.
    #[must_use]
    pub fn small() -> Self {
        Self { visitors: 100, rounds: 5 }
    }

    /// For figures.
    #[must_use]
    pub fn full() -> Self {
        Self { visitors: 100, rounds: 50 }
    }

    /// Does it.
    ///
    /// # Errors
    ///
    /// A message that is not at the centre once, a proxy that does not end in time.
    pub async fn run(&self, program: &Path) -> Result<Report> {
        let mut report = Report::default();
        report.line("visitors", self.visitors);
        for (title, kept, proxies) in [
            ("one proxy, a file", Kept::File, 1),
            ("three proxies, Redis, a balancer", Kept::Redis, INSTANCES),
        ] {
            let (tally, ended) = self.one(program, kept, proxies).await?;
            let mut line = |what: &str, figure: String| report.line(format!("{title}: {what}"), figure);
            line("proxies that went down", ended.len().to_string());
            line("messages, of these lost, doubled or in doubt", format!("{}, 0", tally.said.len()));
            line("attempts that were repeated, by cause", {
                let causes = tally.messages.failed.iter().map(|(code, count)| format!("{code} {count}"));
                format!("{} ({})", tally.messages.failures(), causes.collect::<Vec<_>>().join(", "))
            });
            line("long polls; such as found nobody, such as broke", {
                let broken = tally.polls_failed - tally.polls_refused;
                format!("{}; {}, {broken}", tally.polls, tally.polls_refused)
            });
            line("seconds from SIGTERM to the end, median and longest", {
                let mut sorted = ended;
                sorted.sort_unstable();
                let at = |place: usize| sorted.get(place).map_or(0.0, Duration::as_secs_f64);
                format!("{:.2}, {:.2}", at(sorted.len() / 2), at(sorted.len().saturating_sub(1)))
            });
        }
        Ok(report)
    }

    async fn one(&self, program: &Path, kept: Kept, proxies: usize) -> Result<(Tally, Vec<Duration>)> {
        // It forgets ids and keeps no history: nobody could find out what became of a message that was cut off.
        let centre = centre(&json!({ "message_id": "ignored" })).await?;
        let desks = vec![Desk::at("shop", &centre.base_url)];
        let setup = Setup { program, proxies, kept, limits: WIDE.to_owned(), desks };
        let mut site = Site::open(&setup).await?;
        let balancer = Proxy::start(Settings::to(site.addresses())).await?;
        let base = if proxies == 1 { format!("http://{}", site.address()?) } else { balancer.url() };
        let mut crowd = Crowd::gather(&Api::to(&base), "shop", self.visitors).await?;

        let busy = crowd.begin(Pace { between: Some(BETWEEN), newcomers: None });
        let mut ended = Vec::new();
        for round in 0..self.rounds {
            let number = round % proxies;
            let loaded = async || {
                let said = site.figure(number, "frontdesk_messages_total", &["outcome=\"accepted\""]).await?;
                let enough = self.visitors / proxies;
                ensure!(said >= enough as f64, "{said} messages");
                Ok(())
            };
            within(LOAD_MAX, "all talk", loaded).await?;
            ended.push(site.restart(number).await?);
        }
        let tally = crowd.ended(busy).await?;
        tally.is_whole(&record::said(&centre.base_url).await?)?;
        // Everybody has talked in every round.
        let least = self.visitors / proxies * self.rounds;
        ensure!(tally.said.len() >= least, "{} messages are no load", tally.said.len());
        Ok((tally, ended))
    }
}
