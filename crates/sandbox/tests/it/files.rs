//! Files in both directions, with every documented refusal.

use axum::http::StatusCode;
use base64::Engine;
use serde_json::{Value, json};

use super::support::{Bench, STANDARD};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\nnot really";

async fn upload(bench: &Bench, body: Value) -> (String, Value) {
    bench.outcome("uploadFileStream", &body).await
}

async fn download(bench: &Bench, body: Value) -> (String, Value) {
    bench.outcome("downloadFileStream", &body).await
}

#[tokio::test]
async fn an_upload_is_refused_with_the_documented_codes_and_texts() {
    let good = json!({"fileType": "png", "fileStream": STANDARD.encode(PNG), "channel": "WEB"});
    for (dialect, name, described) in [("2.6", "returnCode", false), ("2.5", "returnCode", true)] {
        let bench = Bench::new(json!({"dialect": dialect, "file_max_bytes": 100})).await;
        let (_, body) = upload(&bench, good.clone()).await;
        assert_eq!((&body[name], body["objectKey"].is_string()), (&json!("0"), true), "{body}");
        let changed = |field: &str, value: Value| {
            let mut body = good.clone();
            body[field] = value;
            body
        };
        for (body, code, text) in [
            (changed("fileType", Value::Null), "2", "Param is null"),
            (changed("fileStream", json!("")), "2", "Param is null"),
            (changed("channel", Value::Null), "2", "Param is null"),
            (changed("fileType", json!("exe")), "3", "Requested param validate failed"),
            (changed("fileType", json!("PNG")), "3", "Requested param validate failed"),
            (changed("fileType", json!("bmp")), "3", "Requested param validate failed"),
            (changed("fileType", json!(1)), "3", "Requested param validate failed"),
            (changed("channel", json!("SMS")), "3", "Requested param validate failed"),
            (changed("fileStream", json!("data:image/png;base64,AAAA")), "13", "decode file failed"),
            (changed("fileStream", json!("A")), "13", "decode file failed"),
            (changed("fileStream", json!(STANDARD.encode([0; 101]))), "13", "upload file exception"),
        ] {
            let (found, answer) = upload(&bench, body.clone()).await;
            assert_eq!(found, code, "{body}");
            let expected = if described { json!(text) } else { Value::Null };
            assert_eq!(answer["resultDesc"], expected, "{dialect} {body}");
        }
    }
}

#[tokio::test]
async fn later_types_can_be_uploaded_where_the_switch_says_so() {
    for (form, jpeg, bmp) in [("printed", "3", "3"), ("jpeg", "0", "3"), ("bmp", "0", "0")] {
        let bench = Bench::new(json!({"quirks": {"upload_types": form}})).await;
        let body = |kind: &str| json!({"fileType": kind, "fileStream": "AAAA", "channel": "WEB"});
        assert_eq!(upload(&bench, body("jpeg")).await.0, jpeg, "{form}");
        assert_eq!(upload(&bench, body("bmp")).await.0, bmp, "{form}");
        assert_eq!(upload(&bench, body("bpm")).await.0, "0", "{form}");
    }
}

