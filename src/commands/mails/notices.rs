//! Notices: mails that tell the owner of an account what was done with it, and carry no link.

use super::links::{Enclosure, Recipient};
use crate::commands::{Error, Services};
use crate::domain::instant::Instant;
use crate::domain::mails::MailKind;
use crate::store::database::Transaction;
use crate::store::mails::{self, NewMail};

/// Notices that an account gets within an hour: who goes on after that tells its owner nothing new.
const MOST_PER_HOUR: i64 = 10;
const SECONDS_PER_HOUR: i64 = 3600;

/// Writes a notice; it is sent when, and only when, the transaction is committed.
pub(in crate::commands) async fn notify(
    services: &Services,
    transaction: &Transaction,
    recipient: Recipient<'_>,
    kind: MailKind,
    at: Instant,
) -> Result<(), Error> {
    let Recipient { account_id, address } = recipient;
    if mails::notices_since(transaction, account_id, at.plus_seconds(-SECONDS_PER_HOUR)).await? >= MOST_PER_HOUR {
        return Ok(());
    }
    let expires_at = at.plus_seconds(i64::from(services.mailed_links.minutes(kind)) * 60);
    let enclosure = Enclosure { address: address.to_owned(), token: String::new() };
    let data = services.mail_vault.seal(&enclosure, account_id, &*services.random)?;
    Ok(mails::insert(transaction, NewMail { kind, account_id, data, at, expires_at }).await?)
}
