//! The calls of the port, save those about ratings and history.

use super::client::Reply;
use super::codes::{self, Outcome, QueueSign, Reason, Request, outcome};
use super::link::{Ask, Call};
use super::token::Need;
use super::trouble::Trouble;
use super::wire::{self, AskQueue, Coded, FromCentre, Polled, Queue, Send};
use super::{Cec, content, downlink, flow, status, uplink};
use crate::config::{Dialect, PollKind, ReadContent};
use crate::vendor::{Downlink, Failure, Party, QueueAnswer, Said, Serving, Utterance};
use frontdesk_contract::{About, ClientId, ErrorCode, QueueInfo};
use serde::Serialize;
use serde_json::value::RawValue;

/// The only channel of web visitors.
pub(super) const CHANNEL: &str = "WEB";
/// No wait longer than a day is believed.
const MAX_WAIT_S: u64 = 86_400;

/// What was answered to a `send`.
struct Sent {
    reply: Reply,
    endpoint: &'static str,
    code: String,
    text: String,
    offline: bool,
    tip: Option<String>,
}

/// What a `send` carries.
struct Content<'a> {
    media_type: &'static str,
    content: &'a str,
    at_ms: u64,
    id: Option<&'a str>,
    trans_data: Option<&'a str>,
}

impl Content<'_> {
    fn none(at_ms: u64) -> Self {
        Self { media_type: "TEXT", content: "", at_ms, id: None, trans_data: None }
    }
}

impl Cec {
    pub(super) async fn open(&self, party: &Party, about: &About) -> Result<Serving, Failure> {
        let newer = self.config.dialect == Dialect::V2_6;
        let own = self.config.trans_data.as_deref();
        let trans_data = newer.then(|| flow::data(own, about)).flatten();
        let content = Content {
            content: &self.config.connect_content,
            trans_data: trans_data.as_deref(),
            ..Content::none(self.link.now_ms())
        };
        let sent = self.send(party, Request::Connect, content).await?;
        match self.judged(Request::Connect, &sent) {
            Outcome::Robot => Ok(Serving::Robot),
            Outcome::Queued => Ok(Serving::Queue),
            Outcome::Stored => Ok(Serving::Offline { tip: sent.tip }),
            Outcome::Done | Outcome::Agent | Outcome::LinkNotTrusted => {
                Ok(match self.place_now(party, self.config.robot).await {
                    Some(serving) => serving,
                    None if self.config.robot && !content::names_agent(&sent.text) => Serving::Robot,
                    None => Serving::Agent,
                })
            }
            Outcome::Gone => Err(Failure::Gone),
            Outcome::PerhapsGone(reason) | Outcome::Refused(reason) => Err(self.refused(&sent, reason)),
        }
    }

    pub(super) async fn transfer(&self, party: &Party) -> Result<Serving, Failure> {
        let sent = self.send(party, Request::Transfer, Content::none(self.link.now_ms())).await?;
        match self.judged(Request::Transfer, &sent) {
            Outcome::Agent => Ok(Serving::Agent),
            Outcome::Queued => Ok(Serving::Queue),
            Outcome::Done | Outcome::Robot | Outcome::Stored | Outcome::LinkNotTrusted => {
                Ok(self.place_now(party, false).await.unwrap_or(Serving::Agent))
            }
            Outcome::Gone => {
                self.link.note(sent.endpoint, &sent.reply, Some(&sent.code));
                Err(Failure::Gone)
            }
            Outcome::PerhapsGone(reason) | Outcome::Refused(reason) => Err(self.refused(&sent, reason)),
        }
    }

    pub(super) async fn close(&self, party: &Party) -> Result<(), Failure> {
        let sent = self.send(party, Request::Disconnect, Content::none(self.link.now_ms())).await?;
        match self.judged(Request::Disconnect, &sent) {
            Outcome::PerhapsGone(_) if self.is_over(party).await => Ok(()),
            Outcome::PerhapsGone(reason) | Outcome::Refused(reason) => Err(self.refused(&sent, reason)),
            _ => Ok(()),
        }
    }

    pub(super) async fn chat(
        &self,
        party: &Party,
        id: &ClientId,
        at_ms: u64,
        what: &Utterance,
    ) -> Result<Said, Failure> {
        let untaken = |code| Failure::Refused {
            code,
            transient: false,
            retry_after: None,
            detail: "send CHAT: not asked, the centre does not take it".into(),
        };
        let (media_type, content) = uplink::uplink(what, &self.config).map_err(untaken)?;
        let id = id.check().is_ok().then(|| id.as_str());
        let content = Content { media_type, content: &content, at_ms, id, trans_data: None };
        let sent = self.send(party, Request::Chat, content).await?;
        match self.judged(Request::Chat, &sent) {
            Outcome::Done | Outcome::Robot | Outcome::Agent => {
                let trusted = sent.code == "0";
                Ok(Said::Delivered { link_not_trusted: !trusted })
            }
            Outcome::LinkNotTrusted => Ok(Said::Delivered { link_not_trusted: true }),
            Outcome::Stored => Ok(Said::StoredOffline { tip: sent.tip }),
            Outcome::Queued => Err(queueing(&sent)),
            Outcome::Gone => Err(Failure::Gone),
            Outcome::Refused(reason) => Err(self.refused(&sent, reason)),
            Outcome::PerhapsGone(reason) => {
                let refused = self.refused(&sent, reason);
                Err(match self.place(party).await {
                    Ok(QueueAnswer::Gone) => Failure::Gone,
                    Ok(QueueAnswer::Waiting(_)) => queueing(&sent),
                    _ => refused,
                })
            }
        }
    }

