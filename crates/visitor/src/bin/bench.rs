//! `frontdesk-bench`: the cost of a long transcript, and sends per second through the proxy.

use clap::Parser;
use frontdesk_visitor::bench::append::{LENGTHS, measure};
use frontdesk_visitor::bench::report::Report;
use frontdesk_visitor::bench::{Options, send};
use frontdesk_visitor::stop;
use std::process::ExitCode;

mod heap {
    //! Counts what is allocated.
    #![allow(unsafe_code)] // A global allocator cannot be written without; both calls are handed on as they are.

    use std::alloc::{GlobalAlloc, Layout, System};
    use std::sync::atomic::{AtomicU64, Ordering};

    static ALLOCATED: AtomicU64 = AtomicU64::new(0);

    struct Counting;

    // SAFETY: every call goes to the system's allocator unchanged; counting allocates nothing.
    unsafe impl GlobalAlloc for Counting {
        unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
            ALLOCATED.fetch_add(layout.size() as u64, Ordering::Relaxed);
            // SAFETY: the caller keeps to the contract of `alloc`.
            unsafe { System.alloc(layout) }
        }

        unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
            ALLOCATED.fetch_sub(layout.size() as u64, Ordering::Relaxed);
            // SAFETY: the caller keeps to the contract of `dealloc`.
            unsafe { System.dealloc(place, layout) }
        }
    }

    #[global_allocator]
    static COUNTING: Counting = Counting;

    pub(super) fn bytes() -> u64 {
        ALLOCATED.load(Ordering::Relaxed)
    }
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("frontdesk-bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> anyhow::Result<()> {
    // Before any runtime starts: its threads allocate too.
    let append = LENGTHS.map(|length| measure(length, heap::bytes)).to_vec();
    let sends = match options.core_only {
        true => Vec::new(),
        false => tokio::runtime::Runtime::new()?.block_on(async {
            tokio::select! {
                sends = send::measure(options) => sends,
                () = stop::asked() => Err(anyhow::anyhow!("interrupted")),
            }
        })?,
    };
    let report = Report::new(append, sends, options.switches.to_string());
    print!("{report}");
    if let Some(path) = &options.json {
        std::fs::write(path, serde_json::to_vec_pretty(&report)?)?;
    }
    Ok(())
}
