//! Ratings, files, the robot's comforts, messages left, history, calls.

use super::Outcome::{Done, Refused};
use super::Request::{
    self, CallDrop, CallStart, CallSupport, Download, Feedback, History, LeaveMessage, PlaceCall, Rate,
    Suggest, Survey, Upload,
};
use super::{FLOW_CONTROL, Row, for_good, for_now, row};
use frontdesk_contract::ErrorCode;

const ALL: &[Request] = &[
    Rate,
    Survey,
    Upload,
    Download,
    Suggest,
    Feedback,
    LeaveMessage,
    History,
    CallSupport,
    CallStart,
    CallDrop,
    PlaceCall,
];

pub(super) const ROWS: &[Row] = &[
    // Success, whatever the text says: `Exception appeared!` is printed under code 0 too.
    row(ALL, "0", "", Done),
    // Flow control may answer anything.
    row(ALL, FLOW_CONTROL, "", Refused(for_now(ErrorCode::CentreBusy))),
    // saveSatisfaction: the conversation cannot be rated any more, or something went wrong.
    row(&[Rate], "13", "callidstring", Refused(for_good(ErrorCode::SurveyClosed))),
    row(&[Rate], "13", "", Refused(for_now(ErrorCode::CentreRefused))),
    // The survey query.
    row(&[Survey], "13", "", Refused(for_now(ErrorCode::CentreRefused))),
    // uploadFileStream: our request, its type, its content, the centre's storage.
    row(&[Upload], "2", "", Refused(for_good(ErrorCode::CentreRefused))),
    row(&[Upload], "3", "", Refused(for_good(ErrorCode::FileTypeRefused))),
    row(&[Upload], "13", "decode file failed", Refused(for_good(ErrorCode::CentreRefused))),
    row(&[Upload], "13", "", Refused(for_now(ErrorCode::CentreRefused))),
    // downloadFileStream. Its 401 is a code in the body and says nothing about tokens.
    row(&[Download], "2", "", Refused(for_good(ErrorCode::CentreRefused))),
    row(&[Download], "401", "", Refused(for_good(ErrorCode::FileUnknown))),
    row(&[Download], "13", "out of range", Refused(for_good(ErrorCode::FileUnknown))),
    row(&[Download], "13", "empty file", Refused(for_good(ErrorCode::FileUnknown))),
    row(&[Download], "13", "", Refused(for_now(ErrorCode::CentreRefused))),
    // queryPhraseByKeyword.
    row(&[Suggest], "1", "robot is no exist", Refused(for_good(ErrorCode::RobotUnavailable))),
    row(&[Suggest], "1", "request is no exist", Refused(for_good(ErrorCode::CentreRefused))),
    row(&[Suggest], "1", "locale is error", Refused(for_good(ErrorCode::CentreRefused))),
    row(&[Suggest], "1", "", Refused(for_now(ErrorCode::RobotUnavailable))),
    // feedbacksatisfaction.
    row(&[Feedback], "30000000008", "", Refused(for_good(ErrorCode::ReasonMissing))),
    row(&[Feedback], "30000000019", "", Refused(for_good(ErrorCode::FeedbackClosed))),
    row(&[Feedback], "10010000001", "", Refused(for_good(ErrorCode::CentreRefused))),
    row(&[Feedback], "30010009999", "", Refused(for_good(ErrorCode::CentreRefused))),
    // doLeaveMessage: our form has no empty field, so that it is the number that is not taken.
    row(&[LeaveMessage], "2", "", Refused(for_good(ErrorCode::NumberInvalid))),
    row(&[LeaveMessage], "3", "", Refused(for_good(ErrorCode::NumberInvalid))),
    row(&[LeaveMessage], "13", "", Refused(for_now(ErrorCode::CentreRefused))),
    // queryHistoryChatMessage.
    row(&[History], "", "", Refused(for_now(ErrorCode::CentreRefused))),
    // Calls. A call that cannot be ended is over for the page.
    row(&[CallSupport], "", "", Refused(for_now(ErrorCode::CentreRefused))),
    row(&[CallStart], "7", "", Refused(for_good(ErrorCode::NotOffered))),
    row(&[CallStart], "12", "", Refused(for_good(ErrorCode::OutsideHours))),
    row(&[CallStart], "13", "no agents available", Refused(for_now(ErrorCode::NoAgents))),
    row(&[CallStart], "13", "", Refused(for_now(ErrorCode::CentreRefused))),
    row(&[CallDrop], "13", "", Done),
    // createcall: not enabled, no SIP server, parameters; ten digits in 2.5, eleven in 2.6. Then what each part of the platform
    // could not do: the task, the VDN, its record path, CCM, the call, CCUCS, the chat module.
    row(&[PlaceCall], "30010000001", "", Refused(for_good(ErrorCode::NotOffered))),
    row(&[PlaceCall], "3001000001", "", Refused(for_good(ErrorCode::NotOffered))),
    row(&[PlaceCall], "30010000002", "", Refused(for_good(ErrorCode::CentreRefused))),
    row(&[PlaceCall], "3001000002", "", Refused(for_good(ErrorCode::CentreRefused))),
    row(&[PlaceCall], "30010000003", "", Refused(for_good(ErrorCode::NumberInvalid))),
    row(&[PlaceCall], "3001000003", "", Refused(for_good(ErrorCode::NumberInvalid))),
    row(&[PlaceCall], "30010010001", "", Refused(for_now(ErrorCode::CentreRefused))),
    row(&[PlaceCall], "30010010002", "", Refused(for_now(ErrorCode::CentreRefused))),
    row(&[PlaceCall], "30010010003", "", Refused(for_good(ErrorCode::CentreRefused))),
    row(&[PlaceCall], "30010019999", "", Refused(for_now(ErrorCode::CentreRefused))),
    row(&[PlaceCall], "30011010001", "", Refused(for_now(ErrorCode::CentreRefused))),
    row(&[PlaceCall], "30011019999", "", Refused(for_now(ErrorCode::CentreRefused))),
    row(&[PlaceCall], "30010009999", "", Refused(for_now(ErrorCode::CentreRefused))),
    // The set of codes is open.
    row(&[Rate, Survey, Download, Suggest], "", "", Refused(for_now(ErrorCode::CentreRefused))),
    row(ALL, "", "", Refused(for_good(ErrorCode::CentreRefused))),
];
