//! What kind of thing a message is, by its `controlType`.

use super::lax::Text;

/// Words for taking a message back. No document prints the one that the centre says.
const TAKES_BACK: &[&str] = &[
    "RECALL",
    "RECALLED",
    "REVOKE",
    "REVOKED",
    "WITHDRAW",
    "WITHDRAWN",
    "RETRACT",
    "RETRACTED",
    "DELETE",
    "DELETED",
    "REMOVE",
    "REMOVED",
    "UNDO",
    "CANCEL",
    "CANCELLED",
];
/// What may stand around such a word.
const AROUND: &[&str] = &["MESSAGE", "MSG", "CHAT"];

/// A `controlType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Control {
    Chat,
    Connect,
    Transfer,
    Disconnect,
    Read,
    Typing,
    /// The message that the `messageCode` names is taken back.
    Recall,
    /// None that is known: it must change nothing, least of all a message that it names.
    Other,
}

impl Control {
    pub(super) fn of(text: &Text) -> Self {
        match text.word().map(str::to_ascii_uppercase).as_deref() {
            None | Some("CHAT" | "NULL") => Self::Chat,
            Some("CONNECT") => Self::Connect,
            Some("TRANS2AGENT") => Self::Transfer,
            Some("DISCONNECT") => Self::Disconnect,
            Some("READ") => Self::Read,
            Some("INPUT") => Self::Typing,
            Some(word) if takes_back(word) => Self::Recall,
            Some(_) => Self::Other,
        }
    }
}

fn takes_back(upper: &str) -> bool {
    let mut word: String = upper.chars().filter(|char| !matches!(char, '_' | '-' | ' ')).collect();
    for around in AROUND {
        let inner = word.strip_prefix(around).or_else(|| word.strip_suffix(around));
        if let Some(inner) = inner.map(str::to_owned) {
            word = inner;
        }
    }
    TAKES_BACK.contains(&word.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_words_for_taking_back_take_back() {
        let of = |word: &str| Control::of(&Text(Some(word.into())));
        for word in
            ["RECALL", "recall", "Recall_Message", "MSG_RECALL", "deleteMsg", "WITHDRAW", "revoked", "UNDO"]
        {
            assert_eq!(of(word), Control::Recall, "{word}");
        }
        for word in [
            "DELIVERED",
            "ACK",
            "RECEIPT",
            "REACTION",
            "EDIT",
            "PIN",
            "FORWARD",
            "NOTIFY",
            "TRANSLATE",
            "TYPING",
            "REMOVE_REACTION",
            "UNDELETE",
            "撤回?",
            "MESSAGE",
            "_",
        ] {
            assert_eq!(of(word), Control::Other, "{word}");
        }
        assert_eq!((of("chat"), of(" "), of("null")), (Control::Chat, Control::Chat, Control::Chat));
    }
}
