//! `Query.countries`

use async_graphql::{Context, ID, Object, Result};

use super::super::errors::bad_user_input;
use super::objects::Country;
use crate::domain::countries::{MOST_COUNTRIES, all, find};

/// Countries; open to everybody.
#[derive(Default)]
pub struct CountryQuery;

#[Object]
impl CountryQuery {
    /// Countries with their states, by numeric code; open to everybody. All states of all countries are more than one answer may hold: ask for
    /// the countries first, and for the states of those that `ids` names.
    async fn countries(
        &self,
        _ctx: &Context<'_>,
        #[graphql(desc = "Only these, by numeric (276) or alpha-2 code (DE), in this order; unknown ones are left out.")] ids: Option<
            Vec<ID>,
        >,
    ) -> Result<Vec<Country>> {
        let Some(ids) = ids else { return Ok(all().iter().map(Country).collect()) };
        if ids.len() > MOST_COUNTRIES {
            return Err(bad_user_input(format!("`ids` has {} entries: it may have {MOST_COUNTRIES} at most.", ids.len())));
        }
        Ok(ids.iter().filter_map(|id| find(id)).map(Country).collect())
    }
}
