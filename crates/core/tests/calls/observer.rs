//! What holds after every input, whatever came before: looked at from the effects alone.

use frontdesk_contract::ClientId;
use frontdesk_core::call::{
    Ask, CallNo, Effect, EndCause, Input, Machine, NotPlaced, PhoneEvent, Stage, WishNo,
};
use frontdesk_core::{Now, RequestId};
use std::collections::BTreeSet;

/// A machine, and what a driver would have at hand after its effects.
#[derive(Clone, Debug, Default)]
pub(crate) struct Observed {
    pub(crate) machine: Machine,
    /// Microphones that the browser gave and that were not released.
    pub(crate) media: BTreeSet<CallNo>,
    /// Calls of the softphone that have not ended and were not hung up.
    pub(crate) lines: BTreeSet<CallNo>,
    /// Requests that are not answered.
    pub(crate) open: Vec<(RequestId, Ask)>,
    pub(crate) wake_at: Option<u64>,
    /// Every end, in order.
    pub(crate) ends: Vec<(CallNo, EndCause)>,
    announced: bool,
    /// Wishes for calls of which nothing was told yet.
    pub(crate) wishes: Vec<WishNo>,
    /// What became of the others, in order.
    pub(crate) told: Vec<(WishNo, Result<(), NotPlaced>)>,
    /// Every call that the centre was asked for.
    asked: Vec<ClientId>,
}

impl Observed {
    /// Hands an input in and checks what must hold. `Err`: what does not.
    pub(crate) fn handle(&mut self, now: Now, input: Input) -> Result<Vec<Effect>, String> {
        self.before(&input);
        let was_in_call = self.machine.in_call();
        let effects = self.machine.handle(now, input.clone());
        for effect in &effects {
            self.after(now, effect, was_in_call)?;
        }
        self.check(now, was_in_call).map_err(|wrong| format!("{wrong}; after {input:?}: {effects:?}"))?;
        Ok(effects)
    }

    fn before(&mut self, input: &Input) {
        match input {
            Input::Media(no, Ok(())) => {
                self.media.insert(*no);
            }
            Input::Phone(no, PhoneEvent::Ended(_)) => {
                self.lines.remove(no);
            }
            Input::Place(no, _) => self.wishes.push(*no),
            Input::Answered(id, _) => self.open.retain(|open| open.0 != *id),
            Input::Timer => self.wake_at = None,
            _ => {}
        }
    }

    fn after(&mut self, now: Now, effect: &Effect, was_in_call: bool) -> Result<(), String> {
        let in_call = was_in_call || self.machine.in_call();
        let ends_only = match effect {
            Effect::Request { id, ask, timeout_ms } => {
                if self.open.iter().any(|open| std::mem::discriminant(&open.1) == std::mem::discriminant(ask))
                {
                    return Err(format!("two at a time of {ask:?}"));
                }
                if matches!(ask, Ask::Start(_) | Ask::Place(_)) && self.media.is_empty() {
                    return Err("the centre is asked before there is a microphone".into());
                }
                if *timeout_ms == 0 {
                    return Err(format!("no time for {ask:?}"));
                }
                match ask {
                    Ask::Start(wish) => self.asked.push(wish.id.clone()),
                    Ask::Drop(call) => self.may_drop(call)?,
                    Ask::Beat | Ask::Support | Ask::Place(_) => {}
                }
                self.open.push((*id, ask.clone()));
                matches!(ask, Ask::Drop(_) | Ask::Support)
            }
            Effect::Abort(id) => {
                self.open.retain(|open| open.0 != *id);
                true
            }
            Effect::AcquireMedia { .. } => false,
            Effect::ReleaseMedia(no) => {
                self.media.remove(no);
                true
            }
            Effect::Dial(no, _) => {
                if !self.media.contains(no) {
                    return Err("dialled without a microphone".into());
                }
                if !self.lines.insert(*no) {
                    return Err("dialled twice".into());
                }
                false
            }
            Effect::HangUp(no) => {
                self.lines.remove(no);
                true
            }
            Effect::Announce(on) => {
                if self.announced == *on {
                    return Err(format!("announced twice: {on}"));
                }
                self.announced = *on;
                !on
            }
            Effect::WakeAt(at) => {
                if at.is_some_and(|at| at <= now.ms) {
                    return Err(format!("wants to be woken in the past: {at:?} at {}", now.ms));
                }
                self.wake_at = *at;
                true
            }
            Effect::Farewell(call) => {
                self.may_drop(call)?;
                true
            }
            Effect::Placed(no, outcome) => {
                let at = self.wishes.iter().position(|wish| wish == no);
                self.wishes.remove(at.ok_or_else(|| format!("told of {no:?}, which nobody waits for"))?);
                if outcome.is_ok() && !matches!(self.machine.stage(), Stage::Dialling) {
                    return Err(format!("{no:?} is placed in {:?}", self.machine.stage()));
                }
                self.told.push((*no, *outcome));
                true
            }
            Effect::Tone(_) | Effect::Redraw => true,
            Effect::Hold(..)
            | Effect::Digit(..)
            | Effect::Restart(_)
            | Effect::Measure(_)
            | Effect::Silence(..)
            | Effect::Camera(..)
            | Effect::Switch { .. } => false,
        };
        if in_call || ends_only { Ok(()) } else { Err(format!("after the end: {effect:?}")) }
    }

    /// Only the last call that the centre was asked for: the ones before have been dropped before that.
    fn may_drop(&self, call: &ClientId) -> Result<(), String> {
        if self.asked.last() == Some(call) { Ok(()) } else { Err(format!("dropped, not asked for: {call}")) }
    }

    fn check(&mut self, now: Now, was_in_call: bool) -> Result<(), String> {
        let in_call = self.machine.in_call();
        let stage = self.machine.stage();
        if was_in_call && !in_call {
            let Stage::Ended(cause) = stage else { return Err(format!("an end without a cause: {stage:?}")) };
            self.ends.push((self.machine.number(), cause));
        }
        if in_call != self.announced {
            return Err(format!("other pages are told wrongly: {}", self.announced));
        }
        let beats = self.open.iter().any(|open| open.1 == Ask::Beat);
        if !in_call && !self.media.is_empty() {
            return Err(format!("the microphone stays open: {:?}", self.media));
        }
        if !in_call && !self.lines.is_empty() {
            return Err(format!("the softphone goes on: {:?}", self.lines));
        }
        if beats && (!in_call || stage == Stage::Microphone) {
            return Err(format!("a heartbeat without a call in {stage:?}"));
        }
        let hopes = !self.wishes.is_empty() && !in_call && self.wake_at.is_none();
        if hopes {
            return Err(format!("nothing would settle {:?}", self.wishes));
        }
        let timed = matches!(stage, Stage::Dialling | Stage::Ringing | Stage::Talking);
        if timed && self.wake_at.is_none() {
            return Err(format!("nothing would end {stage:?}"));
        }
        // A call that is kept is kept by a timer or by a request that is under way.
        let waits = matches!(stage, Stage::Requesting | Stage::Queueing);
        if waits && self.wake_at.is_none() && self.open.is_empty() {
            return Err(format!("nothing would end {stage:?}"));
        }
        let (talks, talked) = (self.machine.talking_ms(now.ms), stage == Stage::Talking);
        if talked != (talks.is_some() && in_call) {
            return Err(format!("{talks:?} in {stage:?}"));
        }
        Ok(())
    }
}
