//! Acts on referral links, and what visitors and newcomers bring along.

mod attribute;
mod clicks;
mod create;
mod delete;
mod visit;

pub use attribute::Referral;
pub use clicks::{Counted, count_clicks};
pub use create::{CreateReferralLink, create_referral_link};
pub use delete::delete_referral_link;
pub use visit::{Landing, Visit, visit};

pub(super) use attribute::{convert, credited, find, register};

use self::clicks::Clicks;
use super::StartError;
use crate::auth::keys::{Purpose, derive};
use crate::config::Config;
use crate::config::secrets::{Secret, SigningKey};
use crate::domain::landings::Landings;

/// What acts on referral links work with. Cheap to clone.
#[derive(Clone)]
pub struct Links {
    most: u32,
    address: String,
    landings: Landings,
    clicks: Clicks,
}

impl Links {
    /// From a loaded configuration.
    pub(super) fn new(config: &Config, key: &SigningKey) -> Result<Self, StartError> {
        let (settings, address) = (&config.referral, config.server.url());
        let front_end = if settings.front_end.is_empty() { &address } else { &settings.front_end };
        let landings = Landings::new(front_end, &settings.targets).ok_or_else(|| StartError::FrontEnd(front_end.clone()))?;
        let clicks = Clicks::new(Secret::new(derive(key, Purpose::Visitors)), settings.counted_per_minute);
        Ok(Self { most: settings.links, address, landings, clicks })
    }

    /// The address that visitors follow.
    #[must_use]
    pub fn url(&self, code: &str) -> String {
        format!("{}/ref/{code}", self.address)
    }
}
