//! Double-entry bookkeeping. A journal is made of transfers from one account to another, so it balances whatever is in it.

use std::collections::BTreeMap;
use std::fmt;

use super::amount::Amount;
use super::coded::coded_enum;
use super::currency::Currency;

coded_enum! {
    /// A part of a partner's wallet.
    Pocket, "a pocket of a wallet", {
        /// May be spent and paid out.
        Available = "AVAILABLE",
        /// Earned, not released yet.
        Pending = "PENDING",
        /// Set aside for a payout under way.
        Held = "HELD",
    }
}

coded_enum! {
    /// An account of the company.
    Book, "an account of the company", {
        /// Money that came in from outside or went out, by bank, card or cash.
        Cash = "CASH",
        /// What was sold.
        Sales = "SALES",
        /// Commissions owed to partners.
        CommissionExpense = "COMMISSION_EXPENSE",
        /// Value of e-pins that were not used yet.
        EpinLiability = "EPIN_LIABILITY",
        /// Commissions that fell to nobody, and e-pins that expired.
        Breakage = "BREAKAGE",
        /// Fees for payouts and transfers.
        Fees = "FEES",
        /// Credits and debits by hand.
        Adjustments = "ADJUSTMENTS",
    }
}

coded_enum! {
    /// What a journal is about.
    JournalKind, "a kind of journal", {
        /// An operator gave.
        WalletCredit = "WALLET_CREDIT",
        /// An operator took.
        WalletDebit = "WALLET_DEBIT",
        /// From one wallet to another.
        WalletTransfer = "WALLET_TRANSFER",
        /// An order was paid.
        OrderPayment = "ORDER_PAYMENT",
        /// An order was given back, wholly or in part.
        OrderRefund = "ORDER_REFUND",
        /// E-pins were made.
        EpinIssue = "EPIN_ISSUE",
        /// An e-pin was paid into a wallet.
        EpinRedemption = "EPIN_REDEMPTION",
        /// The time of e-pins ran out: what was left on them fell to the company.
        EpinRetirement = "EPIN_RETIREMENT",
        /// Money was set aside for a payout.
        PayoutRequest = "PAYOUT_REQUEST",
        /// A payout was given up: the money is available again.
        PayoutRelease = "PAYOUT_RELEASE",
        /// A payout arrived.
        PayoutCompletion = "PAYOUT_COMPLETION",
        /// A commission became a partner's.
        Commission = "COMMISSION",
        /// Another journal was taken back.
        Reversal = "REVERSAL",
    }
}

impl JournalKind {
    /// Whether it can be taken back by a journal of its own. What belongs to an order, a payout or a pin is taken back by an act on that.
    #[must_use]
    pub const fn is_reversible(self) -> bool {
        matches!(self, Self::WalletCredit | Self::WalletDebit | Self::WalletTransfer)
    }
}

/// An account of the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Account {
    /// A pocket of the partner with this number.
    Partner(i64, Pocket),
    /// A book of the company.
    Company(Book),
}

impl Account {
    /// The code of the pocket or book.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Partner(_, pocket) => pocket.code(),
            Self::Company(book) => book.code(),
        }
    }

    /// Whose it is; `None` for the company.
    #[must_use]
    pub const fn partner_id(self) -> Option<i64> {
        match self {
            Self::Partner(number, _) => Some(number),
            Self::Company(_) => None,
        }
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Partner(number, pocket) => write!(f, "{number}:{pocket}"),
            Self::Company(book) => write!(f, "company:{book}"),
        }
    }
}

/// Why a journal cannot be made: a fault of the program, as sums that people ask for are checked before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// Zero or less.
    #[error("a transfer must be positive")]
    NotPositive,
    /// Not a multiple of the currency's unit.
    #[error("a transfer must be a sum that can be paid")]
    TooFine,
    /// From an account to itself.
    #[error("a transfer must leave its account")]
    SameAccount,
    /// Beyond 64 bits.
    #[error("the sum of a journal exceeds 64 bits")]
    TooLarge,
    /// Nothing was moved.
    #[error("a journal must move something")]
    Empty,
    /// What is to be taken back is no journal.
    #[error("the journal to be taken back is out of balance")]
    OutOfBalance,
}

/// A movement of money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Journal {
    /// What it is about.
    pub kind: JournalKind,
    /// The thing that it is about: `order:17`, `payout:3`.
    pub subject: String,
    /// In words, for people.
    pub memo: Option<String>,
    /// The account (login) of whoever did it; none for the system.
    pub actor_id: Option<i64>,
    /// The journal that it takes back.
    pub reverses_id: Option<i64>,
    currency: Currency,
    sums: BTreeMap<Account, Amount>,
}

impl Journal {
    /// A journal that moves nothing yet.
    #[must_use]
    pub fn new(kind: JournalKind, currency: Currency, subject: String) -> Self {
        Self { kind, subject, memo: None, actor_id: None, reverses_id: None, currency, sums: BTreeMap::new() }
    }

