//! Draws a picture anew: smaller, upright, and without anything that its file told beside.

use js_sys::{Promise, Reflect};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, CanvasRenderingContext2d, HtmlCanvasElement, ImageBitmap};

/// A picture of this type whose longer side has at most so many pixels; `None` when the browser cannot read it or write
/// that type.
pub async fn redraw(content: &Blob, longest: u32, media_type: &str, quality: f64) -> Option<Blob> {
    let window = web_sys::window()?;
    // Browsers turn the picture as its file says.
    let reading = window.create_image_bitmap_with_blob(content).ok()?;
    let bitmap: ImageBitmap = JsFuture::from(reading).await.ok()?.unchecked_into();
    let canvas: HtmlCanvasElement = window.document()?.create_element("canvas").ok()?.unchecked_into();
    let (width, height) = (bitmap.width(), bitmap.height());
    let scale = f64::from(longest) / f64::from(width.max(height).max(1));
    let fit =
        |side: u32| if scale < 1.0 { (f64::from(side) * scale).round().max(1.0) } else { f64::from(side) };
    canvas.set_width(fit(width) as u32);
    canvas.set_height(fit(height) as u32);
    let brush: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.unchecked_into();
    let _ = Reflect::set(&brush, &"imageSmoothingQuality".into(), &"high".into());
    let drawn = brush.draw_image_with_image_bitmap_and_dw_and_dh(&bitmap, 0.0, 0.0, fit(width), fit(height));
    bitmap.close();
    drawn.ok()?;
    let written = write(&canvas, media_type, quality).await?;
    // A browser that does not know the type writes PNG instead.
    (written.type_() == media_type).then_some(written)
}

/// What the canvas calls when it has written.
type Written = Closure<dyn FnMut(JsValue)>;

async fn write(canvas: &HtmlCanvasElement, media_type: &str, quality: f64) -> Option<Blob> {
    let kept: Rc<RefCell<Option<Written>>> = Rc::default();
    let promise = Promise::new(&mut |resolve, _| {
        let done = Closure::once(move |blob: JsValue| {
            let _ = resolve.call1(&JsValue::UNDEFINED, &blob);
        });
        let callback = done.as_ref().unchecked_ref();
        // Fails only for a picture of another site, which a file is not.
        let _ = canvas.to_blob_with_type_and_encoder_options(callback, media_type, &quality.into());
        *kept.borrow_mut() = Some(done);
    });
    let blob = JsFuture::from(promise).await.ok()?.dyn_into().ok();
    drop(kept);
    blob
}
