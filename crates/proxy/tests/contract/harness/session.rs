//! Conversations: opened where a check needs one, shared where the centre is not ours, and always ended.

use super::reply::{Reply, field, word};
use super::{Offer, Stop, Target, Visitor};
use serde_json::json;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;

/// Who serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Serving {
    Robot,
    Agent,
    Queue,
    /// The centre does not tell.
    Somebody,
}

/// An open conversation.
pub(crate) struct Session {
    visitor: Visitor,
    serving: Serving,
}

impl Target {
    /// CONNECT, and who serves by its answer.
    pub(crate) async fn connect(&self, visitor: &Visitor) -> Result<Serving, Stop> {
        let reply = self.send(visitor, "CONNECT", "").await?;
        let code = reply.coded()?;
        if code != "0" && code != "11" {
            return Err(Stop::NotOffered(Offer::Conversation, reply.to_string()));
        }
        self.opened.fetch_add(1, Ordering::Relaxed);
        self.open.lock().unwrap_or_else(PoisonError::into_inner).push(visitor.clone());
        self.who(visitor, &reply).await
    }

    /// Who serves after a CONNECT or a TRANS2AGENT.
    pub(crate) async fn who(&self, visitor: &Visitor, reply: &Reply) -> Result<Serving, Stop> {
        if reply.code().as_deref() == Some("11") {
            return Ok(Serving::Queue);
        }
        if reply.said().contains("connect to robot") || reply.said().contains("robot multi message") {
            return Ok(Serving::Robot);
        }
        Ok(match self.queue(visitor).await?.code().as_deref() {
            Some("0") => Serving::Queue,
            Some("160021") => Serving::Agent,
            _ => Serving::Somebody,
        })
    }

    /// A conversation that was opened otherwise: counted, and ended by [`Self::leave`] if nobody else does.
    pub(crate) fn opened_for(&self, user: &str) -> Visitor {
        self.opened.fetch_add(1, Ordering::Relaxed);
        let visitor = Visitor::without_token(user);
        self.open.lock().unwrap_or_else(PoisonError::into_inner).push(visitor.clone());
        visitor
    }

    /// A conversation, whoever serves.
    pub(crate) async fn session(&self) -> Result<(Visitor, Serving), Stop> {
        let mut shared = self.session.lock().await;
        if let Some(session) = &*shared {
            return Ok((session.visitor.clone(), session.serving));
        }
        let visitor = self.visitor().await?;
        let serving = self.connect(&visitor).await?;
        *shared = Some(Session { visitor: visitor.clone(), serving });
        Ok((visitor, serving))
    }

    /// A conversation with the robot.
    pub(crate) async fn with_robot(&self) -> Result<Visitor, Stop> {
        self.asks_for(Offer::Robot)?;
        let (mut visitor, mut serving) = self.session().await?;
        if serving == Serving::Agent || serving == Serving::Queue {
            // An earlier check went to an agent: begin again.
            self.close().await?;
            (visitor, serving) = self.session().await?;
        }
        match serving {
            Serving::Robot => Ok(visitor),
            other => Err(Stop::NotOffered(Offer::Robot, format!("CONNECT led to {other:?}"))),
        }
    }

    /// A conversation with an agent. In the sandbox one signs in; elsewhere one must be there.
    pub(crate) async fn with_agent(&self) -> Result<Visitor, Stop> {
        self.asks_for(Offer::Agent)?;
        if let Some(house) = &self.house {
            house.sign_in("Li").await?;
        }
        let (visitor, serving) = self.session().await?;
        match serving {
            Serving::Agent => return Ok(visitor),
            Serving::Queue => {}
            Serving::Robot | Serving::Somebody => {
                let reply = self.send(&visitor, "TRANS2AGENT", "").await?;
                let code = reply.coded()?;
                let already = code == "13" && reply.said().contains("it has been agent service");
                if !already && code != "0" && code != "11" {
                    return Err(Stop::NotOffered(Offer::Agent, reply.to_string()));
                }
            }
        }
        let serves = self
            .until("an agent", async || {
                let reply = self.queue(&visitor).await?;
                if reply.code().as_deref() == Some("160021") {
                    return Ok(Some(()));
                }
                // 2.5 tells it by a message only; where another check took that, by the first of the agent's.
                let spoken = self.messages(&visitor).await?;
                Ok(spoken.iter().any(speaks_for_agent).then_some(()))
            })
            .await;
        match serves {
            Ok(()) => {}
            Err(_) if self.house.is_none() => {
                return Err(Stop::NotOffered(Offer::Agent, "no agent became free".into()));
            }
            Err(stop) => return Err(stop),
        }
        let mut shared = self.session.lock().await;
        if let Some(session) = &mut *shared {
            session.serving = Serving::Agent;
        }
        Ok(visitor)
    }

