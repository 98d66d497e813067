//! Links: a secret that goes to an address, and proves who comes back with it.

use serde::{Deserialize, Serialize};

use crate::auth::links::{hash_link_token, link_token};
use crate::commands::throttle::{self, Knock};
use crate::commands::{Error, Services};
use crate::config::secrets::Secret;
use crate::domain::clients::Client;
use crate::domain::instant::Instant;
use crate::domain::mails::MailKind;
use crate::domain::refusal::Refusal;
use crate::store::account_changes;
use crate::store::database::Transaction;
use crate::store::mailed_links::{self, NewLink};
use crate::store::mails::{self, NewMail};

const SECONDS_PER_HOUR: i64 = 3600;

/// What is sealed in a mail that waits.
#[derive(Serialize, Deserialize)]
pub(super) struct Enclosure {
    pub address: String,
    pub token: String,
}

/// Who gets a mail.
#[derive(Clone, Copy)]
pub(in crate::commands) struct Recipient<'a> {
    pub account_id: i64,
    pub address: &'a str,
}

/// Writes a mail with a fresh link; it is sent when, and only when, the transaction is committed.
pub(in crate::commands) async fn write(
    services: &Services,
    transaction: &Transaction,
    recipient: Recipient<'_>,
    kind: MailKind,
    at: Instant,
) -> Result<(), Error> {
    let (token, hash) = link_token(&*services.random);
    let Recipient { account_id, address } = recipient;
    let expires_at = at.plus_seconds(i64::from(services.mailed_links.minutes(kind)) * 60);
    mailed_links::insert(transaction, &NewLink { kind, account_id, hash, at, expires_at }).await?;
    let enclosure = Enclosure { address: address.to_owned(), token: token.expose().clone() };
    let data = services.mail_vault.seal(&enclosure, account_id, &*services.random)?;
    Ok(mails::insert(transaction, NewMail { kind, account_id, data, at, expires_at }).await?)
}

/// The same, unless the account had as many as it may within an hour: then it says when the next one may be asked for.
pub(in crate::commands) async fn write_limited(
    services: &Services,
    transaction: &Transaction,
    recipient: Recipient<'_>,
    kind: MailKind,
    at: Instant,
) -> Result<Result<(), Instant>, Error> {
    // Rivals for the last one wait for the account's row. Its address may have changed since it was read, or its person been forgotten.
    let reach = account_changes::hold(transaction, recipient.account_id).await?;
    if reach.and_then(|reach| reach.email).as_deref() != Some(recipient.address) {
        return Ok(Ok(()));
    }
    let (made, first) = mailed_links::made_since(transaction, recipient.account_id, kind, at.plus_seconds(-SECONDS_PER_HOUR)).await?;
    if made >= i64::from(services.mailed_links.per_hour) {
        return Ok(Err(first.unwrap_or(at).plus_seconds(SECONDS_PER_HOUR)));
    }
    write(services, transaction, recipient, kind, at).await.map(Ok)
}

/// A link that works now: its hash, and whose it is. Unknown, used, ended, of another kind or of an account that is closed: one answer.
pub(in crate::commands) async fn find(
    services: &Services,
    kind: MailKind,
    token: &Secret<String>,
    client: &Client,
) -> Result<([u8; 32], i64), Error> {
    let counted = throttle::count(services, Knock::Link, client).await?;
    let hash = hash_link_token(token.expose());
    let account_id = mailed_links::account_of(services.database.reader(), kind, &hash, services.now()).await?;
    let account_id = account_id.ok_or(Refusal::LinkInvalid)?;
    counted.take_back(services).await?;
    Ok((hash, account_id))
}
