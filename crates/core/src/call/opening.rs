//! Before a call: the call view is open, and it is found out what is possible.

use super::effect::Ask;
use super::input::{Answer, Browser};
use super::step::{Purpose, Step};
use super::{Hindrance, Machine, Stage};
use crate::backoff::Tries;
use crate::failure::{Failure, Next};
use frontdesk_contract::{CallOffer, CallState, CallStatus, CallSupport, ErrorCode, IceServer};

/// The proxy is asked so often what is possible.
const SUPPORT_TRIES: u32 = 4;

/// What is known about calling at all.
#[derive(Clone, Debug, Default)]
pub(super) struct Door {
    /// `None`: the call view is closed.
    able: Option<(CallOffer, Browser)>,
    support: Support,
    tries: Tries,
    ice_servers: Vec<IceServer>,
    /// Another tab says that it is in a call.
    elsewhere: bool,
    /// The centre has a call that is not of this page. Also windows that no channel reaches are told so.
    other: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Support {
    #[default]
    Wanted,
    Yes,
    No,
    Unreachable,
}

impl Door {
    pub(super) fn stage(&self) -> Stage {
        let Some((offered, browser)) = self.able else { return Stage::Closed };
        let hindrance = match (browser, self.support) {
            _ if !(offered.audio || offered.video) => Hindrance::NotOffered,
            (Browser::Insecure, _) => Hindrance::Insecure,
            (Browser::Unable, _) => Hindrance::Browser,
            _ if self.elsewhere || self.other => Hindrance::Elsewhere,
            (Browser::Able, Support::Wanted) => return Stage::Looking,
            (Browser::Able, Support::Yes) => return Stage::Ready,
            (Browser::Able, Support::No) => Hindrance::NotOffered,
            (Browser::Able, Support::Unreachable) => Hindrance::Unreachable,
        };
        Stage::Impossible(hindrance)
    }

    /// The same for a member of staff, to whom it does not matter which calls visitors may start.
    pub(super) fn stage_of_staff(&self) -> Stage {
        let hindrance = match (self.able, self.support) {
            (None, _) => return Stage::Closed,
            (Some((_, Browser::Insecure)), _) => Hindrance::Insecure,
            (Some((_, Browser::Unable)), _) => Hindrance::Browser,
            _ if self.elsewhere || self.other => Hindrance::Elsewhere,
            (_, Support::Wanted) => return Stage::Looking,
            (_, Support::Yes | Support::No) => return Stage::Ready,
            (_, Support::Unreachable) => Hindrance::Unreachable,
        };
        Stage::Impossible(hindrance)
    }

    pub(super) fn offer(&self) -> CallOffer {
        let offered = self.able.map(|able| able.0).unwrap_or_default();
        if self.stage() == Stage::Ready { offered } else { CallOffer::default() }
    }

    pub(super) fn ice_servers(&self) -> Vec<IceServer> {
        self.ice_servers.clone()
    }

    pub(super) fn is_elsewhere(&self) -> bool {
        self.elsewhere
    }

    pub(super) fn hurry(&mut self) {
        self.tries.hurry();
        if self.support == Support::Unreachable {
            self.support = Support::Wanted;
            self.tries.succeed();
        }
    }

    fn learn(&mut self, told: CallSupport) {
        self.support = if told.click_to_call && told.web_rtc { Support::Yes } else { Support::No };
        self.ice_servers = told.ice_servers;
        self.tries.succeed();
    }

    fn fail(&mut self, step: &mut Step, failure: &Failure) {
        match failure.next() {
            Next::Retry { after_ms } if self.tries.failed() + 1 < SUPPORT_TRIES => {
                step.put_off(&mut self.tries, after_ms);
            }
            Next::Stop if matches!(failure.code(), Some(ErrorCode::NotOffered | ErrorCode::NotFound)) => {
                self.support = Support::No;
            }
            _ => self.support = Support::Unreachable,
        }
    }
}

impl Machine {
    pub(super) fn open(&mut self, step: &mut Step, offered: CallOffer, browser: Browser) {
        self.door.able = Some((offered, browser));
        if self.call.is_none() {
            self.over = None;
            if !self.placing.awaits_door() {
                self.placing.forget();
            }
            self.look_again();
        }
        step.redraw();
    }

    /// What is possible is asked anew.
    pub(super) fn look_again(&mut self) {
        self.door.support = Support::Wanted;
        self.door.tries.succeed();
    }

    pub(super) fn close_view(&mut self, step: &mut Step) {
        self.cancel_wish(step);
        if self.call.is_none() {
            self.placing.forget();
            self.abort(step, Purpose::Support);
            self.door.able = None;
            self.door.support = Support::Wanted;
            self.over = None;
            step.redraw();
        }
    }

    /// How another page's call stands, or one that this page had before it was loaded again.
    pub(super) fn other_told(&mut self, step: &mut Step, status: &CallStatus) {
        let goes_on = matches!(status.state, CallState::Setup | CallState::Queueing | CallState::Connected);
        let other = goes_on && status.id != self.own;
        if self.door.other != other {
            self.door.other = other;
            step.redraw();
        }
    }

    pub(super) fn set_elsewhere(&mut self, step: &mut Step, elsewhere: bool) {
        if self.door.elsewhere != elsewhere {
            self.door.elsewhere = elsewhere;
            step.redraw();
        }
    }

    pub(super) fn advance_support(&mut self, step: &mut Step) -> Option<u64> {
        let (offered, browser) = self.door.able?;
        let wanted = offered.audio || offered.video || self.placing.awaits_door();
        let useful = browser == Browser::Able && wanted;
        if !useful || self.door.support != Support::Wanted || self.is_open(Purpose::Support) {
            return None;
        }
        if self.door.tries.next_ms() > step.now.ms {
            return Some(self.door.tries.next_ms());
        }
        self.request(step, Ask::Support);
        None
    }

    pub(super) fn support_told(&mut self, step: &mut Step, result: Result<Answer, Failure>) {
        match result {
            Ok(Answer::Support(support)) => self.door.learn(support),
            Ok(Answer::Status(_)) => self.door.fail(step, &Failure::Foreign),
            Err(failure) => self.door.fail(step, &failure),
        }
        step.redraw();
    }
}
