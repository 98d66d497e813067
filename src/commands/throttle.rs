//! What may be done only so often from one address, whoever does it (promises P26, P27). The counts stand in the database, so they hold for all
//! processes; an address stands there as a keyed hash.

use super::{Error, Services};
use crate::auth::keys::keyed_hash;
use crate::config::auth::Auth;
use crate::domain::clients::Client;
use crate::domain::hexadecimal::hexadecimal;
use crate::domain::refusal::Refusal;
use crate::store::database::in_transaction;
use crate::store::throttles::{self, Limit};

/// What is counted.
#[derive(Clone, Copy, Debug)]
pub(super) enum Knock {
    /// Wrong passwords.
    SignIn,
    /// Sign-ups.
    SignUp,
    /// Requests for mails.
    Request,
    /// Links that do not work.
    Link,
}

/// How often each, and within how long.
#[derive(Clone, Copy)]
pub(super) struct AddressLimits {
    sign_in: u32,
    sign_up: u32,
    request: u32,
    link: u32,
    seconds: i64,
}

impl From<&Auth> for AddressLimits {
    fn from(auth: &Auth) -> Self {
        Self {
            sign_in: auth.address_tries,
            sign_up: auth.address_sign_ups,
            request: auth.address_requests,
            link: auth.address_links,
            seconds: i64::from(auth.address_minutes) * 60,
        }
    }
}

impl Knock {
    const fn kind(self) -> &'static str {
        match self {
            Self::SignIn => "ADDRESS_SIGN_IN",
            Self::SignUp => "ADDRESS_SIGN_UP",
            Self::Request => "ADDRESS_REQUEST",
            Self::Link => "ADDRESS_LINK",
        }
    }

    const fn most(self, limits: AddressLimits) -> u32 {
        match self {
            Self::SignIn => limits.sign_in,
            Self::SignUp => limits.sign_up,
            Self::Request => limits.request,
            Self::Link => limits.link,
        }
    }
}

/// One that was counted.
#[must_use]
pub(super) struct Counted(Option<(&'static str, String)>);

/// Counts one before it is looked at, so that those made at once do not slip through; what comes from no address is not counted.
pub(super) async fn count(services: &Services, knock: Knock, client: &Client) -> Result<Counted, Error> {
    let Some(address) = client.address else { return Ok(Counted(None)) };
    let hash = keyed_hash(services.request_key.expose(), &address.network());
    let (kind, subject) = (knock.kind(), hexadecimal(&hash));
    let (limit, now) = (Limit { most: knock.most(services.addresses), seconds: services.addresses.seconds }, services.now());
    let counted = in_transaction!(services.database, |transaction| {
        Ok::<_, Error>(throttles::count(&transaction, (kind, &subject), limit, now).await?)
    })?;
    match counted {
        Ok(()) => Ok(Counted(Some((kind, subject)))),
        Err(until) => Err(Refusal::too_many_tries(now, until).into()),
    }
}

impl Counted {
    /// It was nothing to count.
    pub async fn take_back(self, services: &Services) -> Result<(), Error> {
        let Some((kind, subject)) = self.0 else { return Ok(()) };
        in_transaction!(services.database, |transaction| Ok::<_, Error>(throttles::take_back(&transaction, (kind, &subject)).await?))
    }
}
