//! Delivery: take a mail for a time, send it, say what came of it. No transaction is open while it is sent.

use super::links::Enclosure;
use crate::commands::retries::pause;
use crate::commands::{Error, Services};
use crate::domain::instant::Instant;
use crate::domain::mails::{Letter, Particulars};
use crate::store::database::in_transaction;
use crate::store::mails::{self, Outcome, Waiting};

/// A mail that is due.
pub struct Due(Waiting);

/// A mail that this process may send.
pub struct Parcel {
    /// The mail.
    pub letter: Letter,
    /// The number of this try.
    pub attempt: i64,
    expires_at: Instant,
}

/// What came of sending it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told<'a> {
    /// It is on its way.
    Sent,
    /// It was not taken this time.
    Failed(&'a str),
    /// It will never be taken.
    Refused(&'a str),
}

/// What became of the mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Sent.
    Sent,
    /// It is tried again.
    Postponed,
    /// It is tried no more.
    GivenUp,
    /// Another process has it: this one took longer than the lease.
    Lost,
}

/// What is due now, so many as are sent in one go.
///
/// # Errors
/// The database's.
pub async fn due(services: &Services) -> Result<Vec<Due>, Error> {
    let waiting = mails::due(services.database.reader(), services.now(), services.mail.batch_mails).await?;
    Ok(waiting.into_iter().map(Due).collect())
}

/// What came of an attempt to take a mail.
pub enum Taken {
    /// It is this process's to send.
    Parcel(Box<Parcel>),
    /// Another process was faster.
    Elsewhere,
    /// It is of no use any more, and was given up.
    GivenUp {
        /// Its number.
        number: i64,
        /// Why.
        reason: &'static str,
    },
}

/// Takes a mail for `mail.lease_seconds`.
///
/// # Errors
/// The database's.
pub async fn take(services: &Services, Due(mail): &Due) -> Result<Taken, Error> {
    let now = services.now();
    let until = now.plus_seconds(i64::from(services.mail.lease_seconds));
    let taken: bool = in_transaction!(services.database, |transaction| Ok::<_, Error>(mails::take(&transaction, mail, now, until).await?))?;
    if !taken {
        return Ok(Taken::Elsewhere);
    }
    let attempt = mail.attempts + 1;
    let reason = match open(services, mail) {
        _ if mail.expires_at <= now => "its link has ended",
        _ if attempt > i64::from(services.mail.attempts) => "the process that tried it last has vanished",
        None => "it cannot be opened: the signing key was changed, or the database was",
        Some(letter) => return Ok(Taken::Parcel(Box::new(Parcel { letter, attempt, expires_at: mail.expires_at }))),
    };
    note(services, (mail.id, attempt), Outcome::GivenUp { failure: reason }).await?;
    Ok(Taken::GivenUp { number: mail.id, reason })
}

fn open(services: &Services, mail: &Waiting) -> Option<Letter> {
    let Enclosure { address, token } = services.mail_vault.open(&mail.data, mail.account_id).ok()?;
    let minutes = services.mailed_links.minutes(mail.kind);
    let with = Particulars { product: &services.mail.product, base: &services.link_base, token: &token, username: &mail.username, minutes };
    let (subject, text) = mail.kind.words(with);
    Some(Letter { number: mail.id, kind: mail.kind, to: address, at: mail.created_at, subject, text })
}

/// Notes what came of a mail that was taken: after each failure the pause doubles, until it was tried `mail.attempts` times or its link has ended.
///
/// # Errors
/// The database's.
pub async fn tell(services: &Services, parcel: &Parcel, told: Told<'_>) -> Result<Fate, Error> {
    let (fate, outcome) = match told {
        Told::Sent => (Fate::Sent, Outcome::Sent),
        Told::Refused(failure) => (Fate::GivenUp, Outcome::GivenUp { failure }),
        Told::Failed(failure) => {
            let due_at = services.now().plus_seconds(pause(services.mail.retry_seconds, parcel.attempt));
            if parcel.attempt >= i64::from(services.mail.attempts) || due_at >= parcel.expires_at {
                (Fate::GivenUp, Outcome::GivenUp { failure })
            } else {
                (Fate::Postponed, Outcome::Later { failure, due_at })
            }
        }
    };
    let noted = note(services, (parcel.letter.number, parcel.attempt), outcome).await?;
    Ok(if noted { fate } else { Fate::Lost })
}

async fn note(services: &Services, (id, attempt): (i64, i64), outcome: Outcome<'_>) -> Result<bool, Error> {
    let now = services.now();
    in_transaction!(services.database, |transaction| Ok::<_, Error>(mails::note(&transaction, id, attempt, outcome, now).await?))
}
