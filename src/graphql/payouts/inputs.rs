//! What one may ask of payouts.

use async_graphql::{Enum, InputObject};

use crate::domain::payouts::{self, GivenDetails};
use crate::store::payouts::Statuses;

/// Where a payout stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "payouts::PayoutStatus")]
pub enum PayoutStatus {
    /// Asked for; the money is set aside.
    Pending,
    /// To be paid.
    Approved,
    /// Handed to the bank.
    Processing,
    /// Arrived.
    Completed,
    /// Refused by an operator or by the bank; the money is available again.
    Rejected,
    /// Taken back by the partner; the money is available again.
    Cancelled,
}

/// What is the matter with a payout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "payouts::ProblemKind")]
pub enum PayoutProblemKind {
    /// What carries payouts does not answer, or cannot be asked: it may pay this one yet. Ends with its next answer.
    Silent,
    /// What carries payouts had this one, and knows nothing of it any more: find out whether it was paid, then complete it or fail it by hand.
    Lost,
    /// The details of an approved payout cannot be opened: it was not handed over.
    Unreadable,
    /// The bank says that it has paid, and the books do not take it: complete it by hand when they do.
    PaidNotBooked,
    /// The bank says that it has not paid, and the books do not take it: fail it by hand when they do.
    UnpaidNotBooked,
    /// The bank says something else than what is known.
    Contradicted,
}

/// How a payout is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "payouts::MethodKind")]
pub enum PayoutMethodKind {
    /// Onto a bank card.
    BankCard,
    /// Into a bank account.
    BankTransfer,
    /// Into an electronic wallet.
    Ewallet,
}

/// Why a partner cannot ask for a payout now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "payouts::Restriction")]
pub enum PayoutRestriction {
    /// The partner is not ACTIVE.
    PartnerNotActive,
    /// The company pays out to those only whose identity check is approved, and the partner's is not.
    KycNotVerified,
    /// Another payout is under way.
    PayoutAlreadyPending,
    /// The wallet holds less than the smallest payout and its fee.
    AmountBelowMinimum,
}

/// Which payouts; what is left out does not restrict.
#[derive(Clone, Debug, Default, InputObject)]
pub struct PayoutFilter {
    /// Any of these states.
    #[graphql(default, validator(max_items = 6))]
    statuses: Vec<PayoutStatus>,
}

impl From<PayoutFilter> for Statuses {
    fn from(filter: PayoutFilter) -> Self {
        filter.statuses.into_iter().map(Into::into).collect()
    }
}

/// Which payouts of all; what is left out does not restrict.
#[derive(Clone, Debug, Default, InputObject)]
pub struct OperatorPayoutFilter {
    /// Any of these states.
    #[graphql(default, validator(max_items = 6))]
    statuses: Vec<PayoutStatus>,
    /// Those only that should be looked into.
    #[graphql(default)]
    pub with_problem: bool,
}

impl OperatorPayoutFilter {
    /// Any of these states; an empty list does not restrict.
    pub fn statuses(&self) -> Statuses {
        self.statuses.iter().map(|status| (*status).into()).collect()
    }
}

/// Where to pay. Fields of other kinds are ignored; what is saved is sealed, and shown by its ending only.
#[derive(InputObject)]
pub struct PayoutDetailsInput {
    /// For BANK_CARD: 12 to 19 digits, with blanks or dashes.
    card_number: Option<String>,
    /// For BANK_TRANSFER: the bank's name, 1 to 200 characters; it does not begin with = + - or @.
    bank_name: Option<String>,
    /// For BANK_TRANSFER: the bank's code, 4 to 11 digits or capital letters.
    bank_code: Option<String>,
    /// For BANK_TRANSFER: the account's number, 5 to 34 digits or capital letters.
    account_number: Option<String>,
    /// For EWALLET: whose it is, 1 to 50 characters; it does not begin with = + - or @.
    wallet_type: Option<String>,
    /// For EWALLET: its name there, 1 to 100 characters. A telephone number with + is kept by its digits; no other name begins with = + - or @.
    wallet_id: Option<String>,
}

impl From<PayoutDetailsInput> for GivenDetails {
    fn from(input: PayoutDetailsInput) -> Self {
        let PayoutDetailsInput { card_number, bank_name, bank_code, account_number, wallet_type, wallet_id } = input;
        Self { card_number, bank_name, bank_code, account_number, wallet_type, wallet_id }
    }
}
