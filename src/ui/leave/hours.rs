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
        let hours = context.desk().offers().and_then(|offers| offers.hours);
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
    let days: Vec<String> =
        runs(&span.days).into_iter().map(|(first, last)| locale.weekdays(first, last)).collect();
    [locale.list(&days), locale.clock(span.from_min, span.to_min)].join(" ")
}
