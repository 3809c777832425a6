//! Relay: visitors say one thing after another, through the proxy with each of its stores and through an nginx that passes the
//! centre's own requests on. How much of the processors a message takes, beside one that nobody keeps from being lost or doubled.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::api::Api;
use crate::bare::{self, Threads};
use crate::nginx;
use crate::record;
use crate::report::{Report, Times, ratio};
use crate::site::{Desk, Kept, Setup, Site, WIDE, centre};
use crate::straight::{self, Straight};
use crate::visitor::{Asked, Visitor};

/// The robot has not answered by the end: as long as a sandbox can take.
const ROBOT_MS: u64 = 60_000;

/// Its sizes.
#[derive(Clone, Copy, Debug)]
pub struct Relay {
    /// Visitors, each with one message under way.
    pub visitors: usize,
    /// For how long at most, each way.
    pub time: Duration,
    /// How much each of them says at most: a sandbox takes no more than 5,000 messages of one conversation.
    pub most: u64,
}

/// What came of one way.
#[derive(Debug, Default)]
struct Way {
    times: Times,
    took: Duration,
    /// Of the processors, by the relay.
    spent: Duration,
    /// Of the processors, by its store.
    store: Duration,
}

impl Way {
    fn count(&self) -> f64 {
        self.times.count() as f64
    }

    fn per_second(&self) -> f64 {
        self.count() / self.took.as_secs_f64()
    }

    fn per_cpu_second(&self) -> f64 {
        self.count() / self.spent.as_secs_f64().max(f64::EPSILON)
    }
}

/// A figure, and the same of what it is measured beside, with their ratio.
fn beside(own: f64, other: f64) -> String {
    format!("{} ({own:.0} / {other:.0})", ratio(own, other))
}

/// What came of all ways, to the same centre.
#[derive(Debug)]
struct Compared {
    nginx: Way,
    /// With the store in memory only, and where the program is there.
    bare: Option<Bare>,
    own: Way,
}

/// The libraries alone.
#[derive(Debug)]
struct Bare {
    all_threads: Way,
    one_thread: Way,
}

impl Relay {
    /// For a test.
    #[must_use]
    pub fn small() -> Self {
        Self { visitors: 8, time: Duration::from_millis(500), most: 2_000 }
    }

    /// For figures.
    #[must_use]
    pub fn full() -> Self {
        Self { visitors: 64, time: Duration::from_secs(20), most: 2_000 }
    }

    /// Does it.
    ///
    /// # Errors
    ///
    /// A message that was refused, is not at the centre or is there twice.
    pub async fn run(&self, program: &Path) -> Result<Report> {
        let mut report = Report::default();
        report.line("visitors, each with one message under way", self.visitors);
        for (kept, name) in [(Kept::Memory, "memory"), (Kept::File, "redb"), (Kept::Redis, "Redis")] {
            let compared = self.compare(program, kept).await;
            let Compared { nginx, bare, own } = compared.with_context(|| format!("with the store {name}"))?;
            report.line(format!("{name}: messages; through nginx"), {
                format!("{}; {}", own.times.count(), nginx.times.count())
            });
            let work = Way::per_cpu_second;
            report.line(
                format!("{name}: messages per second of a processor, relative to nginx"),
                beside(work(&own), work(&nginx)),
            );
            if let Some(bare) = bare {
                let Bare { all_threads, one_thread } = bare;
                for (threads, way) in [("", &all_threads), (", one thread", &one_thread)] {
                    report.line(
                        format!(
                            "the proxy's libraries alone{threads}: messages per second of a processor, relative to nginx"
                        ),
                        beside(work(way), work(&nginx)),
                    );
                }
                report.line(
                    format!("{name}: messages per second of a processor, relative to the libraries alone"),
                    beside(work(&own), work(&all_threads)),
                );
            }
            if !own.store.is_zero() {
                let share = own.store.as_secs_f64() / own.spent.as_secs_f64().max(f64::EPSILON);
                report.line(format!("{name}: what the store's own program takes, relative to the proxy"), {
                    format!("{share:.2}")
                });
            }
            report.line(
                format!("{name}: messages per second, relative to nginx"),
                beside(own.per_second(), nginx.per_second()),
            );
            for (word, place) in [("median", 500), ("p99", 990)] {
                let (own, other) = (own.times.ms(place), nginx.times.ms(place));
                report.line(format!("{name}: {word} of a message, relative to nginx (ms)"), {
                    format!("{} ({own:.2} / {other:.2})", ratio(own, other))
                });
            }
        }
        Ok(report)
    }

