//! Payouts by number, and those of many partners at once.

use std::collections::HashMap;

use super::super::loader::Relation;
use crate::domain::pages::{Page, Slice};
use crate::domain::payouts::{Payout, PayoutMethod, Step};
use crate::store::database::Database;
use crate::store::payouts::Statuses;
use crate::store::{error::Error, payout_methods, payouts};

/// Number → the payout.
pub struct Payouts;

impl Relation for Payouts {
    type Args = ();
    type Value = Option<Payout>;

    async fn fetch(database: &Database, (): &(), numbers: &[i64]) -> Result<HashMap<i64, Self::Value>, Error> {
        Ok(payouts::by_numbers(database.reader(), numbers).await?.into_iter().map(|payout| (payout.id, Some(payout))).collect())
    }
}

/// Partner → a page of its payouts.
pub struct PayoutsOf;

impl Relation for PayoutsOf {
    type Args = (Statuses, Page);
    type Value = Slice<Payout>;

    async fn fetch(database: &Database, (statuses, page): &Self::Args, partners: &[i64]) -> Result<HashMap<i64, Self::Value>, Error> {
        payouts::of_partners(database.reader(), partners, statuses, page).await
    }
}

/// Partner → how many payouts it has.
pub struct PayoutCounts;

impl Relation for PayoutCounts {
    type Args = Statuses;
    type Value = i64;

    async fn fetch(database: &Database, statuses: &Statuses, partners: &[i64]) -> Result<HashMap<i64, i64>, Error> {
        payouts::counts(database.reader(), partners, statuses).await
    }
}

/// Partner → the number of its open payout, if it has one.
pub struct OpenPayouts;

impl Relation for OpenPayouts {
    type Args = ();
    type Value = Option<i64>;

    async fn fetch(database: &Database, (): &(), partners: &[i64]) -> Result<HashMap<i64, Self::Value>, Error> {
        Ok(payouts::open_of(database.reader(), partners).await?.into_iter().map(|(partner, payout)| (partner, Some(payout))).collect())
    }
}

/// Partner → where it wants to be paid.
pub struct PayoutMethods;

impl Relation for PayoutMethods {
    type Args = ();
    type Value = Vec<PayoutMethod>;

    async fn fetch(database: &Database, (): &(), partners: &[i64]) -> Result<HashMap<i64, Self::Value>, Error> {
        payout_methods::of_partners(database.reader(), partners).await
    }
}

/// Payout → its steps, the oldest first.
pub struct PayoutHistories;

impl Relation for PayoutHistories {
    type Args = ();
    type Value = Vec<Step>;

    async fn fetch(database: &Database, (): &(), numbers: &[i64]) -> Result<HashMap<i64, Self::Value>, Error> {
        payouts::histories(database.reader(), numbers).await
    }
}
