//! transferEpin

use serde_json::json;

use super::codes;
use crate::auth::principal::{Caller, Principal};
use crate::commands::idempotency::Repeatable;
use crate::commands::powers::forbid_own;
use crate::commands::wallets::{Spender, unlock};
use crate::commands::{Error, Services};
use crate::config::secrets::Secret;
use crate::domain::accounts::Scope;
use crate::domain::amount::Amount;
use crate::domain::epins::{Epin, EpinStatus};
use crate::domain::partners::PartnerStatus;
use crate::domain::refusal::Refusal;
use crate::events::EpinChanged;
use crate::store::audit::{self, Entry};
use crate::store::database::{Transaction, in_transaction};
use crate::store::{epin_changes, epins, events, partners};

/// An e-pin goes to another partner.
#[derive(Clone, Debug)]
pub struct TransferEpin {
    /// Which.
    pub epin: i64,
    /// The number of the partner who alone may use it from then on.
    pub to: i64,
    /// The owner's; operators need none.
    pub transaction_password: Option<Secret<String>>,
    /// Makes the act repeatable.
    pub idempotency_key: Option<String>,
}

/// Passes an e-pin on, and gives its number: a partner one of the own, an operator with the scope `payouts` any. The code that was known is worth
/// nothing from then on; the new owner asks for another one.
///
/// # Errors
/// [`Error::Unauthenticated`]; [`Refusal`], looked for in this order: `NotPartner`, `EpinUseOff`, `InvalidIdempotencyKey`, `PartnerNotActive`, `TooManyTries`,
/// `WrongTransactionPassword` (also where none was given), `Busy`, `IdempotencyConflict`, `EpinUnknown`, `EpinNotUsable`, `PartnerUnknown` (also for one
/// who is not ACTIVE, and for the owner), `OwnMoney` (from or to an operator's own number).
pub async fn transfer_epin(services: &Services, principal: &Principal, input: &TransferEpin) -> Result<i64, Error> {
    let caller = principal.caller().ok_or(Error::Unauthenticated)?;
    let sender = if caller.has(Scope::Payouts) { None } else { Some(caller.partner_id.ok_or(Refusal::NotPartner)?) };
    if sender.is_some() && !services.epin.transfers {
        return Err(Refusal::EpinUseOff { used: "passed on by partners" }.into());
    }
    let (who, key) = (format!("account:{}", caller.account_id), input.idempotency_key.as_deref());
    let repeatable = Repeatable::new(services, who, "transferEpin", key, &(input.epin, input.to))?;
    if let Some(epin) = repeatable.done(services).await? {
        return Ok(epin);
    }
    let spender = match sender {
        Some(partner) => {
            let password = input.transaction_password.as_ref().ok_or(Refusal::WrongTransactionPassword)?;
            Some(unlock(services, caller.account_id, partner, password).await?)
        }
        None => None,
    };
    let epin = in_transaction!(services.database, |transaction| {
        write(services, &transaction, (caller, spender.as_ref()), input, &repeatable).await
    })?;
    services.wake();
    Ok(epin)
}

async fn write(
    services: &Services,
    transaction: &Transaction,
    (caller, spender): (&Caller, Option<&Spender>),
    input: &TransferEpin,
    repeatable: &Repeatable,
) -> Result<i64, Error> {
    let now = services.now();
    if let Some(epin) = repeatable.claim(transaction, now).await? {
        return Ok(epin);
    }
    let pin = match spender {
        Some(spender) => own(transaction, spender, input.epin).await?,
        None => epins::hold(transaction, input.epin).await?.ok_or(Refusal::EpinUnknown)?,
    };
    if pin.status_at(now) != EpinStatus::Active {
        // For the owner, who may use it: what keeps it from being used.
        pin.check(pin.owner_id, Amount::ZERO, now)?;
    }
    // Held until the pin is theirs: an erasure at the same time waits, and sees it.
    let receiver = partners::hold(transaction, input.to).await?;
    receiver.filter(|to| to.status == PartnerStatus::Active && pin.owner_id != Some(to.id)).ok_or(Refusal::PartnerUnknown)?;
    epin_changes::set_owner(transaction, pin.id, input.to).await?;
    // Whoever knew the code knows nothing any more: recruits use pins of their sponsor's, so the owner's number alone does not guard it.
    codes::renew(services, transaction, pin.id, &services.random.bytes()).await?;
    if spender.is_none() {
        for party in [pin.owner_id, Some(input.to)].into_iter().flatten() {
            forbid_own(transaction, caller, (party, &[Scope::Payouts])).await?;
        }
        let (subject, detail) = (format!("epin:{}", pin.id), json!({ "from": pin.owner_id, "to": input.to }).to_string());
        let entry = Entry { account_id: Some(caller.account_id), action: "transferEpin", subject: &subject, detail: &detail, at: now };
        audit::append(transaction, &entry).await?;
    }
    for owner in [pin.owner_id, Some(input.to)].into_iter().flatten() {
        events::append(transaction, &EpinChanged { epin: pin.id, owner: Some(owner) }.into(), now).await?;
    }
    repeatable.settle(transaction, &pin.id).await?;
    Ok(pin.id)
}

/// A pin of the spender's, held.
pub(super) async fn own(transaction: &Transaction, spender: &Spender, number: i64) -> Result<Epin, Error> {
    spender.still_may(transaction).await?;
    let pin = epins::hold(transaction, number).await?;
    Ok(pin.filter(|pin| pin.owner_id == Some(spender.partner_id())).ok_or(Refusal::EpinUnknown)?)
}
