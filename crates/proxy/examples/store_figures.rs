//! What a store costs: writes at 1 and at 100 visitors at the same time, and opening it again after a kill.
//!
//! ```sh
//! cargo run --release -p frontdesk-proxy --example store_figures                                  # a file in a folder of its own
//! cargo run --release -p frontdesk-proxy --example store_figures -- valkey://127.0.0.1:6379/15   # a server
//! ```

use frontdesk_contract::{Contact, ContactState, Event, EventKind, Typing};
use frontdesk_proxy::config::StoreAt;
use frontdesk_proxy::store::redb::RedbStore;
use frontdesk_proxy::store::valkey::ValkeyStore;
use frontdesk_proxy::store::{Batch, SessionRecord, Store, VisitorRecord};
use std::error::Error;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Instant;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// Writes of each visitor.
const EACH: u64 = 100;
/// Visitors of the file that is opened after a kill, and events of each.
const KEPT: u64 = 2_000;
const EVENTS: u64 = 50;
/// The argument by which this program fills a file until it is killed.
const FILL: &str = "--fill";

#[tokio::main]
async fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [] => file().await,
        [word, path] if word == FILL => fill(Path::new(path)).await,
        [address] => server(address).await,
        _ => Err("an address or nothing is expected".into()),
    }
}

fn say(line: &str) -> Outcome<()> {
    Ok(writeln!(std::io::stdout(), "{line}")?)
}

async fn file() -> Outcome<()> {
    let folder = std::env::temp_dir().join(format!("frontdesk-figures-{:x}", rand::random::<u64>()));
    std::fs::create_dir(&folder)?;
    let path = folder.join("writes.redb");
    let store = Arc::new(RedbStore::open(&path)?);
    for visitors in [1, 100] {
        let before = store.commits();
        let seconds = writes(Arc::clone(&store) as Arc<dyn Store>, visitors).await?;
        let commits = store.commits() - before;
        report(visitors, seconds, &format!("; {:.3} commits a write", ratio(commits, visitors * EACH)))?;
    }
    drop(store);
    reopen(&folder.join("kill.redb"))?;
    std::fs::remove_dir_all(folder)?;
    Ok(())
}

async fn server(address: &str) -> Outcome<()> {
    let settings = format!("store = \"{address}\"\npublic_url = \"https://desk.example\"\n{DESK}");
    let config = frontdesk_proxy::config::Config::read(&settings, Path::new(""), Vec::new())
        .map_err(|mistakes| mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))?;
    let StoreAt::Valkey(server) = config.store else { return Err("that is no server".into()) };
    let store: Arc<dyn Store> = Arc::new(ValkeyStore::open(&server).await?);
    for visitors in [1, 100] {
        report(visitors, writes(Arc::clone(&store), visitors).await?, "")?;
    }
    Ok(())
}

const DESK: &str = "[[desks]]\nid = \"shop\"\norigins = [\"https://shop.example\"]\ntitle = \"Shop\"\n[desks.cec]\nbase_url = \
                    \"https://service.example\"\napp_key = \"k\"\napp_secret = \"s\"\nchannel_id = \"1\"\n";

fn report(visitors: u64, seconds: f64, more: &str) -> Outcome<()> {
    let writes = visitors * EACH;
    let each = seconds * 1_000.0 / EACH as f64;
    say(&format!(
        "{visitors} at the same time: {:.0} writes a second, {each:.2} ms each{more}",
        writes as f64 / seconds
    ))
}

fn ratio(part: u64, whole: u64) -> f64 {
    part as f64 / whole as f64
}

/// Every visitor writes an event, again and again; answers how many seconds that took.
async fn writes(store: Arc<dyn Store>, visitors: u64) -> Outcome<f64> {
    let run = rand::random::<u64>();
    let mut records = Vec::new();
    for visitor in 0..visitors {
        records.push(newcomer(store.as_ref(), &format!("v-{run:x}-{visitor}")).await?);
    }
    let began = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for mut record in records {
        let store = Arc::clone(&store);
        tasks.spawn(async move {
            for _ in 0..EACH {
                let batch = next(&record);
                record = batch.record.clone();
                store.write(batch).await?;
            }
            store.erase(&record.id).await
        });
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    Ok(began.elapsed().as_secs_f64())
}

async fn newcomer(store: &dyn Store, id: &str) -> Outcome<VisitorRecord> {
    let hash = rand::random();
    let record = VisitorRecord {
        id: id.to_owned(),
        desk: "shop".into(),
        user_id: id.to_owned(),
        name: "Guest".into(),
        language: "en".into(),
        contact: Contact { state: ContactState::Robot, ..Contact::default() },
        polling: true,
        ..VisitorRecord::untouched(hash)
    };
    let session =
        SessionRecord { hash, visitor: id.to_owned(), desk: "shop".into(), expires_ms: u64::MAX >> 12 };
    store.open(session, record.clone()).await?;
    Ok(record)
}

fn next(record: &VisitorRecord) -> Batch {
    let head = record.head + 1;
    let record = VisitorRecord { rev: record.rev + 1, head, ..record.clone() };
    let event = Event { seq: head, at_ms: head, kind: EventKind::Typing(Typing { active: true }) };
    Batch {
        record,
        events: vec![event],
        intents: Vec::new(),
        codes: Vec::new(),
        handles: Vec::new(),
        rewritten: Vec::new(),
        dropped: Vec::new(),
        fence: None,
    }
}

/// Has a file filled by a process of its own, kills that, and opens the file.
fn reopen(path: &PathBuf) -> Outcome<()> {
    let mut child =
        Command::new(std::env::current_exe()?).arg(FILL).arg(path).stdout(Stdio::piped()).spawn()?;
    let mut line = String::new();
    BufReader::new(child.stdout.take().ok_or("no output")?).read_line(&mut line)?;
    child.kill()?;
    child.wait()?;
    let bytes = std::fs::metadata(path)?.len();
    let began = Instant::now();
    drop(RedbStore::open(path)?);
    let ms = began.elapsed().as_secs_f64() * 1_000.0;
    say(&format!("opened after a kill: {ms:.1} ms, {KEPT} open conversations, {:.1} MB", bytes as f64 / 1e6))
}

/// Fills a file, says so, and writes on until it is killed.
async fn fill(path: &Path) -> Outcome<()> {
    let store = Arc::new(RedbStore::open(path)?);
    let mut tasks = tokio::task::JoinSet::new();
    for visitor in 0..KEPT {
        let store = Arc::clone(&store);
        tasks.spawn(async move {
            let mut record = newcomer(store.as_ref(), &format!("v-{visitor}")).await?;
            for number in 0.. {
                let batch = next(&record);
                record = batch.record.clone();
                store.write(batch).await?;
                if number == EVENTS {
                    break;
                }
            }
            Outcome::Ok(record)
        });
    }
    let mut last = None;
    while let Some(done) = tasks.join_next().await {
        last = Some(done??);
    }
    say("full")?;
    let mut record = last.ok_or("nobody")?;
    loop {
        let batch = next(&record);
        record = batch.record.clone();
        store.write(batch).await?;
    }
}
