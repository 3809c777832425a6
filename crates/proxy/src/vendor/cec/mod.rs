//! A centre that speaks Huawei Cloud CEC/AICC's ccmessaging, in the editions printed for 2.5 and 2.6.
//!
//! The vendor's words stay in this folder: its JSON, its codes, its tokens. The two editions contradict each other and
//! themselves, so everything is read leniently and both are understood at any time; the dialect of a desk only decides
//! what is asked for.
//!
//! # Layout
//! - `calls`: the conversation; `ask`, `robot`, `click_to_call`, `outbound`, `survey`, `history`, `upload`, `download`: the
//!   other calls; `picture`: pictures of agents and robots, which lie elsewhere
//! - `link`: one call with its tokens; `grant` asks for tokens, `token` keeps them; `client` is the HTTP under it,
//!   [`carrier`] what carries it
//! - [`codes`], `status`: what codes and HTTP statuses prove
//! - `push`: what the centre sends by itself
//! - `wire`, `lax`: the vendor's JSON
//! - `uplink`: what a visitor says, in the vendor's words; `downlink`, `control`, `content`: what comes, in ours
//! - [`reading`]: the readers of what comes, for tests
//! - [`trouble`]: lines for the operator

mod ask;
mod calls;
pub mod carrier;
mod click_to_call;
mod client;
pub mod codes;
mod content;
mod control;
mod downlink;
mod download;
mod flow;
mod grant;
mod history;
mod lax;
mod link;
mod outbound;
mod picture;
mod push;
pub mod reading;
mod robot;
mod status;
mod survey;
mod token;
pub mod trouble;
mod uplink;
mod upload;
mod wire;

pub use push::TAKEN;
pub use trouble::Trouble;

use super::{
    Admitted, Answer, CallAbility, CallNews, Centre, Downlink, FileSource, Kept, Party, Placed, Placing,
    PushHead, PushRefusal, PushedList, QueueAnswer, Rating, Said, Serving, Spooled, Utterance,
};
use crate::clock::Clock;
use crate::config::CecConfig;
use carrier::Carrier;
use download::Worked;
use frontdesk_contract::{About, CallMedia, ClientId, ErrorCode, SurveyForm};
use history::Times;
use link::Link;
use picture::Pictures;
use std::path::PathBuf;
use std::sync::Arc;
use survey::SurveyPath;
use tokio::io::AsyncWrite;

/// The centre of one desk. It holds the tokens of the gateway and of every visitor; share one instance.
pub struct Cec {
    link: Link,
    config: CecConfig,
    push: Option<push::Gate>,
    survey_path: SurveyPath,
    history_times: Times,
    file_forms: Worked,
    pictures: Pictures,
}

/// Why a centre cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum CecError {
    /// The app key cannot stand in a header.
    #[error("the app key holds characters that a header cannot hold")]
    AppKey,
    /// The file of authorities cannot be used.
    #[error("cannot use {} as authorities: {problem}", path.display())]
    Authorities {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// The HTTP client cannot be built, for want of certificates on this machine for example.
    #[error("cannot build the HTTP client: {0}")]
    Client(String),
}

impl Cec {
    /// Sets up the centre of a desk; asks nothing yet. `desk` names it in the log.
    ///
    /// # Errors
    /// When the settings cannot be used on this machine.
    pub fn new(desk: &str, config: &CecConfig) -> Result<Self, CecError> {
        Ok(Self {
            link: Link::new(desk, config)?,
            push: config.push.as_ref().map(push::Gate::new),
            config: config.clone(),
            survey_path: SurveyPath::default(),
            history_times: Times::default(),
            file_forms: Worked::default(),
            pictures: Pictures::new(config)?,
        })
    }

    /// The same over another carrier than the network, in another time than the system's.
    #[must_use]
    pub fn over(mut self, carrier: Arc<dyn Carrier>, clock: Clock) -> Self {
        self.link = self.link.over(carrier, clock);
        self
    }

    /// Asks the centre for a gateway token and a visitor token and throws them away, for `check-config --online`.
    ///
    /// # Errors
    /// What the operator can mend.
    pub async fn probe(&self) -> Result<(), Trouble> {
        let party = Party {
            user_id: "frontdesk-check".into(),
            user_name: "Frontdesk check".into(),
            language: "en".into(),
        };
        self.link.probe(&party).await
    }
}

impl std::fmt::Debug for Cec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cec").field("desk", &self.link.desk).finish_non_exhaustive()
    }
}

