use super::*;
use crate::config::PollKind;
use crate::vendor::fake::{not_sent, refused, unknown};
use proptest::prelude::*;

fn centre(message_id: MessageIds, history: bool) -> CentreTraits {
    CentreTraits { message_id, poll: PollKind::Destructive, history }
}

const ALL: [(MessageIds, bool); 6] = [
    (MessageIds::Deduplicated, true),
    (MessageIds::Deduplicated, false),
    (MessageIds::Echoed, true),
    (MessageIds::Echoed, false),
    (MessageIds::Ignored, true),
    (MessageIds::Ignored, false),
];

/// Runs a delivery against a list of answers and tells its steps.
fn run(
    mut delivery: Delivery,
    said: Vec<Result<Said, Failure>>,
    read: Vec<Result<bool, Failure>>,
) -> (String, Outcome) {
    let (mut said, mut read) = (said.into_iter(), read.into_iter());
    let mut steps = String::new();
    for _ in 0..50 {
        match delivery.step() {
            Step::Say => {
                steps.push('s');
                delivery.said(said.next().unwrap_or(Ok(Said::Delivered { link_not_trusted: false })));
            }
            Step::Wait(_) => steps.push('w'),
            Step::ReadBack => {
                steps.push('r');
                delivery.read_back(read.next().unwrap_or(Ok(false)));
            }
            Step::Finish(outcome) => return (steps, outcome),
        }
    }
    panic!("no end in sight: {steps}");
}

fn status(status: PostedStatus) -> Outcome {
    Outcome::Posted { status, gone: false }
}

#[test]
fn what_is_answered_is_decided_at_once_with_every_centre() {
    for (message_id, history) in ALL {
        let fresh = || Delivery::fresh(centre(message_id, history));
        for (answer, expected) in [
            (Ok(Said::Delivered { link_not_trusted: false }), status(PostedStatus::Accepted)),
            (Ok(Said::StoredOffline { tip: None }), status(PostedStatus::StoredOffline)),
            (Err(Failure::Gone), Outcome::Gone),
            (
                Err(not_sent()),
                Outcome::Refused { code: ErrorCode::CentreUnreachable, retry_after: Some(ASK_AGAIN) },
            ),
            (
                Err(refused(ErrorCode::Queueing, true)),
                Outcome::Refused { code: ErrorCode::Queueing, retry_after: Some(ASK_AGAIN) },
            ),
            (
                Err(refused(ErrorCode::CentreRefused, false)),
                Outcome::Refused { code: ErrorCode::CentreRefused, retry_after: None },
            ),
        ] {
            assert_eq!(run(fresh(), vec![answer], vec![]), ("s".into(), expected));
        }
    }
}

#[test]
fn doubt_is_resolved_as_the_centre_allows() {
    let lost = || Err(unknown());
    let timeout = Outcome::Doubtful { code: ErrorCode::CentreTimeout, retry_after: ASK_AGAIN };
    let accepted = || status(PostedStatus::Accepted);
    let unconfirmed = || status(PostedStatus::Unconfirmed);
    for (message_id, history, said, read, steps, outcome) in [
        (MessageIds::Deduplicated, false, vec![lost()], vec![], "sws", accepted()),
        (MessageIds::Deduplicated, false, vec![lost(), lost()], vec![], "sws", timeout.clone()),
        (MessageIds::Echoed, true, vec![lost()], vec![Ok(true)], "swr", accepted()),
        (
            MessageIds::Echoed,
            true,
            vec![lost()],
            vec![Ok(false), Err(unknown()), Ok(true)],
            "swrwrwr",
            accepted(),
        ),
        (MessageIds::Echoed, true, vec![lost()], vec![], "swrwrwrs", accepted()),
        (MessageIds::Echoed, true, vec![lost(), lost()], vec![], "swrwrwrs", timeout.clone()),
        (
            MessageIds::Echoed,
            true,
            vec![lost()],
            vec![Ok(false), Ok(false), Err(unknown())],
            "swrwrwr",
            timeout.clone(),
        ),
        (MessageIds::Echoed, false, vec![lost()], vec![], "s", unconfirmed()),
        (MessageIds::Ignored, true, vec![lost()], vec![], "s", unconfirmed()),
    ] {
        let delivery = Delivery::fresh(centre(message_id, history));
        assert_eq!(run(delivery, said, read), (steps.into(), outcome), "{message_id:?}");
    }
}

