//! One call of the centre's interface, with its tokens: gets them, sends, renews them once when they have lapsed.

use super::CecError;
use super::carrier::{Carrier, Lost};
use super::client::{Client, Opened, Reply, Tokens};
use super::grant::{Fault, Granter, VISITOR_LIFE};
use super::status;
use super::token::{Fresh, Lease, Need, TokenCell};
use super::trouble::{Trouble, Watch};
use super::upload::Upload;
use crate::clock::Clock;
use crate::config::CecConfig;
use crate::vendor::{Failure, Party};
use frontdesk_contract::ErrorCode;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A call.
pub(super) struct Call<'a> {
    /// Its name, for the log.
    pub(super) endpoint: &'static str,
    /// Its path.
    pub(super) path: &'static str,
    /// What is sent.
    pub(super) ask: Ask<'a>,
    /// It changes nothing at the centre.
    pub(super) reads: bool,
    /// Which visitor's token it needs.
    pub(super) need: Need,
    /// It opens a conversation: without it nothing works, so the operator is told when it fails.
    pub(super) opens: bool,
    /// How long it may take, where that is not the usual time.
    pub(super) timeout: Option<Duration>,
}

/// What is sent.
pub(super) enum Ask<'a> {
    /// A query.
    Get(&'a [(&'a str, &'a str)]),
    /// JSON.
    Post(Vec<u8>),
    /// JSON with a file in it.
    File(Upload<'a>),
}

/// The way to one desk's centre.
pub(super) struct Link {
    pub(super) desk: String,
    client: Client,
    granter: Granter,
    gateway: TokenCell,
    visitors: Mutex<Cells>,
    watch: Watch,
}

/// The visitors' tokens. Most visitors go without a word, so now and then those are forgotten whose time is over.
struct Cells {
    by_user: HashMap<String, Arc<TokenCell>>,
    /// When there are so many, it is looked which may go.
    look_at: usize,
}

/// So many tokens may be kept without a look at their age.
const FEW: usize = 1_024;

impl Default for Cells {
    fn default() -> Self {
        Self { by_user: HashMap::new(), look_at: FEW }
    }
}

impl Cells {
    fn of(&mut self, user_id: &str) -> Arc<TokenCell> {
        if let Some(cell) = self.by_user.get(user_id) {
            return Arc::clone(cell);
        }
        if self.by_user.len() >= self.look_at {
            self.by_user.retain(|_, cell| Arc::strong_count(cell) > 1 || !cell.is_over());
            self.look_at = FEW.max(self.by_user.len().saturating_mul(2));
        }
        Arc::clone(self.by_user.entry(user_id.into()).or_default())
    }
}

impl Link {
    pub(super) fn new(desk: &str, config: &CecConfig) -> Result<Self, CecError> {
        Ok(Self {
            desk: desk.into(),
            client: Client::new(config)?,
            granter: Granter::new(config)?,
            gateway: TokenCell::default(),
            visitors: Mutex::default(),
            watch: Watch::default(),
        })
    }

    /// See [`super::Cec::over`].
    pub(super) fn over(self, carrier: Arc<dyn Carrier>, clock: Clock) -> Self {
        Self { client: self.client.over(carrier, clock), ..self }
    }

    /// The time that the desk's records know, epoch milliseconds.
    pub(super) fn now_ms(&self) -> u64 {
        self.client.clock().now_ms()
    }

    /// Makes a call and answers its reply, which has status 200.
    ///
    /// # Errors
    /// Everything else, sorted by what is certain; logged.
    pub(super) async fn call(&self, party: &Party, call: &Call<'_>) -> Result<Reply, Failure> {
        let opened = self.open(party, call).await?;
        let reply = self.whole(call, opened).await?;
        if reply.status == 200 {
            return Ok(reply);
        }
        self.note(call.endpoint, &reply, None);
        if call.opens {
            self.tell(&Trouble::of_status(call.endpoint, reply.status));
        }
        Err(status::status(call.endpoint, &reply, call.reads))
    }

    /// As [`Link::call`], for an endpoint that not every centre has: `None` when there is no such path.
    pub(super) async fn call_optional(
        &self,
        party: &Party,
        call: &Call<'_>,
    ) -> Result<Option<Reply>, Failure> {
        let opened = self.open(party, call).await?;
        self.present(call, opened).await
    }

    /// As [`Link::call_optional`], for an endpoint that knows no visitor.
    pub(super) async fn call_unnamed(&self, call: &Call<'_>) -> Result<Option<Reply>, Failure> {
        let opened = self.open_unnamed(call).await?;
        self.present(call, opened).await
    }

    /// The whole reply; `None` when there is no such path.
    async fn present(&self, call: &Call<'_>, opened: Opened) -> Result<Option<Reply>, Failure> {
        let reply = self.whole(call, opened).await?;
        match reply.status {
            200 => Ok(Some(reply)),
            404 => Ok(None),
            _ => {
                self.note(call.endpoint, &reply, None);
                Err(status::status(call.endpoint, &reply, call.reads))
            }
        }
    }

    /// Whether a gateway token can be had.
    pub(super) async fn ready(&self) -> Result<(), Failure> {
        self.gateway.get(Need::Lasting, Box::pin(self.ask_gateway())).await.map(drop)
    }

    /// Asks for both tokens anew and keeps none of them.
    pub(super) async fn probe(&self, party: &Party) -> Result<(), Trouble> {
        let fresh = self.granter.gateway(&self.client).await.map_err(|fault| fault.trouble)?;
        let lease = Lease { value: fresh.value, ticket: 0 };
        self.granter.visitor(&self.client, &lease, party).await.map(drop).map_err(|fault| fault.trouble)
    }

    /// Forgets a visitor's token.
    pub(super) fn forget(&self, user_id: &str) {
        self.visitors().by_user.remove(user_id);
    }

    /// Tells the operator, each kind of trouble once a minute.
    pub(super) fn tell(&self, trouble: &Trouble) {
        self.watch.tell(&self.desk, trouble);
    }

    /// Logs an answer that is a failure, for whoever looks closely: who asked reports what it means.
    pub(super) fn note(&self, endpoint: &'static str, reply: &Reply, code: Option<&str>) {
        let duration_ms = reply.took.as_millis() as u64;
        tracing::debug!(
            desk = self.desk,
            endpoint,
            status = reply.status,
            code,
            duration_ms,
            "the centre refused"
        );
    }

    /// Tells the operator that the centre does not know the channel.
    pub(super) fn channel_refused(&self, reply: &Reply, code: &str) {
        let trouble = Trouble::ChannelRefused { status: reply.status, code: Some(code.into()) };
        self.tell(&trouble);
    }

    /// Makes a call and answers as soon as an answer begins, whatever its status, save that tokens are renewed once.
    pub(super) async fn open(&self, party: &Party, call: &Call<'_>) -> Result<Opened, Failure> {
        let cell = self.cell(&party.user_id);
        let gateway = self.gateway.get(Need::Lasting, Box::pin(self.ask_gateway())).await?;
        let visitor = cell.get(call.need, Box::pin(self.ask_visitor(party))).await?;
        let reply = self.once(Some((&cell, &visitor)), &gateway, call).await?;
        if reply.status != 401 {
            cell.note_good();
            return Ok(reply);
        }
        let reply = reply.head();

        // Either token has lapsed; the answer does not say which.
        self.note(call.endpoint, &reply, None);
        if cell.is_futile() || self.gateway.is_futile() {
            return Err(self.denied(call.endpoint));
        }
        let gateway = self.gateway.renew(&gateway, Box::pin(self.ask_gateway())).await?;
        let visitor = cell.renew(&visitor, Box::pin(self.ask_visitor(party))).await?;
        let reply = self.once(Some((&cell, &visitor)), &gateway, call).await?;
        if reply.status == 401 {
            self.note(call.endpoint, &reply.head(), None);
            self.gateway.note_futile();
            cell.note_futile();
            return Err(self.denied(call.endpoint));
        }
        self.gateway.note_good();
        cell.note_good();
        Ok(reply)
    }

    /// The same without a visitor's token.
    async fn open_unnamed(&self, call: &Call<'_>) -> Result<Opened, Failure> {
        let gateway = self.gateway.get(Need::Lasting, Box::pin(self.ask_gateway())).await?;
        let reply = self.once(None, &gateway, call).await?;
        if reply.status != 401 {
            return Ok(reply);
        }
        self.note(call.endpoint, &reply.head(), None);
        if self.gateway.is_futile() {
            return Err(self.denied(call.endpoint));
        }
        let gateway = self.gateway.renew(&gateway, Box::pin(self.ask_gateway())).await?;
        let reply = self.once(None, &gateway, call).await?;
        if reply.status == 401 {
            self.note(call.endpoint, &reply.head(), None);
            self.gateway.note_futile();
            return Err(self.denied(call.endpoint));
        }
        self.gateway.note_good();
        Ok(reply)
    }

    /// Sends it once; a newer token of the visitor that comes with the answer is kept.
    async fn once(
        &self,
        visitor: Option<(&TokenCell, &Lease)>,
        gateway: &Lease,
        call: &Call<'_>,
    ) -> Result<Opened, Failure> {
        let tokens = Tokens {
            app_key: Some(&self.granter.app_key),
            gateway: Some(&gateway.value),
            visitor: visitor.map(|(_, lease)| &lease.value),
        };
        let ticket = visitor.map(|(cell, _)| (cell, cell.ticket()));
        let reply = match &call.ask {
            Ask::Get(query) => self.client.open_get(call.path, query, tokens, call.timeout).await,
            Ask::Post(body) => self.client.open_post(call.path, tokens, call.timeout, body.clone()).await,
            Ask::File(upload) => {
                let body = upload.body().await?;
                self.client.open_post(call.path, tokens, call.timeout, body).await
            }
        };
        let mut reply = reply.map_err(|lost| self.lost(call, &lost))?;
        if let (Some(value), Some((cell, ticket))) = (reply.visitor_token.take(), ticket) {
            cell.offer(Fresh { value, lifetime: VISITOR_LIFE }, ticket);
        }
        Ok(reply)
    }

    /// Reads the rest of an answer.
    pub(super) async fn whole(&self, call: &Call<'_>, opened: Opened) -> Result<Reply, Failure> {
        opened.whole().await.map_err(|lost| self.lost(call, &lost))
    }

    /// What it means that an answer did not come or broke off; logged.
    pub(super) fn lost(&self, call: &Call<'_>, lost: &Lost) -> Failure {
        let (desk, endpoint, cause) = (&self.desk, call.endpoint, lost.why());
        tracing::debug!(desk, endpoint, cause, "no answer from the centre");
        let failure = status::lost(endpoint, lost);
        if call.opens || matches!(failure, Failure::NotSent { .. }) {
            self.tell(&Trouble::of_lost(endpoint, lost));
        }
        failure
    }

    /// No token is taken: nothing is known about the call itself.
    fn denied(&self, endpoint: &'static str) -> Failure {
        self.tell(&Trouble::TokensRefused);
        Failure::Refused {
            code: ErrorCode::CentreRefused,
            transient: true,
            retry_after: None,
            detail: format!("{endpoint}: HTTP 401 with new tokens"),
        }
    }

    async fn ask_gateway(&self) -> Result<Fresh, Failure> {
        self.granter.gateway(&self.client).await.map_err(|fault| self.fault(*fault))
    }

    /// A visitor's token; the gateway's is renewed once if it turns out to be spent.
    async fn ask_visitor(&self, party: &Party) -> Result<Fresh, Failure> {
        let gateway = self.gateway.get(Need::Lasting, Box::pin(self.ask_gateway())).await?;
        match self.granter.visitor(&self.client, &gateway, party).await {
            Err(fault) if fault.spent && !self.gateway.is_futile() => {
                self.log(&fault);
                let gateway = self.gateway.renew(&gateway, Box::pin(self.ask_gateway())).await?;
                self.granter.visitor(&self.client, &gateway, party).await.map_err(|fault| {
                    if fault.spent {
                        self.gateway.note_futile();
                    }
                    self.fault(*fault)
                })
            }
            answer => answer.map_err(|fault| self.fault(*fault)),
        }
    }

    fn fault(&self, fault: Fault) -> Failure {
        self.log(&fault);
        self.tell(&fault.trouble);
        fault.failure
    }

    fn log(&self, fault: &Fault) {
        let duration_ms = fault.took.map(|took| took.as_millis() as u64);
        let (desk, endpoint, status, code) = (&self.desk, fault.endpoint, fault.status, &fault.code);
        tracing::debug!(desk, endpoint, status, code, duration_ms, "no token from the centre");
    }

    fn cell(&self, user_id: &str) -> Arc<TokenCell> {
        self.visitors().of(user_id)
    }

    fn visitors(&self) -> MutexGuard<'_, Cells> {
        self.visitors.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::HeaderValue;
    use tokio::time::advance;

    fn fresh(seconds: u64) -> Fresh {
        Fresh { value: HeaderValue::from_static("t"), lifetime: Duration::from_secs(seconds) }
    }

    #[tokio::test(start_paused = true)]
    async fn tokens_of_visitors_who_went_are_forgotten_and_no_others() {
        let mut cells = Cells::default();
        let used = cells.of("used");
        cells.of("lasting").offer(fresh(3_600), 1);
        for number in 2..FEW {
            cells.of(&number.to_string()).offer(fresh(60), 1);
        }
        cells.of("new").offer(fresh(3_600), 1);
        assert_eq!(cells.by_user.len(), FEW + 1, "all of them live");
        advance(Duration::from_secs(61)).await;
        for number in 0..FEW {
            cells.of(&format!("later {number}")).offer(fresh(3_600), 1);
        }
        assert_eq!(cells.by_user.len(), FEW + 3);
        assert!(Arc::ptr_eq(&used, &cells.of("used")));
        assert!(cells.by_user.contains_key("lasting"));
    }
}
