//! Click-to-call: a visitor asks for a call, an agent takes it, both watch events.
//!
//! ```text
//!  (none) ── create ──► queued ── agent accepts ──► connected ──► ended
//!                          └──── refused, timed out, dropped ───────┘
//! ```
//! Media never pass through here: a connected event names the gateway, and a call is a line of it from then on.

use std::collections::VecDeque;

use serde::Serialize;

use super::{AgentId, Centre, DeskError, Ms, Rating, State};

/// Number of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub(crate) struct CallId(pub(crate) u64);

/// What a call carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum MediaAbility {
    Audio,
    Video,
}

/// Where a call stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CallState {
    Queued,
    Connected,
    Ended,
}

/// Why a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CallEnd {
    /// The visitor dropped it.
    Visitor,
    /// The agent hung up.
    Agent,
    /// The agent did not take it.
    Refused,
    /// Nobody took it in time.
    QueueTimeout,
    /// The visitor stopped asking for events.
    PollingStopped,
    /// The gateway ended it: nothing was heard any more, or the number hangs up by itself.
    Gateway,
}

/// Something `getClickToCallEvents` tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CallEvent {
    InQueue,
    Connected(CallId),
    Disconnected(CallEnd),
    QueuedTimeout,
    Failed,
}

/// One call.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Call {
    pub(crate) id: CallId,
    #[serde(rename = "userId")]
    pub(crate) user_id: String,
    #[serde(rename = "userName")]
    pub(crate) user_name: String,
    pub(crate) media: MediaAbility,
    pub(crate) state: CallState,
    pub(crate) cause: Option<CallEnd>,
    pub(crate) agent: Option<AgentId>,
    /// Digits that reach this call through the gateway.
    pub(crate) access_code: String,
    pub(crate) started_ms: Ms,
    pub(crate) connected_ms: Option<Ms>,
    pub(crate) ended_ms: Option<Ms>,
    /// What the visitor thought of it.
    pub(crate) rating: Option<Rating>,
    pub(crate) changed: u64,
    /// Was the visitor told where the gateway is?
    #[serde(skip)]
    told: bool,
    #[serde(skip)]
    events: VecDeque<CallEvent>,
    #[serde(skip)]
    polled_ms: Ms,
}

impl Call {
    /// Can the visitor be at the gateway?
    fn is_line(&self) -> bool {
        self.told && self.state != CallState::Ended
    }
}

/// Why no call came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CallError {
    /// The channel has no calls.
    NotSupported,
    /// Agents do not work now.
    OutsideHours,
    /// No agent is at a desk.
    NoAgents,
    /// The robot serves the visitor, a call is open already, or there is no room.
    Failed,
}

impl Centre {
    /// Sets up a call.
    ///
    /// # Errors
    /// Says why not.
    pub(crate) fn create_call(
        &mut self,
        now: Ms,
        user: &str,
        media: MediaAbility,
    ) -> Result<CallId, CallError> {
        self.advance(now);
        self.settle(now, user);
        if !self.settings.click_to_call {
            return Err(CallError::NotSupported);
        }
        if !self.settings.hours.open_at(now) {
            return Err(CallError::OutsideHours);
        }
        let with_robot = self.live_contact(user).is_some_and(|contact| contact.state == State::Robot);
        if with_robot || self.open_call(user).is_some() {
            return Err(CallError::Failed);
        }
        if !self.settings.call_waits && !self.agents.values().any(|agent| self.is_present(now, agent)) {
            return Err(CallError::NoAgents);
        }
        self.make_room_for_a_call()?;
        let id = CallId(self.next_call);
        self.next_call += 1;
        let own = format!("{}{:08}", self.settings.call_access_prefix, id.0);
        let call = Call {
            id,
            user_id: user.to_owned(),
            user_name: self.visitor(user).map_or_else(String::new, |visitor| visitor.name.clone()),
            media,
            state: CallState::Queued,
            cause: None,
            agent: None,
            access_code: self.settings.call_access_code.clone().unwrap_or(own),
            started_ms: now,
            connected_ms: None,
            ended_ms: None,
            rating: None,
            changed: 0,
            told: false,
            events: VecDeque::from([CallEvent::InQueue]),
            polled_ms: now,
        };
        self.calls.insert(id, call);
        if self.settings.call_waits_on_line {
            self.name_gateway(id);
        }
        self.touch_call(id);
        if self.settings.call_auto_accept
            && let Some(agent) = self.present_agent(now)
        {
            self.connect_call(now, id, agent);
        }
        Ok(id)
    }

