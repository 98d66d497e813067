//! Partners by number, and what the trees say of many partners at once.

use std::collections::HashMap;

use super::super::loader::Relation;
use super::seen::Reach;
use crate::domain::pages::{Page, Slice};
use crate::domain::partners::Partner;
use crate::domain::products::Product;
use crate::domain::trees::Tree;
use crate::domain::volumes::Volumes;
use crate::store::database::Database;
use crate::store::error::Error;
use crate::store::partners::Filter;
use crate::store::trees::{Downline, LevelCount, Relative};
use crate::store::{partners, products, trees, volumes};

/// Number → the partner.
pub struct Partners;

impl Relation for Partners {
    type Args = ();
    type Value = Option<Partner>;

    async fn fetch(database: &Database, (): &(), numbers: &[i64]) -> Result<HashMap<i64, Self::Value>, Error> {
        Ok(partners::by_numbers(database.reader(), numbers).await?.into_iter().map(|partner| (partner.id, Some(partner))).collect())
    }
}

/// Parent → a page of its children.
pub struct Children;

impl Relation for Children {
    type Args = (Tree, Filter, Page);
    type Value = Slice<Partner>;

    async fn fetch(database: &Database, (tree, filter, page): &Self::Args, parents: &[i64]) -> Result<HashMap<i64, Self::Value>, Error> {
        trees::children(database.reader(), parents, *tree, filter, page).await
    }
}

/// Parent → how many children it has.
pub struct ChildCounts;

impl Relation for ChildCounts {
    type Args = (Tree, Filter);
    type Value = i64;

    async fn fetch(database: &Database, (tree, filter): &Self::Args, parents: &[i64]) -> Result<HashMap<i64, i64>, Error> {
        trees::child_counts(database.reader(), parents, *tree, filter).await
    }
}

/// Root → a page of its downline.
pub struct Downlines;

impl Relation for Downlines {
    type Args = (Downline, Page);
    type Value = Slice<Relative>;

    async fn fetch(database: &Database, (wanted, page): &Self::Args, roots: &[i64]) -> Result<HashMap<i64, Self::Value>, Error> {
        trees::downlines(database.reader(), roots, wanted, page).await
    }
}

/// Root → its downline counted by level.
pub struct LevelCounts;

impl Relation for LevelCounts {
    type Args = Downline;
    type Value = Vec<LevelCount>;

    async fn fetch(database: &Database, wanted: &Downline, roots: &[i64]) -> Result<HashMap<i64, Self::Value>, Error> {
        trees::counts_by_level(database.reader(), roots, wanted).await
    }
}

/// Partner → the line of parents above it.
pub struct Uplines;

impl Relation for Uplines {
    type Args = (Tree, u32);
    type Value = Vec<Relative>;

    async fn fetch(database: &Database, (tree, height): &Self::Args, partners: &[i64]) -> Result<HashMap<i64, Self::Value>, Error> {
        trees::uplines(database.reader(), partners, *tree, *height).await
    }
}

/// Partner → how far below a viewer it stands.
pub struct Reaches;

impl Relation for Reaches {
    type Args = (i64, u32);
    type Value = Reach;

    async fn fetch(database: &Database, (viewer, depth): &Self::Args, partners: &[i64]) -> Result<HashMap<i64, Reach>, Error> {
        let found = trees::ancestors(database.reader(), partners, *depth, Some(*viewer)).await?;
        Ok(found.into_iter().map(|(partner, above)| (partner, Reach::of(&above))).collect())
    }
}

/// Partner → its volumes in a period.
pub struct VolumesOf;

impl Relation for VolumesOf {
    type Args = i64;
    type Value = Volumes;

    async fn fetch(database: &Database, period_id: &i64, partners: &[i64]) -> Result<HashMap<i64, Volumes>, Error> {
        volumes::of_partners(database.reader(), partners, *period_id).await
    }
}

/// Partner → the membership package that was chosen at joining.
pub struct Memberships;

impl Relation for Memberships {
    type Args = ();
    type Value = Option<Product>;

    async fn fetch(database: &Database, (): &(), partners: &[i64]) -> Result<HashMap<i64, Self::Value>, Error> {
        let found = products::memberships(database.reader(), partners).await?;
        Ok(found.into_iter().map(|(partner, product)| (partner, Some(product))).collect())
    }
}
