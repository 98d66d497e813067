//! Applications by number, and their keys.

use std::collections::HashMap;

use super::super::loader::Relation;
use crate::domain::applications::{Application, ApplicationKey};
use crate::store::database::Database;
use crate::store::{applications, error::Error};

/// Number → the application.
pub struct Applications;

impl Relation for Applications {
    type Args = ();
    type Value = Option<Application>;

    async fn fetch(database: &Database, (): &(), numbers: &[i64]) -> Result<HashMap<i64, Self::Value>, Error> {
        let found = applications::by_numbers(database.reader(), numbers).await?;
        Ok(found.into_iter().map(|application| (application.id, Some(application))).collect())
    }
}

/// Application → its latest keys.
pub struct ApplicationKeys;

impl Relation for ApplicationKeys {
    type Args = ();
    type Value = Vec<ApplicationKey>;

    async fn fetch(database: &Database, (): &(), applications: &[i64]) -> Result<HashMap<i64, Self::Value>, Error> {
        applications::keys(database.reader(), applications).await
    }
}
