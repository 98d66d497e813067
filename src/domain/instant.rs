//! Points in time.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A point in time: nanoseconds since 1970-01-01T00:00:00Z, the form in which the database stores it.
///
/// Reaches from 1677-09-21 to 2262-04-11. Nanoseconds, because input carries up to nine fractional digits and export gives back what import read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Instant(i64);

/// Why a text is not an [`Instant`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InstantError {
    /// Not RFC 3339 with a time zone and at most nine fractional digits.
    #[error("is not an RFC 3339 time such as 2026-01-31T23:59:59Z")]
    Malformed,
    /// Before 1677-09-22 or after 2262-04-11.
    #[error("lies outside the years 1678 to 2261")]
    OutOfRange,
}

impl Instant {
    /// Nanoseconds in a second.
    pub const SECOND: i64 = 1_000_000_000;

    /// From nanoseconds since the epoch.
    #[must_use]
    pub const fn from_nanos(nanos: i64) -> Self {
        Self(nanos)
    }

    /// From whole seconds since the epoch; `None` out of range.
    #[must_use]
    pub fn from_seconds(seconds: i64) -> Option<Self> {
        seconds.checked_mul(Self::SECOND).map(Self)
    }

    /// Nanoseconds since the epoch.
    #[must_use]
    pub const fn nanos(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch, rounded down.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(Self::SECOND)
    }

    /// Later by so many seconds (earlier where negative); stops at the ends of the range.
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(Self::SECOND)))
    }

    /// Reads RFC 3339: `T` between date and time, a zone (`Z` or `+02:00`), second 60 refused (docs/plans.md, Q25).
    ///
    /// # Errors
    /// [`InstantError`]: the form, or the range.
    pub fn parse(text: &str) -> Result<Self, InstantError> {
        if !has_rfc3339_shape(text.as_bytes()) {
            return Err(InstantError::Malformed);
        }
        let stamp: Timestamp = text.parse().map_err(|_| InstantError::Malformed)?;
        i64::try_from(stamp.as_nanosecond()).map(Self).map_err(|_| InstantError::OutOfRange)
    }
}

/// The library reads more than RFC 3339 (ISO 8601 basic forms, zone names, leap seconds); this is the stricter outline.
fn has_rfc3339_shape(text: &[u8]) -> bool {
    let Some((head, rest)) = text.split_at_checked(19) else { return false };
    let head_fits = head.iter().zip(b"0000-00-00T00:00:00").all(|(byte, shape)| match shape {
        b'0' => byte.is_ascii_digit(),
        b'T' => byte.eq_ignore_ascii_case(&b'T'),
        _ => byte == shape,
    });
    let fraction = match rest.strip_prefix(b".") {
        Some(rest) => rest.iter().take_while(|byte| byte.is_ascii_digit()).count() + 1,
        None => 0,
    };
    let zone_fits = match &rest[fraction..] {
        [b'Z' | b'z'] => true,
        [b'+' | b'-', zone @ ..] => {
            zone.len() == 5
                && zone.iter().zip(b"00:00").all(|(byte, shape)| if *shape == b'0' { byte.is_ascii_digit() } else { byte == shape })
        }
        _ => false,
    };
    head_fits && head[17..] < b"60"[..] && fraction != 1 && fraction <= 10 && zone_fits
}

impl FromStr for Instant {
    type Err = InstantError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

/// RFC 3339 in UTC, with as many fractional digits as are needed: `2026-01-31T23:59:59.5Z`.
impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Timestamp::from_nanosecond(i128::from(self.0)) {
            Ok(stamp) => write!(f, "{stamp}"),
            Err(_) => Err(fmt::Error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_kept_to_the_nanosecond_and_written_in_utc() {
        for (text, written) in [
            ("2026-01-31T23:59:59Z", "2026-01-31T23:59:59Z"),
            ("2026-01-31T23:59:59.123456789+02:00", "2026-01-31T21:59:59.123456789Z"),
            ("1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59.5Z"),
            ("2026-01-01T00:00:00.100-01:30", "2026-01-01T01:30:00.1Z"),
        ] {
            assert_eq!(Instant::parse(text).map(|instant| instant.to_string()), Ok(written.to_owned()), "{text}");
        }
    }

    #[test]
    fn what_is_not_rfc_3339_is_refused() {
        for text in [
            "",
            "2026-01-31",
            "2026-01-31T23:59:59",
            "2026-01-31 23:59:59Z",
            "2026-01-31T23:59:60Z",
            "2026-02-30T00:00:00Z",
            "20260131T235959Z",
            "2026-01-31T23:59:59.Z",
            "2026-01-31T23:59:59.1234567890Z",
            "2026-01-31T23:59Z",
            "2026-01-31T23:59:59+0200",
            "2026-01-31T23:59:59Z[UTC]",
        ] {
            assert_eq!(Instant::parse(text), Err(InstantError::Malformed), "{text}");
        }
        assert_eq!(Instant::parse("1600-01-01T00:00:00Z"), Err(InstantError::OutOfRange));
    }
}
