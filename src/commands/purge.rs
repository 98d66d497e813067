//! What the server does by itself: deletes rows that nobody needs any more.

use super::{Error, Services};
use crate::store::database::in_transaction;
use crate::store::purge::{Kind, delete};

const SECONDS_PER_DAY: i64 = 86_400;

/// The day that is over may still have clicks under way; the hashes of the one before serve nobody.
const VISITOR_DAYS: u32 = 1;

/// How many rows went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Purged {
    /// Sessions.
    pub sessions: u64,
    /// Refresh tokens.
    pub refresh_tokens: u64,
    /// Stored answers of requests with an idempotency key.
    pub idempotency_keys: u64,
    /// Tries of passwords.
    pub attempts: u64,
    /// Mails.
    pub mails: u64,
    /// Links that were mailed.
    pub mailed_links: u64,
    /// Who followed links.
    pub visitors: u64,
    /// Events.
    pub events: u64,
}

/// Deletes what is older than `[purge]` says, in short transactions, so that nobody waits for it. What goes beyond its bounds is left for the next time.
///
/// # Errors
/// The database's; what went before stays deleted.
pub async fn purge(services: &Services) -> Result<Purged, Error> {
    let settings = services.purge;
    // In this order: a session goes when its tokens have gone.
    let refresh_tokens = old(services, Kind::RefreshTokens, settings.session_days).await?
        + old(services, Kind::TokensOfSessions, settings.session_days).await?;
    // Before the hashes: none of those that are left can be made again then.
    old(services, Kind::Salts, VISITOR_DAYS).await?;
    Ok(Purged {
        refresh_tokens,
        sessions: old(services, Kind::Sessions, settings.session_days).await?,
        idempotency_keys: old(services, Kind::IdempotencyKeys, settings.idempotency_days).await?,
        attempts: old(services, Kind::Attempts, settings.session_days).await?,
        mails: old(services, Kind::Mails, settings.mail_days).await?,
        mailed_links: old(services, Kind::MailedLinks, settings.mail_days).await?,
        visitors: old(services, Kind::Visitors, VISITOR_DAYS).await?,
        events: old(services, Kind::Events, settings.event_days).await?,
    })
}

async fn old(services: &Services, kind: Kind, days: u32) -> Result<u64, Error> {
    let before = services.now().plus_seconds(-i64::from(days) * SECONDS_PER_DAY);
    let (rows, mut all) = (services.purge.batch_rows, 0);
    for _ in 0..services.purge.batches {
        let deleted: u64 =
            in_transaction!(services.database, |transaction| Ok::<_, Error>(delete(&transaction, kind, before, rows).await?))?;
        all += deleted;
        if deleted < u64::from(rows) {
            break;
        }
    }
    Ok(all)
}
