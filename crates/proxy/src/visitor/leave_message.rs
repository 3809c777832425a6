//! Leaving a message with a number to call back. Needs no conversation.
//!
//! The number goes to the centre in international form (ITU-T E.164), so that whoever calls back need not know which
//! country the visitor meant.

use super::line::{Lane, Task, digest};
use super::{Visitor, party};
use crate::number::ascii;
use crate::problem::Problem;
use crate::store::Answer;
use crate::vendor::Failure;
use frontdesk_contract::{
    ErrorCode, LeaveMessage, MAX_LEFT_TEXT_CHARS, MAX_NUMBER_CHARS, MessageLeft, PostedStatus,
};
use phonenumber::{Mode, country::Id};
use std::sync::Arc;

impl Visitor {
    /// Hands a message to the centre, once per id. Without an answer of the centre it is unconfirmed and never repeated.
    ///
    /// # Errors
    /// [`ErrorCode::NotOffered`], [`ErrorCode::NumberInvalid`], [`ErrorCode::TextEmpty`], [`ErrorCode::TextTooLong`], what the
    /// centre refuses, and what [`Visitor::submit`] says.
    pub async fn leave_message(self: &Arc<Self>, message: LeaveMessage) -> Result<MessageLeft, Problem> {
        let desk = self.desk();
        let offers = &desk.settings.offers;
        if !offers.leave_message {
            return Err(Problem::new(ErrorCode::NotOffered, "this desk takes no messages for later"));
        }
        let country = message.country.as_deref().or(offers.countries.first().map(String::as_str));
        let number = e164(&message.number, country)?;
        let text = text(&message.text)?;
        let content = digest("leave-message", &(&number, &text));
        let timeout = self.shared.settings().limits.request_timeout;
        let work =
            move |visitor: Arc<Self>, task| async move { visitor.leave_it(task, &number, &text).await };
        match self.submit_in(Lane::Aside, timeout, message.id, content, |_, _| Ok(()), work).await? {
            Answer::Left(status) => Ok(MessageLeft { status }),
            _ => Err(Problem::internal()),
        }
    }

    async fn leave_it(self: Arc<Self>, task: Task, number: &str, text: &str) -> Result<Answer, Problem> {
        let status = if task.resumed {
            PostedStatus::Unconfirmed
        } else {
            let party = party(&self.record().await?);
            match self.desk().centre.leave_message(&party, number, text).await {
                Ok(()) => PostedStatus::Accepted,
                Err(failure @ Failure::Unknown { .. }) => {
                    self.report("leaving a message", &failure);
                    PostedStatus::Unconfirmed
                }
                Err(failure) => {
                    self.change(|draft, _| task.undone(draft)).await?;
                    return Err(self.refusal("leaving a message", &failure));
                }
            }
        };
        self.change(|draft, _| task.answered(draft, Answer::Left(status))).await
    }
}

/// The number in international form, if there can be such a number.
fn e164(number: &str, country: Option<&str>) -> Result<String, Problem> {
    let invalid =
        || Problem::new(ErrorCode::NumberInvalid, "field `number`: no telephone number of its country");
    let country = match country {
        None => None,
        Some(code) => Some(code.parse::<Id>().map_err(|_| {
            Problem::new(
                ErrorCode::NumberInvalid,
                "field `country`: no ISO 3166 code of a country with telephone numbers",
            )
        })?),
    };
    let number: String = number.trim().chars().map(ascii).collect();
    // What people write between digits; letters would be read as digits of a keypad.
    let plain =
        |c: char| c.is_ascii_digit() || matches!(c, '+' | ' ' | '-' | '(' | ')' | '.' | '/' | '\u{a0}');
    if number.is_empty() || number.chars().count() > MAX_NUMBER_CHARS || !number.chars().all(plain) {
        return Err(invalid());
    }
    let parsed = phonenumber::parse(country, &number).map_err(|_| invalid())?;
    if !phonenumber::is_valid(&parsed) {
        return Err(invalid());
    }
    Ok(parsed.format().mode(Mode::E164).to_string())
}

fn text(text: &str) -> Result<String, Problem> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Problem::new(ErrorCode::TextEmpty, "there is nothing to leave"));
    }
    if text.chars().count() > MAX_LEFT_TEXT_CHARS {
        let text = format!("the text is longer than {MAX_LEFT_TEXT_CHARS} characters");
        return Err(Problem::new(ErrorCode::TextTooLong, text));
    }
    if text.contains('\0') {
        return Err(Problem::new(ErrorCode::BadRequest, "field `text`: the character U+0000 is not taken"));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_are_checked_by_country_and_made_international() {
        for (number, country, expected) in [
            ("138 0013 8000", Some("CN"), Some("+8613800138000")),
            ("+86 138-0013-8000", None, Some("+8613800138000")),
            ("(020) 7946 0958", Some("GB"), Some("+442079460958")),
            ("+1 (650) 253-0000", Some("CN"), Some("+16502530000")),
            ("010 1234 5678", Some("CN"), Some("+861012345678")),
            ("030 901820", Some("DE"), Some("+4930901820")),
            ("１３８００１３８０００", Some("CN"), Some("+8613800138000")),
            ("＋８６　１３８－００１３－８０００", None, Some("+8613800138000")),
            ("٠٥١٢٣٤٥٦٧٨", Some("SA"), Some("+966512345678")),
            ("۰۵۱۲ ۳۴۵ ۶۷۸", Some("SA"), Some("+966512345678")),
            ("९८७६५ ४३२१०", Some("IN"), Some("+919876543210")),
            ("13800138½00", Some("CN"), None),
            ("12345", Some("CN"), None),
            ("138 0013 8000", None, None),
            ("+86 1", None, None),
            ("1-800-FLOWERS", Some("US"), None),
            ("", Some("CN"), None),
            ("+8613800138000;ext=<script>", None, None),
        ] {
            assert_eq!(e164(number, country).ok().as_deref(), expected, "{number}");
        }
        assert_eq!(e164("1", Some("Narnia")).unwrap_err().code, ErrorCode::NumberInvalid);
    }

    proptest! {
        #[test]
        fn no_number_panics(number in "[+0-9 ()./０-９٠-٩½-]{0,40}", country in proptest::option::of("[A-Z]{2}")) {
            if let Ok(number) = e164(&number, country.as_deref()) {
                prop_assert!(number.starts_with('+') && number.len() <= 16);
                prop_assert!(number.bytes().skip(1).all(|byte| byte.is_ascii_digit()));
            }
        }
    }
}
