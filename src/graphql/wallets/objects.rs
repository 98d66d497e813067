//! A wallet and what went through it.

use async_graphql::connection::{Connection, Edge};
use async_graphql::{Context, Object, Result};

use super::super::kyc::loader::is_verified;
use super::super::loader::load;
use super::super::network::{facts, network};
use super::super::paging::{Cursor, CursorKind, Paging, connect};
use super::super::partners::loader::Partners;
use super::super::partners::objects::Partner;
use super::super::partners::seen::find;
use super::super::payouts::inputs::PayoutRestriction;
use super::super::payouts::loader::OpenPayouts;
use super::super::scalars::{BigInt, DateTime, Money};
use super::inputs::{JournalKind, WalletTransactionFilter};
use super::loader::{Balances, MovementCounts, Movements, Turnovers};
use crate::commands::Services;
use crate::domain::amount::Amount;
use crate::domain::currency::Currency;
use crate::domain::payouts::{Candidate, restrictions};
use crate::domain::wallets::{Balance, Movement, MovementFilter, Turnover};

/// A partner's wallet; whoever holds one may see it.
pub struct Wallet {
    pub(in crate::graphql) partner_id: i64,
}

impl Wallet {
    async fn money(&self, ctx: &Context<'_>, part: impl FnOnce(Balance) -> Amount) -> Result<Option<Money>> {
        let currency = facts(ctx).await?.currency;
        Ok(Some(Money::new(part(load::<Balances>(ctx, currency, self.partner_id).await?), currency)))
    }

    async fn turnover(&self, ctx: &Context<'_>, part: impl FnOnce(Turnover) -> Amount) -> Result<Option<Money>> {
        let currency = facts(ctx).await?.currency;
        Ok(Some(Money::new(part(load::<Turnovers>(ctx, currency, self.partner_id).await?), currency)))
    }

    /// What keeps the partner from asking for a payout.
    async fn restrictions(&self, ctx: &Context<'_>) -> Result<Vec<PayoutRestriction>> {
        let settings = &ctx.data::<Services>()?.payout;
        let balance = load::<Balances>(ctx, facts(ctx).await?.currency, self.partner_id).await?;
        let is_one_open = load::<OpenPayouts>(ctx, (), self.partner_id).await?.is_some();
        let Some(partner) = load::<Partners>(ctx, (), self.partner_id).await? else { return Ok(Vec::new()) };
        let least = settings.minimum().checked_add(settings.fee()).unwrap_or(Amount::MAX_INPUT);
        let lacks_kyc = ctx.data::<Services>()?.kyc.required_for_payouts && !is_verified(ctx, self.partner_id).await?;
        let restrictions = restrictions(Candidate { status: partner.status, lacks_kyc, is_one_open, available: balance.available, least });
        Ok(restrictions.into_iter().map(Into::into).collect())
    }
}

/// A partner's wallet.
#[Object]
impl Wallet {
    /// May be spent and paid out.
    async fn available(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        self.money(ctx, |balance| balance.available).await
    }

    /// Earned, not released yet.
    async fn pending(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        self.money(ctx, |balance| balance.pending).await
    }

    /// Set aside for payouts under way.
    async fn held(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        self.money(ctx, |balance| balance.held).await
    }

    /// Commissions ever earned.
    async fn total_earned(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        self.turnover(ctx, |turnover| turnover.earned).await
    }

    /// Payouts ever completed, with their fees.
    async fn total_withdrawn(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        self.turnover(ctx, |turnover| turnover.withdrawn).await
    }

    /// The smallest payout that may be asked for; a fee comes on top where the company takes one.
    async fn payout_minimum(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        Ok(Some(Money::new(ctx.data::<Services>()?.payout.minimum(), facts(ctx).await?.currency)))
    }

    /// What a payout costs on top of what arrives.
    async fn payout_fee(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        Ok(Some(Money::new(ctx.data::<Services>()?.payout.fee(), facts(ctx).await?.currency)))
    }

    /// Why no payout may be asked for now; empty where one may.
    async fn payout_restrictions(&self, ctx: &Context<'_>) -> Result<Option<Vec<PayoutRestriction>>> {
        self.restrictions(ctx).await.map(Some)
    }

    /// Whether a payout may be asked for now.
    async fn can_request_payout(&self, ctx: &Context<'_>) -> Result<Option<bool>> {
        Ok(Some(self.restrictions(ctx).await?.is_empty()))
    }

    /// The movements of one part of the wallet, the latest first.
    async fn transactions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the beginning.")] first: Option<i32>,
        #[graphql(desc = "Behind this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
        #[graphql(desc = "Which movements.")] filter: Option<WalletTransactionFilter>,
    ) -> Result<Option<Connection<Cursor, WalletTransaction, WalletTransactionTotals>>> {
        let page = Paging { first, after, last, before }.page(network(ctx)?.page_sizes, CursorKind::Number)?;
        let (currency, filter) = (facts(ctx).await?.currency, MovementFilter::from(filter.unwrap_or_default()));
        let slice = load::<Movements>(ctx, (currency, filter.clone(), page), self.partner_id).await?;
        let totals = WalletTransactionTotals { partner_id: self.partner_id, currency, filter };
        let edge = |movement: Movement| Edge::new(Cursor::number(movement.id, movement.id), WalletTransaction { movement, currency });
        Ok(Some(connect(slice, totals, edge)))
    }
}

/// A movement of a wallet.
pub struct WalletTransaction {
    movement: Movement,
    currency: Currency,
}

/// A movement of a wallet.
#[Object]
impl WalletTransaction {
    /// The number of the journal in the company's books: the same for all wallets that it moved.
    async fn journal_number(&self) -> BigInt {
        BigInt(self.movement.journal_id)
    }

    /// What it was about.
    async fn kind(&self) -> JournalKind {
        self.movement.kind.into()
    }

    /// The number of the journal that it took back; null for all kinds but REVERSAL.
    async fn reverses_journal_number(&self) -> Option<BigInt> {
        self.movement.reverses_id.map(BigInt)
    }

    /// The thing that it was about, such as `order:17`.
    async fn subject(&self) -> &str {
        &self.movement.subject
    }

    /// The number of the partner from whose wallet it came or into whose it went; null where no other partner, or more than one, was on the other side.
    async fn counterparty_number(&self) -> Option<BigInt> {
        self.movement.counterparty_id.map(BigInt)
    }

    /// The same partner; null when hidden from the caller.
    async fn counterparty(&self, ctx: &Context<'_>) -> Result<Option<Partner>> {
        match self.movement.counterparty_id {
            Some(partner) => find(ctx, partner).await,
            None => Ok(None),
        }
    }

    /// In words, where somebody wrote some.
    async fn memo(&self) -> Option<&str> {
        self.movement.memo.as_deref()
    }

    /// What came in; negative for what went out.
    async fn amount(&self) -> Money {
        Money::new(self.movement.amount, self.currency)
    }

    /// What this part of the wallet held then.
    async fn balance(&self) -> Money {
        Money::new(self.movement.balance, self.currency)
    }

    /// When.
    async fn occurred_at(&self) -> DateTime {
        DateTime(self.movement.at)
    }
}

/// What a list of movements tells beside its page.
pub struct WalletTransactionTotals {
    partner_id: i64,
    currency: Currency,
    filter: MovementFilter,
}

#[Object]
impl WalletTransactionTotals {
    /// How many there are on all pages.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<BigInt> {
        Ok(BigInt(load::<MovementCounts>(ctx, (self.currency, self.filter.clone()), self.partner_id).await?))
    }
}
