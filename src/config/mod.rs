//! Configuration: `defaults.toml` is the reference; a file, the environment and flags override it; checked once at start.

pub mod auth;
pub mod database;
pub mod epin;
pub mod events;
pub mod graphql;
pub mod kyc;
pub mod log;
pub mod mail;
pub mod network;
mod origins;
pub mod payout;
pub mod problems;
pub mod profile;
pub mod purge;
pub mod referral;
mod rules;
pub mod secrets;
pub mod server;
pub mod shop;
mod sources;
pub mod upload;
pub mod wallet;

use serde::{Deserialize, Serialize};

use self::origins::Origins;
pub use self::problems::{Problem, Problems};
pub use self::sources::Sources;

/// The commented reference: every key with its default.
pub const REFERENCE: &str = include_str!("defaults.toml");

/// The whole configuration, valid: every limit lies within its range.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The HTTP server.
    pub server: server::Server,
    /// The database and its pools.
    pub database: database::Database,
    /// Tokens, sessions, password hashes.
    pub auth: auth::Auth,
    /// What may be known of people.
    pub profile: profile::Profile,
    /// Limits of the GraphQL API.
    pub graphql: graphql::Graphql,
    /// Depths and placement.
    pub network: network::Network,
    /// Reading and replaying events.
    pub events: events::Events,
    /// How long rows are kept that nobody needs any more.
    pub purge: purge::Purge,
    /// Orders.
    pub shop: shop::Shop,
    /// Wallets.
    pub wallet: wallet::Wallet,
    /// E-pins.
    pub epin: epin::Epin,
    /// Payouts.
    pub payout: payout::Payout,
    /// Mails.
    pub mail: mail::Mail,
    /// Referral links.
    pub referral: referral::Referral,
    /// Files that people send.
    pub upload: upload::Upload,
    /// For what it must be known who a partner is.
    pub kyc: kyc::Kyc,
    /// What is logged, and how.
    pub log: log::Log,
    #[serde(skip)]
    origins: Origins,
}

impl Config {
    /// Reads all layers and checks them.
    ///
    /// # Errors
    /// [`Problems`]: all that is wrong, each with key, value, origin and what is allowed.
    pub fn load(sources: &Sources) -> Result<Self, Problems> {
        let (merged, origins) = sources.merge()?;
        rules::check(&merged, &origins)?;
        let config: Self = merged.try_deserialize().map_err(|error| Problems::from(Problem::unreadable(&error.to_string())))?;
        Ok(Self { origins, ..config })
    }

    /// Where a value came from (`flag --set`, `file upline.toml`); `None` where the default counts.
    #[must_use]
    pub fn origin(&self, key: &str) -> Option<&str> {
        self.origins.find(key)
    }

    /// The effective configuration as TOML, secrets masked; a value that is not the default names its origin in a comment.
    ///
    /// # Errors
    /// Never for a loaded configuration; the serialiser's error is passed on.
    pub fn effective_toml(&self) -> Result<String, toml::ser::Error> {
        Ok(self.origins.annotate(&toml::to_string(self)?))
    }
}

#[cfg(test)]
mod tests;
