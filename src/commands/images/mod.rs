//! Acts on the pictures of accounts.

mod remove;
mod update;

pub use remove::remove_image;
pub use update::{UpdateImage, update_image};

use super::{Error, Services};
use crate::store::images::{self, Image};

/// The picture with a name, for everybody who knows the name: nobody guesses it.
///
/// # Errors
/// The database's.
pub async fn find_image(services: &Services, name: &str) -> Result<Option<Image>, Error> {
    Ok(images::find(services.database.reader(), name).await?)
}
