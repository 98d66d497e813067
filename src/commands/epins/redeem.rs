//! redeemEpin

use super::codes::{self, Guesser, KnownCode};
use crate::auth::principal::{Caller, Principal};
use crate::commands::idempotency::Repeatable;
use crate::commands::money::{self, Sum};
use crate::commands::partners::active;
use crate::commands::{Error, Services};
use crate::config::secrets::Secret;
use crate::domain::ledger::{Account, Book, Journal, JournalKind, Pocket};
use crate::domain::refusal::Refusal;
use crate::events::EpinChanged;
use crate::store::database::{Transaction, in_transaction};
use crate::store::events;

/// A partner pays what is on an e-pin into the own wallet.
#[derive(Clone, Debug)]
pub struct RedeemEpin {
    /// As it was given.
    pub code: Secret<String>,
    /// How much; all that is left when left out.
    pub sum: Option<Sum>,
    /// Makes the act repeatable.
    pub idempotency_key: Option<String>,
}

/// Moves money from an e-pin into the caller's wallet; gives the journal's number.
///
/// # Errors
/// [`Error::Unauthenticated`]; [`Refusal`], looked for in this order: `NotPartner`, `EpinUseOff`, `InvalidIdempotencyKey`, `TooManyTries`,
/// `EpinUnknown`, `IdempotencyConflict`, `PartnerNotActive`, `InvalidAmount`, `CurrencyUnknown`, `OwnMoney` (a pin that the caller has made), `EpinNotUsable`, `WalletFull`, `WalletClosed`.
pub async fn redeem_epin(services: &Services, principal: &Principal, input: &RedeemEpin) -> Result<i64, Error> {
    let caller = principal.caller().ok_or(Error::Unauthenticated)?;
    let partner = caller.partner_id.ok_or(Refusal::NotPartner)?;
    if !services.epin.redemption {
        return Err(Refusal::EpinUseOff { used: "paid into wallets" }.into());
    }
    let (who, key) = (format!("account:{}", caller.account_id), input.idempotency_key.as_deref());
    let repeatable = Repeatable::new(services, who, "redeemEpin", key, &(input.code.expose(), &input.sum))?;
    if let Some(journal) = repeatable.done(services).await? {
        return Ok(journal);
    }
    let code = codes::known(services, Guesser::Account(caller.account_id), &input.code).await?;
    let journal = in_transaction!(services.database, |transaction| {
        write(services, &transaction, (caller, partner, code), input, &repeatable).await
    })?;
    services.wake();
    Ok(journal)
}

async fn write(
    services: &Services,
    transaction: &Transaction,
    (caller, partner, code): (&Caller, i64, KnownCode),
    input: &RedeemEpin,
    repeatable: &Repeatable,
) -> Result<i64, Error> {
    let now = services.now();
    if let Some(journal) = repeatable.claim(transaction, now).await? {
        return Ok(journal);
    }
    active(transaction, partner).await?;
    let currency = money::currency(services, transaction).await?;
    let wanted = input.sum.as_ref().map(|sum| sum.read(currency)).transpose()?;
    let (pin, amount) = codes::take(services, transaction, code, Some(partner), wanted).await?;
    let journal = Journal::new(JournalKind::EpinRedemption, currency, format!("epin:{}", pin.id)).by(Some(caller.account_id), None);
    let wallet = Account::Partner(partner, Pocket::Available);
    let journal = money::post(transaction, journal.transfer(Account::Company(Book::EpinLiability), wallet, amount), now).await?;
    events::append(transaction, &EpinChanged { epin: pin.id, owner: pin.owner_id }.into(), now).await?;
    repeatable.settle(transaction, &journal).await?;
    Ok(journal)
}
