//! Acts on applications: programs that call by a key of their own.

mod register;
mod rotate_key;
mod set;

use serde_json::Value;

use crate::auth::application_keys;
use crate::auth::principal::{Caller, Principal};
use crate::commands::{Error, Services};
use crate::config::secrets::Secret;
use crate::domain::accounts::Scope;
use crate::domain::applications::{Application, ApplicationRefusal};
use crate::domain::instant::Instant;
use crate::domain::refusal::Refusal;
use crate::store::applications;
use crate::store::audit::{self, Entry};
use crate::store::database::Transaction;

pub use register::{RegisterApplication, register_application};
pub use rotate_key::{RotateKey, rotate_key};
pub use set::{SetAccessRules, SetApplicationState, set_access_rules, set_application_state};

/// An application with its new key, which nothing shows again.
#[derive(Clone, Debug)]
pub struct Keyed {
    /// The number of the application.
    pub application: i64,
    /// The key.
    pub key: Secret<String>,
}

/// An operator with the scope `applications`; never an application itself.
fn operator(principal: &Principal) -> Result<&Caller, Error> {
    let caller = principal.caller().ok_or(Error::Unauthenticated)?;
    caller.require(Scope::Applications)?;
    Ok(caller)
}

/// An application, held, if the caller has all the powers that it has: whoever had its key would have them.
async fn hold(transaction: &Transaction, caller: &Caller, number: i64) -> Result<Application, Error> {
    let application = applications::hold(transaction, number).await?.ok_or(Refusal::Application(ApplicationRefusal::Unknown))?;
    application.scopes.iter().try_for_each(|scope| caller.require(*scope))?;
    Ok(application)
}

/// A fresh key for an application, and the seed of which it is made again for a repeated request.
async fn add_key(services: &Services, transaction: &Transaction, application: i64, now: Instant) -> Result<[u8; 32], Error> {
    let seed = services.random.bytes();
    let key = application_keys::make(services.application_key.expose(), &seed);
    let hash = application_keys::hash(key.expose()).ok_or_else(|| Error::Internal("a key was made that is none".to_owned()))?;
    let ending = key.expose().get(key.expose().len().saturating_sub(4)..).unwrap_or_default();
    applications::insert_key(transaction, application, &hash, ending, now).await?;
    Ok(seed)
}

fn keyed(services: &Services, (application, seed): (i64, [u8; 32])) -> Keyed {
    Keyed { application, key: application_keys::make(services.application_key.expose(), &seed) }
}

async fn record(
    transaction: &Transaction,
    caller: &Caller,
    (action, number): (&str, i64),
    detail: &Value,
    at: Instant,
) -> Result<(), Error> {
    let (subject, detail) = (format!("application:{number}"), detail.to_string());
    Ok(audit::append(transaction, &Entry { account_id: Some(caller.account_id), action, subject: &subject, detail: &detail, at }).await?)
}
