//! The figures as they stand in the documentation.

use crate::bounds::{quantile, requests_per_message};
use crate::judge::Figures;
use crate::options::{History, MessageId, Options, Poll};
use crate::prove::{Case, PERCENTS, Reached};
use std::collections::BTreeMap;
use std::fmt::Write as _;

fn seconds(ms: u64) -> String {
    format!("{:.1}", ms as f64 / 1_000.0)
}

/// Thousands apart.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The text between the marks.
pub fn markdown(reached: &Reached, size: &Options) -> String {
    let mut text = String::new();
    let line = &mut text;
    let (visitors, messages) = (size.visitors, grouped(size.visitors * size.messages));
    // Writing into a text does not fail.
    let _ = writeln!(
        line,
        "Commit {}. Each run: {visitors} visitors, {messages} messages up and {messages} down, faults with probability p at \
         each exchange of both links and at a quarter of the kinds in the store, six kills or restarts of the proxy, \
         conversations that the agent ends, browsers that reload, are killed, freeze and sleep; then all faults end. Every fifth \
         run of a case has three proxies over one store, each request to any of them; in every seventh the centre replaces a \
         visitor's token at every use. What is injected: [the matrix](../crates/simulation/MATRIX.md).\n\nThe centre removes duplicates by id, and either repeats polls \
         or keeps history:\n",
        reached.commit
    );
    let _ = writeln!(
        line,
        "| p | runs | messages | faults | lost | doubled | unexpected | out of order | recovered | after the last fault: p99, most | requests per message | awake: most |"
    );
    let _ = writeln!(
        line,
        "| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    );
    let mut all = 0;
    let mut bad = 0;
    for percent in PERCENTS {
        let figures = reached.promised(percent);
        let (up, down) = (&figures.up, &figures.down);
        let said = up.messages + down.messages;
        let lost = up.lost + down.lost;
        all += said;
        bad += lost;
        let per_message = requests_per_message(&figures);
        let _ = writeln!(
            line,
            "| {percent} % | {} | {} | {} | {lost} | {} | {} | {} | {} | {} s, {} s | {per_message:.2} | {} s |",
            figures.runs,
            grouped(said),
            grouped(figures.injected()),
            up.duplicated + down.duplicated,
            up.unexpected + down.unexpected,
            up.inversions + down.inversions,
            grouped(up.recovered + down.recovered),
            seconds(quantile(&figures.recovery_ms, 990)),
            seconds(quantile(&figures.recovery_ms, 1_000)),
            seconds(quantile(&figures.waking_ms, 1_000)),
        );
    }
    if bad == 0 && all > 0 {
        let bound = 3.0 / all as f64;
        let _ = writeln!(
            line,
            "\nNothing lost in {} messages bounds the true rate below {bound:.1e} at 95 % (rule of three: 3 / n).",
            grouped(all)
        );
    }
    let _ = writeln!(
        line,
        "\nEvery combination, with what explains each loss, each second copy, each message out of order and each unconfirmed one; \
         what nothing explains stops the proof:\n"
    );
    let _ = writeln!(
        line,
        "| ids | poll | history | p | runs | up: lost | doubled | out of order | unconfirmed (of them not arrived) | down: lost | doubled | out of order | by |"
    );
    let _ = writeln!(
        line,
        "| --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |"
    );
    for &message_id in MessageId::ALL {
        for &poll in Poll::ALL {
            for &history in History::ALL {
                for percent in PERCENTS {
                    let case = Case { percent, message_id, poll, history };
                    row(line, case, &reached.of(case));
                }
            }
        }
    }
    text
}

fn row(line: &mut String, case: Case, figures: &Figures) {
    let (up, down) = (&figures.up, &figures.down);
    let mut causes: BTreeMap<&str, u64> = BTreeMap::new();
    for (cause, count) in up.causes.iter().chain(&down.causes) {
        *causes.entry(cause).or_default() += count;
    }
    let causes: Vec<String> = causes.iter().map(|(cause, count)| format!("{cause} {count}")).collect();
    let _ = writeln!(
        line,
        "| {} | {} | {} | {} % | {} | {} | {} | {} | {} ({}) | {} | {} | {} | {} |",
        case.message_id.word(),
        case.poll.word(),
        case.history.word(),
        case.percent,
        figures.runs,
        up.lost,
        up.duplicated,
        up.inversions,
        up.unconfirmed,
        up.unconfirmed_missing,
        down.lost,
        down.duplicated,
        down.inversions,
        if causes.is_empty() { "–".to_owned() } else { causes.join("; ") },
    );
}

/// What a single run came to.
pub fn brief(figures: &Figures) -> String {
    let (up, down) = (&figures.up, &figures.down);
    let mut text = String::new();
    let per_message = requests_per_message(figures);
    for (name, way) in [("up", up), ("down", down)] {
        let _ = writeln!(
            text,
            "{name}: {} messages, lost {}, duplicated {}, unexpected {}, recovered {}, inversions {}, unconfirmed {} (of them not arrived {})",
            way.messages,
            way.lost,
            way.duplicated,
            way.unexpected,
            way.recovered,
            way.inversions,
            way.unconfirmed,
            way.unconfirmed_missing
        );
        for (cause, count) in &way.causes {
            let _ = writeln!(text, "    {count} {cause}");
        }
    }
    let _ = writeln!(
        text,
        "after the last fault: {} messages, p99 {} s, most {} s; awake: most {} s",
        figures.recovery_ms.values().sum::<u64>(),
        seconds(quantile(&figures.recovery_ms, 990)),
        seconds(quantile(&figures.recovery_ms, 1_000)),
        seconds(quantile(&figures.waking_ms, 1_000)),
    );
    let _ = writeln!(
        text,
        "{} requests of visitors, {per_message:.2} for each message; {} calls of the centre; {} faults; history {:016x}",
        figures.requests,
        figures.calls,
        figures.injected(),
        figures.hash
    );
    for (kind, count) in &figures.faults {
        let _ = writeln!(text, "    {count} {kind}");
    }
    for found in &figures.found {
        let _ = writeln!(text, "{found}");
    }
    text
}
