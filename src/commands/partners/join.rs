//! How an account joins the network: its place in both trees, and the membership that it buys.

use serde_json::{Value, json};

use super::slots::{self, Shape};
use super::sponsor::sponsor;
use crate::commands::accounts::is_unproven;
use crate::commands::epins::Guesser;
use crate::commands::orders::{Means, Purse, open_period, pay, settle};
use crate::commands::referral_links::Referral;
use crate::commands::{Error, Services};
use crate::config::network::Placement;
use crate::domain::amount::Amount;
use crate::domain::carts::{CartLine, OrderState, Totals, check_volume};
use crate::domain::order_kind::OrderKind;
use crate::domain::partners::{Partner, PartnerStatus, REFERRAL_CODE_ALPHABET, Slot};
use crate::domain::products::{Product, ProductKind};
use crate::domain::random::Random;
use crate::domain::refusal::Refusal;
use crate::events::{OrderPlaced, PartnerJoined};
use crate::store::accounts::{self, Login};
use crate::store::database::Transaction;
use crate::store::order_changes::{self, Lookup as Order, NewOrder};
use crate::store::partner_changes::{self, Candidate, NewPartner};
use crate::store::{events, placements, products};

/// A clash needs two equal codes out of a thousand million at least, or a slot filled by an import that runs meanwhile.
const TRIES: u32 = 5;

/// How somebody joins the network.
#[derive(Clone, Debug, Default)]
pub struct Joining {
    /// Whose recruit it is, in any case: the code of a partner or of one of its links. Without one, the partner by whose link the newcomer came is the
    /// sponsor; who came by none stands at the top of both trees.
    pub referral_code: Option<String>,
    /// By which link the newcomer comes: it is credited with the account, unless another one was at the sign-up.
    pub referral: Referral,
    /// A slot under the sponsor; without one the sponsor's preference decides.
    pub slot: Option<Slot>,
    /// The package that is bought; where the company lets people join for nothing, it may be left out.
    pub membership: Option<Membership>,
}

/// A membership package, and how it is paid.
#[derive(Clone, Debug)]
pub struct Membership {
    /// The product's number.
    pub product: i64,
    /// How.
    pub payment: MembershipPayment,
}

/// How a membership package is paid.
#[derive(Clone, Debug)]
pub enum MembershipPayment {
    /// Not at all, where the company lets people join for nothing: no money moves, and nothing counts.
    Free,
    /// Afterwards: the partner takes part when the order is paid.
    Later,
    /// Now.
    Now(Means),
}

impl Joining {
    /// What makes one request differ from another.
    pub(in crate::commands) fn request(&self) -> Value {
        let slot = self.slot.map(|slot| (slot.parent_id, slot.position.to_string()));
        let membership = self.membership.as_ref().map(|membership| match &membership.payment {
            MembershipPayment::Free => json!([membership.product, "FREE"]),
            MembershipPayment::Later => json!([membership.product, "LATER"]),
            MembershipPayment::Now(means) => json!([membership.product, means.request()]),
        });
        json!([self.referral_code, slot, membership, self.referral.code])
    }

    /// Opens what the membership is paid by, before the transaction begins.
    pub(in crate::commands) async fn purse(&self, services: &Services, who: Guesser<'_>) -> Result<Option<Purse>, Error> {
        match &self.membership {
            Some(Membership { payment: MembershipPayment::Now(means), .. }) => Purse::open(services, who, None, means).await.map(Some),
            _ => Ok(None),
        }
    }
}

