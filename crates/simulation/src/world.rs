//! One run, from the first visitor to the last message.

use crate::fleet::Fleet;
use crate::judge::{Figures, Left, judge};
use crate::links::plan::Plan;
use crate::links::{centre, visitor};
use crate::options::{History, MessageId, Options, Poll};
use crate::people::agent::Agent;
use crate::people::visitor::{COMMIT, Person};
use crate::record::Record;
use frontdesk_core::MineState;
use frontdesk_sandbox::{MessageIds, PollMode, Quirks, Sandbox, Settings, TokenRenewal};
use frontdesk_visitor::chance::mix;
use frontdesk_visitor::clock::Clock;
use frontdesk_visitor::{FaultLog, FaultPlan, Link, Setup, Storage, Visitor};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// When every run begins, epoch milliseconds.
const EPOCH_MS: u64 = 1_790_000_000_000;
/// Pause between two messages of one person, on average.
const PACE: Duration = Duration::from_millis(1_000);
/// Faults go on so long after the last message was typed, more or less.
const AFTER: Duration = Duration::from_secs(8);
/// What has not come so long after all faults ended will not come.
const PATIENCE: Duration = Duration::from_secs(45);
/// The centre is looked after so often.
const TICK: Duration = Duration::from_millis(100);
/// Proxies are killed so often while faults go on, when there are any.
const KILLS: u64 = 6;

/// What a run leaves behind.
#[derive(Debug)]
pub struct Outcome {
    /// The figures.
    pub figures: Figures,
    /// The history, if it was to be kept.
    pub lines: Vec<String>,
    /// Virtual milliseconds.
    pub took_ms: u64,
}

/// Runs it on a runtime of its own, in virtual time.
///
/// # Errors
/// When the world cannot be set up, or the desk stops answering: what the visitors meet is part of the outcome.
pub fn run(options: &Options, keep_lines: bool) -> anyhow::Result<Outcome> {
    frontdesk_planted::plant(options.planted);
    frontdesk_proxy::chance::seed(mix(&[options.seed, 0xc4a7]));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .rng_seed(tokio::runtime::RngSeed::from_bytes(&options.seed.to_le_bytes()))
        .build()?;
    runtime.block_on(happen(options, keep_lines))
}

fn centre_settings(options: &Options) -> Settings {
    Settings {
        message_id: match options.message_id {
            MessageId::Deduplicated => MessageIds::Deduplicated,
            MessageId::Echoed => MessageIds::Echoed,
            MessageId::Ignored => MessageIds::Ignored,
        },
        poll: match options.poll {
            Poll::Destructive => PollMode::Destructive,
            Poll::Repeats => PollMode::Repeats,
        },
        poll_repeats_s: 120,
        history: options.history == History::Kept,
        robot: false,
        agent_capacity: 1_000,
        access_token_s: 60,
        visitor_token_s: 40,
        visitor_token_grace_s: 10,
        quirks: Quirks {
            token_renewal: if options.always_new_tokens {
                TokenRenewal::Always
            } else {
                TokenRenewal::Lapsed
            },
            ..Quirks::default()
        },
        seed: Some(mix(&[options.seed, 0x5a2d])),
        ..Settings::default()
    }
}

async fn happen(options: &Options, keep_lines: bool) -> anyhow::Result<Outcome> {
    let Options { seed, percent, visitors, messages, .. } = *options;
    let record = Arc::new(Record::new(Clock::at(EPOCH_MS), keep_lines));
    let talking = PACE * u32::try_from(messages)?;
    let heals = Instant::now() + talking + AFTER;
    let healed_ms = u64::try_from((talking + AFTER).as_millis())?;

    let sandbox = Sandbox::in_runtime(centre_settings(options), EPOCH_MS)?;
    let router = frontdesk_sandbox::router(&sandbox);
    let gateway =
        centre::Gateway::new(router.clone(), Plan::new(seed, 1, percent, heals), Arc::clone(&record));
    let store_plan = Plan::new(seed, 2, percent, heals);
    let fleet = Arc::new(Fleet::new(options, Arc::new(gateway), store_plan, Arc::clone(&record)));
    for _ in 0..options.proxies {
        fleet.start().await?;
    }

    let mut duties = JoinSet::new();
    duties.spawn(async move {
        loop {
            tokio::time::sleep(TICK).await;
            sandbox.tick();
        }
    });
    let agent = Agent::sign_in(router, Arc::clone(&record)).await?;
    let reading = Arc::clone(&agent);
    duties.spawn(reading.read());
    let mut talks = JoinSet::new();
    for number in 0..visitors {
        talks.spawn(Arc::clone(&agent).talk(seed, number, messages, PACE));
    }
    if percent > 0 {
        duties.spawn(trouble(
            Arc::clone(&fleet),
            Arc::clone(&agent),
            Plan::new(seed, 3, percent, heals),
            options.clone(),
        ));
    }

    let (done, _) = watch::channel(false);
    let mut people = JoinSet::new();
    let mut browsers = Vec::new();
    for number in 0..visitors {
        let plan = Plan::new(seed, 1_000 + number, percent, heals);
        let way = visitor::Way::new(number, plan, Arc::clone(&fleet), Arc::clone(&record));
        let browser = Arc::new(Visitor::start(Setup {
            settings: frontdesk_core::Settings::new("shop", "en"),
            link: Link::new(Arc::new(way), FaultPlan::default(), FaultLog::default(), number),
            storage: Storage::slow(COMMIT),
            clock: record.clock,
            seed: mix(&[seed, 0xb20, number]),
        }));
        browsers.push(Arc::clone(&browser));
        let mut person = Person::new(seed, number, browser, Arc::clone(&record), percent);
        let done = done.subscribe();
        people.spawn(async move {
            person.talk(messages, PACE).await;
            while !*done.borrow() {
                person.wait(Duration::from_millis(500)).await;
            }
            person
        });
    }

    tokio::time::sleep_until(heals).await;
    record.note(format_args!("all faults have ended"));
    settle(options, &record, &browsers, &mut talks, heals).await?;
    done.send_replace(true);
    let mut persons = people.join_all().await;
    persons.sort_by_key(|person| person.number);
    let woken = wake_up(&record, &agent, &persons).await?;
    for person in &persons {
        person.settle();
    }
    duties.abort_all();

    let left: Vec<Left> =
        persons.iter().map(|person| Left { visitor: person.number, own: person.own() }).collect();
    let books = record.books();
    let mut figures = judge(&books, &left, healed_ms);
    figures.waking_ms = woken;
    let divergences: u32 = browsers.iter().map(|browser| browser.look(|view| view.divergences)).sum();
    if divergences > 0 {
        figures.violations.push(format!("{divergences} times a page was not what its session says"));
    }
    Ok(Outcome { figures, lines: books.lines().to_vec(), took_ms: record.now_ms() })
}

