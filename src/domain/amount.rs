//! Exact amounts: money, volumes and points.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// A count of 1/10000 of a currency unit, volume point or career point (docs/plans.md, section 1).
///
/// This is the form in which the database stores every amount. Arithmetic is checked; there are no operators that could wrap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Amount(i64);

/// Why a text is not an [`Amount`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// Something else than digits, optionally followed by a point and digits.
    #[error("is not a plain decimal number such as 12 or 12.5")]
    Malformed,
    /// A minus sign.
    #[error("is negative")]
    Negative,
    /// More than four digits behind the point.
    #[error("has more than 4 digits after the point")]
    TooManyDigits,
    /// 10^14 or more.
    #[error("has more than 14 digits before the point")]
    TooLarge,
}

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// How many units make one whole.
    pub const SCALE: i64 = 10_000;
    /// The largest amount that input may carry: 14 digits before the point, 4 behind it.
    pub const MAX_INPUT: Self = Self(10_i64.pow(18) - 1);

    /// From a count of 1/10000.
    #[must_use]
    pub const fn from_units(units: i64) -> Self {
        Self(units)
    }

    /// The count of 1/10000.
    #[must_use]
    pub const fn units(self) -> i64 {
        self.0
    }

    /// The sum, or `None` where it does not fit.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference, or `None` where it does not fit.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// Reads an amount that must not be negative: digits, optionally a point and 1 to 4 digits (docs/plans.md, Q5).
    ///
    /// # Errors
    /// [`AmountError`] says which rule the text breaks; nothing is rounded or cut.
    pub fn parse(text: &str) -> Result<Self, AmountError> {
        if text.starts_with('-') {
            return Err(AmountError::Negative);
        }
        let (whole, fraction) = text.split_once('.').map_or((text, None), |(whole, fraction)| (whole, Some(fraction)));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || !fraction.is_none_or(digits) {
            return Err(AmountError::Malformed);
        }
        let fraction = fraction.unwrap_or("");
        if fraction.len() > 4 {
            return Err(AmountError::TooManyDigits);
        }
        let whole = whole.trim_start_matches('0');
        if whole.len() > 14 {
            return Err(AmountError::TooLarge);
        }
        let digit = |units: i64, byte: u8| units * 10 + i64::from(byte - b'0');
        let units = whole.bytes().fold(0, digit);
        let missing = (fraction.len()..4).map(|_| b'0');
        Ok(Self(fraction.bytes().chain(missing).fold(units, digit)))
    }

    /// As a decimal with four digits behind the point.
    #[must_use]
    pub fn to_decimal(self) -> Decimal {
        Decimal::new(self.0, 4)
    }
}

impl FromStr for Amount {
    type Err = AmountError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

/// Plain notation without trailing zeros: `12.5`, `-3`, `0`.
impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (units, scale) = (self.0.unsigned_abs(), Self::SCALE.unsigned_abs());
        if self.0 < 0 {
            f.write_str("-")?;
        }
        write!(f, "{}", units / scale)?;
        match units % scale {
            0 => Ok(()),
            fraction => f.write_str(format!(".{fraction:04}").trim_end_matches('0')),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_exactly() {
        for (text, units) in [("0", 0), ("12", 120_000), ("12.5", 125_000), ("0.0001", 1), ("00012.0500", 120_500)] {
            assert_eq!(Amount::parse(text), Ok(Amount(units)), "{text}");
        }
        assert_eq!(Amount::parse("99999999999999.9999"), Ok(Amount::MAX_INPUT));
    }

    #[test]
    fn what_is_not_an_amount_is_refused() {
        for text in ["", ".", "1.", ".5", "+1", "1e3", " 1", "1 ", "NaN", "1,5", "0x1", "1.2.3", "--1"] {
            assert!(Amount::parse(text).is_err(), "{text}");
        }
        assert_eq!(Amount::parse("-0"), Err(AmountError::Negative));
        assert_eq!(Amount::parse("1.00000"), Err(AmountError::TooManyDigits));
        assert_eq!(Amount::parse("100000000000000"), Err(AmountError::TooLarge));
    }

    #[test]
    fn amounts_are_written_without_trailing_zeros() {
        for (units, text) in [(0, "0"), (125_000, "12.5"), (-1, "-0.0001"), (-30_000, "-3"), (i64::MIN, "-922337203685477.5808")] {
            assert_eq!(Amount(units).to_string(), text);
        }
    }
}
