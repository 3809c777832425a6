//! A machine among a proxy, a gateway and a browser in virtual time, with a network that delays, loses and doubles.

use crate::bench::{BOTH, now, refused, status, support};
use crate::observer::Observed;
use frontdesk_contract::{CallEnd, CallState, CallStatus, ClientId, ErrorCode};
use frontdesk_core::call::{
    Answer, Ask, Browser, CallNo, Effect, IceState, Input, LEASE_MS, PhoneCause, PhoneEnd, PhoneEvent,
    Sample, Stage,
};
use frontdesk_core::{Failure, RequestId};

/// The centre's side, as the proxy keeps it: one call at a time, held by a lease.
#[derive(Clone, Debug, Default)]
pub(crate) struct Proxy {
    pub(crate) call: CallStatus,
    /// The id of the last request that the centre did not refuse: repeating it asks for nothing.
    taken: Option<ClientId>,
    beaten_ms: u64,
    /// How many calls ended since no heartbeat came.
    pub(crate) leases_lost: u32,
}

impl Proxy {
    pub(crate) fn is_calling(&self) -> bool {
        matches!(self.call.state, CallState::Setup | CallState::Queueing | CallState::Connected)
    }
}

/// Something on its way.
#[derive(Clone, Debug)]
enum Way {
    ToProxy(RequestId, Ask),
    Farewell(ClientId),
    ToMachine(Input),
    /// The softphone is to do it.
    Line(CallNo, LineAct),
    TimesOut(RequestId),
}

#[derive(Clone, Copy, Debug)]
enum LineAct {
    Rings,
    Taken,
    Bye,
    /// What the machine asked for: CANCEL or BYE.
    HangUp,
}

/// Whatever the weather is.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Weather {
    /// Of a hundred messages so many are lost, and as many come twice.
    pub(crate) trouble: u64,
    pub(crate) longest_ms: u64,
}

pub(crate) struct World {
    pub(crate) observed: Observed,
    pub(crate) proxy: Proxy,
    pub(crate) weather: Weather,
    pub(crate) ms: u64,
    /// The microphone is refused.
    pub(crate) refuses: bool,
    /// Why the centre takes no calls.
    pub(crate) refusal: Option<ErrorCode>,
    under_way: Vec<(u64, Way)>,
    /// Calls of the softphone that have not ended.
    lines: Vec<(CallNo, bool)>,
    seed: u64,
}

impl World {
    pub(crate) fn new(seed: u64, weather: Weather) -> Self {
        let mut world = Self {
            observed: Observed::default(),
            proxy: Proxy::default(),
            weather,
            ms: 1_000_000,
            refuses: false,
            refusal: None,
            under_way: Vec::new(),
            lines: Vec::new(),
            seed,
        };
        world.give(Input::Open { offered: BOTH, browser: Browser::Able });
        world
    }

    fn dice(&mut self, sides: u64) -> u64 {
        self.seed = self.seed.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        (self.seed >> 33) % sides.max(1)
    }

    fn send(&mut self, way: Way, may_be_lost: bool) {
        let times = match self.dice(100) {
            dice if dice < self.weather.trouble && may_be_lost => 0,
            dice if (50..50 + self.weather.trouble / 2).contains(&dice) && may_be_lost => 2,
            _ => 1,
        };
        for _ in 0..times {
            let at = self.ms + 1 + self.dice(self.weather.longest_ms.max(1));
            self.under_way.push((at, way.clone()));
        }
    }

    pub(crate) fn give(&mut self, input: Input) {
        let chance = self.dice(u64::MAX);
        let effects = self.observed.handle(now(self.ms, chance), input).expect("all that must hold");
        for effect in effects {
            self.carry_out(effect);
        }
    }

    fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Request { id, ask, timeout_ms } => {
                self.under_way.push((self.ms + u64::from(timeout_ms), Way::TimesOut(id)));
                self.send(Way::ToProxy(id, ask), true);
            }
            Effect::Farewell(id) => self.send(Way::Farewell(id), true),
            Effect::AcquireMedia { call, .. } => {
                use frontdesk_core::call::{MediaFailure, MediaTrouble};
                let denied = MediaFailure { device: None, trouble: MediaTrouble::Denied };
                let result = if self.refuses { Err(denied) } else { Ok(()) };
                self.send(Way::ToMachine(Input::Media(call, result)), false);
            }
            Effect::Dial(call, _) => {
                self.lines.push((call, false));
                self.send(Way::Line(call, LineAct::Rings), true);
            }
            Effect::HangUp(call) => self.send(Way::Line(call, LineAct::HangUp), false),
            Effect::Restart(call) => {
                self.send(Way::ToMachine(Input::Phone(call, PhoneEvent::Ice(IceState::Connected))), true);
            }
            Effect::Measure(call) => {
                let sample = Sample { received: self.ms / 20, ..Sample::default() };
                self.send(Way::ToMachine(Input::Measured(call, sample)), true);
            }
            _ => {}
        }
    }

    /// The machine's timer, the lease, and everything that arrives meanwhile.
    pub(crate) fn pass(&mut self, ms: u64) {
        let until = self.ms + ms;
        loop {
            let lease = self.proxy.is_calling().then_some(self.proxy.beaten_ms + LEASE_MS);
            let arrives = self.under_way.iter().map(|way| way.0).min();
            let next = [self.observed.wake_at, lease, arrives].into_iter().flatten().min();
            let Some(at) = next.filter(|at| *at <= until) else { break };
            self.ms = self.ms.max(at);
            if lease.is_some_and(|lease| lease <= self.ms) {
                self.proxy.leases_lost += 1;
                self.end(CallEnd::Lost);
            } else if arrives.is_some_and(|arrives| arrives <= self.ms) {
                let first = self.under_way.iter().position(|way| way.0 <= self.ms).expect("it arrives");
                let (_, way) = self.under_way.remove(first);
                self.arrive(way);
            } else {
                self.give(Input::Timer);
            }
        }
        self.ms = until;
    }

    fn arrive(&mut self, way: Way) {
        match way {
            Way::ToProxy(id, ask) => {
                let answer = self.answer(ask);
                self.send(Way::ToMachine(Input::Answered(id, answer)), true);
            }
            Way::Farewell(id) => {
                let _answer = self.answer(Ask::Drop(id));
            }
            Way::ToMachine(Input::Answered(id, answer)) => {
                self.under_way.retain(|way| !matches!(way.1, Way::TimesOut(other) if other == id));
                self.give(Input::Answered(id, answer));
            }
            Way::ToMachine(input) => self.give(input),
            Way::TimesOut(id) => self.give(Input::Answered(id, Err(Failure::Network))),
            Way::Line(call, act) => self.line(call, act),
        }
    }

    fn answer(&mut self, ask: Ask) -> Result<Answer, Failure> {
        match ask {
            Ask::Support => return Ok(Answer::Support(support())),
            // Nothing of it is kept.
            Ask::Place(_) if self.proxy.is_calling() => return Err(refused(ErrorCode::CallRunning)),
            Ask::Place(wish) => {
                return match self.refusal {
                    Some(code) => Err(refused(code)),
                    None => Ok(Answer::Status(status(&wish.id, CallState::Connected, None))),
                };
            }
            Ask::Start(wish) => {
                if self.proxy.taken.as_ref() != Some(&wish.id) {
                    if self.proxy.is_calling() {
                        return Err(refused(ErrorCode::CallRunning));
                    }
                    // Told before the centre is asked.
                    self.tell(status(&wish.id, CallState::Setup, None));
                    if let Some(code) = self.refusal {
                        self.end(CallEnd::Failed);
                        return Err(refused(code));
                    }
                    self.proxy.taken = Some(wish.id);
                    self.proxy.beaten_ms = self.ms;
                }
            }
            Ask::Beat => self.proxy.beaten_ms = self.ms,
            Ask::Drop(id) if self.proxy.call.id.as_ref() == Some(&id) => self.end(CallEnd::Visitor),
            Ask::Drop(_) => {}
        }
        if self.proxy.call.id.is_none() {
            return Err(refused(ErrorCode::CallUnknown));
        }
        Ok(Answer::Status(self.proxy.call.clone()))
    }

    fn tell(&mut self, status: CallStatus) {
        self.proxy.call = status.clone();
        self.send(Way::ToMachine(Input::Status(status)), true);
    }

    fn end(&mut self, end: CallEnd) {
        if self.proxy.is_calling() {
            let id = self.proxy.call.id.clone().unwrap_or(ClientId::new("none"));
            self.tell(status(&id, CallState::Ended, Some(end)));
        }
    }

    /// The centre does what it does next.
    pub(crate) fn centre_moves(&mut self, end: Option<CallEnd>) {
        if !self.proxy.is_calling() {
            return;
        }
        if let Some(end) = end {
            return self.end(end);
        }
        let id = self.proxy.call.id.clone().unwrap_or(ClientId::new("none"));
        match self.proxy.call.state {
            CallState::Setup => self.tell(status(&id, CallState::Queueing, None)),
            CallState::Queueing => self.tell(status(&id, CallState::Connected, None)),
            _ => {}
        }
    }

    /// The other side takes the call, or hangs up.
    pub(crate) fn peer(&mut self, takes: bool) {
        let Some((call, _)) = self.lines.last().copied() else { return };
        self.send(Way::Line(call, if takes { LineAct::Taken } else { LineAct::Bye }), true);
    }

    /// The way of the media breaks.
    pub(crate) fn breaks(&mut self, ice: IceState) {
        let Some((call, _)) = self.lines.last().copied() else { return };
        self.give(Input::Phone(call, PhoneEvent::Ice(ice)));
    }

    fn line(&mut self, call: CallNo, act: LineAct) {
        let Some(at) = self.lines.iter().position(|line| line.0 == call) else { return };
        let report = |event| Way::ToMachine(Input::Phone(call, event));
        let end = |here, cause| report(PhoneEvent::Ended(PhoneEnd { here, cause, status: None }));
        match act {
            LineAct::Rings => self.send(report(PhoneEvent::Ringing { early: false }), false),
            LineAct::Taken => {
                if let Some(line) = self.lines.get_mut(at) {
                    line.1 = true;
                }
                self.send(report(PhoneEvent::Answered), false);
                self.send(report(PhoneEvent::Ice(IceState::Connected)), false);
            }
            LineAct::Bye => {
                self.lines.remove(at);
                self.send(end(false, PhoneCause::HungUp), false);
            }
            LineAct::HangUp => {
                let (_, taken) = self.lines.remove(at);
                self.send(end(true, if taken { PhoneCause::HungUp } else { PhoneCause::Cancelled }), false);
            }
        }
    }

    /// No call at the proxy, none at the gateway, nothing under way.
    pub(crate) fn is_at_rest(&self) -> bool {
        !self.proxy.is_calling()
            && self.lines.is_empty()
            && self.observed.open.is_empty()
            && self.observed.wake_at.is_none()
            && !self.observed.machine.in_call()
    }

    pub(crate) fn stage(&self) -> Stage {
        self.observed.machine.stage()
    }
}
