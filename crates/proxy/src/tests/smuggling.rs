//! What a server must not misread: where a request ends, how long it is, and where it wants to go. Everything goes through
//! real sockets, with a request of a real visitor hidden where a careless reader would find it.

use super::server::serve;
use super::{Bench, Plan};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What may come of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// One refusal, or none.
    Refused,
    /// One answer, whatever it says: the form is old or odd, and there is one way to read it.
    Once,
}
use Fate::{Once, Refused};

struct Case {
    name: String,
    bytes: Vec<u8>,
    fate: Fate,
}

fn case(name: impl Into<String>, bytes: impl Into<Vec<u8>>, fate: Fate) -> Case {
    Case { name: name.into(), bytes: bytes.into(), fate }
}

/// An answer: its status, and its head in lines.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) head: Vec<String>,
}

/// The answers of HTTP/1 in what a server sent; what follows the last whole one is the second part.
pub(super) fn answers(mut bytes: &[u8]) -> (Vec<Answer>, &[u8]) {
    let mut all = Vec::new();
    while let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let Some(status) = head.strip_prefix("HTTP/1.1 ").or(head.strip_prefix("HTTP/1.0 ")) else { break };
        let status = status[..3].parse().unwrap();
        let head: Vec<_> = head.split("\r\n").skip(1).map(str::to_owned).collect();
        let length = head.iter().find_map(|line| line.strip_prefix("content-length: "));
        let length = length.map_or(0, |length| length.parse().unwrap());
        bytes = bytes.get(end + 4 + length..).unwrap_or_default();
        all.push(Answer { status, head });
    }
    (all, bytes)
}

/// Sends all of it and reads until the server ends the connection.
pub(super) async fn send(address: SocketAddr, bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let (mut reader, mut writer) = stream.split();
    let mut answer = Vec::new();
    // The server may refuse before it has read everything, and reset what it has not read.
    let _ended = tokio::join!(writer.write_all(bytes), reader.read_to_end(&mut answer));
    answer
}

/// A proxy that waits for nobody for long.
pub(super) async fn impatient(mut plan: Plan) -> Bench {
    plan.settings.limits.header_timeout = Duration::from_millis(700);
    plan.settings.limits.sessions_per_address_per_hour = 100_000;
    plan.settings.limits.requests_per_address_per_minute = 1_000_000;
    Bench::with(plan).await
}

const HOST: &str = "host: desk.example\r\n";

