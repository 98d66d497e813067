//! Who may act: a partner who is ACTIVE.

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
