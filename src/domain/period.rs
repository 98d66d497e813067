//! Commission periods.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, ISOWeekDate, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, ToSpan};

use super::instant::Instant;

/// A calendar month, an ISO week or a day in UTC; the start belongs to it, the end does not (docs/plans.md, section 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Period {
    kind: PeriodKind,
    start: Date,
}

/// How long a [`Period`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PeriodKind {
    /// `2026-01-15`
    Day,
    /// `2026-W05`, beginning on Monday.
    Week,
    /// `2026-01`
    Month,
}

/// The text names no period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is not a period: give a month (2026-01), an ISO week (2026-W05) or a day (2026-01-15), between the years 1678 and 2261")]
pub struct PeriodError;

impl Period {
    /// The period of that kind in which the instant lies.
    #[must_use]
    pub fn containing(kind: PeriodKind, instant: Instant) -> Option<Self> {
        let date = jiff::Timestamp::from_nanosecond(i128::from(instant.nanos())).ok()?.to_zoned(TimeZone::UTC).date();
        let start = match kind {
            PeriodKind::Day => date,
            PeriodKind::Week => date.iso_week_date().first_of_week().ok()?.date(),
            PeriodKind::Month => date.first_of_month(),
        };
        Some(Self { kind, start })
    }

    /// Day, week or month.
    #[must_use]
    pub fn kind(self) -> PeriodKind {
        self.kind
    }

    /// The first instant.
    #[must_use]
    pub fn start(self) -> Instant {
        midnight(self.start)
    }

    /// The first instant after it.
    #[must_use]
    pub fn end(self) -> Instant {
        midnight(self.start.saturating_add(self.span()))
    }

    /// Whether the instant lies in it.
    #[must_use]
    pub fn contains(self, instant: Instant) -> bool {
        self.start() <= instant && instant < self.end()
    }

    /// The period that follows.
    #[must_use]
    pub fn next(self) -> Self {
        Self { start: self.start.saturating_add(self.span()), ..self }
    }

    fn span(self) -> Span {
        match self.kind {
            PeriodKind::Day => 1.day(),
            PeriodKind::Week => 1.week(),
            PeriodKind::Month => 1.month(),
        }
    }
}

/// Dates of a period lie within the range of [`Instant`], so the saturation is never met.
fn midnight(date: Date) -> Instant {
    let seconds = date.to_zoned(TimeZone::UTC).map_or(i64::MAX, |zoned| zoned.timestamp().as_second());
    Instant::from_nanos(seconds.saturating_mul(Instant::SECOND))
}

impl FromStr for Period {
    type Err = PeriodError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = |part: &str, len: usize| {
            (part.len() == len && part.bytes().all(|byte| byte.is_ascii_digit())).then(|| part.parse::<i16>().ok()).flatten()
        };
        let read = || {
            let (year, rest) = text.split_once('-')?;
            let year = digits(year, 4).filter(|year| (1678..=2261).contains(year))?;
            let (kind, start) = if let Some(week) = rest.strip_prefix('W') {
                let week = i8::try_from(digits(week, 2)?).ok()?;
                (PeriodKind::Week, ISOWeekDate::new(year, week, Weekday::Monday).ok()?.date())
            } else if let Some((month, day)) = rest.split_once('-') {
                let (month, day) = (i8::try_from(digits(month, 2)?).ok()?, i8::try_from(digits(day, 2)?).ok()?);
                (PeriodKind::Day, Date::new(year, month, day).ok()?)
            } else {
                (PeriodKind::Month, Date::new(year, i8::try_from(digits(rest, 2)?).ok()?, 1).ok()?)
            };
            Some(Self { kind, start })
        };
        read().ok_or(PeriodError)
    }
}

/// The form that [`FromStr`] reads.
impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let date = self.start;
        match self.kind {
            PeriodKind::Day => write!(f, "{date}"),
            PeriodKind::Week => write!(f, "{:04}-W{:02}", date.iso_week_date().year(), date.iso_week_date().week()),
            PeriodKind::Month => write!(f, "{:04}-{:02}", date.year(), date.month()),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_cut_in_utc() {
        for (text, start, end) in [
            ("2026-02", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"),
            ("2026-12", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"),
            ("2026-W01", "2025-12-29T00:00:00Z", "2026-01-05T00:00:00Z"),
            ("2026-W53", "2026-12-28T00:00:00Z", "2027-01-04T00:00:00Z"),
            ("2024-02-29", "2024-02-29T00:00:00Z", "2024-03-01T00:00:00Z"),
        ] {
            let period: Period = text.parse().unwrap();
            assert_eq!((period.start().to_string().as_str(), period.end().to_string().as_str()), (start, end));
            assert_eq!(period.to_string(), text);
            assert_eq!(Period::containing(period.kind(), period.start()), Some(period));
            assert_eq!(period.next().start(), period.end());
        }
    }

    #[test]
    fn what_is_no_period_is_refused() {
        for text in
            ["", "2026", "2026-13", "2026-1", "2026-W54", "2025-W53", "2026-02-29", "26-01", "2026-01-15T00:00:00Z", "2026-w05", "1500-01"]
        {
            assert_eq!(text.parse::<Period>(), Err(PeriodError), "{text}");
        }
    }
}
