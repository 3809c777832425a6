//! Walks through all orders of what can happen at about the same time.

use crate::bench::{Bench, any_drop, any_start, ended, refused, status};
use frontdesk_contract::{CallEnd, CallState, ErrorCode};
use frontdesk_core::Failure;
use frontdesk_core::call::{Answer, Ask, Effect, EndCause, IceState, Input, PhoneCause, PhoneEvent, Stage};
use std::collections::BTreeSet;

/// Something that happens once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Act {
    Microphone,
    Answer,
    NoAnswer,
    Refusal,
    Queueing,
    Connected,
    CentreEnds,
    Rings,
    Taken,
    Bye,
    HangUp,
    Leaving,
    Again,
    Seconds,
    Beat,
    Dropped,
}

fn act(bench: &mut Bench, act: Act) {
    let first = frontdesk_core::call::CallNo(1);
    let phone = |bench: &mut Bench, event| bench.give(Input::Phone(first, event));
    match act {
        Act::Microphone => bench.give(Input::Media(first, Ok(()))),
        Act::Answer if bench.start_open() => bench.start_answer(CallState::Setup),
        Act::NoAnswer if bench.start_open() => bench.start_fails(Failure::Network),
        Act::Refusal if bench.start_open() => bench.start_fails(refused(ErrorCode::NoAgents)),
        Act::Queueing | Act::Connected | Act::CentreEnds if bench.has_asked() => {
            let (state, end) = match act {
                Act::Queueing => (CallState::Queueing, None),
                Act::Connected => (CallState::Connected, None),
                _ => (CallState::Ended, Some(CallEnd::Centre)),
            };
            let told = status(&bench.first_id(), state, end);
            bench.give(Input::Status(told));
        }
        Act::Rings => phone(bench, PhoneEvent::Ringing { early: false }),
        Act::Taken => {
            phone(bench, PhoneEvent::Answered);
            phone(bench, PhoneEvent::Ice(IceState::Connected));
        }
        Act::Bye => phone(bench, ended(PhoneCause::HungUp)),
        Act::HangUp => bench.give(Input::HangUp),
        Act::Leaving => bench.give(Input::Leaving),
        Act::Again => bench.give(Input::Start { video: false }),
        Act::Seconds => bench.pass(5_000),
        Act::Beat => bench.answer_beats(CallState::Queueing),
        Act::Dropped if bench.is_open(&any_drop()) => bench.dropped(),
        _ => {}
    }
}

/// Has these happen in all orders, and in those of every selection of them; hands over what came of each.
fn orders(begin: &Bench, pause_ms: u64, acts: &[Act], each: &mut impl FnMut(Bench, &[Act])) {
    fn go(
        bench: &Bench,
        pause_ms: u64,
        left: &mut Vec<Act>,
        so_far: &mut Vec<Act>,
        each: &mut impl FnMut(Bench, &[Act]),
    ) {
        each(bench.clone(), so_far);
        for at in 0..left.len() {
            let next = left.remove(at);
            so_far.push(next);
            let mut bench = bench.clone();
            act(&mut bench, next);
            bench.pass(pause_ms);
            go(&bench, pause_ms, left, so_far, each);
            so_far.pop();
            left.insert(at, next);
        }
    }
    go(begin, pause_ms, &mut acts.to_vec(), &mut Vec::new(), each);
}

/// Brings whatever goes on to its end: everything is answered, nobody talks any more.
fn wind_up(bench: &mut Bench, order: &[Act]) {
    bench.give(Input::HangUp);
    assert!(!bench.observed.machine.in_call(), "{order:?}");
    for _ in 0..40 {
        if bench.is_open(&any_drop()) {
            bench.dropped();
        } else if bench.start_open() {
            bench.start_answer(CallState::Setup);
        } else if bench.is_quiet() {
            return;
        }
        bench.pass(1_000);
    }
    assert!(bench.is_quiet(), "it does not come to rest: {order:?}: {:?}", bench.observed);
}

/// Every call that began had one end, and what the centre took without telling an end was dropped.
fn ended_once(bench: &Bench, order: &[Act]) {
    let dropped = bench.asked(&any_drop()) > 0 || bench.said_farewell();
    let taken = bench.was_taken() && !order.contains(&Act::CentreEnds);
    assert!(dropped || !taken, "the centre still has it: {order:?}");
    let ends: Vec<_> = bench.observed.ends.iter().map(|end| end.0.0).collect();
    let calls: Vec<_> = (1..=bench.no().0).collect();
    assert_eq!(ends, calls, "{order:?}");
}

