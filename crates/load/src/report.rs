//! What an exercise tells.

use std::fmt;
use std::time::Duration;

/// Lines of a table, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report(Vec<(String, String)>);

impl Report {
    /// One line more.
    pub fn line(&mut self, what: impl Into<String>, figure: impl fmt::Display) {
        self.0.push((what.into(), figure.to_string()));
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| what | figure |\n| --- | ---: |")?;
        for (what, figure) in &self.0 {
            writeln!(f, "| {what} | {figure} |")?;
        }
        Ok(())
    }
}

/// Durations of one kind of request.
#[derive(Clone, Debug, Default)]
pub struct Times(Vec<Duration>);

impl Times {
    /// One more.
    pub fn add(&mut self, took: Duration) {
        self.0.push(took);
    }

    /// Those of another as well.
    pub fn join(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// A place of the sorted figures in milliseconds: 500 the median, 990 the 99th of 100, 1000 the last.
    #[must_use]
    pub fn ms(&self, permille: usize) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let place = (sorted.len() * permille).div_ceil(1000).saturating_sub(1);
        sorted.get(place).map_or(0.0, |took| took.as_secs_f64() * 1000.0)
    }
}

/// How many times as much, with two digits; without anything to compare with: a dash.
#[must_use]
pub fn ratio(now: f64, before: f64) -> String {
    if before > 0.0 { format!("{:.2}", now / before) } else { "–".to_owned() }
}

/// Bytes as megabytes (1 MB = 2^20 bytes) with one digit.
#[must_use]
pub fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / f64::from(1 << 20))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_those_of_the_sorted_figures() {
        let mut times = Times::default();
        assert_eq!((times.ms(990), times.count()), (0.0, 0));
        for ms in (1..=200).rev() {
            times.add(Duration::from_millis(ms));
        }
        assert_eq!([500, 990, 1000].map(|place| times.ms(place)), [100.0, 198.0, 200.0]);
    }

    #[test]
    fn a_report_is_a_table() {
        let mut report = Report::default();
        report.line("requests", 5);
        report.line("p99, relative", ratio(3.0, 2.0));
        report.line("nothing before", ratio(3.0, 0.0));
        report.line("grown by", megabytes(1 << 19));
        assert_eq!(
            report.to_string(),
            "| what | figure |\n| --- | ---: |\n| requests | 5 |\n| p99, relative | 1.50 |\n\
             | nothing before | – |\n| grown by | 0.5 MB |\n"
        );
    }
}
