//! The call view: a card above the conversation, which stays usable.

use super::controls::{above_pictures, controls};
use super::side::{CallView, Side};
use super::stages::{Said, actions, ended, said};
use crate::lazy;
use crate::ui::context::Context;
use crate::ui::icon;
use crate::ui::parts::{block, effect, icon as draw, icon_button, nothing, number, piece, region, words};
use crate::ui::text;
use crate::web::Timer;
use frontdesk_core::call::{Input, Stage};
use leptos::prelude::*;

lazy::part! { call:
    /// Draws the call view, and looks what is possible.
    pub(super) fn call_part(context: Context) -> AnyView {
        card(context)
    }
}

/// The clock of a call moves on this often, in milliseconds.
const TICK_MS: u64 = 1_000;

fn card(context: Context) -> AnyView {
    let side = Side::new(context);
    let talking = number(move || (side.view.get().stage == Stage::Talking).into());
    let stage = Memo::new(move |_| side.view.get().stage);
    let pictures = number(move || {
        let view = side.view.get();
        (view.has_begun() && view.video).into()
    });
    let close = move || {
        side.input(Input::HangUp);
        side.input(Input::Close);
        context.close_calls();
    };
    let title = words(move || context.text(title(&side.view.get())));
    let title = view! { class="fd", <p class="fd-call-title" role="status">{title}</p> }.into_any();
    let head = block(
        "fd-call-head",
        vec![
            block("fd-call-mark", vec![draw(icon::PHONE)]),
            block("fd-call-titles", vec![title, called(side), clock(side, talking)]),
            piece(move || match stage.get() {
                Stage::Looking | Stage::Ready | Stage::Ended(_) | Stage::Impossible(_) | Stage::Closed => {
                    icon_button("fd-icon-button", icon::CLOSE, context.text(text::CALL_CLOSE), close)
                }
                _ => nothing(),
            }),
        ],
    );
    let sentence = words(move || match said(context, &side.view.get()) {
        Said::Nothing => String::new(),
        Said::Sentence(sentence) => sentence,
    });
    let sentence = view! { class="fd", <p class="fd-call-said" role="status">{sentence}</p> }.into_any();
    let below = piece(move || match stage.get() {
        Stage::Talking => controls(side),
        Stage::Ended(cause) => ended(side, cause),
        _ => actions(side),
    });
    let label = context.text(text::CALL_TITLE);
    let card =
        region("fd-call-card", "region", Some(label), vec![head, players(side, pictures), sentence, below]);
    let begun = number(move || side.view.get().has_begun().into());
    effect(move || {
        side.plugged.track();
        if begun.get() != 0 {
            side.look_for_devices();
        }
    });
    // The players must be in the page before anything can be played.
    effect(move || side.open());
    let focus = number(move || match side.view.get().stage {
        Stage::Looking | Stage::Closed => 0,
        Stage::Ready | Stage::Ended(_) | Stage::Impossible(_) => 1,
        Stage::Talking => 3,
        _ => 2,
    });
    effect(move || {
        if focus.get() > 0 {
            context.settle_focus_on(".fd-call-actions .fd-button, .fd-call-hang-up");
        }
    });
    card
}

fn title(view: &CallView) -> text::Key {
    match view.stage {
        Stage::Requesting | Stage::Looking if view.placed.is_some() => text::CALL_PLACING,
        Stage::Closed | Stage::Looking | Stage::Ready | Stage::Impossible(_) => text::CALL_TITLE,
        Stage::Microphone => text::CALL_PREPARING,
        Stage::Requesting => text::CALL_REQUESTING,
        Stage::Queueing => text::CALL_QUEUEING,
        Stage::Dialling => text::CALL_DIALLING,
        Stage::Ringing => text::CALL_RINGING,
        Stage::Talking if view.awaits_sound || view.recovering => text::CALL_DIALLING,
        Stage::Talking => text::CALL_TALKING,
        Stage::Ended(_) => text::CALL_ENDED,
    }
}

/// Whom a member of staff calls.
fn called(side: Side) -> AnyView {
    let number = words(move || side.view.get().placed.map_or(String::new(), |wish| wish.called));
    view! { class="fd", <p class="fd-call-number" dir="ltr">{number}</p> }.into_any()
}

/// How long they have been talking.
fn clock(side: Side, talking: Memo<u32>) -> AnyView {
    let ticks = RwSignal::new(0_u32);
    let timer = StoredValue::new_local(None::<Timer>);
    effect(move || {
        ticks.track();
        if talking.get() == 0 {
            timer.set_value(None);
            return;
        }
        // One is asked for each: the timer that fires must not be dropped while it runs.
        let tick = move || {
            ticks.try_update(|ticks| *ticks = ticks.wrapping_add(1));
        };
        timer.set_value(Some(Timer::after(TICK_MS, Box::new(tick))));
    });
    let time = words(move || {
        ticks.track();
        // The call that follows may end before anybody talks.
        side.view.track();
        side.talking_s().map_or(String::new(), |seconds| {
            let (minutes, seconds) = (seconds / 60, seconds % 60);
            [minutes.to_string().as_str(), if seconds < 10 { ":0" } else { ":" }, &seconds.to_string()]
                .concat()
        })
    });
    view! { class="fd", <p class="fd-call-clock" role="timer" aria-live="off">{time}</p> }.into_any()
}

/// Where the other side is heard, and both are seen.
fn players(side: Side, pictures: Memo<u32>) -> AnyView {
    let shown = move || pictures.get() != 0;
    let above = number(move || (shown() && side.view.get().stage == Stage::Talking).into());
    let own_label = side.context.text(text::CALL_OWN_PICTURE);
    let other_label = side.context.text(text::CALL_OTHER_PICTURE);
    let place = move || match (shown(), above.get()) {
        (false, _) => "fd-call-pictures fd-call-unseen",
        // As long as nobody else is there, the visitor is seen large.
        (true, 0) => "fd-call-pictures fd-call-alone",
        (true, _) => "fd-call-pictures",
    };
    view! { class="fd",
        <div class=place>
            <video class="fd-call-other" autoplay playsinline aria-label=other_label></video>
            <video class="fd-call-own" autoplay playsinline prop:muted=true aria-label=own_label></video>
            {piece(move || if above.get() == 0 { nothing() } else { above_pictures(side) })}
        </div>
    }
    .into_any()
}
