//! The desks as their settings are at the moment. They are exchanged while visitors are there.

use crate::settings::DeskSettings;
use crate::vendor::Centre;
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::watch;

/// A desk: its settings and its centre. Neither ever changes; another value takes its place.
pub struct Desk {
    /// The settings.
    pub settings: DeskSettings,
    /// The centre, as the port shows it.
    pub centre: Arc<dyn Centre>,
}

/// Where a desk stands: what visitors hold on to while the desk is exchanged.
pub struct Place {
    id: String,
    desk: watch::Sender<Arc<Desk>>,
}

impl Place {
    fn new(desk: Desk) -> Self {
        Self { id: desk.settings.id.clone(), desk: watch::Sender::new(Arc::new(desk)) }
    }

    /// The desk's id, which stays.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The desk as it is now. Whatever belongs together is done with one of them: what it began with, it ends with.
    pub fn desk(&self) -> Arc<Desk> {
        Arc::clone(&self.desk.borrow())
    }
}

/// All desks by id. None ever goes.
pub struct Desks(watch::Sender<HashMap<String, Arc<Place>>>);

impl Desks {
    pub(super) fn new(desks: impl IntoIterator<Item = Desk>) -> Self {
        let all = Self(watch::Sender::default());
        all.put(desks);
        all
    }

    /// Puts each desk where that of its id stands, or adds it. A desk that is not among them stays as it is.
    pub(super) fn put(&self, desks: impl IntoIterator<Item = Desk>) {
        let desks: Vec<Desk> = desks.into_iter().collect();
        self.0.send_modify(|places| {
            for desk in desks {
                match places.get(&desk.settings.id) {
                    Some(place) => drop(place.desk.send_replace(Arc::new(desk))),
                    None => drop(places.insert(desk.settings.id.clone(), Arc::new(Place::new(desk)))),
                }
            }
        });
    }

    /// The desk of this id, as it is now.
    pub fn get(&self, id: &str) -> Option<Arc<Desk>> {
        self.0.borrow().get(id).map(|place| place.desk())
    }

    /// Where the desk of this id stands.
    pub fn place(&self, id: &str) -> Option<Arc<Place>> {
        self.0.borrow().get(id).cloned()
    }

    /// All of them, as they are now, in no order.
    pub fn all(&self) -> Vec<Arc<Desk>> {
        self.0.borrow().values().map(|place| place.desk()).collect()
    }
}
