//! Files of the visitor on their way to the centre, and an agent's files on their way back.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use fantoccini::key::Key;
use frontdesk_e2e::pages::{Panel, Side};
use frontdesk_e2e::process::Folder;
use frontdesk_e2e::stack::Setup;
use frontdesk_e2e::{In, Options, Rig, Sandbox, story, until};
use serde_json::{Value, json};

const UPLOAD: &str = "POST /v1/files ";
/// The field behind the button.
const PICK: &str = ".fd-pick";
/// Larger than what lies between browser and proxy in buffers.
const LARGE: usize = 15_000_000;

fn write(folder: &Folder, name: &str, content: impl AsRef<[u8]>) -> Result<PathBuf> {
    let path = folder.path().join(name);
    fs::write(&path, content)?;
    Ok(path)
}

/// A conversation with the robot, which takes files for people to look at.
async fn panel(rig: &Rig) -> Result<Panel> {
    let panel = rig.shop("/").await?.open_panel().await?;
    panel.say("Good morning").await?;
    panel.hears("What can I do for you").await?;
    Ok(panel)
}

/// What lies ready to be sent: the files' names.
async fn tray(panel: &Panel) -> Result<Vec<String>> {
    let script = "return deep('.fd-tile').map((tile) => tile.title.split(', ')[0]);";
    Ok(serde_json::from_value(panel.tab.run(In::Panel, script, Vec::new()).await?)?)
}

async fn tray_has(panel: &Panel, names: &[&str]) -> Result<()> {
    until(&format!("{names:?} lie ready"), async || {
        let found = tray(panel).await?;
        ensure!(found == names, "there are {found:?}, and: {}", panel.tab.text(In::Panel).await?);
        Ok(())
    })
    .await
}

/// The visitor's messages at the centre: what kind, and the text or the key of the file.
fn of_visitor(record: &Value) -> Vec<(String, String)> {
    let field =
        |own: &Value, name: &str| own.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let conversations = record.get("conversations").and_then(Value::as_array);
    let all = conversations.into_iter().flatten().filter_map(|own| own.get("messages")?.as_array()).flatten();
    let mine = all.filter(|own| field(own, "from") == "visitor");
    mine.map(|own| {
        let key = own.pointer("/file/key").and_then(Value::as_str).map(str::to_owned);
        (field(own, "media"), key.unwrap_or_else(|| field(own, "text")))
    })
    .collect()
}

#[test]
fn several_files_follow_their_text_in_order() -> Result<()> {
    let folder = Folder::temporary()?;
    let note = write(&folder, "note.txt", "First: 茶 🍵\n")?;
    let table = write(&folder, "table.csv", "a,b\n1,2\n")?;
    story(Options::default(), &Default::default(), async |rig| {
        let panel = panel(rig).await?;
        panel.tab.choose(In::Panel, PICK, &[note.clone(), table.clone()]).await?;
        tray_has(&panel, &["note.txt", "table.csv"]).await?;
        let carry = "
            const [event, name, content] = arguments;
            const carried = new DataTransfer();
            carried.items.add(new File([content], name));
            const more = { bubbles: true, composed: true, cancelable: true };
            if (event === 'paste') {
              return !deep('.fd-input')[0].dispatchEvent(new ClipboardEvent('paste', { clipboardData: carried, ...more }));
            }
            const panel = deep('.fd-panel')[0];
            panel.dispatchEvent(new DragEvent('dragover', { dataTransfer: carried, ...more }));
            const marked = panel.hasAttribute('data-drop');
            return !panel.dispatchEvent(new DragEvent('drop', { dataTransfer: carried, ...more })) && marked &&
              !panel.hasAttribute('data-drop');";
        for (event, name) in [("drop", "dropped.txt"), ("paste", "pasted.txt"), ("drop", "second.txt")] {
            let taken = panel.tab.run(In::Panel, carry, vec![json!(event), json!(name), json!(name)]).await?;
            ensure!(taken == json!(true), "{event}: the browser would have taken it");
        }
        let all = ["note.txt", "table.csv", "dropped.txt", "pasted.txt", "second.txt"];
        tray_has(&panel, &all).await?;
        panel.tab.choose(In::Panel, PICK, &[note]).await?;
        panel.tab.reads(In::Panel, &panel.words.count("attach_count", "count", "5")?).await?;
        panel.tab.click(In::Panel, "button", &panel.words.fill("remove_file", "name", "second.txt")?).await?;
        tray_has(&panel, &all[..4]).await?;

        panel.say("Please look at these").await?;
        let sandbox = Sandbox::of(&rig.stack);
        let sent = sandbox
            .holds("text and files", |record| Some(of_visitor(record)).filter(|sent| sent.len() == 6))
            .await?;
        let texts: Vec<&str> = sent.iter().take(2).map(|(_, text)| text.as_str()).collect();
        ensure!(texts == ["Good morning", "Please look at these"], "first came {sent:?}");
        let mut contents = Vec::new();
        for (_, key) in sent.iter().skip(2) {
            contents.push(String::from_utf8(sandbox.file(key).await?)?);
        }
        ensure!(
            contents == ["First: 茶 🍵\n", "a,b\n1,2\n", "dropped.txt", "pasted.txt"],
            "they are {contents:?}"
        );
        ensure!(tray(&panel).await?.is_empty(), "something still lies there");
        let names = "return deep('.fd-mine .fd-file-name').map(words);";
        let shown = panel.tab.run(In::Panel, names, Vec::new()).await?;
        ensure!(shown == json!(all[..4]), "the conversation shows {shown}");
        Ok(())
    })
}

