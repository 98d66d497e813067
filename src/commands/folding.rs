//! What the server does by itself: adds new volume to that of the lines above.

use super::{Error, Services};
use crate::store::database::in_transaction;
use crate::store::folding;

/// Events folded in one transaction at most.
const BATCH: u32 = 500;

/// What a round of folding came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Folded {
    /// Events that were added to the lines above.
    pub events: u64,
    /// Events that were set aside, because somebody's volume would not fit any more.
    pub set_aside: u64,
}

/// Folds all volume events that wait for it. A batch that cannot be folded is tried in halves; an event that does not fit by itself is set aside, for
/// operators to look into, and the others go on.
///
/// # Errors
/// The database's; what was folded before stays folded.
pub async fn fold_volumes(services: &Services) -> Result<Folded, Error> {
    let (mut all, mut batch) = (Folded::default(), BATCH);
    loop {
        let mut waiting = Vec::new();
        let outcome: Result<(), Error> = in_transaction!(services.database, |transaction| {
            waiting = folding::waiting(&transaction, batch).await?;
            Ok(folding::fold(&transaction, &waiting).await?)
        });
        match (outcome, waiting.as_slice()) {
            (Ok(()), folded) => {
                all.events += folded.len() as u64;
                if folded.len() < batch as usize {
                    return Ok(all);
                }
                batch = (batch * 2).min(BATCH);
            }
            (Err(_), _) if batch > 1 => batch /= 2,
            (Err(Error::Store(error)), [event]) if error.is_out_of_range() => all.set_aside += set_aside(services, *event).await?,
            (Err(error), _) => return Err(error),
        }
    }
}

/// How many events were still waiting: another process may have been faster.
async fn set_aside(services: &Services, event: i64) -> Result<u64, Error> {
    let aside: Result<bool, Error> =
        in_transaction!(services.database, |transaction| Ok(folding::set_aside(&transaction, event, services.now()).await?));
    aside.map(u64::from)
}
