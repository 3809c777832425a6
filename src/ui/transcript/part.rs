//! The conversation is a part of its own: the greeting and the field can be used before it is there. It is loaded with
//! the first letter that the visitor types, or with the first entry.

use crate::lazy;
use crate::ui::context::Context;
use crate::ui::parts::{nothing, piece};
use leptos::prelude::*;
use std::rc::Rc;

/// The conversation, once there is something to read.
pub fn conversation(context: Context) -> AnyView {
    piece(move || {
        if context.converses() {
            lazy::later(context, move || Box::pin(conversation_part(context)))
        } else {
            nothing()
        }
    })
}

lazy::part! { conversation:
    /// Draws the conversation into the body of the panel; it is kept up to date from then on.
    fn conversation_part(context: Context) -> AnyView {
        context.desk().show_transcript(Rc::new(context), context);
        nothing()
    }
}
