use crate::phone::{
    Caller, asked, asks, did, fail, hide, is_heard, is_warned, live, measure, pass, ring, show, tell, ticks,
};
use crate::support::{asked as requested, call, count, until};
use wasm_bindgen_test::wasm_bindgen_test;

/// What a browser throws (W3C Media Capture; the second words are Chromium's), and what the visitor reads.
const FAILURES: [(&str, &str, &str); 8] = [
    ("NotAllowedError", "Permission denied", "does not let us use the microphone"),
    ("NotAllowedError", "Permission dismissed", "The question for the microphone was closed"),
    ("SecurityError", "", "This website does not allow calls"),
    ("NotFoundError", "Requested device not found", "There is no microphone"),
    ("OverconstrainedError", "", "There is no microphone"),
    ("NotReadableError", "Could not start audio source", "Another program is using the microphone"),
    ("AbortError", "", "Another program is using the microphone"),
    ("OperationError", "", "The microphone could not be started"),
];

#[wasm_bindgen_test]
async fn each_failure_of_the_microphone_has_its_sentence_and_nobody_is_called() {
    for (name, message, sentence) in FAILURES {
        let caller = Caller::comes().await;
        fail(&format!(r#"[["{name}", "{message}"]]"#));
        caller.begins(false).await;
        caller.is_told(sentence).await;
        caller.reads_title("Call over").await;
        assert_eq!(count("POST call"), 0, "{name}");
        assert!(!is_warned(), "nothing is lost by leaving");
    }
}

#[wasm_bindgen_test]
async fn without_a_camera_the_visitor_may_call_without() {
    let caller = Caller::comes().await;
    crate::phone::plug(r#"["audioinput/m/Microphone"]"#);
    fail(r#"[["NotFoundError", ""]]"#);
    caller.begins(true).await;
    caller.is_told("There is no camera").await;
    caller.visitor.reads(".fd-call-actions .fd-button", "Call without camera").await;
    caller.visitor.clicks(".fd-call-actions .fd-button");
    caller.reads_title("Waiting for an agent").await;
    assert!(asked().contains(r#""video":false"#), "{}", asked());
    assert!(requested("POST call").contains(r#""media":"audio""#));
}

#[wasm_bindgen_test]
async fn a_frame_without_permission_leads_to_a_window_of_its_own() {
    let caller = Caller::comes().await;
    let document = web_sys::window().unwrap().document().unwrap();
    let policy = js_sys::Object::new();
    let refuses = js_sys::Function::new_with_args("", "return false;");
    js_sys::Reflect::set(&policy, &"allowsFeature".into(), &refuses).unwrap();
    let (name, own) = ("permissionsPolicy".into(), js_sys::Object::new());
    js_sys::Reflect::set(&own, &"value".into(), &policy).unwrap();
    js_sys::Reflect::set(&own, &"configurable".into(), &true.into()).unwrap();
    js_sys::Object::define_property(&document, &name, &own);
    fail(r#"[["NotAllowedError", "Permission denied"]]"#);
    caller.begins(false).await;
    caller.is_told("This website does not allow calls").await;
    js_sys::Reflect::delete_property(&document, &name).unwrap();
    let link = caller.visitor.sees("a.fd-button").await;
    assert!(link.get_attribute("href").unwrap().contains("/frame?desk="));
    assert_eq!(link.get_attribute("rel").as_deref(), Some("noopener"));
}

#[wasm_bindgen_test]
async fn a_call_goes_from_the_queue_to_its_end() {
    let caller = Caller::comes().await.queues().await;
    assert!(is_warned() && is_heard());
    let caller = caller.gets_connected().await;
    caller.reads_title("Connecting").await;
    tell(r#"{"type":"sent"}"#);
    tell(r#"{"type":"ringing","early":false}"#);
    caller.reads_title("Ringing").await;
    let caller = caller.gets_answered().await;
    assert_eq!(caller.visitor.text(".fd-call-clock"), "0:00");
    caller.presses("Hang up");
    caller.reads_title("Call over").await;
    caller.is_told("Thank you for calling").await;
    until("the centre's call is dropped", || count("DELETE call") == 1).await;
    assert_eq!(did(), "hang_up");
    assert_eq!(live(), 0, "the devices are let go");
    assert!(!is_warned());
}

#[wasm_bindgen_test]
async fn what_is_switched_shows_that_it_is() {
    let caller = Caller::talks(true).await;
    for name in ["Mute microphone", "Hold"] {
        caller.shows(name, false).await;
        caller.presses(name);
        caller.shows(name, true).await;
        assert!(!is_heard(), "{name}");
        caller.presses(name);
        caller.shows(name, false).await;
        assert!(is_heard(), "{name}");
    }
    caller.shows("Camera", true).await;
    caller.presses("Camera");
    caller.shows("Camera", false).await;
    assert_eq!(did(), "hold true\nhold false\nreplace video null");
    caller.presses("Camera");
    until("the camera is back", || did().ends_with("replace video video")).await;
    caller.shows("Camera", true).await;
}

#[wasm_bindgen_test]
async fn keys_are_sent_by_pointer_and_keyboard() {
    let caller = Caller::talks(false).await;
    caller.presses("Keypad");
    caller.visitor.sees(".fd-call-pad").await;
    for at in [5, 10, 12] {
        caller.visitor.clicks(&format!(".fd-call-pad button:nth-child({at})"));
    }
    assert_eq!(did(), "digit 5\ndigit *\ndigit #");
}

const GOOD: &str = r#"[
    {"type":"inbound-rtp","kind":"audio","packetsReceived":100,"packetsLost":0,"jitter":0.002},
    {"type":"media-source","kind":"audio","audioLevel":0.2},
    {"type":"candidate-pair","nominated":true,"currentRoundTripTime":0.03}]"#;

/// Figures as Chromium reports them, later and worse.
fn report(received: u32, lost: u32, level: f64) -> String {
    format!(
        r#"[{{"type":"inbound-rtp","kind":"audio","packetsReceived":{received},"packetsLost":{lost},"jitter":0.004}},
        {{"type":"inbound-rtp","kind":"video","packetsReceived":5,"packetsLost":99999,"jitter":9}},
        {{"type":"media-source","kind":"audio","audioLevel":{level}}}]"#
    )
}

#[wasm_bindgen_test]
async fn the_figures_become_a_word_and_warnings() {
    let caller = Caller::comes().await.queues().await.gets_connected().await;
    measure(GOOD);
    let caller = caller.gets_answered().await;
    measure(&report(200, 0, 0.2));
    pass(3_000);
    caller.is_told("Good connection").await;
    for turn in 0..2 {
        measure(&report(300 + 100 * turn, 50 + 50 * turn, 0.2));
        pass(3_000);
    }
    caller.is_told("Poor connection").await;
    measure(&report(500, 100, 0.0));
    for _ in 0..3 {
        pass(3_000);
        crate::support::pause(20).await;
    }
    caller.is_told("no sound from the other side").await;
}

#[wasm_bindgen_test]
async fn a_silent_microphone_is_told_of() {
    let caller = Caller::comes().await.queues().await.gets_connected().await;
    measure(&report(100, 0, 0.0));
    let caller = caller.gets_answered().await;
    for received in [200, 300, 400, 500, 600] {
        measure(&report(received, 0, 0.0));
        pass(3_000);
        crate::support::pause(20).await;
    }
    caller.is_told("Your microphone gives no sound").await;
    caller.presses("Mute microphone");
    measure(&report(700, 0, 0.0));
    pass(3_000);
    caller.is_told("Good connection").await;
}

#[wasm_bindgen_test]
async fn the_agent_hangs_up_and_the_centre_may_fail() {
    let caller = Caller::talks(false).await;
    tell(r#"{"type":"ended","by":"there","cause":"hung_up"}"#);
    caller.is_told("The other side has hung up").await;
    drop(caller);
    let caller = Caller::comes().await.queues().await;
    call(r#"{"state":"ended","end":"queue_timeout"}"#);
    caller.is_told("Nobody could take your call in time").await;
    assert_eq!(asks(), 1);
}

#[wasm_bindgen_test]
async fn a_visitor_who_queues_in_a_hidden_tab_keeps_the_call() {
    let caller = Caller::comes().await.queues().await;
    until("the clock is set", || ticks().parse::<u32>().is_ok_and(|ms| ms <= 5_000)).await;
    let before = count("POST call/heartbeat");
    hide(6_000);
    ring();
    show();
    until("a heartbeat", || count("POST call/heartbeat") > before).await;
    caller.reads_title("Waiting for an agent").await;
    caller.visitor.clicks(".fd-call-actions .fd-button");
    until("the clock stops with the call", || ticks() == "over").await;
}

#[wasm_bindgen_test]
async fn where_no_worker_can_be_had_the_call_goes_on() {
    let refuse = |host: &wasm_bindgen::JsValue| {
        let refuses = js_sys::Function::new_with_args("", "throw new TypeError('no worker here');");
        js_sys::Reflect::set(host, &"ticker".into(), &refuses).unwrap();
    };
    let caller = Caller::comes_with(refuse).await.queues().await;
    pass(6_000);
    until("a heartbeat", || count("POST call/heartbeat") > 0).await;
    caller.reads_title("Waiting for an agent").await;
}
