//! Scalars of our own: exact money and times.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, SimpleObject, Value};

use crate::domain;
use crate::domain::amount::Amount;
use crate::domain::currency::Currency;
use crate::domain::instant::Instant;

/// An exact decimal number in plain notation, as a string both ways: "12.5". JSON numbers are refused, because they pass through binary fractions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decimal(pub String);

/// An exact decimal number in plain notation, as a string both ways: "12.5". JSON numbers are refused, because they pass through binary fractions.
#[Scalar]
impl ScalarType for Decimal {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) if rust_decimal::Decimal::from_str_exact(&text).is_ok() => Ok(Self(text)),
            Value::String(_) => Err(InputValueError::custom("a Decimal is a string such as \"12.5\"")),
            other => Err(InputValueError::expected_type(other)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

impl From<Amount> for Decimal {
    fn from(amount: Amount) -> Self {
        Self(amount.to_string())
    }
}

impl From<rust_decimal::Decimal> for Decimal {
    fn from(decimal: rust_decimal::Decimal) -> Self {
        Self(decimal.normalize().to_string())
    }
}

/// A whole number that may exceed 32 bits, as a string of digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BigInt(pub i64);

/// A whole number that may exceed 32 bits, as a string of digits.
#[Scalar]
impl ScalarType for BigInt {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) => text.parse().map(Self).map_err(|_| InputValueError::custom("a BigInt is a string of digits")),
            other => Err(InputValueError::expected_type(other)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// A point in time: RFC 3339, answered in UTC with up to nine fractional digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateTime(pub Instant);

/// A point in time: RFC 3339, answered in UTC with up to nine fractional digits.
#[Scalar]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) => text.parse().map(Self).map_err(|error| InputValueError::custom(format!("{text:?} {error}"))),
            other => Err(InputValueError::expected_type(other)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// A calendar day in UTC: "2026-01-31".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Date(pub String);

/// A calendar day in UTC: "2026-01-31".
#[Scalar]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) => match text.parse::<domain::period::Period>() {
                Ok(period) if period.kind() == domain::period::PeriodKind::Day => Ok(Self(text)),
                _ => Err(InputValueError::custom("a Date is a day such as \"2026-01-31\"")),
            },
            other => Err(InputValueError::expected_type(other)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

/// An ISO 4217 currency code: "USD".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CurrencyCode(pub String);

/// An ISO 4217 currency code: "USD".
#[Scalar]
impl ScalarType for CurrencyCode {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) if iso_currency::Currency::from_code(&text).is_some() => Ok(Self(text)),
            Value::String(_) => Err(InputValueError::custom("a CurrencyCode is an ISO 4217 code such as \"USD\"")),
            other => Err(InputValueError::expected_type(other)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

/// An amount of money.
#[derive(Clone, Debug, SimpleObject)]
pub struct Money {
    /// How much; negative where it is taken back.
    amount: Decimal,
    /// Of what.
    currency: CurrencyCode,
}

impl Money {
    /// An amount in the network's currency.
    #[must_use]
    pub fn new(amount: Amount, currency: Currency) -> Self {
        Self { amount: amount.into(), currency: CurrencyCode(currency.code().to_owned()) }
    }
}
