//! How many connections one address may have: so that one does not take the places of all.

use super::address;
use crate::audit::words::Limit;
use crate::state::Shared;
use axum::http::HeaderMap;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Who has how many connections. This machine and our own reverse proxies have any number: they bring everybody.
pub(crate) struct Shares {
    shared: Arc<Shared>,
    held: Mutex<HashMap<IpAddr, usize>>,
}

/// One connection of an address.
pub(crate) struct Share {
    shares: Arc<Shares>,
    address: IpAddr,
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut held = self.shares.held();
        if let Some(count) = held.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                held.remove(&self.address);
            }
        }
    }
}

impl Shares {
    pub(crate) fn new(shared: &Arc<Shared>) -> Arc<Self> {
        Arc::new(Self { shared: Arc::clone(shared), held: Mutex::default() })
    }

    fn held(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A connection more for whoever is at this address; `None`: there are enough.
    pub(crate) fn take(self: &Arc<Self>, peer: IpAddr) -> Option<Share> {
        let settings = self.shared.settings();
        let limits = &settings.limits;
        let peer = peer.to_canonical();
        let ours = peer.is_loopback() || limits.trusted_proxies.iter().any(|network| network.contains(peer));
        let most = if ours { usize::MAX } else { limits.connections_per_address };
        let address = address::client(Some(peer), &HeaderMap::new(), &[]);
        let mut held = self.held();
        let count = held.entry(address).or_default();
        if *count >= most {
            drop(held);
            self.shared.metrics.limited(Limit::Connections);
            return None;
        }
        *count += 1;
        drop(held);
        Some(Share { shares: Arc::clone(self), address })
    }
}
