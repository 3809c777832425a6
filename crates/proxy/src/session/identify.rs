//! Opening a session for somebody for whom the site vouches.
//!
//! A token is good once. What it was used for is kept until it is over: the session, and its credential sealed by
//! the token and the id of the request. So a request that is repeated after a lost answer gets the same
//! session, and whoever has the token alone gets nothing.

use super::{credential, naming};
use crate::audit::words::Identity;
use crate::audit::{Kind, Told};
use crate::identity::Claims;
use crate::problem::Problem;
use crate::state::{App, Desk};
use crate::store::{MayCall, Pass, PassKey, SessionRecord, StoreError, VisitorRecord};
use crate::visitor::Visitor;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use frontdesk_contract::{ClientId, ErrorCode, OpenSession, SessionOpened};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// Clocks of several proxies differ: a used token is remembered for so long after it is over, in milliseconds.
const AFTERWARDS_MS: u64 = 300_000;

/// A token with what came along.
struct Shown<'a> {
    key: PassKey,
    token: &'a str,
    id: &'a ClientId,
    until_ms: u64,
}

impl App {
    /// What the token of `wish` says, if there is one.
    ///
    /// # Errors
    /// The code of [`crate::identity::Refusal`].
    pub fn claims(&self, desk: &Desk, wish: &OpenSession) -> Result<Option<Claims>, Problem> {
        let Some(token) = wish.identity.as_deref() else { return Ok(None) };
        let desk = &desk.settings;
        desk.identity.verify(&desk.id, token, self.shared.clock.now_ms()).map(Some).map_err(|refusal| {
            let told = Told::because(Identity::from(refusal)).at(&desk.id);
            Problem::new(refusal.code(), refusal.to_string()).audited(told)
        })
    }

    /// Opens or resumes the session of the person whom `claims` name, and tells if somebody signed in by that. `may_open` counts
    /// new ones.
    ///
    /// # Errors
    /// [`ErrorCode::IdentityUsed`]; [`ErrorCode::IdInvalid`] without an id; what `may_open` says; [`ErrorCode::Overloaded`]
    /// when there are too many; when the store fails.
    pub async fn identify(
        &self,
        desk: &Desk,
        wish: &OpenSession,
        claims: &Claims,
        may_open: impl FnOnce() -> Result<(), Problem>,
    ) -> Result<(SessionOpened, Option<Told>), Problem> {
        let invalid = |why: &str| Problem::new(ErrorCode::IdInvalid, format!("field `id`: {why}"));
        let id = wish.id.as_ref().ok_or_else(|| invalid("needed with `identity`"))?;
        id.check().map_err(|error| invalid(&error.to_string()))?;
        let shown = Shown {
            key: digest(&[
                b"frontdesk: number of a token",
                desk.settings.id.as_bytes(),
                claims.number.as_bytes(),
            ]),
            token: wish.identity.as_deref().unwrap_or_default(),
            id,
            until_ms: claims.until_ms.saturating_add(AFTERWARDS_MS),
        };
        let before = self.named(desk, wish).await?;
        if let Some((session, visitor)) = &before {
            let subject = visitor.record().await?.subject;
            if subject.as_ref().is_none_or(|subject| *subject == claims.subject) {
                let opened = self.go_on(desk, wish, claims, &shown, (session, visitor)).await?;
                let is_new = subject.is_none();
                return Ok((opened, is_new.then(|| Told::of(Kind::IdentitySignedIn).by(visitor))));
            }
        }
        let secret = self.spend(&shown, credential::generate()).await?;
        let (opened, is_new) = match self.session_of(&secret).await? {
            // It was opened by this request, whose answer got lost.
            Ok(session) => {
                let record = self.visitor_of(&session).await?.record().await?;
                (self.opened(desk, secret, &session, &record), false)
            }
            Err(_) => {
                may_open()?;
                (self.open_as(desk, wish, secret, Some(claims)).await?, true)
            }
        };
        let kind = match before {
            Some((_, visitor)) => {
                visitor.log_out().await?;
                self.registry.remove(visitor.id());
                Some(Kind::IdentityChanged)
            }
            None => is_new.then_some(Kind::IdentitySignedIn),
        };
        let told = kind.map(|kind| Told::of(kind).at(&desk.settings.id).by_id(&opened.visitor.id));
        Ok((opened, told))
    }

