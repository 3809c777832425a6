//! What the visitor's other tabs do. They share the storage: a message that was written in one is shown by all, sent by that
//! one, and taken over by another if nothing is heard of it any more. The storage is looked at before that, and after every
//! sleep, so that what was given up in one tab is sent by none.

use super::Session;
use super::step::{Purpose, Step};
use crate::effect::Effect;
use crate::outbox::{OutState, Outgoing};
use crate::payload::of_record;
use crate::snapshot::{Record, SCHEMA, Saved};
use crate::transcript::MineState;
use frontdesk_contract::ClientId;

/// A message of which nothing was heard for so long is taken over by the tab that leads, in milliseconds.
pub const ORPHAN_MS: u64 = 4_000;
/// Where no tab leads, after so long and as much again by chance, in milliseconds.
pub const ORPHAN_AT_REST_MS: u64 = 6_000;
/// The storage's answer is waited for so long, in milliseconds.
const LOOK_MS: u64 = 2_000;
/// A storage that cannot be read is looked at again after so long, in milliseconds.
const BLIND_MS: u64 = 30_000;
/// The tabs have so long to say that the visitor sees what is new, in milliseconds.
const SOUND_MS: u64 = 400;

#[derive(Clone, Debug, Default)]
pub(super) struct Sharing {
    /// The storage was asked, and is waited for until then.
    look_until: u64,
    /// When it was asked first what it has not answered yet.
    pub(super) look_ms: u64,
    /// Something was kept after it was asked: to be asked once more.
    again: bool,
    /// Something may have been given up while this page slept: nothing is sent before the answer.
    doubt: bool,
    sound_ms: Option<u64>,
}

impl Sharing {
    /// The storage was asked, and is waited for until then; in the past when it is not.
    pub(super) fn look_until(&self) -> u64 {
        self.look_until
    }

    /// A tone is due once the other tabs have had their time.
    pub(super) fn sounds_soon(&self) -> bool {
        self.sound_ms.is_some()
    }
}

impl Session {
    /// Asks what the storage has.
    pub(super) fn look(&mut self, step: &mut Step) {
        let now = step.now.ms;
        if self.sharing.look_until > now {
            self.sharing.again = true;
            return;
        }
        // The answer may be that to a question before, which had none yet.
        if self.sharing.look_until == 0 {
            self.sharing.look_ms = now;
        }
        self.sharing.look_until = now + LOOK_MS;
        self.outbox.look();
        step.effects.push(Effect::Look);
    }

    /// The page may have slept: what it knows of the outbox is old.
    pub(super) fn doubt(&mut self, step: &mut Step) {
        self.sharing.doubt |= self.outbox.iter().any(|message| message.stored);
        self.look(step);
    }

    /// Nothing is sent before this time, unless the storage answers.
    pub(super) fn in_doubt(&self, now_ms: u64) -> Option<u64> {
        let sharing = &self.sharing;
        (sharing.doubt && sharing.look_until > now_ms).then_some(sharing.look_until)
    }

    pub(super) fn found(&mut self, step: &mut Step, saved: Saved) {
        self.sharing.look_until = 0;
        self.sharing.doubt = false;
        let in_place = saved.records.iter().any(|record| matches!(record, Record::Session { .. }));
        if self.is_held_back() {
            return;
        }
        if saved.schema != SCHEMA {
            return self.outbox.put_off_orphans(step.now.ms + BLIND_MS);
        }
        let mut there = Vec::new();
        let mut draft = String::new();
        for record in saved.records {
            match of_record(record) {
                Ok((id, payload, at_ms)) => {
                    there.push(id.clone());
                    if self.outbox.get_mut(&id).is_none() && self.transcript.my_state(&id).is_none() {
                        let orphan_ms = self.orphan_ms(step);
                        let body = payload.body();
                        self.outbox.notice(id.clone(), payload, at_ms, orphan_ms);
                        self.outbox.put_off_orphans(orphan_ms);
                        let queued = MineState::Queued;
                        self.transcript.mine(&id, None, at_ms, &body, queued, &mut step.changes);
                    }
                }
                Err(Record::Draft { text }) => draft = text,
                Err(session @ Record::Session { .. }) => self.restore(step, session),
                Err(other) if self.takes_over() => {
                    self.restore(step, other);
                    self.open(step);
                    step.redraw();
                }
                Err(_) => {}
            }
        }
        // A storage that the visitor has emptied gives nothing up.
        if in_place {
            self.find_draft(step, draft);
            self.lose_those_gone(step, &there);
        }
        self.leave_in_doubt(step);
        self.take_over(step);
        if core::mem::take(&mut self.sharing.again) {
            self.look(step);
        }
    }

    /// What was in the storage and is there no more was delivered by another tab, or given up in it.
    fn lose_those_gone(&mut self, step: &mut Step, there: &[ClientId]) {
        let gone = self.outbox.iter().filter(|message| {
            let flies = matches!(message.state, OutState::InFlight(_));
            message.looked_for && !flies && !there.contains(&message.id)
        });
        let gone: Vec<_> = gone.map(|message| message.id.clone()).collect();
        for id in gone {
            self.give_up(step, &id);
        }
    }

