//! The opening hours, in the visitor's language.

use super::spans::runs;
use crate::lazy;
use crate::ui::context::Context;
use crate::ui::parts::{block, fixed, line, nothing};
use crate::ui::text;
use crate::web::Locale;
use frontdesk_contract::{Hours, HoursSpan};
use leptos::prelude::*;

lazy::part! { leave:
    /// Draws the hours.
    pub(super) fn hours_part(context: Context) -> AnyView {
        let mut hours = None;
        context.desk().look(&mut |session| {
            hours = session.offers().and_then(|offers| offers.hours.clone());
        });
        hours.map_or_else(nothing, |hours| list(context, &hours))
    }
}

fn list(context: Context, hours: &Hours) -> AnyView {
    let desk = context.desk();
    let locale = &desk.words.locale;
    let mut lines = vec![line("fd-strong", fixed(context.text(text::HOURS_TITLE)))];
    lines.extend(hours.spans.iter().map(|span| line("fd-text", fixed(sentence(locale, span)))));
    lines.extend(locale.foreign_zone(&hours.zone).map(|zone| line("fd-small", fixed(zone))));
    block("fd-hours", lines)
}

fn sentence(locale: &Locale, span: &HoursSpan) -> String {
    let days: Vec<String> = runs(&span.days)
        .into_iter()
        .map(|(first, last)| match (locale.weekday(first), locale.weekday(last)) {
            (first, last) if first == last => first,
            (first, last) => [&first, "–", &last].concat(),
        })
        .collect();
    let to = locale.clock(span.to_min);
    [&days.join(", "), " ", &locale.clock(span.from_min), "–", &to].concat()
}
