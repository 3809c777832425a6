//! The figures as a table and as JSON.

use super::append::Cost;
use super::send::Level;
use serde::Serialize;
use std::fmt;

/// Everything that was measured.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// One more message, by the length of the transcript.
    pub append: Vec<Cost>,
    /// Each of them by the first.
    pub append_ratios: Vec<Ratios>,
    /// Sends, by the number of visitors; empty without processes.
    pub sends: Vec<Level>,
    /// The desk's switches.
    pub switches: String,
}

/// A cost as a multiple of that at the shortest length.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Ratios {
    /// Messages in the transcript.
    pub messages: u64,
    /// A message arrives.
    pub receive: f64,
    /// A message is sent.
    pub send: f64,
}

impl Report {
    /// With the ratios worked out.
    pub fn new(append: Vec<Cost>, sends: Vec<Level>, switches: String) -> Self {
        let first = append.first().copied();
        let ratio = |value: f64, of: f64| if of > 0.0 { value / of } else { 0.0 };
        let append_ratios = append
            .iter()
            .zip(std::iter::repeat(first))
            .filter_map(|(cost, first)| {
                let first = first?;
                Some(Ratios {
                    messages: cost.messages,
                    receive: ratio(cost.receive_ns, first.receive_ns),
                    send: ratio(cost.send_ns, first.send_ns),
                })
            })
            .collect();
        Self { append, append_ratios, sends, switches }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:>9}{:>12}{:>8}{:>12}{:>8}{:>14}{:>10}",
            "messages", "receive ns", "ratio", "send ns", "ratio", "heap bytes", "each"
        )?;
        for (cost, ratio) in self.append.iter().zip(&self.append_ratios) {
            writeln!(
                f,
                "{:>9}{:>12.0}{:>8.2}{:>12.0}{:>8.2}{:>14}{:>10}",
                cost.messages,
                cost.receive_ns,
                ratio.receive,
                cost.send_ns,
                ratio.send,
                cost.heap_bytes,
                cost.heap_bytes / cost.messages.max(1)
            )?;
        }
        if self.sends.is_empty() {
            return Ok(());
        }
        writeln!(f, "\nsends through the proxy, beside a bare HTTP echo; {}", self.switches)?;
        writeln!(
            f,
            "{:>9}{:>10}{:>10}{:>10}{:>10}{:>10}{:>10}{:>12}{:>11}",
            "visitors",
            "sends/s",
            "p50 ms",
            "p99 ms",
            "echo/s",
            "p50 ms",
            "p99 ms",
            "rate ratio",
            "p50 ratio"
        )?;
        for level in &self.sends {
            let (send, echo) = (&level.send, &level.echo);
            writeln!(
                f,
                "{:>9}{:>10.0}{:>10.2}{:>10.2}{:>10.0}{:>10.2}{:>10.2}{:>12.3}{:>11.1}",
                level.visitors,
                send.per_second,
                send.p50_ms,
                send.p99_ms,
                echo.per_second,
                echo.p50_ms,
                echo.p99_ms,
                level.rate_ratio,
                level.p50_ratio
            )?;
        }
        Ok(())
    }
}