/// Requests whose length can be read in two ways, with `hidden` where the other way finds it.
fn lengths(hidden: &str) -> Vec<Case> {
    let mut cases = Vec::new();
    let post = |headers: &str, body: &str| {
        format!("POST /v1/typing HTTP/1.1\r\n{HOST}content-type: application/json\r\n{headers}\r\n{body}")
    };
    let chunks = format!("0\r\n\r\n{hidden}");
    let all = chunks.len();
    // By one header the body is nothing, by the other it is everything.
    for (name, headers) in [
        ("length, then chunks", format!("content-length: {all}\r\ntransfer-encoding: chunked\r\n")),
        ("chunks, then length", format!("transfer-encoding: chunked\r\ncontent-length: {all}\r\n")),
        ("length 0 and chunks", "content-length: 0\r\ntransfer-encoding: chunked\r\n".into()),
        (
            "length, chunks, length",
            format!("content-length: 5\r\ntransfer-encoding: chunked\r\ncontent-length: {all}\r\n"),
        ),
    ] {
        cases.push(case(name, post(&headers, &chunks), Refused));
    }
    for coding in [
        "xchunked",
        "chunkedx",
        "chunke",
        "chunked, identity",
        "chunked, gzip",
        "identity",
        "gzip",
        "\"chunked\"",
        "chunked;q=1",
        "chunked\u{b}",
        "\u{b}chunked",
        "chunked\u{c}",
        "ch\u{fc}nked",
        "chunked, x",
        "c hunked",
        "",
        ",",
        "x\tchunked",
    ] {
        let headers = format!("transfer-encoding: {coding}\r\n");
        cases.push(case(format!("coding {coding:?}"), post(&headers, &chunks), Refused));
        let both = format!("content-length: {all}\r\n{headers}");
        cases.push(case(format!("length and coding {coding:?}"), post(&both, &chunks), Refused));
    }
    for (name, header) in [
        ("blank before the colon", "transfer-encoding : chunked\r\n"),
        ("tab before the colon", "transfer-encoding\t: chunked\r\n"),
        ("blank before the name", " transfer-encoding: chunked\r\n"),
        ("folded value", "transfer-encoding:\r\n chunked\r\n"),
        ("folded header", "x: y\r\n transfer-encoding: chunked\r\n"),
        ("NUL in the name", "transfer-encoding\0: chunked\r\n"),
        ("NUL in the value", "transfer-encoding: chunked\0\r\n"),
        ("no colon", "transfer-encoding chunked\r\n"),
        ("colon first", ": transfer-encoding: chunked\r\n"),
        ("CR in the value", "x: y\rtransfer-encoding: chunked\r\n"),
        ("CR CR LF", "x: y\r\r\ntransfer-encoding: chunked\r\n"),
        ("codings apart", "transfer-encoding: chunked\r\ntransfer-encoding: x\r\n"),
    ] {
        let headers = format!("content-length: {all}\r\n{header}");
        cases.push(case(name, post(&headers, &chunks), Refused));
    }
    // One way to read them: what follows belongs to the body, or the connection ends before it.
    for (name, headers) in [
        ("another header", format!("content-length: {all}\r\ntransfer_encoding: chunked\r\n")),
        ("plain chunks", "transfer-encoding: chunked\r\n".into()),
        ("chunks in capitals", "TRANSFER-ENCODING: CHUNKED\r\n".into()),
        ("chunks twice", "transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n".into()),
        ("codings in a row", "transfer-encoding: gzip, chunked\r\n".into()),
        ("tab after the colon", "transfer-encoding:\tchunked\r\n".into()),
    ] {
        cases.push(case(name, post(&headers, &chunks), Once));
    }
    let old = post("transfer-encoding: chunked\r\n", &chunks).replace("HTTP/1.1", "HTTP/1.0");
    cases.push(case("chunks of HTTP/1.0", old, Refused));

    let twice = |a: &str, b: &str| format!("content-length: {a}\r\ncontent-length: {b}\r\n");
    let size = hidden.len().to_string();
    for (a, b) in [("0", size.as_str()), (size.as_str(), "0"), ("1", size.as_str())] {
        cases.push(case(format!("lengths {a} and {b}"), post(&twice(a, b), hidden), Refused));
    }
    for wrong in [
        "+0",
        "-0",
        "-1",
        "0x0",
        "0 0",
        "0,1",
        "0, 0x",
        "1e1",
        "",
        "\u{0660}",
        "18446744073709551616",
        "99999999999999999999999",
        "0\u{b}",
        "0;",
        "zero",
        "0.0",
        "NaN",
        "\"0\"",
        "0\u{a0}",
        "0_0",
    ] {
        let headers = format!("content-length: {wrong}\r\n");
        cases.push(case(format!("length {wrong:?}"), post(&headers, hidden), Refused));
    }
    for wrong in [
        "0x0\r\n\r\n",
        "-0\r\n\r\n",
        "+0\r\n\r\n",
        "\r\n0\r\n\r\n",
        "g\r\n\r\n",
        "0\n\r\n",
        "0\r\r\n\r\n",
        "0\0\r\n\r\n",
        "0\r\n\n",
        "0;a\nb\r\n\r\n",
        "FFFFFFFFFFFFFFFFF\r\n",
        "10000000000000000\r\n",
        "1\r\nZZ\r\n0\r\n\r\n",
        "2\r\nZ\r\n0\r\n\r\n",
        "1\nZ\n0\n\n",
        "0\r\nx y\r\n\r\n",
        "0\r\n: y\r\n\r\n",
        "0\r\nx : y\r\n\r\n",
        "1,0\r\nZ\r\n0\r\n\r\n",
        "0 0\r\n\r\n",
        "\u{660}\r\n\r\n",
        "0;a=\"\n\"\r\n\r\n",
    ] {
        let bytes = post("transfer-encoding: chunked\r\n", &format!("{wrong}{hidden}"));
        cases.push(case(format!("chunk {wrong:?}"), bytes, Refused));
    }
    let ample = "a".repeat(100_000);
    for (name, body) in [
        ("chunk with a long extension", format!("0;{ample}\r\n\r\n{hidden}")),
        ("chunk with many digits", format!("{}0\r\n\r\n{hidden}", "0".repeat(100_000))),
        ("long trailer", format!("0\r\nx: {ample}\r\n\r\n{hidden}")),
        ("many trailers", format!("0\r\n{}\r\n{hidden}", "x: y\r\n".repeat(20_000))),
        ("many extensions", format!("{}0\r\n\r\n{hidden}", "1;aaaaaaaaaaaaaaaa\r\nZ\r\n".repeat(5_000))),
    ] {
        cases.push(case(name, post("transfer-encoding: chunked\r\n", &body), Refused));
    }
    cases
}

