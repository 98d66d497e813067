//! blockEpin, unblockEpin

use serde_json::json;

use crate::auth::principal::{Caller, Principal};
use crate::commands::money::check_reason;
use crate::commands::powers::forbid_own;
use crate::commands::{Error, Services};
use crate::domain::accounts::Scope;
use crate::domain::amount::Amount;
use crate::domain::epins::EpinStatus;
use crate::domain::refusal::Refusal;
use crate::events::EpinChanged;
use crate::store::audit::{self, Entry};
use crate::store::database::{Transaction, in_transaction};
use crate::store::{epin_changes, epins, events};

/// An operator bars an e-pin, or opens it again.
#[derive(Clone, Debug)]
pub struct SetEpinBlocked {
    /// Which.
    pub epin: i64,
    /// Whether it is barred from now on.
    pub blocked: bool,
    /// Why, in words.
    pub reason: String,
}

/// Bars an e-pin or opens it again; gives its number. What is left stays on it until its time runs out, and nothing happens to one that stands so already. For operators with the
/// scope `payouts`.
///
/// # Errors
/// [`Error::Unauthenticated`]; [`Refusal`], looked for in this order: `ScopeMissing`, `InvalidReason`, `EpinUnknown`, `OwnMoney`,
/// `EpinNotUsable` (expired).
pub async fn set_epin_blocked(services: &Services, principal: &Principal, input: &SetEpinBlocked) -> Result<i64, Error> {
    let caller = principal.caller().ok_or(Error::Unauthenticated)?;
    caller.require(Scope::Payouts)?;
    check_reason(&input.reason)?;
    in_transaction!(services.database, |transaction| write(services, &transaction, caller, input).await)?;
    services.wake();
    Ok(input.epin)
}

async fn write(services: &Services, transaction: &Transaction, caller: &Caller, input: &SetEpinBlocked) -> Result<(), Error> {
    let now = services.now();
    let pin = epins::hold(transaction, input.epin).await?.ok_or(Refusal::EpinUnknown)?;
    if let Some(owner) = pin.owner_id {
        forbid_own(transaction, caller, (owner, &[Scope::Payouts])).await?;
    }
    if (pin.status == EpinStatus::Blocked) == input.blocked {
        return Ok(());
    }
    if pin.is_over(now) {
        return Err(Refusal::EpinNotUsable { why: "has expired" }.into());
    }
    let open = if pin.remaining > Amount::ZERO { EpinStatus::Active } else { EpinStatus::Used };
    epin_changes::set_status(transaction, pin.id, if input.blocked { EpinStatus::Blocked } else { open }).await?;
    let action = if input.blocked { "blockEpin" } else { "unblockEpin" };
    let (subject, detail) = (format!("epin:{}", pin.id), json!({ "reason": input.reason.trim() }).to_string());
    audit::append(transaction, &Entry { account_id: Some(caller.account_id), action, subject: &subject, detail: &detail, at: now }).await?;
    events::append(transaction, &EpinChanged { epin: pin.id, owner: pin.owner_id }.into(), now).await?;
    Ok(())
}
