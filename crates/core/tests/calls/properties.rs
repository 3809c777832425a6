//! What holds in all weathers and whatever comes in.

use crate::bench::{BOTH, gateway, now, refused, support, wish};
use crate::observer::Observed;
use crate::world::{Weather, World};
use frontdesk_contract::{
    CallEnd, CallMedia, CallOffer, CallState, CallStatus, CallSupport, ClientId, ErrorCode,
};
use frontdesk_core::call::{
    Answer, Browser, CallNo, Device, IceState, Input, MediaFailure, MediaTrouble, PhoneCause, PhoneEnd,
    PhoneEvent, Sample, Stage,
};
use frontdesk_core::{Failure, RequestId};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, FileFailurePersistence};

fn cases(cases: u32) -> Config {
    let usual = Config::default();
    let cases = (cases * usual.cases / 256).max(1);
    let failure_persistence = Some(Box::new(FileFailurePersistence::WithSource("regressions")) as _);
    Config { cases, failure_persistence, ..usual }
}

fn id() -> impl Strategy<Value = ClientId> {
    (0_u64..4).prop_map(|chance| ClientId::from_bits(now(0, chance).chance))
}

fn call() -> impl Strategy<Value = CallStatus> {
    let states = vec![
        CallState::None,
        CallState::Setup,
        CallState::Queueing,
        CallState::Connected,
        CallState::Ended,
        CallState::Unknown,
    ];
    let ends = vec![
        None,
        Some(CallEnd::Visitor),
        Some(CallEnd::Centre),
        Some(CallEnd::QueueTimeout),
        Some(CallEnd::Failed),
        Some(CallEnd::Lost),
        Some(CallEnd::Unknown),
    ];
    (proptest::option::of(id()), select(states), select(ends), any::<bool>()).prop_map(
        |(id, state, end, told)| CallStatus {
            id,
            state,
            media: CallMedia::Unknown,
            gateway: told.then(gateway),
            end,
        },
    )
}

fn trouble() -> impl Strategy<Value = MediaTrouble> {
    select(vec![MediaTrouble::Denied, MediaTrouble::Absent, MediaTrouble::Busy, MediaTrouble::Other])
}

fn device() -> impl Strategy<Value = Device> {
    select(vec![Device::Microphone, Device::Camera, Device::Speaker])
}

fn phone() -> impl Strategy<Value = PhoneEvent> {
    use IceState::{Checking, Closed, Connected, Disconnected, Failed, New};
    let causes = vec![
        PhoneCause::HungUp,
        PhoneCause::Busy,
        PhoneCause::Cancelled,
        PhoneCause::NoGateway,
        PhoneCause::NoMedia,
        PhoneCause::Failed,
    ];
    prop_oneof![
        Just(PhoneEvent::Connecting),
        any::<bool>().prop_map(|early| PhoneEvent::Ringing { early }),
        Just(PhoneEvent::Answered),
        Just(PhoneEvent::Media),
        any::<bool>().prop_map(PhoneEvent::Held),
        any::<(bool, bool)>().prop_map(|(on, agreed)| PhoneEvent::Agreed { on, agreed }),
        any::<bool>().prop_map(PhoneEvent::Socket),
        select(vec![New, Checking, Connected, Disconnected, Failed, Closed]).prop_map(PhoneEvent::Ice),
        (any::<bool>(), select(causes), any::<Option<u16>>())
            .prop_map(|(here, cause, status)| PhoneEvent::Ended(PhoneEnd { here, cause, status })),
    ]
}

fn answer() -> impl Strategy<Value = Result<Answer, Failure>> {
    prop_oneof![
        2 => Just(Ok(Answer::Support(support()))),
        1 => Just(Ok(Answer::Support(CallSupport::default()))),
        5 => call().prop_map(|call| Ok(Answer::Status(call))),
        2 => select(vec![Failure::Network, Failure::Foreign, Failure::FileGone]).prop_map(Err),
        3 => select(ErrorCode::ALL).prop_map(|code| Err(refused(code))),
    ]
}

fn sample() -> impl Strategy<Value = Sample> {
    (any::<u64>(), any::<u64>(), any::<Option<f64>>(), any::<Option<f64>>()).prop_map(
        |(received, lost, jitter_ms, microphone)| Sample {
            received,
            lost,
            jitter_ms,
            microphone,
            ..Sample::default()
        },
    )
}

