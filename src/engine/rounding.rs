//! From exact products to minor units (docs/plans.md, section 1).
//!
//! Everything that is rounded here is zero or positive.

use std::fmt;

/// How a line's amount is brought to the currency's minor unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// To the nearest, halves to the even neighbour ("banker's").
    HalfEven,
    /// To the nearest, halves upwards.
    HalfUp,
}

impl fmt::Display for Rounding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::HalfEven => "half_even",
            Self::HalfUp => "half_up",
        })
    }
}

impl Rounding {
    /// `value / divisor`, rounded. Neither may be negative, the divisor not 0.
    #[must_use]
    #[inline]
    pub fn divide(self, value: i128, divisor: i128) -> i128 {
        if let (Ok(value), Ok(divisor)) = (u64::try_from(value), u64::try_from(divisor)) {
            let (quotient, remainder) = (value / divisor, value % divisor);
            // As twice the remainder may not fit, it is compared with what is left of the divisor.
            return i128::from(quotient + u64::from(self.rounds_up(remainder, divisor - remainder, quotient % 2 == 1)));
        }
        let (quotient, remainder) = (value / divisor, value % divisor);
        quotient + i128::from(self.rounds_up(remainder, divisor - remainder, quotient % 2 == 1))
    }

    /// Whether what lies so far above one whole number and below the next goes to the next.
    #[inline]
    fn rounds_up<T: Ord>(self, below: T, above: T, odd: bool) -> bool {
        // Without branches: about half of all values are rounded up, and no processor can guess which.
        (below > above) | ((below == above) & (odd | (self == Self::HalfUp)))
    }
}

/// Brings products of one fixed number of digits to minor units.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Minor {
    rounding: Rounding,
    divisor: i128,
}

impl Minor {
    /// For exact values with `digits` digits behind the point and a currency with `exponent` (never more than `digits`).
    pub(crate) fn of(rounding: Rounding, digits: u32, exponent: u32) -> Self {
        Self { rounding, divisor: power_of_ten(digits.saturating_sub(exponent)) }
    }

    /// `base * rate` in minor units; none where it does not fit.
    #[inline]
    pub(crate) fn product(&self, base: i64, rate: i64) -> Option<i64> {
        self.round(i128::from(base) * i128::from(rate))
    }

    /// An exact value in minor units; none where it does not fit.
    #[inline]
    pub(crate) fn round(&self, exact: i128) -> Option<i64> {
        i64::try_from(self.rounding.divide(exact, self.divisor)).ok()
    }
}

/// 10^exponent, for exponents up to 38.
#[must_use]
pub const fn power_of_ten(exponent: u32) -> i128 {
    POWERS[exponent as usize]
}

const POWERS: [i128; 39] = {
    let mut powers = [1; 39];
    let mut exponent = 1;
    while exponent < powers.len() {
        powers[exponent] = powers[exponent - 1] * 10;
        exponent += 1;
    }
    powers
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_go_to_the_even_neighbour_or_upwards() {
        for (value, even, up) in [(24, 2, 2), (25, 2, 3), (26, 3, 3), (35, 4, 4), (45, 4, 5), (5, 0, 1), (4, 0, 0)] {
            assert_eq!((Rounding::HalfEven.divide(value, 10), Rounding::HalfUp.divide(value, 10)), (even, up), "{value}");
        }
        let wide = i128::from(u64::MAX) * 10 + 5;
        assert_eq!(Rounding::HalfEven.divide(wide, 10), i128::from(u64::MAX) + 1);
        // Twice the remainder leaves 64 bits, and 128.
        let (odd, widest) = (i128::from(u64::MAX), i128::MAX);
        for (value, divisor, even, up) in [
            (odd, 2, 1 << 63, 1 << 63),
            (odd, 1, odd, odd),
            (odd - 1, odd, 1, 1),
            (odd / 2, odd - 1, 0, 1),
            (odd / 2 + 1, odd - 1, 1, 1),
            (widest / 2, widest - 1, 0, 1),
            (widest - 1, widest, 1, 1),
            (0, widest, 0, 0),
        ] {
            assert_eq!(
                (Rounding::HalfEven.divide(value, divisor), Rounding::HalfUp.divide(value, divisor)),
                (even, up),
                "{value} / {divisor}"
            );
        }
    }

    #[test]
    fn a_product_that_does_not_fit_is_noticed() {
        assert_eq!(Minor::of(Rounding::HalfEven, 10, 2).product(i64::MAX, i64::MAX), None);
        assert_eq!(Minor::of(Rounding::HalfEven, 10, 2).product(1_470_000, 200_000), Some(2940));
    }
}
