//! Slow: thousands of connections that send a byte now and then, or never read their answer, while visitors talk. All of them
//! are cut by the limits, and no visitor notices.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use anyhow::{Result, ensure};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use crate::api::Api;
use crate::crowd::{Crowd, Pace, Tally};
use crate::record;
use crate::report::{Report, megabytes, ratio};
use crate::site::{Desk, Kept, LARGE, Setup, Site, WIDE, centre};

/// Memory that one slow connection may cost, with what the visitors need.
const BYTES_EACH: u64 = 64 << 10;
const BYTES_FOR_VISITORS: u64 = 32 << 20;
/// A connection that is not cut by then never is.
const NEVER: Duration = Duration::from_secs(300);
/// What those who do not read have room for.
const WINDOW: u32 = 4_096;

/// Its sizes.
#[derive(Clone, Copy, Debug)]
pub struct Slow {
    /// Connections whose head never ends.
    pub heads: usize,
    /// Connections whose body never ends.
    pub bodies: usize,
    /// Connections that do not read.
    pub readers: usize,
    /// Visitors who talk and listen meanwhile, and before.
    pub visitors: usize,
    /// How long they talk before.
    pub idle: Duration,
    /// How long new slow connections take the place of those that were cut.
    pub time: Duration,
    /// Between two bytes of a slow connection.
    pub gap: Duration,
    /// `header_timeout_s` and `reader_timeout_s`.
    pub limits_s: [u64; 2],
}

/// What a slow connection is slow with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum With {
    Head,
    Body,
    Reading,
}

/// What became of them.
#[derive(Clone, Copy, Debug, Default)]
struct Cut {
    connections: usize,
    longest: Duration,
}

impl Slow {
    /// For a test.
    #[must_use]
    pub fn small() -> Self {
        Self {
            heads: 80,
            bodies: 80,
            readers: 40,
            visitors: 8,
            idle: Duration::from_millis(500),
            time: Duration::from_secs(2),
            gap: Duration::from_millis(200),
            limits_s: [1, 1],
        }
    }

    /// For figures.
    #[must_use]
    pub fn full() -> Self {
        Self {
            heads: 2_000,
            bodies: 2_000,
            readers: 200,
            visitors: 50,
            idle: Duration::from_secs(30),
            time: Duration::from_secs(60),
            gap: Duration::from_secs(3),
            limits_s: [10, 30],
        }
    }

    /// Does it.
    ///
    /// # Errors
    ///
    /// A visitor who noticed, a connection that was not cut, memory that is not bounded.
    pub async fn run(&self, program: &Path) -> Result<Report> {
        let centre = centre(&json!({})).await?;
        let [head_s, reader_s] = self.limits_s;
        let setup = Setup {
            program,
            proxies: 1,
            kept: Kept::File,
            limits: format!("{WIDE}header_timeout_s = {head_s}\nreader_timeout_s = {reader_s}\n"),
            desks: vec![Desk::at("shop", &centre.base_url)],
        };
        let site = Site::open(&setup).await?;
        let address = site.address()?;
        let mut crowd = Crowd::gather(&Api::to(&format!("http://{address}")), "shop", self.visitors).await?;
        let pace =
            Pace { between: Some(Duration::from_millis(500)), newcomers: Some(Duration::from_millis(250)) };
        let before = crowd.works(pace, self.idle).await?;

        let resident = site.resident()?;
        let busy = crowd.begin(pace);
        let until = Instant::now() + self.time;
        let mut slow = JoinSet::new();
        let gap = self.gap;
        for (with, count) in
            [(With::Head, self.heads), (With::Body, self.bodies), (With::Reading, self.readers)]
        {
            for number in 0..count {
                // One after another for as long as one of them lasts: it is how many there are that counts, and not the work of
                // beginning them all in one moment, which is this program's as well.
                let first = Duration::from_secs(head_s).mul_f64(number as f64 / count as f64);
                slow.spawn(async move {
                    sleep(first).await;
                    dawdle(address, with, gap, until).await
                });
            }
        }
        let all = self.heads + self.bodies + self.readers;
        sleep(self.time).await;
        let grown = site.resident()?.saturating_sub(resident);
        let mut cuts = [Cut::default(); 3];
        let over = async {
            while let Some(one) = slow.join_next().await {
                let (with, cut) = one??;
                let place = match with {
                    With::Head => 0,
                    With::Body => 1,
                    With::Reading => 2,
                };
                if let Some(sum) = cuts.get_mut(place) {
                    sum.connections += cut.connections;
                    sum.longest = sum.longest.max(cut.longest);
                }
            }
            anyhow::Ok(())
        };
        ensure!(timeout(NEVER, over).await.is_ok_and(|over| over.is_ok()), "some connections are never cut");
        let during = crowd.ended(busy).await?;

        let at_centre = record::said(&centre.base_url).await?;
        for tally in [&before, &during] {
            ensure!(tally.failures() == 0, "visitors noticed: {}", noticed(tally));
            tally.is_whole(&at_centre)?;
        }
        let bound = all as u64 * BYTES_EACH + BYTES_FOR_VISITORS;
        ensure!(grown <= bound, "{} of memory for {all} slow connections", megabytes(grown));
        Ok(self.report(&before, &during, &cuts, grown))
    }

