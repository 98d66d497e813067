//! What one may ask of referral links.

use async_graphql::{Context, InputObject, Result};

use super::super::context::Credentials;
use super::super::errors::bad_user_input;
use super::super::scalars::Date;
use crate::commands::referral_links::Referral;
use crate::domain::period::Period;
use crate::domain::referral_links::{Days, Utm, day_of};

/// Parameters that are added to a link's target. Each has 1 to 100 characters.
#[derive(Default, InputObject)]
pub struct UtmInput {
    /// utm_source: where the link stands.
    source: Option<String>,
    /// utm_medium: on what kind of medium.
    medium: Option<String>,
    /// utm_campaign: for which campaign.
    campaign: Option<String>,
    /// utm_content: in which variant.
    content: Option<String>,
    /// utm_term: by which search term.
    term: Option<String>,
}

impl From<UtmInput> for Utm {
    fn from(input: UtmInput) -> Self {
        let UtmInput { source, medium, campaign, content, term } = input;
        Self { source, medium, campaign, content, term }
    }
}

/// By which link a newcomer came: the code in the input, else that of the cookie.
#[must_use]
pub fn referral(ctx: &Context<'_>, code: Option<String>) -> Referral {
    let remembered = ctx.data_opt::<Credentials>().and_then(|credentials| credentials.referral_code.clone());
    Referral { code, remembered }
}

/// The days between two, both included; from the beginning, or to the end, where one is left out.
///
/// # Errors
/// `BAD_USER_INPUT`
pub fn days(from: Option<Date>, to: Option<Date>) -> Result<Days> {
    let day = |name: &str, date: Option<Date>, unless: i64| match date {
        None => Ok(unless),
        Some(Date(text)) => text
            .parse::<Period>()
            .map(|period| day_of(period.start()))
            .map_err(|error| bad_user_input(format!("`{name}` {text:?} {error}."))),
    };
    // Beyond what instants reach, so that nothing lies outside.
    let days = Days { first: day("from", from, -200_000)?, last: day("to", to, 200_000)? };
    if days.first > days.last { Err(bad_user_input("`from` lies behind `to`: give the first day and the last one.")) } else { Ok(days) }
}
