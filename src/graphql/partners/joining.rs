//! How somebody joins the network, for signUp and becomePartner.

use async_graphql::{InputObject, Result};

use super::super::errors::bad_user_input;
use super::super::orders::payments::PaymentInput;
use super::super::scalars::BigInt;
use crate::commands::partners::{Joining, Membership, MembershipPayment};
use crate::domain::partners::Slot;

/// A place under a placement parent.
#[derive(InputObject)]
pub struct SlotInput {
    /// The placement parent's number.
    parent_number: BigInt,
    /// L or R in a binary tree, a column from 1 in a matrix.
    position: String,
}

impl SlotInput {
    /// The slot.
    ///
    /// # Errors
    /// `BAD_USER_INPUT`: no position has such a form.
    pub fn into_slot(self) -> Result<Slot> {
        let position = self.position.parse().map_err(|error| bad_user_input(format!("`slot.position` {:?} {error}.", self.position)))?;
        Ok(Slot { parent_id: self.parent_number.0, position })
    }
}

/// A membership package, and how it is paid. Without a payment it is ordered and waits for its payment, and the partner with it.
#[derive(InputObject)]
pub struct MembershipInput {
    /// The number of the product, whose kind is MEMBERSHIP.
    product_number: BigInt,
    /// Paid at once. The e-pins of the sponsor may be used.
    payment: Option<PaymentInput>,
    /// Whether it is not paid at all, where `catalog.freeJoin` says that people join for nothing: nothing is ordered then, and nothing counts.
    #[graphql(default)]
    free: bool,
}

impl MembershipInput {
    /// The membership.
    ///
    /// # Errors
    /// `BAD_USER_INPUT`: free and paid at once.
    pub fn into_membership(self) -> Result<Membership> {
        let payment = match (self.payment, self.free) {
            (Some(_), true) => return Err(bad_user_input("`membership` is paid or free: give `payment` or `free`, not both.")),
            (Some(payment), false) => MembershipPayment::Now(payment.into()),
            (None, true) => MembershipPayment::Free,
            (None, false) => MembershipPayment::Later,
        };
        Ok(Membership { product: self.product_number.0, payment })
    }
}

/// Joining the network.
#[derive(InputObject)]
pub struct JoiningInput {
    /// The sponsor's referral code, or that of one of its links. Without one, the partner by whose link the newcomer came is the sponsor; who came by none
    /// stands at the top.
    referral_code: Option<String>,
    /// The place in the placement tree; without one the sponsor's preference decides.
    slot: Option<SlotInput>,
    /// The package that is bought; it may be left out where `catalog.freeJoin` says that people join for nothing.
    membership: Option<MembershipInput>,
}

impl JoiningInput {
    /// How somebody joins.
    ///
    /// # Errors
    /// `BAD_USER_INPUT`: no such position, or a membership that is free and paid.
    pub fn into_joining(self) -> Result<Joining> {
        joining(self.referral_code, self.slot, self.membership)
    }
}

/// How somebody joins.
///
/// # Errors
/// As [`JoiningInput::into_joining`].
pub fn joining(referral_code: Option<String>, slot: Option<SlotInput>, membership: Option<MembershipInput>) -> Result<Joining> {
    Ok(Joining {
        referral_code,
        slot: slot.map(SlotInput::into_slot).transpose()?,
        membership: membership.map(MembershipInput::into_membership).transpose()?,
        ..Joining::default()
    })
}

/// Where the fields of [`MembershipInput`] stand in an input that holds it as `membership`.
pub const MEMBERSHIP: &[(&str, &[&str])] = &[
    ("productNumber", &["membership", "productNumber"]),
    ("transactionPassword", &["membership", "payment", "wallet", "transactionPassword"]),
    ("code", &["membership", "payment", "epin", "code"]),
    ("amount", &["membership", "payment", "epin", "amount"]),
];

/// Where the fields of [`JoiningInput`] stand in an input that holds it as `partner`.
pub const PARTNER: &[(&str, &[&str])] = &[
    ("referralCode", &["partner", "referralCode"]),
    ("slot", &["partner", "slot"]),
    ("membership", &["partner", "membership"]),
    ("productNumber", &["partner", "membership", "productNumber"]),
    ("transactionPassword", &["partner", "membership", "payment", "wallet", "transactionPassword"]),
    ("code", &["partner", "membership", "payment", "epin", "code"]),
    ("amount", &["partner", "membership", "payment", "epin", "amount"]),
];
