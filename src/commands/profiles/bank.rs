//! The part of a profile that is the bank.

use super::{hold, tell};
use crate::commands::{Error, Services};
use crate::domain::bank::{Bank, BankChange};
use crate::store::database::Transaction;
use crate::store::profiles::{self, SealedBank};

/// The bank of an account: sealed at rest, and shown masked to everybody. Payouts go by the payout methods.
pub(super) async fn write(services: &Services, transaction: &Transaction, account: i64, change: &BankChange) -> Result<(), Error> {
    hold(transaction, account).await?;
    let before = match profiles::bank_details(transaction, account).await? {
        // Sealed under another key it can still be replaced as a whole.
        Some(sealed) if !change.is_whole() => services.profile_vault.open(&sealed, account)?,
        _ => Bank::default(),
    };
    let after = change.apply(before, services.profile.is_in_india())?;
    let now = tell(services, transaction, account).await?;
    let bank = if after.is_empty() {
        None
    } else {
        Some(SealedBank { masked: after.masked(), details: services.profile_vault.seal(&after, account, services.random.as_ref())? })
    };
    Ok(profiles::save_bank(transaction, account, bank, now).await?)
}
