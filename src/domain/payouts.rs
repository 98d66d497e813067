//! Payouts: money that leaves a wallet for its owner's bank account, card or electronic wallet.

use super::amount::Amount;
use super::coded::coded_enum;
use super::currency::Currency;
use super::instant::Instant;
use super::partner_status::PartnerStatus;
pub use super::payout_details::{Details, GivenDetails, MethodKind};
pub use super::payout_problems::{Problem, ProblemKind, Told};

coded_enum! {
    /// Where a payout stands.
    PayoutStatus, "a status of payouts", {
        /// Asked for; the money is set aside.
        Pending = "PENDING",
        /// To be paid.
        Approved = "APPROVED",
        /// Handed to the bank.
        Processing = "PROCESSING",
        /// Arrived.
        Completed = "COMPLETED",
        /// Refused by an operator or by the bank; the money is available again.
        Rejected = "REJECTED",
        /// Taken back by the partner; the money is available again.
        Cancelled = "CANCELLED",
    }
}

impl PayoutStatus {
    /// What may follow.
    #[must_use]
    pub const fn next(self) -> &'static [Self] {
        match self {
            Self::Pending => &[Self::Approved, Self::Rejected, Self::Cancelled],
            Self::Approved => &[Self::Processing, Self::Rejected],
            Self::Processing => &[Self::Completed, Self::Rejected],
            Self::Completed | Self::Rejected | Self::Cancelled => &[],
        }
    }

    /// Whether something follows: the money is set aside until then.
    #[must_use]
    pub const fn is_open(self) -> bool {
        !self.next().is_empty()
    }
}

coded_enum! {
    /// Why a partner cannot ask for a payout now, in the order in which the reasons are told.
    Restriction, "a restriction of payouts", {
        /// The partner is not ACTIVE.
        PartnerNotActive = "PARTNER_NOT_ACTIVE",
        /// The company pays out to those only whose identity check is approved, and the partner's is not.
        KycNotVerified = "KYC_NOT_VERIFIED",
        /// Another payout is under way.
        PayoutAlreadyPending = "PAYOUT_ALREADY_PENDING",
        /// The wallet holds less than the smallest payout and its fee.
        AmountBelowMinimum = "AMOUNT_BELOW_MINIMUM",
    }
}

/// What is known of a partner who may want to be paid out.
#[derive(Clone, Copy, Debug)]
pub struct Candidate {
    /// Whether the partner takes part.
    pub status: PartnerStatus,
    /// Whether an identity check is missing that the company wants.
    pub lacks_kyc: bool,
    /// Whether a payout is under way.
    pub is_one_open: bool,
    /// What the wallet holds.
    pub available: Amount,
    /// The smallest payout with its fee.
    pub least: Amount,
}

/// What keeps a partner from asking for a payout; nothing where one may be asked for.
#[must_use]
pub fn restrictions(candidate: Candidate) -> Vec<Restriction> {
    let reasons = [
        (candidate.status != PartnerStatus::Active, Restriction::PartnerNotActive),
        (candidate.lacks_kyc, Restriction::KycNotVerified),
        (candidate.is_one_open, Restriction::PayoutAlreadyPending),
        (candidate.available < candidate.least, Restriction::AmountBelowMinimum),
    ];
    reasons.into_iter().filter_map(|(applies, reason)| applies.then_some(reason)).collect()
}

