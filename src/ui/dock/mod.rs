//! What is asked of the visitor, between conversation and composer: patience, a rating, what to do next.

use crate::lazy;
use crate::ui::context::Context;
use crate::ui::parts::{block, button, fixed, heading, line, nothing, piece, region, words};
use crate::ui::rating;
use crate::ui::text::{self, Key};
use crate::ui::view_state::Dock;
use frontdesk_contract::{ConnectTo, EndReason, ErrorCode, SurveyForm};
use frontdesk_core::Input;
use leptos::prelude::*;

/// Milliseconds of a minute.
const MINUTE_MS: u64 = 60_000;

/// The card, if there is one. The region stays, so that screen readers hear what enters it.
pub fn dock(context: Context) -> AnyView {
    let shown = context.key(|view| view.dock_version);
    let card = piece(move || {
        shown.get();
        match &context.view_once().dock {
            Dock::Empty => nothing(),
            Dock::Queue => queue(context),
            Dock::Rate(form) => rate(context, form.clone()),
            Dock::RatingSent => card(vec![sentence(context, text::RATING_SENDING)]),
            Dock::Thanks { ended } => rating::thanks(context, *ended),
            Dock::RatingFailed(code) => rating::failed(context, *code),
            Dock::Ended(reason) => ended(context, *reason),
            Dock::NotConnected(code) => not_connected(context, *code),
        }
    });
    region("fd-dock", "status", None, vec![card])
}

fn rate(context: Context, form: SurveyForm) -> AnyView {
    lazy::later(context, move || Box::pin(rate_now(context, form.clone())))
}

lazy::part! { rating:
    fn rate_now(context: Context, form: SurveyForm) -> AnyView {
        rating::ask(context, &form)
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

fn queue(context: Context) -> AnyView {
    let place = move || {
        let desk = context.desk();
        match context.view().queue.place {
            None | Some(0) => desk.words.get(text::QUEUE_TITLE),
            Some(1) => desk.words.get(text::QUEUE_NEXT),
            Some(place) => desk.words.fill(text::QUEUE_PLACE, &[("place", &desk.words.locale.number(place))]),
        }
    };
    let wait = move || {
        let desk = context.desk();
        match context.view().queue.wait_ms {
            None => desk.words.get(text::QUEUE_UNKNOWN),
            Some(wait) if wait < MINUTE_MS => desk.words.get(text::QUEUE_SOON),
            Some(wait) => {
                let minutes = u32::try_from(wait.div_ceil(MINUTE_MS)).unwrap_or(u32::MAX);
                desk.words.fill(text::QUEUE_WAIT, &[("minutes", &desk.words.locale.number(minutes))])
            }
        }
    };
    let leave = move || context.act(Input::EndContact);
    card(vec![
        line("fd-title", words(place)),
        line("fd-strong", words(wait)),
        sentence(context, text::QUEUE_HINT),
        button("fd-button fd-quiet", context.text(text::QUEUE_LEAVE), leave),
    ])
}

fn ended(context: Context, reason: Option<EndReason>) -> AnyView {
    card(vec![
        heading(context.text(text::ENDED_TITLE)),
        sentence(context, text::of_end(reason)),
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
    card(vec![sentence(context, text::of_error(Some(code))), block("fd-ways", ways)])
}
