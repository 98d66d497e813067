//! Payouts that a rail carries: take one for a time, hand it over or ask for it, say what came of it. No transaction is open meanwhile.
//!
//! A payout is PROCESSING before it is handed over, so that a process that vanishes leaves one that is asked for, never one that is paid twice.

use serde_json::json;

use super::problem::{ask_again_at, contradict, is_contradicted, mark, named, was_spoken_of};
use super::result::{Taken, step, write};
use super::steps::{By, Step, advance};
use crate::commands::money::check_reference;
use crate::commands::retries::pause;
use crate::commands::{Error, Services};
use crate::domain::instant::Instant;
pub use crate::domain::payouts::Told;
use crate::domain::payouts::{BankResult, BankWord, Instruction, Payout, PayoutStatus, Problem, ProblemKind};
use crate::domain::refusal::Refusal;
use crate::store::audit::{self, Entry};
use crate::store::database::{Transaction, in_transaction};
pub use crate::store::payouts::Due;
use crate::store::{payout_changes, payouts};

/// Why a payout cannot be handed over, or asked for.
const UNREADABLE: &str = "its details cannot be opened: was auth.signing_key changed?";

/// Payouts of each sort in one look at what waits.
const MOST: u32 = 100;

/// A payout that this process may turn to the rail for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Errand {
    /// What the bank is to do.
    pub instruction: Instruction,
    /// The number of this try. From the second on the rail may have it already: it is asked before anything is handed over.
    pub attempt: i64,
}

/// What a word of the bank did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// The payout took its last step.
    Now,
    /// It had been said before: nothing was changed.
    Before,
    /// The payout stands elsewhere, or the bank said before that it has paid: it stays as it is, and the contradiction was noted for the operators.
    Contradicts(PayoutStatus),
    /// There is no such payout.
    Unknown,
}

/// What the rail should be turned to for now.
///
/// # Errors
/// The database's.
pub async fn due(services: &Services) -> Result<Vec<Due>, Error> {
    Ok(payouts::due_for_rail(services.database.reader(), services.now(), MOST).await?)
}

/// Takes a payout for `payout.rail_lease_seconds`: an approved one is PROCESSING then. `None` where another process was faster, or something else became of
/// the payout.
///
/// # Errors
/// The database's, or details that cannot be opened: nothing was changed then.
pub async fn take(services: &Services, due: Due) -> Result<Option<Errand>, Error> {
    let errand = in_transaction!(services.database, |transaction| take_in(services, &transaction, due).await)?;
    if errand.is_some() {
        services.wake();
    }
    Ok(errand)
}

async fn take_in(services: &Services, transaction: &Transaction, due: Due) -> Result<Option<Errand>, Error> {
    let now = services.now();
    let held = payouts::hold(transaction, due.number).await?.filter(|payout| payout.rail_attempts == due.attempts);
    let Some(mut payout) = held.filter(|payout| is_due(payout, now)) else { return Ok(None) };
    payout.rail_attempts += 1;
    payout.rail_due_at = Some(now.plus_seconds(i64::from(services.payout.rail_lease_seconds)));
    if payout.status == PayoutStatus::Approved {
        let step = Step::starting(payout.id);
        payout = advance(transaction, payout, By::Machine, &step, now).await?;
    } else {
        payout_changes::update(transaction, &payout).await?;
    }
    let sealed = payouts::details(transaction, payout.id).await?.ok_or(Refusal::PayoutUnknown)?;
    let details = services.vault.open(&sealed, payout.partner_id)?;
    Ok(Some(Errand { attempt: payout.rail_attempts, instruction: Instruction { payout, details } }))
}

fn is_due(payout: &Payout, now: Instant) -> bool {
    match payout.status {
        // What the bank has spoken of before it was handed over is for an operator to look into.
        PayoutStatus::Approved => payout.problem.is_none(),
        PayoutStatus::Processing => payout.rail_due_at.is_some_and(|due_at| due_at <= now),
        _ => false,
    }
}

/// Notes what came of a payout that was taken, and when the rail is turned to again: the pause doubles from `payout.rail_ask_seconds` on. `false` where the
/// payout has ended, or another process has it by now.
///
/// # Errors
/// The database's.
pub async fn tell(services: &Services, errand: &Errand, told: Told<'_>) -> Result<bool, Error> {
    let (number, attempt) = (errand.instruction.payout.id, errand.attempt);
    let now = services.now();
    let due_at = now.plus_seconds(pause(services.payout.rail_ask_seconds, attempt));
    let noted = in_transaction!(services.database, |transaction| {
        let held = payouts::hold(&transaction, number).await?.filter(|payout| payout.status == PayoutStatus::Processing);
        let Some(mut payout) = held.filter(|payout| payout.rail_attempts == attempt) else { return Ok(false) };
        payout.rail_due_at = Some(due_at);
        if told == Told::Carried {
            payout.rail_carried_at = payout.rail_carried_at.or(Some(now));
        }
        let problem = Problem::after(payout.problem.clone(), told);
        mark(&transaction, payout, problem, now).await?;
        Ok::<_, Error>(true)
    })?;
    services.wake();
    Ok(noted)
}

