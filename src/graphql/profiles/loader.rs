//! Profiles by account.

use std::collections::HashMap;

use super::super::loader::Relation;
use crate::domain::profiles::Profile;
use crate::store::database::Database;
use crate::store::{error::Error, profiles};

/// Key of the account → the profile, empty where nothing was told.
pub struct Profiles;

impl Relation for Profiles {
    type Args = ();
    type Value = Profile;

    async fn fetch(database: &Database, (): &(), accounts: &[i64]) -> Result<HashMap<i64, Self::Value>, Error> {
        profiles::by_accounts(database.reader(), accounts).await
    }
}