/// Request lines and versions.
fn lines(hidden: &str) -> Vec<Case> {
    let mut cases = Vec::new();
    for (line, fate) in [
        ("GET /livez", Refused),
        ("GET  /livez HTTP/1.1", Refused),
        ("GET /livez  HTTP/1.1", Refused),
        ("GET\t/livez\tHTTP/1.1", Refused),
        ("GET /livez HTTP/1.1 ", Refused),
        ("GET /livez HTTP/1.1 HTTP/1.1", Refused),
        ("GET /li vez HTTP/1.1", Refused),
        (" GET /livez HTTP/1.1", Refused),
        ("GET /livez http/1.1", Refused),
        ("GET /livez HTTP/1.2", Refused),
        ("GET /livez HTTP/2.0", Refused),
        ("GET /livez HTTP/3", Refused),
        ("GET /livez HTTP/0.9", Refused),
        ("GET /livez HTTP/11", Refused),
        ("GET /livez HTTP/1.1\0", Refused),
        ("GET /livez HTTP/1.\u{661}", Refused),
        ("GET livez HTTP/1.1", Refused),
        ("GET \\livez HTTP/1.1", Refused),
        ("GET ../livez HTTP/1.1", Refused),
        ("GET /../livez HTTP/1.1", Refused),
        ("GET //livez HTTP/1.1", Refused),
        ("GET /./livez HTTP/1.1", Refused),
        ("GET /livez/ HTTP/1.1", Refused),
        ("GET /%6civez HTTP/1.1", Refused),
        ("GET /livez%00 HTTP/1.1", Refused),
        ("GET /livez;x HTTP/1.1", Refused),
        ("GET * HTTP/1.1", Refused),
        ("OPTIONS * HTTP/1.1", Refused),
        ("CONNECT evil.example:443 HTTP/1.1", Refused),
        ("CONNECT /livez HTTP/1.1", Refused),
        ("CONNECT 127.0.0.1:22 HTTP/1.1", Refused),
        ("GET evil.example:443 HTTP/1.1", Refused),
        ("GET http:// HTTP/1.1", Refused),
        ("GET http:/livez HTTP/1.1", Refused),
        ("GET http://169.254.169.254/latest/meta-data HTTP/1.1", Refused),
        ("GET file:///etc/passwd HTTP/1.1", Refused),
        ("get /livez HTTP/1.1", Refused),
        ("TRACE /livez HTTP/1.1", Refused),
        ("DEBUG /livez HTTP/1.1", Refused),
        ("PROPFIND /livez HTTP/1.1", Refused),
        ("G\u{e9}T /livez HTTP/1.1", Refused),
        ("G(T /livez HTTP/1.1", Refused),
        ("\u{16}\u{3}\u{1}\u{2}\u{0} /livez HTTP/1.1", Refused),
        ("SSH-2.0-OpenSSH_9.2", Refused),
        ("PROXY TCP4 127.0.0.1 127.0.0.1 1 2", Refused),
        ("HTTP/1.1 200 OK", Refused),
        // A server takes the absolute form (RFC 9112 §3.2.2); whose name stands there is not looked at.
        ("GET http://evil.example/livez HTTP/1.1", Once),
        ("GET https://user:pass@desk.example/livez HTTP/1.1", Once),
        ("GET /livez?http://evil.example/ HTTP/1.1", Once),
        ("GET /livez#fragment HTTP/1.1", Once),
        ("HEAD /livez HTTP/1.1", Once),
        ("GET /livez HTTP/1.0", Once),
    ] {
        cases.push(case(
            line,
            format!("{line}\r\n{HOST}content-length: {}\r\n\r\n{hidden}", hidden.len()),
            fate,
        ));
    }
    for (name, headers, fate) in [
        (
            "HTTP/2 by upgrade",
            "connection: upgrade, http2-settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAAP__\r\n",
            Once,
        ),
        (
            "WebSocket by upgrade",
            "connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-key: eA==\r\nsec-websocket-version: 13\r\n",
            Once,
        ),
        ("TLS by upgrade", "connection: upgrade\r\nupgrade: TLS/1.0\r\n", Once),
        ("headers that a proxy drops", "connection: frontdesk-session, host\r\n", Once),
        ("two hosts", "host: evil.example\r\n", Refused),
        ("another method", "x-http-method-override: DELETE\r\nx-method-override: PUT\r\n", Once),
        ("another address", "x-original-url: /v1/contact\r\nx-rewrite-url: /v1/contact\r\n", Once),
    ] {
        let length = hidden.len();
        let bytes = format!("GET /livez HTTP/1.1\r\n{HOST}{headers}content-length: {length}\r\n\r\n{hidden}");
        cases.push(case(name, bytes, fate));
    }
    cases.push(case(
        "no host",
        format!("GET /livez HTTP/1.1\r\ncontent-length: {}\r\n\r\n{hidden}", hidden.len()),
        Refused,
    ));
    cases.push(case("HTTP/0.9", "GET /livez\r\n", Refused));
    cases.push(case("empty lines for ever", "\r\n".repeat(60_000), Refused));
    let lf = format!(
        "GET /livez HTTP/1.1\n{}content-length: {}\n\n{hidden}",
        HOST.replace('\r', ""),
        hidden.len()
    );
    // RFC 9112 §2.2 lets a server take a line feed for the end of a line.
    cases.push(case("line feeds alone", lf.clone(), Once));
    cases.push(case("carriage returns alone", lf.replace('\n', "\r"), Refused));
    for (name, frames) in [
        ("nothing of HTTP/2", &b""[..]),
        ("a request of HTTP/1 in HTTP/2", hidden.as_bytes()),
        ("a frame of HTTP/2 that is too long", b"\xff\xff\xff\x04\x00\x00\x00\x00\x00"),
        ("a frame of HTTP/2 for no stream", b"\x00\x00\x01\x00\x01\x00\x00\x00\x00Z"),
        ("settings of HTTP/2 of no size", b"\x00\x00\x05\x04\x00\x00\x00\x00\x00AAAAA"),
        (
            "headers of HTTP/2 that are none",
            b"\x00\x00\x00\x04\x00\x00\x00\x00\x00\x00\x00\x04\x01\x05\x00\x00\x00\x01\xff\xff\xff\xff",
        ),
        (
            "an even stream of HTTP/2",
            b"\x00\x00\x00\x04\x00\x00\x00\x00\x00\x00\x00\x01\x01\x05\x00\x00\x00\x02\x82",
        ),
    ] {
        let bytes = [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", frames].concat();
        cases.push(case(name, bytes, Refused));
    }
    for preface in [
        "PRI * HTTP/2.0\r\n\r\nSM\r\n",
        "PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n",
        "pri * http/2.0\r\n\r\nsm\r\n\r\n",
        "PRI / HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ] {
        cases.push(case(format!("preface {preface:?}"), format!("{preface}{hidden}"), Refused));
    }
    cases
}

/// Characters that have no place where they stand, and what is too much.
fn characters_and_sizes() -> Vec<Case> {
    let mut cases = Vec::new();
    for byte in (0_u8..0x20).chain([0x7f]).filter(|byte| !b"\t\r\n".contains(byte)) {
        for (name, before, after) in [
            ("value", "GET /livez HTTP/1.1\r\nhost: x\r\nx: a", "b\r\n\r\n"),
            ("name", "GET /livez HTTP/1.1\r\nhost: x\r\nx", "y: a\r\n\r\n"),
            ("target", "GET /livez?", " HTTP/1.1\r\nhost: x\r\n\r\n"),
            ("method", "G", "ET /livez HTTP/1.1\r\nhost: x\r\n\r\n"),
        ] {
            let bytes = [before.as_bytes(), &[byte], after.as_bytes()].concat();
            cases.push(case(format!("{byte:#04x} in the {name}"), bytes, Refused));
        }
    }
    for byte in [0x80_u8, 0xa0, 0xff] {
        let bytes = [b"GET /livez HTTP/1.1\r\nhost: x\r\nx", &[byte][..], b": a\r\n\r\n"].concat();
        cases.push(case(format!("{byte:#04x} in the name"), bytes, Refused));
    }
    for byte in b"\"(),/;<=>?@[\\]{} " {
        let bytes = format!("GET /livez HTTP/1.1\r\nhost: x\r\nx{}y: a\r\n\r\n", char::from(*byte));
        cases.push(case(format!("{:?} in the name", char::from(*byte)), bytes, Refused));
    }
    for size in [2_100, 20_000, 70_000, 1_000_000] {
        let ample = "a".repeat(size);
        for (name, bytes) in [
            ("address", format!("GET /livez?{ample} HTTP/1.1\r\nhost: x\r\n\r\n")),
            ("path", format!("GET /{ample} HTTP/1.1\r\nhost: x\r\n\r\n")),
            ("method", format!("{ample} /livez HTTP/1.1\r\nhost: x\r\n\r\n")),
        ] {
            cases.push(case(format!("{name} of {size}"), bytes, Refused));
        }
    }
    for size in [17_000, 70_000, 1_000_000] {
        let ample = "a".repeat(size);
        for (name, header) in [
            ("value", format!("x: {ample}\r\n")),
            ("name", format!("{ample}: x\r\n")),
            ("cookie", format!("cookie: {ample}\r\n")),
            ("credential", format!("frontdesk-session: {ample}\r\n")),
            ("blank value", format!("x:{}\r\n", " ".repeat(size))),
        ] {
            let fate = if name == "blank value" && size < 20_000 { Once } else { Refused };
            cases.push(case(
                format!("{name} of {size}"),
                format!("GET /livez HTTP/1.1\r\nhost: x\r\n{header}\r\n"),
                fate,
            ));
        }
    }
    for count in [101, 10_000] {
        for (name, header) in [("alike", "x: y\r\n"), ("empty", "x:\r\n")] {
            let bytes = format!("GET /livez HTTP/1.1\r\nhost: x\r\n{}\r\n", header.repeat(count));
            cases.push(case(format!("{count} headers, {name}"), bytes, Refused));
        }
        let many: String = (0..count).map(|number| format!("x-{number}: y\r\n")).collect();
        cases.push(case(
            format!("{count} headers"),
            format!("GET /livez HTTP/1.1\r\nhost: x\r\n{many}\r\n"),
            Refused,
        ));
    }
    cases
}

/// Plays a case; what is wrong with what came of it.
async fn play(address: SocketAddr, case: &Case) -> Option<String> {
    let bytes = send(address, &case.bytes).await;
    let (answers, rest) = answers(&bytes);
    let statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    let good = match case.fate {
        Refused => matches!(statuses.as_slice(), [] | [400..=499]),
        Once => matches!(statuses.as_slice(), [200..=499]),
    };
    let clean = rest.is_empty() || case.bytes.starts_with(b"PRI * HTTP/2.0\r\n\r\nSM");
    (!(good && clean))
        .then(|| format!("{}: {:?}, {statuses:?} and {} bytes", case.name, case.fate, rest.len()))
}

#[tokio::test]
async fn no_request_is_read_as_two_and_nothing_that_is_none_is_served() {
    let bench = impatient(Plan::default()).await;
    let session = bench.visitor().await.session.clone();
    let (address, stop, server) = serve(&bench).await;
    let body = r#"{"id":"s1","to":"robot"}"#;
    let hidden = format!(
        "POST /v1/contact HTTP/1.1\r\nhost: desk.example\r\nfrontdesk-session: {session}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let cases: Vec<_> =
        [lengths(&hidden), lines(&hidden), characters_and_sizes()].into_iter().flatten().collect();
    assert!(cases.len() > 250, "{}", cases.len());
    let good = || send(address, b"GET /livez HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    let mut wrong = Vec::new();
    // Some at a time, each batch with a good request in between.
    for batch in cases.chunks(64) {
        let (found, good) = tokio::join!(
            futures_util::future::join_all(batch.iter().map(|case| play(address, case))),
            good()
        );
        wrong.extend(found.into_iter().flatten());
        assert!(good.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&good));
    }
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
    assert!(bench.centre.script().calls.is_empty(), "a hidden request was done");
    let contact = bench.call("GET", "/v1/contact", Some(&session), None).await;
    assert_eq!(contact.body["state"], "none");
    // The same request is done when it is not hidden: it is good.
    let (shown, _) = (send(address, hidden.as_bytes()).await, ());
    assert_eq!(answers(&shown).0.iter().map(|answer| answer.status).collect::<Vec<_>>(), [200]);
    assert_eq!(bench.call("GET", "/v1/contact", Some(&session), None).await.body["state"], "robot");
    stop.send(()).unwrap();
    server.await.unwrap();
}
