//! Isolation: two desks, each with its centre. One centre is dead, in four ways; visitors of the other desk notice nothing, those
//! of the dead one hear it, and nothing is lost or said twice when it is back.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use frontdesk_contract::PostedStatus;
use frontdesk_faults::{Class, Plan, Proxy, Settings};
use frontdesk_sandbox::{FaultKind, FaultPlan, Running};
use serde_json::json;

use crate::api::Api;
use crate::crowd::{Crowd, Pace, Tally};
use crate::process::free_port;
use crate::record;
use crate::report::{Report, Times, ratio};
use crate::site::{Desk, Kept, Setup, Site, WIDE, centre};
use crate::wait::within;

/// A centre that answers so late answers too late.
const LATE_MS: u64 = 15_000;
/// Longer than a breaker of these sites stays open after its centre is back, and a poller pauses.
const BACK: Duration = Duration::from_secs(60);
/// Failures in a row that open the breaker.
const FAILURES: u64 = 5;

/// Its sizes.
#[derive(Clone, Copy, Debug)]
pub struct Isolation {
    /// Visitors of the desk that is well.
    pub well: usize,
    /// Visitors of the other.
    pub ill: usize,
    /// How long each kind of trouble lasts; half as long it is quiet before, and after.
    pub time: Duration,
    /// `timeout_s` of the ill centre and `pause_s` of its guard.
    pub limits_s: [u64; 2],
}

/// How a centre is dead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dead {
    Refuses,
    Silent,
    Late,
    Errors,
}

impl Dead {
    const ALL: [Self; 4] = [Self::Refuses, Self::Silent, Self::Late, Self::Errors];

    fn title(self) -> &'static str {
        match self {
            Self::Refuses => "refuses connections",
            Self::Silent => "takes requests and never answers",
            Self::Late => "answers after 15 s",
            Self::Errors => "answers 500 to 504",
        }
    }

    /// Whether the breaker has to open: not where the centre answers at once.
    fn opens(self) -> bool {
        self != Self::Errors
    }
}

/// The ill centre and the way to it.
struct Ill {
    centre: Running,
    address: SocketAddr,
    way: Option<Proxy>,
}

impl Ill {
    async fn start() -> Result<Self> {
        let centre = centre(&json!({})).await?;
        let mut ill = Self { centre, address: (Ipv4Addr::LOCALHOST, free_port()?).into(), way: None };
        ill.open().await?;
        Ok(ill)
    }

    async fn open(&mut self) -> Result<()> {
        let upstream = self.centre.base_url.trim_start_matches("http://").parse()?;
        let settings = || Settings {
            listen: self.address,
            classes: Class::of_centres(),
            ..Settings::to(vec![upstream])
        };
        let open = async || Ok(Proxy::start(settings()).await?);
        self.way = Some(within(BACK, "the way to the centre is open", open).await?);
        Ok(())
    }

    fn fall(&mut self, dead: Dead) -> Result<()> {
        let all = |kind| FaultPlan {
            percent: 100.0,
            kinds: vec![kind],
            latency_ms: (LATE_MS, LATE_MS),
            ..FaultPlan::default()
        };
        match dead {
            Dead::Refuses => self.way = None,
            Dead::Silent => {
                let stopped = Class::of_centres().into_iter().map(|class| class.name).collect();
                self.way.as_ref().context("no way")?.set_plan(Plan { stopped, ..Plan::none() })?;
            }
            Dead::Late => self.centre.sandbox.set_faults(all(FaultKind::Latency))?,
            Dead::Errors => self.centre.sandbox.set_faults(all(FaultKind::Error5xx))?,
        }
        Ok(())
    }

    async fn recover(&mut self) -> Result<()> {
        self.centre.sandbox.set_faults(FaultPlan::default())?;
        match &self.way {
            Some(way) => way.heal(),
            None => self.open().await?,
        }
        Ok(())
    }
}

impl Isolation {
    /// For a test.
    #[must_use]
    pub fn small() -> Self {
        Self { well: 6, ill: 8, time: Duration::from_secs(4), limits_s: [1, 1] }
    }

    /// For figures.
    #[must_use]
    pub fn full() -> Self {
        Self { well: 100, ill: 50, time: Duration::from_secs(60), limits_s: [5, 5] }
    }

    /// Does it.
    ///
    /// # Errors
    ///
    /// A visitor of the desk that is well who noticed, a message that was lost or said twice, a breaker that does not open or
    /// close.
    pub async fn run(&self, program: &Path) -> Result<Report> {
        let well = centre(&json!({})).await?;
        let ill = Ill::start().await?;
        let [timeout_s, pause_s] = self.limits_s;
        let setup = Setup {
            program,
            proxies: 1,
            kept: Kept::File,
            limits: WIDE.to_owned(),
            desks: vec![
                Desk::at("well", &well.base_url),
                Desk {
                    cec: format!("timeout_s = {timeout_s}"),
                    sections: format!("[desks.guard]\nfailures = {FAILURES}\npause_s = {pause_s}"),
                    ..Desk::at("ill", &format!("http://{}", ill.address))
                },
            ],
        };
        let site = Site::open(&setup).await?;
        let api = Api::to(&format!("http://{}", site.address()?));
        let here = Crowd::gather(&api, "well", self.well).await?;
        let there = Crowd::gather(&api, "ill", self.ill).await?;

        let mut report = Report::default();
        report.line("visitors of the desk that is well, and of the other", {
            format!("{}, {}", self.well, self.ill)
        });
        report.line("seconds of each trouble", self.time.as_secs_f64());
        let mut desks = Desks { site, well, ill, here, there };
        for dead in Dead::ALL {
            let told = self.one(dead, &mut desks, &mut report).await;
            told.with_context(|| format!("the centre {}: {}", dead.title(), desks.site.log()))?;
        }
        Ok(report)
    }

