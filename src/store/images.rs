//! Pictures of accounts, one for each at most.

use std::collections::HashMap;

use sea_orm::ConnectionTrait;

use super::database::Transaction;
use super::error::Error;
use super::sql::Sql;
use crate::domain::instant::Instant;

/// A picture as it is served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// Its type.
    pub media_type: String,
    /// Its bytes.
    pub content: Vec<u8>,
}

/// The picture with a name.
///
/// # Errors
/// The database's.
pub async fn find(connection: &impl ConnectionTrait, name: &str) -> Result<Option<Image>, Error> {
    let sql = "SELECT media_type, content FROM images WHERE name = $1";
    Sql::whole(connection, sql, [name.into()]).one(connection, |row| Ok(Image { media_type: row.get(0)?, content: row.get(1)? })).await
}

/// The name of each of these accounts' pictures, where there is one.
///
/// # Errors
/// The database's.
pub async fn names_of(connection: &impl ConnectionTrait, accounts: &[i64]) -> Result<HashMap<i64, String>, Error> {
    let mut sql = Sql::new(connection);
    sql.push("SELECT i.account_id, i.name FROM ").numbers(accounts).push(" AS wanted JOIN images AS i ON i.account_id = wanted.id");
    Ok(sql.all(connection, |row| Ok((row.get(0)?, row.get(1)?))).await?.into_iter().collect())
}

/// Stores an account's picture under a new name; the one before is gone.
///
/// # Errors
/// The database's.
pub async fn save(transaction: &Transaction, account: i64, name: &str, image: &Image, at: Instant) -> Result<(), Error> {
    let sql = "INSERT INTO images (account_id, name, media_type, content, stored_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (account_id) DO UPDATE SET name = excluded.name, media_type = excluded.media_type, content = excluded.content,
        stored_at = excluded.stored_at";
    let Image { media_type, content } = image;
    let values = [account.into(), name.into(), media_type.as_str().into(), content.clone().into(), at.nanos().into()];
    Sql::whole(transaction, sql, values).execute(transaction).await.map(drop)
}

/// Drops an account's picture. `false` where there was none.
///
/// # Errors
/// The database's.
pub async fn remove(transaction: &Transaction, account: i64) -> Result<bool, Error> {
    Ok(Sql::whole(transaction, "DELETE FROM images WHERE account_id = $1", [account.into()]).execute(transaction).await? > 0)
}

/// Drops every file of a person: the picture, the documents of all identity checks, and the words of those who rejected them. What was decided stays.
///
/// # Errors
/// The database's.
pub async fn drop_files_of(transaction: &Transaction, account: i64) -> Result<(), Error> {
    remove(transaction, account).await?;
    for sql in [
        "DELETE FROM kyc_documents WHERE submission_id IN (
            SELECT s.id FROM kyc_submissions AS s JOIN partners AS p ON p.id = s.partner_id WHERE p.account_id = $1)",
        "UPDATE kyc_submissions SET status = 'REJECTED', decided_at = submitted_at WHERE status = 'PENDING'
            AND partner_id IN (SELECT id FROM partners WHERE account_id = $1)",
        "UPDATE kyc_submissions SET reason = NULL WHERE partner_id IN (SELECT id FROM partners WHERE account_id = $1)",
    ] {
        Sql::whole(transaction, sql, [account.into()]).execute(transaction).await?;
    }
    Ok(())
}
