//! Settings of the network that are data rather than configuration.

use sea_orm::ConnectionTrait;

use super::error::Error;
use super::sql::Sql;
use crate::config::network::Placement;
use crate::domain::currency::Currency;

/// The shape of the placement tree, in the form of the configuration key `network.placement`.
const PLACEMENT: &str = "placement";
/// The currency, as an ISO 4217 code.
const CURRENCY: &str = "currency";
/// Whether people may sign up.
const SIGN_UPS: &str = "sign_ups";
const CLOSED: &str = "closed";
/// The id of the folder that payouts leave by, which stands in the folder too.
const PAYOUT_FOLDER: &str = "payout_folder";

/// The shape of the placement tree; `None` while no plan was imported and nobody has a place.
///
/// # Errors
/// The database's, or a shape that this program does not know.
pub async fn placement(connection: &impl ConnectionTrait) -> Result<Option<Placement>, Error> {
    let read = |text: String| Placement::try_from(text.clone()).map_err(|_| Error::Corrupt { table: "settings", value: text });
    find(connection, PLACEMENT).await?.map(read).transpose()
}

/// Records the shape of the placement tree for good; one that was recorded before stays.
///
/// # Errors
/// The database's.
pub async fn record_placement(connection: &impl ConnectionTrait, placement: Placement) -> Result<(), Error> {
    record(connection, PLACEMENT, &String::from(placement)).await
}

/// The currency of the network: the recorded one, else that of the plan in force; `None` while there is neither.
///
/// # Errors
/// The database's, or a currency that this program does not know.
pub async fn currency(connection: &impl ConnectionTrait) -> Result<Option<Currency>, Error> {
    let sql = "SELECT coalesce((SELECT value FROM settings WHERE name = $1),
        (SELECT currency FROM plan_versions ORDER BY activated_at DESC, id DESC LIMIT 1))";
    let code: Option<String> = Sql::whole(connection, sql, [CURRENCY.into()]).one(connection, |row| row.get(0)).await?.flatten();
    code.map(|code| code.parse().map_err(|_| Error::Corrupt { table: "settings", value: code })).transpose()
}

/// Records the currency for good; one that was recorded before stays.
///
/// # Errors
/// The database's.
pub async fn record_currency(connection: &impl ConnectionTrait, currency: Currency) -> Result<(), Error> {
    record(connection, CURRENCY, currency.code()).await
}

/// Whether people may sign up; they may until that is closed.
///
/// # Errors
/// The database's.
pub async fn sign_ups_open(connection: &impl ConnectionTrait) -> Result<bool, Error> {
    Ok(find(connection, SIGN_UPS).await?.is_none_or(|value| value != CLOSED))
}

/// Opens or closes signing up.
///
/// # Errors
/// The database's.
pub async fn set_sign_ups_open(connection: &impl ConnectionTrait, open: bool) -> Result<(), Error> {
    set(connection, SIGN_UPS, if open { "open" } else { CLOSED }).await
}

/// The id of the folder that payouts leave by; `None` while none was used.
///
/// # Errors
/// The database's.
pub async fn payout_folder(connection: &impl ConnectionTrait) -> Result<Option<String>, Error> {
    find(connection, PAYOUT_FOLDER).await
}

/// Records the id of the folder that payouts leave by; one that was recorded before stays.
///
/// # Errors
/// The database's.
pub async fn record_payout_folder(connection: &impl ConnectionTrait, id: &str) -> Result<(), Error> {
    record(connection, PAYOUT_FOLDER, id).await
}

/// Puts another folder in the place of the one that payouts left by.
///
/// # Errors
/// The database's.
pub async fn set_payout_folder(connection: &impl ConnectionTrait, id: &str) -> Result<(), Error> {
    set(connection, PAYOUT_FOLDER, id).await
}

async fn record(connection: &impl ConnectionTrait, name: &str, value: &str) -> Result<(), Error> {
    let sql = "INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
    Sql::whole(connection, sql, [name.into(), value.into()]).execute(connection).await.map(drop)
}

/// The value of a setting.
pub(super) async fn find(connection: &impl ConnectionTrait, name: &str) -> Result<Option<String>, Error> {
    Sql::whole(connection, "SELECT value FROM settings WHERE name = $1", [name.into()]).one(connection, |row| row.get(0)).await
}

/// Sets a setting.
pub(super) async fn set(connection: &impl ConnectionTrait, name: &str, value: &str) -> Result<(), Error> {
    let sql = "INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    Sql::whole(connection, sql, [name.into(), value.into()]).execute(connection).await.map(drop)
}