    /// A visitor who waits in the queue. Nobody signs in at the sandbox, so there one always waits.
    pub(crate) async fn waiting(&self) -> Result<Visitor, Stop> {
        self.asks_for(Offer::Queue)?;
        let (visitor, serving) = self.session().await?;
        if serving == Serving::Queue {
            return Ok(visitor);
        }
        let reply = self.send(&visitor, "TRANS2AGENT", "").await?;
        let serving = match reply.coded()?.as_str() {
            "0" | "11" => self.who(&visitor, &reply).await?,
            _ => return Err(Stop::NotOffered(Offer::Queue, reply.to_string())),
        };
        let mut shared = self.session.lock().await;
        if let Some(session) = &mut *shared {
            session.serving = serving;
        }
        match serving {
            Serving::Queue => Ok(visitor),
            other => Err(Stop::NotOffered(Offer::Queue, format!("TRANS2AGENT led to {other:?}"))),
        }
    }

    /// Ends the shared conversation.
    pub(crate) async fn close(&self) -> Result<(), Stop> {
        if let Some(session) = self.session.lock().await.take() {
            self.send(&session.visitor, "DISCONNECT", "").await?;
            self.ended(&session.visitor);
        }
        Ok(())
    }

    /// A check ended the conversation itself.
    pub(crate) async fn has_ended(&self, visitor: &Visitor) {
        self.ended(visitor);
        let mut shared = self.session.lock().await;
        if shared.as_ref().is_some_and(|session| session.visitor.id == visitor.id) {
            *shared = None;
        }
    }

    /// A token for a visitor whom somebody else brought.
    async fn renew(&self, visitor: &Visitor) {
        if visitor.token().is_empty()
            && let Ok(reply) = self.apply(&visitor.id, &self.access.channel).await
            && let Some(token) = super::token_in(&reply)
        {
            visitor.set_token(&token);
        }
    }

    /// The visitor's call is over.
    pub(crate) fn has_no_call(&self, visitor: &Visitor) {
        self.calling.lock().unwrap_or_else(PoisonError::into_inner).retain(|other| other.id != visitor.id);
    }

    fn ended(&self, visitor: &Visitor) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|other| other.id != visitor.id);
    }

    /// The visitor has a call from now on.
    pub(crate) fn has_call(&self, visitor: &Visitor) {
        self.calling.lock().unwrap_or_else(PoisonError::into_inner).push(visitor.clone());
    }

    /// Drops the visitor's call.
    pub(crate) async fn drop_call(&self, visitor: &Visitor) -> Result<Reply, Stop> {
        let reply = self.post(visitor, "v1/dropClickToCall", &json!({"channel": "WEB"})).await?;
        self.has_no_call(visitor);
        Ok(reply)
    }

    /// Drops calls that a check left behind: each of them holds an agent.
    pub(crate) async fn drop_calls(&self) {
        let calling = self.calling.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for visitor in calling {
            self.renew(&visitor).await;
            let _dropped = self.drop_call(&visitor).await;
        }
    }

    /// Ends whatever is still open, and leaves no call behind.
    pub(crate) async fn leave(&self) {
        self.drop_calls().await;
        *self.session.lock().await = None;
        let open = std::mem::take(&mut *self.open.lock().unwrap_or_else(PoisonError::into_inner));
        for visitor in open {
            self.renew(&visitor).await;
            // Whoever is gone already is gone.
            let _ended = self.send(&visitor, "DISCONNECT", "").await;
        }
    }
}

/// Whether a message shows that an agent serves.
fn speaks_for_agent(message: &serde_json::Value) -> bool {
    let text = word(field(message, "content")).unwrap_or_default().to_lowercase();
    let system = word(field(message, "sourceType")).as_deref() == Some("SYSTEM");
    word(field(message, "sourceType")).as_deref() == Some("AGENT") || system && text.contains("agent")
}
