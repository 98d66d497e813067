//! Payouts handed to the bank together, by a file.

use serde_json::json;

use super::steps::{By, Step, advance, operator};
use crate::auth::principal::{Caller, Principal};
use crate::commands::{Error, Services};
use crate::domain::payouts::{Instruction, Payout};
use crate::store::audit::{self, Entry};
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

/// Takes approved payouts without a problem into a batch, those first that wait the longest, and notes that the operator handed them to the bank; nothing
/// where none waits. Payouts of the operator's own are left to others. For operators with the scope `payouts` who work at the machine.
///
/// # Errors
/// [`Error::Unauthenticated`], [`Refusal::ScopeMissing`](crate::domain::refusal::Refusal::ScopeMissing); the database's, or details that cannot be opened:
/// nothing was changed then.
pub async fn start_batch(services: &Services, principal: &Principal) -> Result<Option<Batch>, Error> {
    let caller = operator(principal)?;
    let batch = in_transaction!(services.database, |transaction| start(services, &transaction, caller).await)?;
    services.wake();
    Ok(batch)
}

async fn start(services: &Services, transaction: &Transaction, caller: &Caller) -> Result<Option<Batch>, Error> {
    let now = services.now();
    let approved = payouts::hold_approved(transaction, services.payout.batch_payouts, caller.partner_id).await?;
    if approved.is_empty() {
        return Ok(None);
    }
    let number = payout_changes::begin_batch(transaction, now).await?;
    for mut payout in approved {
        payout.batch_id = Some(number);
        let step = Step::starting(payout.id);
        advance(transaction, payout, By::Operator(caller), &step, now).await?;
    }
    // Opened before the end of the transaction: a batch that cannot be written is none.
    let instructions = open(services, payouts::of_batch(transaction, number).await?)?;
    Ok(Some(Batch { number, instructions }))
}

/// What is still with the bank of a batch that was started before, so that nothing is paid twice; nothing where nothing is. The audit trail says who had
/// the bank details written again. For operators with the scope `payouts` who work at the machine.
///
/// # Errors
/// As [`start_batch`].
pub async fn read_batch(services: &Services, principal: &Principal, number: i64) -> Result<Option<Batch>, Error> {
    let caller = operator(principal)?;
    let instructions = open(services, payouts::of_batch(services.database.reader(), number).await?)?;
    if instructions.is_empty() {
        return Ok(None);
    }
    let (now, detail) = (services.now(), json!({ "batch": number, "payouts": instructions.len() }).to_string());
    let subject = format!("payout_batch:{number}");
    let entry = Entry { account_id: Some(caller.account_id), action: "readPayoutBatch", subject: &subject, detail: &detail, at: now };
    in_transaction!(services.database, |transaction| Ok::<_, Error>(audit::append(&transaction, &entry).await?))?;
    Ok(Some(Batch { number, instructions }))
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
