//! Writes identity checks.

use super::database::Transaction;
use super::error::Error;
use super::kyc::Sealed;
use super::sql::Sql;
use crate::domain::instant::Instant;
use crate::domain::kyc::{KycStatus, Submission};

/// The partner has a submission that waits or was approved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OneCounts;

/// Stores a new submission with its documents and gives its number; documents of earlier ones, which were rejected, are dropped.
///
/// # Errors
/// The database's.
pub async fn insert(transaction: &Transaction, partner: i64, documents: &[Sealed], at: Instant) -> Result<Result<i64, OneCounts>, Error> {
    let sql = "DELETE FROM kyc_documents WHERE submission_id IN (SELECT id FROM kyc_submissions WHERE partner_id = $1 AND status = $2)";
    Sql::whole(transaction, sql, [partner.into(), KycStatus::Rejected.code().into()]).execute(transaction).await?;
    let sql = "INSERT INTO kyc_submissions (partner_id, status, submitted_at) VALUES ($1, $2, $3) RETURNING id";
    let values = [partner.into(), KycStatus::Pending.code().into(), at.nanos().into()];
    let number: i64 = match Sql::whole(transaction, sql, values).returned(transaction).await {
        Ok(number) => number,
        // SQLite names the columns of a partial index, not the index.
        Err(error) if error.violates(&["kyc_submissions_one_live", "kyc_submissions.partner_id"]) => return Ok(Err(OneCounts)),
        Err(error) => return Err(error),
    };
    let sql = "INSERT INTO kyc_documents (submission_id, kind, media_type, content) VALUES ($1, $2, $3, $4)";
    for Sealed { kind, media_type, content, .. } in documents {
        let values = [number.into(), kind.code().into(), media_type.as_str().into(), content.clone().into()];
        Sql::whole(transaction, sql, values).execute(transaction).await?;
    }
    Ok(Ok(number))
}

/// Stores what was decided about a submission that the transaction holds, and by which account.
///
/// # Errors
/// The database's.
pub async fn decide(transaction: &Transaction, submission: &Submission, by: i64) -> Result<(), Error> {
    let sql = "UPDATE kyc_submissions SET status = $2, reason = $3, decided_at = $4, decided_by = $5 WHERE id = $1";
    let values = [
        submission.id.into(),
        submission.status.code().into(),
        submission.reason.clone().into(),
        submission.decided_at.map(Instant::nanos).into(),
        by.into(),
    ];
    Sql::whole(transaction, sql, values).execute(transaction).await.map(drop)
}
