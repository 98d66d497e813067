//! `Query.partner` and the operators' list of partners.

use async_graphql::connection::{Connection, Edge};
use async_graphql::{Context, ID, Object, Result};

use super::super::errors::bad_user_input;
use super::super::ids::{NodeKind, decode};
use super::super::loader::fault;
use super::super::network::{caller, network, operator};
use super::super::paging::{Cursor, CursorKind, Paging, connect};
use super::super::scalars::BigInt;
use super::inputs::PartnerFilter;
use super::objects::Partner;
use super::seen::{Reach, see, see_all};
use crate::domain::accounts::Scope;
use crate::domain::pages::Slice;
use crate::store::partners::{self, Filter, Lookup};

/// Partners.
#[derive(Default)]
pub struct PartnerQuery;

#[Object]
impl PartnerQuery {
    /// One partner, by exactly one of the arguments; null when it does not exist or is hidden from the caller.
    async fn partner(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The global id.")] id: Option<ID>,
        #[graphql(desc = "The partner number.")] number: Option<BigInt>,
        #[graphql(desc = "The login's name, ignoring case.")] username: Option<String>,
        #[graphql(desc = "The referral code, ignoring case.")] referral_code: Option<String>,
    ) -> Result<Option<Partner>> {
        let lookup = match (id, number, username, referral_code) {
            (Some(id), None, None, None) => match decode(&id) {
                Some((NodeKind::Partner, number)) => Lookup::Number(number),
                _ => return Ok(None),
            },
            (None, Some(number), None, None) => Lookup::Number(number.0),
            (None, None, Some(name), None) => Lookup::Username(name),
            (None, None, None, Some(code)) => Lookup::ReferralCode(code),
            _ => return Err(bad_user_input("Give exactly one of `id`, `number`, `username`, `referralCode`.")),
        };
        look_up(ctx, &lookup).await
    }
}

/// What the list of all partners tells beside its page.
pub struct PartnerTotals {
    filter: Filter,
}

#[Object]
impl PartnerTotals {
    /// How many there are on all pages.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<BigInt> {
        Ok(BigInt(partners::count(network(ctx)?.database.reader(), &self.filter).await.map_err(fault)?))
    }
}

/// Partners, for operators.
#[derive(Default)]
pub struct OperatorPartners;

#[Object]
impl OperatorPartners {
    /// All partners, by number. Needs the scope `network`.
    async fn partners(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the beginning.")] first: Option<i32>,
        #[graphql(desc = "Behind this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
        #[graphql(desc = "Which partners.")] filter: Option<PartnerFilter>,
    ) -> Result<Option<Connection<Cursor, Partner, PartnerTotals>>> {
        operator(ctx, Scope::Network)?;
        let network = network(ctx)?;
        let page = Paging { first, after, last, before }.page(network.page_sizes, CursorKind::Number)?;
        let filter = filter.unwrap_or_default().into_store()?;
        let Slice { rows, has_next, has_previous } = partners::list(network.database.reader(), &filter, &page).await.map_err(fault)?;
        let rows = see_all(ctx, rows.into_iter().map(|partner| (partner, Reach::default()))).await?.into_iter().flatten().collect();
        let edge = |partner: Partner| Edge::new(Cursor::number(partner.partner.id, partner.partner.id), partner);
        Ok(Some(connect(Slice { rows, has_next, has_previous }, PartnerTotals { filter }, edge)))
    }
}

/// A partner that the caller found by a look-up, as the caller sees it.
async fn look_up(ctx: &Context<'_>, lookup: &Lookup) -> Result<Option<Partner>> {
    caller(ctx)?;
    match partners::find(network(ctx)?.database.reader(), lookup).await.map_err(fault)? {
        Some(partner) => see(ctx, partner, Reach::default()).await,
        None => Ok(None),
    }
}
