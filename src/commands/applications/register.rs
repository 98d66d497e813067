//! registerApplication

use std::collections::BTreeSet;

use serde_json::json;

use super::{Keyed, add_key, keyed, operator, record};
use crate::auth::principal::{Caller, Principal};
use crate::commands::idempotency::Repeatable;
use crate::commands::{Error, Services};
use crate::domain::accounts::{Scope, application_username, check_name, write_scopes};
use crate::domain::applications::{Application, ApplicationKind, ApplicationState, Networks, check_scopes};
use crate::events::ApplicationRegistered;
use crate::store::database::{Transaction, in_transaction};
use crate::store::{applications, events};

/// A program that shall call by a key of its own.
#[derive(Clone, Debug)]
pub struct RegisterApplication {
    /// What people call it, 1 to 100 characters.
    pub name: String,
    /// Where it runs.
    pub kind: ApplicationKind,
    /// What it may do.
    pub scopes: BTreeSet<Scope>,
    /// From where it may call, such as `203.0.113.0/24`; from everywhere where none is named.
    pub networks: Vec<String>,
    /// Makes the act repeatable.
    pub idempotency_key: Option<String>,
}

/// Registers an application and makes its first key. A repeated request gives the same key again. For operators with the scope `applications` and all that
/// the application shall have.
///
/// # Errors
/// [`Error::Unauthenticated`]; [`Refusal`](crate::domain::refusal::Refusal), looked for in this order: `ScopeMissing`, `InvalidName`, `ApplicationScope`,
/// `InvalidNetwork`, `InvalidIdempotencyKey`, `IdempotencyConflict`.
pub async fn register_application(services: &Services, principal: &Principal, input: &RegisterApplication) -> Result<Keyed, Error> {
    let caller = operator(principal)?;
    input.scopes.iter().try_for_each(|scope| caller.require(*scope))?;
    check_name(&input.name)?;
    check_scopes(input.kind, &input.scopes)?;
    let application = Application {
        id: 0,
        account_id: 0,
        name: input.name.trim().to_owned(),
        kind: input.kind,
        state: ApplicationState::Active,
        scopes: input.scopes.clone(),
        networks: Networks::parse(&input.networks)?,
        created_at: services.now(),
    };
    let request = (&input.name, input.kind.code(), write_scopes(&input.scopes), &input.networks);
    let (who, key) = (format!("account:{}", caller.account_id), input.idempotency_key.as_deref());
    let repeatable = Repeatable::new(services, who, "registerApplication", key, &request)?;
    let made = in_transaction!(services.database, |transaction| write(services, &transaction, caller, &application, &repeatable).await)?;
    services.wake();
    Ok(keyed(services, made))
}

async fn write(
    services: &Services,
    transaction: &Transaction,
    caller: &Caller,
    application: &Application,
    repeatable: &Repeatable,
) -> Result<(i64, [u8; 32]), Error> {
    let now = application.created_at;
    if let Some(made) = repeatable.claim(transaction, now).await? {
        return Ok(made);
    }
    let number = applications::insert(transaction, application, &application_username(&*services.random)).await?;
    let seed = add_key(services, transaction, number, now).await?;
    let detail = json!({ "name": application.name, "kind": application.kind.code(), "scopes": write_scopes(&application.scopes),
        "networks": application.networks.texts() });
    record(transaction, caller, ("registerApplication", number), &detail, now).await?;
    events::append(transaction, &ApplicationRegistered { application: number }.into(), now).await?;
    repeatable.settle(transaction, &(number, seed)).await?;
    Ok((number, seed))
}