fn input() -> impl Strategy<Value = Input> {
    let no = || (0_u32..4).prop_map(CallNo);
    let media = prop_oneof![
        4 => Just(Ok(())),
        1 => (proptest::option::of(device()), trouble())
            .prop_map(|(device, trouble)| Err(MediaFailure { device, trouble })),
    ];
    let switched = prop_oneof![Just(Ok(())), trouble().prop_map(Err)];
    let browser = select(vec![Browser::Able, Browser::Able, Browser::Able, Browser::Insecure]);
    prop_oneof![
        4 => (any::<bool>(), browser).prop_map(|(video, browser)| {
            Input::Open { offered: CallOffer { audio: true, video }, browser }
        }),
        1 => Just(Input::Close),
        6 => any::<bool>().prop_map(|video| Input::Start { video }),
        2 => Just(wish()),
        1 => Just(Input::Redial),
        2 => Just(Input::HangUp),
        1 => any::<bool>().prop_map(Input::Mute),
        1 => any::<bool>().prop_map(Input::Hold),
        1 => any::<char>().prop_map(Input::Digit),
        1 => any::<bool>().prop_map(Input::Camera),
        1 => (device(), "[a-c]?").prop_map(|(device, id)| Input::Choose { device, id }),
        1 => Just(Input::Leaving),
        6 => (no(), media).prop_map(|(no, result)| Input::Media(no, result)),
        1 => (no(), device(), switched).prop_map(|(no, device, result)| Input::Switched(no, device, result)),
        1 => (no(), device()).prop_map(|(no, device)| Input::DeviceGone(no, device)),
        1 => no().prop_map(Input::DevicesChanged),
        12 => (no(), phone()).prop_map(|(no, event)| Input::Phone(no, event)),
        2 => (no(), sample()).prop_map(|(no, sample)| Input::Measured(no, sample)),
        1 => any::<bool>().prop_map(|online| Input::Network { online }),
        16 => ((1_u32..30).prop_map(RequestId), answer()).prop_map(|(id, answer)| Input::Answered(id, answer)),
        4 => call().prop_map(Input::Status),
        1 => any::<bool>().prop_map(Input::Elsewhere),
        4 => Just(Input::Timer),
        1 => Just(Input::Woken),
    ]
}

/// Something that happens in a world.
#[derive(Clone, Debug)]
enum Act {
    Pass(u64),
    Start,
    Place,
    HangUp,
    Hold(bool),
    Refuses(bool),
    Refusal(Option<ErrorCode>),
    Centre(Option<CallEnd>),
    Peer(bool),
    Breaks(IceState),
    Network(bool),
    Weather(Weather),
    Woken,
    Leaving,
}

fn act() -> impl Strategy<Value = Act> {
    let end = select(vec![
        None,
        None,
        None,
        None,
        Some(CallEnd::Centre),
        Some(CallEnd::Failed),
        Some(CallEnd::QueueTimeout),
    ]);
    prop_oneof![
        6 => (1_u64..300).prop_map(Act::Pass),
        3 => (300_u64..20_000).prop_map(Act::Pass),
        5 => Just(Act::Start),
        2 => Just(Act::Place),
        2 => Just(Act::HangUp),
        1 => any::<bool>().prop_map(Act::Hold),
        1 => prop::bool::weighted(0.2).prop_map(Act::Refuses),
        1 => select(vec![None, None, Some(ErrorCode::NoAgents), Some(ErrorCode::CentreBusy)])
            .prop_map(Act::Refusal),
        6 => end.prop_map(Act::Centre),
        4 => prop::bool::weighted(0.7).prop_map(Act::Peer),
        1 => select(vec![IceState::Disconnected, IceState::Failed]).prop_map(Act::Breaks),
        1 => any::<bool>().prop_map(Act::Network),
        1 => (select(vec![0_u64, 0, 20, 60]), select(vec![20_u64, 500, 8_000]))
            .prop_map(|(trouble, longest_ms)| Act::Weather(Weather { trouble, longest_ms })),
        1 => Just(Act::Woken),
        1 => Just(Act::Leaving),
    ]
}

fn run(world: &mut World, act: &Act) {
    match act {
        Act::Pass(ms) => world.pass(*ms),
        Act::Start => {
            world.give(Input::Open { offered: BOTH, browser: Browser::Able });
            world.give(Input::Start { video: false });
        }
        Act::Place => {
            world.give(Input::Open { offered: BOTH, browser: Browser::Able });
            world.give(wish());
        }
        Act::HangUp => world.give(Input::HangUp),
        Act::Hold(on) => world.give(Input::Hold(*on)),
        Act::Refuses(refuses) => world.refuses = *refuses,
        Act::Refusal(code) => world.refusal = *code,
        Act::Centre(end) => world.centre_moves(*end),
        Act::Peer(takes) => world.peer(*takes),
        Act::Breaks(ice) => world.breaks(*ice),
        Act::Network(online) => world.give(Input::Network { online: *online }),
        Act::Weather(weather) => world.weather = *weather,
        Act::Woken => world.give(Input::Woken),
        Act::Leaving => world.give(Input::Leaving),
    }
}

