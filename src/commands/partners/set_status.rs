//! setPartnerStatus

use serde_json::json;

use crate::auth::principal::{Caller, Principal};
use crate::commands::idempotency::Repeatable;
use crate::commands::money::check_reason;
use crate::commands::{Error, Services};
use crate::domain::accounts::{Role, Scope};
use crate::domain::partners::PartnerStatus;
use crate::domain::refusal::Refusal;
use crate::events::PartnerStatusSet;
use crate::store::audit::{self, Entry};
use crate::store::database::{Transaction, in_transaction};
use crate::store::{events, partner_changes};

/// An operator decides whether a partner takes part.
#[derive(Clone, Debug)]
pub struct SetPartnerStatus {
    /// The partner's number.
    pub partner: i64,
    /// From now on.
    pub status: PartnerStatus,
    /// Why, in 1 to 200 characters; it stands in the audit trail.
    pub reason: String,
    /// Makes the act repeatable.
    pub idempotency_key: Option<String>,
}

/// Suspends a partner, ends the partnership, or lets the partner take part again; gives the number. Whatever the state, the partner keeps the place in both
/// trees; only one who is ACTIVE earns, recruits, orders and spends. One who stands so already is left alone. For operators with the scope `network`; an owner's
/// only by another owner.
///
/// # Errors
/// [`Error::Unauthenticated`]; [`Refusal`], looked for in this order: `ScopeMissing`, `InvalidReason`, `InvalidIdempotencyKey`, `IdempotencyConflict`,
/// `PartnerUnknown`, `OwnAccount`, `OwnerAccount`, `PartnerStatusFixed` (who waits for the membership's payment or was erased; nobody is set to wait).
pub async fn set_partner_status(services: &Services, principal: &Principal, input: &SetPartnerStatus) -> Result<i64, Error> {
    let caller = principal.caller().ok_or(Error::Unauthenticated)?;
    caller.require(Scope::Network)?;
    check_reason(&input.reason)?;
    let (who, key) = (format!("account:{}", caller.account_id), input.idempotency_key.as_deref());
    let request = (input.partner, input.status.code(), &input.reason);
    let repeatable = Repeatable::new(services, who, "setPartnerStatus", key, &request)?;
    in_transaction!(services.database, |transaction| {
        if repeatable.claim::<i64>(&transaction, services.now()).await?.is_none() {
            write(services, &transaction, caller, input).await?;
            repeatable.settle(&transaction, &input.partner).await?;
        }
        Ok::<_, Error>(())
    })?;
    services.wake();
    Ok(input.partner)
}

async fn write(services: &Services, transaction: &Transaction, caller: &Caller, input: &SetPartnerStatus) -> Result<(), Error> {
    let (now, partner, to) = (services.now(), input.partner, input.status);
    let standing = partner_changes::hold_standing(transaction, partner).await?.ok_or(Refusal::PartnerUnknown)?;
    if standing.account_id == caller.account_id {
        return Err(Refusal::OwnAccount.into());
    }
    if standing.role == Role::Owner && caller.role != Role::Owner {
        return Err(Refusal::OwnerAccount.into());
    }
    let from = standing.status;
    if standing.is_erased {
        return Err(Refusal::PartnerStatusFixed { why: "the person was erased" }.into());
    }
    if from == PartnerStatus::PendingPayment {
        let why = "it is ACTIVE when the membership is paid; to keep the person out, block the account";
        return Err(Refusal::PartnerStatusFixed { why }.into());
    }
    if to == PartnerStatus::PendingPayment {
        return Err(Refusal::PartnerStatusFixed { why: "only who joins waits for a payment" }.into());
    }
    if from == to {
        return Ok(());
    }
    partner_changes::set_status(transaction, partner, to).await?;
    let detail = json!({ "from": from.code(), "to": to.code(), "reason": input.reason.trim() }).to_string();
    let subject = format!("partner:{partner}");
    let entry = Entry { account_id: Some(caller.account_id), action: "setPartnerStatus", subject: &subject, detail: &detail, at: now };
    audit::append(transaction, &entry).await?;
    events::append(transaction, &PartnerStatusSet { partner, from, to }.into(), now).await?;
    Ok(())
}
