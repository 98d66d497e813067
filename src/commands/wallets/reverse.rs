//! reverseJournal

use serde_json::json;

use crate::auth::principal::{Caller, Principal};
use crate::commands::idempotency::Repeatable;
use crate::commands::money::{self, check_reason};
use crate::commands::powers::forbid_own;
use crate::commands::{Error, Services};
use crate::domain::accounts::Scope;
use crate::domain::ledger::{Account, Journal};
use crate::domain::refusal::Refusal;
use crate::store::audit::{self, Entry};
use crate::store::database::{Transaction, in_transaction};
use crate::store::ledger;

/// An operator takes a journal back that should not have been.
#[derive(Clone, Debug)]
pub struct ReverseJournal {
    /// The number of the journal.
    pub journal: i64,
    /// Why, in words: the partners whose wallets it moved read it.
    pub reason: String,
    /// Makes the act repeatable.
    pub idempotency_key: Option<String>,
}

/// Takes a credit, a debit or a transfer back, with its fee, by a journal that says so; gives that journal's number. The journal itself stays. For operators
/// with the scope `payouts`.
///
/// # Errors
/// [`Error::Unauthenticated`]; [`Refusal`], looked for in this order: `ScopeMissing`, `InvalidReason`, `InvalidIdempotencyKey`, `IdempotencyConflict`,
/// `JournalUnknown`, `OwnMoney`, `JournalNotReversible`, `JournalReversed`, `InsufficientFunds` (where the money is spent already), `WalletFull`, `WalletClosed`.
pub async fn reverse_journal(services: &Services, principal: &Principal, input: &ReverseJournal) -> Result<i64, Error> {
    let caller = principal.caller().ok_or(Error::Unauthenticated)?;
    caller.require(Scope::Payouts)?;
    check_reason(&input.reason)?;
    let (who, key) = (format!("account:{}", caller.account_id), input.idempotency_key.as_deref());
    let repeatable = Repeatable::new(services, who, "reverseJournal", key, &(input.journal, &input.reason))?;
    let journal = in_transaction!(services.database, |transaction| write(services, &transaction, caller, input, &repeatable).await)?;
    services.wake();
    Ok(journal)
}

async fn write(
    services: &Services,
    transaction: &Transaction,
    caller: &Caller,
    input: &ReverseJournal,
    repeatable: &Repeatable,
) -> Result<i64, Error> {
    let now = services.now();
    if let Some(journal) = repeatable.claim(transaction, now).await? {
        return Ok(journal);
    }
    let written = ledger::find(transaction, input.journal).await?.ok_or(Refusal::JournalUnknown)?;
    for (account, _) in &written.postings {
        if let Account::Partner(partner, _) = account {
            forbid_own(transaction, caller, (*partner, &[Scope::Payouts])).await?;
        }
    }
    if !written.kind.is_reversible() {
        return Err(Refusal::JournalNotReversible { kind: written.kind }.into());
    }
    if written.reversed_by.is_some() {
        return Err(Refusal::JournalReversed.into());
    }
    let (subject, reason) = (format!("journal:{}", input.journal), input.reason.trim());
    let journal = Journal::reversing(input.journal, written.currency, written.subject, &written.postings)?;
    let posted = money::post(transaction, Ok(journal.by(Some(caller.account_id), Some(reason.to_owned()))), now).await;
    let number = posted.map_err(|error| match error {
        // A rival came first; SQLite names the column.
        Error::Store(error) if error.violates(&["journals_reversed_once", "journals.reverses_id"]) => Refusal::JournalReversed.into(),
        error => error,
    })?;
    let detail = json!({ "journal": number, "kind": written.kind.code(), "reason": reason }).to_string();
    let entry = Entry { account_id: Some(caller.account_id), action: "reverseJournal", subject: &subject, detail: &detail, at: now };
    audit::append(transaction, &entry).await?;
    repeatable.settle(transaction, &number).await?;
    Ok(number)
}
