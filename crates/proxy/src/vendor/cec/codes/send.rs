//! `send`: conversation and messages.

use super::Outcome::{self, Done, Gone, PerhapsGone, Queued, Refused};
use super::Request::{self, Chat, Connect, Disconnect, Read, Transfer, Typing};
use super::{FLOW_CONTROL, Row, for_good, for_now, row};
use frontdesk_contract::ErrorCode;

const ALL: &[Request] = &[Connect, Chat, Transfer, Disconnect, Typing, Read];

pub(super) const ROWS: &[Row] = &[
    // Success. `Failed to disconnect robot` is printed under code 0 too: the code wins.
    row(&[Connect], "0", "robot", Outcome::Robot),
    row(&[Connect], "0", "机器人", Outcome::Robot),
    row(ALL, "0", "", Done),
    // Nobody needs to know that a notice of typing or reading was not taken.
    row(&[Typing, Read], "", "", Done),
    // Flow control may answer anything.
    row(ALL, FLOW_CONTROL, "", Refused(for_now(ErrorCode::CentreBusy))),
    // Waiting. A visitor who ends the conversation while waiting has left.
    row(&[Disconnect], "11", "", Done),
    row(&[Disconnect], "13", "queuing", Done),
    row(ALL, "11", "", Queued),
    row(ALL, "13", "queuing", Queued),
    // Outside hours.
    row(ALL, "12", "", Refused(for_good(ErrorCode::OutsideHours))),
    // A card: delivered, though the agent cannot follow its link; or not in order.
    row(&[Chat], "3", "trust list", Outcome::LinkNotTrusted),
    row(&[Chat], "3", "must contains", Refused(for_good(ErrorCode::CardIncomplete))),
    row(&[Chat], "3", "", Refused(for_good(ErrorCode::BodyUnsupported))),
    // The desk's channel id is wrong.
    row(ALL, "13", "none channel config", Refused(for_good(ErrorCode::ChannelNotConfigured))),
    // The centre behind the gateway.
    row(&[Connect, Transfer], "13", "no ccucs address", Refused(for_now(ErrorCode::CentreBusy))),
    row(&[Connect, Transfer], "13", "connect to ccucs failed", Refused(for_now(ErrorCode::CentreBusy))),
    // The robot of the conversation before is not let go of yet.
    row(&[Connect, Transfer], "13", "failed to disconnect robot", Refused(for_now(ErrorCode::CentreBusy))),
    row(&[Connect], "13", "fail to initialize robot", Refused(for_now(ErrorCode::RobotUnavailable))),
    row(&[Transfer], "13", "it has been agent service", Outcome::Agent),
    // The conversation.
    row(&[Transfer], "13", "session keep touch failed", Gone),
    row(&[Disconnect], "13", "session keep touch failed", Done),
    row(&[Disconnect], "13", "", PerhapsGone(for_now(ErrorCode::CentreRefused))),
    row(&[Chat], "13", "content is empty", Refused(for_good(ErrorCode::TextEmpty))),
    row(&[Chat], "13", "too quick", PerhapsGone(for_now(ErrorCode::CentreBusy))),
    row(&[Chat], "13", "session keep touch failed", PerhapsGone(for_now(ErrorCode::CentreBusy))),
    row(&[Chat], "13", "", PerhapsGone(for_good(ErrorCode::CentreRefused))),
    // The set of codes is open.
    row(ALL, "", "", Refused(for_good(ErrorCode::CentreRefused))),
];
