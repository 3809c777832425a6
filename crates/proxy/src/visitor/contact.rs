//! What a wish to connect means, given where the conversation stands.

use crate::vendor::Serving;
use frontdesk_contract::{ConnectTo, ContactState};

/// What to ask of the centre.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// Nothing: what is wished for is so already, or better.
    Present,
    /// Connect, and then transfer if `transfer` and a robot answers.
    Connect {
        /// A person is wanted.
        transfer: bool,
    },
    /// Transfer to a person.
    Transfer,
}

/// Decides on a wish.
pub fn plan(state: ContactState, to: ConnectTo) -> Move {
    match (state, to) {
        (ContactState::Robot, ConnectTo::Agent) => Move::Transfer,
        (ContactState::Robot | ContactState::Queueing | ContactState::Agent, _) => Move::Present,
        (ContactState::None | ContactState::Ended | ContactState::Unknown, to) => {
            Move::Connect { transfer: to == ConnectTo::Agent }
        }
    }
}

/// The state that the centre's answer means.
pub fn state_of(serving: &Serving) -> ContactState {
    match serving {
        Serving::Robot => ContactState::Robot,
        Serving::Agent => ContactState::Agent,
        Serving::Queue => ContactState::Queueing,
        Serving::Offline { .. } => ContactState::Ended,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_and_wish_has_its_move() {
        use ContactState::{Agent, Ended, None, Queueing, Robot};
        for state in [None, Ended] {
            assert_eq!(plan(state, ConnectTo::Robot), Move::Connect { transfer: false });
            assert_eq!(plan(state, ConnectTo::Agent), Move::Connect { transfer: true });
        }
        assert_eq!(plan(Robot, ConnectTo::Agent), Move::Transfer);
        for state in [Robot, Queueing, Agent] {
            assert_eq!(plan(state, ConnectTo::Robot), Move::Present);
        }
        for state in [Queueing, Agent] {
            assert_eq!(plan(state, ConnectTo::Agent), Move::Present);
        }
    }
}
