//! Reading messages: bounded, and never panicking on what a stranger sends.

use super::{Headers, Message, Request, Response};

/// Largest message in bytes. An offer of a browser has some 8 KiB.
pub const MESSAGE_MAX_BYTES: usize = 64 * 1024;
const HEADERS_MAX: usize = 128;
const METHOD_MAX: usize = 32;

/// What is wrong with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// More than [`MESSAGE_MAX_BYTES`].
    #[error("the message is too large")]
    TooLarge,
    /// Not UTF-8 (RFC 3261 §7).
    #[error("the message is not UTF-8")]
    NotText,
    /// The empty line after the header is missing.
    #[error("the header does not end")]
    NoEnd,
    /// Neither a request line nor a status line.
    #[error("the first line is neither a request nor a status")]
    FirstLine,
    /// A line of the header has no name or no colon.
    #[error("a header line has no name")]
    HeaderLine,
    /// More lines than one message needs.
    #[error("the header has too many lines")]
    TooManyHeaders,
    /// `Content-Length` is no number, or more than there is.
    #[error("Content-Length does not fit")]
    Length,
    /// A field every message has is missing (RFC 3261 §8.1.1).
    #[error("the field {0} is missing")]
    Missing(&'static str),
    /// `CSeq` is no number and method, or names another method than the first line.
    #[error("CSeq does not fit")]
    CSeq,
}

/// Reads one message: over a WebSocket every frame is one (RFC 7118 §5).
pub(crate) fn parse(bytes: &[u8]) -> Result<Message, ParseError> {
    if bytes.len() > MESSAGE_MAX_BYTES {
        return Err(ParseError::TooLarge);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| ParseError::NotText)?;
    // Keep-alives may stand before a message (RFC 3261 §7.5).
    let text = text.trim_start_matches(['\r', '\n']);
    let (head, body) = text.split_once("\r\n\r\n").ok_or(ParseError::NoEnd)?;
    let mut lines = head.split("\r\n");
    let first = lines.next().ok_or(ParseError::FirstLine)?;
    let headers = headers(lines)?;
    let body = match headers.get("Content-Length") {
        None => body,
        Some(length) => {
            let length: usize = length.trim().parse().map_err(|_| ParseError::Length)?;
            body.get(..length).ok_or(ParseError::Length)?
        }
    };
    for name in ["Via", "From", "To", "Call-ID", "CSeq"] {
        if headers.get(name).is_none_or(str::is_empty) {
            return Err(ParseError::Missing(name));
        }
    }
    let (_, cseq_method) = headers.cseq().ok_or(ParseError::CSeq)?;
    if let Some(rest) = first.strip_prefix("SIP/2.0 ") {
        let (status, reason) = rest.split_once(' ').unwrap_or((rest, ""));
        let status =
            status.parse().ok().filter(|status| (100..700).contains(status)).ok_or(ParseError::FirstLine)?;
        let (reason, body) = (reason.to_owned(), body.to_owned());
        return Ok(Message::Response(Response { status, reason, headers, body }));
    }
    let mut words = first.split(' ');
    let (Some(method), Some(uri), Some("SIP/2.0"), None) =
        (words.next(), words.next(), words.next(), words.next())
    else {
        return Err(ParseError::FirstLine);
    };
    if !is_token(method) || method.len() > METHOD_MAX || uri.is_empty() {
        return Err(ParseError::FirstLine);
    }
    if cseq_method != method {
        return Err(ParseError::CSeq);
    }
    let (method, uri, body) = (method.to_owned(), uri.to_owned(), body.to_owned());
    Ok(Message::Request(Request { method, uri, headers, body }))
}

fn headers<'a>(lines: impl Iterator<Item = &'a str>) -> Result<Headers, ParseError> {
    let mut headers = Headers::default();
    for line in lines {
        if headers.len() >= HEADERS_MAX {
            return Err(ParseError::TooManyHeaders);
        }
        // What is repeated in answers must not be able to begin a line of its own.
        if line.contains(['\r', '\n', '\0']) {
            return Err(ParseError::HeaderLine);
        }
        if line.starts_with([' ', '\t']) {
            if !headers.continue_last(line.trim()) {
                return Err(ParseError::HeaderLine);
            }
            continue;
        }
        let (name, value) = line.split_once(':').ok_or(ParseError::HeaderLine)?;
        let name = name.trim_end_matches([' ', '\t']);
        if !is_token(name) {
            return Err(ParseError::HeaderLine);
        }
        headers.push(long_name(name), value.trim());
    }
    Ok(headers)
}

/// The name that a short one stands for (RFC 3261 §7.3.3, RFC 4028, RFC 3515, RFC 6665).
fn long_name(name: &str) -> &str {
    let [letter] = name.as_bytes() else { return name };
    match letter.to_ascii_lowercase() {
        b'v' => "Via",
        b'f' => "From",
        b't' => "To",
        b'i' => "Call-ID",
        b'm' => "Contact",
        b'c' => "Content-Type",
        b'l' => "Content-Length",
        b'k' => "Supported",
        b's' => "Subject",
        b'e' => "Content-Encoding",
        b'x' => "Session-Expires",
        b'r' => "Refer-To",
        b'o' => "Event",
        b'u' => "Allow-Events",
        _ => name,
    }
}

