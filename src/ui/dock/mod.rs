//! What is asked of the visitor, between conversation and composer: patience, a rating, what to do next.

use crate::lazy;
use crate::ui::context::Context;
use crate::ui::leave;
use crate::ui::parts::{
    Flag, block, button, effect, fixed, heading, line, nothing, number, piece, region, words,
};
use crate::ui::rating;
use crate::ui::text::{self, Key};
use crate::ui::view_state::Dock;
use crate::ui::words::Words;
use crate::web::Timer;
use frontdesk_contract::{ConnectTo, EndReason, ErrorCode, QueueInfo};
use frontdesk_core::Input;
use leptos::prelude::*;

/// Milliseconds of a minute.
const MINUTE_MS: u64 = 60_000;
/// From here on a wait is long, expected or past.
const LONG_WAIT_MS: u64 = 2 * MINUTE_MS;

/// The card, if there is one. The region stays, so that screen readers hear what enters it, and later what changes in it.
pub fn dock(context: Context) -> AnyView {
    let shown = context.key(|view| view.dock_version);
    let card = piece(move || {
        shown.get();
        if context.view_once().dock == Dock::Empty {
            return nothing();
        }
        lazy::later(context, move || Box::pin(card_part(context)))
    });
    region("fd-dock", "status", None, vec![card])
}

lazy::part! { conversation:
    fn card_part(context: Context) -> AnyView {
        match &context.view_once().dock {
            Dock::Empty => nothing(),
            Dock::Queue => queue(context),
            Dock::Rate(form) => rating::ask(context, form),
            Dock::RatingSent { ended } => rating::sending(context, *ended),
            Dock::Thanks { ended } => rating::thanks(context, *ended),
            Dock::RatingFailed(code) => rating::failed(context, *code),
            Dock::Ended(reason) => ended(context, *reason),
            Dock::NotConnected(code) => not_connected(context, *code),
        }
    }
}

/// A card of these things.
pub fn card(content: Vec<AnyView>) -> AnyView {
    block("fd-card", content)
}

/// A line of text on a card.
pub fn sentence(context: Context, key: Key) -> AnyView {
    line("fd-text", fixed(context.text(key)))
}

/// Begins anew, with the robot where there is one.
pub fn new_conversation(context: Context) -> AnyView {
    let begin = move || {
        let to = if context.view_once().has_robot { ConnectTo::Robot } else { ConnectTo::Agent };
        context.act(Input::Connect(to));
    };
    button("fd-button", context.text(text::NEW_CONVERSATION), begin)
}

/// Place in the queue, and the wait.
pub fn queue_words(words: &Words, queue: QueueInfo) -> (String, String) {
    let place = match queue.place {
        None | Some(0) => words.get(text::QUEUE_TITLE),
        Some(1) => words.get(text::QUEUE_NEXT),
        Some(place) => words.fill(text::QUEUE_PLACE, &[("place", &words.locale.number(place))]),
    };
    let wait = match queue.wait_ms {
        None => words.get(text::QUEUE_UNKNOWN),
        Some(wait) if wait < MINUTE_MS => words.get(text::QUEUE_SOON),
        Some(wait) => {
            let minutes = u32::try_from(wait.div_ceil(MINUTE_MS)).unwrap_or(u32::MAX);
            words.count(text::QUEUE_WAIT, "minutes", minutes)
        }
    };
    (place, wait)
}

fn queue(context: Context) -> AnyView {
    let told = move || queue_words(&context.desk().words, context.view().queue);
    let (place, wait) = (move || told().0, move || told().1);
    let leave = move || context.act(Input::EndContact);
    card(vec![
        line("fd-title", words(place)),
        line("fd-strong", words(wait)),
        sentence(context, text::QUEUE_HINT),
        long_wait(context),
        button("fd-button fd-quiet", context.text(text::QUEUE_LEAVE), leave),
    ])
}

/// A way out of a long wait, once it is long.
fn long_wait(context: Context) -> AnyView {
    let waited = Flag::new();
    let timer = StoredValue::new_local(None::<Timer>);
    let since = context.key(|view| (view.queue_since_ms / 1_000) as u32);
    effect(move || {
        since.get();
        let now_ms = context.desk().engine().map_or(0, |engine| engine.now_ms());
        let since_ms = context.view_once().queue_since_ms;
        // Not known before the event has come: it has just begun.
        let passed = if since_ms > 0 { now_ms.saturating_sub(since_ms) } else { 0 };
        waited.set(false);
        let end = move || waited.set(true);
        timer.set_value(Some(Timer::after(LONG_WAIT_MS.saturating_sub(passed), Box::new(end))));
    });
    let offered = number(move || {
        let view = context.view();
        let long = waited.get() || view.queue.wait_ms.is_some_and(|wait| wait > LONG_WAIT_MS);
        (view.can_leave && long).into()
    });
    piece(move || {
        if offered.get() == 0 {
            return nothing();
        }
        block("fd-stacked", vec![sentence(context, text::QUEUE_LONG), leave_message(context)])
    })
}

/// Opens the form for a message for later, where the desk takes one.
fn leave_message(context: Context) -> AnyView {
    if !context.view_once().can_leave {
        return nothing();
    }
    button("fd-button fd-quiet", context.text(text::LEAVE_MESSAGE), move || context.leave_message(true))
}

fn ended(context: Context, reason: Option<EndReason>) -> AnyView {
    let closed = reason == Some(EndReason::OutsideHours);
    let unserved = closed || reason == Some(EndReason::QueueTimeout);
    card(vec![
        heading(context.text(text::ENDED_TITLE)),
        sentence(context, text::of_end(reason)),
        if closed { leave::hours(context) } else { nothing() },
        if unserved { leave_message(context) } else { nothing() },
        new_conversation(context),
    ])
}

fn not_connected(context: Context, code: ErrorCode) -> AnyView {
    let view = context.view_once();
    let wanted = view.refused_wish.unwrap_or(ConnectTo::Agent);
    let to = |to| move || context.act(Input::Connect(to));
    // What was refused can be asked for again; the other side is offered where it is not what stands in the way.
    let other = match (wanted, code) {
        (_, ErrorCode::CentreRefused) => None,
        (ConnectTo::Agent, _) => view.has_robot.then_some((text::TALK_ROBOT, ConnectTo::Robot)),
        (ConnectTo::Robot, _) => view.has_agent.then_some((text::TALK_PERSON, ConnectTo::Agent)),
    };
    let mut ways = vec![button("fd-button fd-quiet", context.text(text::TRY_AGAIN), to(wanted))];
    ways.extend(other.map(|(key, whom)| button("fd-button", context.text(key), to(whom))));
    ways.push(leave_message(context));
    card(vec![
        sentence(context, text::of_error(Some(code))),
        if code == ErrorCode::OutsideHours { leave::hours(context) } else { nothing() },
        block("fd-ways", ways),
    ])
}
