//! The running day, week, month, quarter or year: what summaries look back on.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::coded::coded_enum;
use super::instant::Instant;
use super::period::{Period, PeriodKind};

coded_enum! {
    /// A stretch of time up to now, in UTC.
    TimeSpan, "a time span", {
        /// Today.
        Day = "DAY",
        /// Since Monday.
        Week = "WEEK",
        /// Since the first of the month.
        Month = "MONTH",
        /// Since the first of January, April, July or October.
        Quarter = "QUARTER",
        /// Since the first of January.
        Year = "YEAR",
        /// Everything.
        All = "ALL",
    }
}

impl TimeSpan {
    /// Its first instant, and the first one after it; no bounds for [`TimeSpan::All`].
    #[must_use]
    pub fn bounds(self, now: Instant) -> (Option<Instant>, Option<Instant>) {
        let kind = match self {
            Self::Day => PeriodKind::Day,
            Self::Week => PeriodKind::Week,
            Self::Month => PeriodKind::Month,
            Self::Quarter => return months(now, 3),
            Self::Year => return months(now, 12),
            Self::All => return (None, None),
        };
        let period = Period::containing(kind, now);
        (period.map(Period::start), period.map(Period::end))
    }
}

/// The block of so many calendar months, counted from January, in which an instant lies.
fn months(now: Instant, length: i8) -> (Option<Instant>, Option<Instant>) {
    let Ok(today) = jiff::Timestamp::from_nanosecond(i128::from(now.nanos())).map(|stamp| stamp.to_zoned(TimeZone::UTC).date()) else {
        return (None, None);
    };
    let first = (today.month() - 1) / length * length + 1;
    let month = |date: Result<Date, jiff::Error>| {
        date.ok().and_then(|date| format!("{:04}-{:02}", date.year(), date.month()).parse::<Period>().ok())
    };
    let start = month(Date::new(today.year(), first, 1));
    let last = month(Date::new(today.year(), first + length - 1, 1));
    (start.map(Period::start), last.map(Period::end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_begin_on_calendar_boundaries() {
        let now = Instant::parse("2026-11-21T13:00:00Z").unwrap();
        let text = |bound: Option<Instant>| bound.map(|instant| instant.to_string()).unwrap_or_default();
        for (span, start, end) in [
            (TimeSpan::Day, "2026-11-21T00:00:00Z", "2026-11-22T00:00:00Z"),
            (TimeSpan::Week, "2026-11-16T00:00:00Z", "2026-11-23T00:00:00Z"),
            (TimeSpan::Month, "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z"),
            (TimeSpan::Quarter, "2026-10-01T00:00:00Z", "2027-01-01T00:00:00Z"),
            (TimeSpan::Year, "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"),
            (TimeSpan::All, "", ""),
        ] {
            let (from, before) = span.bounds(now);
            assert_eq!((text(from).as_str(), text(before).as_str()), (start, end), "{span}");
        }
    }
}
