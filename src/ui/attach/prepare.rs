//! From a file of the visitor's to one that may be sent: known by its content, and no picture tells where it was taken.

use super::buttons;
use super::clean::{self, Picture};
use super::sniff::{self, Found, HEAD_BYTES};
use crate::engine::Chosen;
use crate::lazy;
use crate::ui::context::Context;
use crate::ui::text::{self, Key};
use crate::web::picture;
use frontdesk_contract::FileOffer;
use js_sys::{Array, Uint8Array};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Blob, BlobPropertyBag, File};

/// The longer side of a picture that is sent, in pixels: enough to read a form on it.
const LONGEST_SIDE: u32 = 2560;
/// Of a JPEG that is written anew.
const QUALITY: f64 = 0.85;
/// Larger files are not read into memory to look for what they tell.
const MOST_READ: f64 = 64e6;
const JPEG: &str = "image/jpeg";

lazy::part! { attach:
    /// Looks at the files one after the other and puts what may be sent on the tray.
    pub(super) fn take_part(context: Context, files: Vec<File>) -> () {
        take(context, files);
    }
}

fn take(context: Context, mut files: Vec<File>) {
    let Some(desk) = context.try_desk() else { return };
    let offer = buttons::offer(context);
    let room = (offer.max_count as usize).saturating_sub(desk.tray.count());
    if files.len() > room {
        desk.tray.complain(desk.words.count(text::ATTACH_COUNT, "count", offer.max_count));
        files.truncate(room);
    }
    files.iter().for_each(|_| desk.tray.expect());
    context.tray_changed();
    spawn_local(async move {
        for file in files {
            let result = prepare(&file, &offer).await;
            let Some(desk) = context.try_desk() else { return };
            let result = result.map_err(|why| {
                let reason = match why {
                    text::ATTACH_TYPES => {
                        let types = offer.types.join(", ").to_uppercase();
                        desk.words.fill(why, &[("types", &types)])
                    }
                    text::ATTACH_LARGE => {
                        desk.words.fill(why, &[("size", &desk.words.locale.bytes(offer.max_bytes))])
                    }
                    _ => desk.words.get(why),
                };
                desk.words.fill(text::ATTACH_REFUSED, &[("name", &file.name()), ("reason", &reason)])
            });
            desk.tray.settle(result);
            context.tray_changed();
        }
    });
}

async fn prepare(file: &File, offer: &FileOffer) -> Result<Chosen, Key> {
    if file.size() == 0.0 {
        return Err(text::ERROR_FILE_EMPTY);
    }
    let head = file.slice_with_i32_and_i32(0, HEAD_BYTES as i32).map_err(|_| text::FILE_FAILED)?;
    // A folder, and a file that is gone meanwhile, cannot be read.
    let head = bytes_of(&head).await.ok_or(text::FILE_FAILED)?;
    let found = sniff::look(&head);
    let name = sniff::name_for(&file.name(), found, &offer.types);
    let takes_jpeg = offer.types.iter().find(|name| *name == "jpg" || *name == "jpeg");
    let (name, written) = match (name, takes_jpeg) {
        (Some(name), _) => (name, clean_picture(file, found, takes_jpeg.is_some()).await),
        // A picture that the desk does not take, such as HEIC, but that this browser can read.
        (None, Some(extension)) if is_picture(found) => {
            let written =
                picture::redraw(file, LONGEST_SIDE, JPEG, QUALITY).await.ok_or(text::ATTACH_TYPES)?;
            (renamed(&file.name(), extension), Some(written))
        }
        (None, _) => return Err(text::ATTACH_TYPES),
    };
    let name = match (&written, takes_jpeg) {
        (Some(written), Some(extension)) if written.type_() == JPEG && !is_jpeg_name(&name) => {
            renamed(&name, extension)
        }
        _ => name,
    };
    let content = written.unwrap_or_else(|| Blob::from(file.clone()));
    if content.size() > offer.max_bytes as f64 {
        return Err(text::ATTACH_LARGE);
    }
    Ok(Chosen { name, content })
}

fn is_picture(found: Found) -> bool {
    let pictures = ["jpg", "png", "gif", "webp", "bmp", "heic", "avif"];
    matches!(found, Found::Kind(names) if names.iter().any(|name| pictures.contains(name)))
}

fn is_jpeg_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.ends_with(".jpg") || name.ends_with(".jpeg")
}

fn renamed(name: &str, extension: &str) -> String {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    [stem, ".", extension].concat()
}

/// Pictures become smaller where they are very large, upright, and silent about where they were taken. What is not a
/// picture, and one that cannot be read, is sent as it is (`None`); the proxy looks at it again.
async fn clean_picture(file: &File, found: Found, takes_jpeg: bool) -> Option<Blob> {
    if !is_picture(found) || file.size() > MOST_READ {
        return None;
    }
    let bytes = bytes_of(file).await?;
    let Picture { size: (width, height), turned, cleaned } = clean::read(&bytes)?;
    drop(bytes);
    let own_type = match found {
        Found::Kind(["png", ..]) => "image/png",
        Found::Kind(["webp", ..]) => "image/webp",
        _ => JPEG,
    };
    // An animation stands still when it is drawn anew: a large one of WebP stays as it is.
    let large = width.max(height) > LONGEST_SIDE && own_type != "image/webp";
    if large || turned {
        let wanted = if own_type == "image/webp" && takes_jpeg { JPEG } else { own_type };
        if let Some(written) = picture::redraw(file, LONGEST_SIDE, wanted, QUALITY).await {
            return Some(written);
        }
    }
    // Turned, and it cannot be drawn anew here: better with its orientation, which the proxy knows to keep.
    if turned { None } else { blob_of(&cleaned?, own_type) }
}

async fn bytes_of(content: &Blob) -> Option<Vec<u8>> {
    let buffer = JsFuture::from(content.array_buffer()).await.ok()?;
    Some(Uint8Array::new(&buffer).to_vec())
}

fn blob_of(bytes: &[u8], media_type: &str) -> Option<Blob> {
    let options = BlobPropertyBag::new();
    options.set_type(media_type);
    let parts = Array::of1(&JsValue::from(Uint8Array::from(bytes)));
    Blob::new_with_u8_array_sequence_and_options(&parts, &options).ok()
}
