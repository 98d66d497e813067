//! Where a payout goes: checked, masked for people, and never printed whole.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::coded::coded_enum;
use super::refusal::Refusal;

coded_enum! {
    /// How a payout is paid.
    MethodKind, "a kind of payout", {
        /// Onto a bank card.
        BankCard = "BANK_CARD",
        /// Into a bank account.
        BankTransfer = "BANK_TRANSFER",
        /// Into an electronic wallet.
        Ewallet = "EWALLET",
    }
}

/// What somebody wrote; fields of other kinds are ignored.
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
pub struct GivenDetails {
    /// For a card: its number, with blanks or dashes.
    pub card_number: Option<String>,
    /// For a transfer: the bank's name.
    pub bank_name: Option<String>,
    /// For a transfer: the bank's code.
    pub bank_code: Option<String>,
    /// For a transfer: the account's number.
    pub account_number: Option<String>,
    /// For an electronic wallet: whose it is.
    pub wallet_type: Option<String>,
    /// For an electronic wallet: its name there.
    pub wallet_id: Option<String>,
}

/// Where a payout goes.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Details {
    /// A card.
    BankCard {
        /// Digits only.
        card_number: String,
    },
    /// An account at a bank.
    BankTransfer {
        /// The bank's name.
        bank_name: String,
        /// The bank's code.
        bank_code: String,
        /// The account's number.
        account_number: String,
    },
    /// An electronic wallet.
    Ewallet {
        /// Whose it is.
        wallet_type: String,
        /// Its name there.
        wallet_id: String,
    },
}

impl GivenDetails {
    /// The details of a kind.
    ///
    /// # Errors
    /// [`Refusal::InvalidPayoutDetails`] names the field, never what it holds.
    pub fn check(&self, kind: MethodKind) -> Result<Details, Refusal> {
        Ok(match kind {
            MethodKind::BankCard => Details::BankCard { card_number: card(self.card_number.as_deref())? },
            MethodKind::BankTransfer => Details::BankTransfer {
                bank_name: name("bankName", self.bank_name.as_deref(), 200, "must have 1 to 200 characters")?,
                bank_code: code("bankCode", self.bank_code.as_deref(), 4..=11, "must have 4 to 11 digits or capital letters")?,
                account_number: code(
                    "accountNumber",
                    self.account_number.as_deref(),
                    5..=34,
                    "must have 5 to 34 digits or capital letters",
                )?,
            },
            MethodKind::Ewallet => Details::Ewallet {
                wallet_type: name("walletType", self.wallet_type.as_deref(), 50, "must have 1 to 50 characters")?,
                wallet_id: wallet_id(self.wallet_id.as_deref())?,
            },
        })
    }
}

fn refuse(field: &'static str, rule: &'static str) -> Refusal {
    Refusal::InvalidPayoutDetails { field, rule }
}

fn card(given: Option<&str>) -> Result<String, Refusal> {
    let number: String = given.unwrap_or_default().chars().filter(|sign| !matches!(sign, ' ' | '-')).collect();
    let fits = (12..=19).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
    if fits { Ok(number) } else { Err(refuse("cardNumber", "must have 12 to 19 digits")) }
}

fn text(field: &'static str, given: Option<&str>, most: usize, rule: &'static str) -> Result<String, Refusal> {
    let text = given.unwrap_or_default().trim();
    let fits = (1..=most).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    if fits { Ok(text.to_owned()) } else { Err(refuse(field, rule)) }
}

/// What programs for tables take for a formula. The file for the bank would have to hide it from them, and so tell another name than was given.
const BEGINNINGS_OF_FORMULAS: [char; 4] = ['=', '+', '-', '@'];

fn name(field: &'static str, given: Option<&str>, most: usize, rule: &'static str) -> Result<String, Refusal> {
    let name = text(field, given, most, rule)?;
    if name.starts_with(BEGINNINGS_OF_FORMULAS) {
        return Err(refuse(field, "must not begin with = + - or @: leave that sign out"));
    }
    Ok(name)
}

/// A telephone number is kept by its digits, with the country's before it, however it was written.
fn wallet_id(given: Option<&str>) -> Result<String, Refusal> {
    let id = text("walletId", given, 100, "must have 1 to 100 characters")?;
    let Some(number) = id.strip_prefix('+') else {
        let rule = "must not begin with = - or @: leave that sign out";
        return if id.starts_with(BEGINNINGS_OF_FORMULAS) { Err(refuse("walletId", rule)) } else { Ok(id) };
    };
    let digits: String = number.chars().filter(|sign| !matches!(sign, ' ' | '-' | '(' | ')' | '.')).collect();
    let fits = (5..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    if fits { Ok(digits) } else { Err(refuse("walletId", "with a + must be a telephone number of 5 to 15 digits; else leave the + out")) }
}

fn code(field: &'static str, given: Option<&str>, lengths: std::ops::RangeInclusive<usize>, rule: &'static str) -> Result<String, Refusal> {
    let code: String = given.unwrap_or_default().chars().filter(|sign| *sign != ' ').collect();
    let fits = lengths.contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
    if fits { Ok(code) } else { Err(refuse(field, rule)) }
}

impl Details {
    /// How it is paid.
    #[must_use]
    pub const fn kind(&self) -> MethodKind {
        match self {
            Self::BankCard { .. } => MethodKind::BankCard,
            Self::BankTransfer { .. } => MethodKind::BankTransfer,
            Self::Ewallet { .. } => MethodKind::Ewallet,
        }
    }

    /// As much as its owner needs to recognise it: `**** **** **** 1234`.
    #[must_use]
    pub fn masked(&self) -> String {
        match self {
            Self::BankCard { card_number } => format!("**** **** **** {}", ending(card_number)),
            Self::BankTransfer { bank_name, account_number, .. } => format!("{bank_name} **** {}", ending(account_number)),
            Self::Ewallet { wallet_type, wallet_id } => format!("{wallet_type} **** {}", ending(wallet_id)),
        }
    }
}

/// The last four characters; of a short text the last two, and of a very short one nothing, so that no mask shows the whole.
fn ending(text: &str) -> String {
    let signs: Vec<char> = text.chars().collect();
    let shown = match signs.len() {
        0..=2 => 0,
        3..=7 => 2,
        _ => 4,
    };
    signs.get(signs.len() - shown..).unwrap_or_default().iter().collect()
}

/// The mask.
impl fmt::Debug for Details {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Details({})", self.masked())
    }
}

