//! Handing a session over to another window of the visitor's.
//!
//! The page makes a ticket, 32 random bytes in base64url (RFC 4648 §5, without padding), registers it with its credential,
//! and opens a window whose address has the ticket in its fragment. That window redeems it for the credential.

use serde::{Deserialize, Serialize};

/// A ticket ends after so many milliseconds, if it was not redeemed before.
pub const TICKET_MS: u64 = 60_000;

/// Body of `POST /v1/session/ticket`. The visitor's ticket from before is no longer good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RegisterTicket {
    /// The ticket: 32 random bytes in base64url without padding, 43 characters.
    pub ticket: String,
}

/// Answer to `POST /v1/session/ticket`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TicketRegistered {
    /// When the ticket ends.
    pub expires_ms: u64,
}

/// Body of `POST /v1/session/redeem`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RedeemTicket {
    /// Id of the desk whose page this is.
    pub desk: String,
    /// The ticket.
    pub ticket: String,
    /// Origin of the page that opened this window, as the browser tells it. It must be the proxy's own or one of the desk's:
    /// otherwise somebody else's page could make this visitor speak in a conversation that others read.
    pub opened_by: String,
}

/// Answer to `POST /v1/session/redeem`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TicketRedeemed {
    /// The credential of the session, to be resumed by `POST /v1/session`.
    pub session: String,
}
