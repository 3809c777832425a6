//! The replay against the real proxy and the real sandbox, both in process.

use clap::Parser;
use frontdesk_proxy::clock::Clock;
use frontdesk_proxy::config::Config;
use frontdesk_proxy::http::assets::Assets;
use frontdesk_proxy::settings::{DeskSettings, Settings};
use frontdesk_proxy::state::{App, Desk};
use frontdesk_proxy::store::memory::MemoryStore;
use frontdesk_proxy::vendor::cec::Cec;
use frontdesk_visitor::replay::processes::config;
use frontdesk_visitor::replay::report::Report;
use frontdesk_visitor::replay::{Options, run};
use std::path::Path;
use std::sync::Arc;
use tokio::net::TcpListener;

const DIALOGUES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/dialogues.jsonl");

async fn replay(words: &str) -> Report {
    let centre = frontdesk_sandbox::spawn(frontdesk_sandbox::Settings::default()).await.expect("a sandbox");
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let proxy = format!("http://{}", listener.local_addr().expect("bound"));
    let words = format!(
        "frontdesk-replay --conversations {DIALOGUES} --visitors 2 --proxy {proxy} --sandbox {} {words}",
        centre.base_url
    );
    let options = Options::try_parse_from(words.split_whitespace()).expect("good options");
    let settings = serde_json::to_value(frontdesk_sandbox::Settings::default()).expect("plain settings");
    let text = config(&options.switches, &proxy, &centre.base_url, "memory", &settings);
    let config = Config::read(&text, Path::new("."), []).expect("good settings");
    let desks = config.desks.iter().map(|desk| Desk {
        settings: DeskSettings::from(desk),
        centre: Arc::new(Cec::new(&desk.id, &desk.cec).expect("a client")),
    });
    let app = App::new(
        Settings::from(&config),
        desks,
        Arc::new(MemoryStore::new()),
        Assets::none(),
        Clock::system(),
    );
    app.start().await.expect("a proxy");
    let serving = tokio::spawn(frontdesk_proxy::http::run(listener, app, std::future::pending()));
    let report = run(&options).await.expect("a report");
    serving.abort();
    report
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dialogues_pass_whole_and_are_rated() {
    let report = replay("").await;
    assert_eq!(report.failures, Vec::<String>::new(), "{report}");
    assert_eq!((report.up.messages, report.down.messages), (12, 9));
    assert_eq!((report.dialogues.total, report.up.out_of_order + report.down.out_of_order), (4, 0));
    assert_eq!(report.dialogues.rated, 4, "{report}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_doubled_under_faults_where_ids_and_history_are_kept() {
    let report = replay("--faults 1:5").await;
    assert_eq!(report.failures, Vec::<String>::new(), "{report}");
    assert!(report.faults.values().sum::<u64>() > 0, "{report}");
}
