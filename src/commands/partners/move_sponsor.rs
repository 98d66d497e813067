//! moveSponsor

use serde_json::json;

use crate::auth::principal::{Caller, Principal};
use crate::commands::{Error, Services};
use crate::domain::accounts::Scope;
use crate::domain::refusal::Refusal;
use crate::events::SponsorMoved;
use crate::store::audit::{self, Entry};
use crate::store::database::{Transaction, in_transaction};
use crate::store::partners::{self, Lookup};
use crate::store::placements::{self, Line};
use crate::store::{events, partner_changes, volume_changes};

/// A partner gets another sponsor.
#[derive(Clone, Copy, Debug)]
pub struct MoveSponsor {
    /// The partner's number.
    pub partner: i64,
    /// The new sponsor's number.
    pub sponsor: i64,
}

/// Puts a partner, with everybody below, under another sponsor; their volume of open periods goes along. The placement tree stays as it is. For
/// operators with the scope `network`.
///
/// A partner who stands there already is left alone.
///
/// # Errors
/// [`Error::Unauthenticated`]; [`Refusal`]: `ScopeMissing`, `PartnerUnknown`, `WouldMakeCycle`.
pub async fn move_sponsor(services: &Services, principal: &Principal, input: &MoveSponsor) -> Result<(), Error> {
    let caller = principal.caller().ok_or(Error::Unauthenticated)?;
    caller.require(Scope::Network)?;
    in_transaction!(services.database, |transaction| write(services, &transaction, caller, *input).await)?;
    services.wake();
    Ok(())
}

async fn write(services: &Services, transaction: &Transaction, caller: &Caller, input: MoveSponsor) -> Result<(), Error> {
    let MoveSponsor { partner, sponsor } = input;
    let now = services.now();
    placements::lock_trees(transaction).await?;
    let found = partners::find(transaction, &Lookup::Number(partner)).await?.ok_or(Refusal::PartnerUnknown)?;
    partners::find(transaction, &Lookup::Number(sponsor)).await?.ok_or(Refusal::PartnerUnknown)?;
    if found.sponsor_id == Some(sponsor) {
        return Ok(());
    }
    if placements::is_within(transaction, Line::Sponsors, sponsor, partner).await? {
        return Err(Refusal::WouldMakeCycle { partner }.into());
    }
    partner_changes::move_sponsor(transaction, partner, sponsor).await?;
    volume_changes::move_group(transaction, partner, found.sponsor_id, sponsor).await?;
    let subject = format!("partner:{partner}");
    let detail = json!({ "from": found.sponsor_id, "to": sponsor }).to_string();
    let entry = Entry { account_id: Some(caller.account_id), action: "moveSponsor", subject: &subject, detail: &detail, at: now };
    audit::append(transaction, &entry).await?;
    events::append(transaction, &SponsorMoved { partner, from: found.sponsor_id, to: sponsor }.into(), now).await?;
    Ok(())
}
