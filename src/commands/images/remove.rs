//! removeImage

use crate::auth::principal::Principal;
use crate::commands::{Error, Services};
use crate::events::ProfileImageChanged;
use crate::store::database::in_transaction;
use crate::store::{events, images};

/// Drops the caller's picture; gives whether there was one.
///
/// # Errors
/// [`Error::Unauthenticated`]
pub async fn remove_image(services: &Services, principal: &Principal) -> Result<bool, Error> {
    let account = principal.caller().ok_or(Error::Unauthenticated)?.account_id;
    let removed = in_transaction!(services.database, |transaction| {
        let removed = images::remove(&transaction, account).await?;
        if removed {
            events::append(&transaction, &ProfileImageChanged { account }.into(), services.now()).await?;
        }
        Ok::<_, Error>(removed)
    })?;
    services.wake();
    Ok(removed)
}
