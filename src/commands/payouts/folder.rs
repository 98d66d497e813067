//! Which folder payouts leave by. It has an id, which the database knows: a place where a share should be is empty, or holds another one.

use serde_json::json;

use super::steps::operator;
use crate::auth::principal::Principal;
use crate::commands::{Error, Services};
use crate::store::audit::{self, Entry};
use crate::store::database::in_transaction;
use crate::store::{payout_changes, payouts, settings};

/// What is known of the folder that payouts leave by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known {
    /// It has this id.
    Folder(String),
    /// There was none yet.
    New,
    /// A server from before ids made one, and payouts are under way in it.
    InUse,
}

/// Which folder payouts leave by.
///
/// # Errors
/// The database's.
pub async fn known_folder(services: &Services) -> Result<Known, Error> {
    let reader = services.database.reader();
    Ok(match settings::payout_folder(reader).await? {
        Some(id) => Known::Folder(id),
        None if payouts::any_with_rail(reader).await? => Known::InUse,
        None => Known::New,
    })
}

/// Keeps the id of the first folder that payouts leave by; gives the one that is known then, which another process may have kept.
///
/// # Errors
/// The database's.
pub async fn keep_folder(services: &Services, id: &str) -> Result<String, Error> {
    in_transaction!(services.database, |transaction| {
        settings::record_payout_folder(&transaction, id).await?;
        Ok::<_, Error>(settings::payout_folder(&transaction).await?.unwrap_or_else(|| id.to_owned()))
    })
}

/// Has payouts leave by the folder with this id, in place of the one before; whether it was another one. What the other may have been handed is not handed
/// over again. For operators with the scope `payouts` who work at the machine.
///
/// # Errors
/// [`Error::Unauthenticated`]; [`Refusal`](crate::domain::refusal::Refusal): `ScopeMissing`.
pub async fn adopt_folder(services: &Services, principal: &Principal, id: &str) -> Result<bool, Error> {
    let caller = operator(principal)?;
    in_transaction!(services.database, |transaction| {
        let now = services.now();
        let before = settings::payout_folder(&transaction).await?;
        if before.as_deref() == Some(id) {
            return Ok(false);
        }
        settings::set_payout_folder(&transaction, id).await?;
        payout_changes::suspect_carried(&transaction, now).await?;
        let (account_id, detail) = (Some(caller.account_id), json!({ "before": before, "now": id }).to_string());
        let entry = Entry { account_id, action: "adoptPayoutFolder", subject: "payoutFolder", detail: &detail, at: now };
        audit::append(&transaction, &entry).await?;
        Ok::<_, Error>(true)
    })
}
