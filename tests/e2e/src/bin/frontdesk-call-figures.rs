//! What a call costs: from the panel, and beside it from a page of plain JsSIP, by the same gateway in the same browser,
//! by turns. Prints a table; `cargo xtask bench calls` writes it into `docs/calls.md`.
//!
//! Two numbers as arguments: how often is rung, and for how many seconds processors are measured.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use frontdesk_e2e::sip::{AgentPage, Desk, Lab, Site, desk_within, probe};
use frontdesk_e2e::{Browser, In, Options, Tab, until};
use serde_json::{Value, json};
use tokio::time::sleep;

/// Rings until the caller gives up.
const RINGS: &str = "1487";
/// Answers at once, and talks.
const TALKS: &str = "1000";
/// A second browser, with a camera.
const SEES: &str = "1003";
/// A call runs for so long before processors are measured.
const SETTLE: Duration = Duration::from_secs(4);
const LONGEST: Duration = Duration::from_secs(1_800);

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Subject {
    Panel,
    Plain,
}

/// What a page does while processors are measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Load {
    Idle,
    Voice,
    Video,
}

#[derive(Debug, Default)]
struct Figures {
    /// Whose, then milliseconds from the click until INVITE left, and until it rang.
    rung: Vec<(Subject, [f64; 2])>,
    /// Whose and doing what, then of one processor: by pages, by the whole browser.
    used: Vec<(Subject, Load, [f64; 2])>,
}

fn main() -> Result<()> {
    let mut words =
        std::env::args().skip(1).map(|word| word.parse::<u32>().context("two numbers are wanted"));
    let runs = words.next().context("how often is to be rung?")??.max(1);
    let seconds = words.next().context("for how many seconds?")??.max(1);
    let figures = Mutex::new(Figures::default());
    desk_within(
        LONGEST,
        |lab| Ok(vec![lab.address()]),
        async |desk| {
            let bench = Bench { desk, site: Site::open().await?, tab: desk.rig.browser.first_tab().await? };
            let measured = bench.measure(runs, Duration::from_secs(seconds.into())).await?;
            *figures.lock().unwrap_or_else(PoisonError::into_inner) = measured;
            Ok(())
        },
    )?;
    let figures = figures.into_inner().unwrap_or_else(PoisonError::into_inner);
    println!("{}", table(&figures, runs, seconds)?);
    Ok(())
}

struct Bench<'a> {
    desk: &'a Desk,
    site: Site,
    tab: Tab,
}

