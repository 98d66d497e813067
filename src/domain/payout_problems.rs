//! What may be the matter with a payout, and what of it an operator can decide about.

use super::coded::coded_enum;

coded_enum! {
    /// What sort of problem a payout has.
    ProblemKind, "a kind of problem", {
        /// What carries payouts does not answer, or cannot be asked: it may pay this one yet. Passes when it answers.
        Silent = "SILENT",
        /// What carries payouts had this one, and knows nothing of it any more.
        Lost = "LOST",
        /// The details of an approved payout cannot be opened: it was not handed over.
        Unreadable = "UNREADABLE",
        /// The bank says that it has paid, and the books do not take it.
        PaidNotBooked = "PAID_NOT_BOOKED",
        /// The bank says that it has not paid, and the books do not take it.
        UnpaidNotBooked = "UNPAID_NOT_BOOKED",
        /// The bank says something else than what is known.
        Contradicted = "CONTRADICTED",
    }
}

impl ProblemKind {
    /// Whether a payout that was handed over, or may have been, can be failed by hand: what carries it will say nothing more of it. A silence is no
    /// such reason. The bank may have what it does not confirm, and pays it after the money has gone back.
    #[must_use]
    pub const fn may_be_failed_by_hand(self) -> bool {
        match self {
            Self::Lost | Self::UnpaidNotBooked => true,
            Self::Silent | Self::Unreadable | Self::PaidNotBooked | Self::Contradicted => false,
        }
    }

    /// Whether the bank has said something by which it may have paid: that it did not is not booked then, whatever it says.
    #[must_use]
    pub const fn may_have_been_paid(self) -> bool {
        match self {
            Self::PaidNotBooked | Self::Contradicted => true,
            Self::Silent | Self::Lost | Self::Unreadable | Self::UnpaidNotBooked => false,
        }
    }
}

/// What is the matter with a payout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Of what sort.
    pub kind: ProblemKind,
    /// In words, for operators; without secrets.
    pub text: String,
}

/// What came of turning to what carries payouts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told<'a> {
    /// It has the payout.
    Carried,
    /// No answer, or none that says anything: whether it has the payout is not known. Why, without secrets.
    Silent(&'a str),
    /// It had the payout, and knows nothing of it any more.
    Lost,
}

/// What had been carried and is not known any more was paid or was not: nobody but a person can find out.
const LOST: &str =
    "what carries payouts knows nothing any more of this one, which it had: find out whether it was paid, and end it by hand";

impl Problem {
    /// A problem of a kind.
    #[must_use]
    pub fn new(kind: ProblemKind, text: impl Into<String>) -> Self {
        Self { kind, text: text.into() }
    }

    /// What is the matter after what carries payouts was turned to. Its answers replace what was noted of its answers before, and nothing else: neither a
    /// silence nor a sign of life makes up for what the bank said and nobody could book.
    #[must_use]
    pub fn after(known: Option<Self>, told: Told<'_>) -> Option<Self> {
        use ProblemKind::{Lost, Silent};
        match (told, known.as_ref().map(|problem| problem.kind)) {
            (Told::Carried, Some(Silent | Lost)) => None,
            (Told::Silent(reason), None | Some(Silent)) => Some(Self::new(Silent, reason)),
            (Told::Lost, None | Some(Silent | Lost)) => Some(Self::new(Lost, LOST)),
            (Told::Carried | Told::Silent(_) | Told::Lost, _) => known,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_replace_what_was_noted_of_answers_and_nothing_else() {
        let of = |kind| Some(Problem::new(kind, "before"));
        let after = |known, told| Problem::after(known, told).map(|problem| (problem.kind, problem.text));
        let silent = || Some((ProblemKind::Silent, "gone".to_owned()));
        assert_eq!(after(None, Told::Carried), None);
        assert_eq!((after(None, Told::Silent("gone")), after(of(ProblemKind::Silent), Told::Silent("gone"))), (silent(), silent()));
        assert_eq!((after(of(ProblemKind::Silent), Told::Carried), after(of(ProblemKind::Lost), Told::Carried)), (None, None));
        for known in [None, of(ProblemKind::Silent), of(ProblemKind::Lost)] {
            assert_eq!(after(known, Told::Lost), Some((ProblemKind::Lost, LOST.to_owned())));
        }
        assert_eq!(after(of(ProblemKind::Lost), Told::Silent("gone")), Some((ProblemKind::Lost, "before".to_owned())));
        for kind in [ProblemKind::PaidNotBooked, ProblemKind::UnpaidNotBooked, ProblemKind::Contradicted, ProblemKind::Unreadable] {
            for told in [Told::Carried, Told::Silent("gone"), Told::Lost] {
                assert_eq!(after(of(kind), told), Some((kind, "before".to_owned())));
            }
        }
    }
}