    fn report(&self, before: &Tally, during: &Tally, cuts: &[Cut; 3], grown: u64) -> Report {
        let mut report = Report::default();
        report.line("slow connections at one time: heads, bodies, readers", {
            format!("{}, {}, {}", self.heads, self.bodies, self.readers)
        });
        report.line("seconds, and between two bytes", {
            format!("{}, {}", self.time.as_secs_f64(), self.gap.as_secs_f64())
        });
        for (what, cut) in ["head", "body", "reading"].iter().zip(cuts) {
            let figure = format!("{}, {:.1} s", cut.connections, cut.longest.as_secs_f64());
            report.line(format!("cut, slow {what}; the longest lasted"), figure);
        }
        report.line("memory grew by", megabytes(grown));
        report.line("visitors, their messages, long polls and newcomers meanwhile", {
            let (polls, came) = (during.polls, during.arrivals.times.count() / 2);
            format!("{}, {}, {polls}, {came}", self.visitors, during.said.len())
        });
        report.line("of these failed, lost or doubled", during.failures());
        for (what, now, then) in [
            ("a message", &during.messages.times, &before.messages.times),
            ("an arrival", &during.arrivals.times, &before.arrivals.times),
        ] {
            for (name, place) in [("median", 500), ("p99", 990)] {
                let (now, then) = (now.ms(place), then.ms(place));
                report.line(format!("{what}, {name} relative to that before (ms)"), {
                    format!("{} ({now:.1} / {then:.1})", ratio(now, then))
                });
            }
        }
        report
    }
}

fn noticed(tally: &Tally) -> String {
    let (messages, arrivals) = (&tally.messages.failed, &tally.arrivals.failed);
    format!("messages {messages:?}, arrivals {arrivals:?}, polls {}", tally.polls_failed)
}

/// Is slow until it is cut, and begins anew until the time is over.
async fn dawdle(address: SocketAddr, with: With, gap: Duration, until: Instant) -> Result<(With, Cut)> {
    let mut cut = Cut::default();
    loop {
        let mut connection = connect(address, with).await?;
        let began = Instant::now();
        let head = match with {
            With::Head => "POST /v1/session HTTP/1.1\r\nhost: x\r\nx-slow: ".to_owned(),
            With::Body => "POST /v1/session HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
                           content-length: 60000\r\n\r\n{"
                .to_owned(),
            // Twice, so that an answer waits behind one that is not read either.
            With::Reading => format!("GET {LARGE} HTTP/1.1\r\nhost: x\r\n\r\n").repeat(2),
        };
        connection.write_all(head.as_bytes()).await?;
        endure(&mut connection, with, gap).await;
        cut.connections += 1;
        cut.longest = cut.longest.max(began.elapsed());
        if Instant::now() >= until {
            return Ok((with, cut));
        }
    }
}

async fn connect(address: SocketAddr, with: With) -> Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    if with == With::Reading {
        socket.set_recv_buffer_size(WINDOW)?;
    }
    Ok(socket.connect(address).await?)
}

/// Sends a byte now and then until the other side has enough of it.
async fn endure(connection: &mut TcpStream, with: With, gap: Duration) {
    let mut answer = [0; 512];
    loop {
        if with == With::Reading {
            sleep(gap).await;
        } else if let Ok(_answered) = timeout(gap, connection.read(&mut answer)).await {
            return;
        }
        if connection.write_all(b"a").await.is_err() {
            return;
        }
    }
}
