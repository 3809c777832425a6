//! A centre that speaks Huawei Cloud CEC/AICC's ccmessaging, in the editions printed for 2.5 and 2.6.
//!
//! The vendor's words stay in this folder: its JSON, its codes, its tokens. The two editions contradict each other and
//! themselves, so everything is read leniently and both are understood at any time; the dialect of a desk only decides
//! what is asked for.
//!
//! # Layout
//! - `calls`: the calls of the port
//! - `link`: one call with its tokens; `grant` asks for tokens, `token` keeps them; `client` is the HTTP under it
//! - `codes`, `status`: what codes and HTTP statuses prove
//! - `wire`, `lax`: the vendor's JSON
//! - `downlink`, `content`, `text`, `history`, `survey`: what comes from the centre, in our words
//! - [`trouble`]: lines for the operator

mod calls;
mod client;
mod codes;
mod content;
mod downlink;
mod grant;
mod history;
mod lax;
mod link;
mod status;
mod survey;
mod text;
mod token;
pub mod trouble;
mod wire;

pub use trouble::Trouble;

use super::{
    Answer, CallAbility, CallNews, Centre, Downlink, Failure, FileSource, Kept, Party, QueueAnswer, Rating,
    Said, Serving, Spooled, Utterance,
};
use crate::config::CecConfig;
use frontdesk_contract::{CallMedia, ClientId, ErrorCode, SurveyForm};
use link::Link;
use std::path::PathBuf;
use survey::SurveyPath;
use tokio::io::AsyncWrite;

/// The centre of one desk. It holds the tokens of the gateway and of every visitor; share one instance.
pub struct Cec {
    link: Link,
    config: CecConfig,
    survey_path: SurveyPath,
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
            config: config.clone(),
            survey_path: SurveyPath::default(),
        })
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
    fn connect<'a>(&'a self, party: &'a Party) -> Answer<'a, Serving> {
        Box::pin(self.open(party))
    }

    fn transfer_to_agent<'a>(&'a self, party: &'a Party) -> Answer<'a, Serving> {
        Box::pin(self.transfer(party))
    }

    fn disconnect<'a>(&'a self, party: &'a Party) -> Answer<'a, ()> {
        Box::pin(self.close(party))
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

    fn queue<'a>(&'a self, party: &'a Party) -> Answer<'a, QueueAnswer> {
        Box::pin(self.place(party))
    }

    fn survey<'a>(&'a self, party: &'a Party) -> Answer<'a, SurveyForm> {
        Box::pin(self.survey_form(party))
    }

    fn rate<'a>(&'a self, party: &'a Party, rating: &'a Rating) -> Answer<'a, ()> {
        Box::pin(self.save_rating(party, rating))
    }

    fn read<'a>(&'a self, _: &'a Party, _: &'a [String]) -> Answer<'a, ()> {
        not_offered("send READ")
    }

    fn upload<'a>(&'a self, _: &'a Party, _: Spooled<'a>) -> Answer<'a, String> {
        not_offered("uploadFileStream")
    }

    fn download<'a>(
        &'a self,
        _: &'a Party,
        _: &'a FileSource,
        _: Option<&'a str>,
        _: &'a mut (dyn AsyncWrite + Send + Unpin),
        _: u64,
    ) -> Answer<'a, u64> {
        not_offered("downloadFileStream")
    }

    fn suggestions<'a>(&'a self, _: &'a Party, _: &'a str) -> Answer<'a, Vec<String>> {
        not_offered("queryPhraseByKeyword")
    }

    fn feedback<'a>(&'a self, _: &'a Party, _: &'a str, _: bool, _: &'a str) -> Answer<'a, ()> {
        not_offered("feedbacksatisfaction")
    }

    fn leave_message<'a>(&'a self, _: &'a Party, _: &'a str, _: &'a str) -> Answer<'a, ()> {
        not_offered("doLeaveMessage")
    }

    fn history<'a>(&'a self, party: &'a Party, from_ms: u64, to_ms: u64) -> Answer<'a, Option<Vec<Kept>>> {
        Box::pin(self.read_history(party, from_ms, to_ms))
    }

    fn call_support<'a>(&'a self, _: &'a Party) -> Answer<'a, CallAbility> {
        not_offered("checkClickToCallSupport")
    }

    fn call_start<'a>(&'a self, _: &'a Party, _: CallMedia) -> Answer<'a, ()> {
        not_offered("createClickToCall")
    }

    fn call_events<'a>(&'a self, _: &'a Party) -> Answer<'a, Option<CallNews>> {
        not_offered("getClickToCallEvents")
    }

    fn call_drop<'a>(&'a self, _: &'a Party) -> Answer<'a, ()> {
        not_offered("dropClickToCall")
    }

    fn ready(&self) -> Answer<'_, ()> {
        Box::pin(self.link.ready())
    }

    fn forget(&self, user_id: &str) {
        self.link.forget(user_id);
    }
}

/// This centre does not do it; nothing was sent.
fn not_offered<'a, T: Send + 'a>(endpoint: &'static str) -> Answer<'a, T> {
    let detail = format!("{endpoint}: not asked for");
    let failure =
        Failure::Refused { code: ErrorCode::NotOffered, transient: false, retry_after: None, detail };
    Box::pin(std::future::ready(Err(failure)))
}
