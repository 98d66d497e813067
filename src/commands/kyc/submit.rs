//! submitKyc

use crate::auth::keys::keyed_hash;
use crate::auth::principal::Principal;
use crate::commands::idempotency::Repeatable;
use crate::commands::partners::active;
use crate::commands::{Error, Services};
use crate::domain::kyc::{DocumentKind, KycStatus, check_documents};
use crate::domain::refusal::Refusal;
use crate::events::KycStatusChanged;
use crate::media::{Content, FileType, JPEG, PDF, check_pdf};
use crate::store::database::{Transaction, in_transaction};
use crate::store::kyc::{self, Sealed};
use crate::store::{events, kyc_changes};

/// What may be a document, for people.
const ALLOWED: &str = "PNG, JPEG, WebP, PDF";

/// A document as it is sent.
#[derive(Clone)]
pub struct GivenDocument {
    /// What it is.
    pub kind: DocumentKind,
    /// The file.
    pub file: Content,
}

/// A partner shows who they are.
#[derive(Clone)]
pub struct SubmitKyc {
    /// One of each kind at most.
    pub documents: Vec<GivenDocument>,
    /// Makes the act repeatable.
    pub idempotency_key: Option<String>,
}

/// Keeps documents, sealed, for an operator to decide about; pictures are drawn anew. Gives the partner's number. Once more after a rejection; the
/// documents that were rejected are dropped then.
///
/// # Errors
/// [`Error::Unauthenticated`]; [`Refusal`], looked for in this order: `NotPartner`, `InvalidDocuments`, `InvalidIdempotencyKey`, `FileTooLarge`,
/// `FileTypeNotSupported`, `TooManyPixels`, `FileBroken`, `IdempotencyConflict`, `PartnerNotActive`, `KycAlreadySubmitted`.
pub async fn submit_kyc(services: &Services, principal: &Principal, input: &SubmitKyc) -> Result<i64, Error> {
    let caller = principal.caller().ok_or(Error::Unauthenticated)?;
    let partner = caller.partner_id.ok_or(Refusal::NotPartner)?;
    check_documents(input.documents.iter().map(|document| document.kind))?;
    let hashed = |document: &GivenDocument| (document.kind.code(), keyed_hash(services.request_key.expose(), &document.file));
    let request: Vec<_> = input.documents.iter().map(hashed).collect();
    let (who, key) = (format!("account:{}", caller.account_id), input.idempotency_key.as_deref());
    let repeatable = Repeatable::new(services, who, "submitKyc", key, &request)?;
    if let Some(partner) = repeatable.done(services).await? {
        return Ok(partner);
    }
    let mut documents = Vec::new();
    for document in &input.documents {
        documents.push(seal(services, document, partner).await?);
    }
    let partner =
        in_transaction!(services.database, |transaction| write(services, &transaction, (partner, &documents), &repeatable).await)?;
    services.wake();
    Ok(partner)
}

async fn write(
    services: &Services,
    transaction: &Transaction,
    (partner, documents): (i64, &[Sealed]),
    repeatable: &Repeatable,
) -> Result<i64, Error> {
    let now = services.now();
    if let Some(partner) = repeatable.claim(transaction, now).await? {
        return Ok(partner);
    }
    active(transaction, partner).await?;
    let latest = kyc::latest_of(transaction, &[partner]).await?.remove(&partner);
    if let Some(status) = latest.map(|latest| latest.status).filter(|status| *status != KycStatus::Rejected) {
        return Err(Refusal::KycAlreadySubmitted { status }.into());
    }
    let status = KycStatus::Pending;
    let submission = kyc_changes::insert(transaction, partner, documents, now).await?;
    let submission = submission.map_err(|_| Refusal::KycAlreadySubmitted { status })?;
    events::append(transaction, &KycStatusChanged { submission, partner, status }.into(), now).await?;
    repeatable.settle(transaction, &partner).await?;
    Ok(partner)
}

/// A document as it is stored for a partner.
async fn seal(services: &Services, document: &GivenDocument, partner: i64) -> Result<Sealed, Error> {
    let GivenDocument { kind, file } = document;
    let most = services.kyc.document_bytes;
    if file.len() > most as usize {
        return Err(Refusal::FileTooLarge { most }.into());
    }
    let (media_type, plain) = match FileType::of(file) {
        None | Some(FileType::Gif) => return Err(Refusal::FileTypeNotSupported { allowed: ALLOWED }.into()),
        Some(FileType::Pdf) => {
            check_pdf(file)?;
            (PDF, file.to_vec())
        }
        Some(picture) => (JPEG, services.studio.draw(Content::clone(file), picture, services.kyc.kept_side).await?),
    };
    let content = services.kyc_vault.seal_bytes(&plain, partner, services.random.as_ref())?;
    Ok(Sealed { partner_id: partner, kind: *kind, media_type: media_type.to_owned(), content })
}
