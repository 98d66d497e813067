//! Clicks and visitors, added up by link and day. They come in batches: no click waits for the row that all clicks of a link share.

use super::database::Transaction;
use super::error::Error;
use super::sql::Sql;
use crate::domain::referral_links::Source;

/// The clicks of one link on one day, so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clicks {
    /// What was followed.
    pub source: Source,
    /// Days since 1970.
    pub day: i64,
    /// How often.
    pub clicks: i64,
    /// By whom, as hashes of that day.
    pub visitors: Vec<Vec<u8>>,
}

/// What the visitors of a day are hashed with.
pub type Salt = [u8; 32];

/// The salt of a day: the one that it has, else this one, which it keeps then, also for rival servers. Whoever asks for several days asks in their order.
///
/// # Errors
/// The database's.
pub async fn salt(transaction: &Transaction, day: i64, fresh: &Salt) -> Result<Salt, Error> {
    let sql = "INSERT INTO referral_salts (day, salt) VALUES ($1, $2) ON CONFLICT (day) DO NOTHING";
    Sql::whole(transaction, sql, [day.into(), fresh.to_vec().into()]).execute(transaction).await?;
    let sql = "SELECT salt FROM referral_salts WHERE day = $1";
    let stored: Option<Vec<u8>> = Sql::whole(transaction, sql, [day.into()]).one(transaction, |row| row.get(0)).await?;
    let salt = stored.and_then(|stored| Salt::try_from(stored).ok());
    salt.ok_or_else(|| Error::Corrupt { table: "referral_salts", value: format!("day {day}") })
}

/// Visitors stored by one statement.
const CHUNK: usize = 1_000;

/// Adds clicks, given in the order of their links and days, so that rival servers do not wait for each other in a ring.
///
/// # Errors
/// The database's.
pub async fn add(transaction: &Transaction, batch: &[Clicks]) -> Result<(), Error> {
    for clicks in batch {
        // Those whose partner or link is gone are passed over.
        let Some(day) = upsert(transaction, clicks).await? else { continue };
        let mut fresh = 0;
        for chunk in clicks.visitors.chunks(CHUNK) {
            let mut sql = Sql::new(transaction);
            sql.push("INSERT INTO referral_visitors (day_id, visitor) VALUES ");
            for (index, visitor) in chunk.iter().enumerate() {
                sql.push(if index == 0 { "(" } else { ", (" }).bind(day).push(", ").bind(visitor.clone()).push(")");
            }
            sql.push(" ON CONFLICT (day_id, visitor) DO NOTHING");
            fresh += sql.execute(transaction).await?;
        }
        let sql = "UPDATE referral_days SET visitors = visitors + $2 WHERE id = $1";
        let fresh = i64::try_from(fresh).unwrap_or(i64::MAX);
        Sql::whole(transaction, sql, [day.into(), fresh.into()]).execute(transaction).await?;
    }
    Ok(())
}

async fn upsert(transaction: &Transaction, clicks: &Clicks) -> Result<Option<i64>, Error> {
    let sql = if clicks.source.link_id.is_some() {
        "INSERT INTO referral_days (partner_id, link_id, day, clicks, visitors)
        SELECT l.partner_id, l.id, $3, $4, 0 FROM referral_links AS l WHERE l.partner_id = $1 AND l.id = $2
        ON CONFLICT (link_id, day) WHERE link_id IS NOT NULL DO UPDATE SET clicks = referral_days.clicks + excluded.clicks RETURNING id"
    } else {
        "INSERT INTO referral_days (partner_id, link_id, day, clicks, visitors)
        SELECT p.id, $2, $3, $4, 0 FROM partners AS p WHERE p.id = $1
        ON CONFLICT (partner_id, day) WHERE link_id IS NULL DO UPDATE SET clicks = referral_days.clicks + excluded.clicks RETURNING id"
    };
    let values = [clicks.source.partner_id.into(), clicks.source.link_id.into(), clicks.day.into(), clicks.clicks.into()];
    Sql::whole(transaction, sql, values).one(transaction, |row| row.get(0)).await
}
