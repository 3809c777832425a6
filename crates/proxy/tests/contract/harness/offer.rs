//! What a centre may have or not have.

use std::collections::BTreeSet;

macro_rules! offers {
    ($($(#[doc = $doc:literal])+ $name:ident = $word:literal,)+) => {
        /// A part of the interface that a deployment may lack.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum Offer {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Offer {
            pub(crate) const ALL: &[Self] = &[$(Self::$name,)+];

            /// Its name in the environment and in the closing line.
            pub(crate) fn word(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)+
                }
            }
        }
    };
}

offers! {
    /// A conversation can be opened at all.
    Conversation = "conversation",
    /// A robot serves first.
    Robot = "robot",
    /// Agents can be asked for.
    Agent = "agent",
    /// Visitors wait in a queue when no agent is free.
    Queue = "queue",
    /// The survey query (2.6).
    Survey = "survey",
    /// The history (2.6).
    History = "history",
    /// Upload and download.
    Files = "files",
    /// Phrase suggestions of the robot.
    Suggestions = "suggestions",
    /// Judging an answer of the robot.
    Feedback = "feedback",
    /// Leaving a message with a number.
    LeaveMessage = "leave_message",
    /// Calls by voice and video.
    Calls = "calls",
    /// Calls that staff place.
    StaffCalls = "staff_calls",
    /// The offline switch (2.6).
    Offline = "offline",
    /// Cards (2.6).
    Cards = "cards",
    /// Read notices (2.6).
    Read = "read",
    /// The agents' side, where the suite can make an agent act: the sandbox alone.
    Desk = "desk",
}

impl Offer {
    /// Whether finding out would take the time of the centre's people.
    fn disturbs(self) -> bool {
        matches!(self, Self::Agent | Self::Queue | Self::LeaveMessage | Self::Calls | Self::StaffCalls)
    }
}

/// What is known of a centre beforehand.
#[derive(Clone, Debug, Default)]
pub(crate) struct Offers {
    pub(crate) present: BTreeSet<Offer>,
    pub(crate) absent: BTreeSet<Offer>,
}

impl Offers {
    /// Everything but these.
    pub(crate) fn all_but(absent: &[Offer]) -> Self {
        let absent: BTreeSet<Offer> = absent.iter().copied().collect();
        let present = Offer::ALL.iter().copied().filter(|offer| !absent.contains(offer)).collect();
        Self { present, absent }
    }

    /// Reads `robot,history,-calls`: there, there, not there. What is not named is found out, unless that would take
    /// the time of the centre's people.
    pub(crate) fn parse(list: &str) -> Result<Self, String> {
        let mut offers = Self::default();
        for word in list.split(',').map(str::trim).filter(|word| !word.is_empty()) {
            let (name, set) = match word.strip_prefix('-') {
                Some(name) => (name, &mut offers.absent),
                None => (word, &mut offers.present),
            };
            let known = Offer::ALL.iter().find(|offer| offer.word() == name);
            set.insert(*known.ok_or_else(|| {
                let names: Vec<&str> = Offer::ALL.iter().map(|offer| offer.word()).collect();
                format!("`{name}` is none of {}", names.join(", "))
            })?);
        }
        Ok(offers)
    }

    /// Why it is not asked for.
    pub(crate) fn reason_against(&self, offer: Offer) -> Option<&'static str> {
        if self.absent.contains(&offer) {
            Some("declared absent")
        } else if offer.disturbs() && !self.present.contains(&offer) {
            Some("not declared, and asking would take the time of people")
        } else {
            None
        }
    }
}
