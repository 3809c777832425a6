//! The outbound call that staff start (`mobileagent/createcall`). No visitor has part in it.

use super::calls::post;
use super::codes::Request;
use super::lax::Text;
use super::wire::{AskOutboundCall, OutboundCall};
use super::{Cec, status};
use crate::vendor::{Failure, Placed, Placing};
use serde_json::Value;

/// The longest address and access code that are taken, in characters; neither has a printed limit.
const MAX_ADDRESS: usize = 255;
const MAX_ACCESS_CODE: usize = 64;
/// The longest number of a call (createcall, `callSerialNo`).
const MAX_SERIAL: usize = 50;

impl Cec {
    /// Both manuals mark `callerPresent` as required and tell what holds without it: it is sent when it is known.
    pub(super) async fn create_call(&self, wish: &Placing) -> Result<Placed, Failure> {
        let body = AskOutboundCall {
            called: &wish.called,
            call_data: wish.data.as_deref(),
            caller_present: wish.caller.as_deref(),
        };
        let endpoint = Request::PlaceCall.endpoint();
        let call = post(endpoint, "/apiaccess/ccmessaging/v1/mobileagent/createcall", &body, false);
        let Some(reply) = self.link.call_unnamed(&call).await? else {
            return Err(status::not_offered(endpoint));
        };
        let answer: OutboundCall = self.told(Request::PlaceCall, &reply)?;
        placed(&answer.result_data).ok_or_else(|| {
            self.link.note(endpoint, &reply, Some("0"));
            status::unintelligible(endpoint)
        })
    }
}

/// Where to connect; `None`: the centre does not tell.
fn placed(data: &Value) -> Option<Placed> {
    let fields = data.as_object()?;
    // The code is spelt otherwise elsewhere in the interface.
    let word = |name: &str, most: usize| {
        let (_, value) = fields.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))?;
        let text = Text::from(value.clone());
        let word =
            text.word().filter(|word| word.len() <= most && word.bytes().all(|b| b.is_ascii_graphic()));
        word.map(str::to_owned)
    };
    Some(Placed {
        address: word("sipServiceAddress", MAX_ADDRESS)?,
        access_code: word("accesscode", MAX_ACCESS_CODE)?,
        serial: word("callSerialNo", MAX_SERIAL),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_answer_is_read_whatever_its_types_and_needs_an_address_and_a_code() {
        let both = Placed { address: "192.0.2.20:5060".into(), access_code: "17900001".into(), serial: None };
        let plain = json!({"sipServiceAddress": " 192.0.2.20:5060 ", "accesscode": 17_900_001});
        assert_eq!(placed(&plain), Some(both.clone()));
        let other =
            json!({"sipServiceAddress": "192.0.2.20:5060", "accessCode": "17900001", "callSerialNo": "1-7"});
        assert_eq!(placed(&other), Some(Placed { serial: Some("1-7".into()), ..both }));
        for wrong in [
            json!(null),
            json!("192.0.2.20:5060"),
            json!({}),
            json!({"sipServiceAddress": "192.0.2.20:5060"}),
            json!({"sipServiceAddress": null, "accesscode": "1"}),
            json!({"sipServiceAddress": "", "accesscode": "1"}),
            json!({"sipServiceAddress": "a b", "accesscode": "1"}),
            json!({"sipServiceAddress": "x", "accesscode": "1\r\nVia: y"}),
            json!({"sipServiceAddress": "x", "accesscode": "1".repeat(65)}),
        ] {
            assert_eq!(placed(&wrong), None, "{wrong}");
        }
    }
}
