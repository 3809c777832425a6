//! What becomes of each request on its way.

use super::desk::refusal;
use frontdesk_contract::ErrorCode;
use frontdesk_core::{Call, Failure};
use std::collections::VecDeque;

/// Which call is meant, without its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum On {
    Open,
    Connect,
    End,
    Post,
    Typing,
    Events,
    Survey,
    Upload,
    History,
    Suggestions,
    CallSupport,
    Leave,
    Feedback,
    Read,
}

impl On {
    pub(crate) fn of(call: &Call) -> Self {
        match call {
            Call::OpenSession(_) => Self::Open,
            Call::Connect(_) => Self::Connect,
            Call::EndContact => Self::End,
            Call::PostMessage(_) => Self::Post,
            Call::Typing => Self::Typing,
            Call::Events { .. } => Self::Events,
            Call::PostSurvey(_) => Self::Survey,
            Call::Upload(_) => Self::Upload,
            Call::History { .. } => Self::History,
            Call::Suggestions { .. } => Self::Suggestions,
            Call::CallSupport => Self::CallSupport,
            Call::LeaveMessage(_) => Self::Leave,
            Call::PostFeedback(_) => Self::Feedback,
            Call::Read { .. } => Self::Read,
        }
    }
}

/// What becomes of one request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fate {
    pub(crate) up_ms: u64,
    pub(crate) down_ms: u64,
    /// Answered so, without effect at the desk.
    pub(crate) instead: Option<Failure>,
    /// The desk did it, the visitor hears this.
    pub(crate) garbled: Option<Failure>,
    /// No answer until the visitor gives up.
    pub(crate) hang: bool,
    /// The answer comes a second time.
    pub(crate) twice: bool,
}

impl Fate {
    pub(crate) fn good() -> Self {
        Self { up_ms: 10, down_ms: 10, ..Self::default() }
    }

    /// The desk never sees it.
    pub(crate) fn lost() -> Self {
        Self { instead: Some(Failure::Network), ..Self::good() }
    }

    /// The desk does it, the answer is lost.
    pub(crate) fn answer_lost() -> Self {
        Self { garbled: Some(Failure::Network), ..Self::good() }
    }

    pub(crate) fn refused(code: ErrorCode, retry_after_ms: Option<u64>) -> Self {
        Self { instead: Some(refusal(code, retry_after_ms)), ..Self::good() }
    }

    pub(crate) fn slow(up_ms: u64, down_ms: u64) -> Self {
        Self { up_ms, down_ms, ..Self::default() }
    }

    pub(crate) fn hanging() -> Self {
        Self { hang: true, ..Self::good() }
    }
}

/// Random bits of a seed (SplitMix64).
#[derive(Clone, Debug)]
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }
}

/// The network between visitor and desk: what was scripted first, then weather.
pub(crate) struct Network {
    script: VecDeque<(On, Fate)>,
    /// So many of a hundred exchanges go wrong.
    pub(crate) trouble: u64,
    /// Nothing gets through at all.
    pub(crate) down: bool,
    /// Every request of the kind is answered so.
    pub(crate) always: Vec<(On, Fate)>,
}

impl Network {
    pub(crate) fn new() -> Self {
        Self { script: VecDeque::new(), trouble: 0, down: false, always: Vec::new() }
    }

    /// The next request of this kind meets this fate.
    pub(crate) fn script(&mut self, on: On, fate: Fate) {
        self.script.push_back((on, fate));
    }

    pub(crate) fn fate(&mut self, on: On, dice: &mut Dice) -> Fate {
        if self.down {
            return Fate::lost();
        }
        if let Some(at) = self.script.iter().position(|(scripted, _)| *scripted == on) {
            return self.script.remove(at).map(|(_, fate)| fate).unwrap_or_default();
        }
        if let Some((_, fate)) = self.always.iter().find(|(always, _)| *always == on) {
            return fate.clone();
        }
        if dice.below(100) >= self.trouble {
            let twice = self.trouble > 0 && dice.below(10) == 0;
            let spread = if self.trouble > 0 { 300 } else { 1 };
            return Fate {
                up_ms: 10 + dice.below(spread),
                down_ms: 10 + dice.below(spread),
                twice,
                ..Fate::default()
            };
        }
        let late = Fate::slow(dice.below(4_000), dice.below(20_000));
        match dice.below(9) {
            0 | 1 => Fate::lost(),
            2 | 3 => Fate::answer_lost(),
            4 => Fate { garbled: Some(Failure::Foreign), ..late },
            5 => Fate::hanging(),
            6 => late,
            7 => {
                let codes = [
                    ErrorCode::RateLimited,
                    ErrorCode::CentreBusy,
                    ErrorCode::InFlight,
                    ErrorCode::StoreUnavailable,
                    ErrorCode::CentreTimeout,
                    ErrorCode::Unknown,
                ];
                let code = codes.get(dice.below(6) as usize).copied().unwrap_or(ErrorCode::Internal);
                let after_ms = (dice.below(2) == 0).then(|| dice.below(5_000));
                Fate::refused(code, after_ms)
            }
            _ => Fate { garbled: Some(refusal(ErrorCode::Internal, None)), ..Fate::good() },
        }
    }
}
