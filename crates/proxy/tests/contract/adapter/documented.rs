//! Every code that the documents print, with its literal text, by endpoint.

/// One printed answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Printed {
    /// Last part of the path; `send` with its control type.
    pub(crate) endpoint: &'static str,
    /// `2.5`, `2.6` or both.
    pub(crate) dialects: &'static str,
    pub(crate) code: &'static str,
    pub(crate) text: &'static str,
}

const BOTH: &str = "2.5 2.6";
const NEW: &str = "2.6";
const OLD: &str = "2.5";

/// A code that no document prints stands for the open set.
pub(crate) const UNPRINTED: &str = "99999999999";

const HOURS: &str = "The current time is not within the working time of the service agents";
const TRUST: &str = "The redirection address is not in the trust list, contact operation staff to add it.";

macro_rules! printed {
    ($($endpoint:literal { $($dialects:ident $code:tt $text:expr;)+ })+) => {
        /// In the order of the documents.
        pub(crate) const PRINTED: &[Printed] = &[
            $($(Printed { endpoint: $endpoint, dialects: $dialects, code: printed!(@code $code), text: $text },)+)+
        ];
    };
    (@code open) => { UNPRINTED };
    (@code $code:literal) => { $code };
}

printed! {
    "applyToken" {
        BOTH "0" "";
        BOTH "1" "";
        BOTH open "";
    }
    "send CONNECT" {
        BOTH "0" "成功";
        BOTH "0" "connect to robot successfully";
        OLD "0" "connect to robot success.";
        BOTH "0" "process robot multi message successfully";
        NEW "11" "Queuing...";
        BOTH "12" HOURS;
        BOTH "13" "No ccucs address available!";
        NEW "13" "connect failed, none channel config found.";
        BOTH "13" "Failed to disconnect robot";
        BOTH "13" "fail to initialize robot";
        BOTH open "";
    }
    "send CHAT" {
        BOTH "0" "sendUserMessage successfully.";
        BOTH "0" "Send message to robot successfully";
        BOTH "0" "process robot multi message successfully";
        BOTH "0" "Failed to disconnect robot";
        NEW "3" "Incorrect JSON format";
        NEW "3" "content can not be empty";
        NEW "3" "the content Json String must contains mediaFileId or redirectUrl";
        NEW "3" "the content Json String must contains title";
        NEW "3" "Incorrect mediaFileType";
        NEW "3" TRUST;
        NEW "11" "Queuing...";
        BOTH "13" "sendUserMessage failed";
        NEW "13" "Chat failed because the content is empty.";
        NEW "13" "chat failed, none channel config found.";
        NEW "13" "chat failed, send too quick or session keep touch failed.";
        NEW "13" "connect failed";
        BOTH open "";
    }
    "send TRANS2AGENT" {
        BOTH "0" "transfer from robot to agent success.";
        NEW "11" "Queuing...";
        BOTH "12" HOURS;
        BOTH "13" "transfer to agent failed, none channel config found.";
        BOTH "13" "fail to transfer from robot to agent,session keep touch failed.";
        BOTH "13" "fail to transfer from robot to agent,it has been agent service.";
        BOTH "13" "fail to transfer from robot to agent,connect to ccucs failed.";
        BOTH "13" "Failed to disconnect robot";
        BOTH open "";
    }
    "send INPUT" {
        BOTH "0" "sendUserMessage successfully.";
        NEW "11" "Queuing...";
        NEW "13" "Queuing...";
        BOTH "13" "send inputStatus failed, none channel config found.";
        BOTH "13" "This is robot service,this message is prevented!";
        BOTH "13" "sendUserMessage failed";
        BOTH open "";
    }
    "send READ" {
        NEW "0" "";
        NEW open "";
    }
    "send DISCONNECT" {
        BOTH "0" "disconnect successfully";
        BOTH "0" "Disconnect robot successfully";
        NEW "11" "Queuing...";
        BOTH "13" "disconnect failed";
        BOTH "13" "Failed to disconnect robot";
        NEW "13" "disconnect failed, none channel config found.";
        NEW "13" "disconnect failed, session keep touch failed.";
        BOTH open "";
    }
    "queryQueueInfo" {
        BOTH "0" "";
        BOTH "1" "";
        NEW "2" "";
        NEW "3" "";
        NEW "4" "";
        NEW "5" "";
        NEW "6" "";
        NEW "160001" "";
        NEW "160004" "";
        NEW "160021" "";
        NEW "160022" "";
        NEW "160023" "";
        NEW "160024" "";
        BOTH open "";
    }
    "poll" {
        BOTH "0" "query user messages success.";
        BOTH "1" "";
        BOTH open "";
    }
    "saveSatisfaction" {
        BOTH "0" "Save satisfaction success!";
        BOTH "0" "Exception appeared!";
        BOTH "13" "The callIdString obtained failed!";
        BOTH "13" "Save satisfaction failed";
        BOTH open "";
    }
    "getsatisfactionsurveymode" {
        NEW "0" "Get satisfaction survey mode success!";
        NEW "13" "";
        NEW open "";
    }
    "queryHistoryChatMessage" {
        NEW "0" "";
        NEW "1" "";
        NEW open "";
    }
    "uploadFileStream" {
        BOTH "0" "";
        BOTH "2" "Param is null";
        BOTH "3" "Requested param validate failed";
        BOTH "13" "decode file failed";
        BOTH "13" "upload file exception";
        BOTH open "";
    }
    "downloadFileStream" {
        BOTH "0" "";
        BOTH "2" "param channelId or userId or tenantId is null";
        BOTH "13" "param filetype Out of range!";
        BOTH "13" "downloadFileStream IOException";
        NEW "13" "empty file!";
        NEW "13" "fsservice downloadFile is failed";
        NEW "13" "downloadFileStream exception";
        BOTH "401" "objectKey is null!";
        BOTH open "";
    }
    "queryPhraseByKeyword" {
        BOTH "0" "";
        BOTH "1" "request is no exist";
        BOTH "1" "locale is error";
        BOTH "1" "Robot is no exist";
        BOTH "1" "authToken is no exist";
        BOTH "1" "doNMSRequest is error";
        NEW "1" "Exception appeared!";
        BOTH open "";
    }
    "feedbacksatisfaction" {
        BOTH "0" "Send message to robot successfully";
        BOTH "30000000008" "";
        NEW "30000000019" "";
        BOTH "10010000001" "";
        BOTH "10010000002" "";
        BOTH "30010009999" "";
        BOTH open "";
    }
    "doLeaveMessage" {
        BOTH "0" "Save leaveMessage success!";
        OLD "2" "";
        BOTH "3" "the leaveMessageParams is error.";
        BOTH "13" "Exception appeared!";
        BOTH "13" "Save leaveMessage failed!";
        BOTH open "";
    }
    "checkClickToCallSupport" {
        BOTH "0" "";
        BOTH open "";
    }
    "createClickToCall" {
        BOTH "0" "null";
        OLD "7" "";
        OLD "12" "";
        BOTH "13" "connect failed";
        NEW "13" "No agents available currently";
        BOTH open "";
    }
    "getClickToCallEvents" {
        NEW "0" "Call in queue";
        BOTH "0" "Call connected";
        NEW "0" "Call disconnected";
        NEW "0" "Call queued timeout";
        NEW "0" "Call failed";
        NEW "0" "Call continue to poll events with unknown events";
        NEW "0" "ClickToCall polled without any events";
        BOTH open "";
    }
    "dropClickToCall" {
        BOTH "0" "";
        BOTH "13" "disconnect failed";
        BOTH open "";
    }
    "createcall" {
        BOTH "0" "Success";
        OLD "3001000001" "";
        NEW "30010000001" "";
        OLD "3001000002" "";
        NEW "30010000002" "";
        OLD "3001000003" "";
        NEW "30010000003" "";
        BOTH "30010010001" "";
        BOTH "30010010002" "";
        BOTH "30010010003" "";
        BOTH "30010019999" "";
        BOTH "30011010001" "";
        BOTH "30011019999" "";
        BOTH "30010009999" "";
        BOTH open "";
    }
}

/// HTTP statuses that any endpoint may answer.
pub(crate) const STATUSES: &[u16] = &[400, 401, 403, 404, 408, 429, 500, 502, 503, 504];
