//! Exact decimals and their plain notation.

use std::fmt;

use rust_decimal::Decimal;

/// `units / 10^digits`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exact {
    /// The count.
    pub units: i128,
    /// Digits behind the point.
    pub digits: u32,
}

impl Exact {
    /// As a decimal without trailing zeros; none where it has more than 28 digits.
    #[must_use]
    pub fn to_decimal(self) -> Option<Decimal> {
        Decimal::try_from_i128_with_scale(self.units, self.digits).ok().map(|decimal| decimal.normalize())
    }
}

/// Plain notation without trailing zeros.
impl fmt::Display for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&plain(self.units, self.digits))
    }
}

/// Appends `units / 10^digits` without trailing zeros: `12.5`, `0`, `-3`.
pub fn push_plain(text: &mut Vec<u8>, units: i128, digits: u32) {
    let start = text.len();
    push_fixed(text, units, digits);
    if digits > 0 {
        let kept = text[start..].iter().rposition(|byte| *byte != b'0').map_or(start, |last| start + last + 1);
        text.truncate(kept);
        if text.last() == Some(&b'.') {
            text.pop();
        }
    }
}

/// Appends `units / 10^digits` with exactly so many digits behind the point.
pub fn push_fixed(text: &mut Vec<u8>, units: i128, digits: u32) {
    if units < 0 {
        text.push(b'-');
    }
    // 39 digits hold every u128; digits beyond that are leading zeros behind the point.
    let mut reversed = [b'0'; 48];
    let digits = digits as usize;
    let mut length = 0;
    let mut rest = units.unsigned_abs();
    while rest > u128::from(u64::MAX) {
        reversed[length] = b'0' + (rest % 10) as u8;
        rest /= 10;
        length += 1;
    }
    let mut rest = rest as u64;
    while rest > 0 {
        reversed[length] = b'0' + (rest % 10) as u8;
        rest /= 10;
        length += 1;
    }
    let length = length.max(digits + 1).min(reversed.len());
    for index in (0..length).rev() {
        text.push(reversed[index]);
        if index == digits && digits > 0 {
            text.push(b'.');
        }
    }
}

/// `units / 10^digits` without trailing zeros.
#[must_use]
pub fn plain(units: i128, digits: u32) -> String {
    let mut text = Vec::new();
    push_plain(&mut text, units, digits);
    text.into_iter().map(char::from).collect()
}

/// `units / 10^digits` with exactly so many digits behind the point.
#[must_use]
pub fn fixed(units: i128, digits: u32) -> String {
    let mut text = Vec::new();
    push_fixed(&mut text, units, digits);
    text.into_iter().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_written_plainly() {
        for (units, digits, text) in [
            (0, 0, "0"),
            (0, 6, "0"),
            (1_250_000, 6, "1.25"),
            (100, 0, "100"),
            (-5, 4, "-0.0005"),
            (10, 2, "0.1"),
            (i128::from(i64::MAX), 4, "922337203685477.5807"),
            (i128::MAX, 10, "17014118346046923173168730371.5884105727"),
        ] {
            assert_eq!(plain(units, digits), text);
        }
        assert_eq!([fixed(100, 2), fixed(5, 3), fixed(7, 0), fixed(0, 2)], ["1.00", "0.005", "7", "0.00"]);
    }
}