/// The visitor calls, and everybody does their part.
fn they_talk(world: &mut World, video: bool) {
    world.give(Input::Open { offered: BOTH, browser: Browser::Able });
    world.pass(10_000);
    world.give(Input::Start { video });
    for _ in 0..2 {
        world.pass(10_000);
        world.centre_moves(None);
    }
    world.pass(10_000);
    assert_eq!(world.stage(), Stage::Ringing);
    world.peer(true);
    world.pass(10_000);
    assert_eq!(world.stage(), Stage::Talking);
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn no_input_breaks_what_must_hold(
        inputs in proptest::collection::vec((input(), prop_oneof![Just(0_u64), 0_u64..40_000, 1_u64..100]), 1..80),
    ) {
        let mut observed = Observed::default();
        let mut ms = 1_000;
        for (at, (input, pause)) in inputs.into_iter().enumerate() {
            // Some of the ids that are told are those of the calls that were asked for.
            let chance = at as u64 % 4;
            ms += pause;
            if let Err(wrong) = observed.handle(now(ms, chance), input) {
                prop_assert!(false, "{}", wrong);
            }
        }
        // There is a way out of every state.
        if let Err(wrong) = observed.handle(now(ms, 9), Input::HangUp) {
            prop_assert!(false, "{}", wrong);
        }
        prop_assert!(!observed.machine.in_call());
        let mut calls: Vec<_> = observed.ends.iter().map(|end| end.0).collect();
        calls.dedup();
        prop_assert_eq!(calls.len(), observed.ends.len(), "one end each");
        prop_assert_eq!(observed.ends.len() as u32, observed.machine.number().0);
    }

    #[test]
    fn times_at_the_edge_of_their_range_break_nothing(
        inputs in proptest::collection::vec(input(), 1..60), back in 0_u64..100_000,
    ) {
        let mut machine = frontdesk_core::call::Machine::new();
        for (at, input) in inputs.into_iter().enumerate() {
            machine.handle(now(u64::MAX - back, at as u64 % 4), input);
        }
        machine.handle(now(u64::MAX, 9), Input::HangUp);
        prop_assert!(!machine.in_call());
    }

    #[test]
    fn after_any_weather_nothing_is_left_at_centre_and_gateway(
        seed: u64, acts in proptest::collection::vec(act(), 1..60),
    ) {
        let mut world = World::new(seed, Weather { trouble: 0, longest_ms: 100 });
        for act in &acts {
            run(&mut world, act);
        }
        world.weather = Weather { trouble: 0, longest_ms: 100 };
        world.give(Input::HangUp);
        world.pass(120_000);
        prop_assert!(world.is_at_rest(), "{:?} {:?}", world.observed, world.proxy);
        prop_assert!(world.observed.wishes.is_empty(), "of every wish something is told");
        let numbers: Vec<_> = world.observed.ends.iter().map(|end| end.0.0).collect();
        let all: Vec<_> = (1..=world.observed.machine.number().0).collect();
        prop_assert_eq!(numbers, all, "every call has one end");
        // And nothing keeps the visitor from calling again.
        world.refuses = false;
        world.refusal = None;
        world.give(Input::Network { online: true });
        they_talk(&mut world, false);
        world.give(Input::HangUp);
        world.pass(10_000);
        prop_assert!(world.is_at_rest());
    }

    #[test]
    fn in_fair_weather_a_call_is_never_lost_and_always_dropped(
        seed: u64, acts in proptest::collection::vec(act(), 1..60),
    ) {
        let mut world = World::new(seed, Weather { trouble: 0, longest_ms: 900 });
        for act in &acts {
            if !matches!(act, Act::Weather(_) | Act::Leaving) {
                run(&mut world, act);
            }
            prop_assert_eq!(world.proxy.leases_lost, 0, "in {:?}", world.stage());
        }
        world.give(Input::HangUp);
        // No longer than it takes to ask and be answered, which is less than a lease.
        world.pass(6_000);
        prop_assert!(!world.proxy.is_calling());
        prop_assert_eq!(world.proxy.leases_lost, 0);
    }

    #[test]
    fn in_fair_weather_they_talk(seed: u64, longest_ms in 1_u64..2_000) {
        let mut world = World::new(seed, Weather { trouble: 0, longest_ms });
        they_talk(&mut world, seed % 2 == 0);
        world.pass(600_000);
        prop_assert_eq!(world.stage(), Stage::Talking);
        world.peer(false);
        world.pass(10_000);
        prop_assert_eq!(world.stage(), Stage::Ended(frontdesk_core::call::EndCause::Centre));
        world.pass(10_000);
        prop_assert!(world.is_at_rest());
    }
}
