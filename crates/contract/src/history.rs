//! Earlier messages, where the centre keeps them.

use crate::message::{Body, Sender};
use serde::{Deserialize, Serialize};

/// The most messages of one page.
pub const MAX_HISTORY_PAGE: u32 = 50;

/// Answer to `GET /v1/history?before=`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HistoryPage {
    /// Oldest first. A message that is also among the events has the same id here.
    pub items: Vec<HistoryItem>,
    /// What to ask `before` next time; `None`: there is nothing earlier.
    #[serde(default)]
    pub before: Option<String>,
}

/// An earlier message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HistoryItem {
    /// Its id: of the event `message` or of the event `echo` where it was told by one, otherwise made from the centre's
    /// own and the same whenever it is asked for.
    pub id: String,
    /// When it was said, by the centre's clock.
    pub at_ms: u64,
    /// Who said it; `None`: the visitor.
    #[serde(default)]
    pub from: Option<Sender>,
    /// What was said.
    pub body: Body,
    /// It was taken back: the body is the empty text.
    #[serde(default)]
    pub recalled: bool,
}
