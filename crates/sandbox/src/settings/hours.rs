//! Working hours of the agents.

use serde::{Deserialize, Serialize};

/// When agents work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hours {
    /// Always.
    Open,
    /// Never.
    Closed,
    /// At certain times of the week.
    Weekly(Weekly),
}

/// Spans of a week, in a fixed offset from UTC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weekly {
    /// Minutes east of UTC, −840 to 840.
    pub utc_offset_minutes: i64,
    /// Open when any of these is.
    pub spans: Vec<Span>,
}

/// From one time of day to a later one, on some days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Span {
    /// The days.
    pub days: Vec<Day>,
    /// First open minute.
    pub from: DayTime,
    /// First closed minute, at most `24:00`.
    pub to: DayTime,
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Day {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

/// Minutes since midnight, written `09:30`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DayTime(u16);

impl TryFrom<String> for DayTime {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let parsed = text
            .split_once(':')
            .filter(|(hours, minutes)| hours.len() == 2 && minutes.len() == 2)
            .and_then(|(hours, minutes)| Some((hours.parse::<u16>().ok()?, minutes.parse::<u16>().ok()?)));
        match parsed {
            Some((hours, minutes)) if minutes < 60 && hours * 60 + minutes <= 24 * 60 => {
                Ok(DayTime(hours * 60 + minutes))
            }
            _ => Err(format!("{text:?} is not a time between 00:00 and 24:00")),
        }
    }
}

impl From<DayTime> for String {
    fn from(DayTime(minutes): DayTime) -> String {
        format!("{:02}:{:02}", minutes / 60, minutes % 60)
    }
}

const DAYS: [Day; 7] = [Day::Mon, Day::Tue, Day::Wed, Day::Thu, Day::Fri, Day::Sat, Day::Sun];
/// 1970-01-01 was a Thursday.
const EPOCH_DAY: i64 = 3;

impl Hours {
    /// Do agents work at this moment (epoch ms)?
    #[must_use]
    pub fn open_at(&self, now_ms: u64) -> bool {
        let weekly = match self {
            Hours::Open => return true,
            Hours::Closed => return false,
            Hours::Weekly(weekly) => weekly,
        };
        let minutes = i64::try_from(now_ms / 60_000).unwrap_or(i64::MAX / 2) + weekly.utc_offset_minutes;
        let day = (minutes.div_euclid(1_440) + EPOCH_DAY).rem_euclid(7);
        let time = DayTime(u16::try_from(minutes.rem_euclid(1_440)).unwrap_or(0));
        weekly.spans.iter().any(|span| {
            span.days.iter().any(|open| DAYS.get(day as usize) == Some(open))
                && span.from <= time
                && time < span.to
        })
    }

    pub(super) fn check(&self) -> Result<(), String> {
        let Hours::Weekly(weekly) = self else { return Ok(()) };
        if weekly.utc_offset_minutes.abs() > 840 {
            return Err("utc_offset_minutes must be within -840 and 840".into());
        }
        if weekly.spans.len() > 50 {
            return Err("at most 50 spans".into());
        }
        if weekly.spans.iter().any(|span| span.from >= span.to) {
            return Err("`from` must be before `to`".into());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Monday 2024-01-01 00:00 UTC.
    const MONDAY: u64 = 1_704_067_200_000;
    const HOUR: u64 = 3_600_000;

    fn weekly(offset: i64) -> Hours {
        serde_json::from_value(serde_json::json!({"weekly": {
            "utc_offset_minutes": offset,
            "spans": [{"days": ["mon", "tue"], "from": "09:00", "to": "17:30"}]
        }}))
        .expect("valid hours")
    }

    #[test]
    fn a_span_opens_and_closes_on_its_minute() {
        let hours = weekly(0);
        assert!(!hours.open_at(MONDAY + 9 * HOUR - 1));
        assert!(hours.open_at(MONDAY + 9 * HOUR));
        assert!(hours.open_at(MONDAY + 17 * HOUR + HOUR / 2 - 1));
        assert!(!hours.open_at(MONDAY + 17 * HOUR + HOUR / 2));
        assert!(!hours.open_at(MONDAY + 2 * 24 * HOUR + 10 * HOUR), "wednesday");
    }

    #[test]
    fn the_offset_moves_the_span() {
        assert!(weekly(480).open_at(MONDAY + HOUR), "09:00 in China is 01:00 UTC");
        assert!(!weekly(480).open_at(MONDAY + 10 * HOUR));
        assert!(weekly(-480).open_at(MONDAY + 17 * HOUR));
    }

    #[test]
    fn a_time_that_is_none_is_refused() {
        for text in ["9:00", "24:01", "12:60", "noon", "", "1234", "-1:00"] {
            assert!(DayTime::try_from(text.to_owned()).is_err(), "{text}");
        }
        assert_eq!(String::from(DayTime::try_from("24:00".to_owned()).expect("midnight")), "24:00");
    }
}