    pub(super) async fn input(&self, party: &Party) -> Result<(), Failure> {
        self.send(party, Request::Typing, Content::none(self.link.now_ms())).await.map(drop)
    }

    pub(super) async fn tell_read(&self, party: &Party, read: &[String]) -> Result<(), Failure> {
        if read.is_empty() || self.config.dialect != Dialect::V2_6 {
            return Ok(());
        }
        let content = match self.config.read_content {
            ReadContent::Off => return Ok(()),
            ReadContent::Empty => String::new(),
            ReadContent::List => serde_json::to_string(read).unwrap_or_default(),
        };
        let content = Content { content: &content, ..Content::none(self.link.now_ms()) };
        self.send(party, Request::Read, content).await.map(drop)
    }

    pub(super) async fn fetch(&self, party: &Party) -> Result<Vec<Downlink>, Failure> {
        const POLL: &str = "poll";
        // Only the 2.6 manual has the last one, and a gateway of 2.5 may know it as well: without it no receipt ever comes.
        let query = [("receiverId", party.user_id.as_str()), ("channel", CHANNEL), ("isNeedRead", "true")];
        let path = "/apiaccess/ccmessaging/poll";
        let call = Call {
            endpoint: POLL,
            path,
            ask: Ask::Get(&query),
            reads: true,
            need: Need::Any,
            opens: false,
            timeout: None,
        };
        let reply = self.link.call(party, &call).await?;
        if reply.body.iter().all(u8::is_ascii_whitespace) {
            return Ok(Vec::new());
        }
        let Some((polled, coded)) = wire::read_coded::<Polled>(&reply.body) else {
            self.link.note(POLL, &reply, None);
            return Err(status::unintelligible(POLL));
        };
        match coded.code() {
            // Messages count whatever the code beside them says: they may not come again.
            Some(code) if code != "0" && polled.downlink_messages.0.is_empty() => {
                self.link.note(POLL, &reply, Some(&code));
                let busy = code == codes::FLOW_CONTROL;
                let why = if busy { ErrorCode::CentreBusy } else { ErrorCode::CentreRefused };
                Err(status::refused(POLL, &code, why, true))
            }
            _ => Ok(polled
                .downlink_messages
                .0
                .into_iter()
                .flat_map(|message| self.read_downlink(&message))
                .collect()),
        }
    }

