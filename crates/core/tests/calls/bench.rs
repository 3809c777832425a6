//! A machine at work in virtual time, driven step by step.

use crate::observer::Observed;
use frontdesk_contract::{
    ApiError, CallEnd, CallGateway, CallMedia, CallOffer, CallState, CallStatus, CallSupport, ClientId,
    ErrorCode, IceServer, PlaceCall, StartCall,
};
use frontdesk_core::call::{
    Answer, Ask, Browser, CallNo, Effect, Input, MediaFailure, PhoneCause, PhoneEnd, PhoneEvent, Sample,
    Stage, Wish, WishNo,
};
use frontdesk_core::{Failure, Now, RequestId};

/// Everything that a desk may offer.
pub(crate) const BOTH: CallOffer = CallOffer { audio: true, video: true };

pub(crate) fn now(ms: u64, chance: u64) -> Now {
    let mixed = chance.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    Now { ms, chance: u128::from(mixed) << 64 | u128::from(mixed.rotate_left(31)) }
}

pub(crate) fn refused(code: ErrorCode) -> Failure {
    Failure::Refused(ApiError { code, message: String::new(), retry_after_ms: None, request_id: None })
}

pub(crate) fn ice_servers() -> Vec<IceServer> {
    vec![IceServer { urls: vec!["stun:stun.example".into()], ..IceServer::default() }]
}

pub(crate) fn support() -> CallSupport {
    CallSupport {
        click_to_call: true,
        web_rtc: true,
        call: CallStatus::default(),
        ice_servers: ice_servers(),
    }
}

pub(crate) fn gateway() -> CallGateway {
    CallGateway {
        domain: "rtc.example".into(),
        addresses: vec!["wss://a.example".into(), "wss://b.example".into()],
        access_code: "179".into(),
        caller: "Anonymous".into(),
    }
}

pub(crate) fn status(id: &ClientId, state: CallState, end: Option<CallEnd>) -> CallStatus {
    let gateway = (state == CallState::Connected).then(gateway);
    CallStatus { id: Some(id.clone()), state, media: CallMedia::Audio, gateway, end }
}

pub(crate) fn ended(cause: PhoneCause) -> PhoneEvent {
    PhoneEvent::Ended(PhoneEnd { here: false, cause, status: None })
}

/// Figures of a call that sounds well, at that many seconds.
pub(crate) fn fine(seconds: u64) -> Sample {
    Sample {
        received: seconds * 50,
        lost: 0,
        jitter_ms: Some(5.0),
        round_trip_ms: Some(40.0),
        peer_lost: Some(0.0),
        microphone: Some(0.2),
    }
}

/// A machine, the time, and what it did lately.
#[derive(Clone, Default)]
pub(crate) struct Bench {
    pub(crate) observed: Observed,
    pub(crate) ms: u64,
    chance: u64,
    /// Since [`Bench::take`].
    pub(crate) effects: Vec<Effect>,
    first_id: Option<ClientId>,
    taken: bool,
    last_id: Option<ClientId>,
}

impl Bench {
    /// The call view is open, calls are possible.
    pub(crate) fn ready() -> Self {
        let mut bench = Self { ms: 1_000_000, ..Self::default() };
        bench.give(Input::Open { offered: BOTH, browser: Browser::Able });
        bench.answer(&Ask::Support, Ok(Answer::Support(support())));
        assert_eq!(bench.stage(), Stage::Ready);
        bench.take();
        bench
    }

    /// The centre was asked for the call.
    pub(crate) fn requesting(video: bool) -> Self {
        let mut bench = Self::ready();
        bench.give(Input::Start { video });
        bench.media(Ok(()));
        assert_eq!(bench.stage(), Stage::Requesting);
        bench
    }

    /// The centre has the call.
    pub(crate) fn accepted() -> Self {
        let mut bench = Self::requesting(false);
        bench.start_answer(CallState::Setup);
        bench
    }

    /// The softphone was asked.
    pub(crate) fn dialling() -> Self {
        Self::dialling_with(false)
    }

    pub(crate) fn dialling_with(video: bool) -> Self {
        let mut bench = Self::requesting(video);
        bench.start_answer(CallState::Setup);
        bench.told(CallState::Connected, None);
        assert_eq!(bench.stage(), Stage::Dialling);
        bench
    }

    /// A call was wished for, and the centre was asked.
    pub(crate) fn placing() -> Self {
        let mut bench = Self::ready();
        bench.give(wish());
        bench.answer(&Ask::Support, Ok(Answer::Support(support())));
        bench.media(Ok(()));
        assert!(bench.is_open(&any_place()));
        bench
    }

    /// The softphone calls the gateway for the wish.
    pub(crate) fn placed() -> Self {
        let mut bench = Self::placing();
        bench.place_answered();
        bench
    }

    pub(crate) fn place_answered(&mut self) {
        let answer = Answer::Status(status(&self.id(), CallState::Connected, None));
        self.answer(&any_place(), Ok(answer));
    }

    /// The other side took the call; there is media.
    pub(crate) fn talking() -> Self {
        Self::talking_with(false)
    }

    pub(crate) fn talking_with(video: bool) -> Self {
        use frontdesk_core::call::IceState;
        let mut bench = Self::dialling_with(video);
        bench.phone(PhoneEvent::Ringing { early: false });
        bench.phone(PhoneEvent::Answered);
        bench.phone(PhoneEvent::Ice(IceState::Connected));
        assert_eq!(bench.stage(), Stage::Talking);
        bench.take();
        bench
    }

