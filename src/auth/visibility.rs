//! Who may see what of a partner: the one rule, whatever path leads to the partner (promise P24).

use super::principal::Caller;
use crate::domain::accounts::Scope;
use crate::domain::partners::Partner;

/// What a viewer is to a partner. Who is none of these does not see the partner at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Standing {
    /// The partner itself.
    Myself,
    /// The partner's sponsor.
    SponsorOf,
    /// Somebody above the partner, in either tree, within the visible depth.
    Upline,
    /// Somebody whom the partner sponsors.
    SponsoredBy,
    /// An operator or owner.
    Staff,
}

/// A part of what is known about a partner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Aspect {
    /// Display name and rank.
    PublicCard,
    /// Referral code, status, dates, place in the trees, downline.
    Network,
    /// Volumes and team counts.
    Volumes,
    /// E-mail address, telephone number, user name; name, gender, date of birth and address.
    Contact,
    /// Orders, commissions, wallet, payouts.
    Money,
    /// The bank and the tax number of the profile, masked.
    Bank,
    /// Referral links, and what came of them.
    Links,
    /// The identity check.
    Identity,
}

/// What a caller is to a partner, as far as the two records tell; [`Standing::Upline`] needs a look at the trees.
#[must_use]
pub fn standing(caller: &Caller, partner: &Partner) -> Option<Standing> {
    let own = caller.partner_id;
    if own == Some(partner.id) {
        Some(Standing::Myself)
    } else if [Scope::Network, Scope::Periods, Scope::Payouts, Scope::Audit, Scope::Kyc].iter().any(|scope| caller.has(*scope)) {
        Some(Standing::Staff)
    } else if own.is_some() && partner.sponsor_id == own {
        Some(Standing::SponsorOf)
    } else if own.is_some() && caller.sponsor_id == Some(partner.id) {
        Some(Standing::SponsoredBy)
    } else {
        None
    }
}

/// Whether a caller who stands so to a partner may see that part of it (table "Who may see what in the tree").
#[must_use]
pub fn can(caller: &Caller, standing: Standing, partner: &Partner, aspect: Aspect) -> bool {
    match (standing, aspect) {
        (Standing::Myself, _) | (_, Aspect::PublicCard) => true,
        (Standing::Staff, Aspect::Network | Aspect::Volumes) => true,
        (Standing::Staff, Aspect::Contact | Aspect::Links) => caller.has(Scope::Network),
        (Standing::Staff, Aspect::Money) => caller.has(Scope::Payouts) || caller.has(Scope::Periods),
        (Standing::Staff, Aspect::Bank) => caller.has(Scope::Payouts),
        (Standing::Staff, Aspect::Identity) => caller.has(Scope::Kyc),
        (Standing::SponsorOf | Standing::Upline, Aspect::Network | Aspect::Volumes) => true,
        (Standing::SponsorOf, Aspect::Contact) => partner.shares_contact,
        (Standing::SponsorOf | Standing::Upline, _) | (Standing::SponsoredBy, _) => false,
    }
}
