//! `uploadFileStream` and `downloadFileStream`: files as Base64 in JSON.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::answer::{Answer, Effect, Refusal, set};
use super::auth;
use super::fields::Fields;
use crate::centre::{Origin, StoredFile};
use crate::settings::quirks::{DownloadCode, DownloadIds, DownloadTypes, UploadDesc, UploadTypes};
use crate::settings::{Dialect, Settings};
use crate::state::Sandbox;

const UPLOADS: [&str; 8] = ["jpg", "png", "bpm", "mp3", "aac", "mp4", "txt", "csv"];
const DOWNLOADS_2_6: [&str; 5] = ["richtext", "doc", "docx", "pdf", "zip"];

/// Can a visitor upload this type?
pub(super) fn can_upload(kind: &str, settings: &Settings) -> bool {
    UPLOADS.contains(&kind)
        || match settings.quirks.upload_types {
            UploadTypes::Printed => false,
            UploadTypes::Jpeg => kind == "jpeg",
            UploadTypes::Bmp => matches!(kind, "jpeg" | "bmp"),
        }
}

fn can_download(kind: &str, settings: &Settings) -> bool {
    can_upload(kind, settings)
        || (settings.dialect == Dialect::V2_6 && DOWNLOADS_2_6.contains(&kind))
        || settings.quirks.download_types == DownloadTypes::Any
}

pub(crate) async fn upload(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Answer, Refusal> {
    sandbox.with(|inner, now| {
        let known = auth::visitor(inner, now, &headers)?;
        let fields = Fields::parse(&headers, &body)?;
        let settings = inner.settings();
        let with_text = match settings.quirks.upload_desc {
            UploadDesc::ByDialect => settings.dialect == Dialect::V2_5,
            UploadDesc::Present => true,
            UploadDesc::Absent => false,
        };
        let refused = |code: &str, text: &str| {
            let mut body = json!({"resultCode": code});
            if with_text {
                set(&mut body, "resultDesc", json!(text));
            }
            Ok(Answer::new(body).renewed(known.renewed.clone()))
        };
        let all = ["fileType", "fileStream", "channel"];
        if all.iter().any(|name| fields.is_blank(name)) {
            return refused("2", "Param is null");
        }
        let [Ok(kind), Ok(stream), Ok("WEB")] = all.map(|name| fields.text(name)) else {
            return refused("3", "Requested param validate failed");
        };
        if !can_upload(kind, settings) {
            return refused("3", "Requested param validate failed");
        }
        let Ok(bytes) = STANDARD.decode(stream) else { return refused("13", "decode file failed") };
        if bytes.len() > settings.file_max_bytes {
            return refused("13", "upload file exception");
        }
        let kind = kind.to_owned();
        let file = inner.centre.keep_file(now, Some(&known.user), Origin::Upload, &kind, None, bytes.into());
        let effect = Effect { accepted: true, codes: vec![file.key.clone()], ..Effect::default() };
        Ok(Answer::new(json!({"resultCode": "0", "objectKey": file.key}))
            .renewed(known.renewed)
            .effect(effect))
    })
}

/// Why a file is not handed out: code and text.
type Miss = (&'static str, &'static str);

pub(crate) async fn download(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Answer, Refusal> {
    sandbox.with(|inner, now| {
        let known = auth::visitor(inner, now, &headers)?;
        let fields = Fields::parse(&headers, &body)?;
        let settings = inner.settings();
        let found = look_up(inner.centre.settings(), &fields, &known.user, |key| inner.centre.file(key));
        let (body, accepted) = match found {
            Err((code, text)) => (json!({"resultCode": code, "resultDesc": text}), false),
            Ok(file) => {
                let mut body = json!({"fileStream": STANDARD.encode(&file.bytes)});
                if settings.quirks.download_code == DownloadCode::Present {
                    set(&mut body, "resultCode", json!("0"));
                    set(&mut body, "resultDesc", Value::Null);
                }
                (body, true)
            }
        };
        Ok(Answer::new(body).renewed(known.renewed).effect(Effect { accepted, ..Effect::default() }))
    })
}

fn look_up<'a>(
    settings: &Settings,
    fields: &Fields,
    user: &str,
    file: impl FnOnce(&str) -> Option<&'a StoredFile>,
) -> Result<&'a StoredFile, Miss> {
    let new = settings.dialect == Dialect::V2_6;
    let failed = if new {
        ("13", "fsservice downloadFile is failed")
    } else {
        ("13", "downloadFileStream IOException")
    };
    if fields.text("channel") != Ok("WEB") {
        return Err(("2", "param channelId or userId or tenantId is null"));
    }
    if fields.is_blank("fileId") {
        return Err(("401", "objectKey is null!"));
    }
    let (Ok(id), Ok(library)) = (fields.text("fileId"), fields.optional("multiMedia")) else {
        return Err(failed);
    };
    if !fields.text("fileType").is_ok_and(|kind| can_download(kind, settings)) {
        return Err(("13", "param filetype Out of range!"));
    }
    let prefixed = match settings.quirks.download_ids {
        DownloadIds::ByDialect => new,
        DownloadIds::Prefixed => true,
        DownloadIds::Plain => false,
    };
    let (key, local) = match id.strip_prefix("local/") {
        Some(key) if prefixed => (key, true),
        _ => (id, false),
    };
    let library = library == Some("multiMedia");
    let file = file(key).ok_or(failed)?;
    let asked_rightly = match file.origin {
        _ if !prefixed => true,
        Origin::Local => local && !library,
        Origin::Library => library && !local,
        Origin::Upload => !library && !local,
    };
    let allowed = file.user.as_deref().is_none_or(|owner| owner == user);
    if !asked_rightly || !allowed {
        return Err(failed);
    }
    Ok(file)
}
