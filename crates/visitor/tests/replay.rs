//! The replay against the real proxy and the real sandbox, both in process.

mod stack;

use clap::Parser;
use frontdesk_visitor::replay::processes::config;
use frontdesk_visitor::replay::report::Report;
use frontdesk_visitor::replay::{Options, run};

const DIALOGUES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/dialogues.jsonl");

async fn replay(words: &str) -> Report {
    let centre = frontdesk_sandbox::spawn(frontdesk_sandbox::Settings::default()).await.expect("a sandbox");
    let (listener, proxy) = stack::listen().await;
    let words = format!(
        "frontdesk-replay --conversations {DIALOGUES} --visitors 2 --proxy {proxy} --sandbox {} {words}",
        centre.base_url
    );
    let options = Options::try_parse_from(words.split_whitespace()).expect("good options");
    let settings = serde_json::to_value(frontdesk_sandbox::Settings::default()).expect("plain settings");
    let text = config(&options.switches, &proxy, &centre.base_url, "memory", &settings);
    let _serving = stack::serve(listener, &text).await;
    run(&options).await.expect("a report")
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
