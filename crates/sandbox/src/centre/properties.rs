//! What holds whatever visitors and agents do.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::settings::{MessageIds, PollMode};

const USERS: [&str; 4] = ["a", "b", "c", "d"];

#[derive(Clone, Debug)]
enum Step {
    Send(usize, Request, u8),
    Poll(usize, Option<Disturbance>),
    Wait(Ms),
    Reply(usize, u64),
    Accept(usize, u64),
    End(usize, u64),
    Read(usize, u64),
    Rate(usize),
    Seat(usize),
    Leave(usize),
}

fn request() -> impl Strategy<Value = Request> {
    prop_oneof![
        3 => Just(Request::Connect),
        8 => Just(Request::Chat),
        1 => Just(Request::Input),
        4 => Just(Request::TransferToAgent),
        1 => Just(Request::Read),
        1 => Just(Request::Disconnect),
    ]
}

fn disturbance() -> impl Strategy<Value = Option<Disturbance>> {
    prop_oneof![
        4 => Just(None),
        1 => any::<u64>().prop_map(|seed| Some(Disturbance::Duplicate(seed))),
        1 => any::<u64>().prop_map(|seed| Some(Disturbance::Reorder(seed))),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let (user, agent, contact) = (0..USERS.len(), 0..2_usize, 1..8_u64);
    prop_oneof![
        10 => (user.clone(), request(), 0..6_u8).prop_map(|(user, request, id)| Step::Send(user, request, id)),
        5 => (user.clone(), disturbance()).prop_map(|(user, disturbance)| Step::Poll(user, disturbance)),
        3 => prop_oneof![0..500_u64, 10_000..130_000_u64].prop_map(Step::Wait),
        4 => (agent.clone(), contact.clone()).prop_map(|(agent, contact)| Step::Reply(agent, contact)),
        2 => (agent.clone(), contact.clone()).prop_map(|(agent, contact)| Step::Accept(agent, contact)),
        1 => (agent.clone(), contact.clone()).prop_map(|(agent, contact)| Step::End(agent, contact)),
        1 => (agent.clone(), contact).prop_map(|(agent, contact)| Step::Read(agent, contact)),
        1 => user.prop_map(Step::Rate),
        1 => agent.clone().prop_map(Step::Seat),
        1 => agent.prop_map(Step::Leave),
    ]
}

fn settings() -> impl Strategy<Value = Settings> {
    let ids =
        prop_oneof![Just(MessageIds::Deduplicated), Just(MessageIds::Echoed), Just(MessageIds::Ignored)];
    let poll = prop_oneof![Just(PollMode::Destructive), Just(PollMode::Repeats)];
    (ids, poll, any::<bool>(), any::<bool>(), any::<bool>(), 1..3_usize).prop_map(
        |(message_id, poll, robot, auto_assign, offline, agent_capacity)| Settings {
            message_id,
            poll,
            robot,
            auto_assign,
            offline,
            agent_capacity,
            ..Settings::default()
        },
    )
}

/// Messages the visitors were told are stored, with how often.
type Accepted = BTreeMap<String, usize>;

fn run(centre: &mut Centre, now: &mut Ms, agents: &[AgentId], step: &Step, accepted: &mut Accepted) {
    let agent = |n: &usize| agents.get(*n).copied().unwrap_or(AgentId(99));
    match step {
        Step::Send(user, request, id) => {
            let user = USERS[*user];
            let uplink = Uplink {
                content: format!("{user}:{id}"),
                message_id: (*id > 0).then(|| format!("{user}:{id}")),
                ..Uplink::new(*request)
            };
            let outcome = centre.send(*now, user, &uplink);
            let stored =
                matches!(outcome, Outcome::ToRobot(_) | Outcome::ToAgent(_) | Outcome::StoredOffline(_));
            if stored {
                *accepted.entry(uplink.content).or_default() += 1;
            }
        }
        Step::Poll(user, disturbance) => drop(centre.poll(*now, USERS[*user], true, *disturbance)),
        Step::Wait(ms) => *now += ms,
        Step::Reply(n, contact) => drop(centre.reply(*now, agent(n), ContactId(*contact), "hello")),
        Step::Accept(n, contact) => drop(centre.accept(*now, agent(n), ContactId(*contact))),
        Step::End(n, contact) => drop(centre.close(*now, agent(n), ContactId(*contact))),
        Step::Read(n, contact) => drop(centre.read(*now, agent(n), ContactId(*contact))),
        Step::Rate(user) => {
            let rating = Rating { level: 3, comment: String::new(), nps: None, solved: None, at_ms: *now };
            centre.rate(USERS[*user], rating);
        }
        Step::Seat(n) => drop(centre.sign_in(*now, ["Li", "Wu"][*n], Vec::new())),
        Step::Leave(n) => centre.sign_out(agent(n)),
    }
}

fn places_are_consistent(centre: &mut Centre, now: Ms) {
    let states: Vec<(usize, Ms)> = USERS
        .iter()
        .filter_map(|user| match centre.queue_state(now, user) {
            QueueState::Waiting { position, waited_s, longest_wait_s, .. } => {
                assert!(waited_s <= longest_wait_s);
                Some((position, waited_s))
            }
            _ => None,
        })
        .collect();
    let places: BTreeSet<usize> = states.iter().map(|(position, _)| *position).collect();
    assert_eq!(places, (1..=states.len()).collect());
    let waiting: BTreeSet<_> = centre.waiting.iter().copied().collect();
    let by_state: BTreeSet<_> =
        centre.contacts.values().filter(|c| c.state == State::Waiting).map(|c| c.id).collect();
    assert_eq!((waiting.len(), &waiting), (centre.waiting.len(), &by_state));
    for agent in centre.agents.values() {
        let served = |c: &&Contact| c.state == State::Active && c.agent == Some(agent.id);
        assert_eq!(agent.active, centre.contacts.values().filter(served).count());
        assert!(agent.active <= centre.settings.agent_capacity);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_accepted_message_is_at_the_desk_exactly_once(
        settings in settings(),
        steps in prop::collection::vec(step(), 1..120),
    ) {
        let deduplicated = settings.message_id == MessageIds::Deduplicated;
        let mut centre = Centre::new(settings, 3);
        let mut now = 1_790_000_000_000;
        for user in USERS {
            prop_assert!(centre.admit(now, user, user, "en"));
        }
        let agents: Vec<AgentId> =
            ["Li", "Wu"].iter().map(|name| centre.sign_in(now, name, Vec::new()).expect("room").0).collect();
        let mut accepted = Accepted::new();
        for step in &steps {
            run(&mut centre, &mut now, &agents, step, &mut accepted);
            places_are_consistent(&mut centre, now);
        }
        let mut at_desk = Accepted::new();
        let visitors = centre.contacts.values().flat_map(|contact| &contact.transcript);
        for entry in visitors.filter(|entry| entry.from == Party::Visitor) {
            *at_desk.entry(entry.text.clone()).or_default() += 1;
        }
        prop_assert_eq!(&at_desk, &accepted);
        if deduplicated {
            let twice = accepted.iter().find(|(text, count)| !text.ends_with(":0") && **count > 1);
            prop_assert!(twice.is_none());
        }
        let tally = centre.tally();
        prop_assert_eq!(tally.up_stored, accepted.values().sum::<usize>() as u64);
    }

    #[test]
    fn without_faults_a_destructive_poll_hands_out_each_message_once_and_in_order(
        steps in prop::collection::vec(step(), 1..120),
    ) {
        let mut centre = Centre::new(Settings { robot: false, ..Settings::default() }, 3);
        let mut now = 1_790_000_000_000;
        let mut agents = Vec::new();
        for user in USERS {
            prop_assert!(centre.admit(now, user, user, "en"));
        }
        agents.push(centre.sign_in(now, "Li", Vec::new()).expect("room").0);
        let mut out: BTreeMap<&str, Vec<(Ms, String)>> = BTreeMap::new();
        for step in &steps {
            if let Step::Poll(user, _) = step {
                let (messages, _) = centre.poll(now, USERS[*user], true, None);
                let seen = out.entry(USERS[*user]).or_default();
                seen.extend(messages.into_iter().map(|message| (message.at_ms, message.code)));
            } else {
                run(&mut centre, &mut now, &agents, step, &mut Accepted::new());
            }
        }
        for seen in out.values() {
            let codes: BTreeSet<&String> = seen.iter().map(|(_, code)| code).collect();
            prop_assert_eq!(codes.len(), seen.len());
            prop_assert!(seen.windows(2).all(|pair| pair[0].0 < pair[1].0));
        }
    }

    #[test]
    fn any_text_gets_an_answer(text in ".{0,200}", chinese in any::<bool>()) {
        let language = if chinese { Language::Chinese } else { Language::English };
        prop_assert!(!robot::answer(&text, language).text.is_empty());
    }
}
