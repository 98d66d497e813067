//! Currencies of ISO 4217.

use std::fmt;
use std::str::FromStr;

use super::amount::Amount;
use super::refusal::Refusal;

/// A currency with a minor unit of at most four digits, which is as fine as an [`Amount`] counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Currency(iso_currency::Currency);

/// The text is no such currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is not a currency of ISO 4217 with a minor unit, such as USD")]
pub struct CurrencyError;

impl Currency {
    /// The code of three letters.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// Digits behind the point of the smallest sum that can be paid.
    #[must_use]
    pub fn digits(self) -> u32 {
        self.0.exponent().unwrap_or_default().into()
    }

    /// The smallest sum that can be paid.
    #[must_use]
    pub fn unit(self) -> Amount {
        Amount::from_units(10_i64.pow(4_u32.saturating_sub(self.digits())))
    }

    /// Reads a sum that somebody asks for: positive, and not finer than the currency.
    ///
    /// # Errors
    /// [`Refusal::InvalidAmount`], [`Refusal::CurrencyUnknown`] where another currency was named.
    pub fn sum(self, text: &str, named: Option<&str>) -> Result<Amount, Refusal> {
        if let Some(named) = named.filter(|named| *named != self.code()) {
            return Err(Refusal::CurrencyUnknown { named: named.to_owned(), known: self.code() });
        }
        let refuse = |reason: String| Refusal::InvalidAmount { reason };
        let amount = Amount::parse(text).map_err(|error| refuse(error.to_string()))?;
        match amount {
            Amount::ZERO => Err(refuse("is nothing".to_owned())),
            amount if amount.units() % self.unit().units() != 0 => {
                Err(refuse(format!("has more than the {} digits after the point that {} has", self.digits(), self.code())))
            }
            amount => Ok(amount),
        }
    }
}

impl FromStr for Currency {
    type Err = CurrencyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = iso_currency::Currency::from_code(text).filter(|currency| currency.exponent().is_some_and(|digits| digits <= 4));
        found.map(Self).ok_or(CurrencyError)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_positive_and_as_fine_as_the_currency() {
        let (dollar, yen): (Currency, Currency) = ("USD".parse().unwrap(), "JPY".parse().unwrap());
        assert_eq!(dollar.sum("12.5", None), Ok(Amount::from_units(125_000)));
        assert_eq!(dollar.sum("12.50", Some("USD")), Ok(Amount::from_units(125_000)));
        assert_eq!(yen.sum("12", None), Ok(Amount::from_units(120_000)));
        for text in ["0", "0.00", "-1", "1e400", "NaN", "12.505", "0.00000000000000000001", "922337203685477.5808", ""] {
            assert!(matches!(dollar.sum(text, None), Err(Refusal::InvalidAmount { .. })), "{text}");
        }
        assert!(yen.sum("12.5", None).is_err());
        assert_eq!(dollar.sum("1", Some("EUR")), Err(Refusal::CurrencyUnknown { named: "EUR".to_owned(), known: "USD" }));
    }

    #[test]
    fn what_cannot_be_paid_is_no_currency() {
        for text in ["XTS", "usd", "US", "", "XAU"] {
            assert!(text.parse::<Currency>().is_err(), "{text}");
        }
    }
}
