//! Who calls is found out once, and what the answer has for whoever guards the proxy is written down with it.

use super::address::{self, Peer};
use super::limits::Client;
use crate::audit::Told;
use crate::problem::Problem;
use crate::state::AppState;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;

pub(super) async fn layer(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<Peer>().map(|peer| peer.0.ip());
    let client = address::client(peer, request.headers(), &state.shared.settings().limits.trusted_proxies);
    request.extensions_mut().insert(Client(client));
    let response = next.run(request).await;
    let extensions = response.extensions();
    let refused = extensions.get::<Problem>().and_then(|problem| problem.audit.as_deref());
    if let Some(told) = refused.or_else(|| extensions.get::<Told>()) {
        state.shared.audit.tell(client, told);
    }
    response
}
