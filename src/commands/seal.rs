//! What the server does by itself: seals the ledger's journals into their chain.

use super::{Error, Services};
use crate::store::database::in_transaction;
use crate::store::ledger::{self, Head};

/// Journals sealed in one transaction.
const BATCH: u32 = 500;

/// Seals all journals that wait for it; gives how many, and where the chain ends then.
///
/// # Errors
/// The database's; what was sealed before stays sealed.
pub async fn seal_journals(services: &Services) -> Result<(u64, Head), Error> {
    let mut all = 0;
    loop {
        let (sealed, head): (u32, Head) =
            in_transaction!(services.database, |transaction| Ok::<_, Error>(ledger::seal(&transaction, BATCH).await?))?;
        all += u64::from(sealed);
        if sealed < BATCH {
            return Ok((all, head));
        }
    }
}
