//! Wallets as their owners see them.

use super::amount::Amount;
use super::instant::Instant;
use super::ledger::{JournalKind, Pocket};

/// What a partner's wallet holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Balance {
    /// May be spent and paid out.
    pub available: Amount,
    /// Earned, not released yet.
    pub pending: Amount,
    /// Set aside for payouts under way.
    pub held: Amount,
}

/// What ever went through a partner's wallet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Turnover {
    /// Commissions ever earned.
    pub earned: Amount,
    /// Payouts ever completed, with their fees.
    pub withdrawn: Amount,
}

/// A movement on a pocket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movement {
    /// Key of the posting: movements are ordered by it.
    pub id: i64,
    /// Number of the journal.
    pub journal_id: i64,
    /// What it was about.
    pub kind: JournalKind,
    /// Number of the journal that it took back.
    pub reverses_id: Option<i64>,
    /// The thing that it was about: `order:17`.
    pub subject: String,
    /// The partner from whose wallet it came or into whose it went; none where no other partner, or more than one, was on the other side.
    pub counterparty_id: Option<i64>,
    /// In words.
    pub memo: Option<String>,
    /// What came in; negative for what went out.
    pub amount: Amount,
    /// What the pocket held then.
    pub balance: Amount,
    /// When.
    pub at: Instant,
}

/// Which movements of a wallet are wanted; empty lists and `None` do not restrict.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MovementFilter {
    /// On this pocket.
    pub pocket: Pocket,
    /// Any of these kinds.
    pub kinds: Vec<JournalKind>,
    /// Then or later.
    pub from: Option<Instant>,
    /// Before.
    pub before: Option<Instant>,
}
