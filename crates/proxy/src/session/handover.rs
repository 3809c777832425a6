//! Tickets by which a session is handed over to another window. In memory only, for a minute: of a ticket its hash, and
//! the credential that it is good for.

use super::credential;
use crate::problem::Problem;
use crate::state::App;
use crate::store::{SessionHash, SessionRecord};
use frontdesk_contract::{ErrorCode, RedeemTicket, TICKET_MS, TicketRedeemed};
use secrecy::{ExposeSecret as _, SecretString};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// Tickets of all visitors at one time.
const MOST: usize = 200_000;

/// All tickets that were neither redeemed nor replaced.
#[derive(Debug, Default)]
pub struct Handovers(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    tickets: HashMap<SessionHash, Ticket>,
    /// The ticket of each visitor: there is one at a time.
    of: HashMap<String, SessionHash>,
}

#[derive(Debug)]
struct Ticket {
    visitor: String,
    credential: SecretString,
    until: Instant,
}

impl Kept {
    fn take(&mut self, hash: &SessionHash) -> Option<Ticket> {
        let ticket = self.tickets.remove(hash)?;
        self.of.remove(&ticket.visitor);
        Some(ticket)
    }

    fn sweep(&mut self, now: Instant) {
        self.tickets.retain(|_, ticket| ticket.until > now);
        self.of.retain(|_, hash| self.tickets.contains_key(hash));
    }
}

impl Handovers {
    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps the hash of a visitor's ticket, for a minute, in place of the visitor's one before.
    ///
    /// # Errors
    /// [`ErrorCode::TicketRefused`] when another visitor has it; [`ErrorCode::Overloaded`] when there are too many.
    pub fn register(&self, hash: SessionHash, visitor: &str, credential: &str) -> Result<(), Problem> {
        let now = Instant::now();
        let mut kept = self.lock();
        if kept.tickets.get(&hash).is_some_and(|ticket| ticket.visitor != visitor) {
            return Err(refused());
        }
        if let Some(before) = kept.of.get(visitor).copied() {
            kept.take(&before);
        }
        if kept.tickets.len() >= MOST {
            kept.sweep(now);
        }
        if kept.tickets.len() >= MOST {
            let full = Problem::new(ErrorCode::Overloaded, "too many tickets");
            return Err(full.after(Duration::from_secs(30)));
        }
        let until = now + Duration::from_millis(TICKET_MS);
        let ticket = Ticket { visitor: visitor.into(), credential: credential.into(), until };
        kept.of.insert(visitor.into(), hash);
        kept.tickets.insert(hash, ticket);
        Ok(())
    }

    /// The credential that a ticket is good for. Whatever becomes of it, the ticket is used.
    fn redeem(&self, hash: &SessionHash) -> Option<SecretString> {
        let ticket = self.lock().take(hash)?;
        (ticket.until > Instant::now()).then_some(ticket.credential)
    }

    /// Forgets the tickets that are over.
    pub fn sweep(&self) {
        self.lock().sweep(Instant::now());
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.lock().tickets.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.lock().tickets.is_empty()
    }
}

impl App {
    /// Redeems a ticket, once. `may_open`: whether the desk lets pages of this origin open its windows.
    ///
    /// # Errors
    /// [`ErrorCode::TicketRefused`], which does not tell what is wrong with it; when the store fails.
    pub async fn redeem(
        &self,
        wish: &RedeemTicket,
        may_open: impl Fn(&str) -> bool,
    ) -> Result<TicketRedeemed, Problem> {
        let hash = credential::hash(&wish.ticket).ok_or_else(refused)?;
        let secret = self.shared.handovers.redeem(&hash).ok_or_else(refused)?;
        let session = self.session_of(secret.expose_secret()).await?;
        let is_good = |found: &SessionRecord| found.desk == wish.desk && may_open(&wish.opened_by);
        session.filter(is_good).ok_or_else(refused)?;
        Ok(TicketRedeemed { session: secret.expose_secret().to_owned() })
    }
}

fn refused() -> Problem {
    let text = "the ticket is not (or no longer) good: open this window from the page again";
    Problem::new(ErrorCode::TicketRefused, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn of_tickets_that_are_used_replaced_or_over_nothing_is_kept() {
        let all = Handovers::default();
        let is = |found: Option<SecretString>, secret: &str| found.unwrap().expose_secret() == secret;
        all.register([1; 32], "v-1", "secret 1").unwrap();
        all.register([2; 32], "v-1", "secret 1").unwrap();
        all.register([3; 32], "v-2", "secret 2").unwrap();
        assert_eq!(all.len(), 2);
        assert!(all.redeem(&[1; 32]).is_none());
        assert!(is(all.redeem(&[2; 32]), "secret 1"));
        assert!(all.redeem(&[2; 32]).is_none());
        // The same again, as after a lost answer.
        all.register([3; 32], "v-2", "secret 2").unwrap();
        assert_eq!(all.register([3; 32], "v-1", "secret 1").unwrap_err().code, ErrorCode::TicketRefused);
        assert!(!format!("{all:?}").contains("secret"), "{all:?}");
        tokio::time::advance(Duration::from_millis(TICKET_MS)).await;
        all.register([4; 32], "v-1", "secret 1").unwrap();
        assert!(all.redeem(&[3; 32]).is_none());
        all.sweep();
        assert_eq!((all.len(), all.lock().of.len()), (1, 1));
        assert!(is(all.redeem(&[4; 32]), "secret 1"));
        assert_eq!((all.is_empty(), all.lock().of.len()), (true, 0));
    }
}
