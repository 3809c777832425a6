//! The whole of a run.

use super::attribution::{Causes, count};
use super::centre::Centre;
use super::desk::{AgentApi, Desk};
use super::dialogue::{Dialogue, load};
use super::options::Options;
use super::outcome::judge;
use super::processes::{Processes, config};
use super::progress::Progress;
use super::report::Report;
use super::visit::{Pace, Played, Visit};
use crate::chance::mix;
use crate::clock::Clock;
use crate::link::{FaultLog, HttpCarrier, Link};
use crate::storage::Storage;
use crate::visitor::{Setup, Visitor};
use anyhow::Context;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

/// Room for conversations that the agent has beyond one for each visitor.
const SPARE_CAPACITY: u64 = 32;

/// Plays everything and answers the report.
///
/// # Errors
/// When the run cannot be begun: files, binaries, addresses. What goes wrong later is part of the report.
pub async fn run(options: &Options) -> anyhow::Result<Report> {
    options.check()?;
    let dialogues = load(&options.conversations, options.limit)?;
    let mut processes = match &options.proxy {
        None => Some(Processes::start_sandbox(options).await?),
        Some(_) => None,
    };
    let sandbox_url = match (&processes, &options.sandbox) {
        (Some(own), _) => own.sandbox_url.clone(),
        (None, given) => given.clone().unwrap_or_default(),
    };
    let centre = Centre::new(&sandbox_url)?;
    set_up(&centre, options).await?;
    if let Some(processes) = &mut processes {
        let config = config(options, processes, &centre.settings().await?);
        processes.start_proxy(&config).await?;
    }
    let proxy_url = match (&processes, &options.proxy) {
        (Some(own), _) => own.proxy_url.clone(),
        (None, given) => given.clone().unwrap_or_default(),
    };
    let report = play(options, &centre, &proxy_url, dialogues).await;
    if let (Ok(report), Some(processes)) = (&report, &mut processes) {
        processes.keep |= !report.failures.is_empty();
    }
    report
}

/// Sets the sandbox to the switches of this run.
async fn set_up(centre: &Centre, options: &Options) -> anyhow::Result<()> {
    let settings = json!({
        "dialect": options.dialect.word(),
        "message_id": options.message_id.word(),
        "poll": options.poll.word(),
        "history": options.keeps_history(),
        "agent_capacity": options.visitors + SPARE_CAPACITY,
        "auto_assign": true,
        "offline": false,
        "hours": "open",
        "idle_end_s": 0,
        "send_interval_ms": 0,
        "survey": "WEB",
    });
    centre.put("settings", &settings).await?;
    let faults = json!({ "seed": options.faults.seed, "percent": options.faults.percent });
    centre.put("faults", &faults).await
}

async fn play(
    options: &Options,
    centre: &Centre,
    proxy_url: &str,
    dialogues: Vec<Dialogue>,
) -> anyhow::Result<Report> {
    let clock = Clock::start();
    let desk = Arc::new(Desk::open(AgentApi::sign_in(centre.base(), "Replay").await?, clock));
    let log = FaultLog::default();
    let calls_before = centre.calls().await?;
    let turns: usize = dialogues.iter().map(Dialogue::turns).sum();
    let progress = Arc::new(Progress::new(turns as u64));
    eprintln!("{} dialogues, {turns} turns; {}", dialogues.len(), options.switches());

    let mut hands: Vec<Vec<Dialogue>> = (0..options.visitors).map(|_| Vec::new()).collect();
    let count_hands = hands.len();
    for (at, dialogue) in dialogues.into_iter().enumerate() {
        if let Some(hand) = hands.get_mut(at % count_hands) {
            hand.push(dialogue);
        }
    }
    let pace = Pace {
        patience: Duration::from_secs(options.patience_s),
        deadline: Duration::from_secs(options.deadline_s),
    };
    let mut visits = JoinSet::new();
    for (number, hand) in (0u64..).zip(hands) {
        let Some(first) = hand.first() else { continue };
        let carrier = Arc::new(HttpCarrier::new(proxy_url)?);
        let link = Link::new(carrier, options.faults, log.clone(), number);
        let settings = frontdesk_core::Settings { desk: options.desk.clone(), locale: first.lang.clone() };
        let seed = mix(&[options.faults.seed, number]);
        let visitor = Visitor::start(Setup { settings, link, storage: Storage::default(), clock, seed });
        let visit = Visit { visitor, desk: Arc::clone(&desk), clock, pace };
        visits.spawn(play_all(visit, hand, Arc::clone(&progress)));
    }
    let mut played = Vec::new();
    let (mut requests, mut divergences) = (0, 0);
    while let Some(visit) = visits.join_next().await {
        let (own, visitor) = visit.context("a visitor failed")?;
        played.extend(own);
        requests += visitor.requests();
        divergences += visitor.look(|view| u64::from(view.divergences));
    }
    progress.finish();
    let wall_s = clock.started().elapsed().as_secs_f64();

    let centre_faults = centre.faults().await?;
    let causes = Causes::new(&log, &centre_faults);
    let mut report = Report {
        switches: options.switches(),
        command: options.command(),
        visitors: options.visitors,
        homeless: desk.settle() as u64,
        divergences,
        wall_s,
        ..Report::default()
    };
    for played in &played {
        let (up, down) = judge(played, &causes);
        report.up += up;
        report.down += down;
        report.dialogues.add(played);
    }
    for (kind, times) in log.by_kind() {
        report.faults.insert(format!("visitor {}", kind.word()), times);
    }
    for fault in &centre_faults {
        count(&mut report.faults, &format!("centre {}", fault.kind));
    }
    let messages = (report.up.messages + report.down.messages).max(1) as f64;
    report.requests_per_message = requests as f64 / messages;
    report.upstream_calls_per_message = (centre.calls().await? - calls_before) as f64 / messages;
    report.conclude(options);
    Ok(report)
}

async fn play_all(mut visit: Visit, hand: Vec<Dialogue>, progress: Arc<Progress>) -> (Vec<Played>, Visitor) {
    let mut played = Vec::with_capacity(hand.len());
    for dialogue in hand {
        let turns = dialogue.turns() as u64;
        played.push(visit.play(Arc::new(dialogue)).await);
        progress.advance(turns);
    }
    (played, visit.visitor)
}
