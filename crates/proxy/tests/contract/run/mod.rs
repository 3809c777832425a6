//! The checks as tests: against which centres, and what is said at the end.

mod report;
mod stranger;
mod variations;
mod wrong;

use crate::harness::{Access, Check, House, Offer, Offers, Stop, Target, Verdict, environment};
use libtest_mimic::{Arguments, Completion, Failed, Trial};
use report::Report;
use std::process::ExitCode;
use std::sync::Arc;
use tokio::runtime::{Builder, Runtime};
use tokio::task::LocalSet;
use variations::Variation;

pub(crate) fn main() -> ExitCode {
    // Fails if a provider is installed already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut arguments = Arguments::from_args();
    let report = Arc::new(Report::default());
    let trials = match environment::read() {
        Err(mistake) => {
            eprintln!("{mistake}");
            return ExitCode::FAILURE;
        }
        Ok(None) => ours(&report),
        Ok(Some(access)) => {
            // One after the other: they share visitors and conversations, and the centre is somebody else's.
            arguments.test_threads = Some(1);
            match foreign(access, &report) {
                Ok(trials) => trials,
                Err(mistake) => {
                    eprintln!("{mistake}");
                    return ExitCode::FAILURE;
                }
            }
        }
    };
    let conclusion = libtest_mimic::run(&arguments, trials);
    if !arguments.list {
        println!("{}", report.closing_line());
    }
    conclusion.exit_code()
}

pub(crate) fn runtime() -> Result<Runtime, Failed> {
    Builder::new_current_thread().enable_all().build().map_err(Failed::from)
}

/// The checks against the sandbox, and those of what Frontdesk makes of a centre.
fn ours(report: &Arc<Report>) -> Vec<Trial> {
    let mut trials = vec![Trial::test("environment::mistakes_are_named", || {
        environment::mistakes_are_named().map_err(Failed::from)
    })];
    let rows = match runtime().map(|runtime| runtime.block_on(variations::rows())) {
        Ok(Ok(rows)) => rows,
        Ok(Err(why)) => return vec![Trial::test("the sandbox's switches", move || Err(why.into()))],
        Err(why) => return vec![Trial::test("the sandbox's switches", move || Err(why))],
    };
    for variation in variations::all(&rows) {
        let more = if variation.is_plain() { crate::switched::checks() } else { Vec::new() };
        let checks = crate::checks().into_iter().chain(more);
        for check in checks.filter(|check| variation.concerns(check)) {
            let (variation, report) = (variation.clone(), Arc::clone(report));
            let name = format!("{} {}", variation.name(), short(&check));
            trials.push(Trial::ignorable_test(name, move || at_home(&variation, check, &report)));
        }
    }
    trials.extend(wrong::trials());
    trials.extend(stranger::trials());
    trials.extend(crate::adapter::kinds::trials());
    trials.extend(crate::book::trials());
    trials
}

/// The sandbox's own table of contradictions.
pub(crate) async fn quirks() -> Result<Vec<serde_json::Value>, Failed> {
    variations::rows().await.map_err(Failed::from)
}

/// `file::function`.
fn short(check: &Check) -> &'static str {
    check.name.split_once("::").map_or(check.name, |(_, rest)| rest)
}

/// One check against a sandbox of its own.
fn at_home(variation: &Variation, check: Check, report: &Report) -> Result<Completion, Failed> {
    runtime()?.block_on(async {
        let settings = variation.settings();
        let house = House::open(settings.clone()).await?;
        let patched = house.control("PUT", "settings", Some(&variation.patch)).await;
        patched.map_err(|stop| format!("{}: {stop:?}", variation.name()))?;
        let access = Access {
            base: house.base.clone(),
            app_key: settings.app_key,
            app_secret: settings.app_secret,
            channel: settings.channel_id,
            dialect: variation.dialect,
            offers: Offers::all_but(&variation.without),
        };
        let target = Arc::new(Target::new(access, Some(house))?);
        match finish(&target, check).await? {
            None => Ok(Completion::Completed),
            Some((offer, _)) if variation.without.contains(&offer) => {
                let reason = format!("not offered: {}", offer.word());
                report.not_offered(variation.dialect, offer);
                Ok(Completion::ignored_with(reason))
            }
            Some((offer, why)) => Err(format!("the sandbox must offer {}: {why}", offer.word()).into()),
        }
    })
}

/// The checks against a centre that is not ours.
fn foreign(access: Access, report: &Arc<Report>) -> Result<Vec<Trial>, String> {
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = Arc::new(runtime.map_err(|error| error.to_string())?);
    let target = Arc::new(Target::new(access, None)?);
    let mut trials = Vec::new();
    for check in crate::checks() {
        let (runtime, target, report) = (Arc::clone(&runtime), Arc::clone(&target), Arc::clone(report));
        let name = format!("{} {}", target.dialect().word(), short(&check));
        trials.push(Trial::ignorable_test(name, move || {
            runtime.block_on(async {
                let ended = finish(&target, check).await;
                report.opened(target.opened());
                match ended? {
                    None => Ok(Completion::Completed),
                    Some((offer, why)) => {
                        report.not_offered(target.dialect(), offer);
                        Ok(Completion::ignored_with(format!("not offered: {}: {why}", offer.word())))
                    }
                }
            })
        }));
    }
    let last = Arc::clone(&target);
    trials.push(Trial::test("leave::nothing_is_left_open", move || {
        runtime.block_on(last.leave());
        Ok(())
    }));
    Ok(trials)
}

/// Runs a check to its end, whatever that is, and tidies up after it.
async fn finish(target: &Arc<Target>, check: Check) -> Result<Option<(Offer, String)>, Failed> {
    match ended(target, check).await {
        Ok(()) => Ok(None),
        Err(Stop::NotOffered(offer, why)) if target.access.offers.present.contains(&offer) => {
            Err(format!("{} is declared as offered: {why}", offer.word()).into())
        }
        Err(Stop::NotOffered(offer, why)) => Ok(Some((offer, why))),
        Err(Stop::Wrong(why)) => Err(why.into()),
    }
}

/// How a check ends.
async fn ended(target: &Arc<Target>, check: Check) -> Verdict {
    // A task of its own, so that even a panic is followed by tidying up.
    let task = LocalSet::new();
    let running = task.spawn_local((check.run)(Arc::clone(target)));
    let ended = task.run_until(running).await.unwrap_or_else(|panic| Err(Stop::Wrong(panic.to_string())));
    if target.house.is_none() {
        target.drop_calls().await;
        if matches!(ended, Err(Stop::Wrong(_))) {
            target.leave().await;
        }
    }
    ended
}
