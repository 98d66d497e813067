//! setApplicationState, setAccessRules

use serde_json::{Value, json};

use super::{hold, operator, record};
use crate::auth::principal::{Caller, Principal};
use crate::commands::money::check_reason;
use crate::commands::{Error, Services};
use crate::domain::applications::{ApplicationRefusal, ApplicationState, Networks};
use crate::domain::instant::Instant;
use crate::domain::refusal::Refusal;
use crate::events::ApplicationChanged;
use crate::store::database::{Transaction, in_transaction};
use crate::store::{applications, events};

/// Switching an application on or off.
#[derive(Clone, Debug)]
pub struct SetApplicationState {
    /// Which.
    pub application: i64,
    /// Whether its keys are taken from then on.
    pub state: ApplicationState,
    /// Why, in 1 to 200 characters.
    pub reason: String,
}

/// From where an application may call.
#[derive(Clone, Debug)]
pub struct SetAccessRules {
    /// Which.
    pub application: i64,
    /// Such as `203.0.113.0/24`; from everywhere where none is named.
    pub networks: Vec<String>,
}

/// Switches an application on or off, for all its keys, from the next request on; gives its number. For operators with the scope `applications`, and to switch it on all
/// that the application has.
///
/// # Errors
/// [`Error::Unauthenticated`]; [`Refusal`], looked for in this order: `ScopeMissing`, `InvalidReason`,
/// `ApplicationUnknown`, `ScopeMissing` (one that the application has).
pub async fn set_application_state(services: &Services, principal: &Principal, input: &SetApplicationState) -> Result<i64, Error> {
    let caller = operator(principal)?;
    check_reason(&input.reason)?;
    let now = services.now();
    in_transaction!(services.database, |transaction| {
        // Whoever sees harm being done must be able to end it.
        if input.state == ApplicationState::Active {
            hold(&transaction, caller, input.application).await?;
        } else {
            applications::hold(&transaction, input.application).await?.ok_or(Refusal::Application(ApplicationRefusal::Unknown))?;
        }
        applications::set_state(&transaction, input.application, input.state).await?;
        let detail = json!({ "state": input.state.code(), "reason": input.reason.trim() });
        changed(&transaction, caller, ("setApplicationState", input.application), &detail, now).await
    })?;
    services.wake();
    Ok(input.application)
}

/// Says from where an application may call; gives its number. For operators with the scope `applications` and all that the application has.
///
/// # Errors
/// [`Error::Unauthenticated`]; [`Refusal`], looked for in this order: `ScopeMissing`, `InvalidNetwork`, `ApplicationUnknown`, `ScopeMissing` (one that the
/// application has).
pub async fn set_access_rules(services: &Services, principal: &Principal, input: &SetAccessRules) -> Result<i64, Error> {
    let caller = operator(principal)?;
    let networks = Networks::parse(&input.networks)?;
    let now = services.now();
    in_transaction!(services.database, |transaction| {
        hold(&transaction, caller, input.application).await?;
        applications::set_networks(&transaction, input.application, &networks).await?;
        changed(&transaction, caller, ("setAccessRules", input.application), &json!({ "networks": networks.texts() }), now).await
    })?;
    services.wake();
    Ok(input.application)
}

async fn changed(transaction: &Transaction, caller: &Caller, act: (&str, i64), detail: &Value, now: Instant) -> Result<(), Error> {
    record(transaction, caller, act, detail, now).await?;
    Ok(events::append(transaction, &ApplicationChanged { application: act.1 }.into(), now).await?)
}