#[test]
fn every_order_of_the_beginning_comes_to_one_end() {
    use Act::{Answer, Bye, CentreEnds, Connected, HangUp, Microphone, Rings, Taken};
    let mut count = 0;
    let mut causes = BTreeSet::new();
    let mut begin = Bench::ready();
    begin.give(Input::Start { video: false });
    let acts = [Microphone, Answer, Connected, Rings, Taken, HangUp, Bye, CentreEnds];
    orders(&begin, 0, &acts, &mut |mut bench, order| {
        count += 1;
        if let Stage::Ended(cause) = bench.stage() {
            causes.insert(format!("{cause:?}"));
        }
        wind_up(&mut bench, order);
        ended_once(&bench, order);
    });
    assert_eq!(count, 109_601, "all selections in all orders");
    let causes: Vec<_> = causes.iter().map(String::as_str).collect();
    assert_eq!(causes, ["Centre", "Visitor"]);
}

#[test]
fn every_order_of_failures_and_second_calls_comes_to_one_end_each() {
    use Act::{Again, Connected, Dropped, HangUp, Leaving, NoAnswer, Queueing, Refusal};
    let acts = [NoAnswer, Refusal, Queueing, Connected, HangUp, Again, Leaving, Dropped];
    orders(&Bench::requesting(false), 0, &acts, &mut |mut bench, order| {
        wind_up(&mut bench, order);
        ended_once(&bench, order);
    });
}

#[test]
fn every_order_with_time_between_comes_to_one_end() {
    use Act::{Answer, Beat, CentreEnds, Connected, HangUp, Seconds, Taken};
    let acts = [Answer, Beat, Connected, Taken, Seconds, HangUp, CentreEnds];
    orders(&Bench::requesting(false), 700, &acts, &mut |mut bench, order| {
        wind_up(&mut bench, order);
        ended_once(&bench, order);
    });
}

#[test]
fn everything_that_happens_twice_happens_once() {
    use Act::{Answer, Bye, CentreEnds, Connected, Microphone, Queueing, Rings, Taken};
    let story = [Microphone, Answer, Queueing, Connected, Rings, Taken, Bye, CentreEnds];
    for cut in 0..=story.len() {
        let mut once = Bench::ready();
        let mut twice = Bench::ready();
        once.give(Input::Start { video: false });
        twice.give(Input::Start { video: false });
        for step in &story[..cut] {
            act(&mut once, *step);
            act(&mut twice, *step);
            act(&mut twice, *step);
        }
        assert_eq!(once.stage(), twice.stage());
        let loud = |bench: &Bench| {
            let mut effects = bench.effects.clone();
            effects.retain(|effect| !matches!(effect, Effect::WakeAt(_)));
            effects.len()
        };
        assert_eq!(loud(&once), loud(&twice), "{cut}");
    }
}

#[test]
fn a_call_that_nobody_answers_for_ends_by_itself_in_every_stage() {
    // Requests fail as they must; otherwise nothing happens.
    let silence = |bench: &mut Bench, ms: u64| {
        for _ in 0..ms / 500 {
            for ask in [any_start(), Ask::Beat, any_drop()] {
                if bench.is_open(&ask) {
                    bench.answer(&ask, Err(Failure::Network));
                }
            }
            bench.pass(500);
        }
    };
    let ringing = || {
        let mut bench = Bench::dialling();
        bench.phone(PhoneEvent::Ringing { early: true });
        bench
    };
    let queueing = || {
        let mut bench = Bench::accepted();
        bench.told(CallState::Queueing, None);
        bench
    };
    let talking = || {
        let mut bench = Bench::talking();
        bench.phone(PhoneEvent::Ice(IceState::Disconnected));
        bench
    };
    for (mut bench, cause) in [
        (Bench::requesting(false), EndCause::Unreachable),
        (Bench::accepted(), EndCause::Lost),
        (queueing(), EndCause::Lost),
        (Bench::dialling(), EndCause::NoGateway),
        (ringing(), EndCause::Lost),
        (talking(), EndCause::Lost),
    ] {
        let stage = bench.stage();
        silence(&mut bench, 200_000);
        assert_eq!(bench.stage(), Stage::Ended(cause), "{stage:?}");
        silence(&mut bench, 200_000);
        assert!(bench.is_quiet(), "{stage:?}");
        // And the visitor can call again.
        bench.give(Input::Start { video: false });
        assert_eq!(bench.stage(), Stage::Microphone);
    }
}

#[test]
fn an_answer_of_the_proxy_settles_whichever_request_it_is() {
    let mut bench = Bench::requesting(false);
    bench.give(Input::HangUp);
    let over = status(&bench.id(), CallState::Ended, Some(CallEnd::Lost));
    bench.answer(&any_start(), Ok(Answer::Status(over)));
    assert!(bench.is_quiet(), "there is nothing to drop");
}
