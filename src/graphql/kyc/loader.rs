//! Identity checks of many partners at once.

use std::collections::HashMap;

use async_graphql::{Context, Result};

use super::super::loader::{Relation, load};
use crate::domain::kyc::{Document, KycStatus, Submission};
use crate::store::database::Database;
use crate::store::{error::Error, kyc};

/// Partner → what it showed last.
pub struct Submissions;

impl Relation for Submissions {
    type Args = ();
    type Value = Option<Submission>;

    async fn fetch(database: &Database, (): &(), partners: &[i64]) -> Result<HashMap<i64, Self::Value>, Error> {
        let latest = kyc::latest_of(database.reader(), partners).await?;
        Ok(latest.into_iter().map(|(partner, submission)| (partner, Some(submission))).collect())
    }
}

/// Submission → its documents.
pub struct Documents;

impl Relation for Documents {
    type Args = ();
    type Value = Vec<Document>;

    async fn fetch(database: &Database, (): &(), submissions: &[i64]) -> Result<HashMap<i64, Self::Value>, Error> {
        kyc::documents_of(database.reader(), submissions).await
    }
}

/// Whether it is known who a partner is.
///
/// # Errors
/// The database's, to be masked.
pub async fn is_verified(ctx: &Context<'_>, partner: i64) -> Result<bool> {
    let latest = load::<Submissions>(ctx, (), partner).await?;
    Ok(latest.is_some_and(|submission| submission.status == KycStatus::Approved))
}