#[test]
fn an_upload_can_be_watched_cancelled_and_survives_a_broken_link() -> Result<()> {
    let folder = Folder::temporary()?;
    let large = write(&folder, "large.txt", "all the same\n".repeat(LARGE / 13))?;
    let setup = Setup { centre: json!({"file_max_bytes": 32 << 20}), ..Setup::default() };
    story(Options::default(), &setup, async |rig| {
        let panel = panel(rig).await?;
        let street = &rig.stack.street;
        street.hold(UPLOAD);
        send(&panel, &large).await?;
        upload_is_seen(&panel).await?;
        panel.click("cancel").await?;
        until("the file is gone", async || {
            let lines = panel.transcript().await?;
            ensure!(lines.iter().filter(|line| line.side == Side::Mine).count() == 1, "there is {lines:?}");
            Ok(())
        })
        .await?;
        ensure!(street.begun_uploads() == 1, "there were {} uploads", street.begun_uploads());

        send(&panel, &large).await?;
        upload_is_seen(&panel).await?;
        street.break_off(UPLOAD);
        until("it is tried again", async || {
            ensure!(street.begun_uploads() > 2, "there were {} uploads", street.begun_uploads());
            Ok(())
        })
        .await?;
        street.open();
        let sandbox = Sandbox::of(&rig.stack);
        let key = sandbox.holds("the file", |record| Some(of_visitor(record).get(1)?.1.clone())).await?;
        ensure!(sandbox.file(&key).await?.len() == LARGE / 13 * 13, "a part of it is missing");
        let sent = of_visitor(&sandbox.record().await?);
        ensure!(sent.len() == 2, "the centre has {sent:?}");
        Ok(())
    })
}

#[test]
fn a_file_that_was_changed_since_is_told_and_can_be_given_up() -> Result<()> {
    let folder = Folder::temporary()?;
    let large = write(&folder, "large.txt", "one\n")?;
    story(Options::default(), &Setup::default(), async |rig| {
        let panel = panel(rig).await?;
        panel.tab.choose(In::Panel, PICK, std::slice::from_ref(&large)).await?;
        tray_has(&panel, &["large.txt"]).await?;
        write(&folder, "large.txt", "one and two\n")?;
        panel.send().await?;
        panel.tells("state_gone").await?;
        // What follows waits for what the visitor decides.
        panel.say("Here is what it says").await?;
        panel.click("delete").await?;
        panel.has_sent("Here is what it says").await
    })
}

async fn send(panel: &Panel, file: &PathBuf) -> Result<()> {
    panel.tab.choose(In::Panel, PICK, std::slice::from_ref(file)).await?;
    tray_has(panel, &["large.txt"]).await?;
    panel.send().await
}

/// The part that has gone, in words and as a bar.
async fn upload_is_seen(panel: &Panel) -> Result<()> {
    until("the upload is under way", async || {
        let script = "return [deep('.fd-progress')[0]?.value ?? 0, words(deep('.fd-going p')[0])];";
        let seen = panel.tab.run(In::Panel, script, Vec::new()).await?;
        let percent = seen.get(0).and_then(Value::as_f64).context("no bar")? / 10.0;
        ensure!(percent > 0.0 && percent < 100.0, "there is {seen}");
        let told = panel.words.fill("state_uploading", "percent", &format!("{percent}%"))?;
        ensure!(seen.get(1) == Some(&json!(told)), "there is {seen}");
        Ok(())
    })
    .await
}

