//! What the server does by itself: adds new volume to that of the lines above.

use super::{Error, Services};
use crate::store::database::in_transaction;
use crate::store::folding;

/// Events folded in one transaction at most.
const BATCH: u32 = 500;

/// Folds all volume events that wait for it; gives how many. A batch that cannot be folded is tried in halves.
///
/// # Errors
/// The database's, for a single event; what was folded before stays folded.
pub async fn fold_volumes(services: &Services) -> Result<u64, Error> {
    let (mut all, mut batch) = (0, BATCH);
    loop {
        let folded: Result<u32, Error> = in_transaction!(services.database, |transaction| Ok(folding::fold(&transaction, batch).await?));
        match folded {
            Ok(folded) if folded < batch => return Ok(all + u64::from(folded)),
            Ok(folded) => all += u64::from(folded),
            Err(_) if batch > 1 => batch /= 2,
            Err(error) => return Err(error),
        }
    }
}
