//! What every act with money needs: the currency of the network, and journals with their events.

use super::{Error, Services};
use crate::domain::amount::Amount;
use crate::domain::currency::Currency;
use crate::domain::instant::Instant;
use crate::domain::ledger::{Account, Journal, LedgerError};
use crate::domain::refusal::Refusal;
use crate::events::BalanceChanged;
use crate::store::database::Transaction;
use crate::store::{events, ledger, settings};

/// A sum of money as somebody wrote it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Sum {
    /// A plain decimal number: `12.50`.
    pub amount: String,
    /// The currency that was named, if one was.
    pub currency: Option<String>,
}

impl Sum {
    /// The amount, which must be positive and one of the network's currency.
    pub(super) fn read(&self, currency: Currency) -> Result<Amount, Refusal> {
        currency.sum(&self.amount, self.currency.as_deref())
    }
}

/// The currency of the network: that of its plan or its first journal, else the configured one.
pub(super) async fn currency(services: &Services, transaction: &Transaction) -> Result<Currency, Error> {
    match settings::currency(transaction).await?.or_else(|| services.wallet.currency()) {
        Some(currency) => Ok(currency),
        None => Err(Error::Internal("no currency is configured".to_owned())),
    }
}

/// Writes a journal, and an event for each partner whose wallet it touches; gives the journal's number.
pub(super) async fn post(transaction: &Transaction, journal: Result<Journal, LedgerError>, now: Instant) -> Result<i64, Error> {
    let journal = journal?;
    settings::record_currency(transaction, journal.currency()).await?;
    let posted = ledger::post(transaction, &journal, now).await?;
    let mut partners: Vec<i64> = posted.balances.iter().filter_map(|(account, _)| Account::partner_id(*account)).collect();
    partners.dedup();
    for partner in partners {
        events::append(transaction, &BalanceChanged { partner, journal: posted.journal_id }.into(), now).await?;
    }
    Ok(posted.journal_id)
}

/// Checks words that say why something was done: 1 to 200 characters without control characters.
pub(super) fn check_reason(reason: &str) -> Result<(), Refusal> {
    let fits = (1..=200).contains(&reason.trim().chars().count()) && !reason.chars().any(char::is_control);
    if fits { Ok(()) } else { Err(Refusal::InvalidReason) }
}

/// What something is called outside, without blanks around it: 1 to 100 characters, none of them a control character.
pub(super) fn check_reference(reference: &str) -> Result<&str, Refusal> {
    let reference = reference.trim();
    let fits = (1..=100).contains(&reference.chars().count()) && !reference.chars().any(char::is_control);
    if fits { Ok(reference) } else { Err(Refusal::InvalidReference) }
}

impl From<LedgerError> for Error {
    fn from(error: LedgerError) -> Self {
        Self::Internal(error.to_string())
    }
}

impl From<ledger::Failed> for Error {
    fn from(error: ledger::Failed) -> Self {
        match error {
            ledger::Failed::NotCovered { .. } => Self::Refused(Refusal::InsufficientFunds),
            ledger::Failed::Full { .. } => Self::Refused(Refusal::WalletFull),
            ledger::Failed::Closed { .. } => Self::Refused(Refusal::WalletClosed),
            ledger::Failed::Journal(error) => error.into(),
            ledger::Failed::Store(error) => error.into(),
        }
    }
}