    fn named(&self) -> downlink::Named<'_> {
        downlink::Named { links: &self.config.call_links, pictures: &self.config.avatar_origins }
    }

    /// What one message says. Where the centre repeats itself, or pushes what a poll has as well, the same may come again: an end
    /// must not be taken for that of the next conversation.
    pub(super) fn read_downlink(&self, message: &RawValue) -> Vec<Downlink> {
        let Some(message) = wire::read_item::<FromCentre>(message) else {
            tracing::debug!("a downlink message that is no object was passed over");
            return Vec::new();
        };
        let again = self.config.poll == PollKind::Repeats || self.config.push.is_some();
        let mark = again.then(|| downlink::mark(&message)).flatten();
        let items = self.understood(downlink::read(message, self.named()));
        match mark {
            Some(mark) => downlink::once(mark, items),
            None => items,
        }
    }

    /// What one message says, with what its words announce where the queue query may not tell: in 2.5.
    fn understood(&self, mut items: Vec<Downlink>) -> Vec<Downlink> {
        if self.config.dialect == Dialect::V2_5 && downlink::announces(&items) {
            items.push(Downlink::Announced);
        }
        items
    }

    pub(super) async fn place(&self, party: &Party) -> Result<QueueAnswer, Failure> {
        self.ask_queue(party).await.map(|(answer, _)| answer)
    }

    /// The answer of the queue query, and its code.
    async fn ask_queue(&self, party: &Party) -> Result<(QueueAnswer, QueueSign), Failure> {
        const QUEUE: &str = "queryQueueInfo";
        let body = AskQueue {
            user_id: &party.user_id,
            channel_config_id: &self.config.channel_id,
            channel: CHANNEL,
        };
        let reply =
            self.link.call(party, &post(QUEUE, "/apiaccess/ccmessaging/queryQueueInfo", &body, true)).await?;
        let Some((queue, coded)) = wire::read_coded::<Queue>(&reply.body) else {
            self.link.note(QUEUE, &reply, None);
            return Err(status::unintelligible(QUEUE));
        };
        let place =
            queue.position.whole().filter(|place| *place >= 1).and_then(|place| u32::try_from(place).ok());
        let wait = queue.estimate_wait_time.whole().filter(|seconds| *seconds <= MAX_WAIT_S);
        let info = QueueInfo { place, wait_ms: wait.map(|seconds| seconds * 1000) };
        let code = coded.code();
        let sign = codes::queue(code.as_deref());
        // All but the code is optional: who has no place told waits all the same, who has none at all does not.
        let listed = queue.position.0.is_none_or(|place| place >= 1.0);
        let answer = match sign {
            QueueSign::Waits if listed => QueueAnswer::Waiting(info),
            QueueSign::Waits => QueueAnswer::Elsewhere,
            QueueSign::Served => QueueAnswer::Served,
            QueueSign::Automatic | QueueSign::Elsewhere => QueueAnswer::Elsewhere,
            QueueSign::AgentDidNotAnswer => QueueAnswer::AgentDidNotAnswer,
            QueueSign::Gone => QueueAnswer::Gone,
            QueueSign::NoInformation if code.is_none() && place.is_some() => QueueAnswer::Waiting(info),
            // Its edition says no more than that there is nothing about a queue.
            QueueSign::Unlisted if self.config.dialect == Dialect::V2_5 => QueueAnswer::Unlisted,
            QueueSign::NoInformation | QueueSign::Unlisted => QueueAnswer::NoInformation,
        };
        Ok((answer, sign))
    }

    /// Who serves, by the queue query; `None`: it does not tell. `robot`: an automatic service may be a robot.
    async fn place_now(&self, party: &Party, robot: bool) -> Option<Serving> {
        match self.ask_queue(party).await.ok()? {
            (QueueAnswer::Elsewhere, QueueSign::Automatic) if robot => None,
            (QueueAnswer::Elsewhere, QueueSign::Waits) => None,
            (QueueAnswer::Waiting(_), _) => Some(Serving::Queue),
            (QueueAnswer::Elsewhere | QueueAnswer::AgentDidNotAnswer, _) => Some(Serving::Queue),
            (QueueAnswer::Served, _) => Some(Serving::Agent),
            (QueueAnswer::Gone | QueueAnswer::Unlisted | QueueAnswer::NoInformation, _) => None,
        }
    }

    /// Whether a conversation that cannot be ended is over. The queue query of 2.5 does not tell; then it counts as
    /// over, since the centre lets go of what is not polled any more.
    async fn is_over(&self, party: &Party) -> bool {
        match self.place(party).await {
            Ok(QueueAnswer::Gone | QueueAnswer::Unlisted) => true,
            Ok(QueueAnswer::NoInformation) => self.config.dialect == Dialect::V2_5,
            _ => false,
        }
    }

    /// Calls `send`.
    async fn send(&self, party: &Party, request: Request, content: Content<'_>) -> Result<Sent, Failure> {
        let endpoint = request.endpoint();
        let body = Send {
            content: content.content,
            control_type: request.control_type(),
            from: &party.user_id,
            media_type: content.media_type,
            sender_nickname: &party.user_name,
            source_type: "CUSTOMER",
            timestamp: content.at_ms.to_string(),
            to: &self.config.channel_id,
            user_agent: (),
            sender_avatar: (),
            channel: CHANNEL,
            message_id: content.id,
            trans_data: content.trans_data,
        };
        let mut call = post(endpoint, "/apiaccess/ccmessaging/send", &body, false);
        if request == Request::Connect {
            (call.need, call.opens) = (Need::Lasting, true);
        }
        let reply = self.link.call(party, &call).await?;
        let coded = wire::read::<Coded>(&reply.body);
        let Some((code, coded)) = coded.and_then(|coded| Some((coded.code()?, coded))) else {
            self.link.note(endpoint, &reply, None);
            if call.opens {
                self.link.tell(&Trouble::NotACentre { endpoint, status: reply.status });
            }
            return Err(status::unintelligible(endpoint));
        };
        let (text, offline, tip) = (coded.text().to_owned(), coded.stores_offline(), coded.offline_tip());
        Ok(Sent { endpoint, code, text, offline, tip, reply })
    }

    fn judged(&self, request: Request, sent: &Sent) -> Outcome {
        if sent.text.to_ascii_lowercase().contains("none channel config") && sent.code != "0" {
            self.link.channel_refused(&sent.reply, &sent.code);
        }
        outcome(request, &sent.code, &sent.text, sent.offline)
    }

    /// Logs and reports a refusal.
    fn refused(&self, sent: &Sent, reason: Reason) -> Failure {
        self.link.note(sent.endpoint, &sent.reply, Some(&sent.code));
        status::refused(sent.endpoint, &sent.code, reason.code, reason.transient)
    }
}

/// A message met a queue: not delivered, to be sent again once an agent serves.
fn queueing(sent: &Sent) -> Failure {
    status::refused(sent.endpoint, &sent.code, ErrorCode::Queueing, true)
}

/// A call that posts JSON.
pub(super) fn post(
    endpoint: &'static str,
    path: &'static str,
    body: &impl Serialize,
    reads: bool,
) -> Call<'static> {
    // Writing to memory cannot fail for these types; an empty body would be refused by the centre.
    let body = serde_json::to_vec(body).unwrap_or_default();
    Call { endpoint, path, ask: Ask::Post(body), reads, need: Need::Any, opens: false, timeout: None }
}
