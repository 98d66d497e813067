//! `Query.signUpTerms`

use async_graphql::{Context, Object, Result, SimpleObject};

use super::super::loader::fault;
use super::super::network::network;
use crate::commands::Services;
use crate::store::settings;

/// What a page needs to know on which people sign up.
#[derive(SimpleObject)]
pub struct SignUpTerms {
    /// Whether people may sign up now.
    open: bool,
    /// Whether who gives no user name gets one; otherwise a user name is required.
    generated_usernames: bool,
    /// How old one must be who tells the date of birth.
    minimum_age: i32,
}

/// Facts about signing up.
#[derive(Default)]
pub struct AccountQuery;

#[Object]
impl AccountQuery {
    /// On what terms people sign up; open to everybody.
    async fn sign_up_terms(&self, ctx: &Context<'_>) -> Result<Option<SignUpTerms>> {
        let services = ctx.data::<Services>()?;
        Ok(Some(SignUpTerms {
            open: settings::sign_ups_open(network(ctx)?.database.reader()).await.map_err(fault)?,
            generated_usernames: services.generated_usernames,
            minimum_age: i32::try_from(services.profile.minimum_age).unwrap_or(i32::MAX),
        }))
    }
}
