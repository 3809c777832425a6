//! Tickets: who has one may load one file by its address, for some minutes and without a credential. Of a ticket only the
//! hash is kept, where every proxy of the store finds it.

use crate::chance;
use crate::problem::Problem;
use crate::session::credential::hex;
use crate::store::{Slip, SlipKey, Store};
use sha2::{Digest, Sha256};
use std::time::Duration;

/// How long a ticket is good.
pub const LIFETIME: Duration = Duration::from_secs(300);

/// A ticket for a file of a visitor: 128 random bits.
///
/// # Errors
/// [`frontdesk_contract::ErrorCode::Overloaded`] when there are too many; when the store fails.
pub async fn issue(store: &dyn Store, visitor: &str, file: &str) -> Result<String, Problem> {
    let secret = hex(&chance::bytes::<16>());
    let slip = Slip::File { visitor: visitor.into(), file: file.into() };
    let kept = store.put_slip(hash(&secret), slip, LIFETIME).await?;
    if kept { Ok(secret) } else { Err(Problem::internal()) }
}

/// Whose file the ticket opens, if it is good for `file`.
///
/// # Errors
/// When the store fails.
pub async fn visitor(store: &dyn Store, secret: &str, file: &str) -> Result<Option<String>, Problem> {
    match store.slip(&hash(secret)).await? {
        Some(Slip::File { visitor, file: good }) if good == file => Ok(Some(visitor)),
        _ => Ok(None),
    }
}

fn hash(secret: &str) -> SlipKey {
    Sha256::digest(secret.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::memory::MemoryStore;

    #[tokio::test(start_paused = true)]
    async fn a_ticket_opens_one_file_for_five_minutes() {
        let store = MemoryStore::new();
        let secret = issue(&store, "v-1", "f-1").await.unwrap();
        let opens = async |secret: &str, file| visitor(&store, secret, file).await.unwrap();
        assert_eq!((secret.len(), opens(&secret, "f-1").await.as_deref()), (32, Some("v-1")));
        assert_eq!((opens(&secret, "f-2").await, opens("", "f-1").await), (None, None));
        tokio::time::advance(LIFETIME).await;
        assert_eq!(opens(&secret, "f-1").await, None);
    }
}