    pub(crate) fn give(&mut self, input: Input) {
        self.chance += 1;
        let effects = self.observed.handle(now(self.ms, self.chance), input).expect("all that must hold");
        for effect in &effects {
            let id = match effect {
                Effect::Request { ask: Ask::Start(wish), .. } => &wish.id,
                Effect::Request { ask: Ask::Place(wish), .. } => &wish.id,
                _ => continue,
            };
            self.first_id.get_or_insert_with(|| id.clone());
            self.last_id = Some(id.clone());
        }
        self.effects.extend(effects);
    }

    /// Lets time pass; the timer rings when asked for.
    pub(crate) fn pass(&mut self, ms: u64) {
        let until = self.ms + ms;
        while let Some(at) = self.observed.wake_at.filter(|at| *at <= until) {
            self.ms = self.ms.max(at);
            self.give(Input::Timer);
        }
        self.ms = until;
    }

    /// Lets time pass in a call that the proxy keeps: heartbeats are answered.
    pub(crate) fn pass_kept(&mut self, ms: u64, state: CallState) {
        let until = self.ms + ms;
        while self.ms < until {
            self.answer_beats(state);
            self.pass((until - self.ms).min(500));
        }
        self.answer_beats(state);
    }

    pub(crate) fn answer_beats(&mut self, state: CallState) {
        if self.is_open(&Ask::Beat) {
            let answer = Answer::Status(status(&self.id(), state, None));
            self.answer(&Ask::Beat, Ok(answer));
        }
    }

    pub(crate) fn stage(&self) -> Stage {
        self.observed.machine.stage()
    }

    pub(crate) fn no(&self) -> CallNo {
        self.observed.machine.number()
    }

    /// The id of the request for the last call.
    pub(crate) fn id(&self) -> ClientId {
        self.last_id.clone().expect("the centre was asked")
    }

    /// The id of the very first request for a call.
    pub(crate) fn first_id(&self) -> ClientId {
        self.first_id.clone().expect("the centre was asked")
    }

    /// The centre took a call.
    pub(crate) fn was_taken(&self) -> bool {
        self.taken
    }

    pub(crate) fn has_asked(&self) -> bool {
        self.first_id.is_some()
    }

    pub(crate) fn media(&mut self, result: Result<(), MediaFailure>) {
        let no = self.no();
        self.give(Input::Media(no, result));
    }

    pub(crate) fn phone(&mut self, event: PhoneEvent) {
        let no = self.no();
        self.give(Input::Phone(no, event));
    }

    fn measured(&mut self, sample: Sample) {
        let no = self.no();
        self.give(Input::Measured(no, sample));
    }

    /// Two seconds pass, then these figures come.
    pub(crate) fn measure(&mut self, sample: Sample) {
        self.pass_kept(2_000, CallState::Connected);
        self.measured(sample);
    }

    /// An event of the journal.
    pub(crate) fn told(&mut self, state: CallState, end: Option<CallEnd>) {
        let status = status(&self.id(), state, end);
        self.give(Input::Status(status));
    }

    pub(crate) fn is_open(&self, ask: &Ask) -> bool {
        self.request(ask).is_some()
    }

    fn request(&self, ask: &Ask) -> Option<RequestId> {
        let same = |open: &Ask| std::mem::discriminant(open) == std::mem::discriminant(ask);
        self.observed.open.iter().find(|open| same(&open.1)).map(|open| open.0)
    }

    /// Answers the request of this kind; which one, does not matter.
    pub(crate) fn answer(&mut self, ask: &Ask, result: Result<Answer, Failure>) {
        let id = self.request(ask);
        assert!(id.is_some(), "nothing like {ask:?} was asked");
        self.give(Input::Answered(id.expect("it was"), result));
    }

    pub(crate) fn start_open(&self) -> bool {
        self.is_open(&any_start())
    }

    pub(crate) fn start_answer(&mut self, state: CallState) {
        self.taken = true;
        let answer = Answer::Status(status(&self.id(), state, None));
        self.answer(&any_start(), Ok(answer));
    }

    pub(crate) fn start_fails(&mut self, failure: Failure) {
        self.answer(&any_start(), Err(failure));
    }

    /// Confirms that the call was dropped.
    pub(crate) fn dropped(&mut self) {
        let answer = Answer::Status(status(&self.id(), CallState::Ended, Some(CallEnd::Visitor)));
        self.answer(&any_drop(), Ok(answer));
    }

    /// What was done since this was last asked.
    pub(crate) fn take(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    pub(crate) fn said_farewell(&self) -> bool {
        self.effects.iter().any(|effect| matches!(effect, Effect::Farewell(_)))
    }

    pub(crate) fn did(&self, effect: &Effect) -> bool {
        self.effects.contains(effect)
    }

    /// How often a request of this kind has left.
    pub(crate) fn asked(&self, ask: &Ask) -> usize {
        let same = |effect: &&Effect| match effect {
            Effect::Request { ask: other, .. } => {
                std::mem::discriminant(other) == std::mem::discriminant(ask)
            }
            _ => false,
        };
        self.effects.iter().filter(same).count()
    }

    /// Nothing is under way and nothing will be.
    pub(crate) fn is_quiet(&self) -> bool {
        self.observed.open.is_empty() && self.observed.wake_at.is_none()
    }
}

pub(crate) fn any_drop() -> Ask {
    Ask::Drop(ClientId::new("any"))
}

pub(crate) fn any_place() -> Ask {
    Ask::Place(PlaceCall { id: ClientId::new("any"), called: String::new(), data: None })
}

pub(crate) fn wish() -> Input {
    let wish = Wish { called: "+86 138 0013 8000".into(), data: Some("order 7".into()) };
    Input::Place(WishNo(7), wish)
}

pub(crate) fn any_start() -> Ask {
    Ask::Start(StartCall { id: ClientId::new("any"), media: CallMedia::Audio })
}
