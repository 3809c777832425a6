//! How checks meet a centre: which one, as whom, and what becomes of the answers.

mod check;
pub(crate) mod environment;
mod house;
mod offer;
mod reply;
mod session;
mod target;

pub(crate) use check::{Check, Stop, Verdict, checks, ensure};
pub(crate) use environment::Access;
pub(crate) use house::House;
pub(crate) use offer::{Offer, Offers};
pub(crate) use reply::{Reply, field, number, word};
pub(crate) use session::Serving;
pub(crate) use target::{Target, Visitor, token_in};

/// Which of the two manuals a centre follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    V2_5,
    V2_6,
}

impl Dialect {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::V2_5 => "2.5",
            Self::V2_6 => "2.6",
        }
    }
}
