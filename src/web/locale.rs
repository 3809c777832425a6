//! Languages, dates and numbers, by the browser's own `Intl`.

use js_sys::{Array, Function, Intl, Object, Reflect};
use std::cell::OnceCell;
use wasm_bindgen::{JsCast, JsValue};

/// Milliseconds of a day.
const DAY_MS: i64 = 86_400_000;
/// Minutes of a day.
const DAY_MIN: u32 = 1_440;
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

    /// A share, such as 45 %.
    pub fn percent(&self, hundredths: u32) -> String {
        let format = self.number_format(&[("style", "percent")]);
        call(format.as_ref(), f64::from(hundredths) / 100.0)
    }

    /// The plural form that goes with a number, by CLDR's names: `one`, `few`, `other` …
    pub fn plural(&self, count: u32) -> String {
        construct("PluralRules", &self.tag, &Object::new())
            .map(|rules| rules.unchecked_into::<Intl::PluralRules>().select(count.into()).into())
            .unwrap_or_else(|| "other".to_owned())
    }

    /// Several things in a row, as the language joins them: "Mon, Wed".
    pub fn list(&self, items: &[String]) -> String {
        let joined = construct("ListFormat", &self.tag, &options(&[("style", "narrow")])).and_then(|list| {
            let format: Function = Reflect::get(&list, &"format".into()).ok()?.dyn_into().ok()?;
            let items: Array = items.iter().map(JsValue::from).collect();
            format.call1(&list, &items).ok()?.as_string()
        });
        joined.unwrap_or_else(|| items.join(", "))
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
        let format = self.number_format(&[("style", "unit"), ("unit", unit)]);
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

    /// The short names of the first and the last day of a row of days, 1 is Monday; of one day, its own.
    pub fn weekdays(&self, first: u8, last: u8) -> String {
        let at = |day: u8| MONDAY_MS + f64::from(day.saturating_sub(1)) * DAY_MS as f64;
        let parts = [("weekday", "short"), ("timeZone", "UTC")];
        if first == last {
            return call(self.date_format(&parts).as_ref(), at(first));
        }
        self.range(&parts, at(first), at(last))
    }

    /// From one time of day to another, so many minutes after midnight.
    pub fn clock(&self, from_min: u32, to_min: u32) -> String {
        let at = |minutes: u32| MONDAY_MS + f64::from(minutes) * 60_000.0;
        self.range(
            &[("hour", "numeric"), ("minute", "2-digit"), ("timeZone", "UTC")],
            at(from_min),
            // Midnight at the end of a day is not tomorrow: that would be written as a date.
            at(to_min % DAY_MIN),
        )
    }

    /// The name of a time zone; `None` where the visitor's clock is set to it, or the browser does not know it.
    pub fn foreign_zone(&self, zone: &str) -> Option<String> {
        let own = construct("DateTimeFormat", &self.tag, &Object::new())?;
        let resolved = own.unchecked_into::<Intl::DateTimeFormat>().resolved_options();
        if Reflect::get(&resolved, &"timeZone".into()).ok()?.as_string()? == zone {
            return None;
        }
        let options = options(&[("timeZoneName", "long"), ("timeZone", zone)]);
        let format = construct("DateTimeFormat", &self.tag, &options)?;
        let parts = format
            .unchecked_into::<Intl::DateTimeFormat>()
            .format_to_parts(&js_sys::Date::new(&MONDAY_MS.into()));
        let text = |part: &JsValue, name: &str| Reflect::get(part, &name.into()).ok()?.as_string();
        parts
            .iter()
            .find(|part| text(part, "type").as_deref() == Some("timeZoneName"))
            .and_then(|part| text(&part, "value"))
    }

    /// From one time to another. Times that the browser cannot put in a range stand side by side.
    fn range(&self, parts: &[(&str, &str)], from: f64, to: f64) -> String {
        let range = construct("DateTimeFormat", &self.tag, &options(parts)).and_then(|format| {
            let run: Function = Reflect::get(&format, &"formatRange".into()).ok()?.dyn_into().ok()?;
            run.call2(&format, &from.into(), &to.into()).ok()?.as_string()
        });
        // From late to early would be a range of two days.
        let range = range.filter(|_| from < to);
        range.unwrap_or_else(|| {
            let format = self.date_format(parts);
            [call(format.as_ref(), from), call(format.as_ref(), to)].join(" – ")
        })
    }

    fn number_format(&self, parts: &[(&str, &str)]) -> Option<Function> {
        let format = construct("NumberFormat", &self.tag, &options(parts))?;
        Reflect::get(&format, &"format".into()).ok()?.dyn_into().ok()
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
