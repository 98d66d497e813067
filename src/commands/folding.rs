//! What the server does by itself: adds new volume to that of the lines above.

use super::{Error, Services};
use crate::store::database::in_transaction;
use crate::store::folding;

/// Events folded in one transaction.
const BATCH: u32 = 500;

/// Folds all volume events that wait for it; gives how many.
///
/// # Errors
/// The database's; what was folded before stays folded.
pub async fn fold_volumes(services: &Services) -> Result<u64, Error> {
    let mut all = 0;
    loop {
        let folded: u32 = in_transaction!(services.database, |transaction| Ok::<_, Error>(folding::fold(&transaction, BATCH).await?))?;
        all += u64::from(folded);
        if folded < BATCH {
            return Ok(all);
        }
    }
}