    async fn compare(&self, program: &Path, kept: Kept) -> Result<Compared> {
        let centre = centre(&json!({"robot_delay_ms": ROBOT_MS, "token_body": "object"})).await?;
        let nginx = nginx::before(&centre.base_url).await?;
        let other = self.straight(&nginx.base(), "nginx", || nginx.spent()).await?;
        drop(nginx);
        let mut libraries = None;
        if let Some(program) = bare::beside().filter(|_| kept == Kept::Memory) {
            let alone = async |threads, name: &str| {
                let bare = bare::before(&program, &centre.base_url, threads).await?;
                self.straight(&bare.base(), name, || bare.spent()).await
            };
            let all_threads = alone(Threads::All, "bare").await?;
            libraries = Some(Bare { all_threads, one_thread: alone(Threads::One, "thread").await? });
        }
        let desks = vec![Desk::at("shop", &centre.base_url)];
        let setup = Setup { program, proxies: 1, kept, limits: WIDE.to_owned(), desks };
        let site = Site::open(&setup).await?;
        let own = self.through_proxy(&site).await.with_context(|| site.log())?;
        let said = record::said(&centre.base_url).await?;
        ensure!(said.values().all(|count| *count == 1), "a message is at the centre twice");
        let ways = [&own, &other].into_iter();
        let ways = ways.chain(libraries.iter().flat_map(|bare| [&bare.all_threads, &bare.one_thread]));
        let all = ways.map(|way| way.times.count()).sum::<usize>();
        ensure!(said.len() == all, "{} messages of {all} are at the centre", said.len());
        Ok(Compared { nginx: other, bare: libraries, own })
    }

    /// Through what stands at this address and does not know what it passes on. `name`: of the visitors.
    async fn straight(&self, base: &str, name: &str, spends: impl Fn() -> Duration) -> Result<Way> {
        let api = Api::to(base);
        let gateway = straight::gateway(&api).await?;
        let mut visitors = Vec::new();
        for number in 0..self.visitors {
            visitors.push(Straight::arrive(&api, &gateway, &format!("{name}-{number}")).await?);
        }
        let (began, spent) = (Instant::now(), spends());
        let mut talkers = JoinSet::new();
        for (number, visitor) in visitors.into_iter().enumerate() {
            let (until, most, name) = (began + self.time, self.most, name.to_owned());
            talkers.spawn(async move {
                let mut times = Times::default();
                for turn in 0..most {
                    let asked = Instant::now();
                    if asked >= until {
                        break;
                    }
                    let text = format!("{name}: question {turn} of visitor {number}");
                    visitor.say(&format!("{name}-{number}-{turn}"), &text).await?;
                    times.add(asked.elapsed());
                }
                anyhow::Ok(times)
            });
        }
        let mut way = Way::default();
        while let Some(times) = talkers.join_next().await {
            way.times.join(times??);
        }
        (way.took, way.spent) = (began.elapsed(), spends().saturating_sub(spent));
        Ok(way)
    }

    async fn through_proxy(&self, site: &Site) -> Result<Way> {
        let api = Api::to(&format!("http://{}", site.address()?));
        let mut visitors = Vec::new();
        for number in 0..self.visitors {
            visitors.push(Visitor::arrive(&api, "shop", number, &mut Asked::default()).await?);
        }
        let (began, spent, store) = (Instant::now(), site.spent()?, site.store_spent());
        let mut talkers = JoinSet::new();
        for visitor in visitors {
            let (until, most) = (began + self.time, self.most);
            talkers.spawn(async move {
                let mut asked = Asked::default();
                for turn in 0..most {
                    if Instant::now() >= until {
                        break;
                    }
                    let text = format!("shop: question {turn} of visitor {}", visitor.number());
                    visitor.say(turn, &text, &mut asked).await?;
                }
                ensure!(asked.failures() == 0, "refused: {:?}", asked.failed);
                Ok(asked.times)
            });
        }
        let mut way = Way::default();
        while let Some(times) = talkers.join_next().await {
            way.times.join(times??);
        }
        way.took = began.elapsed();
        way.spent = site.spent()?.saturating_sub(spent);
        way.store = site.store_spent().saturating_sub(store);
        Ok(way)
    }
}