    async fn one(&self, dead: Dead, desks: &mut Desks, report: &mut Report) -> Result<()> {
        let pace =
            Pace { between: Some(Duration::from_millis(500)), newcomers: Some(Duration::from_millis(500)) };
        let Desks { site, well, ill, here, there } = desks;
        let mut calm = quiet(here, there, pace, self.time / 2, [well, &ill.centre]).await?;

        let calls = site.figure(0, "frontdesk_centre_calls_total", &["desk=\"ill\""]).await?;
        ill.fall(dead)?;
        let busy = there.begin(Pace { newcomers: None, ..pace });
        let during = here.works(pace, self.time).await?;
        let asked = site.figure(0, "frontdesk_centre_calls_total", &["desk=\"ill\""]).await? - calls;
        let breaker = site.figure(0, "frontdesk_centre_breaker", &["desk=\"ill\""]).await?;
        let beside = site.figure(0, "frontdesk_centre_breaker", &["desk=\"well\""]).await?;
        ill.recover().await?;
        let closed = async || {
            let breaker = site.figure(0, "frontdesk_centre_breaker", &["desk=\"ill\""]).await?;
            ensure!(breaker == 0.0, "it is at {breaker}");
            Ok(())
        };
        within(BACK, "the breaker closes", closed).await?;
        let hurt = there.ended(busy).await?;

        whole(&during, well).await?;
        ensure!(beside == 0.0, "the breaker of the desk that is well is at {beside}");
        ensure!((breaker > 0.0) == dead.opens(), "the breaker is at {breaker}");
        ensure!(hurt.polls_failed == 0, "{} of the visitors' own polls failed", hurt.polls_failed);
        ensure!(hurt.given_up.is_empty(), "given up: {:?}", hurt.given_up.first());
        ensure!(!hurt.messages.failed.contains_key("broken"), "{:?}", hurt.messages.failed);
        let unconfirmed = self.is_honest(&hurt, ill).await?;
        if dead.opens() {
            // What is under way when it begins, what it takes to open, and one try after each pause, with its tokens.
            let tries = self.time.as_secs() / self.limits_s[1] + 2;
            let bound = 4 * self.ill as u64 + FAILURES + 2 * tries;
            ensure!(asked <= bound as f64, "a dead centre was asked {asked} times");
        }
        calm.join(quiet(here, there, pace, self.time / 2, [well, &ill.centre]).await?);
        report.line(
            format!(
                "{}: a message at the other desk, p99 relative to that before and after (ms)",
                dead.title()
            ),
            {
                let (now, then) = (during.messages.times.ms(990), calm.ms(990));
                format!("{} ({now:.1} / {then:.1})", ratio(now, then))
            },
        );
        report.line(format!("{}: its messages, of these failed, lost or doubled", dead.title()), {
            format!("{}, {}", during.said.len(), during.failures())
        });
        report.line(format!("{}: requests to the dead centre", dead.title()), asked);
        report.line(format!("{}: refusals of its visitors, median ms, by code", dead.title()), {
            let median = hurt.messages.failed_times.ms(500);
            let codes: Vec<_> = hurt.messages.failed.iter().map(|(code, n)| format!("{code} {n}")).collect();
            format!("{}, {median:.1}, {}", hurt.messages.failures(), codes.join(" "))
        });
        report.line(format!("{}: its messages, of these unconfirmed, lost or doubled", dead.title()), {
            format!("{}, {unconfirmed}, 0", hurt.said.len())
        });
        Ok(())
    }

    /// Nothing is at the centre twice, and what was confirmed is there. How many messages are unconfirmed.
    async fn is_honest(&self, hurt: &Tally, ill: &Ill) -> Result<usize> {
        let at_centre = record::said(&ill.centre.base_url).await?;
        let twice = at_centre.iter().find(|(_, count)| **count > 1);
        ensure!(twice.is_none(), "said twice: {twice:?}");
        for (text, status) in &hurt.said {
            ensure!(*status != PostedStatus::Accepted || at_centre.contains_key(text), "lost: {text}");
        }
        Ok(hurt.said.values().filter(|status| **status != PostedStatus::Accepted).count())
    }
}

/// What is there while the exercise goes on.
struct Desks {
    site: Site,
    well: Running,
    ill: Ill,
    here: Crowd,
    there: Crowd,
}

/// Both desks are well and talk: the times of the messages of the first.
async fn quiet(
    here: &mut Crowd,
    there: &mut Crowd,
    pace: Pace,
    time: Duration,
    [well, ill]: [&Running; 2],
) -> Result<Times> {
    let busy = there.begin(Pace { newcomers: None, ..pace });
    let calm = here.works(pace, time).await?;
    let beside = there.ended(busy).await?;
    whole(&calm, well).await?;
    whole(&beside, ill).await?;
    Ok(calm.messages.times)
}

/// Nobody noticed anything.
async fn whole(tally: &Tally, centre: &Running) -> Result<()> {
    ensure!(tally.failures() == 0, "{:?} {:?}", tally.messages.failed, tally.arrivals.failed);
    tally.is_whole(&record::said(&centre.base_url).await?)
}
