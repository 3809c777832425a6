//! All legs together, without a socket: datagrams and time come in, datagrams and news come out.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use str0m::Candidate;
use str0m::config::DtlsCert;
use str0m::media::{KeyframeRequestKind, MediaData};
use str0m::net::Transmit;

use super::leg::{Change, Leg, Outcome};
use super::{LegId, MediaError, MediaNews, Plays, Traffic};

/// A leg that never came to be connected is given up after this time.
const CONNECT_WITHIN: Duration = Duration::from_secs(30);
/// How often legs are looked after when nothing else happens.
const LOOK: Duration = Duration::from_secs(1);

pub(super) struct Engine {
    candidates: Vec<Candidate>,
    cert: Option<DtlsCert>,
    lost_after: Duration,
    legs: BTreeMap<LegId, Leg>,
    next: u64,
    looked: Option<Instant>,
    pub(super) out: Vec<Transmit>,
    pub(super) news: Vec<MediaNews>,
}

impl Engine {
    pub(super) fn new(candidates: Vec<Candidate>, lost_after: Duration) -> Engine {
        // One certificate for all: making one costs more than the rest of an answer.
        let cert = str0m::crypto::from_feature_flags().dtls_provider.generate_certificate();
        Engine {
            candidates,
            cert,
            lost_after,
            legs: BTreeMap::new(),
            next: 1,
            looked: None,
            out: Vec::new(),
            news: Vec::new(),
        }
    }

    pub(super) fn accept(
        &mut self,
        now: Instant,
        offer: &str,
        plays: Plays,
        tones: bool,
    ) -> Result<(LegId, String), MediaError> {
        let (leg, answer) = Leg::accept(now, offer, plays, tones, self.cert.clone(), &self.candidates)?;
        let id = LegId(self.next);
        self.next += 1;
        self.legs.insert(id, leg);
        self.drain(now, id);
        Ok((id, answer))
    }

    fn change<T>(
        &mut self,
        now: Instant,
        id: LegId,
        run: impl FnOnce(&mut Leg) -> Result<T, MediaError>,
    ) -> Result<T, MediaError> {
        let result = run(self.legs.get_mut(&id).ok_or(MediaError::Ended)?);
        self.drain(now, id);
        result
    }

    pub(super) fn accept_again(
        &mut self,
        now: Instant,
        id: LegId,
        offer: &str,
    ) -> Result<String, MediaError> {
        self.change(now, id, |leg| leg.accept_again(offer))
    }

    pub(super) fn offer(&mut self, now: Instant, id: LegId, change: Change) -> Result<String, MediaError> {
        self.change(now, id, |leg| leg.offer(change))
    }

    pub(super) fn accept_answer(&mut self, now: Instant, id: LegId, answer: &str) -> Result<(), MediaError> {
        self.change(now, id, |leg| leg.accept_answer(answer))
    }

    pub(super) fn take_back(&mut self, now: Instant, id: LegId, change: Change) {
        // A leg that has ended has nothing to take back.
        let _ = self.change(now, id, |leg| {
            leg.take_back(change);
            Ok(())
        });
    }

    /// What one of them sends goes to the other from now on.
    pub(super) fn join(&mut self, now: Instant, one: LegId, other: LegId) {
        for (id, peer) in [(one, other), (other, one)] {
            if let Some(leg) = self.legs.get_mut(&id) {
                leg.join(peer);
                leg.ask_for_keyframe(KeyframeRequestKind::Pli);
            }
            self.drain(now, id);
        }
    }

    /// Ends a leg; nothing is told about it any more.
    pub(super) fn close(&mut self, now: Instant, id: LegId) {
        if let Some(leg) = self.legs.get_mut(&id) {
            leg.close();
            self.drain(now, id);
        }
        self.legs.remove(&id);
        self.news.retain(|news| news.leg() != id);
    }

    pub(super) fn traffic(&self, id: LegId) -> Option<Traffic> {
        self.legs.get(&id).map(|leg| leg.traffic)
    }

    pub(super) fn receive(&mut self, now: Instant, local: SocketAddr, from: SocketAddr, bytes: &[u8]) {
        let taken = self.legs.iter_mut().find_map(|(id, leg)| match leg.receive(now, local, from, bytes) {
            Some(true) => Some(Some(*id)),
            Some(false) => None,
            // No leg reads this.
            None => Some(None),
        });
        if let Some(Some(id)) = taken {
            self.drain(now, id);
        }
    }

    /// Does what is due, and says when to come again.
    pub(super) fn tick(&mut self, now: Instant) -> Instant {
        let due: Vec<LegId> =
            self.legs.iter().filter(|(_, leg)| leg.due() <= now).map(|(id, _)| *id).collect();
        for id in due {
            if let Some(leg) = self.legs.get_mut(&id) {
                leg.tick(now);
            }
            self.drain(now, id);
            while self.legs.get_mut(&id).is_some_and(|leg| leg.play(now)) {
                self.drain(now, id);
            }
        }
        if self.looked.is_none_or(|looked| now >= looked + LOOK) {
            self.looked = Some(now);
            self.look_for_lost(now);
        }
        self.legs.values().map(Leg::due).fold(now + LOOK, Instant::min)
    }

    fn look_for_lost(&mut self, now: Instant) {
        for (id, leg) in &mut self.legs {
            let lost = match leg.heard {
                Some(heard) => now.saturating_duration_since(heard) >= self.lost_after,
                None => now.saturating_duration_since(leg.born) >= CONNECT_WITHIN,
            };
            if lost && !leg.told_lost {
                leg.told_lost = true;
                self.news.push(MediaNews::Lost(*id));
            }
        }
    }

    /// Takes what a leg has ready, and passes it on until nothing is left.
    fn drain(&mut self, now: Instant, id: LegId) {
        self.work(now, VecDeque::from([Job::Drain(id)]));
    }

    /// Every change of a leg is followed by a drain of it, before the next change of it.
    fn work(&mut self, now: Instant, mut jobs: VecDeque<Job>) {
        while let Some(job) = jobs.pop_front() {
            let id = match &job {
                Job::Drain(id) | Job::Write(id, _) | Job::Keyframe(id, _) => *id,
            };
            let Some(leg) = self.legs.get_mut(&id) else { continue };
            match &job {
                Job::Drain(_) => {}
                Job::Write(_, frame) => leg.write(frame),
                Job::Keyframe(_, kind) => leg.ask_for_keyframe(*kind),
            }
            let to = match leg.plays {
                Plays::Echo => Some(id),
                Plays::Peer | Plays::PeerAfterAnnouncement => leg.peer,
                Plays::Announcement => None,
            };
            for outcome in leg.drain(id, now, &mut self.out) {
                match (outcome, to) {
                    (Outcome::News(news), _) => {
                        self.news.push(news);
                        // A picture can be shown from its next whole one only.
                        if let (MediaNews::Connected(_), Some(to)) = (news, to) {
                            jobs.push_back(Job::Keyframe(to, KeyframeRequestKind::Pli));
                        }
                    }
                    (Outcome::Frame(frame), Some(to)) => jobs.push_back(Job::Write(to, frame)),
                    (Outcome::Keyframe(kind), Some(to)) => jobs.push_back(Job::Keyframe(to, kind)),
                    (Outcome::Frame(_) | Outcome::Keyframe(_), None) => {}
                }
            }
        }
    }
}

/// One change of a leg, or none, before it is drained.
enum Job {
    Drain(LegId),
    Write(LegId, Box<MediaData>),
    Keyframe(LegId, KeyframeRequestKind),
}
