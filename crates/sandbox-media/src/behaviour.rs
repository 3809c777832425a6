//! What answers at which number.

use std::time::Duration;

use crate::media::{Change, Plays};

/// Something the gateway does by itself in a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// 180.
    Ring,
    /// 183 with the answer, before the call is taken.
    EarlyMedia,
    /// The same until the agent of a line is there; 180 when the agent was first.
    WaitForAgent,
    /// 200 with the answer.
    Answer,
    /// BYE.
    HangUp,
    /// re-INVITE with an offer.
    Offer(Change),
    /// REFER, which a telephone in a page does not follow.
    Refer,
    /// NOTIFY of something nobody subscribed to.
    Notify,
    /// OPTIONS within the call.
    Options,
}

/// How the session timer is kept (RFC 4028).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refresh {
    /// By our UPDATE at half time.
    Update,
    /// By our re-INVITE at half time.
    Invite,
    /// By the visitor, or the call ends.
    Visitor,
}

/// Which status asks for credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Challenge {
    /// 401
    Registrar,
    /// 407
    Proxy,
}

/// What a number does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Behaviour {
    /// Answers, and then does what the plan says.
    Answers(Plan),
    /// Refuses with this status.
    Refuses(u16),
    /// Sends the caller to this user.
    MovedTo(&'static str),
    /// Rings until the caller gives up.
    Rings,
    /// Never says a word.
    Silent,
}

/// How a call is answered, and what follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    pub(crate) plays: Plays,
    /// Are telephone events accepted (RFC 4733)?
    pub(crate) tones: bool,
    pub(crate) challenge: Option<Challenge>,
    pub(crate) refresh: Option<Refresh>,
    /// From the INVITE on.
    pub(crate) before: Vec<(Duration, Act)>,
    /// From its ACK on.
    pub(crate) after: Vec<(Duration, Act)>,
}

impl Plan {
    fn plays(plays: Plays) -> Plan {
        Plan {
            plays,
            tones: true,
            challenge: None,
            refresh: None,
            before: vec![(Duration::ZERO, Act::Ring), (Duration::from_millis(300), Act::Answer)],
            after: Vec::new(),
        }
    }

    fn then(mut self, seconds: u64, act: Act) -> Plan {
        self.after.push((Duration::from_secs(seconds), act));
        self
    }

    /// Nobody answers.
    pub(crate) fn rings() -> Plan {
        Plan { before: vec![(Duration::ZERO, Act::Ring)], ..Plan::plays(Plays::Peer) }
    }

    /// A line whose agent answers. The announcement is heard until then.
    pub(crate) fn line() -> Plan {
        let before = vec![(Duration::ZERO, Act::WaitForAgent)];
        Plan { before, ..Plan::plays(Plays::PeerAfterAnnouncement) }
    }
}

impl Behaviour {
    /// What is at this number; `None` when nothing is.
    pub(crate) fn of(user: &str) -> Option<Behaviour> {
        let announcement = || Plan::plays(Plays::Announcement);
        let echo = || Plan::plays(Plays::Echo);
        Some(match user {
            "1000" => Behaviour::Answers(announcement()),
            "1001" => Behaviour::Answers(echo()),
            "1002" => Behaviour::Answers(Plan {
                before: vec![(Duration::ZERO, Act::EarlyMedia), (Duration::from_secs(2), Act::Answer)],
                ..announcement()
            }),
            "1003" => Behaviour::Answers(
                announcement().then(2, Act::Offer(Change::Hold)).then(5, Act::Offer(Change::Resume)),
            ),
            "1004" => Behaviour::Answers(Plan { tones: false, ..echo() }),
            "1005" => Behaviour::Answers(announcement().then(1, Act::Refer)),
            "1006" => Behaviour::Answers(announcement().then(1, Act::Notify)),
            "1007" => Behaviour::Answers(announcement().then(1, Act::Options)),
            "1008" => Behaviour::Answers(announcement().then(1, Act::Offer(Change::AddVideo))),
            "1302" => Behaviour::MovedTo("1000"),
            "1401" => Behaviour::Answers(Plan { challenge: Some(Challenge::Registrar), ..announcement() }),
            "1407" => Behaviour::Answers(Plan { challenge: Some(Challenge::Proxy), ..announcement() }),
            "1487" => Behaviour::Rings,
            "1490" => Behaviour::Answers(Plan { refresh: Some(Refresh::Update), ..announcement() }),
            "1491" => Behaviour::Answers(Plan { refresh: Some(Refresh::Invite), ..announcement() }),
            "1492" => Behaviour::Answers(Plan { refresh: Some(Refresh::Visitor), ..announcement() }),
            "1499" => Behaviour::Silent,
            _ => return by_digits(user),
        })
    }
}

/// `12ss` hangs up after `ss` seconds; `1` and a status refuses with it.
fn by_digits(user: &str) -> Option<Behaviour> {
    let number: u16 = user.strip_prefix('1').filter(|rest| rest.len() == 3)?.parse().ok()?;
    match number {
        200..260 => {
            let seconds = u64::from(number - 200);
            Some(Behaviour::Answers(Plan::plays(Plays::Announcement).then(seconds, Act::HangUp)))
        }
        403 | 404 | 408 | 480 | 486 | 488 | 500 | 503 | 600 | 603 | 604 => Some(Behaviour::Refuses(number)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_do_nothing_are_told_apart_from_those_that_refuse() {
        assert_eq!(Behaviour::of("1486"), Some(Behaviour::Refuses(486)));
        assert!(
            matches!(Behaviour::of("1207"), Some(Behaviour::Answers(plan)) if plan.after == [(Duration::from_secs(7), Act::HangUp)])
        );
        for user in ["", "1", "1260", "1499x", "17900000001", "1200\u{ff11}", "+1486", "1+86", "1418"] {
            assert_eq!(Behaviour::of(user), None, "{user}");
        }
    }
}
