//! The words in which a softphone reports, as its interface spells them.

use super::input::{IceState, PhoneCause};

impl PhoneCause {
    /// What the word means; a word that is not known is a failure.
    pub fn of_word(word: &str) -> Self {
        match word {
            "hung_up" => Self::HungUp,
            "busy" => Self::Busy,
            "rejected" => Self::Rejected,
            "not_found" => Self::NotFound,
            "unavailable" => Self::Unavailable,
            "no_answer" => Self::NoAnswer,
            "unauthorized" => Self::Unauthorized,
            "no_gateway" => Self::NoGateway,
            "no_media" => Self::NoMedia,
            "incompatible" => Self::Incompatible,
            "cancelled" => Self::Cancelled,
            _ => Self::Failed,
        }
    }
}

impl IceState {
    /// What the word means (W3C WebRTC, `RTCIceConnectionState`); `None`: it is not known, and changes nothing.
    pub fn of_word(word: &str) -> Option<Self> {
        Some(match word {
            "new" => Self::New,
            "checking" => Self::Checking,
            "connected" | "completed" => Self::Connected,
            "disconnected" => Self::Disconnected,
            "failed" => Self::Failed,
            "closed" => Self::Closed,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_cause_has_a_word_of_its_own() {
        let words = [
            "hung_up",
            "busy",
            "rejected",
            "not_found",
            "unavailable",
            "no_answer",
            "unauthorized",
            "no_gateway",
            "no_media",
            "incompatible",
            "cancelled",
            "failed",
        ];
        let causes: BTreeSet<_> =
            words.iter().map(|word| format!("{:?}", PhoneCause::of_word(word))).collect();
        assert_eq!(causes.len(), words.len());
        assert_eq!(PhoneCause::of_word("of_tomorrow"), PhoneCause::Failed);
    }

    #[test]
    fn the_ways_of_the_media_have_the_browsers_words() {
        assert_eq!(IceState::of_word("completed"), IceState::of_word("connected"));
        let words = ["new", "checking", "connected", "disconnected", "failed", "closed"];
        let states: BTreeSet<_> = words.iter().map(|word| format!("{:?}", IceState::of_word(word))).collect();
        assert_eq!(states.len(), words.len());
        assert_eq!(IceState::of_word("Connected"), None);
    }
}
