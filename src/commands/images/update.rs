//! updateImage

use crate::auth::keys::keyed_hash;
use crate::auth::principal::Principal;
use crate::commands::idempotency::Repeatable;
use crate::commands::{Error, Services};
use crate::domain::refusal::Refusal;
use crate::events::ProfileImageChanged;
use crate::media::{Content, FileType, JPEG};
use crate::store::database::in_transaction;
use crate::store::images::{self, Image};
use crate::store::{account_changes, events};

/// What may be a picture, for people.
const ALLOWED: &str = "PNG, JPEG, GIF, WebP";

/// Somebody sends a picture.
#[derive(Clone)]
pub struct UpdateImage {
    /// The file.
    pub image: Content,
    /// Makes the act repeatable.
    pub idempotency_key: Option<String>,
}

/// Keeps a picture of the caller, drawn anew, in place of the one before; gives the account's number.
///
/// # Errors
/// [`Error::Unauthenticated`]; [`Refusal`], looked for in this order: `InvalidIdempotencyKey`, `FileTooLarge`, `FileTypeNotSupported`,
/// `TooManyPixels`, `FileBroken`, `IdempotencyConflict`.
pub async fn update_image(services: &Services, principal: &Principal, input: &UpdateImage) -> Result<i64, Error> {
    let account = principal.caller().ok_or(Error::Unauthenticated)?.account_id;
    let request = keyed_hash(services.request_key.expose(), &input.image);
    let key = input.idempotency_key.as_deref();
    let repeatable = Repeatable::new(services, format!("account:{account}"), "updateImage", key, &request)?;
    if let Some(account) = repeatable.done(services).await? {
        return Ok(account);
    }
    let image = Image { media_type: JPEG.to_owned(), content: draw(services, &input.image).await? };
    // 128 bits: the name is all that keeps strangers from the picture.
    let name = format!("{:032x}", u128::from_be_bytes(services.random.bytes()));
    let account = in_transaction!(services.database, |transaction| {
        let now = services.now();
        if let Some(account) = repeatable.claim(&transaction, now).await? {
            return Ok(account);
        }
        if !account_changes::stays_active(&transaction, account).await? {
            return Err(Error::Unauthenticated);
        }
        images::save(&transaction, account, &name, &image, now).await?;
        events::append(&transaction, &ProfileImageChanged { account }.into(), now).await?;
        repeatable.settle(&transaction, &account).await?;
        Ok::<_, Error>(account)
    })?;
    services.wake();
    Ok(account)
}

async fn draw(services: &Services, image: &Content) -> Result<Vec<u8>, Refusal> {
    let upload = services.upload;
    if image.len() > upload.image_bytes as usize {
        return Err(Refusal::FileTooLarge { most: upload.image_bytes });
    }
    match FileType::of(image) {
        None | Some(FileType::Pdf) => Err(Refusal::FileTypeNotSupported { allowed: ALLOWED }),
        Some(file) => services.studio.draw(Content::clone(image), file, upload.kept_side).await,
    }
}