#[test]
fn a_resumed_message_is_looked_for_before_it_is_said() {
    let resumed = |message_id, history| Delivery::resumed(centre(message_id, history));
    let accepted = status(PostedStatus::Accepted);
    assert_eq!(run(resumed(MessageIds::Deduplicated, false), vec![], vec![]), ("s".into(), accepted.clone()));
    assert_eq!(run(resumed(MessageIds::Echoed, true), vec![], vec![Ok(true)]), ("wr".into(), accepted));
    let unconfirmed = status(PostedStatus::Unconfirmed);
    for (message_id, history) in [(MessageIds::Echoed, false), (MessageIds::Ignored, true)] {
        assert_eq!(run(resumed(message_id, history), vec![], vec![]), (String::new(), unconfirmed.clone()));
    }
}

#[test]
fn after_doubt_nothing_proves_that_the_first_attempt_did_not_arrive() {
    let resumed = || Delivery::resumed(centre(MessageIds::Deduplicated, false));
    let (_, outcome) = run(resumed(), vec![Err(not_sent())], vec![]);
    assert!(matches!(outcome, Outcome::Doubtful { code: ErrorCode::CentreUnreachable, .. }));
    let (_, outcome) = run(resumed(), vec![Err(refused(ErrorCode::CentreBusy, true))], vec![]);
    assert!(matches!(outcome, Outcome::Doubtful { code: ErrorCode::CentreBusy, .. }));
    // No token was to be had: a client that were told so would not ask again.
    let (_, outcome) = run(resumed(), vec![Err(refused(ErrorCode::CentreRefused, true))], vec![]);
    assert!(matches!(outcome, Outcome::Doubtful { code: ErrorCode::CentreBusy, .. }));
    let unread = || Err(refused(ErrorCode::CentreRefused, false));
    let echoed = Delivery::resumed(centre(MessageIds::Echoed, true));
    let (_, outcome) = run(echoed, vec![], vec![unread(), unread(), unread()]);
    assert!(matches!(outcome, Outcome::Doubtful { code: ErrorCode::CentreBusy, .. }));
    let for_good = || Err(refused(ErrorCode::CentreRefused, false));
    assert_eq!(run(resumed(), vec![for_good()], vec![]).1, status(PostedStatus::Unconfirmed));
    for (message_id, history, steps) in
        [(MessageIds::Deduplicated, true, "sws"), (MessageIds::Echoed, true, "swrwrwrs")]
    {
        let delivery = Delivery::fresh(centre(message_id, history));
        let ran = run(delivery, vec![Err(unknown()), for_good()], vec![]);
        assert_eq!(ran, (steps.into(), status(PostedStatus::Unconfirmed)));
    }
    let (_, outcome) = run(resumed(), vec![Err(Failure::Gone)], vec![]);
    assert_eq!(outcome, Outcome::Posted { status: PostedStatus::Unconfirmed, gone: true });
}

proptest! {
    /// Against a centre that takes or loses requests and answers at random: every delivery ends after a few steps; a
    /// centre that ignores ids is never told twice after an attempt that may have arrived; what is called refused
    /// never arrived before.
    #[test]
    fn a_delivery_never_risks_a_second_copy(
        mode in 0usize..6, resumed: bool, faults in proptest::collection::vec(0u8..6, 0..8), found: bool,
    ) {
        let (message_id, history) = ALL[mode];
        let traits = centre(message_id, history);
        let mut delivery = if resumed { Delivery::resumed(traits) } else { Delivery::fresh(traits) };
        let mut faults = faults.into_iter();
        let (mut maybe_arrived, mut says) = (resumed, 0);
        let mut steps = 0;
        let outcome = loop {
            steps += 1;
            prop_assert!(steps < 30);
            match delivery.step() {
                Step::Say => {
                    if maybe_arrived {
                        prop_assert!(mode_allows(message_id, history));
                    }
                    says += 1;
                    let answer = match faults.next().unwrap_or(0) {
                        0 => Ok(Said::Delivered { link_not_trusted: false }),
                        1 => Err(not_sent()),
                        2 => Err(refused(ErrorCode::CentreBusy, true)),
                        3 => Err(Failure::Gone),
                        4 => Err(refused(ErrorCode::CentreRefused, false)),
                        _ => { maybe_arrived = true; Err(unknown()) }
                    };
                    delivery.said(answer);
                }
                Step::Wait(pause) => prop_assert!(pause <= Duration::from_secs(1)),
                Step::ReadBack => delivery.read_back(Ok(found)),
                Step::Finish(outcome) => break outcome,
            }
        };
        prop_assert!(says <= 2);
        let certain = matches!(outcome, Outcome::Refused { .. } | Outcome::Gone);
        prop_assert!(!(certain && maybe_arrived));
    }
}

fn mode_allows(message_id: MessageIds, history: bool) -> bool {
    message_id == MessageIds::Deduplicated || (message_id == MessageIds::Echoed && history)
}
