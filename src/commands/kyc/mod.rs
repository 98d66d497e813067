//! Acts on identity checks.

mod decide;
mod document;
mod submit;

pub use decide::{ApproveKyc, RejectKyc, approve_kyc, reject_kyc};
pub use document::{OpenedDocument, open_document};
pub use submit::{GivenDocument, SubmitKyc, submit_kyc};

use super::Error;
use crate::domain::refusal::Refusal;
use crate::store::database::Transaction;
use crate::store::kyc;

/// Makes sure that it is known who a partner is; else [`Refusal::KycNotVerified`].
pub(super) async fn verified(transaction: &Transaction, partner: i64) -> Result<(), Error> {
    if kyc::is_approved(transaction, partner).await? { Ok(()) } else { Err(Refusal::KycNotVerified.into()) }
}