#[test]
fn a_refused_file_can_be_tried_again() -> Result<()> {
    let folder = Folder::temporary()?;
    let note = write(&folder, "note.txt", "x".repeat(2_000))?;
    let setup = Setup { centre: json!({"file_max_bytes": 1_000}), ..Setup::default() };
    story(Options::default(), &setup, async |rig| {
        let panel = panel(rig).await?;
        panel.tab.choose(In::Panel, PICK, &[note]).await?;
        tray_has(&panel, &["note.txt"]).await?;
        panel.send().await?;
        panel.tells("state_failed").await?;
        rig.stack.change_centre(&json!({"file_max_bytes": 10_000}))?;
        panel.click("try_again").await?;
        Sandbox::of(&rig.stack).holds("the file", |record| of_visitor(record).get(1).cloned()).await?;
        until("it is no longer told that it was not sent", async || {
            let all = panel.tab.text(In::Panel).await?;
            ensure!(!all.contains(panel.words.get("state_failed")?), "there is {all}");
            Ok(())
        })
        .await
    })
}

#[test]
fn what_could_do_harm_is_refused_before_it_is_sent() -> Result<()> {
    let folder = Folder::temporary()?;
    let page = "<!DOCTYPE html><script>alert(1)</script>";
    let drawing = "<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>";
    let files = [
        write(&folder, "drawing.svg", drawing)?,
        write(&folder, "page.html", page)?,
        write(&folder, "page.png", page)?,
        write(&folder, "words.jpg", "only words")?,
        write(&folder, "form.png", "%PDF-1.4\n")?,
        write(&folder, "tool.txt", b"MZ\x90\0")?,
        write(&folder, "nothing.txt", "")?,
    ];
    story(Options::default(), &Default::default(), async |rig| {
        let panel = panel(rig).await?;
        for file in files {
            let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            panel.tab.choose(In::Panel, PICK, &[file]).await?;
            let reason = match name.as_str() {
                "nothing.txt" => panel.words.get("error_file_empty")?.to_owned(),
                _ => panel.words.fill("attach_types", "types", "JPG, PNG, MP3, AAC, MP4, TXT, CSV")?,
            };
            let sentence = panel.words.fill("attach_refused", "name", &name)?.replace("{reason}", &reason);
            panel.tab.reads(In::Panel, &sentence).await?;
        }
        ensure!(tray(&panel).await?.is_empty(), "something can be sent");
        panel.click("dismiss").await?;
        // A picture under another picture's name is put right.
        let picture = write(&folder, "photo.jpg", fs::read(sample("photo.png"))?)?;
        panel.tab.choose(In::Panel, PICK, &[picture]).await?;
        tray_has(&panel, &["photo.png"]).await?;
        ensure!(rig.stack.street.begun_uploads() == 0, "something was uploaded");
        panel.send().await?;
        let sandbox = Sandbox::of(&rig.stack);
        let (media, key) = sandbox.holds("the picture", |record| of_visitor(record).get(1).cloned()).await?;
        ensure!(media == "IMAGE" && sandbox.file(&key).await?.starts_with(b"\x89PNG"), "it is {media}");
        Ok(())
    })
}

fn sample(name: &str) -> PathBuf {
    frontdesk_e2e::root().join("crates/sandbox/src/media").join(name)
}

#[test]
fn a_picture_is_made_smaller_and_tells_nothing_beside() -> Result<()> {
    let folder = Folder::temporary()?;
    story(Options::default(), &Default::default(), async |rig| {
        let panel = panel(rig).await?;
        let script = "
            const finish = arguments[arguments.length - 1];
            const canvas = Object.assign(document.createElement('canvas'), { width: 3200, height: 1600 });
            const brush = canvas.getContext('2d');
            brush.fillStyle = 'teal';
            brush.fillRect(0, 0, 1600, 1600);
            canvas.toBlob(async (blob) => finish([...new Uint8Array(await blob.arrayBuffer())]), 'image/jpeg');";
        let drawn = panel.tab.run_async(In::Panel, script, Vec::new()).await?;
        let drawn: Vec<u8> = serde_json::from_value(drawn)?;
        // Exif: turned by a quarter, so what is seen stands upright; and where it was taken.
        for (name, way, told) in [("turned.jpg", 6, (1280, 2560)), ("level.jpg", 1, (2560, 1280))] {
            let picture = write(&folder, name, with_exif(&drawn, way)?)?;
            panel.tab.choose(In::Panel, PICK, &[picture]).await?;
            tray_has(&panel, &[name]).await?;
            panel.send().await?;
            let sandbox = Sandbox::of(&rig.stack);
            let at = if way == 6 { 1 } else { 2 };
            let (_, key) = sandbox.holds("the picture", |record| of_visitor(record).get(at).cloned()).await?;
            let bytes = sandbox.file(&key).await?;
            ensure!(size_of_jpeg(&bytes) == Some(told), "{name} is {:?}", size_of_jpeg(&bytes));
            for word in [&b"Exif"[..], b"Tea Street"] {
                ensure!(!bytes.windows(word.len()).any(|own| own == word), "{name} has its Exif still");
            }
        }
        Ok(())
    })
}

