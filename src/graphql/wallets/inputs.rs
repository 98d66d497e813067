//! What one may ask of wallets.

use async_graphql::{Enum, InputObject};

use super::super::scalars::{CurrencyCode, DateTime, Decimal};
use crate::commands::money::Sum;
use crate::domain::ledger;
use crate::domain::wallets::MovementFilter;

/// A part of a wallet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "ledger::Pocket")]
pub enum WalletPocket {
    /// May be spent and paid out.
    Available,
    /// Earned, not released yet.
    Pending,
    /// Set aside for payouts under way.
    Held,
}

/// What a movement of money is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "ledger::JournalKind")]
pub enum JournalKind {
    /// An operator gave.
    WalletCredit,
    /// An operator took.
    WalletDebit,
    /// From one wallet to another.
    WalletTransfer,
    /// An order was paid.
    OrderPayment,
    /// An order was given back, wholly or in part.
    OrderRefund,
    /// E-pins were made.
    EpinIssue,
    /// An e-pin was paid into a wallet.
    EpinRedemption,
    /// The time of e-pins ran out: what was left on them fell to the company.
    EpinRetirement,
    /// Money was set aside for a payout.
    PayoutRequest,
    /// A payout was given up: the money is available again.
    PayoutRelease,
    /// A payout arrived.
    PayoutCompletion,
    /// A commission became a partner's.
    Commission,
    /// Another journal was taken back.
    Reversal,
}

/// Which movements of a wallet; what is left out does not restrict.
#[derive(Clone, Debug, Default, InputObject)]
pub struct WalletTransactionFilter {
    /// On this part of the wallet; AVAILABLE when left out.
    pocket: Option<WalletPocket>,
    /// Any of these kinds.
    #[graphql(default, validator(max_items = 20))]
    kinds: Vec<JournalKind>,
    /// Then or later.
    from: Option<DateTime>,
    /// Before.
    before: Option<DateTime>,
}

impl From<WalletTransactionFilter> for MovementFilter {
    fn from(filter: WalletTransactionFilter) -> Self {
        Self {
            pocket: filter.pocket.unwrap_or(WalletPocket::Available).into(),
            kinds: filter.kinds.into_iter().map(Into::into).collect(),
            from: filter.from.map(|time| time.0),
            before: filter.before.map(|time| time.0),
        }
    }
}

/// A sum of money.
#[derive(Clone, Debug, InputObject)]
pub struct MoneyInput {
    /// How much: positive, and not finer than the currency.
    amount: Decimal,
    /// Of what; the network's currency when left out, and no other one is taken.
    currency: Option<CurrencyCode>,
}

impl From<MoneyInput> for Sum {
    fn from(input: MoneyInput) -> Self {
        Self { amount: input.amount.0, currency: input.currency.map(|currency| currency.0) }
    }
}
