//! The whole of a run.

use super::attribution::{Causes, count};
use super::centre::Centre;
use super::desk::{AgentApi, Desk};
use super::dialogue::{Dialogue, load};
use super::options::{Options, Through};
use super::outcome::judge;
use super::processes::Processes;
use super::progress::Progress;
use super::report::Report;
use super::sockets::Sockets;
use super::visit::{Pace, Played, Visit};
use crate::chance::mix;
use crate::clock::Clock;
use crate::link::{FaultLog, FaultPlan, HttpCarrier, Link};
use crate::storage::Storage;
use crate::visitor::{Setup, Visitor};
use anyhow::Context;
use frontdesk_faults::Proxy;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

/// Plays everything and answers the report.
///
/// # Errors
/// When the run cannot be begun: files, binaries, addresses. What goes wrong later is part of the report.
pub async fn run(options: &Options) -> anyhow::Result<Report> {
    options.check()?;
    let dialogues = load(&options.conversations, options.limit, options.repeat)?;
    let dialogues = dialogues.into_iter().map(|dialogue| dialogue.hurried(options.ahead)).collect();
    let mut processes = match &options.proxy {
        None => Some(Processes::start_sandbox(options.keep).await?),
        Some(_) => None,
    };
    let sandbox_url = match (&processes, &options.sandbox) {
        (Some(own), _) => own.sandbox_url.clone(),
        (None, given) => given.clone().unwrap_or_default(),
    };
    let centre = Centre::new(&sandbox_url)?;
    let inside = match options.through {
        Through::Inside => options.faults,
        Through::Sockets => FaultPlan { percent: 0.0, ..options.faults },
    };
    centre.set_up(&options.switches, options.visitors, inside).await?;
    let mut sockets = Sockets::open(options, &sandbox_url).await?;
    if let Some(processes) = &mut processes {
        processes.start_proxies(options, &centre.settings().await?, &mut sockets).await?;
    }
    let proxy_url = match (&processes, &options.proxy) {
        (Some(own), _) => own.proxy_url.clone(),
        (None, given) => given.clone().unwrap_or_default(),
    };
    let between = Between { inside, sockets: &sockets };
    let report = play(options, &centre, &proxy_url, dialogues, &between).await;
    if let (Ok(report), Some(processes)) = (&report, &mut processes) {
        processes.keep |= !report.failures.is_empty();
    }
    report
}

/// What goes wrong, and where.
struct Between<'a> {
    inside: FaultPlan,
    sockets: &'a Sockets,
}

async fn play(
    options: &Options,
    centre: &Centre,
    proxy_url: &str,
    dialogues: Vec<Dialogue>,
    between: &Between<'_>,
) -> anyhow::Result<Report> {
    let clock = Clock::start();
    let desk = Arc::new(Desk::open(AgentApi::sign_in(centre.base(), "Replay").await?, clock));
    let log = FaultLog::default();
    let calls_before = centre.calls().await?;
    let turns: usize = dialogues.iter().map(Dialogue::turns).sum();
    let progress = Arc::new(Progress::new(turns as u64));
    eprintln!("{} dialogues, {turns} turns; {}", dialogues.len(), options.conditions());

    let hands = deal(dialogues, options.visitors);
    let pace = Pace {
        patience: Duration::from_secs(options.patience_s),
        deadline: Duration::from_secs(options.deadline_s),
    };
    let mut visits = JoinSet::new();
    for (number, hand) in (0u64..).zip(hands) {
        let Some(first) = hand.first() else { continue };
        let carrier = Arc::new(HttpCarrier::new(proxy_url)?);
        let link = Link::new(carrier, between.inside, log.clone(), number);
        let settings = frontdesk_core::Settings::new(options.switches.desk.clone(), first.lang.clone());
        let seed = mix(&[options.faults.seed, number]);
        let visitor = Visitor::start(Setup { settings, link, storage: Storage::default(), clock, seed });
        let visit = Visit { visitor, desk: Arc::clone(&desk), clock, pace };
        visits.spawn(play_all(visit, hand, Arc::clone(&progress)));
    }
    let mut played = Vec::new();
    let (mut requests, mut divergences) = (0, 0);
    let watch = progress.watch();
    tokio::pin!(watch);
    loop {
        let visit = tokio::select! {
            visit = visits.join_next() => visit,
            () = &mut watch => None,
        };
        let Some(visit) = visit else { break };
        let (own, visitor) = visit.context("a visitor failed")?;
        played.extend(own);
        requests += visitor.requests();
        divergences += visitor.look(|view| u64::from(view.divergences));
    }
    progress.finish();
    let wall_s = clock.started().elapsed().as_secs_f64();

    let all =
        All { played, log, requests, divergences, homeless: desk.settle() as u64, calls_before, wall_s };
    conclude(options, centre, all, between.sockets).await
}

/// Dialogues for each visitor: always the same ones, so that a run can be repeated.
fn deal(dialogues: Vec<Dialogue>, visitors: u64) -> Vec<Vec<Dialogue>> {
    let mut hands: Vec<Vec<Dialogue>> = (0..visitors).map(|_| Vec::new()).collect();
    let count = hands.len().max(1);
    for (at, dialogue) in dialogues.into_iter().enumerate() {
        if let Some(hand) = hands.get_mut(at % count) {
            hand.push(dialogue);
        }
    }
    hands
}

/// Everything that a run leaves behind.
struct All {
    played: Vec<Played>,
    log: FaultLog,
    requests: u64,
    divergences: u64,
    homeless: u64,
    calls_before: u64,
    wall_s: f64,
}

async fn conclude(options: &Options, centre: &Centre, all: All, sockets: &Sockets) -> anyhow::Result<Report> {
    let centre_faults = centre.faults().await?;
    let mut causes = Causes::new(&all.log, &centre_faults);
    let log_of = |proxy: &Option<Proxy>| proxy.as_ref().map(|proxy| proxy.log(0)).unwrap_or_default();
    let (near, far) = (log_of(&sockets.near), log_of(&sockets.far));
    causes.add_sockets(&near, &far);
    let mut report = Report {
        conditions: options.conditions(),
        command: options.command(),
        visitors: options.visitors,
        homeless: all.homeless,
        divergences: all.divergences,
        wall_s: all.wall_s,
        ..Report::default()
    };
    for played in &all.played {
        let (up, down) = judge(played, &causes);
        report.up += up;
        report.down += down;
        report.dialogues.add(played);
    }
    for (kind, times) in all.log.by_kind() {
        report.faults.insert(format!("visitor {}", kind.word()), times);
    }
    for fault in &centre_faults {
        count(&mut report.faults, &format!("centre {}", fault.kind));
    }
    for (side, entries) in [("visitor", &near), ("centre", &far)] {
        for entry in entries {
            count(&mut report.faults, &format!("{side} {} {}", entry.class, entry.kind));
        }
    }
    let messages = (report.up.messages + report.down.messages).max(1) as f64;
    let calls = centre.calls().await?.saturating_sub(all.calls_before);
    report.requests_per_message = all.requests as f64 / messages;
    report.upstream_calls_per_message = calls as f64 / messages;
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
