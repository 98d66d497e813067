//! A person's bank as the profile holds it: checked, masked for people, and never printed whole.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::profiles::{Change, invalid};
use super::refusal::Refusal;

/// The longest field.
const MOST: usize = 100;

/// A person's bank; every field may be missing.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Bank {
    /// The bank's name.
    pub bank_name: Option<String>,
    /// The branch's name.
    pub branch_name: Option<String>,
    /// In whose name the account is.
    pub account_holder: Option<String>,
    /// The account's number.
    pub account_number: Option<String>,
    /// The branch's code in India: the Indian Financial System Code.
    pub ifsc: Option<String>,
    /// The tax number in India: the Permanent Account Number.
    pub pan: Option<String>,
}

/// What shall become of a person's bank.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct BankChange {
    /// The bank's name.
    pub bank_name: Change<String>,
    /// The branch's name.
    pub branch_name: Change<String>,
    /// In whose name the account is.
    pub account_holder: Change<String>,
    /// The account's number.
    pub account_number: Change<String>,
    /// The branch's code in India.
    pub ifsc: Change<String>,
    /// The tax number in India.
    pub pan: Change<String>,
}

impl BankChange {
    /// The bank after this change. The forms of IFSC and PAN are those of India, and count there only.
    ///
    /// # Errors
    /// [`Refusal::InvalidProfile`] names the field, never what it holds.
    pub fn apply(&self, bank: Bank, in_india: bool) -> Result<Bank, Refusal> {
        let text = |change: &Change<String>, present, field| change.text(present, field, MOST, "must have 100 characters at most");
        let code = |change: &Change<String>, present, field, fits: fn(&str) -> bool, rule| {
            let given = text(change, present, field)?;
            let given = if in_india { given.map(|given| given.to_ascii_uppercase()) } else { given };
            let wrong = in_india && matches!(change, Change::To(Some(_))) && given.as_deref().is_some_and(|given| !fits(given));
            if wrong { Err(invalid(field, rule)) } else { Ok(given) }
        };
        Ok(Bank {
            bank_name: text(&self.bank_name, bank.bank_name, "bankName")?,
            branch_name: text(&self.branch_name, bank.branch_name, "branchName")?,
            account_holder: text(&self.account_holder, bank.account_holder, "accountHolder")?,
            account_number: text(&self.account_number, bank.account_number, "accountNumber")?,
            ifsc: code(&self.ifsc, bank.ifsc, "ifsc", is_ifsc, "must be four letters, a zero and six letters or digits")?,
            pan: code(&self.pan, bank.pan, "pan", is_pan, "must be five letters, four digits and a letter")?,
        })
    }

    /// Whether every field is given, so that what is stored does not matter.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        let fields = [&self.bank_name, &self.branch_name, &self.account_holder, &self.account_number, &self.ifsc, &self.pan];
        fields.into_iter().all(|change| *change != Change::Keep)
    }
}

fn is_ifsc(code: &str) -> bool {
    let (bank, rest) = code.as_bytes().split_at_checked(4).unwrap_or_default();
    let alphanumeric = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    code.len() == 11 && bank.iter().all(u8::is_ascii_uppercase) && rest.starts_with(b"0") && rest.iter().all(alphanumeric)
}

fn is_pan(number: &str) -> bool {
    let fits = |(index, byte): (usize, u8)| if (5..9).contains(&index) { byte.is_ascii_digit() } else { byte.is_ascii_uppercase() };
    number.len() == 10 && number.bytes().enumerate().all(fits)
}

impl Bank {
    /// Whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// As much as its owner needs to recognise it: of the numbers the endings. What is masked is masked again in the same way.
    #[must_use]
    pub fn masked(&self) -> Self {
        let mask = |text: &Option<String>| text.as_deref().map(|text| format!("**** {}", ending(text)));
        Self { account_number: mask(&self.account_number), pan: mask(&self.pan), ..self.clone() }
    }
}

/// The last characters, four at most and never more than a third.
fn ending(text: &str) -> String {
    let length = text.chars().count();
    text.chars().skip(length - (length / 3).min(4)).collect()
}

impl fmt::Debug for Bank {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bank(***)")
    }
}

impl fmt::Debug for BankChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BankChange(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to(text: &str) -> Change<String> {
        Change::of_text(Some(text.to_owned()))
    }

    #[test]
    fn what_is_left_out_stays_and_what_is_empty_goes() {
        let bank = Bank { bank_name: Some("First".into()), pan: Some("x".into()), ..Bank::default() };
        let change = BankChange { bank_name: to(" Second "), pan: to(" "), ..BankChange::default() };
        let changed = change.apply(bank.clone(), false).unwrap();
        assert_eq!(changed, Bank { bank_name: Some("Second".into()), ..Bank::default() });
        assert_eq!(BankChange::default().apply(bank.clone(), true).unwrap().bank_name, bank.bank_name, "what stays is not judged");
        assert!(BankChange { bank_name: to(&"x".repeat(101)), ..BankChange::default() }.apply(bank.clone(), false).is_err());
        assert!(BankChange { bank_name: to("a\u{7}b"), ..BankChange::default() }.apply(bank, false).is_err());
    }

    #[test]
    fn indian_codes_have_their_forms_in_india_only() {
        let ifsc = |code: &str, in_india| BankChange { ifsc: to(code), ..BankChange::default() }.apply(Bank::default(), in_india);
        let pan = |number: &str, in_india| BankChange { pan: to(number), ..BankChange::default() }.apply(Bank::default(), in_india);
        assert_eq!(ifsc("hdfc0001234", true).unwrap().ifsc.as_deref(), Some("HDFC0001234"));
        assert_eq!(pan("abcde1234f", true).unwrap().pan.as_deref(), Some("ABCDE1234F"));
        for bad in ["HDFC1001234", "HDF00001234", "HDFC000123", "HDFC00012345", "HDFC000123é"] {
            assert!(ifsc(bad, true).is_err() && ifsc(bad, false).is_ok(), "{bad}");
        }
        for bad in ["ABCD1234EF", "ABCDE12345", "ABCDE1234FF", "ABCDE1234"] {
            assert!(pan(bad, true).is_err() && pan(bad, false).is_ok(), "{bad}");
        }
    }

    #[test]
    fn masks_show_endings_and_debug_shows_nothing() {
        let bank = Bank { account_number: Some("40817810099910006789".into()), pan: Some("ABCDE1234F".into()), ..Bank::default() };
        let masked = bank.masked();
        assert_eq!((masked.account_number.as_deref(), masked.pan.as_deref()), (Some("**** 6789"), Some("**** 34F")));
        assert_eq!(Bank { pan: Some("ab".into()), ..Bank::default() }.masked().pan.as_deref(), Some("**** "));
        assert_eq!(format!("{bank:?} {:?}", BankChange { pan: to("x"), ..BankChange::default() }), "Bank(***) BankChange(***)");
    }
}
