//! E-pins.

use async_graphql::{Context, ID, Object, Result};

use super::super::ids::{NodeKind, encode};
use super::super::loader::{fault, load};
use super::super::network::network;
use super::super::partners::objects::Partner;
use super::super::partners::seen::find;
use super::super::scalars::{BigInt, DateTime, Money};
use super::inputs::EpinStatus;
use super::loader::EpinCounts;
use crate::domain::epins;
use crate::store::epins::{Filter, count};

/// A code that is worth money; whoever holds one may see it, but nobody the code.
pub struct Epin(pub epins::Epin);

/// A code that is worth money. The code itself was shown once, when it was made.
#[Object]
impl Epin {
    /// Opaque global id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        encode(NodeKind::Epin, self.0.id)
    }

    /// Its number. Movements of the wallet name it: `epin:17`.
    async fn number(&self) -> BigInt {
        BigInt(self.0.id)
    }

    /// The number of the batch in which it was made.
    async fn batch_number(&self) -> BigInt {
        BigInt(self.0.batch_id)
    }

    /// The last four characters of the code.
    async fn ending(&self) -> &str {
        &self.0.ending
    }

    /// What it was made with.
    async fn amount(&self) -> Money {
        Money::new(self.0.amount, self.0.currency)
    }

    /// What is left on it.
    async fn remaining(&self) -> Money {
        Money::new(self.0.remaining, self.0.currency)
    }

    /// The partner who alone may use it; null where anybody may who has the code, and when hidden from the caller.
    async fn owner(&self, ctx: &Context<'_>) -> Result<Option<Partner>> {
        match self.0.owner_id {
            Some(owner) => find(ctx, owner).await,
            None => Ok(None),
        }
    }

    /// Where it stands.
    async fn status(&self, ctx: &Context<'_>) -> Result<EpinStatus> {
        Ok(self.0.status_at(network(ctx)?.clock.now()).into())
    }

    /// From when on it cannot be used.
    async fn expires_at(&self) -> Option<DateTime> {
        self.0.expires_at.map(DateTime)
    }

    /// When it was made.
    async fn issued_at(&self) -> DateTime {
        DateTime(self.0.issued_at)
    }
}

/// What a list of e-pins tells beside its page.
pub struct EpinTotals {
    /// Whose; none for the list of all.
    pub(super) partner_id: Option<i64>,
    pub(super) filter: Filter,
}

#[Object]
impl EpinTotals {
    /// How many e-pins there are on all pages.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<BigInt> {
        Ok(BigInt(match self.partner_id {
            Some(partner) => load::<EpinCounts>(ctx, self.filter.clone(), partner).await?,
            None => count(network(ctx)?.database.reader(), &self.filter).await.map_err(fault)?,
        }))
    }
}
