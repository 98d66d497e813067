//! Who may act: a partner who is ACTIVE; and who may pay: also one who waits to be.

use crate::commands::Error;
use crate::domain::partners::{Partner, PartnerStatus};
use crate::domain::refusal::Refusal;
use crate::store::database::Transaction;
use crate::store::partners;

/// The partner, if it is ACTIVE; else [`Refusal::PartnerNotActive`].
pub(in crate::commands) async fn active(transaction: &Transaction, partner: i64) -> Result<Partner, Error> {
    let found = partners::hold(transaction, partner).await?;
    Ok(found.filter(|partner| partner.status == PartnerStatus::Active).ok_or(Refusal::PartnerNotActive)?)
}

/// Makes sure that a partner is ACTIVE, or will be by paying for the membership; else [`Refusal::PartnerNotActive`].
pub(in crate::commands) async fn active_or_joining(transaction: &Transaction, partner: i64) -> Result<(), Error> {
    let found = partners::hold(transaction, partner).await?;
    let may = found.is_some_and(|partner| matches!(partner.status, PartnerStatus::Active | PartnerStatus::PendingPayment));
    if may { Ok(()) } else { Err(Refusal::PartnerNotActive.into()) }
}
