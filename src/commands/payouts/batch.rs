//! Payouts handed to the bank together, by a file.

use super::steps::{By, Step, advance};
use crate::commands::{Error, Services};
use crate::domain::payouts::{Instruction, Payout};
use crate::store::database::{Transaction, in_transaction};
use crate::store::{payout_changes, payouts};

/// Payouts handed to the bank together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Its number.
    pub number: i64,
    /// What the bank is to do, in the order of the payouts' numbers.
    pub instructions: Vec<Instruction>,
}

/// Takes approved payouts without a problem into a batch, those first that wait the longest, and notes that they were handed to the bank; nothing where none waits. For
/// who works at the machine.
///
/// # Errors
/// The database's, or details that cannot be opened: nothing was changed then.
pub async fn start_batch(services: &Services) -> Result<Option<Batch>, Error> {
    let batch = in_transaction!(services.database, |transaction| start(services, &transaction).await)?;
    services.wake();
    Ok(batch)
}

async fn start(services: &Services, transaction: &Transaction) -> Result<Option<Batch>, Error> {
    let now = services.now();
    let approved = payouts::hold_approved(transaction, services.payout.batch_payouts).await?;
    if approved.is_empty() {
        return Ok(None);
    }
    let number = payout_changes::begin_batch(transaction, now).await?;
    for mut payout in approved {
        payout.batch_id = Some(number);
        let step = Step::starting(payout.id);
        advance(transaction, payout, By::Machine, &step, now).await?;
    }
    // Opened before the end of the transaction: a batch that cannot be written is none.
    let instructions = open(services, payouts::of_batch(transaction, number).await?)?;
    Ok(Some(Batch { number, instructions }))
}

/// What is still with the bank of a batch that was started before, so that nothing is paid twice; nothing where nothing is. For who works at the machine.
///
/// # Errors
/// The database's, or details that cannot be opened.
pub async fn read_batch(services: &Services, number: i64) -> Result<Option<Batch>, Error> {
    let instructions = open(services, payouts::of_batch(services.database.reader(), number).await?)?;
    Ok((!instructions.is_empty()).then_some(Batch { number, instructions }))
}

/// The number of the latest batch.
///
/// # Errors
/// The database's.
pub async fn last_batch(services: &Services) -> Result<Option<i64>, Error> {
    Ok(payouts::last_batch(services.database.reader()).await?)
}

fn open(services: &Services, sealed: Vec<(Payout, Vec<u8>)>) -> Result<Vec<Instruction>, Error> {
    let open = |(payout, sealed): (Payout, Vec<u8>)| {
        let details = services.vault.open(&sealed, payout.partner_id)?;
        Ok(Instruction { payout, details })
    };
    sealed.into_iter().map(open).collect()
}
