//! Opening, resuming and finding a session. Nothing is asked of the centre here.

use super::{credential, identify, naming};
use crate::audit::Told;
use crate::audit::words::{Credential, Limit};
use crate::chance;
use crate::identity::{Claims, Mode};
use crate::problem::Problem;
use crate::state::{App, Desk};
use crate::store::{SessionRecord, VisitorRecord};
use crate::visitor::Visitor;
use frontdesk_contract::{CallOffer, ErrorCode, OpenSession, PROTOCOL, SessionOpened};
use std::sync::Arc;
use std::time::Duration;

/// The end of a session is moved on only when it would move by this share of its lifetime: every use counts, not every
/// use is worth a write.
const TOUCH_SHARE: u64 = 48;

impl App {
    /// The visitor of a session, who has just asked for something.
    ///
    /// # Errors
    /// [`ErrorCode::SessionUnknown`] when it was erased meanwhile, or is anonymous where nobody may be (any more); when the
    /// store fails.
    pub async fn visitor_of(&self, session: &SessionRecord) -> Result<Arc<Visitor>, Problem> {
        let visitor = self.registry.get(&self.shared, &session.visitor).await?;
        let identified = visitor.desk().settings.identity.mode == Mode::Required;
        if identified && visitor.record().await?.subject.is_none() {
            let told = Told::because(Credential::Anonymous).by(&visitor);
            return Err(Problem::session_unknown().audited(told));
        }
        visitor.attend();
        Ok(visitor)
    }

    /// Finds the session of a credential, and moves its end on; or why there is none.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn session_of(&self, secret: &str) -> Result<Result<SessionRecord, Credential>, Problem> {
        let Some(hash) = credential::hash(secret) else { return Ok(Err(Credential::Malformed)) };
        let Some(mut session) = self.shared.store.session(&hash).await? else {
            return Ok(Err(Credential::Unknown));
        };
        let now_ms = self.shared.clock.now_ms();
        if session.expires_ms <= now_ms {
            return Ok(Err(Credential::Expired));
        }
        let expires_ms = self.expiry();
        let step = millis(self.shared.settings().retention) / TOUCH_SHARE;
        if expires_ms.saturating_sub(session.expires_ms) >= step {
            self.shared.store.touch(&hash, expires_ms).await?;
            session.expires_ms = expires_ms;
        }
        Ok(Ok(session))
    }

    fn expiry(&self) -> u64 {
        self.shared.clock.now_ms().saturating_add(millis(self.shared.settings().retention))
    }

    /// The session that `wish` names, if it is this desk's and still known, with its visitor.
    pub(super) async fn named(
        &self,
        desk: &Desk,
        wish: &OpenSession,
    ) -> Result<Option<(SessionRecord, Arc<Visitor>)>, Problem> {
        let Some(secret) = wish.resume.as_deref() else { return Ok(None) };
        let Some(session) =
            self.session_of(secret).await?.ok().filter(|found| found.desk == desk.settings.id)
        else {
            return Ok(None);
        };
        match self.visitor_of(&session).await {
            Err(problem) if problem.code == ErrorCode::SessionUnknown => Ok(None),
            visitor => Ok(Some((session, visitor?))),
        }
    }

    /// Resumes the session that `wish` names, if it is this desk's and still known.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn resume(&self, desk: &Desk, wish: &OpenSession) -> Result<Option<SessionOpened>, Problem> {
        let (Some((session, visitor)), Some(secret)) = (self.named(desk, wish).await?, &wish.resume) else {
            return Ok(None);
        };
        if wish.locale.is_some() {
            let language = naming::language(wish.locale.as_deref());
            visitor.change(|draft, _| draft.record.language.clone_from(&language)).await?;
        }
        let record = visitor.record().await?;
        Ok(Some(self.opened(desk, secret.clone(), &session, &record)))
    }

    /// Opens a new session for a new visitor, who is anonymous.
    ///
    /// # Errors
    /// [`ErrorCode::Overloaded`] when there are too many; when the store fails.
    pub async fn open(&self, desk: &Desk, wish: &OpenSession) -> Result<SessionOpened, Problem> {
        self.open_as(desk, wish, credential::generate(), None).await
    }

    /// Opens a new session under this credential.
    pub(super) async fn open_as(
        &self,
        desk: &Desk,
        wish: &OpenSession,
        secret: String,
        claims: Option<&Claims>,
    ) -> Result<SessionOpened, Problem> {
        if self.shared.store.sessions().await? >= self.shared.settings().limits.sessions as u64 {
            self.shared.metrics.limited(Limit::SessionsKept);
            let full = Problem::new(ErrorCode::Overloaded, "too many sessions");
            return Err(full.after(Duration::from_secs(30)));
        }
        let hash = credential::hash(&secret).ok_or_else(Problem::internal)?;
        let mut record = newcomer(desk, wish.locale.as_deref(), hash);
        if let Some(claims) = claims {
            identify::name(&mut record, claims);
        }
        let session = SessionRecord {
            hash,
            visitor: record.id.clone(),
            desk: desk.settings.id.clone(),
            expires_ms: self.expiry(),
        };
        let answer = self.opened(desk, secret, &session, &record);
        self.shared.store.open(session, record).await?;
        Ok(answer)
    }

    pub(super) fn opened(
        &self,
        desk: &Desk,
        secret: String,
        session: &SessionRecord,
        record: &VisitorRecord,
    ) -> SessionOpened {
        let mut offers = desk.settings.offers.clone();
        // Nothing is asked of the centre here: what it can do is taken from the last time that somebody asked.
        if self
            .shared
            .abilities
            .known(&desk.settings.id)
            .is_some_and(|known| !(known.web_rtc && known.click_to_call))
        {
            offers.call = CallOffer::default();
        }
        offers.trace = self.shared.traces.get().is_some() && chance::falls(desk.settings.trace_pages);
        SessionOpened {
            protocol: PROTOCOL,
            session: secret,
            expires_ms: session.expires_ms,
            visitor: frontdesk_contract::Visitor {
                id: record.id.clone(),
                name: record.name.clone(),
                person: record.subject.as_ref().map(|subject| identify::mark(&record.desk, subject)),
            },
            contact: record.contact.clone(),
            cursor: record.head,
            offers,
        }
    }
}

/// The version to speak with a client.
///
/// # Errors
/// [`ErrorCode::ProtocolUnsupported`] for a client that is too old.
pub fn protocol(wished: u32) -> Result<u32, Problem> {
    if wished == 0 {
        let text = "the client speaks protocol 0; this proxy speaks 1: reload the page";
        return Err(Problem::new(ErrorCode::ProtocolUnsupported, text));
    }
    Ok(wished.min(PROTOCOL))
}

fn newcomer(desk: &Desk, locale: Option<&str>, session: [u8; 32]) -> VisitorRecord {
    let mark = credential::hex(&chance::bytes::<11>());
    let (user_id, id) = naming::ids(&mark);
    VisitorRecord {
        id,
        desk: desk.settings.id.clone(),
        name: naming::guest(locale, &mark),
        user_id,
        language: naming::language(locale),
        ..VisitorRecord::untouched(session)
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