impl Centre for Cec {
    fn connect<'a>(&'a self, party: &'a Party, about: &'a About) -> Answer<'a, Serving> {
        Box::pin(self.open(party, about))
    }

    fn transfer_to_agent<'a>(&'a self, party: &'a Party) -> Answer<'a, Serving> {
        Box::pin(self.transfer(party))
    }

    fn disconnect<'a>(&'a self, party: &'a Party) -> Answer<'a, ()> {
        Box::pin(self.close(party))
    }

    fn takes(&self, what: &Utterance) -> Result<(), ErrorCode> {
        uplink::uplink(what, &self.config).map(drop)
    }

    fn say<'a>(
        &'a self,
        party: &'a Party,
        id: &'a ClientId,
        at_ms: u64,
        what: &'a Utterance,
    ) -> Answer<'a, Said> {
        Box::pin(self.chat(party, id, at_ms, what))
    }

    fn typing<'a>(&'a self, party: &'a Party) -> Answer<'a, ()> {
        Box::pin(self.input(party))
    }

    fn poll<'a>(&'a self, party: &'a Party) -> Answer<'a, Vec<Downlink>> {
        Box::pin(self.fetch(party))
    }

    fn admit_push(&self, head: &PushHead<'_>) -> Result<Admitted, PushRefusal> {
        self.push.as_ref().ok_or(PushRefusal::NotTaken)?.admit(head)
    }

    fn read_push(&self, admitted: &Admitted, body: &[u8]) -> Result<Option<PushedList>, PushRefusal> {
        self.push.as_ref().ok_or(PushRefusal::NotTaken)?.check_body(admitted, body)?;
        Ok(self.pushed(body))
    }

    fn queue<'a>(&'a self, party: &'a Party) -> Answer<'a, QueueAnswer> {
        Box::pin(self.place(party))
    }

    fn survey<'a>(&'a self, party: &'a Party) -> Answer<'a, SurveyForm> {
        Box::pin(self.survey_form(party))
    }

    fn rate<'a>(&'a self, party: &'a Party, rating: &'a Rating) -> Answer<'a, ()> {
        Box::pin(self.save_rating(party, rating))
    }

    fn read<'a>(&'a self, party: &'a Party, codes: &'a [String]) -> Answer<'a, ()> {
        Box::pin(self.tell_read(party, codes))
    }

    fn upload<'a>(&'a self, party: &'a Party, file: Spooled<'a>) -> Answer<'a, String> {
        Box::pin(self.hand_over(party, file))
    }

    fn download<'a>(
        &'a self,
        party: &'a Party,
        source: &'a FileSource,
        extension: Option<&'a str>,
        into: &'a mut (dyn AsyncWrite + Send + Unpin),
        max_bytes: u64,
    ) -> Answer<'a, u64> {
        Box::pin(self.fetch_file(party, source, extension, into, max_bytes))
    }

    fn picture<'a>(&'a self, address: &str) -> Option<Answer<'a, Vec<u8>>> {
        self.pictures.fetch(address)
    }

    fn suggestions<'a>(&'a self, party: &'a Party, text: &'a str) -> Answer<'a, Vec<String>> {
        Box::pin(self.phrases(party, text))
    }

    fn feedback<'a>(
        &'a self,
        party: &'a Party,
        inter_idx: &'a str,
        helpful: bool,
        reason: &'a str,
    ) -> Answer<'a, ()> {
        Box::pin(self.judge(party, inter_idx, helpful, reason))
    }

    fn leave_message<'a>(&'a self, party: &'a Party, number: &'a str, text: &'a str) -> Answer<'a, ()> {
        Box::pin(self.leave(party, number, text))
    }

    fn history<'a>(&'a self, party: &'a Party, from_ms: u64, to_ms: u64) -> Answer<'a, Option<Vec<Kept>>> {
        Box::pin(self.read_history(party, from_ms, to_ms))
    }

    fn call_support<'a>(&'a self, party: &'a Party) -> Answer<'a, CallAbility> {
        Box::pin(self.ability(party))
    }

    fn call_start<'a>(&'a self, party: &'a Party, media: CallMedia) -> Answer<'a, ()> {
        Box::pin(self.start_call(party, media))
    }

    fn call_events<'a>(&'a self, party: &'a Party) -> Answer<'a, Option<CallNews>> {
        Box::pin(self.events_of_call(party))
    }

    fn call_drop<'a>(&'a self, party: &'a Party) -> Answer<'a, ()> {
        Box::pin(self.end_call(party))
    }

    fn place_call<'a>(&'a self, wish: &'a Placing) -> Answer<'a, Placed> {
        Box::pin(self.create_call(wish))
    }

    fn ready(&self) -> Answer<'_, ()> {
        Box::pin(self.link.ready())
    }

    fn forget(&self, user_id: &str) {
        self.link.forget(user_id);
    }
}
