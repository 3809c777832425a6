//! Forwarded: requests that say they come from elsewhere, each from another address. Limits count what the client cannot
//! choose, and memory stays bounded also where a trusted proxy really brings so many addresses.

use std::net::SocketAddr;
use std::path::Path;

use anyhow::{Result, ensure};
use serde_json::json;
use tokio::time::Instant;

use crate::pipeline::{Answers, pour};
use crate::report::{Report, megabytes};
use crate::site::{Desk, Kept, Setup, Site, centre};

const CONNECTIONS: u64 = 8;
/// The process may grow by so much.
const GROWTH_MAX: u64 = 10 << 20;
/// The limits of the proxy: sessions in an hour and requests in a minute of one address.
const SESSIONS: u64 = 60;
const REQUESTS: u64 = 1_200;

/// Its size.
#[derive(Clone, Copy, Debug)]
pub struct Forwarded {
    /// Requests of each kind.
    pub requests: u64,
    /// Others before them: a process takes memory for its first ones whatever they are.
    pub warm: u64,
}

/// Who says what about whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// A stranger forges every header that names an address.
    Stranger,
    /// A trusted proxy appended one address to what the client forged.
    Same,
    /// A trusted proxy appended addresses of one IPv6 network.
    Network,
    /// A trusted proxy brings as many addresses as there are requests.
    Many,
}

impl Kind {
    const ALL: [Self; 4] = [Self::Stranger, Self::Same, Self::Network, Self::Many];

    fn title(self) -> &'static str {
        match self {
            Self::Stranger => "forged by a stranger",
            Self::Same => "forged, a trusted proxy appended one address",
            Self::Network => "a trusted proxy appended addresses of one IPv6 /64",
            Self::Many => "a trusted proxy brings as many addresses as requests",
        }
    }

    fn headers(self, number: u64) -> String {
        let four = u32::try_from(number % (1 << 24)).unwrap_or(0).to_be_bytes();
        let [_, b, c, d] = four;
        match self {
            Self::Stranger => format!(
                "x-forwarded-for: 11.{b}.{c}.{d}\r\nx-real-ip: 11.{b}.{c}.{d}\r\n\
                 forwarded: for=11.{b}.{c}.{d}\r\ntrue-client-ip: 11.{b}.{c}.{d}\r\n"
            ),
            Self::Same => {
                format!("x-forwarded-for: 11.{b}.{c}.{d}, 203.0.113.7\r\nx-real-ip: 11.{b}.{c}.{d}\r\n")
            }
            Self::Network => format!("x-forwarded-for: 2001:db8:1:2::{b:x}:{c:x}{d:02x}\r\n"),
            Self::Many => format!("x-forwarded-for: 12.{b}.{c}.{d}\r\n"),
        }
    }
}

impl Forwarded {
    /// For a test.
    #[must_use]
    pub fn small() -> Self {
        Self { requests: 15_000, warm: 5_000 }
    }

    /// For figures.
    #[must_use]
    pub fn full() -> Self {
        Self { requests: 1_000_000, warm: 20_000 }
    }

    /// Does it.
    ///
    /// # Errors
    ///
    /// A limit that does not hold, memory that grows.
    pub async fn run(&self, program: &Path) -> Result<Report> {
        let mut report = Report::default();
        report.line("requests of each kind", self.requests);
        for kind in Kind::ALL {
            self.one(kind, program, &mut report).await?;
        }
        Ok(report)
    }

    async fn one(&self, kind: Kind, program: &Path, report: &mut Report) -> Result<()> {
        let centre = centre(&json!({})).await?;
        let trusted = if kind == Kind::Stranger { "" } else { "trusted_proxies = [\"127.0.0.0/8\"]\n" };
        let setup = Setup {
            program,
            proxies: 1,
            kept: Kept::Memory,
            limits: format!(
                "{trusted}sessions_per_address_per_hour = {SESSIONS}\nrequests_per_address_per_minute = {REQUESTS}\n"
            ),
            desks: vec![Desk::at("shop", &centre.base_url)],
        };
        let site = Site::open(&setup).await?;
        let address = site.address()?;
        let began = Instant::now();
        let warm = ask(kind, address, self.warm, 0).await?;
        let resident = site.resident()?;
        let answers = ask(kind, address, self.requests, self.warm).await?;
        let grown = site.resident()?.saturating_sub(resident);

        let count = |answers: &Answers, wanted: &dyn Fn(u16) -> bool| -> u64 {
            answers.iter().filter(|(status, _)| wanted(**status)).map(|(_, count)| count).sum()
        };
        let both = |wanted: &dyn Fn(u16) -> bool| count(&warm, wanted) + count(&answers, wanted);
        ensure!(both(&|_| true) == self.warm + self.requests, "{answers:?}");
        ensure!(both(&|status| status >= 500) == 0, "{}: {answers:?}", kind.title());
        let (passed, sessions) = (both(&|status| status != 429), both(&|status| status == 200));
        if kind == Kind::Many {
            // Each is a stranger with a right to be heard; when there are too many, some are told to wait.
            ensure!(passed > self.warm, "{answers:?}");
        } else {
            // What is allowed at once, and what becomes allowed meanwhile.
            let minutes = began.elapsed().as_secs_f64() / 60.0;
            let most = |limit: u64, spans: f64| (limit as f64 * (1.0 + spans)) as u64 + 1;
            ensure!(passed <= most(REQUESTS, minutes), "{}: {passed} passed", kind.title());
            ensure!(sessions <= most(SESSIONS, minutes / 60.0), "{}: {sessions} sessions", kind.title());
            ensure!(sessions >= SESSIONS, "{}: {sessions} sessions: this tries nothing", kind.title());
        }
        ensure!(grown < GROWTH_MAX, "{}: the process grew by {}", kind.title(), megabytes(grown));
        let second = self.requests as f64 / began.elapsed().as_secs_f64().max(0.001);
        report.line(format!("{}: not refused, of these new sessions", kind.title()), {
            format!("{passed}, {sessions}")
        });
        report.line(format!("{}: the process grew by", kind.title()), megabytes(grown));
        report.line(format!("{}: requests a second", kind.title()), format!("{second:.0}"));
        Ok(())
    }
}

/// Half of them want a session, unless each would get one; the others ask for events without one.
async fn ask(kind: Kind, address: SocketAddr, count: u64, first: u64) -> Result<Answers> {
    pour(address, CONNECTIONS, count, move |number| {
        let headers = kind.headers(first + number);
        if kind != Kind::Many && number.is_multiple_of(2) {
            let body = r#"{"protocol":1,"desk":"shop"}"#;
            let length = body.len();
            format!(
                "POST /v1/session HTTP/1.1\r\nhost: x\r\n{headers}content-type: application/json\r\n\
                 content-length: {length}\r\n\r\n{body}"
            )
        } else {
            format!("GET /v1/events HTTP/1.1\r\nhost: x\r\n{headers}frontdesk-session: none\r\n\r\n")
        }
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::net::IpAddr;

    #[test]
    fn addresses_are_addresses_and_each_another() {
        for (kind, right) in [(Kind::Many, false), (Kind::Network, true)] {
            let mut seen = BTreeSet::new();
            for number in (0..1_000_000).step_by(997) {
                let line = kind.headers(number);
                let text = line.trim().strip_prefix("x-forwarded-for: ").unwrap().to_owned();
                let address: IpAddr = text.parse().unwrap();
                assert!(address.is_ipv6() == right && seen.insert(address), "{text}");
            }
        }
        assert!(Kind::Same.headers(300).contains("11.0.1.44, 203.0.113.7\r\n"));
    }
}