    /// The same with a transfer.
    ///
    /// # Errors
    /// [`LedgerError`]
    pub fn transfer(mut self, from: Account, to: Account, amount: Amount) -> Result<Self, LedgerError> {
        if amount <= Amount::ZERO {
            return Err(LedgerError::NotPositive);
        }
        if amount.units() % self.currency.unit().units() != 0 {
            return Err(LedgerError::TooFine);
        }
        if from == to {
            return Err(LedgerError::SameAccount);
        }
        let source = self.sums.entry(from).or_default();
        *source = source.checked_sub(amount).ok_or(LedgerError::TooLarge)?;
        let target = self.sums.entry(to).or_default();
        *target = target.checked_add(amount).ok_or(LedgerError::TooLarge)?;
        Ok(self)
    }

    /// A journal that takes the one with the number `id` back, whose postings these are: everything goes the other way.
    ///
    /// # Errors
    /// [`LedgerError::OutOfBalance`], [`LedgerError::TooLarge`]
    pub fn reversing(id: i64, currency: Currency, subject: String, postings: &[(Account, Amount)]) -> Result<Self, LedgerError> {
        if postings.iter().map(|(_, sum)| i128::from(sum.units())).sum::<i128>() != 0 {
            return Err(LedgerError::OutOfBalance);
        }
        let mut journal = Self::new(JournalKind::Reversal, currency, subject);
        journal.reverses_id = Some(id);
        for (account, sum) in postings {
            let sums = journal.sums.entry(*account).or_default();
            *sums = sums.checked_sub(*sum).ok_or(LedgerError::TooLarge)?;
        }
        Ok(journal)
    }

    /// The same, done by somebody, with words for people.
    #[must_use]
    pub fn by(self, actor_id: Option<i64>, memo: Option<String>) -> Self {
        Self { actor_id, memo, ..self }
    }

    /// Of what.
    #[must_use]
    pub const fn currency(&self) -> Currency {
        self.currency
    }

    /// What it does to each account, in the order of accounts; their sum is zero.
    ///
    /// # Errors
    /// [`LedgerError::Empty`]
    pub fn postings(&self) -> Result<Vec<(Account, Amount)>, LedgerError> {
        let moved: Vec<_> = self.sums.iter().map(|(account, sum)| (*account, *sum)).filter(|(_, sum)| *sum != Amount::ZERO).collect();
        if moved.is_empty() { Err(LedgerError::Empty) } else { Ok(moved) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn journal() -> Journal {
        Journal::new(JournalKind::WalletTransfer, "USD".parse().unwrap(), "partner:1".to_owned())
    }

    fn account(index: i64) -> Account {
        match index % 3 {
            0 => Account::Partner(index, Pocket::Available),
            1 => Account::Partner(index, Pocket::Held),
            _ => Account::Company(Book::ALL[usize::try_from(index).unwrap() % Book::ALL.len()]),
        }
    }

    #[test]
    fn what_moves_nothing_or_too_much_is_no_journal() {
        let (here, there) = (account(0), account(3));
        let cent = Amount::from_units(100);
        assert_eq!(journal().transfer(here, there, Amount::ZERO), Err(LedgerError::NotPositive));
        assert_eq!(journal().transfer(here, there, Amount::from_units(-100)), Err(LedgerError::NotPositive));
        assert_eq!(journal().transfer(here, there, Amount::from_units(99)), Err(LedgerError::TooFine));
        assert_eq!(journal().transfer(here, here, cent), Err(LedgerError::SameAccount));
        assert_eq!(journal().postings(), Err(LedgerError::Empty));
        let circle = journal().transfer(here, there, cent).and_then(|journal| journal.transfer(there, here, cent));
        assert_eq!(circle.and_then(|journal| journal.postings()), Err(LedgerError::Empty));
        let largest = Amount::from_units(i64::MAX / 100 * 100);
        let overflow = journal().transfer(here, there, largest).and_then(|journal| journal.transfer(here, account(4), largest));
        assert_eq!(overflow, Err(LedgerError::TooLarge));
    }

    proptest! {
        #[test]
        fn every_journal_balances(transfers in prop::collection::vec((0_i64..9, 0_i64..9, 1_i64..1_000_000), 1..20)) {
            let made = transfers.iter().try_fold(journal(), |journal, (from, to, cents)| {
                if from == to { return Ok(journal) }
                journal.transfer(account(*from), account(*to), Amount::from_units(cents * 100))
            });
            if let Ok(postings) = made.and_then(|journal| journal.postings()) {
                prop_assert!(postings.len() >= 2);
                prop_assert_eq!(postings.iter().map(|(_, sum)| sum.units()).sum::<i64>(), 0);
                let back = Journal::reversing(7, journal().currency(), "partner:1".to_owned(), &postings);
                let undone: Vec<_> = postings.iter().map(|(account, sum)| (*account, Amount::from_units(-sum.units()))).collect();
                prop_assert_eq!(back.and_then(|journal| journal.postings()), Ok(undone));
            }
        }
    }
}
