//! What a telephone answers to the gateway's own requests.

use tokio::time::Instant;

use super::Signalling;
use super::call::{Asking, SessionTimer};
use crate::events::Side;
use crate::sip::{Response, address};

impl Signalling {
    pub(super) fn answered(&mut self, now: Instant, response: &Response) {
        let tag_of = |name| {
            let field = response.headers.get(name).unwrap_or_default();
            address::param(field, "tag").unwrap_or_default().to_owned()
        };
        let key = (response.headers.get("Call-ID").unwrap_or_default().to_owned(), tag_of("To"));
        let contact = self.contact();
        let media = self.media.clone();
        let Some((cseq, method)) = response.headers.cseq() else { return };
        let Some(call) = self.calls.get_mut(&key).filter(|call| call.tag == tag_of("From")) else { return };
        if response.status < 200 {
            return;
        }
        let Some(asked) = call.asked.take_if(|asked| asked.cseq == cseq) else { return };
        let good = response.status < 300;
        let ack = (method == "INVITE").then(|| {
            // The one to a refusal belongs to the same transaction (RFC 3261 §17.1.1.3).
            let branch = if good { format!("z9hG4bK{}", super::token()) } else { asked.branch.clone() };
            call.ack(cseq, &branch, &contact).write()
        });
        match asked.act {
            Asking::Offer(_) if good => {
                if let Some(Err(error)) = call.leg.map(|leg| media.accept_answer(leg, &response.body)) {
                    tracing::debug!(%error, "the answer to an offer does not do");
                }
            }
            Asking::Offer(change) => {
                if let Some(leg) = call.leg {
                    media.take_back(leg, change);
                }
            }
            Asking::Refresh(refresh) if good => {
                if let Some(timer) = &mut call.timer {
                    *timer = SessionTimer::new(now, timer.length, refresh);
                }
            }
            _ => {}
        }
        if let Some(ack) = ack {
            self.send_in(&key, ack);
        }
        // RFC 3261 §12.2.1.2: the other side knows nothing of this call.
        if matches!(response.status, 408 | 481) {
            self.end(&key, Side::Gateway, response.status);
        }
    }
}