/// RFC 3261 §25.1.
fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.!%*_+`'~".contains(&byte))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const INVITE: &str = "INVITE sip:1000@cc.example SIP/2.0\r\nv: SIP/2.0/WS a.invalid;branch=z9hG4bK1\r\n\
        f: \"A; <b>\" <sip:visitor@cc.example>;tag=77\r\nTo: <sip:1000@cc.example>\r\ni: abc\r\nCSeq: 7 INVITE\r\n\
        Subject: one\r\n two\r\nl: 4\r\n\r\nbodyrest";

    #[test]
    fn short_names_folded_lines_and_lengths_are_read() {
        let Ok(Message::Request(request)) = parse(INVITE.as_bytes()) else { panic!("a request") };
        assert_eq!((request.method.as_str(), request.uri.as_str()), ("INVITE", "sip:1000@cc.example"));
        assert_eq!(request.body, "body");
        assert_eq!(request.headers.get("subject"), Some("one two"));
        assert_eq!(request.headers.cseq(), Some((7, "INVITE")));
        assert_eq!(request.headers.get("Call-ID"), Some("abc"));
        let written = request.response(180, Some("x")).write();
        assert!(written.starts_with("SIP/2.0 180 Ringing\r\nVia: SIP/2.0/WS a.invalid"), "{written}");
        assert!(written.contains("To: <sip:1000@cc.example>;tag=x\r\n"), "{written}");
        assert!(
            matches!(parse(written.as_bytes()), Ok(Message::Response(response)) if response.status == 180)
        );
    }

    #[test]
    fn every_fault_has_its_name() {
        let change = |from: &str, to: &str| parse(INVITE.replacen(from, to, 1).as_bytes()).unwrap_err();
        assert_eq!(change("\r\n\r\n", "\r\n"), ParseError::NoEnd);
        assert_eq!(change("SIP/2.0\r\n", "SIP/3.0\r\n"), ParseError::FirstLine);
        assert_eq!(change("INVITE sip", "INV ITE sip"), ParseError::FirstLine);
        assert_eq!(change("INVITE sip", "INV\u{e9} sip"), ParseError::FirstLine);
        assert_eq!(change("Subject: one", "Subject one"), ParseError::HeaderLine);
        assert_eq!(change("Subject: one", "Subject: o\rone"), ParseError::HeaderLine);
        assert_eq!(change("l: 4", "l: 40"), ParseError::Length);
        assert_eq!(change("l: 4", "l: -1"), ParseError::Length);
        assert_eq!(change("i: abc", "i:"), ParseError::Missing("Call-ID"));
        assert_eq!(change("v: ", "w: "), ParseError::Missing("Via"));
        assert_eq!(change("7 INVITE", "7 BYE"), ParseError::CSeq);
        assert_eq!(change("7 INVITE", "4294967297 INVITE"), ParseError::CSeq);
        assert_eq!(change("i: abc", &"X: y\r\n".repeat(HEADERS_MAX)), ParseError::TooManyHeaders);
        assert_eq!(parse(&vec![b' '; MESSAGE_MAX_BYTES + 1]), Err(ParseError::TooLarge));
        assert_eq!(parse(b"INVITE \xff SIP/2.0\r\n\r\n"), Err(ParseError::NotText));
        assert_eq!(parse(b"\r\n\r\n"), Err(ParseError::NoEnd));
        // A length in the middle of a letter.
        assert_eq!(change("l: 4\r\n\r\nbody", "l: 1\r\n\r\n\u{4f60}"), ParseError::Length);
        assert_eq!(parse(b"SIP/2.0 99 x\r\nl: 0\r\n\r\n"), Err(ParseError::Missing("Via")));
        assert_eq!(change("INVITE sip:1000@cc.example SIP/2.0", "SIP/2.0 99 x"), ParseError::FirstLine);
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
            let _ = parse(&bytes);
        }

        #[test]
        fn nothing_that_looks_like_a_message_makes_it_panic(
            cut in 0..INVITE.len(), put in "[ -~\r\n\u{e9}]{0,12}", skip in 0..20_usize,
        ) {
            let after = INVITE.get((cut + skip).min(INVITE.len())..).unwrap_or_default();
            if let Ok(Message::Request(request)) = parse(format!("{}{put}{after}", &INVITE[..cut]).as_bytes()) {
                // What was read can be answered, and the answer can be read.
                prop_assert!(parse(request.response(400, Some("t")).write().as_bytes()).is_ok());
                prop_assert!(parse(request.write().as_bytes()).is_ok());
            }
        }
    }
}
