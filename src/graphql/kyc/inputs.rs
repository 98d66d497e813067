//! What one may say of identity checks.

use async_graphql::{Context, Enum, InputObject, Result};

use super::super::scalars::BigInt;
use super::super::uploads::Upload;
use super::super::user_errors::idempotency_key;
use crate::commands::kyc::{ApproveKyc, GivenDocument, RejectKyc, SubmitKyc};
use crate::domain::kyc;

/// Whether it is known who a partner is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "kyc::KycStatus")]
pub enum KycStatus {
    /// Nothing was shown yet.
    NotSubmitted,
    /// Waits for an operator.
    Pending,
    /// It is known.
    Approved,
    /// What was shown does not do; something else may be shown.
    Rejected,
}

/// What a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "kyc::DocumentKind")]
pub enum KycDocumentKind {
    /// A passport.
    Passport,
    /// An identity card.
    IdCard,
    /// A driving licence.
    DrivingLicence,
    /// A bill or a letter that shows the address.
    ProofOfAddress,
    /// A letter or card with the tax number.
    TaxId,
}

/// A document to be shown.
#[derive(InputObject)]
pub struct KycDocumentInput {
    /// What it is.
    kind: KycDocumentKind,
    /// PNG, JPEG, WebP or PDF, told by the content. Pictures are drawn anew; what is kept is sealed.
    file: Upload,
}

/// Showing who one is.
#[derive(InputObject)]
pub struct SubmitKycInput {
    /// One of each kind at most.
    #[graphql(validator(max_items = 5))]
    documents: Vec<KycDocumentInput>,
    /// Makes the act repeatable: the same key with the same documents acts once. Also read from the header `Idempotency-Key`.
    idempotency_key: Option<String>,
}

impl SubmitKycInput {
    pub(super) fn into_act(self, ctx: &Context<'_>) -> Result<SubmitKyc> {
        let given = |document: KycDocumentInput| Ok(GivenDocument { kind: document.kind.into(), file: document.file.content(ctx)? });
        let documents = self.documents.into_iter().map(given).collect::<Result<_>>()?;
        Ok(SubmitKyc { documents, idempotency_key: idempotency_key(ctx, self.idempotency_key) })
    }
}

/// Approving what a partner showed.
#[derive(InputObject)]
pub struct ApproveKycInput {
    /// The number of the submission, as `Kyc.submissionNumber` gives it.
    submission_number: BigInt,
    /// Makes the act repeatable: the same key with the same input acts once. Also read from the header `Idempotency-Key`.
    idempotency_key: Option<String>,
}

impl ApproveKycInput {
    pub(super) fn into_act(self, ctx: &Context<'_>) -> ApproveKyc {
        ApproveKyc { submission: self.submission_number.0, idempotency_key: idempotency_key(ctx, self.idempotency_key) }
    }
}

/// Rejecting what a partner showed.
#[derive(InputObject)]
pub struct RejectKycInput {
    /// The number of the submission, as `Kyc.submissionNumber` gives it.
    submission_number: BigInt,
    /// Why, in 1 to 200 characters; the partner reads it.
    reason: String,
    /// Makes the act repeatable: the same key with the same input acts once. Also read from the header `Idempotency-Key`.
    idempotency_key: Option<String>,
}

impl RejectKycInput {
    pub(super) fn into_act(self, ctx: &Context<'_>) -> RejectKyc {
        let idempotency_key = idempotency_key(ctx, self.idempotency_key);
        RejectKyc { submission: self.submission_number.0, reason: self.reason, idempotency_key }
    }
}
