use crate::phone::{
    Caller, answer, asked, asks, cut, did, fail, float, given, hide, is_heard, is_warned, live, measure,
    pass, plug, ponder, refuse_hold, ring, show, tell, ticks, unplug,
};
use crate::support::{asked as requested, call, count, pause, refuse, until};
use wasm_bindgen::JsCast;
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
    // Before a visitor has allowed anything, browsers tell neither ids nor names.
    for microphone in [r#"["audioinput/m/Microphone"]"#, r#"["audioinput//"]"#] {
        has_no_camera(microphone).await;
    }
}

async fn has_no_camera(microphone: &str) {
    let caller = Caller::comes().await;
    plug(microphone);
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
    // The window asks its opener for what is not sent, and tells the proxy who opened it.
    assert_eq!(link.get_attribute("rel").as_deref(), Some("opener"));
    assert_eq!(link.get_attribute("referrerpolicy").as_deref(), Some("origin"));
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
async fn a_hold_that_is_refused_is_not_shown() {
    let caller = Caller::talks(true).await;
    refuse_hold();
    caller.presses("Hold");
    until("the softphone is asked", || did() == "hold true").await;
    until("the visitor is heard again", is_heard).await;
    caller.shows("Hold", false).await;
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
    let focus = |selector: &str| {
        let element: web_sys::HtmlElement = caller.visitor.find(selector).unwrap().unchecked_into();
        element.focus().unwrap();
    };
    focus(&Caller::control("Keypad"));
    for key in ["7", "#", "a", "Enter"] {
        caller.visitor.presses(key);
    }
    caller.visitor.presses_with("8", |init| init.set_ctrl_key(true));
    assert_eq!(did(), "digit 5\ndigit *\ndigit #\ndigit 7\ndigit #");
    caller.presses("Keypad");
    caller.visitor.sees_no(".fd-call-pad").await;
    focus(&Caller::control("Keypad"));
    caller.visitor.presses("9");
    assert!(did().ends_with("digit 7\ndigit #"), "{}", did());
}

#[wasm_bindgen_test]
async fn screen_readers_hear_of_what_changes_and_not_of_the_clock() {
    let caller = Caller::talks(true).await;
    let role = |selector: &str| caller.visitor.find(selector).unwrap().get_attribute("role");
    for spoken in [".fd-call-title", ".fd-call-said"] {
        assert_eq!(role(spoken).as_deref(), Some("status"), "{spoken}");
    }
    let clock = caller.visitor.find(".fd-call-clock").unwrap();
    assert_eq!(
        (role(".fd-call-clock").as_deref(), clock.get_attribute("aria-live").as_deref()),
        (Some("timer"), Some("off"))
    );
    let card = caller.visitor.find(".fd-call-card").unwrap();
    assert_eq!(card.get_attribute("aria-label").as_deref(), Some("Call us"));
    let controls =
        caller.visitor.place.query_selector_all(".fd-call-card button, .fd-call-card video").unwrap();
    assert!(controls.length() >= 8);
    for at in 0..controls.length() {
        let control: web_sys::Element = controls.item(at).unwrap().unchecked_into();
        let name = control.get_attribute("aria-label").or(control.text_content()).unwrap_or_default();
        assert!(!name.is_empty(), "without a name: {}", control.outer_html());
    }
    tell(r#"{"type":"held","on":true}"#);
    caller.is_told("The other side has put the call on hold").await;
}

#[wasm_bindgen_test]
async fn the_focus_goes_to_what_ends_the_call_and_to_what_begins_another() {
    let caller = Caller::comes().await.queues().await;
    let focused = || web_sys::window().unwrap().document().unwrap().active_element().unwrap();
    until("giving up can be pressed", || focused().text_content().as_deref() == Some("Hang up")).await;
    let caller = caller.gets_connected().await.gets_answered().await;
    until("hanging up can be pressed", || focused().class_list().contains("fd-call-hang-up")).await;
    focused().unchecked_into::<web_sys::HtmlElement>().click();
    until("calling again can be pressed", || focused().text_content().as_deref() == Some("Call again")).await;
    // Somebody who writes is not interrupted.
    caller.visitor.field().focus().unwrap();
    caller.visitor.clicks(".fd-call-actions .fd-button");
    caller.reads_title("Waiting for an agent").await;
    pause(120).await;
    assert!(focused().class_list().contains("fd-input"));
}

#[wasm_bindgen_test]
async fn whoever_fills_in_a_form_of_the_website_keeps_the_focus() {
    let caller = Caller::comes().await.queues().await;
    let document = web_sys::window().unwrap().document().unwrap();
    let field: web_sys::HtmlElement = document.create_element("input").unwrap().unchecked_into();
    document.body().unwrap().append_child(&field).unwrap();
    field.focus().unwrap();
    let caller = caller.gets_connected().await.gets_answered().await;
    caller.visitor.sees(".fd-call-hang-up").await;
    pause(120).await;
    let focused = document.active_element().unwrap();
    field.remove();
    assert!(focused == *field, "{}", focused.outer_html());
}

#[wasm_bindgen_test]
async fn another_tab_in_a_call_keeps_this_one_from_calling() {
    let caller = Caller::comes().await;
    let other = web_sys::BroadcastChannel::new(&format!("frontdesk-call/{}", caller.visitor.desk)).unwrap();
    other.post_message(&true.into()).unwrap();
    caller.is_told("You are in a call in another tab").await;
    assert!(caller.visitor.find(".fd-call-actions").is_none());
    other.post_message(&false.into()).unwrap();
    caller.visitor.sees(".fd-call-actions .fd-button").await;
    other.close();
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
        pause(20).await;
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
        pause(20).await;
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

#[wasm_bindgen_test]
async fn without_a_network_nobody_is_called_and_the_reason_is_told() {
    let caller = Caller::comes().await;
    cut();
    caller.begins(true).await;
    caller.is_told("no network that sound could use").await;
    assert_eq!((count("POST call"), live()), (0, 0));
    caller.visitor.reads(".fd-call-actions", "Call again").await;
    assert!(!caller.visitor.text(".fd-call-actions").contains("without camera"));
}

/// So loud are they, as Chromium tells.
fn levels(own: f64, other: f64) -> String {
    format!(
        r#"[{{"type":"media-source","kind":"audio","audioLevel":{own}}},
        {{"type":"media-source","kind":"video"}},
        {{"type":"inbound-rtp","kind":"audio","packetsReceived":1,"audioLevel":{other}}}]"#
    )
}

#[wasm_bindgen_test]
async fn both_levels_are_shown_and_silence_as_well() {
    let caller = Caller::talks(false).await;
    let meter = |class: &str| caller.visitor.find(class).expect("there is a meter");
    let level = |class: &str| meter(class).get_attribute("aria-valuenow");
    assert_eq!(level(".fd-call-level-own"), None, "the browser has not told yet");
    for (own, other, shown) in
        [(0.25, 0.04, ("50", "20")), (0.0, 1.0, ("0", "100")), (7.0, 0.0, ("100", "0"))]
    {
        measure(&levels(own, other));
        let shown = (Some(shown.0.to_owned()), Some(shown.1.to_owned()));
        until("the levels", || (level(".fd-call-level-own"), level(".fd-call-level-other")) == shown).await;
    }
    for (class, name) in [(".fd-call-level-own", "Microphone"), (".fd-call-level-other", "Speaker")] {
        let named = |attribute| meter(class).get_attribute(attribute).unwrap_or_default();
        assert_eq!((named("role"), named("aria-label")), ("meter".into(), name.into()));
    }
}

#[wasm_bindgen_test]
async fn a_device_that_is_gone_is_told_of_until_one_is_plugged_in() {
    let caller = Caller::talks(false).await;
    fail(r#"[["NotFoundError", ""]]"#);
    unplug("audio");
    caller.is_told("A device is gone").await;
    plug(r#"["audioinput/b/Second microphone"]"#);
    until("the other microphone is taken", || did() == "replace audio audio").await;
    caller.is_told("Another one is in use now").await;
}

#[wasm_bindgen_test]
async fn a_call_that_ends_while_another_device_is_asked_for_lets_all_of_them_go() {
    let caller = Caller::talks(true).await;
    let (asks_before, given_before) = (asks(), given());
    ponder();
    unplug("audio");
    until("the visitor is asked for another microphone", || asks() > asks_before).await;
    assert_eq!(live(), 1, "the camera goes on");
    caller.presses("Hang up");
    caller.reads_title("Call over").await;
    assert_eq!(live(), 0, "the camera is let go");
    answer();
    until("the microphone is given", || given() > given_before).await;
    until("it is let go", || live() == 0).await;
}

#[wasm_bindgen_test]
async fn devices_are_chosen_in_the_call_and_the_list_follows_what_is_plugged_in() {
    let caller = Caller::talks(false).await;
    plug(r#"["audioinput/a/First", "audioinput/b/Second"]"#);
    caller.presses("Microphone and speaker");
    caller.visitor.sees(".fd-call-key[aria-expanded='true']").await;
    caller.visitor.sees(".fd-call-device option[value='b']").await;
    plug(r#"["audioinput/a/First", "audioinput/b/Second", "audioinput/c/Third"]"#);
    let option = caller.visitor.sees(".fd-call-device option[value='c']").await;
    assert_eq!(option.text_content().as_deref(), Some("Third"));
    let list: web_sys::HtmlSelectElement =
        caller.visitor.find(".fd-call-device select").unwrap().unchecked_into();
    list.set_value("c");
    list.dispatch_event(&web_sys::Event::new("change").unwrap()).unwrap();
    until("the third is taken", || did() == "replace audio audio").await;
    assert!(asked().contains(r#""deviceId":{"exact":"c"}"#), "{}", asked());
    caller.presses("Microphone and speaker");
    caller.visitor.sees_no(".fd-call-device").await;
    caller.presses("Microphone and speaker");
    caller.visitor.sees(".fd-call-device").await;
    let list: web_sys::HtmlSelectElement =
        caller.visitor.find(".fd-call-device select").unwrap().unchecked_into();
    assert_eq!(list.value(), "c", "the one in use is chosen");
}

#[wasm_bindgen_test]
async fn the_camera_is_turned_round_where_there_are_two() {
    let caller = Caller::comes().await;
    plug(r#"["videoinput/front/Front"]"#);
    caller.begins(true).await;
    caller.reads_title("Waiting for an agent").await;
    let caller = caller.gets_connected().await.gets_answered().await;
    assert!(caller.visitor.find("[aria-label='Switch camera']").is_none());
    plug(r#"["videoinput/front/Front", "videoinput/back/Back"]"#);
    caller.visitor.sees("[aria-label='Switch camera']").await;
    // The first camera is busy until it is let go, as on a telephone.
    fail(r#"[["NotReadableError", ""]]"#);
    caller.visitor.clicks("[aria-label='Switch camera']");
    until("the other camera is seen", || did() == "replace video video").await;
    assert!(asked().contains(r#""deviceId":{"exact":"back"}"#), "{}", asked());
    caller.shows("Camera", true).await;
    caller.visitor.sees(".fd-call-own[data-away]").await;
    caller.visitor.clicks("[aria-label='Switch camera']");
    until("the first camera is seen", || asked().contains(r#""exact":"front""#)).await;
    caller.visitor.sees(".fd-call-own:not([data-away])").await;
}

#[wasm_bindgen_test]
async fn the_picture_has_a_window_of_its_own_where_the_browser_can() {
    const SMALL: &str = "[aria-label='Picture in picture']";
    float(false);
    let caller = Caller::talks(true).await;
    caller.visitor.sees(".fd-call-above").await;
    assert!(caller.visitor.find(SMALL).is_none());
    drop(caller);
    float(true);
    let caller = Caller::talks(true).await;
    caller.visitor.sees(SMALL).await;
    for (now, told) in [("true", "float"), ("false", "float\nsink"), ("true", "float\nsink\nfloat")] {
        caller.visitor.clicks(SMALL);
        caller.visitor.sees(&format!("{SMALL}[aria-pressed='{now}']")).await;
        assert_eq!(did(), told);
    }
    caller.presses("Hang up");
    until("the window closes with the call", || did().ends_with("sink")).await;
    drop(caller);
    let caller = Caller::talks(false).await;
    assert!(caller.visitor.find(SMALL).is_none(), "there is no picture");
}

/// The page has a number called; what it was told so far.
fn place(caller: &Caller) -> js_sys::Array {
    let told = js_sys::Array::new();
    let tell = js_sys::Function::new_with_args("code", "this.push(code ?? 'placed')").bind0(&told);
    caller.visitor.handle.place_call("+86 138 0013 8000".into(), Some("order 7".into()), tell);
    told
}

async fn tells(told: &js_sys::Array, wanted: &str) {
    until(wanted, || told.length() > 0).await;
    let all: Vec<_> = told.iter().filter_map(|code| code.as_string()).collect();
    assert_eq!(all, [wanted]);
}

#[wasm_bindgen_test]
async fn staff_place_a_call_from_the_page() {
    let caller = Caller::comes_vouched_for().await;
    let told = place(&caller);
    caller.reads_title("Connecting").await;
    tells(&told, "placed").await;
    let asked_for = requested("POST calls/place");
    assert!(asked_for.contains(r#""called":"+86 138 0013 8000","data":"order 7""#), "{asked_for}");
    let caller = caller.gets_answered().await;
    caller.visitor.reads(".fd-call-number", "+86 138 0013 8000").await;
    tells(&place(&caller), "call_running").await;
    caller.presses("Mute microphone");
    caller.shows("Mute microphone", true).await;
    tell(r#"{"type":"ended","by":"there","cause":"hung_up"}"#);
    caller.is_told("The other side has hung up.").await;
    caller.visitor.reads(".fd-call-actions .fd-button", "Call again").await;
    caller.visitor.clicks(".fd-call-actions .fd-button");
    caller.reads_title("Connecting").await;
    caller.visitor.handle.hang_up();
    caller.reads_title("Call over").await;
    assert_eq!((count("POST calls/place"), count("POST call"), count("DELETE call")), (2, 0, 0));
    assert_eq!((count("POST call/heartbeat"), live()), (0, 0));
}

#[wasm_bindgen_test]
async fn a_call_that_staff_cannot_place_tells_why() {
    let caller = Caller::comes().await;
    tells(&place(&caller), "calls_not_allowed").await;
    drop(caller);
    for (code, sentence) in [
        ("calls_not_allowed", "You may not call this number"),
        ("identity_expired", "Your sign-in could not be confirmed"),
        ("number_invalid", "telephone number is incomplete"),
        ("centre_timeout", "it is not known whether"),
    ] {
        let caller = Caller::comes_vouched_for().await;
        refuse("POST calls/place", 403, code);
        let told = place(&caller);
        caller.is_told(sentence).await;
        tells(&told, if code == "centre_timeout" { "outcome_unknown" } else { code }).await;
    }
    for (name, message, code) in [
        ("NotAllowedError", "Permission denied", "microphone_denied"),
        ("NotAllowedError", "Permission dismissed", "microphone_dismissed"),
        ("NotFoundError", "", "microphone_absent"),
    ] {
        let caller = Caller::comes_vouched_for().await;
        fail(&format!(r#"[["{name}", "{message}"]]"#));
        tells(&place(&caller), code).await;
        assert_eq!(count("POST calls/place"), 0, "{code}");
    }
    // The widget goes while the page waits.
    let caller = Caller::comes_vouched_for().await;
    let told = place(&caller);
    drop(caller);
    tells(&told, "cancelled").await;
}