/// A payout. The sealed details are not part of it, so that nothing shows them by accident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payout {
    /// Its number.
    pub id: i64,
    /// Whose.
    pub partner_id: i64,
    /// Of what.
    pub currency: Currency,
    /// What arrives.
    pub amount: Amount,
    /// What the company keeps beside it.
    pub fee: Amount,
    /// How it is paid.
    pub kind: MethodKind,
    /// Where to, for people to recognise.
    pub masked: String,
    /// Where it stands.
    pub status: PayoutStatus,
    /// The operator who approved first, where two must.
    pub first_approver_id: Option<i64>,
    /// The batch in which it was handed to the bank.
    pub batch_id: Option<i64>,
    /// The bank's word for it.
    pub external_reference: Option<String>,
    /// Why it was rejected.
    pub rejection_reason: Option<String>,
    /// When it was asked for.
    pub created_at: Instant,
    /// When it was handed to the bank.
    pub processed_at: Option<Instant>,
    /// When it arrived.
    pub completed_at: Option<Instant>,
    /// How often a rail was turned to for it.
    pub rail_attempts: i64,
    /// When the rail is turned to again; none where no rail carries it.
    pub rail_due_at: Option<Instant>,
    /// When the rail first said that it has it.
    pub rail_carried_at: Option<Instant>,
    /// What is the matter with it.
    pub problem: Option<Problem>,
}

impl Payout {
    /// Whether a rail was handed it, or may have been: what the rail says ends it.
    #[must_use]
    pub const fn is_with_rail(&self) -> bool {
        self.rail_due_at.is_some()
    }

    /// What leaves the wallet; `None` where it exceeds 64 bits.
    #[must_use]
    pub fn total(&self) -> Option<Amount> {
        self.amount.checked_add(self.fee)
    }

    /// How the ledger names it.
    #[must_use]
    pub fn subject(&self) -> String {
        subject(self.id)
    }
}

/// How the ledger names the payout with a number.
#[must_use]
pub fn subject(number: i64) -> String {
    format!("payout:{number}")
}

/// What the bank is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instruction {
    /// The payout.
    pub payout: Payout,
    /// Where to pay.
    pub details: Details,
}

/// Where a partner wants to be paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayoutMethod {
    /// How.
    pub kind: MethodKind,
    /// Where to, for people to recognise.
    pub masked: String,
    /// When it was saved.
    pub updated_at: Instant,
}

/// Who took a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// The partner whose payout it is.
    Partner,
    /// Somebody of the staff, by name.
    Staff(String),
    /// The system, or who works at its machine.
    System,
}

/// A step in the life of a payout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Where it stood then.
    pub status: PayoutStatus,
    /// Who took it.
    pub by: Actor,
    /// In words.
    pub note: Option<String>,
    /// When.
    pub at: Instant,
}

coded_enum! {
    /// What came of it at the bank.
    BankResult, "a result of the bank", {
        /// Paid.
        Completed = "COMPLETED",
        /// Not paid.
        Failed = "FAILED",
    }
}

/// What the bank says about one payout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankWord {
    /// Number of the payout.
    pub payout: i64,
    /// What came of it.
    pub result: BankResult,
    /// The bank's word for it, 1 to 100 characters.
    pub reference: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payout_only_moves_on() {
        use PayoutStatus::{Approved, Cancelled, Completed, Pending, Processing, Rejected};
        let edges: Vec<_> = PayoutStatus::ALL.iter().flat_map(|from| from.next().iter().map(move |to| (*from, *to))).collect();
        let known = [
            (Pending, Approved),
            (Pending, Rejected),
            (Pending, Cancelled),
            (Approved, Processing),
            (Approved, Rejected),
            (Processing, Completed),
            (Processing, Rejected),
        ];
        assert_eq!(edges, known);
        let open: Vec<_> = PayoutStatus::ALL.iter().filter(|status| status.is_open()).collect();
        assert_eq!(open, [&Pending, &Approved, &Processing]);
    }

    #[test]
    fn restrictions_are_told_in_their_order() {
        let [nothing, least] = [Amount::ZERO, Amount::from_units(1)];
        let ready = Candidate { status: PartnerStatus::Active, lacks_kyc: false, is_one_open: false, available: least, least };
        assert_eq!(restrictions(ready), []);
        let nobody = Candidate { status: PartnerStatus::Suspended, lacks_kyc: true, is_one_open: true, available: nothing, least };
        assert_eq!(restrictions(nobody), Restriction::ALL);
    }
}
