//! Reading an identity document.

use super::decide::operator;
use crate::auth::principal::Principal;
use crate::commands::{Error, Services};
use crate::domain::kyc::DocumentKind;
use crate::media::PDF;
use crate::store::kyc;

/// A document, unsealed. It has no `Debug`: the content belongs into no log.
pub struct OpenedDocument {
    /// The account of the operator who reads it.
    pub reader: i64,
    /// Whose it is.
    pub partner: i64,
    /// What it is.
    pub kind: DocumentKind,
    /// `image/jpeg` or `application/pdf`.
    pub media_type: String,
    /// The file.
    pub content: Vec<u8>,
}

impl OpenedDocument {
    /// A name to keep it under; nothing of it comes from whoever sent the document.
    #[must_use]
    pub fn file_name(&self) -> String {
        let ending = if self.media_type == PDF { "pdf" } else { "jpg" };
        format!("partner-{}-{}.{ending}", self.partner, self.kind.code().to_lowercase())
    }
}

/// The document with a number, for operators with the scope `kyc`; whoever shows it notes that it was read.
///
/// # Errors
/// [`Error::Unauthenticated`]; [`Refusal`](crate::domain::refusal::Refusal): `ScopeMissing`; the vault's, or the database's.
pub async fn open_document(services: &Services, principal: &Principal, number: i64) -> Result<Option<OpenedDocument>, Error> {
    let reader = operator(principal)?.account_id;
    let Some(sealed) = kyc::document(services.database.reader(), number).await? else { return Ok(None) };
    let content = services.kyc_vault.open_bytes(&sealed.content, sealed.partner_id)?;
    Ok(Some(OpenedDocument { reader, partner: sealed.partner_id, kind: sealed.kind, media_type: sealed.media_type, content }))
}