/// Nothing of it.
impl fmt::Debug for GivenDetails {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GivenDetails(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(kind: MethodKind, [first, second, third]: [&str; 3]) -> GivenDetails {
        let some = |text: &str| Some(text.to_owned());
        match kind {
            MethodKind::BankCard => GivenDetails { card_number: some(first), ..GivenDetails::default() },
            MethodKind::BankTransfer => {
                GivenDetails { bank_name: some(first), bank_code: some(second), account_number: some(third), ..GivenDetails::default() }
            }
            MethodKind::Ewallet => GivenDetails { wallet_type: some(first), wallet_id: some(second), ..GivenDetails::default() },
        }
    }

    #[test]
    fn masks_show_an_ending_only() {
        for (kind, fields, mask) in [
            (MethodKind::BankCard, ["5200 0000-0000 7312", "", ""], "**** **** **** 7312"),
            (MethodKind::BankTransfer, ["First Bank", "044525225", "40817810099910006789"], "First Bank **** 6789"),
            (MethodKind::BankTransfer, ["First Bank", "044525225", "12345"], "First Bank **** 45"),
            (MethodKind::Ewallet, ["YOOMONEY", "4100 1111 1234", ""], "YOOMONEY **** 1234"),
            (MethodKind::Ewallet, ["QIWI", "anna", ""], "QIWI **** na"),
            (MethodKind::Ewallet, ["QIWI", "ab", ""], "QIWI **** "),
        ] {
            let details = given(kind, fields).check(kind).unwrap();
            assert_eq!((details.masked().as_str(), details.kind()), (mask, kind));
            assert_eq!(format!("{details:?}"), format!("Details({mask})"));
        }
        assert_eq!(format!("{:?}", given(MethodKind::BankCard, ["520000007312", "", ""])), "GivenDetails(***)");
    }

    #[test]
    fn a_telephone_number_is_kept_by_its_digits() {
        for (written, kept) in
            [("+7900", None), ("+79001", Some("79001")), (" +7 (900) 123-45.67 ", Some("79001234567")), ("8 900", Some("8 900"))]
        {
            let details = given(MethodKind::Ewallet, ["QIWI", written, ""]).check(MethodKind::Ewallet).ok();
            let expected = kept.map(|id| Details::Ewallet { wallet_type: "QIWI".to_owned(), wallet_id: id.to_owned() });
            assert_eq!(details, expected, "{written}");
        }
    }

    #[test]
    fn what_is_no_address_of_money_is_refused_by_the_name_of_its_field() {
        for (kind, fields, field) in [
            (MethodKind::BankCard, ["12345678901", "", ""], "cardNumber"),
            (MethodKind::BankCard, ["12345678901234567890", "", ""], "cardNumber"),
            (MethodKind::BankCard, ["1234x67890123", "", ""], "cardNumber"),
            (MethodKind::BankTransfer, ["", "044525225", "12345"], "bankName"),
            (MethodKind::BankTransfer, ["B\u{7}", "044525225", "12345"], "bankName"),
            (MethodKind::BankTransfer, ["B", "1", "12345"], "bankCode"),
            (MethodKind::BankTransfer, ["B", "044525225", "1234"], "accountNumber"),
            (MethodKind::BankTransfer, ["B", "044525225", "12345=x"], "accountNumber"),
            (MethodKind::Ewallet, [" ", "x", ""], "walletType"),
            (MethodKind::Ewallet, ["X", "", ""], "walletId"),
            (MethodKind::BankTransfer, ["=HYPERLINK(\"x\")", "044525225", "12345"], "bankName"),
            (MethodKind::BankTransfer, [" -B", "044525225", "12345"], "bankName"),
            (MethodKind::Ewallet, ["@QIWI", "x", ""], "walletType"),
            (MethodKind::Ewallet, ["QIWI", "@anna", ""], "walletId"),
            (MethodKind::Ewallet, ["QIWI", "=1+1", ""], "walletId"),
            (MethodKind::Ewallet, ["QIWI", "-7900", ""], "walletId"),
            (MethodKind::Ewallet, ["QIWI", "+7900+1", ""], "walletId"),
            (MethodKind::Ewallet, ["QIWI", "+SUM(A1)", ""], "walletId"),
            (MethodKind::Ewallet, ["QIWI", "+1234", ""], "walletId"),
            (MethodKind::Ewallet, ["QIWI", "+1234567890123456", ""], "walletId"),
        ] {
            let refusal = given(kind, fields).check(kind).unwrap_err();
            assert!(
                matches!(refusal, Refusal::InvalidPayoutDetails { field: named, .. } if named == field),
                "{kind} {fields:?}: {refusal}"
            );
        }
        for kind in MethodKind::ALL {
            assert!(GivenDetails::default().check(*kind).is_err());
        }
    }
}
