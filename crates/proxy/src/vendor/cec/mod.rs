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

use super::{Answer, Centre, Downlink, Kept, Party, QueueAnswer, Said, Serving};
use crate::config::CecConfig;
use frontdesk_contract::{Body, ClientId, SurveyForm};
use link::Link;
use std::path::PathBuf;
use survey::SurveyPath;

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

    fn say<'a>(&'a self, party: &'a Party, id: &'a ClientId, at_ms: u64, body: &'a Body) -> Answer<'a, Said> {
        Box::pin(self.chat(party, id, at_ms, body))
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

    fn rate<'a>(&'a self, party: &'a Party, level: u8, comment: &'a str) -> Answer<'a, ()> {
        Box::pin(self.save_rating(party, level, comment))
    }

    fn history<'a>(&'a self, party: &'a Party, since_ms: u64) -> Answer<'a, Option<Vec<Kept>>> {
        Box::pin(self.read_history(party, since_ms))
    }

    fn ready(&self) -> Answer<'_, ()> {
        Box::pin(self.link.ready())
    }

    fn forget(&self, user_id: &str) {
        self.link.forget(user_id);
    }
}
