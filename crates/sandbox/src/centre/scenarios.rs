//! One story each, in virtual time.

use serde_json::{Value, json};

use super::*;

fn rating(level: u8) -> Rating {
    Rating { level, comment: "thanks".into(), nps: None, solved: None, at_ms: 0 }
}

const CODE_LIMIT: usize = 64;

/// A centre with one hand on its clock.
struct Story {
    centre: Centre,
    now: Ms,
}

impl Story {
    fn with(patch: Value) -> Story {
        let settings = Settings::default().patched(&patch).expect("valid settings");
        Story { centre: Centre::new(settings, 1), now: 1_790_000_000_000 }
    }

    fn visitor(mut self, user: &str) -> Story {
        assert!(self.centre.admit(self.now, user, user, "en"));
        self
    }

    fn wait(&mut self, ms: Ms) {
        self.now += ms;
    }

    fn ask(&mut self, user: &str, request: Request) -> Outcome {
        self.centre.send(self.now, user, &Uplink::new(request))
    }

    fn chat(&mut self, user: &str, words: &str, id: Option<&str>) -> Outcome {
        let uplink =
            Uplink { content: words.into(), message_id: id.map(str::to_owned), ..Uplink::new(Request::Chat) };
        self.centre.send(self.now, user, &uplink)
    }

    fn poll(&mut self, user: &str) -> Vec<Downlink> {
        let (messages, _) = self.centre.poll(self.now, user, true, None);
        assert!(messages.iter().all(|message| message.code.len() <= CODE_LIMIT));
        messages
    }

    fn texts(&mut self, user: &str) -> Vec<String> {
        let texts = self.poll(user).into_iter().filter_map(|message| match message.content {
            Content::Text(text) => Some(text),
            _ => None,
        });
        texts.collect()
    }

    fn agent(&mut self, name: &str) -> AgentId {
        self.centre.sign_in(self.now, name, Vec::new()).expect("room for an agent").0
    }

    fn view(&self, id: u64) -> Value {
        json!(self.centre.transcript(ContactId(id), 0).expect("a known contact").0)
    }

    fn written(&self, id: u64) -> Vec<String> {
        let contact = self.centre.contacts.get(&ContactId(id)).expect("a known contact");
        let lines = contact.transcript.iter().filter(|entry| entry.from == Party::Visitor);
        lines.map(|entry| entry.text.clone()).collect()
    }
}

#[test]
fn the_robot_greets_at_once_and_answers_after_its_delay() {
    let mut story = Story::with(json!({})).visitor("v");
    assert_eq!(story.ask("v", Request::Connect), Outcome::WithRobot);
    assert_eq!(story.texts("v").len(), 1);
    assert!(matches!(story.chat("v", "Where is my order?", None), Outcome::ToRobot(_)));
    story.wait(299);
    assert!(story.poll("v").is_empty());
    story.wait(1);
    let answers = story.poll("v");
    assert_eq!((answers.len(), answers[0].source, answers[0].robot_turn), (1, Source::Robot, Some(2)));
}

#[test]
fn typing_to_the_robot_is_prevented() {
    let mut story = Story::with(json!({})).visitor("v");
    story.ask("v", Request::Connect);
    assert_eq!(story.ask("v", Request::Input), Outcome::RobotServes);
}

#[test]
fn a_transfer_reaches_a_free_agent_who_is_announced() {
    let mut story = Story::with(json!({})).visitor("v");
    story.agent("Li");
    story.ask("v", Request::Connect);
    story.poll("v");
    assert_eq!(story.ask("v", Request::TransferToAgent), Outcome::WithAgent);
    assert_eq!(story.ask("v", Request::TransferToAgent), Outcome::AgentServes);
    assert_eq!(story.texts("v"), ["Agent Li is now with you."]);
}

#[test]
fn a_text_in_the_queue_is_not_kept() {
    let mut story = Story::with(json!({"robot": false})).visitor("v");
    assert_eq!(story.ask("v", Request::Connect), Outcome::Queueing);
    assert_eq!(story.chat("v", "hello", Some("m1")), Outcome::Queueing);
    story.agent("Li");
    assert!(matches!(story.chat("v", "hello", Some("m1")), Outcome::ToAgent(_)));
    assert_eq!(story.written(1), ["hello"]);
}

