//! How soon everything is delivered after networks have failed, over real sockets. Prints tables; `cargo xtask bench delivery`
//! writes them into `docs/delivery.md`.
//!
//! One number as argument: how often each kind of trouble comes.

use anyhow::{Context as _, Result};
use frontdesk_e2e::delivery::recovery::{Company, Trouble, quantile};

#[tokio::main]
async fn main() -> Result<()> {
    let rounds = std::env::args().nth(1).context("how often?")?;
    let rounds: u64 = rounds.parse().context("a number is wanted")?;
    let mut company = Company::gather().await?;
    println!(
        "| what is wrong | messages | not delivered | on their way when it ends | delivered after that, median ms | p99 ms | longest ms | \
         requests per message | at most |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    );
    for trouble in Trouble::ALL {
        let healed = company.heals(trouble, rounds.max(1)).await?;
        let what = match trouble {
            Trouble::Share(percent) => format!("faults {percent} %, both links"),
            Trouble::Silence => "no answer on either link for 10 s".to_owned(),
            Trouble::Resets => "everything reset on both links for 10 s".to_owned(),
        };
        let [median, p99, longest] = [500, 990, 1000].map(|place| quantile(&healed.late_ms, place));
        let most = trouble.requests_max().map_or("–".to_owned(), |most| format!("{most:.2}"));
        let row = format!(
            "| {what} | {} | {} | {} | {median} | {p99} | {longest} | {:.2} | {most} |",
            healed.messages,
            healed.missing,
            healed.late_ms.len(),
            healed.requests_per_message,
        );
        eprintln!("{row}");
        println!("{row}");
    }
    println!(
        "\n| a page that slept | times | until it shows what the centre has, median ms | p99 ms | longest ms |\n\
         | --- | ---: | ---: | ---: | ---: |"
    );
    for (what, cut) in [("its connections lost", true), ("answers waiting", false)] {
        let took = company.wakes(cut, rounds.max(1)).await?;
        let [median, p99, longest] = [500, 990, 1000].map(|place| quantile(&took, place));
        println!("| {what} | {} | {median} | {p99} | {longest} |", took.len());
    }
    Ok(())
}
