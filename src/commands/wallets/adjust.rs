//! creditWallet, debitWallet

use serde_json::json;

use crate::auth::principal::{Caller, Principal};
use crate::commands::idempotency::Repeatable;
use crate::commands::money::{self, Sum, check_reason};
use crate::commands::powers::forbid_own;
use crate::commands::{Error, Services};
use crate::domain::accounts::Scope;
use crate::domain::ledger::{Account, Book, Journal, JournalKind, Pocket};
use crate::domain::refusal::Refusal;
use crate::store::audit::{self, Entry};
use crate::store::database::{Transaction, in_transaction};
use crate::store::partners::{self, Lookup};

/// Which way the money goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Into the wallet.
    Credit,
    /// Out of the wallet.
    Debit,
}

/// An operator gives to a wallet or takes from it.
#[derive(Clone, Debug)]
pub struct AdjustWallet {
    /// Whose wallet.
    pub partner: i64,
    /// Which way.
    pub direction: Direction,
    /// How much.
    pub sum: Sum,
    /// Why, in words: the partner reads it.
    pub reason: String,
    /// Makes the act repeatable.
    pub idempotency_key: Option<String>,
}

/// Moves money between a wallet and the company's book of adjustments; gives the journal's number. For operators with the scope `payouts`.
///
/// # Errors
/// [`Error::Unauthenticated`]; [`Refusal`], looked for in this order: `ScopeMissing`, `InvalidReason`, `InvalidIdempotencyKey`, `IdempotencyConflict`,
/// `InvalidAmount`, `CurrencyUnknown`, `PartnerUnknown`, `OwnMoney`, `InsufficientFunds`, `WalletClosed`.
pub async fn adjust_wallet(services: &Services, principal: &Principal, input: &AdjustWallet) -> Result<i64, Error> {
    let caller = principal.caller().ok_or(Error::Unauthenticated)?;
    caller.require(Scope::Payouts)?;
    check_reason(&input.reason)?;
    let operation = match input.direction {
        Direction::Credit => "creditWallet",
        Direction::Debit => "debitWallet",
    };
    let request = (input.partner, &input.sum, &input.reason);
    let who = format!("account:{}", caller.account_id);
    let repeatable = Repeatable::new(services, who, operation, input.idempotency_key.as_deref(), &request)?;
    let journal =
        in_transaction!(services.database, |transaction| write(services, &transaction, caller, (operation, input), &repeatable).await)?;
    services.wake();
    Ok(journal)
}

async fn write(
    services: &Services,
    transaction: &Transaction,
    caller: &Caller,
    (operation, input): (&'static str, &AdjustWallet),
    repeatable: &Repeatable,
) -> Result<i64, Error> {
    let now = services.now();
    if let Some(journal) = repeatable.claim(transaction, now).await? {
        return Ok(journal);
    }
    let currency = money::currency(services, transaction).await?;
    let amount = input.sum.read(currency)?;
    partners::find(transaction, &Lookup::Number(input.partner)).await?.ok_or(Refusal::PartnerUnknown)?;
    forbid_own(transaction, caller, (input.partner, &[Scope::Payouts])).await?;
    let (wallet, book) = (Account::Partner(input.partner, Pocket::Available), Account::Company(Book::Adjustments));
    let (kind, from, to) = match input.direction {
        Direction::Credit => (JournalKind::WalletCredit, book, wallet),
        Direction::Debit => (JournalKind::WalletDebit, wallet, book),
    };
    let subject = format!("partner:{}", input.partner);
    let journal = Journal::new(kind, currency, subject.clone()).by(Some(caller.account_id), Some(input.reason.trim().to_owned()));
    let journal = money::post(transaction, journal.transfer(from, to, amount), now).await?;
    let detail = json!({ "journal": journal, "amount": amount.to_string(), "currency": currency.code(), "reason": input.reason.trim() });
    let (account_id, detail) = (Some(caller.account_id), detail.to_string());
    audit::append(transaction, &Entry { account_id, action: operation, subject: &subject, detail: &detail, at: now }).await?;
    repeatable.settle(transaction, &journal).await?;
    Ok(journal)
}
