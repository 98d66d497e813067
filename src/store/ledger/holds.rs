//! Money set aside: the pocket HELD of a partner is the sum of the open holds.

use crate::domain::amount::Amount;
use crate::domain::currency::Currency;
use crate::domain::instant::Instant;
use crate::store::database::Transaction;
use crate::store::error::Error;
use crate::store::sql::Sql;

/// Money to be set aside.
#[derive(Clone, Copy, Debug)]
pub struct Hold<'a> {
    /// Whose.
    pub partner: i64,
    /// Of what.
    pub currency: Currency,
    /// How much.
    pub amount: Amount,
    /// For what: `payout:3`.
    pub subject: &'a str,
}

/// How a hold ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The money went where it was meant to go.
    Posted,
    /// It is available again.
    Voided,
}

/// Opens a hold for a subject (`payout:3`), which has one at most. The caller moves the money.
///
/// # Errors
/// The database's; `holds_subject_unique`.
pub async fn open(transaction: &Transaction, hold: &Hold<'_>, at: Instant) -> Result<(), Error> {
    let Hold { partner, currency, amount, subject } = *hold;
    let sql = "INSERT INTO holds (partner_id, currency, amount, subject, state, created_at) VALUES ($1, $2, $3, $4, 'OPEN', $5)";
    let values = [partner.into(), currency.code().into(), amount.units().into(), subject.into(), at.nanos().into()];
    Sql::whole(transaction, sql, values).execute(transaction).await.map(drop)
}

/// Ends the open hold of a subject. `false` where there is none.
///
/// # Errors
/// The database's.
pub async fn end(transaction: &Transaction, subject: &str, end: End, at: Instant) -> Result<bool, Error> {
    let state = match end {
        End::Posted => "POSTED",
        End::Voided => "VOIDED",
    };
    let sql = "UPDATE holds SET state = $2, ended_at = $3 WHERE subject = $1 AND state = 'OPEN'";
    Ok(Sql::whole(transaction, sql, [subject.into(), state.into(), at.nanos().into()]).execute(transaction).await? == 1)
}
