//! What is left on e-pins whose time is over falls to the company, also where they are blocked.

use crate::commands::{Error, Services, money};
use crate::domain::amount::Amount;
use crate::domain::ledger::{Account, Book, Journal, JournalKind};
use crate::events::EpinChanged;
use crate::store::database::{Transaction, in_transaction};
use crate::store::{epin_changes, epins, events};

/// Pins cleared in one transaction.
const BATCH: u32 = 200;

/// Clears e-pins whose time is over, in transactions of bounded size; gives how many. Any number of processes may do it at once.
///
/// # Errors
/// The database's; what was cleared before stays so.
pub async fn retire_epins(services: &Services) -> Result<u64, Error> {
    let mut retired = 0;
    loop {
        let batch = in_transaction!(services.database, |transaction| retire(services, &transaction).await)?;
        retired += u64::from(batch);
        if batch < BATCH {
            return Ok(retired);
        }
        services.wake();
    }
}

async fn retire(services: &Services, transaction: &Transaction) -> Result<u32, Error> {
    let now = services.now();
    let over = epins::hold_expired(transaction, now, BATCH).await?;
    let Some(first) = over.first() else { return Ok(0) };
    let mut journal = Journal::new(JournalKind::EpinRetirement, first.currency, "epins".to_owned());
    for pin in &over {
        journal = journal.transfer(Account::Company(Book::EpinLiability), Account::Company(Book::Breakage), pin.remaining)?;
        events::append(transaction, &EpinChanged { epin: pin.id, owner: pin.owner_id }.into(), now).await?;
    }
    money::post(transaction, Ok(journal), now).await?;
    epin_changes::expire(transaction, &over.iter().map(|pin| pin.id).collect::<Vec<_>>()).await?;
    debug_assert!(over.iter().all(|pin| pin.remaining > Amount::ZERO && pin.currency == first.currency), "one network, one currency");
    Ok(u32::try_from(over.len()).unwrap_or(BATCH))
}
