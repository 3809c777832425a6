use crate::support::{Visitor, aborted, asked, count, header, pause, store_upload, uploaded};
use js_sys::{Array, Uint8Array};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{DataTransfer, DragEvent, DragEventInit, File, FilePropertyBag, HtmlElement, HtmlInputElement};

const OFFERS: &str = r#"{"files":{"types":["png","jpg","pdf","txt"],"max_bytes":1000,"max_count":3}}"#;
const PDF: &[u8] = b"%PDF-1.7 hello";

fn file(name: &str, bytes: &[u8]) -> File {
    let parts = Array::of1(&Uint8Array::from(bytes).into());
    File::new_with_u8_array_sequence_and_options(&parts, name, &FilePropertyBag::new()).unwrap()
}

fn carried(files: &[File]) -> DataTransfer {
    let carried = DataTransfer::new().unwrap();
    for file in files {
        carried.items().add_with_file(file).unwrap();
    }
    carried
}

fn drags(visitor: &Visitor, name: &str, files: &[File]) -> DragEvent {
    let init = DragEventInit::new();
    init.set_bubbles(true);
    init.set_cancelable(true);
    init.set_data_transfer(Some(&carried(files)));
    let event = DragEvent::new_with_event_init_dict(name, &init).unwrap();
    visitor.find(".fd-panel").unwrap().dispatch_event(&event).unwrap();
    event
}

fn picks(visitor: &Visitor, files: &[File]) {
    let field: HtmlInputElement = visitor.find(".fd-pick").unwrap().unchecked_into();
    field.set_files(carried(files).files().as_ref());
    field.dispatch_event(&web_sys::Event::new("change").unwrap()).unwrap();
}

#[wasm_bindgen_test]
async fn a_desk_without_files_has_no_button_and_keeps_the_page() {
    let visitor = Visitor::comes().await;
    assert!(visitor.find(".fd-pick").is_none());
    assert!(drags(&visitor, "drop", &[file("a.pdf", PDF)]).default_prevented());
    pause(50).await;
    assert!(visitor.find(".fd-tile").is_none());
}

