//! approveKyc, rejectKyc

use serde_json::json;

use crate::auth::principal::{Caller, Principal};
use crate::commands::idempotency::Repeatable;
use crate::commands::money::check_reason;
use crate::commands::{Error, Services};
use crate::domain::accounts::Scope;
use crate::domain::kyc::KycStatus;
use crate::domain::refusal::Refusal;
use crate::events::KycStatusChanged;
use crate::store::audit::{self, Entry};
use crate::store::database::{Transaction, in_transaction};
use crate::store::{events, kyc, kyc_changes};

/// An operator is content with what a partner showed.
#[derive(Clone, Debug)]
pub struct ApproveKyc {
    /// Number of the submission: another one of the same partner is not meant.
    pub submission: i64,
    /// Makes the act repeatable.
    pub idempotency_key: Option<String>,
}

/// An operator is not content with what a partner showed.
#[derive(Clone, Debug)]
pub struct RejectKyc {
    /// Number of the submission.
    pub submission: i64,
    /// Why, in words: the partner reads it.
    pub reason: String,
    /// Makes the act repeatable.
    pub idempotency_key: Option<String>,
}

/// Notes that it is known who a partner is; gives the partner's number. For operators with the scope `kyc`.
///
/// # Errors
/// [`Error::Unauthenticated`]; [`Refusal`], looked for in this order: `ScopeMissing`, `InvalidIdempotencyKey`, `IdempotencyConflict`, `KycUnknown`,
/// `OwnKyc`, `KycMovedOn`.
pub async fn approve_kyc(services: &Services, principal: &Principal, input: &ApproveKyc) -> Result<i64, Error> {
    let caller = operator(principal)?;
    let decision = Decision { operation: "approveKyc", submission: input.submission, status: KycStatus::Approved, reason: None };
    decide(services, caller, &decision, input.idempotency_key.as_deref()).await
}

/// Notes that what a partner showed does not do; gives the partner's number. For operators with the scope `kyc`.
///
/// # Errors
/// As [`approve_kyc`], with `InvalidReason` behind `ScopeMissing`.
pub async fn reject_kyc(services: &Services, principal: &Principal, input: &RejectKyc) -> Result<i64, Error> {
    let caller = operator(principal)?;
    check_reason(&input.reason)?;
    let (status, reason) = (KycStatus::Rejected, Some(input.reason.trim()));
    let decision = Decision { operation: "rejectKyc", submission: input.submission, status, reason };
    decide(services, caller, &decision, input.idempotency_key.as_deref()).await
}

/// The caller, if an operator who may decide.
pub(super) fn operator(principal: &Principal) -> Result<&Caller, Error> {
    let caller = principal.caller().ok_or(Error::Unauthenticated)?;
    caller.require(Scope::Kyc)?;
    Ok(caller)
}

struct Decision<'a> {
    operation: &'static str,
    submission: i64,
    status: KycStatus,
    reason: Option<&'a str>,
}

async fn decide(services: &Services, caller: &Caller, decision: &Decision<'_>, key: Option<&str>) -> Result<i64, Error> {
    let (who, request) = (format!("account:{}", caller.account_id), (decision.submission, decision.reason));
    let repeatable = Repeatable::new(services, who, decision.operation, key, &request)?;
    let partner = in_transaction!(services.database, |transaction| write(services, &transaction, (caller, decision), &repeatable).await)?;
    services.wake();
    Ok(partner)
}

async fn write(
    services: &Services,
    transaction: &Transaction,
    (caller, decision): (&Caller, &Decision<'_>),
    repeatable: &Repeatable,
) -> Result<i64, Error> {
    let now = services.now();
    if let Some(partner) = repeatable.claim(transaction, now).await? {
        return Ok(partner);
    }
    let mut submission = kyc::hold(transaction, decision.submission).await?.ok_or(Refusal::KycUnknown)?;
    let (partner, status) = (submission.partner_id, decision.status);
    if caller.partner_id == Some(partner) {
        return Err(Refusal::OwnKyc.into());
    }
    if submission.status != KycStatus::Pending {
        return Err(Refusal::KycMovedOn { status: submission.status }.into());
    }
    submission.status = status;
    submission.reason = decision.reason.map(str::to_owned);
    submission.decided_at = Some(now);
    kyc_changes::decide(transaction, &submission, caller.account_id).await?;
    events::append(transaction, &KycStatusChanged { submission: submission.id, partner, status }.into(), now).await?;
    let (subject, detail) =
        (submission.subject(), json!({ "partner": partner, "to": status.code(), "reason": decision.reason }).to_string());
    let entry = Entry { account_id: Some(caller.account_id), action: decision.operation, subject: &subject, detail: &detail, at: now };
    audit::append(transaction, &entry).await?;
    repeatable.settle(transaction, &partner).await?;
    Ok(partner)
}
