//! transferFunds

use crate::auth::principal::{Caller, Principal};
use crate::commands::idempotency::Repeatable;
use crate::commands::money::{self, Sum};
use crate::commands::partners::active;
use crate::commands::wallets::{Spender, unlock};
use crate::commands::{Error, Services};
use crate::config::secrets::Secret;
use crate::domain::amount::Amount;
use crate::domain::ledger::{Account, Book, Journal, JournalKind, Pocket};
use crate::domain::partners::PartnerStatus;
use crate::domain::refusal::Refusal;
use crate::store::database::{Transaction, in_transaction};
use crate::store::partners::{self, Lookup};

/// A partner pays into another partner's wallet.
#[derive(Clone, Debug)]
pub struct Transfer {
    /// The number of the partner who receives.
    pub to: i64,
    /// How much arrives; the fee comes on top.
    pub sum: Sum,
    /// Words for the receiver, 1 to 200 characters.
    pub memo: Option<String>,
    /// The sender's.
    pub transaction_password: Secret<String>,
    /// Makes the act repeatable.
    pub idempotency_key: Option<String>,
}

/// Moves money from the caller's wallet to another partner's, and the fee to the company; gives the journal's number.
///
/// # Errors
/// [`Error::Unauthenticated`]; [`Refusal`], looked for in this order: `NotPartner`, `TransfersOff`, `SameWallet`, `InvalidReason`,
/// `InvalidIdempotencyKey`, `PartnerNotActive`, `TooManyTries`, `WrongTransactionPassword`, `Busy`, `IdempotencyConflict`, `KycNotVerified` (where `kyc.required_for_spending`), `InvalidAmount`, `CurrencyUnknown`,
/// `OutsideTransferLimits`, `PartnerUnknown` (also for one who is not ACTIVE), `InsufficientFunds`.
pub async fn transfer(services: &Services, principal: &Principal, input: &Transfer) -> Result<i64, Error> {
    let caller = principal.caller().ok_or(Error::Unauthenticated)?;
    let from = caller.partner_id.ok_or(Refusal::NotPartner)?;
    if !services.wallet.transfers {
        return Err(Refusal::TransfersOff.into());
    }
    if from == input.to {
        return Err(Refusal::SameWallet.into());
    }
    input.memo.as_deref().map_or(Ok(()), money::check_reason)?;
    let request = (input.to, &input.sum, &input.memo);
    let who = format!("account:{}", caller.account_id);
    let repeatable = Repeatable::new(services, who, "transferFunds", input.idempotency_key.as_deref(), &request)?;
    if let Some(journal) = repeatable.done(services).await? {
        return Ok(journal);
    }
    let spender = unlock(services, caller.account_id, from, &input.transaction_password).await?;
    let journal =
        in_transaction!(services.database, |transaction| write(services, &transaction, (caller, from, &spender), input, &repeatable)
            .await)?;
    services.wake();
    Ok(journal)
}

async fn write(
    services: &Services,
    transaction: &Transaction,
    (caller, from, spender): (&Caller, i64, &Spender),
    input: &Transfer,
    repeatable: &Repeatable,
) -> Result<i64, Error> {
    let now = services.now();
    if let Some(journal) = repeatable.claim(transaction, now).await? {
        return Ok(journal);
    }
    spender.still_may(transaction).await?;
    active(transaction, from).await?;
    let currency = money::currency(services, transaction).await?;
    let amount = input.sum.read(currency)?;
    let [lowest, highest] = services.wallet.transfer_limits();
    if amount < lowest || amount > highest {
        return Err(Refusal::OutsideTransferLimits { lowest, highest }.into());
    }
    let receiver = partners::find(transaction, &Lookup::Number(input.to)).await?;
    receiver.filter(|partner| partner.status == PartnerStatus::Active).ok_or(Refusal::PartnerUnknown)?;
    let (sender, receiver) = (Account::Partner(from, Pocket::Available), Account::Partner(input.to, Pocket::Available));
    let journal = Journal::new(JournalKind::WalletTransfer, currency, format!("partner:{from}"));
    let mut journal =
        journal.by(Some(caller.account_id), input.memo.as_deref().map(|memo| memo.trim().to_owned())).transfer(sender, receiver, amount)?;
    let fee = services.wallet.transfer_fee();
    if fee > Amount::ZERO {
        journal = journal.transfer(sender, Account::Company(Book::Fees), fee)?;
    }
    let journal = money::post(transaction, Ok(journal), now).await?;
    repeatable.settle(transaction, &journal).await?;
    Ok(journal)
}
