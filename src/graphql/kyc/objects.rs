//! Who partners are, as far as they have shown it.

use async_graphql::{Context, Object, Result, SimpleObject};

use super::super::images::loader::image_url;
use super::super::loader::load;
use super::super::network::{caller, network};
use super::super::partners::objects::Partner;
use super::super::partners::seen::find;
use super::super::scalars::{BigInt, DateTime};
use super::inputs::{KycDocumentKind, KycStatus};
use super::loader::{Documents, Submissions};
use crate::auth::visibility::Aspect;
use crate::domain::accounts::Scope;
use crate::domain::kyc::{self, Submission};

/// An identity check; whoever holds one may see it.
pub struct Kyc {
    partner_id: i64,
    submission: Option<Submission>,
}

impl From<Submission> for Kyc {
    fn from(submission: Submission) -> Self {
        Self { partner_id: submission.partner_id, submission: Some(submission) }
    }
}

impl Kyc {
    /// What a partner showed last.
    ///
    /// # Errors
    /// The database's, to be masked.
    pub async fn of(ctx: &Context<'_>, partner_id: i64) -> Result<Self> {
        Ok(Self { partner_id, submission: load::<Submissions>(ctx, (), partner_id).await? })
    }
}

/// Whether it is known who a partner is, and by which documents.
#[Object]
impl Kyc {
    /// Number of the latest submission of documents; null before the first.
    async fn submission_number(&self) -> Option<BigInt> {
        self.submission.as_ref().map(|submission| BigInt(submission.id))
    }

    /// Whose it is; null when hidden from the caller.
    async fn partner(&self, ctx: &Context<'_>) -> Result<Option<Partner>> {
        find(ctx, self.partner_id).await
    }

    /// Where it stands.
    async fn status(&self) -> KycStatus {
        self.submission.as_ref().map_or(kyc::KycStatus::NotSubmitted, |submission| submission.status).into()
    }

    /// When the documents were sent.
    async fn submitted_at(&self) -> Option<DateTime> {
        self.submission.as_ref().map(|submission| DateTime(submission.submitted_at))
    }

    /// When it was decided about them.
    async fn decided_at(&self) -> Option<DateTime> {
        self.submission.as_ref().and_then(|submission| submission.decided_at).map(DateTime)
    }

    /// Why they were rejected.
    async fn reason(&self) -> Option<&str> {
        self.submission.as_ref().and_then(|submission| submission.reason.as_deref())
    }

    /// The documents, at most one of each kind.
    async fn documents(&self, ctx: &Context<'_>) -> Result<Vec<KycDocument>> {
        let Some(submission) = &self.submission else { return Ok(Vec::new()) };
        let may_read = caller(ctx)?.has(Scope::Kyc);
        let origin = &network(ctx)?.public_url;
        let shown = |document: kyc::Document| KycDocument {
            kind: document.kind.into(),
            media_type: document.media_type,
            url: may_read.then(|| format!("{origin}/kyc-documents/{}", document.id)),
        };
        Ok(load::<Documents>(ctx, (), submission.id).await?.into_iter().map(shown).collect())
    }
}

/// A document that was shown.
#[derive(SimpleObject)]
pub struct KycDocument {
    /// What it is.
    kind: KycDocumentKind,
    /// `image/jpeg`, or `application/pdf`.
    media_type: String,
    /// Where operators with the scope `kyc` read it, with their access token; null for everybody else.
    url: Option<String>,
}

/// What a partner's picture and documents say.
pub struct Likeness<'a>(pub(in crate::graphql) &'a Partner);

/// What a partner's picture and documents say.
#[Object]
impl Likeness<'_> {
    /// Where the partner's picture is served; null where there is none.
    async fn image_url(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        image_url(ctx, self.0.partner.account_id).await
    }

    /// Whether it is known who the partner is; for the partner, and for staff with the scope `kyc`.
    async fn kyc(&self, ctx: &Context<'_>) -> Result<Option<Kyc>> {
        if self.0.shows(ctx, Aspect::Identity)? { Kyc::of(ctx, self.0.partner.id).await.map(Some) } else { Ok(None) }
    }
}
