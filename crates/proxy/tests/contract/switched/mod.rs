//! What can be brought about only with the sandbox's switches and its time: lapsed tokens, closed hours, timeouts,
//! refusals that depend on the state of the centre.

mod forced;
mod lifetimes;
mod repeats;
mod states;

use crate::harness::Check;

/// The checks of this folder.
pub(crate) fn checks() -> Vec<Check> {
    [forced::CHECKS, lifetimes::CHECKS, repeats::CHECKS, states::CHECKS].concat()
}
