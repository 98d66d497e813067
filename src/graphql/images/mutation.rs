//! updateImage, removeImage

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};

use super::super::accounts::loader::Accounts;
use super::super::accounts::objects::Account;
use super::super::loader::{Epoch, load};
use super::super::uploads::Upload;
use super::super::user_errors::{UserError, idempotency_key, sort};
use crate::auth::principal::Principal;
use crate::commands::Services;
use crate::commands::images::{UpdateImage, remove_image, update_image};

/// Sending a picture.
#[derive(InputObject)]
pub struct UpdateImageInput {
    /// PNG, JPEG, GIF (the first picture counts) or WebP, told by the content; its size is bounded in bytes and pixels.
    image: Upload,
    /// Makes the act repeatable: the same key with the same picture acts once. Also read from the header `Idempotency-Key`.
    idempotency_key: Option<String>,
}

/// Outcome of updateImage.
#[derive(SimpleObject)]
pub struct UpdateImagePayload {
    /// The caller's login; null when there are user errors.
    account: Option<Account>,
    /// What the person can put right.
    user_errors: Vec<UserError>,
}

/// Dropping the picture.
#[derive(InputObject)]
pub struct RemoveImageInput {
    /// Given back as it is.
    client_mutation_id: Option<String>,
}

/// Outcome of removeImage.
#[derive(SimpleObject)]
pub struct RemoveImagePayload {
    /// Whether there was a picture.
    removed: bool,
    /// As it was given.
    client_mutation_id: Option<String>,
    /// What the person can put right.
    user_errors: Vec<UserError>,
}

/// Acts on pictures.
#[derive(Default)]
pub struct ImageMutation;

#[Object]
impl ImageMutation {
    /// Keeps a picture of the caller in place of the one before: drawn anew as a JPEG without metadata, under a new address.
    async fn update_image(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The picture.")] input: UpdateImageInput,
    ) -> Result<Option<UpdateImagePayload>> {
        let act = UpdateImage { image: input.image.content(ctx)?, idempotency_key: idempotency_key(ctx, input.idempotency_key) };
        Ok(Some(match sort(update_image(ctx.data::<Services>()?, ctx.data::<Principal>()?, &act).await)? {
            Ok(account) => {
                ctx.data::<Epoch>()?.advance();
                let account = load::<Accounts>(ctx, (), account).await?.map(Account);
                UpdateImagePayload { account, user_errors: Vec::new() }
            }
            Err(user_errors) => {
                let user_errors = user_errors.into_iter().map(|error| error.renamed("file", "image")).collect();
                UpdateImagePayload { account: None, user_errors }
            }
        }))
    }

    /// Drops the caller's picture.
    async fn remove_image(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Nothing is needed.")] input: RemoveImageInput,
    ) -> Result<Option<RemoveImagePayload>> {
        let outcome = sort(remove_image(ctx.data::<Services>()?, ctx.data::<Principal>()?).await)?;
        ctx.data::<Epoch>()?.advance();
        let (removed, user_errors) = match outcome {
            Ok(removed) => (removed, Vec::new()),
            Err(user_errors) => (false, user_errors),
        };
        Ok(Some(RemoveImagePayload { removed, client_mutation_id: input.client_mutation_id, user_errors }))
    }
}
