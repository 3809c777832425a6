//! What centres send by themselves. Not a part of the visitor API: the vendor has laid down the path behind its base address, the
//! body and the answer. Pages have no business here, so that no answer carries a header of CORS.

use super::super::extract;
use super::super::limits::Client;
use crate::audit::Told;
use crate::audit::words::Push;
use crate::problem::Problem;
use crate::state::{AppState, Desk};
use crate::vendor::cec::TAKEN;
use crate::vendor::{PushHead, PushRefusal};
use axum::Extension;
use axum::extract::{Path, Request, State};
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::response::{IntoResponse, Response};
use frontdesk_contract::ErrorCode;
use std::sync::Arc;

/// Where a desk's centre sends. The centre is told everything before `/webhooks`.
pub(in crate::http) const ROUTE: &str = "/v1/centre/{desk}/webhooks/v1/messages";

/// The longest body that is taken, and the most messages in it. A message has some 2 KB at most.
const MOST_BYTES: usize = 1_048_576;
const MOST_MESSAGES: usize = 1_000;

pub(in crate::http) async fn take(
    State(state): State<AppState>,
    Extension(client): Extension<Client>,
    Path(desk): Path<String>,
    request: Request,
) -> Response {
    // Who is known here is limited by desk, since all visitors of a desk come by one address; everybody else as everywhere.
    let stranger = |refused: Problem, keyless: bool| match state.limiters.request(client) {
        Err(limited) => limited.into_response(),
        Ok(()) if keyless => unauthorised(refused),
        Ok(()) => refused.into_response(),
    };
    let desk = state.shared.desks.get(&desk).filter(|desk| desk.settings.push.is_some());
    let Some(desk) = desk else { return stranger(no_such_address(), false) };
    match taken(&state, &desk, request).await {
        Ok(()) => ([(CONTENT_TYPE, HeaderValue::from_static("application/json"))], TAKEN).into_response(),
        Err(Refused::Stranger(refusal)) => match Push::of(refusal) {
            Some(reason) => {
                let text = "whoever sends this does not show that it is the centre of this desk";
                let told = Told::because(reason).at(&desk.settings.id);
                stranger(Problem::new(ErrorCode::KeyRefused, text).audited(told), true)
            }
            None => stranger(no_such_address(), false),
        },
        Err(Refused::Centre(problem)) => problem.at_desk(&desk.settings.id).into_response(),
    }
}

/// Why nothing was taken.
enum Refused {
    /// Whoever sends is not known to be the centre.
    Stranger(PushRefusal),
    /// It is the centre, and may try again.
    Centre(Problem),
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self::Centre(problem)
    }
}

impl From<PushRefusal> for Refused {
    fn from(refusal: PushRefusal) -> Self {
        Self::Stranger(refusal)
    }
}

/// Everything is in the journal when this is done.
async fn taken(state: &AppState, desk: &Arc<Desk>, request: Request) -> Result<(), Refused> {
    let head = PushHead {
        method: request.method().as_str(),
        path: request.uri().path(),
        query: request.uri().query().unwrap_or_default(),
        headers: request.headers(),
        now_ms: state.shared.clock.now_ms(),
    };
    // Before the body: nobody else may fill the memory with one.
    let admitted = desk.centre.admit_push(&head)?;
    state.limiters.push(&desk.settings.id)?;
    let body = extract::read_up_to(MOST_BYTES, request, state).await?;
    let Some(list) = desk.centre.read_push(&admitted, &body)? else {
        let text = "the body is no JSON object with a list `messages`";
        return Err(Problem::new(ErrorCode::BadRequest, text).into());
    };
    if list.messages.len() + list.malformed > MOST_MESSAGES {
        let text = format!("more than {MOST_MESSAGES} messages at once");
        return Err(Problem::new(ErrorCode::BodyTooLarge, text).into());
    }
    Ok(state.take_pushed(desk, list).await?)
}

fn no_such_address() -> Problem {
    Problem::new(ErrorCode::NotFound, "there is no such address")
}

fn unauthorised(problem: Problem) -> Response {
    let mut answer = problem.into_response();
    answer.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    answer
}