    fn make_room_for_a_call(&mut self) -> Result<(), CallError> {
        while self.calls.len() >= self.settings.max_contacts {
            let ended = self.calls.values().find(|call| call.state == CallState::Ended).map(|call| call.id);
            self.calls.remove(&ended.ok_or(CallError::Failed)?);
        }
        Ok(())
    }

    fn present_agent(&self, now: Ms) -> Option<AgentId> {
        self.agents.values().find(|agent| self.is_present(now, agent)).map(|agent| agent.id)
    }

    /// The call of this visitor that has not ended.
    pub(crate) fn open_call(&self, user: &str) -> Option<&Call> {
        self.calls.values().rev().find(|call| call.user_id == user && call.state != CallState::Ended)
    }

    /// A call by its number.
    pub(crate) fn call(&self, id: CallId) -> Option<&Call> {
        self.calls.get(&id)
    }

    /// Calls changed after change number `after`, oldest first.
    pub(crate) fn calls_after(&self, after: u64) -> Vec<Call> {
        self.calls.values().filter(|call| call.changed > after).cloned().collect()
    }

    /// Every call of this visitor that is still kept, oldest first.
    pub(crate) fn calls_of<'a>(&'a self, user: &'a str) -> impl Iterator<Item = &'a Call> {
        self.calls.values().filter(move |call| call.user_id == user)
    }

    /// The oldest event not told yet. Events go with the visitor's last call.
    pub(crate) fn next_call_event(&mut self, now: Ms, user: &str) -> Option<CallEvent> {
        self.advance(now);
        let call = self.calls.values_mut().rev().find(|call| call.user_id == user)?;
        call.polled_ms = now;
        call.events.pop_front()
    }

    /// The visitor rates the last call that was connected. `false` when there is none that began after `since`.
    pub(super) fn rate_call(&mut self, user: &str, since: Ms, rating: &Rating) -> bool {
        let mut calls = self.calls.values_mut().rev();
        let taken = calls.find(|call| {
            call.user_id == user && call.told && call.connected_ms.unwrap_or(call.started_ms) >= since
        });
        let Some(call) = taken else { return false };
        call.rating = Some(rating.clone());
        let id = call.id;
        self.touch_call(id);
        true
    }

    /// The visitor hangs up. `false` when no call is open.
    pub(crate) fn drop_call(&mut self, now: Ms, user: &str) -> bool {
        self.advance(now);
        let Some(id) = self.open_call(user).map(|call| call.id) else { return false };
        self.end_call(now, id, CallEnd::Visitor);
        true
    }

    /// The agent takes the call.
    ///
    /// # Errors
    /// When there is none, or it does not wait.
    pub(crate) fn accept_call(&mut self, now: Ms, agent: AgentId, id: CallId) -> Result<(), DeskError> {
        self.advance(now);
        let call = self.calls.get(&id).ok_or(DeskError::Unknown)?;
        match call.state {
            CallState::Connected if call.agent == Some(agent) => Ok(()),
            CallState::Queued => {
                self.connect_call(now, id, agent);
                Ok(())
            }
            _ => Err(DeskError::NotWaiting),
        }
    }

