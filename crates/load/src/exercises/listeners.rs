//! Listeners: ten thousand visitors in conversations with one proxy, next to all of them silent. What one of them takes, and
//! whether messages come and go as they do with a hundred.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use serde_json::json;
use tokio::time::{Instant, sleep};

use crate::api::Api;
use crate::crowd::{Crowd, Pace, Tally};
use crate::record;
use crate::report::{Report, megabytes, ratio};
use crate::site::{Desk, Kept, Setup, Site, WIDE, centre};
use crate::wait::within;

/// Room for all of them.
const ROOM: &str = "connections = 40000\nsessions = 100000\n";
/// Memory that one listener may take, with the connection, and what the program takes without any.
const BYTES_EACH: u64 = 128 << 10;
const BYTES_BEFORE: u64 = 64 << 20;
/// All of them listen by then.
const SETTLED: Duration = Duration::from_secs(120);

/// Its sizes.
#[derive(Clone, Copy, Debug)]
pub struct Listeners {
    /// Visitors to compare with.
    pub few: usize,
    /// Visitors.
    pub many: usize,
    /// How long nothing happens before it is counted: the pauses between polls grow meanwhile.
    pub quiet: Duration,
    /// How long they are silent, and then talk.
    pub time: Duration,
    /// Pause between two messages of all of them together, however many they are.
    pub between: Duration,
}

/// What so many listeners are.
#[derive(Debug)]
struct Measured {
    visitors: usize,
    arrivals_per_s: f64,
    /// Bytes, before anybody listens.
    absent: u64,
    /// Bytes, while all of them listen.
    resident: u64,
    /// Of one processor, while nobody speaks.
    load: f64,
    /// Of one processor, while some speak.
    busy: f64,
    /// Of one visitor and minute, while nobody speaks.
    requests: f64,
    polls: f64,
    talk: Tally,
}

impl Listeners {
    /// For a test.
    #[must_use]
    pub fn small() -> Self {
        Self {
            few: 5,
            many: 60,
            quiet: Duration::ZERO,
            time: Duration::from_secs(2),
            between: Duration::from_millis(100),
        }
    }

    /// For figures.
    #[must_use]
    pub fn full() -> Self {
        Self {
            few: 100,
            many: 10_000,
            quiet: Duration::from_secs(30),
            time: Duration::from_secs(60),
            between: Duration::from_millis(50),
        }
    }

    /// Does it.
    ///
    /// # Errors
    ///
    /// A visitor who noticed, a message that was lost or doubled, memory that is not bounded.
    pub async fn run(&self, program: &Path) -> Result<Report> {
        let few = self.measure(program, self.few).await.with_context(|| format!("with {}", self.few))?;
        let many = self.measure(program, self.many).await.with_context(|| format!("with {}", self.many))?;
        let bound = BYTES_BEFORE + many.visitors as u64 * BYTES_EACH;
        let held = megabytes(many.resident);
        ensure!(many.resident <= bound, "{held} of memory for {} visitors", many.visitors);
        Ok(report(&few, &many))
    }

