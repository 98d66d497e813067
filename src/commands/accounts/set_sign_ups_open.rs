//! setSignUpsOpen

use serde_json::json;

use crate::auth::principal::Principal;
use crate::commands::{Error, Services};
use crate::domain::accounts::Scope;
use crate::events::SignUpsSet;
use crate::store::audit::{self, Entry};
use crate::store::database::in_transaction;
use crate::store::{events, settings};

/// Opens or closes signing up, for all servers of the database; who has an account is not touched. For operators with the scope `network`.
///
/// Where it stands so already, nothing happens.
///
/// # Errors
/// [`Error::Unauthenticated`]; [`Refusal`](crate::domain::refusal::Refusal): `ScopeMissing`.
pub async fn set_sign_ups_open(services: &Services, principal: &Principal, open: bool) -> Result<(), Error> {
    let caller = principal.caller().ok_or(Error::Unauthenticated)?;
    caller.require(Scope::Network)?;
    in_transaction!(services.database, |transaction| {
        if settings::sign_ups_open(&transaction).await? == open {
            return Ok(());
        }
        let now = services.now();
        settings::set_sign_ups_open(&transaction, open).await?;
        let (account_id, detail) = (Some(caller.account_id), json!({ "open": open }).to_string());
        let entry = Entry { account_id, action: "setSignUpsOpen", subject: "signUps", detail: &detail, at: now };
        audit::append(&transaction, &entry).await?;
        events::append(&transaction, &SignUpsSet { account: caller.account_id, open }.into(), now).await?;
        Ok::<_, Error>(())
    })?;
    services.wake();
    Ok(())
}