/// Makes an account a partner, with the order of its membership where one is bought; gives the partner's number.
///
/// # Errors
/// [`Error::Unauthenticated`] (the account is gone); [`Refusal`], looked for in this order: `EmailNotVerified` where a proven address is asked for, `AlreadyPartner`, `MembershipRequired`, `ProductUnknown`,
/// `ReferralCodeUnknown`, `ReferralLinkCodeUnknown`, then for a slot `PositionUnknown`, `PartnerUnknown`, `SlotTaken`, without one `NoFreeSlot`; then for a payment `InvalidAmount`,
/// `EpinUnknown`, `EpinNotUsable`, `InsufficientFunds`, and `MembershipRequired` where an e-pin paid a part only.
pub(in crate::commands) async fn join(
    services: &Services,
    transaction: &Transaction,
    account_id: i64,
    joining: &Joining,
    purse: Option<Purse>,
) -> Result<i64, Error> {
    if services.proof.before_joining {
        let account = accounts::credentials(transaction, Login::Account(account_id)).await?;
        if account.is_some_and(|account| is_unproven(&account)) {
            return Err(Refusal::EmailNotVerified.into());
        }
    }
    let name = candidate(transaction, account_id).await?;
    let package = package(services, transaction, joining.membership.as_ref()).await?;
    let sponsor = sponsor(transaction, account_id, joining, services.now()).await?;
    let is_sold = joining.membership.as_ref().is_some_and(|membership| !matches!(membership.payment, MembershipPayment::Free));
    let status = if is_sold { PartnerStatus::PendingPayment } else { PartnerStatus::Active };
    let membership_id = package.as_ref().map(|package| package.id);
    for _ in 0..TRIES {
        let slot = slot(services, transaction, sponsor.as_ref(), joining.slot).await?;
        let partner = NewPartner {
            account_id,
            display_name: &name,
            referral_code: &referral_code(&*services.random, services.network.referral_code_characters),
            sponsor_id: sponsor.as_ref().map(|sponsor| sponsor.id),
            slot,
            preference: services.network.placement_policy.into(),
            status,
            membership_id,
            at: services.now(),
        };
        if let Some(number) = partner_changes::insert(transaction, &partner).await? {
            let joined = PartnerJoined { partner: number, sponsor: partner.sponsor_id, place: slot.map(Into::into) };
            events::append(transaction, &joined.into(), services.now()).await?;
            if let Some(package) = package.filter(|_| is_sold) {
                // Recruits often join with a pin of their sponsor's.
                let purse = purse.map(|purse| purse.used_by(partner.sponsor_id));
                buy(services, transaction, (account_id, number), package, purse).await?;
            }
            return Ok(number);
        }
        candidate(transaction, account_id).await?;
    }
    Err(Error::Internal(format!("no unused referral code and slot were found in {TRIES} tries")))
}

/// Orders a membership package for a new partner, and pays for it where that is done at once.
async fn buy(
    services: &Services,
    transaction: &Transaction,
    (account_id, partner): (i64, i64),
    package: Product,
    purse: Option<Purse>,
) -> Result<(), Error> {
    let (now, fee) = (services.now(), services.shop.sign_up_fee());
    let amount = package.price.checked_add(fee).ok_or(Refusal::CartTooLarge)?;
    check_volume(package.pv, package.cv)?;
    let totals = Totals { amount, pv: package.pv, cv: package.cv };
    let order = NewOrder {
        partner_id: partner,
        account_id: Some(account_id),
        kind: OrderKind::Investment,
        fee,
        ..NewOrder::new(open_period(transaction, now).await?, totals, now)
    };
    let lost = || Error::Internal(format!("the membership of partner {partner} was ordered and is not there"));
    let number = order_changes::insert(transaction, &order).await?.ok_or_else(lost)?;
    order_changes::insert_lines(transaction, number, &[CartLine { product: package, quantity: 1 }]).await?;
    events::append(transaction, &OrderPlaced { order: number, partner }.into(), now).await?;
    let mut order: OrderState = order_changes::hold(transaction, Order::Number(number)).await?.ok_or_else(lost)?;
    if let Some(purse) = &purse {
        pay(services, transaction, &mut order, purse).await?;
        if order.due() > Amount::ZERO {
            return Err(Refusal::MembershipRequired.into());
        }
    }
    settle(services, transaction, &mut order, now).await
}

/// The membership package that is chosen, if it is on offer and may be had so.
async fn package(services: &Services, transaction: &Transaction, membership: Option<&Membership>) -> Result<Option<Product>, Error> {
    let is_free = membership.is_none_or(|membership| matches!(membership.payment, MembershipPayment::Free));
    if is_free && !services.shop.free_join {
        return Err(Refusal::MembershipRequired.into());
    }
    let Some(membership) = membership else { return Ok(None) };
    let found = products::by_ids(transaction, &[membership.product]).await?.into_iter().next();
    let found = found.filter(|product| product.active && product.kind == ProductKind::Membership);
    Ok(Some(found.ok_or(Refusal::ProductUnknown)?))
}

/// The account's name, unless it is a partner already.
async fn candidate(transaction: &Transaction, account_id: i64) -> Result<String, Error> {
    match partner_changes::candidate(transaction, account_id).await?.ok_or(Error::Unauthenticated)? {
        Candidate { partner_id: Some(_), .. } => Err(Refusal::AlreadyPartner.into()),
        Candidate { name, partner_id: None } => Ok(name),
    }
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

/// A new code that others name when they join.
pub(in crate::commands) fn referral_code(random: &dyn Random, characters: u32) -> String {
    let mut bytes = vec![0; characters as usize];
    random.fill(&mut bytes);
    // 32 divides 256, so every character is as likely as any other.
    bytes.into_iter().map(|byte| char::from(REFERRAL_CODE_ALPHABET[usize::from(byte) % REFERRAL_CODE_ALPHABET.len()])).collect()
}