    async fn measure(&self, program: &Path, visitors: usize) -> Result<Measured> {
        let centre = centre(&json!({})).await?;
        let setup = Setup {
            program,
            proxies: 1,
            kept: Kept::File,
            limits: format!("{WIDE}{ROOM}"),
            desks: vec![Desk::at("shop", &centre.base_url)],
        };
        let site = Site::open(&setup).await?;
        let began = Instant::now();
        let mut crowd =
            Crowd::gather(&Api::to(&format!("http://{}", site.address()?)), "shop", visitors).await?;
        let arrivals_per_s = visitors as f64 / began.elapsed().as_secs_f64();

        let absent = site.resident()?;
        let silent = Pace { between: None, newcomers: None };
        let busy = crowd.begin(silent);
        within(SETTLED, "all of them listen", async || {
            let listen = site.figure(0, "frontdesk_http_requests_in_flight", &["/v1/events"]).await?;
            ensure!(listen >= visitors as f64 * 0.99, "{listen} listen");
            Ok(())
        })
        .await?;
        sleep(self.quiet).await;
        let [requests, polls] = counted(&site).await?;
        let (spent, began) = (site.spent()?, Instant::now());
        sleep(self.time).await;
        let (took, load) = (began.elapsed(), site.spent()?.saturating_sub(spent));
        let [requests_then, polls_then] = counted(&site).await?;
        let resident = site.resident()?;
        let silence = crowd.ended(busy).await?;
        ensure!(silence.failures() == 0, "{} polls came to nothing", silence.polls_failed);

        let each = u32::try_from(visitors)?;
        let pace = Pace { between: Some(self.between * each), newcomers: None };
        let (spent, began) = (site.spent()?, Instant::now());
        let talk = crowd.works(pace, self.time).await?;
        let busy = site.spent()?.saturating_sub(spent).as_secs_f64() / began.elapsed().as_secs_f64();
        ensure!(talk.failures() == 0, "{:?}, {} polls", talk.messages.failed, talk.polls_failed);
        talk.is_whole(&record::said(&centre.base_url).await?)?;

        let each_minute = |count: f64| count / visitors as f64 / (took.as_secs_f64() / 60.0);
        Ok(Measured {
            visitors,
            arrivals_per_s,
            absent,
            resident,
            load: load.as_secs_f64() / took.as_secs_f64(),
            busy,
            requests: each_minute(requests_then - requests),
            polls: each_minute(polls_then - polls),
            talk,
        })
    }
}

/// Requests of visitors, and polls of the centre, so far.
async fn counted(site: &Site) -> Result<[f64; 2]> {
    let requests = site.figure(0, "frontdesk_http_requests_total", &[]).await?;
    Ok([requests, site.figure(0, "frontdesk_centre_calls_total", &["call=\"poll\""]).await?])
}

fn report(few: &Measured, many: &Measured) -> Report {
    let mut report = Report::default();
    let both = |figure: &dyn Fn(&Measured) -> String| format!("{}, {}", figure(few), figure(many));
    report.line("visitors who listen", both(&|own| own.visitors.to_string()));
    report.line("arrivals per second", both(&|own| format!("{:.0}", own.arrivals_per_s)));
    report.line("memory of the proxy while they listen", both(&|own| megabytes(own.resident)));
    let more = many.visitors.saturating_sub(few.visitors).max(1) as f64;
    let each = |of: &dyn Fn(&Measured) -> u64| {
        let bytes = of(many).saturating_sub(of(few)) as f64 / more;
        format!("{:.1}", bytes / 1024.0)
    };
    report.line("memory for each visitor more (KB): who listens, who does not", {
        format!("{}, {}", each(&|own| own.resident), each(&|own| own.absent))
    });
    report.line("share of one processor while nobody speaks", both(&|own| format!("{:.3}", own.load)));
    report.line("requests of a visitor and minute meanwhile", both(&|own| format!("{:.1}", own.requests)));
    report.line(
        "polls of the centre for a visitor and minute meanwhile",
        both(&|own| format!("{:.1}", own.polls)),
    );
    report.line("share of one processor while some speak", both(&|own| format!("{:.3}", own.busy)));
    report.line("messages then; of these failed, lost or doubled", {
        both(&|own| format!("{}; {}", own.talk.said.len(), own.talk.failures()))
    });
    for (what, times) in [
        ("a message", [&many.talk.messages.times, &few.talk.messages.times]),
        ("until the robot's answer is there", [&many.talk.answers, &few.talk.answers]),
    ] {
        for (name, place) in [("median", 500), ("p99", 990)] {
            let [now, then] = times.map(|times| times.ms(place));
            report.line(format!("{what}, {name} relative to that with few (ms)"), {
                format!("{} ({now:.1} / {then:.1})", ratio(now, then))
            });
        }
    }
    report
}
