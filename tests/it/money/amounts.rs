//! Amounts are exact (promise P17): what is read is what stands there, or nothing.

use proptest::prelude::*;
use proptest::test_runner::Config;
use rust_decimal::Decimal;
use upline::domain::amount::Amount;

use crate::soak::number;

/// So many of each kind; `UPLINE_SOAK_AMOUNTS` says more.
fn cases() -> Config {
    Config::with_cases(number("UPLINE_SOAK_AMOUNTS").map_or(5_000, |cases| u32::try_from(cases).unwrap()))
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn what_is_written_is_read_again(units in prop_oneof![0..=Amount::MAX_INPUT.units(), 0..100_000_i64, Just(Amount::MAX_INPUT.units())]) {
        let amount = Amount::from_units(units);
        prop_assert_eq!(Amount::parse(&amount.to_string()), Ok(amount));
        prop_assert_eq!(amount.to_decimal().normalize().to_string(), amount.to_string());
        let stored = serde_json::to_string(&amount).unwrap();
        prop_assert_eq!(serde_json::from_str::<Amount>(&stored).unwrap(), amount);
    }

    #[test]
    fn a_text_is_read_exactly_or_not_at_all(text in prop_oneof!["[0-9]{0,16}(\\.[0-9]{0,6})?", "[-+0-9.eE ,_x]{0,26}", "\\PC{0,12}"]) {
        if let Ok(amount) = Amount::parse(&text) {
            prop_assert!(amount >= Amount::ZERO && amount <= Amount::MAX_INPUT);
            prop_assert_eq!(Decimal::from_str_exact(&text).map(|decimal| decimal.normalize()), Ok(amount.to_decimal().normalize()));
        }
    }

    #[test]
    fn sums_that_do_not_fit_are_none(one in any::<i64>(), other in any::<i64>()) {
        let sum = Amount::from_units(one).checked_add(Amount::from_units(other));
        prop_assert_eq!(sum.map(Amount::units), one.checked_add(other));
        let difference = Amount::from_units(one).checked_sub(Amount::from_units(other));
        prop_assert_eq!(difference.map(Amount::units), one.checked_sub(other));
    }
}
