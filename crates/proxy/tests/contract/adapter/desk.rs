//! The adapter at a centre: set up as an operator would, with one visitor and at most one conversation.

use super::stub::settings;
use crate::harness::{Dialect, Offer, Stop, Target, Verdict, Visitor, ensure};
use frontdesk_contract::{About, Body, ClientId, ErrorCode};
use frontdesk_proxy::config;
use frontdesk_proxy::vendor::cec::Cec;
use frontdesk_proxy::vendor::{Centre as _, Content, Downlink, Failure, Party, Said, Serving, Utterance};
use serde_json::json;

/// The adapter, set up for this centre, and one visitor.
pub(super) struct Desk<'a> {
    pub(super) target: &'a Target,
    pub(super) cec: Cec,
    pub(super) party: Party,
    said: std::cell::Cell<u64>,
    /// The same visitor, for tidying up when a check fails.
    pub(super) visitor: std::cell::OnceCell<Visitor>,
}

pub(super) fn failed(what: &str, failure: &Failure) -> Stop {
    Stop::Wrong(format!("the adapter's {what} came to {failure:?}"))
}

/// What a centre without this answers.
pub(super) fn missing(offer: Offer, what: &str, failure: Failure) -> Stop {
    match failure {
        Failure::Refused { code: ErrorCode::NotOffered, detail, .. } => Stop::NotOffered(offer, detail),
        failure => failed(what, &failure),
    }
}

impl<'a> Desk<'a> {
    pub(super) fn new(target: &'a Target) -> Result<Self, Stop> {
        let access = &target.access;
        let mut config = settings(&access.base);
        config.app_key = access.app_key.clone();
        config.app_secret = access.app_secret.clone().into();
        config.channel_id = access.channel.clone();
        config.dialect = match access.dialect {
            Dialect::V2_5 => config::Dialect::V2_5,
            Dialect::V2_6 => config::Dialect::V2_6,
        };
        if let Some(house) = &target.house {
            // What an operator would be told of the centre.
            let quirks = json!(house.sandbox.settings())["quirks"].clone();
            if quirks["media_content"] == "key" || quirks["file_content"] == "name_size_key_ext" {
                config.media_content = config::MediaContent::Key;
            }
        }
        let cec = Cec::new("contract", &config).map_err(|error| Stop::Wrong(error.to_string()))?;
        let party =
            Party { user_id: target.fresh_id(), user_name: "Contract test".into(), language: "en".into() };
        Ok(Self { target, cec, party, said: std::cell::Cell::new(0), visitor: std::cell::OnceCell::new() })
    }

    /// A conversation of its own; it is ended by [`Self::close`].
    pub(super) async fn open(target: &'a Target) -> Result<(Self, Serving), Stop> {
        // On a centre that is not ours one conversation at a time.
        target.close().await?;
        let desk = Self::new(target)?;
        match desk.cec.connect(&desk.party, &About::default()).await {
            Ok(serving) => {
                let _first = desk.visitor.set(target.opened_for(&desk.party.user_id));
                Ok((desk, serving))
            }
            Err(Failure::Refused { code, detail, .. }) => {
                Err(Stop::NotOffered(Offer::Conversation, format!("{code:?}: {detail}")))
            }
            Err(failure) => Err(failed("connect", &failure)),
        }
    }

    pub(super) async fn with_robot(target: &'a Target) -> Result<Self, Stop> {
        target.asks_for(Offer::Robot)?;
        let (desk, serving) = Self::open(target).await?;
        if serving != Serving::Robot {
            desk.close().await?;
            return Err(Stop::NotOffered(Offer::Robot, format!("connect led to {serving:?}")));
        }
        Ok(desk)
    }

    pub(super) async fn with_agent(target: &'a Target) -> Result<Self, Stop> {
        target.asks_for(Offer::Agent)?;
        if let Some(house) = &target.house {
            house.sign_in("Li").await?;
        }
        let (desk, serving) = Self::open(target).await?;
        let serving = match serving {
            Serving::Robot => match desk.cec.transfer_to_agent(&desk.party).await {
                Ok(serving) => serving,
                Err(failure) => {
                    desk.close().await?;
                    return Err(Stop::NotOffered(Offer::Agent, format!("{failure:?}")));
                }
            },
            serving => serving,
        };
        if serving != Serving::Agent && target.house.is_none() {
            desk.close().await?;
            return Err(Stop::NotOffered(Offer::Agent, format!("transfer led to {serving:?}")));
        }
        ensure!(serving == Serving::Agent, "with an agent signed in the transfer led to {serving:?}");
        Ok(desk)
    }

    pub(super) async fn close(&self) -> Verdict {
        self.cec.disconnect(&self.party).await.map_err(|failure| failed("disconnect", &failure))?;
        if let Some(visitor) = self.visitor.get() {
            self.target.has_ended(visitor).await;
        }
        Ok(())
    }

    pub(super) async fn say(&self, what: &Utterance) -> Result<Said, Stop> {
        self.said.set(self.said.get() + 1);
        let id = ClientId::new(format!("c{:031x}", u128::from(self.said.get())));
        let said = self.cec.say(&self.party, &id, 1_790_000_000_000, what).await;
        said.map_err(|failure| failed("say", &failure))
    }

    /// Polls until something fits.
    pub(super) async fn hears<T>(
        &self,
        what: &str,
        fits: impl Fn(&Downlink) -> Option<T>,
    ) -> Result<T, Stop> {
        let mut seen = Vec::new();
        let found = self
            .target
            .until(what, async || {
                let news = self.cec.poll(&self.party).await.map_err(|failure| failed("poll", &failure))?;
                let found = news.iter().find_map(&fits);
                seen.extend(news.into_iter().map(|item| format!("{item:?}")));
                Ok(found)
            })
            .await;
        found.map_err(|stop| match stop {
            Stop::Wrong(why) => Stop::Wrong(format!("{why}; the adapter heard {seen:?}")),
            stop => stop,
        })
    }
}

/// The words of a message, as they are shown.
pub(super) fn words(content: &Content) -> String {
    match content {
        Content::Body(Body::Text(text)) => text.clone(),
        Content::Body(body) => json!(body).to_string(),
        _ => String::new(),
    }
}
