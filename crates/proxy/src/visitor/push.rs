//! What a centre sends by itself: kept before it is answered, by whichever proxy it comes to. Who polls does not matter, since the
//! record's revision orders all writes, and codes tell what is known already.

use super::draft::Draft;
use super::line::Lane;
use super::poller::intake::{self, Known};
use super::{Visitor, poller};
use crate::metrics::Push;
use crate::problem::Problem;
use crate::session::naming;
use crate::state::{App, Desk};
use crate::store::VisitorRecord;
use crate::vendor::{Downlink, Pushed, PushedList};
use frontdesk_contract::{ContactState, ErrorCode};
use futures_util::stream::{self, StreamExt as _};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::time::Instant;

/// Visitors whose messages are taken in at one time.
const AT_ONCE: usize = 16;

/// What became of messages, by their number.
#[derive(Clone, Copy, Debug, Default)]
struct Fates {
    taken: usize,
    nothing: usize,
    unknown: usize,
}

impl App {
    /// Keeps what the centre of this desk sends. After an error a part may be kept; what comes again is known then.
    ///
    /// # Errors
    /// When something could not be kept: the centre is to send all of it again.
    pub(crate) async fn take_pushed(&self, desk: &Arc<Desk>, list: PushedList) -> Result<(), Problem> {
        let metrics = &self.shared.metrics;
        let id = &desk.settings.id;
        let mut visitors: BTreeMap<String, Vec<Vec<Downlink>>> = BTreeMap::new();
        for Pushed { user_id, items } in list.messages {
            visitors.entry(user_id).or_default().push(items);
        }
        let each = visitors.into_iter().map(|(user_id, messages)| async move {
            let fates = self.take_pushed_for(id, &user_id, &messages).await?;
            metrics.pushed(id, Push::Taken, fates.taken);
            metrics.pushed(id, Push::Nothing, fates.nothing);
            metrics.pushed(id, Push::Unknown, fates.unknown);
            Ok(())
        });
        // All are tried, so that one that cannot be kept does not hold up the others each time.
        let outcomes: Vec<Result<(), Problem>> = stream::iter(each).buffer_unordered(AT_ONCE).collect().await;
        outcomes.into_iter().collect::<Result<(), Problem>>()?;
        // Counted when the list is done with: one that comes again has them again.
        metrics.pushed(id, Push::Malformed, list.malformed);
        if list.malformed > 0 {
            tracing::warn!(
                desk = id,
                count = list.malformed,
                "what was pushed among messages and is none was passed over"
            );
        }
        Ok(())
    }

    async fn take_pushed_for(
        &self,
        desk: &str,
        user_id: &str,
        messages: &[Vec<Downlink>],
    ) -> Result<Fates, Problem> {
        let unknown = Fates { unknown: messages.len(), ..Fates::default() };
        let Some(id) = naming::visitor_id(user_id) else {
            // Not ours, so perhaps anything: it is not repeated in the log.
            tracing::info!(desk, count = messages.len(), "pushed for somebody who is no visitor of ours");
            return Ok(unknown);
        };
        let taken = match self.registry.get(&self.shared, &id).await {
            Ok(visitor) if visitor.desk_id() == desk => visitor.take_pushed(user_id, messages).await,
            Ok(_) => Err(Problem::session_unknown()),
            Err(problem) => Err(problem),
        };
        match taken {
            // The visitor was erased, perhaps on request. Nothing would change that, however often it is sent.
            Err(problem) if problem.code == ErrorCode::SessionUnknown => {
                tracing::info!(
                    desk,
                    visitor = id,
                    count = messages.len(),
                    "pushed for a visitor who is not known (any more)"
                );
                Ok(unknown)
            }
            taken => taken,
        }
    }
}

impl Visitor {
    /// Whether the centre can find this visitor by itself, and is set to. Visitors of earlier versions cannot be found by
    /// their id at the centre: they are polled.
    pub(super) fn is_pushed_to(&self, record: &VisitorRecord) -> bool {
        self.desk().settings.push.is_some()
            && naming::visitor_id(&record.user_id).as_ref() == Some(&record.id)
    }

    /// Whether a message of the visitor is on its way, by whichever proxy.
    pub(super) fn is_saying(&self) -> bool {
        self.lanes.of(Lane::Talk).is_busy() || self.talked_to.within(poller::task::HOLD)
    }

    async fn take_pushed(
        self: &Arc<Self>,
        user_id: &str,
        messages: &[Vec<Downlink>],
    ) -> Result<Fates, Problem> {
        if self.record().await?.user_id != user_id {
            return Err(Problem::session_unknown());
        }
        // A quick reply of a robot does not stand before what it replies to.
        let until = Instant::now() + poller::task::HOLD;
        while self.is_saying() && Instant::now() < until {
            tokio::time::sleep(poller::task::LOOK).await;
        }
        let recalls = messages.iter().flatten().any(|item| matches!(item, Downlink::Recalled(_)));
        let journal =
            if recalls { self.shared.store.events(self.id(), 0, usize::MAX).await? } else { Vec::new() };
        let fates = self
            .change(|draft, recent| {
                take(draft, Known { recent, journal: &journal, repeats: true, left: false }, messages)
            })
            .await?;
        // Whoever follows the queue may have to begin or to stop.
        self.wake.notify_one();
        Ok(fates)
    }
}

fn take(draft: &mut Draft, known: Known<'_>, messages: &[Vec<Downlink>]) -> Fates {
    let mut fates = Fates::default();
    for items in messages {
        let before = draft.record.clone();
        // A sign of typing has to be taken back a few seconds later, which only a poller does.
        let items: Vec<Downlink> = items.iter().filter(|item| **item != Downlink::Typing).cloned().collect();
        let intake = intake::take(draft, known, &items, false);
        draft.record.announced |= match draft.record.contact.state {
            ContactState::Queueing => intake.announced,
            ContactState::Robot => intake.hinted,
            _ => false,
        };
        if draft.record == before {
            fates.nothing += 1;
        } else {
            fates.taken += 1;
        }
    }
    fates
}
