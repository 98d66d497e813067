//! The part of a profile that is the person.

use super::{hold, tell};
use crate::commands::{Error, Services};
use crate::domain::profiles::PersonalChange;
use crate::store::database::Transaction;
use crate::store::{account_changes, profiles};

/// Name, gender and date of birth. A new name becomes the account's too; the name that others see in the network stays.
pub(super) async fn write(services: &Services, transaction: &Transaction, account: i64, change: &PersonalChange) -> Result<(), Error> {
    let (_, before) = hold(transaction, account).await?;
    let after = change.apply(before.clone(), services.now(), services.profile.minimum_age)?;
    if after == before {
        return Ok(());
    }
    let now = tell(services, transaction, account).await?;
    match after.name() {
        Some(name) if before.name().as_deref() != Some(&name) => account_changes::set_name(transaction, account, &name).await?,
        _ => {}
    }
    Ok(profiles::save(transaction, account, &after, now).await?)
}
