//! What can go wrong: with an exchange of HTTP, and with a connection of TCP.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

macro_rules! words {
    ($(#[doc = $about:literal])+ $name:ident { $($(#[doc = $doc:literal])+ $variant:ident = $word:literal,)+ }) => {
        $(#[doc = $about])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, ValueEnum, Serialize, Deserialize)]
        pub enum $name {
            $($(#[doc = $doc])+ #[value(name = $word)] #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// Every one.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The word for it in options, plans and logs.
            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }
    };
}

words! {
    /// What can go wrong with one request and its answer (HTTP/1.1).
    Kind {
        /// The connection is reset, and a few new ones after it.
        Refused = "refused",
        /// The connection is reset before the request has gone on.
        ResetBefore = "reset_before",
        /// The request arrives and is answered; the connection is reset before the answer.
        ResetAfter = "reset_after",
        /// The answer ends in the middle of its body.
        Truncated = "truncated",
        /// Request and answer come late; others overtake them.
        Latency = "latency",
        /// The request arrives twice, at the same time; one of the answers goes back.
        Duplicate = "duplicate",
        /// The request waits until another one has been answered, or a second.
        Reordered = "reordered",
        /// 500, 502, 503, 504 or 520 of a box on the way, for a few exchanges; the requests do not arrive.
        Error = "error",
        /// The request arrives, and a box on the way answers 500 or 504.
        ErrorAfter = "error_after",
        /// 429 for a few exchanges, half of the times with `Retry-After`; the requests do not arrive.
        TooMany = "too_many",
        /// 200 with a page of somebody else, for a few exchanges; the requests do not arrive.
        Captive = "captive",
        /// Nothing comes back, until the asking side gives up or the hole closes.
        BlackHole = "black_hole",
    }
}

impl Kind {
    /// Whether the request may have arrived. Only these can leave a second copy.
    #[must_use]
    pub fn may_arrive(self) -> bool {
        match self {
            Self::ResetAfter | Self::Truncated | Self::Latency | Self::Duplicate => true,
            Self::Reordered | Self::ErrorAfter => true,
            Self::Refused | Self::ResetBefore | Self::Error | Self::TooMany => false,
            Self::Captive | Self::BlackHole => false,
        }
    }

    /// Whether the exchanges after it meet it as well.
    pub(crate) fn lasts(self) -> bool {
        matches!(self, Self::Error | Self::TooMany | Self::Captive)
    }
}

words! {
    /// What can go wrong with one connection (TCP).
    Toxic {
        /// It is reset as soon as it is made.
        Refused = "refused",
        /// It is reset when the first bytes come, which do not go on.
        ResetBefore = "reset_before",
        /// It is reset when the first bytes come back, which do not arrive.
        ResetAfter = "reset_after",
        /// It closes after so many bytes came back.
        Limit = "limit",
        /// Bytes come one by one, both ways.
        Slice = "slice",
        /// Few bytes in a second, both ways.
        Bandwidth = "bandwidth",
        /// What is sent comes late, both ways.
        Latency = "latency",
        /// It is made, and no byte passes, until the hole closes.
        BlackHole = "black_hole",
        /// Nothing passes towards the upstream, until the network heals.
        StallUp = "stall_up",
        /// Nothing passes back, until the network heals.
        StallDown = "stall_down",
    }
}
