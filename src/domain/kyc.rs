//! Know your customer: what partners show to prove who they are, and what is decided about it.

use super::coded::coded_enum;
use super::instant::Instant;
use super::refusal::Refusal;

/// Documents in one submission; there are as many kinds.
pub const MOST_DOCUMENTS: u32 = 5;

coded_enum! {
    /// Whether it is known who a partner is.
    KycStatus, "a state of an identity check", {
        /// Nothing was shown yet.
        NotSubmitted = "NOT_SUBMITTED",
        /// Waits for an operator.
        Pending = "PENDING",
        /// It is known.
        Approved = "APPROVED",
        /// What was shown does not do; something else may be shown.
        Rejected = "REJECTED",
    }
}

coded_enum! {
    /// What a document is.
    DocumentKind, "a kind of document", {
        /// A passport.
        Passport = "PASSPORT",
        /// An identity card.
        IdCard = "ID_CARD",
        /// A driving licence.
        DrivingLicence = "DRIVING_LICENCE",
        /// A bill or a letter that shows the address.
        ProofOfAddress = "PROOF_OF_ADDRESS",
        /// A letter or card with the tax number.
        TaxId = "TAX_ID",
    }
}

/// What a partner showed, and what was decided about it. The documents' content is not part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submission {
    /// Its number.
    pub id: i64,
    /// Whose.
    pub partner_id: i64,
    /// Where it stands; never `NOT_SUBMITTED`.
    pub status: KycStatus,
    /// Why it was rejected.
    pub reason: Option<String>,
    /// When it was sent.
    pub submitted_at: Instant,
    /// When it was decided about.
    pub decided_at: Option<Instant>,
}

impl Submission {
    /// How the audit trail names it.
    #[must_use]
    pub fn subject(&self) -> String {
        format!("kyc:{}", self.id)
    }
}

/// A document of a submission, without its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Its number.
    pub id: i64,
    /// What it is.
    pub kind: DocumentKind,
    /// `image/jpeg` or `application/pdf`.
    pub media_type: String,
}

/// Checks the documents of a submission: one at least, and none of a kind twice.
///
/// # Errors
/// [`Refusal::InvalidDocuments`]
pub fn check_documents(kinds: impl IntoIterator<Item = DocumentKind>) -> Result<(), Refusal> {
    let mut kinds: Vec<_> = kinds.into_iter().collect();
    let given = kinds.len();
    kinds.sort_unstable();
    kinds.dedup();
    if given > 0 && kinds.len() == given { Ok(()) } else { Err(Refusal::InvalidDocuments) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_of_different_kinds() {
        assert_eq!(DocumentKind::ALL.len(), MOST_DOCUMENTS as usize);
        assert!(check_documents(DocumentKind::ALL.iter().copied()).is_ok());
        for bad in [vec![], vec![DocumentKind::Passport, DocumentKind::TaxId, DocumentKind::Passport]] {
            assert_eq!(check_documents(bad), Err(Refusal::InvalidDocuments));
        }
    }
}
