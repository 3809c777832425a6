//! Many visitors who talk and listen at the same time.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use frontdesk_contract::{EventKind, PostedStatus};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, sleep};

use crate::api::{Api, is_refused};
use crate::report::Times;
use crate::visitor::{Asked, Visitor};

/// A long poll waits so many seconds: as the widget's.
const WAIT_S: u32 = 25;
/// Pause after a poll without an answer.
const PAUSE: Duration = Duration::from_millis(100);
/// So many arrive at one time.
const TOGETHER: usize = 10;

/// Visitors of one desk, each in a conversation.
#[derive(Debug)]
pub struct Crowd {
    api: Api,
    desk: String,
    visitors: Vec<(Visitor, Ears)>,
    /// The words of the next turn are in no turn before.
    turn: u64,
}

/// How they talk.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Pause between two messages of one visitor; `None`: nobody says anything.
    pub between: Option<Duration>,
    /// Pause between two newcomers; `None`: nobody comes.
    pub newcomers: Option<Duration>,
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Requests that carry messages.
    pub messages: Asked,
    /// Requests by which newcomers open sessions and conversations.
    pub arrivals: Asked,
    /// What was said and confirmed: its text and what became of it.
    pub said: BTreeMap<String, PostedStatus>,
    /// What was given up: it could not be said.
    pub given_up: Vec<String>,
    /// Long polls that were answered.
    pub polls: usize,
    /// Long polls that were not.
    pub polls_failed: usize,
    /// Of these, such as never left, since nobody listened.
    pub polls_refused: usize,
    /// Echoes of what was said that came to its visitor, and came there again.
    pub echoes: BTreeSet<String>,
    /// Echoes that came twice.
    pub echoed_twice: usize,
    /// What the robot or an agent said.
    pub heard: usize,
    /// From the beginning of a message's request until the robot's answer is there; of visitors who say the next only then.
    pub answers: Times,
}

/// What a visitor has heard so far: who begins to listen again goes on from there, as the widget does.
#[derive(Debug, Default)]
struct Heard {
    /// The cursor of the next poll.
    after: u64,
    /// Echoes of what was said.
    echoes: BTreeSet<String>,
}

/// Whoever listens has it.
type Ears = Arc<tokio::sync::Mutex<Heard>>;

/// When a visitor said what has no answer yet.
type Waits = Arc<Mutex<Option<Instant>>>;

/// A crowd at work.
#[derive(Debug)]
pub struct Busy {
    stop: watch::Sender<bool>,
    hush: watch::Sender<bool>,
    talkers: JoinSet<Tally>,
    listeners: JoinSet<Tally>,
    newcomers: Option<JoinHandle<Tally>>,
    turn: u64,
}

impl Crowd {
    /// So many visitors come to this desk.
    ///
    /// # Errors
    ///
    /// When one cannot.
    pub async fn gather(api: &Api, desk: &str, count: usize) -> Result<Self> {
        let mut visitors = Vec::new();
        let numbers: Vec<usize> = (0..count).collect();
        for numbers in numbers.chunks(TOGETHER) {
            let mut coming = JoinSet::new();
            for &number in numbers {
                let (api, desk) = (api.clone(), desk.to_owned());
                coming
                    .spawn(async move { Visitor::arrive(&api, &desk, number, &mut Asked::default()).await });
            }
            while let Some(came) = coming.join_next().await {
                visitors.push((came??, Ears::default()));
            }
        }
        Ok(Self { api: api.clone(), desk: desk.to_owned(), visitors, turn: 0 })
    }

    /// They talk and listen until [`Busy::end`].
    #[must_use]
    pub fn begin(&self, pace: Pace) -> Busy {
        let (stop, hush) = (watch::Sender::new(false), watch::Sender::new(false));
        let (mut talkers, mut listeners) = (JoinSet::new(), JoinSet::new());
        for (visitor, ears) in &self.visitors {
            let waits = Waits::default();
            let ears = Arc::clone(ears);
            listeners.spawn(listen(visitor.clone(), ears, Arc::clone(&waits), hush.subscribe()));
            if let Some(between) = pace.between {
                let words = Words { desk: self.desk.clone(), turn: self.turn };
                talkers.spawn(talk(visitor.clone(), words, between, waits, stop.subscribe()));
            }
        }
        let newcomers = pace.newcomers.map(|pause| {
            let (api, desk) = (self.api.clone(), self.desk.clone());
            tokio::spawn(welcome(api, desk, pause, stop.subscribe()))
        });
        Busy { stop, hush, talkers, listeners, newcomers, turn: self.turn }
    }

    /// The same for so long, from its beginning to its end.
    ///
    /// # Errors
    ///
    /// When a task is gone.
    pub async fn works(&mut self, pace: Pace, time: Duration) -> Result<Tally> {
        let busy = self.begin(pace);
        sleep(time).await;
        self.ended(busy).await
    }

    /// Ends what [`Crowd::begin`] began, so that it may begin anew.
    ///
    /// # Errors
    ///
    /// When a task is gone.
    pub async fn ended(&mut self, busy: Busy) -> Result<Tally> {
        self.turn = busy.turn + 1_000_000;
        busy.end().await
    }
}