    /// Takes over what no tab seems to send any more.
    fn take_over(&mut self, step: &mut Step) {
        if !self.takes_over() {
            return;
        }
        let orphans = self.outbox.elsewhere().take_while(|message| message.orphan_ms <= step.now.ms);
        let orphans: Vec<_> = orphans.map(|message| message.id.clone()).collect();
        for id in orphans {
            if let Some(message) = self.outbox.get_mut(&id) {
                message.state = OutState::Waiting;
            }
            self.transcript.set_mine(&id, MineState::Queued, &mut step.changes);
            self.open(step);
        }
    }

    /// Whoever leads; where nobody does, everybody.
    fn takes_over(&self) -> bool {
        !self.following.is_follower() || !self.contact_open()
    }

    fn orphan_ms(&self, step: &mut Step) -> u64 {
        let wait = match self.contact_open() {
            true => ORPHAN_MS,
            false => ORPHAN_AT_REST_MS + step.now.draw() as u64 % ORPHAN_AT_REST_MS,
        };
        step.now.ms + wait
    }

    /// Takes a message out that was given up, here or elsewhere, or delivered, as its echo will tell.
    pub(super) fn give_up(&mut self, step: &mut Step, id: &ClientId) -> Option<Outgoing> {
        let message = self.outbox.give_up(id)?;
        match message.state {
            OutState::Uploading(_) => drop(self.abort(step, Purpose::Upload)),
            OutState::InFlight(_) => drop(self.abort(step, Purpose::Post)),
            _ => {}
        }
        self.transcript.remove_mine(id, &mut step.changes);
        Some(message)
    }

    pub(super) fn told(&mut self, step: &mut Step, id: &ClientId, told: Option<MineState>) {
        let orphan_ms = self.orphan_ms(step);
        let known = self.outbox.get_mut(id);
        match (known, told) {
            (Some(_), None) => drop(self.give_up(step, id)),
            (Some(message), Some(told)) => {
                if let OutState::Elsewhere(state) = &mut message.state {
                    *state = told;
                    self.outbox.put_off_orphans(orphan_ms);
                    self.transcript.set_mine(id, told, &mut step.changes);
                }
            }
            (None, Some(_)) if self.transcript.my_state(id).is_none() => self.look(step),
            (None, _) => {}
        }
    }

    /// How far a message is that is sent from here: shown, and told to the other tabs.
    pub(super) fn set_mine(&mut self, step: &mut Step, id: &ClientId, state: MineState) {
        self.transcript.set_mine(id, state, &mut step.changes);
        step.effects.push(Effect::Told { id: id.clone(), state: Some(state) });
    }

    pub(super) fn advance_sharing(&mut self, step: &mut Step) -> Option<u64> {
        let now = step.now.ms;
        let sound = self.advance_sound(step);
        let orphan = self.outbox.elsewhere().next().filter(|_| self.takes_over());
        let orphan = orphan.map(|message| message.orphan_ms);
        let orphan = match orphan {
            _ if self.sharing.look_until > now => Some(self.sharing.look_until),
            Some(at) if at <= now => {
                self.look(step);
                Some(self.sharing.look_until)
            }
            other => other,
        };
        // The answer itself wakes the session; its time matters only if it does not come.
        let waits = !self.outbox.is_empty() || self.sharing.look_until <= now;
        orphan.filter(|_| waits).into_iter().chain(sound).min()
    }

    /// Something was said that this tab does not show.
    pub(super) fn unseen(&mut self, step: &Step) {
        if self.following.is_leader() {
            self.sharing.sound_ms.get_or_insert(step.now.ms + SOUND_MS);
        }
    }

    fn advance_sound(&mut self, step: &mut Step) -> Option<u64> {
        let at = self.sharing.sound_ms.filter(|_| self.unread > 0);
        self.sharing.sound_ms = at.filter(|at| *at > step.now.ms);
        if at.is_some() && self.sharing.sound_ms.is_none() {
            step.effects.push(Effect::Sound);
        }
        self.sharing.sound_ms
    }

    /// The visitor has seen all events up to here: the other tabs are told, and the next page finds it.
    pub(super) fn has_seen(&mut self, step: &mut Step, seq: u64) {
        step.effects.push(Effect::SeenTo(seq));
        if self.following.see(seq)
            && let Some(record) = self.record()
        {
            step.effects.push(Effect::Keep(record));
        }
    }

    /// The same, in another tab or on a page before.
    pub(super) fn seen_elsewhere(&mut self, step: &mut Step, seq: u64) {
        self.following.see(seq);
        if self.unread > 0 && Some(self.following.cursor()) <= self.following.seen() {
            self.unread = 0;
            step.effects.push(Effect::Unread(0));
        }
    }
}