    /// The agent does not take the call, or hangs up. Ending an ended one is fine.
    ///
    /// # Errors
    /// When there is none, or a colleague has it.
    pub(crate) fn refuse_call(&mut self, now: Ms, agent: AgentId, id: CallId) -> Result<(), DeskError> {
        self.advance(now);
        let call = self.calls.get(&id).ok_or(DeskError::Unknown)?;
        match call.state {
            CallState::Ended => Ok(()),
            CallState::Queued => {
                self.end_call(now, id, CallEnd::Refused);
                Ok(())
            }
            CallState::Connected if call.agent == Some(agent) => {
                self.end_call(now, id, CallEnd::Agent);
                Ok(())
            }
            CallState::Connected => Err(DeskError::NotYours),
        }
    }

    /// The access code under which this agent reaches the visitor.
    ///
    /// # Errors
    /// When there is no such call, it is not connected, or a colleague has it.
    pub(crate) fn line_of(&mut self, now: Ms, agent: AgentId, id: CallId) -> Result<String, DeskError> {
        self.advance(now);
        let call = self.calls.get(&id).ok_or(DeskError::Unknown)?;
        match call.state {
            CallState::Connected if call.agent == Some(agent) => Ok(call.access_code.clone()),
            CallState::Connected => Err(DeskError::NotYours),
            CallState::Queued | CallState::Ended => Err(DeskError::NotConnected),
        }
    }

    /// Access codes of the calls that are lines of the gateway.
    pub(crate) fn line_codes(&self) -> impl Iterator<Item = &str> {
        self.calls.values().filter(|call| call.is_line()).map(|call| call.access_code.as_str())
    }

    /// The gateway says that a line ended. Where several calls have one code, none of them is meant.
    pub(crate) fn line_ended(&mut self, now: Ms, access_code: &str, cause: CallEnd) {
        self.advance(now);
        let mut meant = self
            .calls
            .values()
            .filter(|call| call.is_line() && call.access_code == access_code)
            .map(|call| call.id);
        if let (Some(id), None) = (meant.next(), meant.next()) {
            self.end_call(now, id, cause);
        }
    }

    fn connect_call(&mut self, now: Ms, id: CallId, agent: AgentId) {
        if let Some(call) = self.calls.get_mut(&id) {
            call.state = CallState::Connected;
            call.agent = Some(agent);
            call.connected_ms = Some(now);
        }
        self.name_gateway(id);
        self.touch_call(id);
    }

    /// The visitor is told where the gateway is, once.
    fn name_gateway(&mut self, id: CallId) {
        if let Some(call) = self.calls.get_mut(&id).filter(|call| !call.told) {
            call.told = true;
            call.events.push_back(CallEvent::Connected(id));
        }
    }

    fn end_call(&mut self, now: Ms, id: CallId, cause: CallEnd) {
        if let Some(call) = self.calls.get_mut(&id) {
            call.state = CallState::Ended;
            call.cause = Some(cause);
            call.ended_ms = Some(now);
            call.events.push_back(match cause {
                CallEnd::Refused => CallEvent::Failed,
                CallEnd::QueueTimeout => CallEvent::QueuedTimeout,
                cause => CallEvent::Disconnected(cause),
            });
        }
        self.touch_call(id);
    }

    fn touch_call(&mut self, id: CallId) {
        self.change += 1;
        if let Some(call) = self.calls.get_mut(&id) {
            call.changed = self.change;
        }
    }

    /// Ends calls nobody took in time, and those whose visitor is gone.
    pub(super) fn check_calls(&mut self, now: Ms) {
        let (wait_ms, release_ms) =
            (self.settings.call_max_wait_s * 1_000, self.settings.release_after_s * 1_000);
        let over: Vec<(CallId, CallEnd)> = self
            .calls
            .values()
            .filter_map(|call| {
                let since = |then: Ms| now.saturating_sub(then);
                match call.state {
                    CallState::Ended => None,
                    _ if since(call.polled_ms) > release_ms => Some((call.id, CallEnd::PollingStopped)),
                    CallState::Queued if since(call.started_ms) >= wait_ms => {
                        Some((call.id, CallEnd::QueueTimeout))
                    }
                    _ => None,
                }
            })
            .collect();
        for (id, cause) in over {
            self.end_call(now, id, cause);
        }
    }
}
