//! Payouts, and where partners want to be paid.

use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};

use super::super::ids::{NodeKind, encode};
use super::super::loader::{fault, load};
use super::super::network::{caller, network};
use super::super::partners::objects::Partner;
use super::super::partners::seen::find;
use super::super::scalars::{BigInt, DateTime, Money};
use super::inputs::{PayoutMethodKind, PayoutProblemKind, PayoutStatus};
use super::loader::{PayoutCounts, PayoutHistories};
use crate::domain::accounts::Scope;
use crate::domain::payouts;
use crate::store::payouts::Statuses;

/// Money on its way from a wallet to its owner; whoever holds one may see it.
pub struct Payout(pub payouts::Payout);

impl Payout {
    fn problem_for(&self, ctx: &Context<'_>) -> Option<&payouts::Problem> {
        self.0.problem.as_ref().filter(|_| caller(ctx).is_ok_and(|caller| caller.has(Scope::Payouts)))
    }
}

/// Money on its way from a wallet to its owner.
#[Object]
impl Payout {
    /// Opaque global id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        encode(NodeKind::Payout, self.0.id)
    }

    /// The payout number. Movements of the wallet name it: `payout:17`.
    async fn number(&self) -> BigInt {
        BigInt(self.0.id)
    }

    /// Whose it is; null when hidden from the caller.
    async fn partner(&self, ctx: &Context<'_>) -> Result<Option<Partner>> {
        find(ctx, self.0.partner_id).await
    }

    /// What arrives.
    async fn amount(&self) -> Money {
        Money::new(self.0.amount, self.0.currency)
    }

    /// What the company keeps beside it.
    async fn fee(&self) -> Money {
        Money::new(self.0.fee, self.0.currency)
    }

    /// How it is paid.
    async fn method(&self) -> PayoutMethodKind {
        self.0.kind.into()
    }

    /// Where to, as much of it as its owner needs to recognise it.
    async fn masked_details(&self) -> &str {
        &self.0.masked
    }

    /// Where it stands.
    async fn status(&self) -> PayoutStatus {
        self.0.status.into()
    }

    /// Its steps, the oldest first.
    async fn history(&self, ctx: &Context<'_>) -> Result<Vec<PayoutStep>> {
        Ok(load::<PayoutHistories>(ctx, (), self.0.id).await?.into_iter().map(PayoutStep::from).collect())
    }

    /// The bank's word for it.
    async fn external_reference(&self) -> Option<&str> {
        self.0.external_reference.as_deref()
    }

    /// Why it was rejected.
    async fn rejection_reason(&self) -> Option<&str> {
        self.0.rejection_reason.as_deref()
    }

    /// What should be looked into, for operators with the scope `payouts`: what carries payouts does not answer or has lost this one, or the bank says what
    /// cannot be booked or contradicts what is known. A silence ends with the next answer, clearPayoutProblem ends the rest. Null for others.
    async fn problem(&self, ctx: &Context<'_>) -> Result<Option<&str>> {
        Ok(self.problem_for(ctx).map(|problem| problem.text.as_str()))
    }

    /// Of what sort the problem is, for operators with the scope `payouts`; null for others.
    async fn problem_kind(&self, ctx: &Context<'_>) -> Result<Option<PayoutProblemKind>> {
        Ok(self.problem_for(ctx).map(|problem| problem.kind.into()))
    }

    /// When it was asked for.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When it was handed to the bank.
    async fn processed_at(&self) -> Option<DateTime> {
        self.0.processed_at.map(DateTime)
    }

    /// When it arrived.
    async fn completed_at(&self) -> Option<DateTime> {
        self.0.completed_at.map(DateTime)
    }
}

/// Who took a step of a payout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum PayoutActor {
    /// The partner whose payout it is.
    Partner,
    /// Somebody of the staff.
    Staff,
    /// The system, or who works at its machine.
    System,
}

/// A step in the life of a payout.
#[derive(SimpleObject)]
pub struct PayoutStep {
    /// Where the payout stood then.
    status: PayoutStatus,
    /// Who took the step.
    by: PayoutActor,
    /// The name of who took it, for staff.
    staff_name: Option<String>,
    /// In words.
    note: Option<String>,
    /// When.
    occurred_at: DateTime,
}

impl From<payouts::Step> for PayoutStep {
    fn from(step: payouts::Step) -> Self {
        let (by, staff_name) = match step.by {
            payouts::Actor::Partner => (PayoutActor::Partner, None),
            payouts::Actor::Staff(name) => (PayoutActor::Staff, Some(name)),
            payouts::Actor::System => (PayoutActor::System, None),
        };
        Self { status: step.status.into(), by, staff_name, note: step.note, occurred_at: DateTime(step.at) }
    }
}

/// Where a partner wants to be paid.
#[derive(SimpleObject)]
pub struct PayoutMethod {
    /// How; one of each kind at most.
    kind: PayoutMethodKind,
    /// Where to, as much of it as its owner needs to recognise it.
    masked_details: String,
    /// When it was saved.
    updated_at: DateTime,
}

impl From<payouts::PayoutMethod> for PayoutMethod {
    fn from(method: payouts::PayoutMethod) -> Self {
        Self { kind: method.kind.into(), masked_details: method.masked, updated_at: DateTime(method.updated_at) }
    }
}

/// What a list of payouts tells beside its page.
pub struct PayoutTotals {
    /// Whose payouts; none for the list of all.
    pub(super) partner_id: Option<i64>,
    pub(super) statuses: Statuses,
    /// Those only that should be looked into.
    pub(super) with_problem: bool,
}

#[Object]
impl PayoutTotals {
    /// How many payouts there are on all pages.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<BigInt> {
        Ok(BigInt(match self.partner_id {
            Some(partner) => load::<PayoutCounts>(ctx, self.statuses.clone(), partner).await?,
            None => {
                crate::store::payouts::count(network(ctx)?.database.reader(), (&self.statuses, self.with_problem)).await.map_err(fault)?
            }
        }))
    }
}
