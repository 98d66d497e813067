//! eraseAccount

use serde_json::json;

use crate::auth::principal::{Caller, Principal};
use crate::commands::money::{self, check_reason};
use crate::commands::partners::referral_code;
use crate::commands::{Error, Services};
use crate::domain::accounts::{ERASED_NAME, Role, erased_username};
use crate::domain::refusal::Refusal;
use crate::events::{AccountErased, OrderCancelled};
use crate::store::audit::{self, Entry};
use crate::store::database::{Transaction, in_transaction};
use crate::store::erasure::{self, Abandoned, Found, Obstacle, Tombstone, Whose};
use crate::store::{events, ledger};

/// A person shall be forgotten.
#[derive(Clone, Debug)]
pub struct EraseAccount {
    /// Who.
    pub whose: Whose,
    /// Why, in words that do not name the person: they stay.
    pub reason: String,
}

/// Erases all that tells of a person and ends the person's sessions; gives the account's key and the partner's number. The account and the partner stay
/// as numbers: places in both trees, ledger, orders and commissions are whole. The wallet is closed: what is given back later is owed outside. It cannot be undone. For owners.
///
/// Who was erased before is left alone.
///
/// # Errors
/// [`Error::Unauthenticated`]; [`Refusal`], looked for in this order: `OwnerOnly`, `InvalidReason`, `AccountUnknown`, `AccountIsStaff`,
/// `ErasureBlocked`.
pub async fn erase_account(services: &Services, principal: &Principal, input: &EraseAccount) -> Result<(i64, Option<i64>), Error> {
    let caller = principal.caller().ok_or(Error::Unauthenticated)?;
    caller.require_owner()?;
    check_reason(&input.reason)?;
    let found = in_transaction!(services.database, |transaction| write(services, &transaction, caller, input).await)?;
    services.wake();
    // Committed it is; what the log keeps because somebody reads goes when it is emptied next.
    services.database.empty_log().await.ok();
    Ok((found.account_id, found.partner_id))
}

async fn write(services: &Services, transaction: &Transaction, caller: &Caller, input: &EraseAccount) -> Result<Found, Error> {
    let found = erasure::hold(transaction, input.whose).await?.ok_or(Refusal::AccountUnknown)?;
    if found.erased {
        return Ok(found);
    }
    if found.role != Role::Member {
        return Err(Refusal::AccountIsStaff.into());
    }
    let now = services.now();
    // Closed before it is looked into: what comes in at the same time is either seen below or refused.
    if let Some(partner) = found.partner_id {
        ledger::close(transaction, partner, money::currency(services, transaction).await?, now).await?;
    }
    if let Some(obstacle) = erasure::obstacle(transaction, &found).await? {
        return Err(Refusal::ErasureBlocked { obstacle: in_words(obstacle) }.into());
    }
    let (random, account) = (&*services.random, found.account_id);
    let tombstone = Tombstone {
        username: &erased_username(account, random),
        referral_code: &referral_code(random, services.network.referral_code_characters),
        name: ERASED_NAME,
        at: now,
    };
    for Abandoned { order, partner } in erasure::erase(transaction, &found, &tombstone).await? {
        events::append(transaction, &OrderCancelled { order, partner }.into(), now).await?;
    }
    let detail = json!({ "partner": found.partner_id, "reason": input.reason.trim() }).to_string();
    let subject = format!("account:{account}");
    let entry = Entry { account_id: Some(caller.account_id), action: "eraseAccount", subject: &subject, detail: &detail, at: now };
    audit::append(transaction, &entry).await?;
    events::append(transaction, &AccountErased { account, partner: found.partner_id }.into(), now).await?;
    Ok(found)
}

const fn in_words(obstacle: Obstacle) -> &'static str {
    match obstacle {
        Obstacle::Payout => "a payout is under way; complete it, or reject it, first",
        Obstacle::Order => "a paid order is neither finished nor given back; complete it, or refund it, first",
        Obstacle::Epins => "the partner holds e-pins that are worth something; have them transferred, or block them, first",
        Obstacle::Money => "the wallet holds money; pay it out, or debit it, first",
    }
}
