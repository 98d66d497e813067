//! `Query.node` and `Query.nodes`: any object by its global id, under the same rule as every other path.

use async_graphql::{Context, ID, Interface, Object, Result};

use super::accounts::loader::Accounts;
use super::accounts::objects::Account;
use super::applications::objects::Application;
use super::applications::query::application;
use super::commissions::objects::Commission;
use super::commissions::query::commission;
use super::epins::objects::Epin;
use super::epins::query::epin;
use super::errors::bad_user_input;
use super::ids::{NodeKind, decode};
use super::loader::load;
use super::network::{caller, network};
use super::orders::objects::Order;
use super::orders::query::order;
use super::partners::objects::Partner;
use super::partners::seen::find;
use super::payouts::objects::Payout;
use super::payouts::query::payout;
use super::periods::loader::Periods;
use super::periods::objects::Period;
use super::ranks::objects::{Rank, rank};
use super::referral_links::objects::ReferralLink;
use super::referral_links::query::{own_code, referral_link};

/// An object with a global id. It shows no more than the id: what the caller may see is settled by each type.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "Opaque global id."))]
pub enum Node {
    /// A login.
    Account(Account),
    /// A partner.
    Partner(Partner),
    /// A rank.
    Rank(Rank),
    /// A commission period.
    Period(Period),
    /// An order.
    Order(Order),
    /// A commission line.
    Commission(Commission),
    /// A payout.
    Payout(Payout),
    /// An e-pin.
    Epin(Epin),
    /// A referral link.
    ReferralLink(ReferralLink),
    /// A program that calls by a key of its own.
    Application(Application),
}

/// Objects by id.
#[derive(Default)]
pub struct NodeQuery;

#[Object]
impl NodeQuery {
    /// An object by its global id; null when it does not exist or is hidden from the caller.
    async fn node(&self, ctx: &Context<'_>, #[graphql(desc = "The global id.")] id: ID) -> Result<Option<Node>> {
        caller(ctx)?;
        node(ctx, &id).await
    }

    /// Several objects by their global ids, in their order; null for those that do not exist or are hidden from the caller.
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The global ids, as many as a page may have.")] ids: Vec<ID>,
    ) -> Result<Vec<Option<Node>>> {
        caller(ctx)?;
        let max = network(ctx)?.page_sizes.max;
        if ids.len() > max as usize {
            return Err(bad_user_input(format!("`ids` has {} entries: it may have {max} at most.", ids.len())));
        }
        futures_util::future::try_join_all(ids.iter().map(|id| node(ctx, id))).await
    }
}

async fn node(ctx: &Context<'_>, id: &ID) -> Result<Option<Node>> {
    let Some((kind, number)) = decode(id) else { return Ok(None) };
    Ok(match kind {
        NodeKind::Account if caller(ctx)?.account_id == number => load::<Accounts>(ctx, (), number).await?.map(Account).map(Node::from),
        NodeKind::Account => None,
        NodeKind::Partner => find(ctx, number).await?.map(Node::from),
        NodeKind::Rank => rank(ctx, Some(number)).await?.map(Node::from),
        NodeKind::Period => load::<Periods>(ctx, (), number).await?.map(Period).map(Node::from),
        NodeKind::Order => order(ctx, number).await?.map(Node::from),
        NodeKind::Commission => commission(ctx, number).await?.map(Node::from),
        NodeKind::Epin => epin(ctx, number).await?.map(Node::from),
        NodeKind::Payout => payout(ctx, number).await?.map(Node::from),
        NodeKind::ReferralLink => referral_link(ctx, number).await?.map(Node::from),
        NodeKind::Application => application(ctx, number).await?.map(Node::from),
        NodeKind::ReferralCode => own_code(ctx, number).await?.map(Node::from),
    })
}
