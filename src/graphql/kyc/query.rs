//! What waits for operators.

use async_graphql::connection::{Connection, Edge};
use async_graphql::{Context, Object, Result};

use super::super::loader::fault;
use super::super::network::{network, operator};
use super::super::paging::{Cursor, CursorKind, Paging, connect};
use super::super::scalars::BigInt;
use super::super::staff_reads;
use super::objects::Kyc;
use crate::auth::visibility::Aspect;
use crate::domain::accounts::Scope;
use crate::domain::kyc::Submission;
use crate::store::kyc::{queue, waiting};

/// What the queue tells beside its page.
pub struct KycTotals;

#[Object]
impl KycTotals {
    /// How many submissions wait on all pages.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<BigInt> {
        waiting(network(ctx)?.database.reader()).await.map(BigInt).map_err(fault)
    }
}

/// Identity checks, for operators.
#[derive(Default)]
pub struct OperatorKyc;

#[Object]
impl OperatorKyc {
    /// The identity checks that wait to be decided about, the oldest first. Needs the scope `kyc`.
    async fn kyc_queue(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the beginning.")] first: Option<i32>,
        #[graphql(desc = "Behind this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Result<Option<Connection<Cursor, Kyc, KycTotals>>> {
        operator(ctx, Scope::Kyc)?;
        let network = network(ctx)?;
        let page = Paging { first, after, last, before }.page(network.page_sizes, CursorKind::Number)?;
        let slice = queue(network.database.reader(), &page).await.map_err(fault)?;
        for submission in &slice.rows {
            staff_reads::note(ctx, Aspect::Identity, submission.partner_id)?;
        }
        let edge =
            |submission: Submission| Edge::new(Cursor::number(submission.submitted_at.nanos(), submission.id), Kyc::from(submission));
        Ok(Some(connect(slice, KycTotals, edge)))
    }
}
