//! Rates and factors.

use std::fmt;

/// A count of 1/1000000: at most six digits behind the point (docs/plans.md, section 1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rate(i64);

impl Rate {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// The whole.
    pub const ONE: Self = Self(1_000_000);
    /// How many units make one whole.
    pub const SCALE: i64 = 1_000_000;
    /// Digits behind the point.
    pub const DIGITS: u32 = 6;
    /// Factors stay below, so that a level's rate times a multiplier keeps its twelve digits exactly.
    pub const FACTOR_LIMIT: i64 = 1_000_000;

    /// From a count of 1/1000000.
    #[must_use]
    pub const fn from_units(units: i64) -> Self {
        Self(units)
    }

    /// The count of 1/1000000.
    #[must_use]
    pub const fn units(self) -> i64 {
        self.0
    }

    /// Reads a factor: digits, optionally a point and 1 to 6 digits, below a million.
    ///
    /// # Errors
    /// Which rule the text breaks.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        if text.starts_with('-') {
            return Err("is negative");
        }
        let (whole, fraction) = text.split_once('.').map_or((text, None), |(whole, fraction)| (whole, Some(fraction)));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || !fraction.is_none_or(digits) {
            return Err("is not a plain decimal number such as 1 or 0.05");
        }
        let fraction = fraction.unwrap_or("");
        if fraction.len() > 6 {
            return Err("has more than 6 digits after the point");
        }
        let whole = whole.trim_start_matches('0');
        if whole.len() > 6 {
            return Err("is not below 1000000");
        }
        let digit = |units: i64, byte: u8| units * 10 + i64::from(byte - b'0');
        let missing = (fraction.len()..6).map(|_| b'0');
        Ok(Self(fraction.bytes().chain(missing).fold(whole.bytes().fold(0, digit), digit)))
    }

    /// As percent: `12.5 %`.
    #[must_use]
    pub fn percent(self) -> String {
        format!("{} %", crate::engine::decimal::plain(i128::from(self.0), 4))
    }
}

/// Plain notation without trailing zeros.
impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::engine::decimal::plain(i128::from(self.0), Self::DIGITS))
    }
}
