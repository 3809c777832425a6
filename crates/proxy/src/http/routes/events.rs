//! `/v1/events`, `/v1/queue`

use crate::chance;
use crate::http::extract::Caller;
use crate::problem::Problem;
use axum::extract::RawQuery;
use frontdesk_contract::{ErrorCode, EventPage, MAX_WAIT_S, QueueInfo};
use std::time::Duration;

/// What happened after `after`
///
/// Waits up to `wait` seconds when there is nothing. A number beyond the newest event counts as the newest.
#[utoipa::path(get, path = "/v1/events", tag = "events", operation_id = "listEvents",
    params(("after" = Option<u64>, Query, description = "Number of the last event that is known; 0 when left out"),
           ("wait" = Option<u64>, Query, description = "Seconds to wait at most, and at least four fifths of it; more than 25 count as 25; 0 when left out")),
    responses((status = 200, description = "In order, without a hole", body = EventPage)))]
pub(in crate::http) async fn list(
    Caller(visitor): Caller,
    RawQuery(query): RawQuery,
) -> Result<axum::Json<EventPage>, Problem> {
    let query = query.unwrap_or_default();
    let after = number(&query, "after")?;
    let most = Duration::from_secs(number(&query, "wait")?.min(MAX_WAIT_S.into()));
    visitor.events(after, chance::up_to(most)).await.map(axum::Json)
}

/// Place in the queue and expected wait
#[utoipa::path(get, path = "/v1/queue", tag = "events", operation_id = "getQueue",
    responses((status = 200, description = "What is known; empty when nobody waits", body = QueueInfo)))]
pub(in crate::http) async fn queue(Caller(visitor): Caller) -> Result<axum::Json<QueueInfo>, Problem> {
    visitor.queue().await.map(axum::Json)
}

fn number(query: &str, name: &'static str) -> Result<u64, Problem> {
    let value = query.split('&').filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name);
    match value {
        None => Ok(0),
        // `parse` would take a plus sign, which stands for a space here.
        Some((_, text)) if text.bytes().all(|byte| byte.is_ascii_digit()) => {
            // Up to what a signed number holds, as the description has it.
            text.parse::<i64>()
                .ok()
                .and_then(|number| number.try_into().ok())
                .ok_or_else(|| not_a_number(name))
        }
        Some(_) => Err(not_a_number(name)),
    }
}

fn not_a_number(name: &'static str) -> Problem {
    Problem::new(ErrorCode::BadRequest, format!("parameter `{name}`: not a whole number from 0 up"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_whole_and_not_negative() {
        assert_eq!(number("after=7&wait=25", "after"), Ok(7));
        assert_eq!(number("after=7&wait=25", "wait"), Ok(25));
        assert_eq!(number("", "wait"), Ok(0));
        for wrong in ["wait=-1", "wait=", "wait=x", "wait=1.5", "wait=+1", "wait=99999999999999999999"] {
            assert_eq!(
                number(wrong, "wait").map_err(|problem| problem.code),
                Err(ErrorCode::BadRequest),
                "{wrong}"
            );
        }
    }
}
