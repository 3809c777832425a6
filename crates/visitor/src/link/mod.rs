//! The way from a visitor to the proxy. Faults happen here, below everything that is under test.

mod carrier;
mod fault;
mod log;
mod wire;

pub use carrier::{Carried, Carrier, HttpCarrier, Request};
pub use fault::{Fault, FaultKind, FaultPlan, FaultPlanError};
pub use log::{FaultLog, Injected};

use bytes::Bytes;
use frontdesk_core::{Answer, Call, Failure};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The longest delay that a fault adds, in milliseconds.
const LATENCY_MS: u64 = 1_500;

/// The link of one visitor.
#[derive(Debug)]
pub struct Link {
    carrier: Arc<dyn Carrier>,
    plan: FaultPlan,
    log: FaultLog,
    visitor: u64,
    requests: AtomicU64,
}

impl Link {
    /// A link over this carrier; `visitor` names it in the plan and in the log.
    pub fn new(carrier: Arc<dyn Carrier>, plan: FaultPlan, log: FaultLog, visitor: u64) -> Self {
        Self { carrier, plan, log, visitor, requests: AtomicU64::new(0) }
    }

    /// How many requests were begun so far.
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Asks and waits for the answer, at most `timeout_ms`. `content` is that of the file, for an upload.
    ///
    /// # Errors
    /// What the session is to be told instead of an answer.
    pub async fn ask(
        &self,
        call: &Call,
        credential: Option<&str>,
        content: Option<Bytes>,
        timeout_ms: u32,
    ) -> Result<Answer, Failure> {
        let nth = self.requests.fetch_add(1, Ordering::Relaxed);
        let Some(request) = wire::request(call, credential, content) else { return Err(Failure::FileGone) };
        let fault = self.plan.for_request(self.visitor, nth);
        if let Some(fault) = fault {
            self.log.add(Injected {
                visitor: self.visitor,
                nth,
                kind: fault.kind,
                call: wire::name(call),
                id: wire::id(call),
            });
        }
        let exchange = async {
            match fault {
                None => self.carrier.carry(request).await,
                Some(fault) => self.carry_with(fault, request).await,
            }
        };
        let carried = tokio::time::timeout(Duration::from_millis(timeout_ms.into()), exchange).await;
        match carried {
            Ok(Some(carried)) => wire::answer(call, &carried),
            Ok(None) | Err(_) => Err(Failure::Network),
        }
    }

    async fn carry_with(&self, fault: Fault, request: Request) -> Option<Carried> {
        match fault.kind {
            FaultKind::ResetBefore => None,
            FaultKind::AnswerDropped => {
                self.carrier.carry(request).await;
                None
            }
            FaultKind::Duplicate => {
                let (first, second) =
                    tokio::join!(self.carrier.carry(request.clone()), self.carrier.carry(request));
                if fault.chance & 1 == 0 { first } else { second }
            }
            FaultKind::Truncated => {
                let mut carried = self.carrier.carry(request).await?;
                let kept = fault.chance % (carried.body.len().max(1) as u64);
                carried.body.truncate(usize::try_from(kept).unwrap_or(0));
                Some(carried)
            }
            FaultKind::Latency => {
                let delay = Duration::from_millis(fault.chance % LATENCY_MS);
                tokio::time::sleep(delay).await;
                let carried = self.carrier.carry(request).await;
                tokio::time::sleep(delay / 2).await;
                carried
            }
            FaultKind::Middlebox if fault.chance & 1 == 0 => Some(Carried::page(502)),
            FaultKind::Middlebox => {
                self.carrier.carry(request).await;
                Some(Carried::page(504))
            }
            FaultKind::Foreign => Some(Carried::page(200)),
        }
    }
}
