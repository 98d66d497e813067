//! placePartner

use serde_json::json;

use super::slots::{self, Shape};
use crate::auth::principal::{Caller, Principal};
use crate::commands::{Error, Services};
use crate::domain::accounts::{Role, Scope};
use crate::domain::partners::{Partner, Slot};
use crate::domain::refusal::Refusal;
use crate::events::PartnerPlaced;
use crate::store::audit::{self, Entry};
use crate::store::database::{Transaction, in_transaction};
use crate::store::partners::{self, Lookup};
use crate::store::{events, partner_changes, placements, volume_changes};

/// A partner without a place is given one.
#[derive(Clone, Copy, Debug)]
pub struct PlacePartner {
    /// The partner's number.
    pub partner: i64,
    /// The slot.
    pub slot: Slot,
}

/// Puts a partner that stands nowhere in the placement tree, with nobody below, into a slot.
///
/// The partner's sponsor may do it within the own placement subtree, an operator with the scope `network` everywhere.
///
/// # Errors
/// [`Error::Unauthenticated`]; [`Refusal`]: `ScopeMissing`, `PartnerUnknown` (also for partners of others), `AlreadyPlaced`, `WouldMakeCycle`,
/// `PositionUnknown`, `SlotTaken`.
pub async fn place_partner(services: &Services, principal: &Principal, input: &PlacePartner) -> Result<(), Error> {
    let caller = principal.caller().ok_or(Error::Unauthenticated)?;
    in_transaction!(services.database, |transaction| write(services, &transaction, caller, *input).await)?;
    services.wake();
    Ok(())
}

async fn write(services: &Services, transaction: &Transaction, caller: &Caller, input: PlacePartner) -> Result<(), Error> {
    let PlacePartner { partner, slot } = input;
    let now = services.now();
    placements::lock_trees(transaction).await?;
    let found = partners::find(transaction, &Lookup::Number(partner)).await?;
    let within = authorise(caller, found.as_ref())?;
    let placed = found.is_some_and(|found| found.slot.is_some());
    if placed || !placements::taken(transaction, partner).await?.is_empty() {
        return Err(Refusal::AlreadyPlaced.into());
    }
    if slot.parent_id == partner {
        return Err(Refusal::WouldMakeCycle { partner }.into());
    }
    let shape = Shape::of_network(services, transaction).await?;
    slots::check(transaction, shape.placement, slot, within).await?;
    if !partner_changes::place(transaction, partner, slot).await? {
        return Err(Refusal::SlotTaken { parent: slot.parent_id, position: slot.position }.into());
    }
    shape.record(transaction).await?;
    volume_changes::place(transaction, partner, slot).await?;
    if within.is_none() {
        let detail = json!({ "parent": slot.parent_id, "position": slot.position.to_string() }).to_string();
        let subject = format!("partner:{partner}");
        let entry = Entry { account_id: Some(caller.account_id), action: "placePartner", subject: &subject, detail: &detail, at: now };
        audit::append(transaction, &entry).await?;
    }
    events::append(transaction, &PartnerPlaced { partner, place: slot.into() }.into(), now).await?;
    Ok(())
}

/// In whose placement subtree the caller may choose: the sponsor in the own one, an operator in all (`None`).
fn authorise(caller: &Caller, partner: Option<&Partner>) -> Result<Option<i64>, Refusal> {
    let is_sponsor = |partner: &&Partner| partner.sponsor_id.is_some() && partner.sponsor_id == caller.partner_id;
    match (partner, caller.role) {
        (partner, _) if partner.as_ref().is_some_and(is_sponsor) => Ok(caller.partner_id),
        (_, Role::Member) => Err(Refusal::PartnerUnknown),
        (partner, Role::Operator | Role::Owner) => {
            caller.require(Scope::Network)?;
            partner.map(|_| None).ok_or(Refusal::PartnerUnknown)
        }
    }
}
