//! What is known before a session runs: the desk was asked while the panel greeted.

use frontdesk_contract::{CallSupport, Offers, SessionOpened};
use frontdesk_core::{Answer, Call, Failure};

/// What was asked before the session ran, and answered: it does not ask again.
#[derive(Default)]
pub struct Ahead {
    /// A new session.
    pub opened: Option<Result<SessionOpened, Failure>>,
    /// Whether calls are possible in the session of this credential.
    pub support: Option<(String, CallSupport)>,
}

impl Ahead {
    fn fresh(&self) -> Option<&SessionOpened> {
        self.opened.as_ref()?.as_ref().ok()
    }

    /// What the desk offers.
    pub fn offers(&self) -> Option<&Offers> {
        self.fresh().map(|opened| &opened.offers)
    }

    /// The new session's credential.
    pub fn credential(&self) -> Option<&str> {
        self.fresh().map(|opened| opened.session.as_str())
    }

    /// The answer to this call, once.
    pub fn answer(&mut self, call: &Call, credential: Option<&str>) -> Option<Result<Answer, Failure>> {
        match call {
            Call::OpenSession(open) if open.resume.is_none() => Some(self.opened.take()?.map(Answer::Opened)),
            Call::CallSupport => {
                let (of, support) = self.support.take()?;
                (Some(of.as_str()) == credential).then_some(Ok(Answer::CallSupport(support)))
            }
            _ => None,
        }
    }
}
