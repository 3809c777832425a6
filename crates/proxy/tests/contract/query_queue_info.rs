//! `POST /apiaccess/ccmessaging/queryQueueInfo`: place and waiting times.

use crate::harness::{Reply, Serving, Stop, Target, Verdict, checks, number};

checks! {
    knows_no_queue_before_connect,
    answers_a_documented_code_in_a_conversation,
    tells_the_place_while_waiting,
    is_over_after_the_end,
    refuses_a_made_up_visitor_token,
}

/// Codes of the 2.6 manual; the 2.5 manual knows 0 and everything else.
const CODES: &[&str] =
    &["0", "1", "2", "3", "4", "5", "6", "160001", "160004", "160021", "160022", "160023", "160024"];

fn documented(target: &Target, reply: &Reply) -> Result<String, Stop> {
    if target.is_new() { reply.one_of(CODES) } else { reply.coded() }
}

async fn knows_no_queue_before_connect(target: &Target) -> Verdict {
    let reply = target.queue(&target.visitor().await?).await?;
    let code = documented(target, &reply)?;
    reply.expect(code != "0" && code != "160021", "neither a queue nor an agent before CONNECT")
}

async fn answers_a_documented_code_in_a_conversation(target: &Target) -> Verdict {
    let (visitor, serving) = target.session().await?;
    let reply = target.queue(&visitor).await?;
    let code = documented(target, &reply)?;
    reply.expect(!["5", "6", "160004"].contains(&code.as_str()), "a conversation that is not over")?;
    reply.expect((code == "0") == (serving == Serving::Queue), "code 0 for whoever waits, and only then")
}

async fn tells_the_place_while_waiting(target: &Target) -> Verdict {
    let visitor = target.waiting().await?;
    let reply = target.queue(&visitor).await?;
    reply.one_of(&["0"])?;
    let position = number(reply.field("position"));
    reply.expect(position.is_none_or(|place| place >= 1), "a place from 1 on")?;
    for name in ["totalWaitTime", "currentDeviceWaitTime", "longestWaitTime", "estimateWaitTime"] {
        let value = reply.field(name);
        let seconds =
            value.is_null() || number(value).is_some_and(|seconds| (0..=60_000_000).contains(&seconds));
        reply.expect(seconds, &format!("whole seconds in {name}"))?;
    }
    let most = ["configMaxcWaitTime", "configMaxWaitTime"].iter().find_map(|name| number(reply.field(name)));
    reply.expect(most.is_none_or(|most| (0..=60_000).contains(&most)), "a longest wait within 60000 s")
}

async fn is_over_after_the_end(target: &Target) -> Verdict {
    let (visitor, _) = target.session().await?;
    target.send(&visitor, "DISCONNECT", "").await?;
    target.has_ended(&visitor).await;
    let reply = target.queue(&visitor).await?;
    // Where the session itself is gone, its token may be as well.
    if reply.status == 401 {
        return Ok(());
    }
    let code = documented(target, &reply)?;
    reply.expect(code != "0" && code != "160021", "neither a queue nor an agent after the end")
}

async fn refuses_a_made_up_visitor_token(target: &Target) -> Verdict {
    let visitor = target.visitor().await?;
    visitor.set_token("made-up");
    let reply = target.queue(&visitor).await?;
    reply.expect(reply.status == 401 || reply.code().is_some_and(|code| code != "0"), "a refusal")
}
