//! requestPayout

use super::save_method::seal;
use super::secret::unlock_details;
use crate::auth::principal::{Caller, Principal};
use crate::commands::idempotency::Repeatable;
use crate::commands::kyc::verified;
use crate::commands::money::{self, Sum};
use crate::commands::partners::active;
use crate::commands::wallets::Spender;
use crate::commands::{Error, Services};
use crate::config::secrets::Secret;
use crate::domain::amount::Amount;
use crate::domain::currency::Currency;
use crate::domain::ledger::{Account, Journal, JournalKind, Pocket};
use crate::domain::payouts::{self as domain, Details, GivenDetails, MethodKind, PayoutStatus};
use crate::domain::refusal::Refusal;
use crate::events::PayoutStatusChanged;
use crate::store::database::{Transaction, in_transaction};
use crate::store::ledger::holds::{self, Hold};
use crate::store::payout_changes::{self, NewPayout, NewStep};
use crate::store::payout_methods::{self, Sealed};
use crate::store::{events, ledger, payouts};

/// A partner asks for money.
#[derive(Clone, Debug)]
pub struct RequestPayout {
    /// How much arrives; the fee comes on top.
    pub sum: Sum,
    /// How it is paid.
    pub kind: MethodKind,
    /// Where to, for this payout only; what is saved of the kind where nothing is given.
    pub details: Option<GivenDetails>,
    /// The partner's, where the configuration wants it.
    pub transaction_password: Option<Secret<String>>,
    /// Makes the act repeatable.
    pub idempotency_key: Option<String>,
}

/// Sets money of the caller's wallet aside for a payout; gives the payout's number.
///
/// # Errors
/// [`Error::Unauthenticated`]; [`Refusal`], looked for in this order: `NotPartner`, `InvalidPayoutDetails`, `InvalidIdempotencyKey`,
/// where the configuration wants the transaction password `TransactionPasswordRequired`, `PartnerNotActive`, `TooManyTries`, `WrongTransactionPassword`,
/// `Busy`; `IdempotencyConflict`, `InvalidAmount`, `CurrencyUnknown`, `PartnerNotActive`, `KycNotVerified` (where `kyc.required_for_payouts`), `PayoutAlreadyPending`,
/// `BelowPayoutMinimum`, `InsufficientFunds`, `PayoutDetailsRequired`.
pub async fn request_payout(services: &Services, principal: &Principal, input: &RequestPayout) -> Result<i64, Error> {
    let caller = principal.caller().ok_or(Error::Unauthenticated)?;
    let partner = caller.partner_id.ok_or(Refusal::NotPartner)?;
    let given = input.details.as_ref().map(|details| details.check(input.kind)).transpose()?;
    let request = (&input.sum, input.kind.code(), &given);
    let who = format!("account:{}", caller.account_id);
    let repeatable = Repeatable::new(services, who, "requestPayout", input.idempotency_key.as_deref(), &request)?;
    if let Some(number) = repeatable.done(services).await? {
        return Ok(number);
    }
    let spender = unlock_details(services, caller, partner, given.is_some(), input.transaction_password.as_ref()).await?;
    let asking = Asking { caller, partner, input, given: given.as_ref(), spender };
    let number = in_transaction!(services.database, |transaction| write(services, &transaction, &asking, &repeatable).await)?;
    services.wake();
    Ok(number)
}

struct Asking<'a> {
    caller: &'a Caller,
    partner: i64,
    input: &'a RequestPayout,
    given: Option<&'a Details>,
    spender: Option<Spender>,
}

async fn write(services: &Services, transaction: &Transaction, asking: &Asking<'_>, repeatable: &Repeatable) -> Result<i64, Error> {
    let now = services.now();
    if let Some(number) = repeatable.claim(transaction, now).await? {
        return Ok(number);
    }
    if let Some(spender) = &asking.spender {
        spender.still_is(transaction).await?;
    }
    let partner = asking.partner;
    let currency = money::currency(services, transaction).await?;
    let amount = asking.input.sum.read(currency)?;
    let (fee, minimum) = (services.payout.fee(), services.payout.minimum());
    active(transaction, partner).await?;
    if services.kyc.required_for_payouts {
        verified(transaction, partner).await?;
    }
    if !payouts::open_of(transaction, &[partner]).await?.is_empty() {
        return Err(Refusal::PayoutAlreadyPending.into());
    }
    if amount < minimum {
        return Err(Refusal::BelowPayoutMinimum { minimum }.into());
    }
    let total = amount.checked_add(fee).ok_or(Refusal::InsufficientFunds)?;
    // Told before missing details; the statement that takes the money looks again.
    if ledger::balance(transaction, partner, Pocket::Available, currency).await? < total {
        return Err(Refusal::InsufficientFunds.into());
    }
    let method = &method(services, transaction, asking).await?;
    let new = NewPayout { partner, currency, amount, fee, method, at: now };
    let number = payout_changes::insert(transaction, &new).await?.map_err(|_| Refusal::PayoutAlreadyPending)?;
    set_aside(services, transaction, (asking, currency, total), &domain::subject(number)).await?;
    let (actor_id, status) = (Some(asking.caller.account_id), PayoutStatus::Pending);
    payout_changes::append_step(transaction, &NewStep { payout: number, status, actor_id, note: None, at: now }).await?;
    events::append(transaction, &PayoutStatusChanged { payout: number, partner, status }.into(), now).await?;
    repeatable.settle(transaction, &number).await?;
    Ok(number)
}

/// Where to pay: what was given, else what is saved of the kind.
async fn method(services: &Services, transaction: &Transaction, asking: &Asking<'_>) -> Result<Sealed, Error> {
    match asking.given {
        Some(details) => seal(services, details, asking.partner),
        None => {
            let saved = payout_methods::find(transaction, asking.partner, asking.input.kind).await?;
            Ok(saved.ok_or(Refusal::PayoutDetailsRequired)?)
        }
    }
}

async fn set_aside(
    services: &Services,
    transaction: &Transaction,
    (asking, currency, total): (&Asking<'_>, Currency, Amount),
    subject: &str,
) -> Result<(), Error> {
    let now = services.now();
    let [available, held] = [Pocket::Available, Pocket::Held].map(|pocket| Account::Partner(asking.partner, pocket));
    let journal = Journal::new(JournalKind::PayoutRequest, currency, subject.to_owned()).by(Some(asking.caller.account_id), None);
    money::post(transaction, journal.transfer(available, held, total), now).await?;
    Ok(holds::open(transaction, &Hold { partner: asking.partner, currency, amount: total, subject }, now).await?)
}