impl Busy {
    /// What has begun to be said is said, all is listened to, and then it is quiet.
    ///
    /// # Errors
    ///
    /// When a task is gone.
    pub async fn end(mut self) -> Result<Tally> {
        let mut tally = Tally::default();
        self.stop.send_replace(true);
        while let Some(talked) = self.talkers.join_next().await {
            tally.join(talked?);
        }
        if let Some(newcomers) = self.newcomers.take() {
            tally.join(newcomers.await?);
        }
        self.hush.send_replace(true);
        while let Some(heard) = self.listeners.join_next().await {
            tally.join(heard?);
        }
        Ok(tally)
    }
}

impl Tally {
    fn join(&mut self, other: Self) {
        self.messages.join(other.messages);
        self.arrivals.join(other.arrivals);
        self.said.extend(other.said);
        self.given_up.extend(other.given_up);
        self.polls += other.polls;
        self.polls_failed += other.polls_failed;
        self.polls_refused += other.polls_refused;
        self.echoes.extend(other.echoes);
        self.echoed_twice += other.echoed_twice;
        self.heard += other.heard;
        self.answers.join(other.answers);
    }

    /// Requests that came to nothing at their first attempt, of whatever kind.
    #[must_use]
    pub fn failures(&self) -> usize {
        self.messages.failures() + self.arrivals.failures() + self.polls_failed
    }

    /// Every message is at the centre once, and came to its visitor as an echo once. `at_centre`: how often each text is
    /// there.
    ///
    /// # Errors
    ///
    /// What is not so.
    pub fn is_whole(&self, at_centre: &BTreeMap<String, usize>) -> Result<()> {
        ensure!(self.given_up.is_empty(), "given up: {:?}", self.given_up.first());
        let other = |text: &&String| at_centre.get(*text) != Some(&1);
        let wrong: Vec<_> = self.said.keys().filter(other).collect();
        let count = |text: &String| at_centre.get(text).copied().unwrap_or(0);
        let first = wrong.first().map(|text| (*text, count(text)));
        ensure!(wrong.is_empty(), "{} messages are not there once: {first:?}", wrong.len());
        let accepted = |status: &PostedStatus| *status == PostedStatus::Accepted;
        let doubtful = self.said.values().filter(|status| !accepted(status)).count();
        ensure!(doubtful == 0, "{doubtful} messages are not confirmed");
        let silent = self.said.keys().filter(|text| !self.echoes.contains(*text)).count();
        ensure!(silent == 0, "{silent} messages have no echo");
        ensure!(self.echoed_twice == 0, "{} echoes came twice", self.echoed_twice);
        Ok(())
    }
}

/// What is said: words that tell the desk, the visitor and the turn, from this turn on.
struct Words {
    desk: String,
    turn: u64,
}

async fn talk(
    visitor: Visitor,
    Words { desk, turn }: Words,
    between: Duration,
    waits: Waits,
    mut stop: watch::Receiver<bool>,
) -> Tally {
    let mut tally = Tally::default();
    // Not all in the same moment, however many they are: places of the golden section lie apart.
    let mut pause = between.mul_f64((visitor.number() as f64 * 0.618_034).fract());
    for turn in turn.. {
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => break,
            () = sleep(pause) => {}
        }
        pause = between;
        let text = format!("{desk}: question {turn} of visitor {}", visitor.number());
        *waits.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        match visitor.say(turn, &text, &mut tally.messages).await {
            Ok(posted) => drop(tally.said.insert(text, posted.status)),
            Err(error) => tally.given_up.push(format!("{text}: {error:#}")),
        }
    }
    tally
}

async fn listen(visitor: Visitor, ears: Ears, waits: Waits, mut hush: watch::Receiver<bool>) -> Tally {
    let mut tally = Tally::default();
    let mut heard = ears.lock().await;
    // They did not all come in one moment.
    let mut wait_s = 1 + u32::try_from(visitor.number()).unwrap_or(0) % WAIT_S;
    loop {
        let over = *hush.borrow();
        let page = tokio::select! {
            biased;
            page = visitor.events(heard.after, if over { 0 } else { wait_s }) => page,
            _ = hush.wait_for(|hush| *hush), if !over => continue,
        };
        let page = match page {
            Ok(page) => page,
            Err(error) => {
                tally.polls_failed += 1;
                tally.polls_refused += usize::from(is_refused(&error));
                sleep(PAUSE).await;
                continue;
            }
        };
        tally.polls += 1;
        wait_s = WAIT_S;
        if over && page.events.is_empty() {
            tally.echoes.clone_from(&heard.echoes);
            return tally;
        }
        heard.after = page.next;
        for event in page.events {
            match event.kind {
                EventKind::Echo(echo) => {
                    let text = match echo.body {
                        frontdesk_contract::Body::Text(text) => text,
                        _ => continue,
                    };
                    tally.echoed_twice += usize::from(!heard.echoes.insert(text));
                }
                EventKind::Message(_) => {
                    tally.heard += 1;
                    let said = waits.lock().unwrap_or_else(PoisonError::into_inner).take();
                    if let Some(said) = said {
                        tally.answers.add(said.elapsed());
                    }
                }
                _ => {}
            }
        }
    }
}

async fn welcome(api: Api, desk: String, pause: Duration, mut stop: watch::Receiver<bool>) -> Tally {
    let mut tally = Tally::default();
    // Numbers of nobody else.
    for number in 1_000_000_usize.. {
        let due = Instant::now() + pause;
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => break,
            () = tokio::time::sleep_until(due) => {}
        }
        let stayed = async { Visitor::arrive(&api, &desk, number, &mut tally.arrivals).await?.leave().await };
        if let Err(error) = stayed.await.context("a newcomer") {
            tally.given_up.push(format!("{error:#}"));
        }
    }
    tally
}