impl Bench<'_> {
    async fn measure(&self, runs: u32, time: Duration) -> Result<Figures> {
        let mut figures = Figures::default();
        for run in 1..=runs {
            for subject in [Subject::Panel, Subject::Plain] {
                figures.rung.push((subject, self.ring(subject).await?));
            }
            eprintln!("rung {run} of {runs} times");
        }
        for load in [Load::Idle, Load::Voice, Load::Video] {
            for subject in [Subject::Panel, Subject::Plain] {
                let used = self.work(subject, load, time).await?;
                eprintln!("{subject:?}, {load:?}: {used:?}");
                figures.used.push((subject, load, used));
            }
        }
        // The browser may look for one page's icon while it shows the other, whose policy has none.
        drop(self.desk.rig.browser.complaints().await?);
        Ok(figures)
    }

    /// Where the subject is in the tab.
    fn place(subject: Subject) -> In {
        match subject {
            Subject::Panel => In::Panel,
            Subject::Plain => In::Page,
        }
    }

    /// Loads the page anew; the next click calls.
    async fn open(&self, subject: Subject, code: &str, video: bool) -> Result<()> {
        match subject {
            Subject::Panel => drop(self.desk.opens_calls(code).await?),
            Subject::Plain => {
                let [port, _] = self.desk.lab.ports;
                let video = if video { "&video" } else { "" };
                let query =
                    format!("gateway=ws://127.0.0.1:{port}&domain={}&code={code}{video}", Lab::DOMAIN);
                self.tab.open(&format!("{}/plain?{query}", self.site.origin)).await?;
                self.tells(subject, "Ready").await?;
                probe(&self.tab, In::Page).await?;
            }
        }
        Ok(())
    }

    async fn calls(&self, subject: Subject, video: bool) -> Result<()> {
        match (subject, video) {
            (Subject::Panel, false) => self.panel_click("call_voice").await,
            (Subject::Panel, true) => self.panel_click("call_picture").await,
            (Subject::Plain, _) => self.tab.click_on(In::Page, "#call").await,
        }
    }

    async fn ends(&self, subject: Subject) -> Result<()> {
        match subject {
            Subject::Panel => {
                self.panel_click("call_hang_up").await?;
                self.tells(subject, &self.word("call_ended")?).await
            }
            Subject::Plain => {
                self.tab.click_on(In::Page, "#end").await?;
                self.tells(subject, "Over").await
            }
        }
    }

    async fn panel_click(&self, key: &str) -> Result<()> {
        self.tab.click(In::Panel, "button", &self.word(key)?).await
    }

    fn word(&self, key: &str) -> Result<String> {
        Ok(frontdesk_e2e::pages::Words::of("en")?.get(key)?.to_owned())
    }

    async fn tells(&self, subject: Subject, word: &str) -> Result<()> {
        self.tab.reads(Self::place(subject), word).await
    }

    async fn ring(&self, subject: Subject) -> Result<[f64; 2]> {
        self.open(subject, RINGS, false).await?;
        let (selector, word) = match subject {
            Subject::Panel => (".fd-call-title", self.word("call_ringing")?),
            Subject::Plain => ("#state", "Ringing".to_owned()),
        };
        let at = Self::place(subject);
        let script = "window.probe.time(arguments[0], arguments[1]);";
        self.tab.run(at, script, vec![json!(selector), json!(word)]).await?;
        self.calls(subject, false).await?;
        let times = until("it rings", async || {
            let times = self.tab.run(at, "return window.probe.times();", Vec::new()).await?;
            ensure!(!times.is_null(), "it does not");
            Ok(times)
        })
        .await?;
        self.ends(subject).await?;
        Ok(serde_json::from_value(times)?)
    }

    async fn work(&self, subject: Subject, load: Load, time: Duration) -> Result<[f64; 2]> {
        let video = load == Load::Video;
        // The agent with a camera has a browser of his own, which is not measured.
        let other = match load {
            Load::Video => {
                Some(Browser::start(Options { calls: true, ..Options::default() }, "agent").await?)
            }
            Load::Idle | Load::Voice => None,
        };
        let agent = match &other {
            Some(other) => Some(AgentPage::open(other.first_tab().await?, &self.site, &self.desk.lab).await?),
            None => None,
        };
        self.open(subject, if video { SEES } else { TALKS }, video).await?;
        if load != Load::Idle {
            self.calls(subject, video).await?;
            self.plays(subject, if video { "/in/video/frames" } else { "/in/audio/packets" }).await?;
            if let Some(agent) = &agent {
                agent.receives("video").await?;
            }
        }
        sleep(SETTLE).await;
        let cpu = || self.desk.rig.browser.cpu().context("the browser is gone");
        let (before, begun) = (cpu()?, std::time::Instant::now());
        sleep(time).await;
        let (after, took) = (cpu()?, begun.elapsed().as_secs_f64());
        if load != Load::Idle {
            self.ends(subject).await?;
        }
        if let Some(other) = other {
            other.close().await?;
        }
        Ok(after.since(&before).map(|seconds| 100.0 * seconds / took))
    }

    /// Waits until media have come in and were played for a second, so that it is a call that is measured.
    async fn plays(&self, subject: Subject, pointer: &str) -> Result<()> {
        let (at, player) = match subject {
            Subject::Panel => (In::Panel, ".fd-call-other"),
            Subject::Plain => (In::Page, "#there"),
        };
        until("the other side is played", async || {
            let script = "window.probe.stats().then(arguments[0], () => arguments[0](null));";
            let all = self.tab.run_async(at, script, Vec::new()).await?;
            let came = all.pointer(pointer).and_then(Value::as_f64).unwrap_or_default();
            let script = "return deep(arguments[0])[0].currentTime;";
            let played = self.tab.run(at, script, vec![json!(player)]).await?.as_f64().unwrap_or_default();
            ensure!(came >= 20.0 && played > 1.0, "{played} s were played, there is {all}");
            Ok(())
        })
        .await
    }
}

fn table(figures: &Figures, runs: u32, seconds: u32) -> Result<String> {
    let ring = |subject: Subject, which: usize| -> Result<(f64, String)> {
        let of = figures.rung.iter().filter(|own| own.0 == subject);
        let mut all: Vec<f64> = of.filter_map(|own| own.1.get(which).copied()).collect();
        all.sort_by(f64::total_cmp);
        let median = *all.get(all.len() / 2).context("nothing was measured")?;
        let (least, most) = (all.first().copied().unwrap_or(median), all.last().copied().unwrap_or(median));
        Ok((median, format!("{median:.0} ({least:.0} to {most:.0})")))
    };
    let used = |subject: Subject, load: Load, which: usize| -> Result<f64> {
        let found = figures.used.iter().find(|own| own.0 == subject && own.1 == load);
        found.and_then(|own| own.2.get(which).copied()).context("nothing was measured")
    };
    let mut text =
        String::from("| what | panel | plain JsSIP page | ratio |\n| --- | ---: | ---: | ---: |\n");
    for (what, which) in
        [("click until INVITE has left, ms", 0), ("click until the page says that it rings, ms", 1)]
    {
        let (own, plain) = (ring(Subject::Panel, which)?, ring(Subject::Plain, which)?);
        text.push_str(&format!("| {what} | {} | {} | {:.2} |\n", own.1, plain.1, own.0 / plain.0));
    }
    for (load, name) in [(Load::Idle, "no call"), (Load::Voice, "voice"), (Load::Video, "video")] {
        for (which, whose) in ["pages", "whole browser"].into_iter().enumerate() {
            let (own, plain) = (used(Subject::Panel, load, which)?, used(Subject::Plain, load, which)?);
            let ratio = if plain >= 0.5 { format!("{:.2}", own / plain) } else { "–".to_owned() };
            text.push_str(&format!(
                "| {name}, CPU of {whose}, % of one core | {own:.1} | {plain:.1} | {ratio} |\n"
            ));
        }
    }
    text.push_str(&format!(
        "\nRinging: median of {runs}, least and most, by turns, each time from a page loaded anew. CPU: once, over {seconds} s."
    ));
    Ok(text)
}
