//! Delivers the mails that wait.

use crate::commands::mails::{Fate, Parcel, Taken, Told, due, take, tell};
use crate::commands::{Error, Services};
use crate::outbound::mails::Post;

/// Sends what is due, one after the other; how many were sent. No transaction is open meanwhile. With several processes each mail is sent by the one that
/// took it first.
///
/// # Errors
/// The database's.
pub async fn deliver(services: &Services, post: &Post) -> Result<u32, Error> {
    let mut sent = 0;
    for due in due(services).await? {
        match take(services, &due).await? {
            Taken::Parcel(parcel) if send(services, post, &parcel).await? == Fate::Sent => sent += 1,
            Taken::GivenUp { number: mail, reason } => tracing::error!(mail, reason, "a mail was given up"),
            Taken::Parcel(_) | Taken::Elsewhere => {}
        }
    }
    Ok(sent)
}

async fn send(services: &Services, post: &Post, parcel: &Parcel) -> Result<Fate, Error> {
    let outcome = post.send(&parcel.letter).await;
    let told = match &outcome {
        Ok(()) => Told::Sent,
        Err(unsent) if unsent.for_good => Told::Refused(&unsent.reason),
        Err(unsent) => Told::Failed(&unsent.reason),
    };
    let fate = tell(services, parcel, told).await?;
    let (mail, kind, attempt) = (parcel.letter.number, parcel.letter.kind.code(), parcel.attempt);
    let reason = outcome.err().map(|unsent| unsent.reason).unwrap_or_default();
    match fate {
        Fate::Sent => tracing::info!(mail, kind, attempt, "a mail was sent"),
        Fate::Postponed => tracing::warn!(mail, kind, attempt, reason, "a mail was not sent; trying again later"),
        Fate::GivenUp => tracing::error!(mail, kind, attempt, reason, "a mail was given up"),
        Fate::Lost => {
            tracing::warn!(mail, kind, attempt, reason, "a mail took longer than mail.lease_seconds; another process may have sent it too")
        }
    }
    Ok(fate)
}
