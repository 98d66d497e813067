//! Who sponsors a newcomer, and which link is credited.

use super::join::Joining;
use crate::commands::Error;
use crate::commands::referral_links::{credited, find, register};
use crate::domain::instant::Instant;
use crate::domain::partners::{Partner, PartnerStatus};
use crate::domain::refusal::Refusal;
use crate::store::database::Transaction;
use crate::store::partners::{self, Lookup};
use crate::store::referral_attributions;

/// The sponsor: who was named, else by whose link the newcomer comes now, else by whose link at the sign-up. Whoever brought the newcomer is credited.
pub(super) async fn sponsor(transaction: &Transaction, account: i64, joining: &Joining, now: Instant) -> Result<Option<Partner>, Error> {
    let named = match &joining.referral_code {
        Some(code) => Some(find(transaction, code).await?.ok_or(Refusal::ReferralCodeUnknown)?),
        None => None,
    };
    let came_by = credited(transaction, &joining.referral).await?;
    if let Some((_, source)) = came_by.as_ref().or(named.as_ref()) {
        register(transaction, account, *source, now).await?;
    }
    if let Some((partner, _)) = named.or(came_by) {
        return Ok(Some(partner));
    }
    let Some(source) = referral_attributions::of_account(transaction, account).await? else { return Ok(None) };
    let partner = partners::find(transaction, &Lookup::Number(source.partner_id)).await?;
    Ok(partner.filter(|partner| partner.status == PartnerStatus::Active))
}