#[wasm_bindgen_test]
async fn a_file_is_picked_sent_and_uploaded_with_progress() {
    let visitor = Visitor::comes_to(OFFERS).await;
    visitor.sees(".fd-pick").await;
    picks(&visitor, &[file("报告.pdf", PDF)]);
    visitor.reads(".fd-tile", "报告.pdf").await;
    visitor.writes("here it is");
    visitor.presses("Enter");
    visitor.sees_no(".fd-tile").await;
    crate::support::until("the upload", || count("POST files") == 1).await;
    assert_eq!(asked("POST files"), "%PDF-1.7 hello");
    assert_eq!(header("POST files", "Frontdesk-Name"), "%E6%8A%A5%E5%91%8A.pdf");
    assert_eq!(header("POST files", "Frontdesk-Id").len(), 32);
    assert_eq!(header("POST files", "traceparent"), "", "the desk wants none");
    let cancel: HtmlElement = visitor.sees(".fd-mine [data-do=delete]").await.unchecked_into();
    uploaded(7);
    visitor.reads(".fd-body", "50").await;
    assert!(cancel.is_connected(), "what may be about to be pressed stays where it is");
    store_upload(200, "");
    crate::support::until("the message", || asked("POST messages").contains(r#""file":{"file":"f-1""#)).await;
    let messages = asked("POST messages");
    assert!(!messages.contains(&header("POST files", "Frontdesk-Id")), "an id names one request");
    assert!(messages.find("here it is").unwrap() < messages.find("f-1").unwrap(), "in their order");
}

#[wasm_bindgen_test]
async fn an_upload_begins_a_trace_where_the_desk_wants_them() {
    let visitor = Visitor::comes_to(&OFFERS.replacen('{', r#"{"trace":true,"#, 1)).await;
    visitor.sees(".fd-pick").await;
    picks(&visitor, &[file("a.pdf", PDF)]);
    visitor.reads(".fd-tile", "a.pdf").await;
    visitor.writes("here it is");
    visitor.presses("Enter");
    crate::support::until("the upload", || count("POST files") == 1).await;
    let trace = header("POST files", "traceparent");
    assert!(trace.len() == 55 && trace.starts_with("00-") && trace.ends_with("-01"), "{trace}");
}

#[wasm_bindgen_test]
async fn what_cannot_be_sent_is_named_with_the_reason() {
    let visitor = Visitor::comes_to(OFFERS).await;
    visitor.sees(".fd-pick").await;
    picks(
        &visitor,
        &[file("a.png", b"<svg onload='alert(1)'>"), file("big.txt", &[b'a'; 2000]), file("c.pdf", b"")],
    );
    visitor.reads(".fd-problem", "c.pdf").await;
    let said = visitor.text(".fd-problem");
    for part in ["a.png", "PNG, JPG, PDF, TXT", "big.txt", "1 kB"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(visitor.find(".fd-tile").is_none());
    visitor.clicks(".fd-problem button");
    visitor.sees_no(".fd-problem").await;
}

#[wasm_bindgen_test]
async fn no_more_than_the_desk_takes_and_each_can_be_taken_out() {
    let visitor = Visitor::comes_to(OFFERS).await;
    visitor.sees(".fd-pick").await;
    let files: Vec<File> = ["1.pdf", "2.pdf", "3.pdf", "4.pdf"].iter().map(|name| file(name, PDF)).collect();
    drags(&visitor, "dragover", &files);
    assert!(visitor.find(".fd-panel[data-drop]").is_some());
    drags(&visitor, "drop", &files);
    assert!(visitor.find(".fd-panel[data-drop]").is_none());
    visitor.sees(".fd-tile:nth-child(3) .fd-tile-remove").await;
    assert!(visitor.text(".fd-problem").contains('3'));
    visitor.clicks(".fd-tile:nth-child(2) .fd-tile-remove");
    visitor.sees_no(".fd-tile:nth-child(3)").await;
    assert!(!visitor.text(".fd-tiles").contains("2.pdf"));
}

#[wasm_bindgen_test]
async fn a_picture_is_shown_with_its_name_and_a_large_one_made_smaller() {
    let visitor = Visitor::comes_to(r#"{"files":{"types":["png"],"max_bytes":9000000,"max_count":3}}"#).await;
    visitor.sees(".fd-pick").await;
    let document = web_sys::window().unwrap().document().unwrap();
    let canvas: web_sys::HtmlCanvasElement = document.create_element("canvas").unwrap().unchecked_into();
    canvas.set_width(3000);
    canvas.set_height(30);
    let address = canvas.to_data_url().unwrap();
    let bytes = js_sys::eval(
        &["Uint8Array.from(atob('", address.split(',').nth(1).unwrap(), "'), (c) => c.charCodeAt(0))"]
            .concat(),
    );
    picks(&visitor, &[file("wide.png", &Uint8Array::from(bytes.unwrap()).to_vec())]);
    let picture: web_sys::HtmlImageElement = visitor.sees(".fd-tile-picture").await.unchecked_into();
    assert_eq!(picture.alt(), "wide.png");
    crate::support::until("the picture", || picture.natural_width() > 0).await;
    assert_eq!((picture.natural_width(), picture.natural_height()), (2560, 26));
}

#[wasm_bindgen_test]
async fn taking_a_message_back_stops_its_upload() {
    let visitor = Visitor::comes_to(OFFERS).await;
    visitor.sees(".fd-pick").await;
    picks(&visitor, &[file("a.pdf", PDF)]);
    visitor.sees(".fd-tile").await;
    visitor.clicks(".fd-send");
    crate::support::until("the upload", || count("POST files") == 1).await;
    let before = aborted();
    let cancel = visitor.sees(".fd-mine [data-do=delete]").await;
    cancel.unchecked_into::<HtmlElement>().click();
    visitor.sees_no(".fd-mine").await;
    assert_eq!(aborted(), before + 1);
}
