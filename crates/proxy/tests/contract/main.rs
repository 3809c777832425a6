//! What a centre must do by the documents, and what Frontdesk makes of it.
//!
//! ```sh
//! cargo test -p frontdesk-proxy --test contract                 # the sandbox, in both dialects, with every switch
//! FRONTDESK_CONTRACT_URL=https://centre.example … cargo test -p frontdesk-proxy --test contract   # any other centre
//! ```
//!
//! `docs/contract.md` names the variables and says what is done to a centre that is not ours.
//!
//! # Layout
//! - one file per endpoint: what any implementation must do, over plain HTTP
//! - `harness`: which centre, as whom, and how answers are read
//! - `adapter`: through the proxy's own adapter: each printed code, each kind of message, and the same centre
//! - `book`: `docs/contract.md`
//! - `switched`: what only the sandbox's switches can bring about
//! - `run`: the checks as tests, and the closing line

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail so")]

mod adapter;
mod book;
mod harness;
mod run;
mod switched;

mod apply_token;
mod click_to_call;
mod create_call;
mod do_leave_message;
mod download_file_stream;
mod feedback_satisfaction;
mod poll;
mod query_history;
mod query_phrase_by_keyword;
mod query_queue_info;
mod save_satisfaction;
mod send;
mod survey_mode;
mod token_by_ak_sk;
mod upload_file_stream;

use harness::Check;
use std::process::ExitCode;

/// Every check that any implementation must pass.
fn checks() -> Vec<Check> {
    [
        token_by_ak_sk::CHECKS,
        apply_token::CHECKS,
        send::CHECKS,
        poll::CHECKS,
        query_queue_info::CHECKS,
        save_satisfaction::CHECKS,
        survey_mode::CHECKS,
        query_history::CHECKS,
        upload_file_stream::CHECKS,
        download_file_stream::CHECKS,
        query_phrase_by_keyword::CHECKS,
        feedback_satisfaction::CHECKS,
        do_leave_message::CHECKS,
        click_to_call::CHECKS,
        create_call::CHECKS,
        adapter::live::CHECKS,
    ]
    .concat()
}

fn main() -> ExitCode {
    run::main()
}
