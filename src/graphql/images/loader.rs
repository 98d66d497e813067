//! Where pictures are served.

use std::collections::HashMap;

use async_graphql::{Context, Result};

use super::super::loader::{Relation, load};
use super::super::network::network;
use crate::store::database::Database;
use crate::store::{error::Error, images};

/// Account → the name of its picture, if it has one.
pub struct ImageNames;

impl Relation for ImageNames {
    type Args = ();
    type Value = Option<String>;

    async fn fetch(database: &Database, (): &(), accounts: &[i64]) -> Result<HashMap<i64, Self::Value>, Error> {
        Ok(images::names_of(database.reader(), accounts).await?.into_iter().map(|(account, name)| (account, Some(name))).collect())
    }
}

/// Where the picture of an account is served, if it has one.
///
/// # Errors
/// The database's, to be masked.
pub async fn image_url(ctx: &Context<'_>, account: i64) -> Result<Option<String>> {
    let name = load::<ImageNames>(ctx, (), account).await?;
    let origin = &network(ctx)?.public_url;
    Ok(name.map(|name| format!("{origin}/images/{name}")))
}
