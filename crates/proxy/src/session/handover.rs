//! Tickets by which a session is handed over to another window. The store keeps, for a minute, the hash of a ticket and the
//! credential that it is good for, sealed by the ticket itself: what the store knows opens no session.

use super::credential;
use crate::audit::Told;
use crate::audit::words::Handover;
use crate::problem::Problem;
use crate::state::App;
use crate::store::Slip;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use frontdesk_contract::{ErrorCode, RedeemTicket, TICKET_MS, TicketRedeemed};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest, Sha256};
use std::time::Duration;

/// Sets the key of the seal apart from the hash under which the ticket is kept.
const SEAL: &[u8] = b"frontdesk: credential sealed by a ticket";

impl App {
    /// Keeps a ticket for a visitor's session, for a minute, in place of the visitor's one before.
    ///
    /// # Errors
    /// [`ErrorCode::BadRequest`] when it is none in form; [`ErrorCode::TicketRefused`] when another visitor has it;
    /// [`ErrorCode::Overloaded`] when there are too many; when the store fails.
    pub async fn register(&self, ticket: &str, visitor: &str, secret: &str) -> Result<(), Problem> {
        let hash = credential::hash(ticket).ok_or_else(|| {
            let text = "field `ticket`: 32 random bytes in base64url without padding are needed";
            Problem::new(ErrorCode::BadRequest, text)
        })?;
        let sealed = sealed(ticket, &bytes(secret).ok_or_else(Problem::session_unknown)?);
        let slip = Slip::Session { visitor: visitor.to_owned(), sealed };
        let kept = self.shared.store.put_slip(hash, slip, Duration::from_millis(TICKET_MS)).await?;
        if kept { Ok(()) } else { Err(refused(Handover::Taken)) }
    }

    /// Redeems a ticket, once: whatever becomes of it, it is used. `may_open`: whether the desk lets pages of this origin
    /// open its windows.
    ///
    /// # Errors
    /// [`ErrorCode::TicketRefused`], which does not tell what is wrong with it; when the store fails.
    pub async fn redeem(
        &self,
        wish: &RedeemTicket,
        may_open: impl Fn(&str) -> bool,
    ) -> Result<TicketRedeemed, Problem> {
        let hash = credential::hash(&wish.ticket).ok_or_else(|| refused(Handover::Malformed))?;
        let Some(Slip::Session { sealed: secret, .. }) = self.shared.store.take_slip(&hash).await? else {
            return Err(refused(Handover::Unknown));
        };
        let secret: SecretString = URL_SAFE_NO_PAD.encode(sealed(&wish.ticket, &secret)).into();
        let session = self.session_of(secret.expose_secret()).await?;
        let session = session.map_err(|_| refused(Handover::Session))?;
        if session.desk != wish.desk {
            return Err(refused(Handover::Desk));
        }
        if !may_open(&wish.opened_by) {
            return Err(refused(Handover::Opener));
        }
        Ok(TicketRedeemed { session: secret.expose_secret().to_owned() })
    }
}

/// The reason is for the log alone.
fn refused(reason: Handover) -> Problem {
    let text = "the ticket is not (or no longer) good: open this window from the page again";
    Problem::new(ErrorCode::TicketRefused, text).audited(Told::because(reason))
}

fn bytes(secret: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(secret).ok()
}

/// Seals or opens a credential: each bit of it with one of a hash that only the ticket gives. A ticket is random and seals
/// one credential, so this is a pad that is used once.
fn sealed(ticket: &str, secret: &[u8]) -> Vec<u8> {
    let mut pad = Sha256::new();
    pad.update(SEAL);
    pad.update(bytes(ticket).unwrap_or_default());
    let pad: [u8; 32] = pad.finalize().into();
    secret.iter().zip(pad).map(|(byte, pad)| byte ^ pad).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_is_opened_by_its_ticket_alone() {
        let (ticket, other, secret) =
            (credential::generate(), credential::generate(), credential::generate());
        let plain = bytes(&secret).unwrap();
        let kept = sealed(&ticket, &plain);
        assert_eq!(kept.len(), 32);
        assert_eq!(sealed(&ticket, &kept), plain);
        assert_ne!(sealed(&other, &kept), plain);
        assert_ne!(kept, plain);
    }
}
