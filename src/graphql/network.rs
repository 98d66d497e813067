//! What all resolvers share: the database, the clock, limits, and the plan's public facts.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use async_graphql::{Context, Result};

use super::errors::{forbidden, internal, unauthenticated};
use super::loader::{Relation, load};
use super::paging::PageSizes;
use crate::auth::principal::{Caller, Principal};
use crate::domain::accounts::Scope;
use crate::domain::clock::Clock;
use crate::domain::currency::Currency;
use crate::domain::instant::Instant;
use crate::domain::ranks::Rank;
use crate::store;
use crate::store::database::Database;

/// How long the plan's facts are taken from memory before the database is asked again, in seconds.
const BOOK_SECONDS: i64 = 1;

/// The part of the application that resolvers read from.
pub struct Network {
    /// Where the data lies.
    pub database: Database,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Page sizes of connections.
    pub page_sizes: PageSizes,
    /// Levels of the own downline that a partner sees.
    pub visible_depth: u32,
    /// Levels that an operator may ask for.
    pub operator_depth: u32,
    /// Partners that a drawing may hold.
    pub genealogy_partners: u32,
    /// Where people find this server, without a slash at its end; empty where it is not configured: addresses are relative then.
    pub public_url: String,
    /// What is paid in until the database knows better.
    pub currency: Currency,
    /// The plan's facts as they were read last.
    pub book: Book,
}

/// Ranks and currency: public, few, and needed by almost every operation.
#[derive(Default)]
pub struct Book(RwLock<Option<(Instant, Arc<Facts>)>>);

/// What the plan says about ranks and money.
#[derive(Debug)]
pub struct Facts {
    /// By id.
    pub ranks: HashMap<i64, Arc<Rank>>,
    /// Of the network.
    pub currency: Currency,
}

impl Network {
    /// The plan's facts, at most a second old, where they are in memory.
    fn remembered(&self) -> Option<Arc<Facts>> {
        let now = self.clock.now();
        let fresh = |read_at: Instant| read_at <= now && now < read_at.plus_seconds(BOOK_SECONDS);
        match &*self.book.0.read().unwrap_or_else(PoisonError::into_inner) {
            Some((read_at, facts)) if fresh(*read_at) => Some(facts.clone()),
            _ => None,
        }
    }

    fn remember(&self, read_at: Instant, facts: Arc<Facts>) {
        *self.book.0.write().unwrap_or_else(PoisonError::into_inner) = Some((read_at, facts));
    }
}

/// The plan's facts. There is one plan, so there is one parent only: [`PlanFacts::ALONE`].
pub struct PlanFacts;

impl PlanFacts {
    /// Stands where other relations have a parent.
    const ALONE: i64 = 0;
}

impl Relation for PlanFacts {
    /// What is paid in until the database knows better.
    type Args = Currency;
    type Value = Option<Arc<Facts>>;

    async fn fetch(database: &Database, unless_known: &Currency, _: &[i64]) -> Result<HashMap<i64, Self::Value>, store::error::Error> {
        let ranks = store::ranks::all(database.reader()).await?;
        let currency = store::settings::currency(database.reader()).await?.unwrap_or(*unless_known);
        let facts = Facts { ranks: ranks.into_iter().map(|rank| (rank.id, Arc::new(rank))).collect(), currency };
        Ok(HashMap::from([(Self::ALONE, Some(Arc::new(facts)))]))
    }
}

/// The application's part of a request.
///
/// # Errors
/// None in a server that was put together by `app`.
pub fn network<'a>(ctx: &Context<'a>) -> Result<&'a Arc<Network>> {
    ctx.data()
}

/// The plan's facts.
///
/// # Errors
/// The database's, to be masked.
pub async fn facts(ctx: &Context<'_>) -> Result<Arc<Facts>> {
    let network = network(ctx)?;
    match network.remembered() {
        Some(facts) => Ok(facts),
        // By a loader: all fields of a request that find the memory empty share one look.
        None => {
            let read_at = network.clock.now();
            let facts = load::<PlanFacts>(ctx, network.currency, PlanFacts::ALONE).await?;
            let facts = facts.ok_or_else(|| internal("a loader gave no facts"))?;
            network.remember(read_at, facts.clone());
            Ok(facts)
        }
    }
}

/// What the caller became in the course of the request.
#[derive(Default)]
pub struct Promotion(OnceLock<Caller>);

impl Promotion {
    /// From now on the request's caller is this one.
    pub fn set(&self, caller: Caller) {
        // Nobody becomes a partner twice, so there is no second promotion to keep.
        self.0.set(caller).ok();
    }
}

/// Who is calling, a person or an application.
///
/// # Errors
/// `UNAUTHENTICATED`
pub fn caller<'a>(ctx: &Context<'a>) -> Result<&'a Caller> {
    if let Some(promoted) = ctx.data::<Promotion>()?.0.get() {
        return Ok(promoted);
    }
    ctx.data::<Principal>()?.anyone().ok_or_else(|| unauthenticated("Sign in first: send an access token as `Authorization: Bearer …`."))
}

/// The person who is signed in: for what is not for programs.
///
/// # Errors
/// `UNAUTHENTICATED`
pub fn person<'a>(ctx: &Context<'a>) -> Result<&'a Caller> {
    ctx.data::<Principal>()?.caller().ok_or_else(|| unauthenticated("This is for people: sign in, and send an access token."))
}

/// The caller, if an operator with this scope.
///
/// # Errors
/// `UNAUTHENTICATED`, `FORBIDDEN`
pub fn operator<'a>(ctx: &Context<'a>, scope: Scope) -> Result<&'a Caller> {
    let caller = caller(ctx)?;
    if caller.has(scope) { Ok(caller) } else { Err(forbidden(format!("This needs an operator with the scope {scope}."))) }
}