/// Notes for the operators that a payout's details cannot be opened. An approved one is not taken again. One that the rail has, or may have, is asked for
/// later: that nobody can ask says as little of the bank as a silence does.
///
/// # Errors
/// The database's.
pub async fn unreadable(services: &Services, number: i64) -> Result<(), Error> {
    let now = services.now();
    in_transaction!(services.database, |transaction| {
        let Some(mut payout) = payouts::hold(&transaction, number).await? else { return Ok(()) };
        let problem = if payout.is_with_rail() {
            Problem::after(payout.problem.clone(), Told::Silent(UNREADABLE))
        } else {
            Some(Problem::new(ProblemKind::Unreadable, UNREADABLE))
        };
        payout.rail_due_at = ask_again_at(services, &payout, now);
        mark(&transaction, payout, problem, now).await
    })?;
    services.wake();
    Ok(())
}

/// Notes for the operators, and in the audit trail, what the bank said and the books do not take. It stays until the payout ends or an operator clears it:
/// the rail may not say it again. What it carries is asked for later all the same.
///
/// # Errors
/// The database's.
pub async fn not_booked(services: &Services, word: &BankWord, cause: &str) -> Result<(), Error> {
    let (now, result) = (services.now(), word.result);
    let kind = match result {
        BankResult::Completed => ProblemKind::PaidNotBooked,
        BankResult::Failed => ProblemKind::UnpaidNotBooked,
    };
    let reference = word.reference.as_deref().filter(|reference| check_reference(reference).is_ok());
    let problem = Problem::new(kind, format!("the bank says {result}{}, which cannot be booked: {cause}", named(reference)));
    in_transaction!(services.database, |transaction| {
        let Some(mut payout) = payouts::hold(&transaction, word.payout).await? else { return Ok(()) };
        if is_contradicted(&payout, result) {
            return contradict(services, &transaction, By::Machine, payout, (result, reference)).await;
        }
        was_spoken_of(services, &mut payout, now);
        if payout.problem.as_ref() != Some(&problem) {
            let detail =
                json!({ "partner": payout.partner_id, "result": result.code(), "reference": reference, "cause": cause }).to_string();
            let subject = payout.subject();
            let entry = Entry { account_id: None, action: "leaveResultUnbooked", subject: &subject, detail: &detail, at: now };
            audit::append(&transaction, &entry).await?;
        }
        mark(&transaction, payout, Some(problem.clone()), now).await
    })?;
    services.wake();
    Ok(())
}

/// Ends a payout as the bank says. What it said before has no second effect; what contradicts the known end, or a payment that could not be booked, changes
/// nothing but the payout's `problem`, and stands in the audit trail. A reference that cannot be kept is left out.
///
/// # Errors
/// The database's.
pub async fn hear(services: &Services, word: &BankWord) -> Result<Heard, Error> {
    let plain = BankWord { reference: None, ..word.clone() };
    let step = step(word).or_else(|_| step(&plain))?;
    let heard = in_transaction!(services.database, |transaction| hear_in(services, &transaction, word, &step).await)?;
    services.wake();
    Ok(heard)
}

async fn hear_in(services: &Services, transaction: &Transaction, word: &BankWord, step: &Step<'_>) -> Result<Heard, Error> {
    match write(services, transaction, By::Machine, (word.result, step)).await {
        Ok(Taken::Now) => Ok(Heard::Now),
        Ok(Taken::Before) => Ok(Heard::Before),
        Ok(Taken::Contradicts) => Ok(Heard::Contradicts(PayoutStatus::Processing)),
        Err(Error::Refused(Refusal::PayoutUnknown)) => Ok(Heard::Unknown),
        // Refused before anything was written.
        Err(Error::Refused(Refusal::PayoutMovedOn { status })) => {
            if let Some(payout) = payouts::hold(transaction, word.payout).await? {
                contradict(services, transaction, By::Machine, payout, (word.result, step.reference)).await?;
            }
            Ok(Heard::Contradicts(status))
        }
        Err(error) => Err(error),
    }
}