/// The picture with an Exif segment behind its beginning: orientation, and words that no other picture has.
fn with_exif(jpeg: &[u8], way: u8) -> Result<Vec<u8>> {
    let mut exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    exif.extend([way, 0, 0, 0, 0, 0, 0]);
    exif.extend(b"7 Tea Street");
    let length = u16::try_from(exif.len() + 2)?.to_be_bytes();
    let (start, rest) = jpeg.split_at_checked(2).context("an empty picture")?;
    Ok([start, b"\xff\xe1", &length, &exif, rest].concat())
}

/// Width and height that the first frame tells (ITU T.81, B.2.2).
fn size_of_jpeg(bytes: &[u8]) -> Option<(u16, u16)> {
    let mut at = 2;
    loop {
        let [0xff, marker, high, low] = *bytes.get(at..at + 4)? else { return None };
        if matches!(marker, 0xc0..=0xc2) {
            let [h1, h2, w1, w2] = *bytes.get(at + 5..at + 9)? else { return None };
            return Some((u16::from_be_bytes([w1, w2]), u16::from_be_bytes([h1, h2])));
        }
        at += 2 + usize::from(u16::from_be_bytes([high, low]));
    }
}

#[test]
fn files_of_an_agent_are_downloads_and_pictures_open_large() -> Result<()> {
    story(Options::default(), &Default::default(), async |rig| {
        let panel = panel(rig).await?;
        Sandbox::of(&rig.stack).play_own("files", 100).await?;
        panel.tab.sees(In::Panel, "button", "Download document.docx").await?;
        let script = "
            const finish = arguments[arguments.length - 1];
            const clicked = [];
            HTMLAnchorElement.prototype.click = function () { clicked.push([this.href, this.download]); };
            const button = deep('[data-do=get]').find((own) => nameOf(own) === arguments[0]);
            button.click();
            const names = ['content-disposition', 'content-type', 'x-content-type-options', 'content-security-policy'];
            const wait = async () => {
              if (!clicked.length) return setTimeout(wait, 20);
              const answer = await fetch(clicked[0][0]);
              finish([clicked[0][1], answer.status, ...names.map((name) => answer.headers.get(name))]);
            };
            wait();";
        for (name, kind) in [
            ("document.pdf", "application/pdf"),
            ("document.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ] {
            let given =
                panel.tab.run_async(In::Panel, script, vec![json!(format!("Download {name}"))]).await?;
            let told = format!("attachment; filename=\"{name}\"; filename*=UTF-8''{name}");
            let expected = json!([name, 200, told, kind, "nosniff", "sandbox; default-src 'none'"]);
            ensure!(given == expected, "it comes as {given}");
        }
        the_lightbox_works_by_keyboard(&panel).await
    })
}

async fn the_lightbox_works_by_keyboard(panel: &Panel) -> Result<()> {
    let is = async |what: &str, script: &str, expected: Value| {
        until(what, async || {
            let now = panel.tab.run(In::Panel, script, Vec::new()).await?;
            ensure!(now == expected, "it is {now}");
            Ok(())
        })
        .await
    };
    const NAME: &str = "return nameOf(focused());";
    const LARGE: &str =
        "const image = deep('dialog[open] img')[0]; return [image?.alt, image?.naturalWidth > 0];";
    let first = panel.words.fill("open_image", "name", "image.png")?;
    panel.tab.run(In::Panel, "deep('.fd-picture')[0].closest('.fd-row').focus();", Vec::new()).await?;
    // From the message to what is in it, and then that.
    panel.tab.press(In::Panel, &[Key::Enter]).await?;
    is("the picture has the focus", NAME, json!(first)).await?;
    panel.tab.press(In::Panel, &[Key::Enter]).await?;
    is("it is large", LARGE, json!(["image.png", true])).await?;
    panel.tab.press(In::Panel, &[Key::Right]).await?;
    is("the next is large", LARGE, json!(["image.jpg", true])).await?;
    panel.tab.press(In::Panel, &[Key::Left]).await?;
    is("the first is large", LARGE, json!(["image.png", true])).await?;
    panel.tab.press(In::Panel, &[Key::Escape]).await?;
    is("it is closed", "return deep('dialog').length;", json!(0)).await?;
    is("the picture has the focus again", NAME, json!(first)).await?;
    panel.is_usable().await
}