#[test]
fn places_in_the_queue_move_up() {
    let mut story = Story::with(json!({"robot": false, "agent_capacity": 1}));
    for user in ["a", "b", "c"] {
        story = story.visitor(user);
        story.ask(user, Request::Connect);
        story.wait(1_000);
    }
    let place = |story: &mut Story, user| match story.centre.queue_state(story.now, user) {
        QueueState::Waiting { position, longest_wait_s, estimate_s, .. } => {
            (position, longest_wait_s, estimate_s)
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(place(&mut story, "c"), (3, 3, 180));
    assert_eq!(story.ask("a", Request::Disconnect), Outcome::LeftQueue);
    assert_eq!(place(&mut story, "c"), (2, 2, 120));
    story.agent("Li");
    assert_eq!(place(&mut story, "c"), (1, 1, 60));
    assert_eq!(story.centre.queue_state(story.now, "b"), QueueState::WithAgent);
    assert_eq!(story.centre.queue_state(story.now, "a"), QueueState::None);
}

#[test]
fn the_message_about_the_queue_carries_the_flag() {
    let mut story = Story::with(json!({"robot": false})).visitor("v");
    story.ask("v", Request::Connect);
    let messages = story.poll("v");
    assert_eq!((messages.len(), messages[0].queued, messages[0].source), (1, true, Source::System));
}

#[test]
fn who_stops_polling_is_released() {
    let mut story = Story::with(json!({"robot": false})).visitor("v");
    story.agent("Li");
    story.ask("v", Request::Connect);
    story.wait(120_000);
    assert!(matches!(story.chat("v", "still here", None), Outcome::ToAgent(_)));
    story.wait(1);
    assert_eq!(story.chat("v", "gone", None), Outcome::NoSession);
    assert_eq!(story.centre.queue_state(story.now, "v"), QueueState::None);
    assert_eq!(story.view(1)["cause"], "polling_stopped");
}

#[test]
fn polling_keeps_a_session_alive() {
    let mut story = Story::with(json!({})).visitor("v");
    story.ask("v", Request::Connect);
    for _ in 0..10 {
        story.wait(100_000);
        story.poll("v");
    }
    assert!(matches!(story.chat("v", "hello", None), Outcome::ToRobot(_)));
}

#[test]
fn a_wait_without_an_agent_times_out_and_says_so() {
    let queue = json!({"name": "q", "max_wait_s": 30, "average_s": 60});
    let mut story = Story::with(json!({"robot": false, "offline": true, "queues": [queue]})).visitor("v");
    story.ask("v", Request::Connect);
    story.poll("v");
    story.wait(30_000);
    let messages = story.poll("v");
    assert_eq!(messages.len(), 2);
    assert_eq!((messages[1].control, messages[1].offline), (Control::Disconnect, Some(true)));
}

#[test]
fn outside_working_hours_agents_cannot_be_had() {
    let mut story = Story::with(json!({"hours": "closed"})).visitor("v");
    assert_eq!(story.ask("v", Request::Connect), Outcome::WithRobot);
    assert_eq!(story.ask("v", Request::TransferToAgent), Outcome::OutsideHours);
    assert!(matches!(story.chat("v", "then you", None), Outcome::ToRobot(_)));
    let mut story = Story::with(json!({"hours": "closed", "robot": false})).visitor("v");
    assert_eq!(story.ask("v", Request::Connect), Outcome::OutsideHours);
}

#[test]
fn the_offline_switch_keeps_messages_without_a_session() {
    let mut story = Story::with(json!({"hours": "closed", "robot": false, "offline": true})).visitor("v");
    story.ask("v", Request::Connect);
    assert!(matches!(story.chat("v", "call me", None), Outcome::StoredOffline(_)));
    assert!(matches!(story.chat("v", "please", None), Outcome::StoredOffline(_)));
    assert_eq!(
        (story.written(1), &story.view(1)["state"]),
        (vec!["call me".into(), "please".into()], &json!("offline"))
    );
    let agent = story.agent("Li");
    assert_eq!(story.centre.close(story.now, agent, ContactId(1)), Ok(()));
    assert!(story.poll("v").is_empty(), "there is no session to end");
}

#[test]
fn without_the_offline_switch_nothing_is_kept() {
    let mut story = Story::with(json!({})).visitor("v");
    assert_eq!(story.chat("v", "hello?", None), Outcome::NoSession);
    assert_eq!(story.ask("v", Request::Disconnect), Outcome::NoSession);
}

#[test]
fn ids_are_deduplicated_echoed_or_ignored() {
    for (mode, copies, echoed) in [("deduplicated", 1, true), ("echoed", 2, true), ("ignored", 2, false)] {
        let mut story = Story::with(json!({"robot": false, "message_id": mode})).visitor("v");
        story.agent("Li");
        story.ask("v", Request::Connect);
        let first = story.chat("v", "hello", Some("m1"));
        let second = story.chat("v", "hello", Some("m1"));
        assert_eq!(story.written(1).len(), copies, "{mode}");
        assert_eq!(second == Outcome::Repeated, mode == "deduplicated");
        let Outcome::ToAgent(code) = first else { panic!("{first:?}") };
        assert_eq!(code == "m1", echoed, "{mode}");
    }
}

#[test]
fn a_repeat_after_the_end_is_still_a_success() {
    let mut story = Story::with(json!({"message_id": "deduplicated"})).visitor("v");
    story.ask("v", Request::Connect);
    story.chat("v", "hello", Some("m1"));
    story.ask("v", Request::Disconnect);
    assert_eq!(story.chat("v", "hello", Some("m1")), Outcome::Repeated);
    assert_eq!(story.chat("v", "hello", Some("m2")), Outcome::NoSession);
}

#[test]
fn an_agent_ends_and_the_visitor_is_told_without_content() {
    let mut story = Story::with(json!({"robot": false})).visitor("v");
    let agent = story.agent("Li");
    story.ask("v", Request::Connect);
    story.poll("v");
    assert_eq!(story.centre.close(story.now, agent, ContactId(1)), Ok(()));
    let messages = story.poll("v");
    assert_eq!((messages[0].control, &messages[0].content), (Control::Disconnect, &Content::None));
    assert!(story.centre.rate("v", rating(5)));
    assert_eq!(story.view(1)["rating"]["level"], 5);
    assert_eq!(story.centre.close(story.now, agent, ContactId(1)), Ok(()), "twice is no harm");
}

#[test]
fn a_robot_cannot_be_rated() {
    let mut story = Story::with(json!({})).visitor("v");
    story.ask("v", Request::Connect);
    assert!(!story.centre.rate("v", rating(5)));
}

#[test]
fn what_an_agent_has_read_is_reported_once_and_only_on_request() {
    let mut story = Story::with(json!({"robot": false})).visitor("v");
    let agent = story.agent("Li");
    story.ask("v", Request::Connect);
    story.chat("v", "one", Some("m1"));
    story.chat("v", "two", None);
    story.chat("v", "three", Some("m3"));
    story.poll("v");
    story.centre.reply(story.now, agent, ContactId(1), "yes").expect("served");
    let (unasked, _) = story.centre.poll(story.now, "v", false, None);
    assert_eq!(unasked.len(), 1);
    let asked = story.poll("v");
    assert_eq!(asked[0].content, Content::Ids(vec!["m1".into(), "m3".into()]));
    assert!(story.poll("v").is_empty());
}

#[test]
fn an_agents_typing_is_sent_only_where_the_setting_says_so() {
    for (on, expected) in [(false, 0), (true, 1)] {
        let mut story = Story::with(json!({"robot": false, "agent_typing": on})).visitor("v");
        let agent = story.agent("Li");
        story.ask("v", Request::Connect);
        story.poll("v");
        story.centre.agent_types(story.now, agent, ContactId(1)).expect("served");
        let typing = story.poll("v");
        assert_eq!(typing.len(), expected);
        assert!(typing.iter().all(|message| message.control == Control::Input));
    }
}

#[test]
fn capacity_holds_and_by_hand_means_by_hand() {
    let mut story = Story::with(json!({"robot": false, "agent_capacity": 1, "auto_assign": false}));
    for user in ["a", "b"] {
        story = story.visitor(user);
        story.ask(user, Request::Connect);
    }
    let (li, wu) = (story.agent("Li"), story.agent("Wu"));
    assert_eq!(story.view(1)["state"], "waiting");
    assert_eq!(story.centre.accept(story.now, li, ContactId(2)), Ok(()), "out of turn is allowed");
    assert_eq!(story.centre.accept(story.now, li, ContactId(1)), Err(DeskError::AtCapacity));
    assert_eq!(story.centre.accept(story.now, wu, ContactId(2)), Err(DeskError::NotWaiting));
    assert_eq!(story.centre.reply(story.now, wu, ContactId(2), "hi"), Err(DeskError::NotYours));
    assert_eq!(story.centre.close(story.now, li, ContactId(2)), Ok(()));
    assert_eq!(story.centre.accept(story.now, li, ContactId(1)), Ok(()));
}

#[test]
fn an_agent_not_heard_of_gets_no_conversation_until_back() {
    let mut story = Story::with(json!({"robot": false})).visitor("v");
    let (_, token) = story.centre.sign_in(story.now, "Li", Vec::new()).expect("room");
    story.wait(60_001);
    assert_eq!(story.ask("v", Request::Connect), Outcome::Queueing);
    assert!(story.centre.agent_by_token(story.now, &token).is_some());
    assert_eq!(story.centre.queue_state(story.now, "v"), QueueState::WithAgent);
}

#[test]
fn queues_take_their_languages_and_agents_their_queues() {
    let queues = json!([{"name": "zh", "locales": ["zh"], "max_wait_s": 60, "average_s": 1},
                        {"name": "rest", "max_wait_s": 60, "average_s": 1}]);
    let mut story = Story::with(json!({"robot": false, "queues": queues})).visitor("v");
    assert!(story.centre.admit(story.now, "w", "w", "zh"));
    story.centre.sign_in(story.now, "Li", vec!["zh".into()]).expect("room");
    assert_eq!(story.ask("v", Request::Connect), Outcome::Queueing);
    assert_eq!(story.ask("w", Request::Connect), Outcome::WithAgent);
    assert_eq!(
        (story.view(1)["queue"].clone(), story.view(2)["queue"].clone()),
        (json!("rest"), json!("zh"))
    );
}

#[test]
fn a_silent_conversation_is_closed_with_a_word() {
    let mut story = Story::with(json!({"robot": false, "idle_end_s": 60})).visitor("v");
    story.agent("Li");
    story.ask("v", Request::Connect);
    story.wait(59_999);
    assert_eq!(story.poll("v").len(), 1);
    story.wait(1);
    let end = story.poll("v");
    assert_eq!((end.len(), end[1].control, end[1].source), (2, Control::Disconnect, Source::System));
}

#[test]
fn too_quick_a_message_is_refused_and_the_next_is_not() {
    let mut story = Story::with(json!({"send_interval_ms": 500})).visitor("v");
    story.ask("v", Request::Connect);
    assert!(matches!(story.chat("v", "a", None), Outcome::ToRobot(_)));
    story.wait(499);
    assert_eq!(story.chat("v", "b", None), Outcome::TooQuick);
    story.wait(1);
    assert!(matches!(story.chat("v", "b", None), Outcome::ToRobot(_)));
}

#[test]
fn connecting_twice_is_one_contact() {
    let mut story = Story::with(json!({})).visitor("v");
    story.ask("v", Request::Connect);
    assert_eq!(story.ask("v", Request::Connect), Outcome::WithRobot);
    assert_eq!((story.centre.contacts.len(), story.poll("v").len()), (1, 1));
}

#[test]
fn limits_have_defined_answers() {
    let mut story = Story::with(json!({"max_contacts": 2, "max_transcript": 4, "robot": false}));
    for user in ["a", "b"] {
        story = story.visitor(user);
        story.ask(user, Request::Connect);
    }
    assert!(!story.centre.admit(story.now, "c", "c", "en"), "all known visitors are in a session");
    story.ask("a", Request::Disconnect);
    assert!(story.centre.admit(story.now, "c", "c", "en"), "a made room");
    assert_eq!(story.ask("c", Request::Connect), Outcome::Queueing);
    assert!(!story.centre.contacts.contains_key(&ContactId(1)), "the ended contact made room");
    story.agent("Li");
    let outcomes: Vec<_> = (0..4).map(|n| story.chat("b", &n.to_string(), None)).collect();
    assert!(matches!(
        outcomes[..],
        [Outcome::ToAgent(_), Outcome::ToAgent(_), Outcome::Refused, Outcome::Refused]
    ));
}

#[test]
fn downlink_times_rise_strictly() {
    let mut story = Story::with(json!({"robot": false})).visitor("v");
    let agent = story.agent("Li");
    story.ask("v", Request::Connect);
    for n in 0..10 {
        story.centre.reply(story.now, agent, ContactId(1), n.to_string()).expect("served");
    }
    let times: Vec<Ms> = story.poll("v").iter().map(|message| message.at_ms).collect();
    assert!(times.windows(2).all(|pair| pair[0] < pair[1]));
}

#[test]
fn a_transfer_drops_the_answer_the_robot_still_owes() {
    let mut story = Story::with(json!({})).visitor("v");
    story.ask("v", Request::Connect);
    story.chat("v", "How can I pay?", None);
    story.ask("v", Request::TransferToAgent);
    story.wait(10_000);
    assert!(story.poll("v").iter().filter(|message| message.source == Source::Robot).count() == 1);
}