#[tokio::test]
async fn an_upload_needs_all_three_headers() {
    let bench = Bench::new(json!({})).await;
    let body = json!({"fileType": "png", "fileStream": "AAAA", "channel": "WEB"}).to_string();
    for path in ["uploadFileStream", "downloadFileStream"] {
        let answer = bench.raw("POST", &format!("/apiaccess/ccmessaging/{path}"), &[], body.clone()).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test]
async fn a_visitors_picture_reaches_the_desk_byte_for_byte() {
    let mut bench = Bench::new(json!({"robot": false})).await;
    bench.sign_in("Li").await;
    bench.send("CONNECT", "").await;
    let key = bench.upload("png", PNG).await;
    assert_eq!(bench.media("IMAGE", &format!("{key},png")).await["resultCode"], "0");
    assert_eq!(bench.media("FILE", &format!("a.png,{},{key},png", PNG.len())).await["resultCode"], "0");
    for wrong in [format!("{key}, png"), format!("{key},jpg"), "nothing,png".to_owned(), format!("{key}.png")]
    {
        let answer = bench.media("IMAGE", &wrong).await;
        assert_eq!(
            (&answer["resultCode"], &answer["resultDesc"]),
            (&json!("13"), &json!("sendUserMessage failed."))
        );
    }
    let seen = bench.desk("GET", "conversations/1", Value::Null).await.json();
    let lines: Vec<&Value> =
        seen["messages"].as_array().expect("lines").iter().filter(|line| line["file"].is_object()).collect();
    assert_eq!(lines.len(), 2);
    assert_eq!((&lines[0]["file"]["key"], &lines[1]["file"]["name"]), (&json!(key), &json!("a.png")));
    let file = bench.raw_bytes(&format!("/agent/api/files/{key}")).await;
    assert_eq!(file, PNG);
    // Own uploads are fetched by the bare key.
    let body = json!({"fileType": "png", "channel": "WEB", "fileId": key});
    let (code, body) = download(&bench, body).await;
    assert_eq!((code.as_str(), &body["fileStream"]), ("none", &json!(STANDARD.encode(PNG))));
}

async fn sent(bench: &mut Bench, library: bool, name: &str, media: &str) -> Value {
    let file = json!({"media": media, "name": name, "data": STANDARD.encode(PNG), "library": library});
    let answer = bench.desk("POST", "conversations/1/messages", json!({"file": file})).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    bench.messages().await.last().cloned().expect("a message")
}

async fn with_agent(patch: Value) -> Bench {
    let mut bench = Bench::new(patch).await;
    bench.sign_in("Li").await;
    bench.send("CONNECT", "").await;
    bench
}

#[tokio::test]
async fn local_and_library_files_are_fetched_each_in_its_way() {
    let mut bench = with_agent(json!({"robot": false})).await;
    let local = sent(&mut bench, false, "plan.pdf", "DOCUMENT").await;
    assert_eq!(
        (&local["mediaType"], &local["contentType"], &local["mediaFileType"]),
        (&json!("DOCUMENT"), &json!("1"), &json!("pdf"))
    );
    let library = sent(&mut bench, true, "shop.jpg", "IMAGE").await;
    assert_eq!((&library["contentType"], &library["mediaFileType"]), (&Value::Null, &json!("jpg")));
    let id = library["content"].as_str().expect("an id");
    assert!(id.bytes().all(|byte| byte.is_ascii_digit()));
    let key = local["content"].as_str().expect("a key");
    let ask = |id: &str, kind: &str, library: bool| {
        let mut body = json!({"fileType": kind, "channel": "WEB", "fileId": id});
        if library {
            body["multiMedia"] = json!("multiMedia");
        }
        body
    };
    for (body, works) in [
        (ask(&format!("local/{key}"), "pdf", false), true),
        (ask(key, "pdf", false), false),
        (ask(id, "jpg", true), true),
        (ask(id, "jpg", false), false),
        (ask(&format!("local/{id}"), "jpg", true), false),
    ] {
        let (code, answer) = download(&bench, body.clone()).await;
        assert_eq!(answer["fileStream"].is_string(), works, "{body}");
        let refused = ("13", &json!("fsservice downloadFile is failed"));
        assert!(works || (code.as_str(), &answer["resultDesc"]) == refused, "{body}");
    }
}

#[tokio::test]
async fn in_2_5_a_plain_id_fetches_every_file_and_messages_have_no_type() {
    let mut bench = with_agent(json!({"robot": false, "dialect": "2.5"})).await;
    let picture = sent(&mut bench, false, "a.png", "IMAGE").await;
    assert!(picture.get("contentType").is_none() && picture.get("mediaFileType").is_none());
    let body = json!({"fileType": "png", "channel": "WEB", "fileId": picture["content"]});
    assert_eq!(download(&bench, body.clone()).await.1["fileStream"], STANDARD.encode(PNG));
    let mut pdf = body;
    pdf["fileType"] = json!("pdf");
    assert_eq!(download(&bench, pdf).await.1["resultDesc"], "param filetype Out of range!");
}

#[tokio::test]
async fn a_download_is_refused_with_the_documented_codes_and_texts() {
    let mut bench = with_agent(json!({"robot": false})).await;
    let picture = sent(&mut bench, false, "a.png", "IMAGE").await;
    let id = format!("local/{}", picture["content"].as_str().expect("a key"));
    let good = json!({"fileType": "png", "channel": "WEB", "fileId": id});
    let changed = |field: &str, value: Value| {
        let mut body = good.clone();
        body[field] = value;
        body
    };
    for (body, code, text) in [
        (changed("channel", Value::Null), "2", "param channelId or userId or tenantId is null"),
        (changed("fileId", json!("")), "401", "objectKey is null!"),
        (changed("fileType", json!("gif")), "13", "param filetype Out of range!"),
        (changed("fileId", json!("local/other")), "13", "fsservice downloadFile is failed"),
    ] {
        let (found, answer) = download(&bench, body.clone()).await;
        assert_eq!((found.as_str(), &answer["resultDesc"]), (code, &json!(text)), "{body}");
        assert!(answer.get("fileStream").is_none());
    }
    bench.set(&json!({"quirks": {"download_code": "present", "download_types": "any"}}));
    assert_eq!(download(&bench, good.clone()).await.0, "0");
    assert_eq!(download(&bench, changed("fileType", json!("gif"))).await.0, "0");
}

#[tokio::test]
async fn nobody_gets_another_visitors_file() {
    let bench = with_agent(json!({"robot": false})).await;
    let key = bench.upload("png", PNG).await;
    let other = bench.apply_as("visitor-2").await;
    let headers = [
        ("x-app-key", "app-key-demo".to_owned()),
        ("authorization", format!("Bearer {}", bench.access)),
        ("ccmessaging-token", other),
    ];
    let body = json!({"fileType": "png", "channel": "WEB", "fileId": key}).to_string();
    let answer = bench.raw("POST", "/apiaccess/ccmessaging/downloadFileStream", &headers, body).await;
    assert_eq!(answer.json()["resultCode"], "13");
}

#[tokio::test]
async fn a_card_carries_an_uploaded_picture() {
    let bench = with_agent(json!({"robot": false})).await;
    let key = bench.upload("png", PNG).await;
    let card = |id: &str| {
        json!({"title": "Order", "description": "", "mediaFileId": id, "mediaFileType": "img/png",
               "redirectUrl": ""})
        .to_string()
    };
    assert_eq!(bench.media("WEBCARD", &card(&key)).await["resultCode"], "0");
    assert_eq!(bench.media("WEBCARD", &card("unknown")).await["resultCode"], "13");
    assert_eq!(bench.media("WEBCARD", "").await["resultDesc"], "content can not be empty");
    let seen = bench.desk("GET", "conversations/1", Value::Null).await.json();
    let card = seen["messages"].as_array().expect("lines").last().cloned().expect("a card");
    assert_eq!((&card["media"], &card["file"]["key"]), (&json!("WEBCARD"), &json!(key)));
}
