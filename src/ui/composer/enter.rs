//! When Enter sends. Not while an input method composes: there it takes the word that the visitor has chosen.

use leptos::ev::KeyboardEvent;

/// What a browser reports for a key that the input method takes.
const TAKEN_BY_INPUT_METHOD: u32 = 229;

/// What is known of the input method.
#[derive(Clone, Copy, Default)]
pub(super) struct Enter {
    pub(super) composing: bool,
}

impl Enter {
    /// The input method takes this key. Safari ends the composition before the Enter that ended it; that key is a 229
    /// still.
    pub(super) fn is_taken(self, event: &KeyboardEvent) -> bool {
        self.composing || event.is_composing() || event.key_code() == TAKEN_BY_INPUT_METHOD
    }

    /// Whether a key that is not taken sends.
    pub(super) fn sends(event: &KeyboardEvent) -> bool {
        event.key() == "Enter"
            && !event.shift_key()
            && !event.ctrl_key()
            && !event.alt_key()
            && !event.meta_key()
    }
}
