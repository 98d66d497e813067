//! What acts work with.

use std::sync::Arc;

use super::referral_links::Links;
use super::throttle::AddressLimits;
use super::tries::Tries;
use crate::auth::authenticate::authenticate;
use crate::auth::keys::{Purpose, derive};
use crate::auth::passwords::{PasswordError, Passwords};
use crate::auth::principal::Principal;
use crate::auth::tokens::Tokens;
use crate::auth::vault::Vault;
use crate::config::Config;
use crate::config::auth::Auth;
use crate::config::epin::Epin;
use crate::config::kyc::Kyc;
use crate::config::mail::Mail;
use crate::config::network::Network;
use crate::config::payout::Payout;
use crate::config::profile::Profile;
use crate::config::purge::Purge;
use crate::config::secrets::{Secret, SigningKey};
use crate::config::shop::Shop;
use crate::config::upload::Upload;
use crate::config::wallet::Wallet;
use crate::domain::clients::Address;
use crate::domain::clock::Clock;
use crate::domain::instant::Instant;
use crate::domain::mails::MailKind;
use crate::domain::random::Random;
use crate::media::Studio;
use crate::store;
use crate::store::database::Database;

/// What the surroundings give: the clock, chance, and a way to say that something happened.
#[derive(Clone)]
pub struct Outside {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Random bytes.
    pub random: Arc<dyn Random>,
    /// Called after every commit that wrote an event; it must not block.
    pub wake: Arc<dyn Fn() + Send + Sync>,
}

/// What acts work with. Cheap to clone.
#[derive(Clone)]
pub struct Services {
    /// The database.
    pub database: Database,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Random bytes.
    pub random: Arc<dyn Random>,
    /// Password hashes.
    pub passwords: Passwords,
    /// Access and refresh tokens.
    pub tokens: Tokens,
    /// Settings of the two trees.
    pub network: Network,
    /// Settings of profiles.
    pub profile: Profile,
    /// Whether who signs up without a user name gets one.
    pub generated_usernames: bool,
    /// Settings of the shop.
    pub shop: Shop,
    /// Settings of wallets.
    pub wallet: Wallet,
    /// Settings of e-pins.
    pub epin: Epin,
    /// Settings of payouts.
    pub payout: Payout,
    /// Settings of mails.
    pub mail: Mail,
    /// Referral links: where they lead, and their clicks.
    pub links: Links,
    /// Settings of identity checks.
    pub kyc: Kyc,
    pub(super) upload: Upload,
    pub(super) studio: Studio,
    pub(super) vault: Vault,
    pub(super) kyc_vault: Vault,
    pub(super) profile_vault: Vault,
    pub(super) mail_vault: Vault,
    pub(super) link_base: String,
    pub(super) mailed_links: LinkLimits,
    pub(super) addresses: AddressLimits,
    pub(super) proof: Proof,
    pub(super) purge: Purge,
    pub(super) tries: Tries,
    pub(super) limits: SessionLimits,
    pub(super) request_key: Secret<[u8; 32]>,
    pub(super) epin_key: Secret<[u8; 32]>,
    pub(super) application_key: Secret<[u8; 32]>,
    wake: Arc<dyn Fn() + Send + Sync>,
}

/// Bounds of sessions, from `[auth]`.
#[derive(Clone, Copy)]
pub(super) struct SessionLimits {
    pub seconds: i64,
    pub per_account: u32,
    pub overlap_seconds: i64,
}

/// Bounds of links that are mailed.
#[derive(Clone, Copy)]
pub(super) struct LinkLimits {
    reset_minutes: u32,
    verification_minutes: u32,
    pub per_hour: u32,
}

impl From<&Auth> for LinkLimits {
    fn from(auth: &Auth) -> Self {
        let Auth { reset_minutes, verification_hours, mails_per_hour, .. } = *auth;
        Self { reset_minutes, verification_minutes: verification_hours * 60, per_hour: mails_per_hour }
    }
}

impl LinkLimits {
    /// How long a link works, or a mail without one is of use.
    pub const fn minutes(self, kind: MailKind) -> u32 {
        match kind {
            MailKind::PayoutMethodAdded | MailKind::PayoutMethodChanged | MailKind::PayoutMethodRemoved => 7 * 24 * 60,
            MailKind::EmailVerification => self.verification_minutes,
            MailKind::PasswordReset | MailKind::TransactionPasswordReset => self.reset_minutes,
        }
    }
}

/// What members do with a proven address only.
#[derive(Clone, Copy)]
pub(super) struct Proof {
    pub before_sign_in: bool,
    pub before_joining: bool,
}

/// Why the services cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The password parameters do not go together.
    #[error("[auth]: {0}")]
    Passwords(#[from] PasswordError),
    /// Visitors cannot be sent there.
    #[error("[referral]: {0:?} is no address to which visitors can be sent")]
    FrontEnd(String),
}

impl Services {
    /// From a loaded configuration and an open database.
    ///
    /// # Errors
    /// [`StartError`]
    pub fn new(config: &Config, key: &SigningKey, database: Database, outside: Outside) -> Result<Self, StartError> {
        let auth = &config.auth;
        // Not the address that this process listens on: servers of one database must take each other's tokens.
        let issuer = [&auth.issuer, &config.server.public_url].into_iter().find(|text| !text.is_empty()).map_or("upline", String::as_str);
        Ok(Self {
            database,
            clock: outside.clock,
            passwords: Passwords::new(auth, Arc::clone(&outside.random))?,
            random: outside.random,
            tokens: Tokens::new(auth, issuer, key),
            network: config.network.clone(),
            shop: config.shop.clone(),
            profile: config.profile.clone(),
            generated_usernames: auth.generated_usernames,
            wallet: config.wallet.clone(),
            epin: config.epin,
            payout: config.payout.clone(),
            vault: Vault::new(key, Purpose::BankDetails),
            profile_vault: Vault::new(key, Purpose::Profiles),
            mail_vault: Vault::new(key, Purpose::Mails),
            link_base: if config.mail.link_base.is_empty() { config.server.url() } else { config.mail.link_base.clone() },
            mail: config.mail.clone(),
            mailed_links: auth.into(),
            addresses: auth.into(),
            proof: Proof { before_sign_in: auth.verify_before_sign_in, before_joining: auth.verify_before_joining },
            links: Links::new(config, key)?,
            kyc: config.kyc,
            upload: config.upload,
            studio: Studio::new(&config.upload),
            kyc_vault: Vault::new(key, Purpose::IdentityDocuments),
            purge: config.purge,
            tries: Tries { most: auth.tries, lock_minutes: auth.lock_minutes },
            limits: SessionLimits {
                seconds: i64::from(auth.session_days) * 86_400,
                per_account: auth.sessions_per_account,
                overlap_seconds: i64::from(auth.refresh_overlap_seconds),
            },
            request_key: Secret::new(derive(key, Purpose::IdempotentRequests)),
            epin_key: Secret::new(derive(key, Purpose::EpinCodes)),
            application_key: Secret::new(derive(key, Purpose::ApplicationKeys)),
            wake: outside.wake,
        })
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.clock.now()
    }

    /// Who an access token or a key stands for, shown by somebody at an address, by the state of things now; `None` when it is not valid.
    ///
    /// # Errors
    /// The database's.
    pub async fn authenticate(&self, token: &str, client: Option<Address>) -> Result<Option<Principal>, store::error::Error> {
        authenticate(&self.tokens, &self.database, (token, client), self.now()).await
    }

    /// Tells the readers of events that there are new ones; after the commit.
    pub(super) fn wake(&self) {
        (self.wake)();
    }
}
