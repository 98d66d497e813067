//! blockAccount, unblockAccount

use serde_json::json;

use crate::auth::principal::{Caller, Principal};
use crate::commands::{Error, Services, money};
use crate::domain::accounts::{AccountStatus, Role, Scope};
use crate::domain::instant::Instant;
use crate::domain::refusal::Refusal;
use crate::events::{AccountBlocked, AccountUnblocked};
use crate::store::accounts::{self, Credentials, Login};
use crate::store::audit::{self, Entry};
use crate::store::database::{Transaction, in_transaction};
use crate::store::sessions::SessionEnd;
use crate::store::{account_changes, events, mailed_links, mails, sessions};

/// An operator decides whether an account may sign in.
#[derive(Clone, Debug)]
pub struct Block {
    /// User name, in any case.
    pub username: String,
    /// Why, in 1 to 200 characters; it stands in the audit trail.
    pub reason: String,
}

/// Bars an account: its sessions and links end at once, and its mails are not sent. For operators with the scope `network`; an owner only by another one.
///
/// # Errors
/// [`Error::Unauthenticated`]; [`Refusal`], looked for in this order: `ScopeMissing`, `InvalidReason`, `AccountUnknown`, `OwnAccount`, `OwnerAccount`,
/// `AccountMovedOn`.
pub async fn block_account(services: &Services, principal: &Principal, input: &Block) -> Result<AccountStatus, Error> {
    let caller = operator(principal, input)?;
    let status = in_transaction!(services.database, |transaction| bar(services, &transaction, caller, input).await)?;
    services.wake();
    Ok(status)
}

/// Lets a blocked account in again. For operators with the scope `network`; an owner only by another one.
///
/// # Errors
/// As [`block_account`].
pub async fn unblock_account(services: &Services, principal: &Principal, input: &Block) -> Result<AccountStatus, Error> {
    let caller = operator(principal, input)?;
    let status = in_transaction!(services.database, |transaction| admit(services, &transaction, caller, input).await)?;
    services.wake();
    Ok(status)
}

fn operator<'a>(principal: &'a Principal, input: &Block) -> Result<&'a Caller, Error> {
    let caller = principal.caller().ok_or(Error::Unauthenticated)?;
    caller.require(Scope::Network)?;
    money::check_reason(&input.reason)?;
    Ok(caller)
}

async fn bar(services: &Services, transaction: &Transaction, caller: &Caller, input: &Block) -> Result<AccountStatus, Error> {
    let (now, account) = (services.now(), target(transaction, caller, input).await?);
    let id = account.account_id;
    if !account_changes::block(transaction, id).await? {
        return Err(Refusal::AccountMovedOn { status: "blocked" }.into());
    }
    sessions::end_others(transaction, id, None, SessionEnd::Blocked, now).await?;
    mailed_links::void(transaction, id, None, now).await?;
    mails::give_up_all(transaction, id, "the account was blocked", now).await?;
    record(transaction, caller, ("blockAccount", id, &input.reason), now).await?;
    events::append(transaction, &AccountBlocked { account: id }.into(), now).await?;
    Ok(AccountStatus::Blocked)
}

async fn admit(services: &Services, transaction: &Transaction, caller: &Caller, input: &Block) -> Result<AccountStatus, Error> {
    let (now, account) = (services.now(), target(transaction, caller, input).await?);
    let id = account.account_id;
    if !account_changes::unblock(transaction, id).await? {
        return Err(Refusal::AccountMovedOn { status: "open" }.into());
    }
    record(transaction, caller, ("unblockAccount", id, &input.reason), now).await?;
    events::append(transaction, &AccountUnblocked { account: id }.into(), now).await?;
    Ok(if account.password_hash.is_some() { AccountStatus::Active } else { AccountStatus::Dormant })
}

/// The account that is meant, if it is the caller's to decide about. A user name has no `@`, so an address names nobody here.
async fn target(transaction: &Transaction, caller: &Caller, input: &Block) -> Result<Credentials, Error> {
    let found = accounts::credentials(transaction, Login::Typed(&input.username)).await?;
    let account = found.filter(|_| !input.username.contains('@')).ok_or(Refusal::AccountUnknown)?;
    if account.account_id == caller.account_id {
        return Err(Refusal::OwnAccount.into());
    }
    if account.role == Role::Owner && caller.role != Role::Owner {
        return Err(Refusal::OwnerAccount.into());
    }
    Ok(account)
}

async fn record(transaction: &Transaction, caller: &Caller, (action, id, reason): (&str, i64, &str), at: Instant) -> Result<(), Error> {
    let (subject, detail) = (format!("account:{id}"), json!({ "reason": reason.trim() }).to_string());
    Ok(audit::append(transaction, &Entry { account_id: Some(caller.account_id), action, subject: &subject, detail: &detail, at }).await?)
}
