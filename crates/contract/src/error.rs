//! The closed set of error codes.

use serde::{Deserialize, Serialize};

/// Body of every answer with a status of 400 or more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApiError {
    /// What went wrong; programs decide on this.
    pub code: ErrorCode,
    /// The same in English, for developers.
    pub message: String,
    /// Not before this many milliseconds may the request be repeated.
    #[serde(default)]
    pub retry_after_ms: Option<u64>,
    /// Names this request in the proxy's log.
    #[serde(default)]
    pub request_id: Option<String>,
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $status:literal,)+) => {
        /// What went wrong. The HTTP status follows from the code: [`ErrorCode::status`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(rename_all = "snake_case")]
        pub enum ErrorCode {
            $($(#[doc = $doc])+ $name,)+
            /// A code of a later version.
            #[serde(other)]
            Unknown,
        }

        impl ErrorCode {
            /// Every code, in the order of declaration.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// The HTTP status that goes with the code.
            pub const fn status(self) -> u16 {
                match self {
                    $(Self::$name => $status,)+
                    Self::Unknown => 500,
                }
            }

            /// What the code says, for the description of the API.
            #[cfg(feature = "openapi")]
            pub const fn meaning(self) -> &'static str {
                match self {
                    $(Self::$name => concat!($($doc),+),)+
                    Self::Unknown => " A code of a later version.",
                }
            }
        }
    };
}

codes! {
    /// The request is not what the API describes; the message says where.
    BadRequest = 400,
    /// The client speaks a version this proxy does not.
    ProtocolUnsupported = 400,
    /// The id is missing or breaks the rules for ids.
    IdInvalid = 400,
    /// No credential, or one that is not known (any more): open a session.
    SessionUnknown = 401,
    /// The identity token of the site was refused; the message says why.
    IdentityRefused = 401,
    /// This desk serves only visitors for whom the site vouches, and no identity token was sent.
    IdentityMissing = 401,
    /// The identity token is over: the site has to make a new one.
    IdentityExpired = 401,
    /// The identity token was used before, in another session: the site has to make a new one.
    IdentityUsed = 401,
    /// The key of the operator listener is missing or wrong.
    KeyRefused = 401,
    /// The page's origin is not one of the desk's.
    OriginRefused = 403,
    /// The site does not vouch that this person may place calls, or not to this number.
    CallsNotAllowed = 403,
    /// There is no desk of this id.
    DeskUnknown = 404,
    /// There is no such address.
    NotFound = 404,
    /// There is no such file, or it is no longer kept.
    FileUnknown = 404,
    /// The ticket is not (or no longer) good for this file, or for taking over a session.
    TicketRefused = 403,
    /// The centre does not do this for this desk.
    NotOffered = 404,
    /// There is no call.
    CallUnknown = 404,
    /// The address exists, the method does not.
    MethodNotAllowed = 405,
    /// No conversation is open: connect first.
    NotConnected = 409,
    /// The conversation is over: connect again.
    ContactEnded = 409,
    /// The visitor is waiting; the centre takes no text yet. Not delivered, send it again once an agent serves.
    Queueing = 409,
    /// The same request is being worked on: ask again.
    InFlight = 409,
    /// No rating is taken now.
    SurveyClosed = 409,
    /// The agents are not working now.
    OutsideHours = 409,
    /// The message cannot be judged: it is no answer of the robot, or the robot's conversation is over.
    FeedbackClosed = 409,
    /// No agent is free for a call.
    NoAgents = 409,
    /// Another call is going on.
    CallRunning = 409,
    /// More bytes than are taken.
    BodyTooLarge = 413,
    /// The file is larger than `files.max_bytes`.
    FileTooLarge = 413,
    /// The file's content is of a kind that is not taken, whatever its name says.
    FileTypeRefused = 415,
    /// The range is not within the file.
    RangeUnsatisfiable = 416,
    /// The body is not `application/json`.
    MediaTypeUnsupported = 415,
    /// The id was used for something else.
    IdReused = 422,
    /// There is nothing to send.
    TextEmpty = 422,
    /// Longer than `text_max_bytes`.
    TextTooLong = 422,
    /// This desk does not take this kind of message.
    BodyUnsupported = 422,
    /// A card needs a title, and an address or a picture.
    CardIncomplete = 422,
    /// The file is empty.
    FileEmpty = 422,
    /// The telephone number is none of its country.
    NumberInvalid = 422,
    /// An answer that did not help needs a reason.
    ReasonMissing = 422,
    /// The reason is longer than 64 bytes.
    ReasonTooLong = 422,
    /// The level is not one of those offered.
    LevelUnknown = 422,
    /// The comment is longer than `comment_max_chars`.
    CommentTooLong = 422,
    /// Too many requests.
    RateLimited = 429,
    /// Too many files of this visitor.
    FilesTooMany = 429,
    /// Headers or address are longer than is taken.
    HeaderTooLarge = 431,
    /// A mistake of the proxy.
    Internal = 500,
    /// The centre refused; the operator must look at the log.
    CentreRefused = 502,
    /// The centre does not know the desk's channel: the operator must correct the settings.
    ChannelNotConfigured = 502,
    /// The centre answered something that is not its interface.
    CentreUnintelligible = 502,
    /// The centre cannot be reached. What was sent did not arrive.
    CentreUnreachable = 502,
    /// The robot does not work now.
    RobotUnavailable = 503,
    /// The centre is busy: slow down.
    CentreBusy = 503,
    /// The proxy is at its limit or going down.
    Overloaded = 503,
    /// The proxy cannot write what it must keep.
    StoreUnavailable = 503,
    /// The centre did not answer in time.
    CentreTimeout = 504,
}
