//! Tickets: who has one may load one file by its address, for some minutes and without a credential. In memory only; of
//! a ticket only the hash is kept.

use crate::problem::Problem;
use crate::session::credential::hex;
use frontdesk_contract::ErrorCode;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// How long a ticket is good.
pub const LIFETIME: Duration = Duration::from_secs(300);
/// Tickets of all visitors at one time.
const MOST: usize = 200_000;

/// All tickets.
#[derive(Debug, Default)]
pub struct Tickets(Mutex<HashMap<[u8; 32], Ticket>>);

#[derive(Debug)]
struct Ticket {
    visitor: String,
    file: String,
    until: Instant,
}

impl Tickets {
    fn lock(&self) -> MutexGuard<'_, HashMap<[u8; 32], Ticket>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A ticket for a file of a visitor: 128 random bits.
    ///
    /// # Errors
    /// [`ErrorCode::Overloaded`] when there are too many.
    pub fn issue(&self, visitor: &str, file: &str) -> Result<String, Problem> {
        let secret = hex(&rand::random::<[u8; 16]>());
        let until = Instant::now() + LIFETIME;
        let mut tickets = self.lock();
        if tickets.len() >= MOST {
            tickets.retain(|_, ticket| ticket.until > Instant::now());
            if tickets.len() >= MOST {
                return Err(
                    Problem::new(ErrorCode::Overloaded, "too many tickets").after(Duration::from_secs(30))
                );
            }
        }
        tickets.insert(hash(&secret), Ticket { visitor: visitor.into(), file: file.into(), until });
        Ok(secret)
    }

    /// Whose file the ticket opens, if it is good for `file`.
    pub fn visitor(&self, secret: &str, file: &str) -> Option<String> {
        let tickets = self.lock();
        let ticket = tickets.get(&hash(secret))?;
        (ticket.file == file && ticket.until > Instant::now()).then(|| ticket.visitor.clone())
    }

    /// Forgets the tickets that are over.
    pub fn sweep(&self) {
        let now = Instant::now();
        self.lock().retain(|_, ticket| ticket.until > now);
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }
}

fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_ticket_opens_one_file_for_five_minutes() {
        let tickets = Tickets::default();
        let secret = tickets.issue("v-1", "f-1").unwrap();
        assert_eq!((secret.len(), tickets.visitor(&secret, "f-1").as_deref()), (32, Some("v-1")));
        assert_eq!((tickets.visitor(&secret, "f-2"), tickets.visitor("", "f-1")), (None, None));
        tokio::time::advance(LIFETIME).await;
        assert_eq!(tickets.visitor(&secret, "f-1"), None);
        tickets.sweep();
        assert!(tickets.is_empty());
    }
}