/// Kills proxies, restarts one, ends conversations, while faults go on.
async fn trouble(fleet: Arc<Fleet>, agent: Arc<Agent>, plan: Plan, options: Options) -> anyhow::Result<()> {
    let span = plan.heals().saturating_duration_since(Instant::now()) / u32::try_from(KILLS + 2)?;
    for nth in 0..KILLS {
        tokio::time::sleep(span / 2 + plan.span(span)).await;
        if !plan.is_on() {
            return Ok(());
        }
        for _ in 0..options.visitors.div_ceil(100) {
            agent.end(plan.draw(options.visitors - 1)).await?;
        }
        if nth % 3 == 2 {
            fleet.restart_one().await?;
        } else {
            fleet.kill_one().await?;
        }
    }
    Ok(())
}

/// Waits until everything has come, or will not come any more.
async fn settle(
    options: &Options,
    record: &Record,
    browsers: &[Arc<Visitor>],
    talks: &mut JoinSet<anyhow::Result<()>>,
    heals: Instant,
) -> anyhow::Result<()> {
    let patience = if options.promises_all() { PATIENCE } else { PATIENCE / 2 };
    while Instant::now() < heals + patience {
        tokio::time::sleep(Duration::from_millis(200)).await;
        while let Some(talked) = talks.try_join_next() {
            talked??;
        }
        let up = {
            let books = record.books();
            books.talks.values().all(|talk| {
                let accepted = talk.typed.iter().filter(|typed| !typed.gone).count() as u64;
                talk.heard.len() as u64 >= accepted && talk.typed.len() as u64 >= options.messages
            })
        };
        let down = || {
            browsers.iter().enumerate().all(|(number, browser)| {
                let shown = browser.look(|view| view.agent_lines(0).count());
                record.talk(number as u64, |talk| shown >= talk.said.len())
            })
        };
        let settled = |browser: &Arc<Visitor>| {
            let settled =
                |state| matches!(state, MineState::Sent | MineState::StoredOffline | MineState::Unconfirmed);
            browser.look(|view| view.my_lines(0).all(|(_, state)| settled(state)))
        };
        if up && talks.is_empty() && down() && browsers.iter().all(settled) {
            break;
        }
    }
    while let Some(talked) = talks.try_join_next() {
        talked??;
    }
    Ok(())
}

/// Every machine sleeps; meanwhile the agent says one thing to each; then all wake up. Answers how long it took each to
/// see it, in steps of 100 milliseconds.
async fn wake_up(
    record: &Arc<Record>,
    agent: &Arc<Agent>,
    persons: &[Person],
) -> anyhow::Result<std::collections::BTreeMap<u64, u64>> {
    const ASLEEP: Duration = Duration::from_secs(40);
    let woken_ms = record.now_ms() + u64::try_from(ASLEEP.as_millis())?;
    for person in persons {
        let _ = person.browser.freeze(ASLEEP, true).await;
    }
    tokio::time::sleep(ASLEEP / 2).await;
    let mut told = std::collections::BTreeSet::new();
    for person in persons {
        // Nobody is there to go on with a conversation that has ended.
        if agent.conversation(person.number).is_some() {
            agent.say(person.number, "while you were away".to_owned()).await?;
            told.insert(person.number);
        }
    }
    tokio::time::sleep(ASLEEP / 2 + Duration::from_secs(8)).await;
    let mut steps = std::collections::BTreeMap::new();
    for person in persons.iter().filter(|person| told.contains(&person.number)) {
        let shown = person.shown();
        let seen = shown.iter().find(|line| line.text == "while you were away");
        let took = seen.map_or(99_900, |line| line.at_ms.saturating_sub(woken_ms));
        *steps.entry(took.div_ceil(100) * 100).or_default() += 1;
    }
    Ok(steps)
}
