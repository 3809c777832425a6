//! Languages, dates and numbers, by the browser's own `Intl`.

use js_sys::{Array, Function, Intl, Object, Reflect};
use std::cell::OnceCell;
use wasm_bindgen::{JsCast, JsValue};

/// Milliseconds of a day.
const DAY_MS: i64 = 86_400_000;
/// A Monday at midnight, by UTC: 2024-01-01.
const MONDAY_MS: f64 = 1_704_067_200_000.0;

/// Formats for one language; made when first used.
pub struct Locale {
    tag: String,
    time: OnceCell<Option<Function>>,
    date: OnceCell<Option<Function>>,
    relative: OnceCell<Option<Intl::RelativeTimeFormat>>,
}

impl Locale {
    /// For a BCP 47 tag; English for what the browser cannot read as one.
    pub fn new(tag: &str) -> Self {
        let readable = construct("NumberFormat", tag, &Object::new()).is_some();
        let tag = if readable { tag } else { "en" }.to_owned();
        Self { tag, time: OnceCell::new(), date: OnceCell::new(), relative: OnceCell::new() }
    }

    /// The tag.
    pub fn tag(&self) -> &str {
        &self.tag
    }

    /// The time of day, such as 10:32.
    pub fn time(&self, at_ms: u64) -> String {
        let format =
            self.time.get_or_init(|| self.date_format(&[("hour", "2-digit"), ("minute", "2-digit")]));
        call(format.as_ref(), at_ms as f64)
    }

    /// The day: today and yesterday by word, others by date.
    pub fn day(&self, at_ms: u64, now_ms: u64) -> String {
        let ago = local_day(at_ms) - local_day(now_ms);
        if (-1..=0).contains(&ago) {
            let relative = self.relative.get_or_init(|| {
                let options = options(&[("numeric", "auto")]);
                construct("RelativeTimeFormat", &self.tag, &options).map(JsCast::unchecked_into)
            });
            if let Some(relative) = relative {
                return relative.format(ago as f64, "day").into();
            }
        }
        let format = self.date.get_or_init(|| {
            self.date_format(&[
                ("weekday", "short"),
                ("month", "short"),
                ("day", "numeric"),
                ("year", "numeric"),
            ])
        });
        call(format.as_ref(), at_ms as f64)
    }

    /// A whole number with the language's digits and separators.
    pub fn number(&self, value: u32) -> String {
        js_sys::Number::from(value).to_locale_string(&self.tag).into()
    }

    /// A size, such as 2.4 MB.
    pub fn bytes(&self, size: u64) -> String {
        let mut size = size as f64;
        let mut units = ["byte", "kilobyte", "megabyte", "gigabyte"].into_iter().peekable();
        let mut unit = units.next().unwrap_or_default();
        while size >= 999.5
            && let Some(larger) = units.next()
        {
            size /= 1_000.0;
            unit = larger;
        }
        // One digit after the point while it says something.
        let size = if size < 10.0 { (size * 10.0).round() / 10.0 } else { size.round() };
        let options = options(&[("style", "unit"), ("unit", unit)]);
        let format = construct("NumberFormat", &self.tag, &options)
            .and_then(|format| Reflect::get(&format, &"format".into()).ok()?.dyn_into().ok());
        call(format.as_ref(), size)
    }

    /// The name of a country or region, by its ISO 3166 code; the code where the browser knows none.
    pub fn region(&self, code: &str) -> String {
        let names = construct("DisplayNames", &self.tag, &options(&[("type", "region")]));
        let name = names.and_then(|names| {
            let of: Function = Reflect::get(&names, &"of".into()).ok()?.dyn_into().ok()?;
            of.call1(&names, &code.into()).ok()?.as_string()
        });
        name.unwrap_or_else(|| code.to_owned())
    }

    /// The short name of a day of the week, 1 is Monday.
    pub fn weekday(&self, day: u8) -> String {
        let format = self.date_format(&[("weekday", "short"), ("timeZone", "UTC")]);
        call(format.as_ref(), MONDAY_MS + f64::from(day.saturating_sub(1)) * DAY_MS as f64)
    }

    /// A time of day, so many minutes after midnight.
    pub fn clock(&self, minutes: u32) -> String {
        let format = self.date_format(&[("hour", "numeric"), ("minute", "2-digit"), ("timeZone", "UTC")]);
        call(format.as_ref(), MONDAY_MS + f64::from(minutes) * 60_000.0)
    }

    /// The name of a time zone; `None` where the visitor's clock is set to it, or the browser does not know it.
    pub fn foreign_zone(&self, zone: &str) -> Option<String> {
        let own = construct("DateTimeFormat", &self.tag, &Object::new())?;
        let resolved = own.unchecked_into::<Intl::DateTimeFormat>().resolved_options();
        if Reflect::get(&resolved, &"timeZone".into()).ok()?.as_string()? == zone {
            return None;
        }
        let format =
            self.date_format(&[("timeZoneName", "long"), ("timeZone", zone), ("minute", "numeric")])?;
        // The zone stands behind the minute or before it: "0 China Standard Time".
        let shown = call(Some(&format), MONDAY_MS);
        Some(shown.trim_matches(|char: char| char.is_numeric() || " ,،、分".contains(char)).to_owned())
    }

    fn date_format(&self, parts: &[(&str, &str)]) -> Option<Function> {
        let options = options(parts);
        let format: Intl::DateTimeFormat = construct("DateTimeFormat", &self.tag, &options)?.unchecked_into();
        Some(format.format())
    }
}

fn options(parts: &[(&str, &str)]) -> Object {
    let options = Object::new();
    for (name, value) in parts {
        let _ = Reflect::set(&options, &(*name).into(), &(*value).into());
    }
    options
}

/// Makes an `Intl` object; `None` where the browser lacks it.
fn construct(name: &str, tag: &str, options: &Object) -> Option<JsValue> {
    let intl = Reflect::get(&js_sys::global(), &"Intl".into()).ok()?;
    let class: Function = Reflect::get(&intl, &name.into()).ok()?.dyn_into().ok()?;
    Reflect::construct(&class, &Array::of2(&tag.into(), options)).ok()
}

fn call(format: Option<&Function>, value: f64) -> String {
    format
        .and_then(|format| format.call1(&JsValue::UNDEFINED, &value.into()).ok())
        .and_then(|text| text.as_string())
        .unwrap_or_default()
}

/// The number of the visitor's day, as the calendar counts.
pub fn local_day(at_ms: u64) -> i64 {
    let offset_min = js_sys::Date::new(&(at_ms as f64).into()).get_timezone_offset() as i64;
    (at_ms as i64 - offset_min * 60_000).div_euclid(DAY_MS)
}

/// The language to use: the site's setting, else the page's, else the first that the visitor's browser names.
pub fn choose(setting: Option<&str>) -> String {
    if let Some(tag) = setting.filter(|tag| !tag.is_empty()) {
        return tag.to_owned();
    }
    let Some(window) = web_sys::window() else { return "en".to_owned() };
    let page = window
        .document()
        .and_then(|document| document.document_element())
        .and_then(|root| root.get_attribute("lang"))
        .filter(|tag| !tag.is_empty());
    page.or_else(|| window.navigator().languages().get(0).as_string()).unwrap_or_else(|| "en".to_owned())
}