    /// Goes on with the session of the same person, or with an anonymous one, which becomes the person's.
    async fn go_on(
        &self,
        desk: &Desk,
        wish: &OpenSession,
        claims: &Claims,
        shown: &Shown<'_>,
        (session, visitor): (&SessionRecord, &Arc<Visitor>),
    ) -> Result<SessionOpened, Problem> {
        let secret = wish.resume.clone().ok_or_else(Problem::session_unknown)?;
        match self.spend(shown, secret.clone()).await {
            // A token that opened this session comes along again whenever its page is loaded again.
            Err(problem) if problem.code == ErrorCode::IdentityUsed => {
                let pass = self.shared.store.pass(&shown.key).await?;
                if pass.is_none_or(|pass| pass.session != session.hash) {
                    return Err(problem);
                }
            }
            spent => drop(spent?),
        }
        let language = wish.locale.is_some().then(|| naming::language(wish.locale.as_deref()));
        visitor
            .change(|draft, _| {
                draft.record.language = language.clone().unwrap_or_else(|| draft.record.language.clone());
                name(&mut draft.record, claims);
            })
            .await?;
        Ok(self.opened(desk, secret, session, &visitor.record().await?))
    }

    /// Uses a token for the session of this credential. Answers the credential of the session that it is good for: another
    /// than that handed in if the same request came before.
    async fn spend(&self, shown: &Shown<'_>, secret: String) -> Result<String, Problem> {
        let session = credential::hash(&secret).ok_or_else(Problem::session_unknown)?;
        let sealed = sealed(shown, &URL_SAFE_NO_PAD.decode(&secret).unwrap_or_default());
        let pass = Pass { session, sealed, until_ms: shown.until_ms };
        match self.shared.store.spend(&shown.key, pass).await {
            Ok(()) => Ok(secret),
            Err(StoreError::Used) => {
                let found = self.shared.store.pass(&shown.key).await?.ok_or(StoreError::Used)?;
                let secret = URL_SAFE_NO_PAD.encode(self::sealed(shown, &found.sealed));
                let same = credential::hash(&secret) == Some(found.session);
                if same { Ok(secret) } else { Err(StoreError::Used.into()) }
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// Notes in the record for whom the site vouches.
pub(super) fn name(record: &mut VisitorRecord, claims: &Claims) {
    record.subject = Some(claims.subject.clone());
    if let Some(name) = &claims.name {
        record.name.clone_from(name);
    }
    // The word of the newest token holds, also when it is silent.
    record.may_call = claims.calls.clone().map(|reach| MayCall { reach, until_ms: claims.until_ms });
}

/// Tells persons apart without naming them.
pub(crate) fn mark(desk: &str, subject: &str) -> String {
    let mark = digest(&[b"frontdesk: mark of a person", desk.as_bytes(), subject.as_bytes()]);
    credential::hex(mark.get(..16).unwrap_or_default())
}

/// A hash of all parts, with their lengths, so that no two lists of parts are alike.
fn digest(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

/// Seals or opens a credential: each bit of it with one of a hash that only token and id together give.
fn sealed(shown: &Shown<'_>, secret: &[u8]) -> Vec<u8> {
    let pad = digest(&[
        b"frontdesk: credential sealed by a token",
        shown.token.as_bytes(),
        shown.id.as_str().as_bytes(),
    ]);
    secret.iter().zip(pad).map(|(byte, pad)| byte ^ pad).collect()
}
