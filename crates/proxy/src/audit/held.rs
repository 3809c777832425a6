//! Keeps an attack from filling the log, and the memory: what is said is one line a minute for each event and client, and
//! clients are told apart up to a number.

use super::Kind;
use crate::quiet::QUIET;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::time::Instant;

/// So many clients are told apart for one event; who comes when there are as many is one of the others.
pub const MOST_CLIENTS: usize = 256;

/// Who did it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Who {
    /// This client.
    One(IpAddr),
    /// Clients beyond [`MOST_CLIENTS`], together.
    Others,
}

/// What was held back and not told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left {
    /// What.
    pub kind: Kind,
    /// Who did it.
    pub who: Who,
    /// How often.
    pub held_back: u64,
}

/// What was said when.
#[derive(Default)]
pub struct Held(Mutex<HashMap<Kind, HashMap<Who, Said>>>);

struct Said {
    at: Instant,
    held_back: u64,
}

impl Held {
    fn lock(&self) -> MutexGuard<'_, HashMap<Kind, HashMap<Who, Said>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a line is due; if so, of whom, and how much was held back since the last.
    pub fn due(&self, kind: Kind, client: IpAddr) -> Option<(Who, u64)> {
        let now = Instant::now();
        let mut kinds = self.lock();
        let said = kinds.entry(kind).or_default();
        let client = Who::One(client);
        let is_known = said.contains_key(&client);
        // The others count among themselves, so that one more place is needed.
        let who = if is_known || said.len() < MOST_CLIENTS { client } else { Who::Others };
        match said.get_mut(&who) {
            Some(last) if now.duration_since(last.at) < QUIET => {
                last.held_back = last.held_back.saturating_add(1);
                None
            }
            Some(last) => Some((who, std::mem::replace(last, Said { at: now, held_back: 0 }).held_back)),
            None => {
                said.insert(who, Said { at: now, held_back: 0 });
                Some((who, 0))
            }
        }
    }

    /// Forgets who has been quiet for a minute. Answers what was held back longer ago: that counts as said now.
    pub fn sweep(&self) -> Vec<Left> {
        let now = Instant::now();
        let mut left = Vec::new();
        for (kind, said) in self.lock().iter_mut() {
            said.retain(|who, last| {
                if now.duration_since(last.at) < QUIET {
                    return true;
                }
                let held_back = std::mem::take(&mut last.held_back);
                last.at = now;
                if held_back > 0 {
                    left.push(Left { kind: *kind, who: *who, held_back });
                }
                held_back > 0
            });
            said.shrink_to_fit();
        }
        left
    }

    /// Everything that was held back; all is forgotten.
    pub fn drain(&self) -> Vec<Left> {
        let all = std::mem::take(&mut *self.lock());
        let of_kind = |(kind, said): (Kind, HashMap<Who, Said>)| {
            said.into_iter().map(move |(who, last)| Left { kind, who, held_back: last.held_back })
        };
        all.into_iter().flat_map(of_kind).filter(|left| left.held_back > 0).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;
    use std::time::Duration;

    const KIND: Kind = Kind::CredentialRefused;

    fn client(number: u32) -> IpAddr {
        IpAddr::V4(Ipv4Addr::from_bits(number))
    }

    #[tokio::test(start_paused = true)]
    async fn each_client_gets_one_line_a_minute_for_each_event() {
        let (held, one, two) = (Held::default(), client(1), client(2));
        let due = |kind, client| held.due(kind, client).map(|(_, held_back)| held_back);
        assert_eq!(due(KIND, one), Some(0));
        tokio::time::advance(QUIET - Duration::from_secs(1)).await;
        assert_eq!([due(KIND, one), due(KIND, one), due(KIND, two)], [None, None, Some(0)]);
        assert_eq!(due(Kind::OriginRefused, one), Some(0));
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!([due(KIND, one), due(KIND, one), due(KIND, two)], [Some(2), None, None]);
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_held_back_is_told_in_the_end_and_the_quiet_are_forgotten() {
        let held = Held::default();
        for number in [1, 1, 1, 2] {
            held.due(KIND, client(number));
        }
        assert_eq!(held.sweep(), []);
        tokio::time::advance(QUIET).await;
        assert_eq!(held.sweep(), [Left { kind: KIND, who: Who::One(client(1)), held_back: 2 }]);
        assert_eq!(held.lock()[&KIND].len(), 1);
        assert_eq!(held.due(KIND, client(1)), None, "it was told just now");
        assert_eq!(held.drain(), [Left { kind: KIND, who: Who::One(client(1)), held_back: 1 }]);
        assert_eq!((held.drain(), held.lock().len()), (Vec::new(), 0));
    }

    #[tokio::test(start_paused = true)]
    async fn a_crowd_of_clients_takes_no_more_memory_and_no_more_lines() {
        let held = Held::default();
        let most = u32::try_from(MOST_CLIENTS).unwrap();
        let lines = (0..most * 4).filter_map(|number| held.due(KIND, client(number))).collect::<Vec<_>>();
        assert_eq!((lines.len(), lines.last()), (MOST_CLIENTS + 1, Some(&(Who::Others, 0))));
        assert_eq!(held.lock()[&KIND].len(), MOST_CLIENTS + 1);
        assert_eq!(held.due(Kind::OriginRefused, client(most * 4)), Some((Who::One(client(most * 4)), 0)));
        tokio::time::advance(QUIET).await;
        assert_eq!(held.sweep(), [Left { kind: KIND, who: Who::Others, held_back: u64::from(most * 3 - 1) }]);
        assert_eq!(
            held.due(KIND, client(most * 4)),
            Some((Who::One(client(most * 4)), 0)),
            "there is room again"
        );
    }
}
