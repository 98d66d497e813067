//! becomePartner

use super::slots::{self, Shape};
use crate::auth::principal::{Caller, Principal};
use crate::commands::idempotency::Repeatable;
use crate::commands::{Error, Services};
use crate::config::network::Placement;
use crate::domain::partners::{Partner, PartnerStatus, REFERRAL_CODE_ALPHABET, Slot};
use crate::domain::random::Random;
use crate::domain::refusal::Refusal;
use crate::events::PartnerJoined;
use crate::store::database::{Transaction, in_transaction};
use crate::store::partner_changes::{self, Candidate, NewPartner};
use crate::store::partners::{self, Lookup};
use crate::store::{events, placements};

/// A clash needs two equal codes out of a thousand million at least, or a slot filled by an import that runs meanwhile.
const TRIES: u32 = 5;

/// An account joins the network.
#[derive(Clone, Debug, Default)]
pub struct BecomePartner {
    /// Whose recruit it is, in any case; without one the partner stands at the top of both trees.
    pub referral_code: Option<String>,
    /// A slot under the sponsor; without one the sponsor's preference decides.
    pub slot: Option<Slot>,
    /// Makes the act repeatable.
    pub idempotency_key: Option<String>,
}

/// Makes the caller's account a partner and gives its number.
///
/// # Errors
/// [`Error::Unauthenticated`]; [`Refusal`], looked for in this order: `InvalidIdempotencyKey`, `IdempotencyConflict`, `AlreadyPartner`,
/// `ReferralCodeUnknown`, then for a slot `PositionUnknown`, `PartnerUnknown`, `SlotTaken`, without one `NoFreeSlot`.
pub async fn become_partner(services: &Services, principal: &Principal, input: &BecomePartner) -> Result<i64, Error> {
    let caller = principal.caller().ok_or(Error::Unauthenticated)?;
    let slot = input.slot.map(|slot| (slot.parent_id, slot.position.to_string()));
    let key = input.idempotency_key.as_deref();
    let who = format!("account:{}", caller.account_id);
    let repeatable = Repeatable::new(services, who, "becomePartner", key, &(&input.referral_code, slot))?;
    let number = in_transaction!(services.database, |transaction| join(services, &transaction, caller, input, &repeatable).await)?;
    services.wake();
    Ok(number)
}

async fn join(
    services: &Services,
    transaction: &Transaction,
    caller: &Caller,
    input: &BecomePartner,
    repeatable: &Repeatable,
) -> Result<i64, Error> {
    let now = services.now();
    if let Some(number) = repeatable.claim(transaction, now).await? {
        return Ok(number);
    }
    let name = candidate(transaction, caller).await?;
    let sponsor = match &input.referral_code {
        Some(code) => Some(active_sponsor(transaction, code).await?),
        None => None,
    };
    for _ in 0..TRIES {
        let slot = slot(services, transaction, sponsor.as_ref(), input.slot).await?;
        let partner = NewPartner {
            account_id: caller.account_id,
            display_name: &name,
            referral_code: &referral_code(&*services.random, services.network.referral_code_characters),
            sponsor_id: sponsor.as_ref().map(|sponsor| sponsor.id),
            slot,
            preference: services.network.placement_policy.into(),
            at: now,
        };
        if let Some(number) = partner_changes::insert(transaction, &partner).await? {
            let joined = PartnerJoined { partner: number, sponsor: partner.sponsor_id, place: slot.map(Into::into) };
            events::append(transaction, &joined.into(), now).await?;
            repeatable.settle(transaction, &number).await?;
            return Ok(number);
        }
        candidate(transaction, caller).await?;
    }
    Err(Error::Internal(format!("no unused referral code and slot were found in {TRIES} tries")))
}

/// The caller's name, unless the caller is a partner already.
async fn candidate(transaction: &Transaction, caller: &Caller) -> Result<String, Error> {
    match partner_changes::candidate(transaction, caller.account_id).await?.ok_or(Error::Unauthenticated)? {
        Candidate { partner_id: Some(_), .. } => Err(Refusal::AlreadyPartner.into()),
        Candidate { name, partner_id: None } => Ok(name),
    }
}

async fn active_sponsor(transaction: &Transaction, code: &str) -> Result<Partner, Error> {
    let found = partners::find(transaction, &Lookup::ReferralCode(code.to_owned())).await?;
    let active = found.filter(|partner| partner.status == PartnerStatus::Active);
    active.ok_or_else(|| Refusal::ReferralCodeUnknown.into())
}

/// The slot to take, the tree lock being held from here on: the one asked for, if it may be had, else the one that the sponsor's preference leads to.
async fn slot(
    services: &Services,
    transaction: &Transaction,
    sponsor: Option<&Partner>,
    asked: Option<Slot>,
) -> Result<Option<Slot>, Error> {
    let Some(sponsor) = sponsor else {
        // Nobody's subtree has the slot that was asked for.
        return if asked.is_some() { Err(Refusal::PartnerUnknown.into()) } else { Ok(None) };
    };
    if asked.is_none() && Shape::of_network(services, transaction).await?.placement == Placement::None {
        return Ok(None);
    }
    placements::lock_trees(transaction).await?;
    let shape = Shape::of_network(services, transaction).await?;
    let slot = match asked {
        Some(slot) => {
            slots::check(transaction, shape.placement, slot, Some(sponsor.id)).await?;
            slot
        }
        None => slots::search(services, transaction, shape.placement, sponsor.id, sponsor.placement_preference).await?,
    };
    shape.record(transaction).await?;
    Ok(Some(slot))
}

fn referral_code(random: &dyn Random, characters: u32) -> String {
    let mut bytes = vec![0; characters as usize];
    random.fill(&mut bytes);
    // 32 divides 256, so every character is as likely as any other.
    bytes.into_iter().map(|byte| char::from(REFERRAL_CODE_ALPHABET[usize::from(byte) % REFERRAL_CODE_ALPHABET.len()])).collect()
}
