//! Who may do what operators and programs do.

use super::Error;
use crate::auth::principal::{Caller, Principal};
use crate::domain::accounts::{Role, Scope};
use crate::domain::refusal::Refusal;
use crate::store::database::Transaction;
use crate::store::{accounts, epins};

/// The caller of an act that is for programs as well: an application with the first scope, or an operator with any of the others. Acts that are not for
/// programs ask for [`Principal::caller`] instead.
pub(super) fn empowered<'a>(principal: &'a Principal, of_programs: Scope, of_operators: &[Scope]) -> Result<&'a Caller, Error> {
    let caller = principal.anyone().ok_or(Error::Unauthenticated)?;
    let (enough, named) = match (principal.application(), of_operators) {
        (None, [first, ..]) => (of_operators, *first),
        _ => (&[of_programs][..], of_programs),
    };
    if enough.iter().any(|scope| caller.has(*scope)) { Ok(caller) } else { Err(Refusal::ScopeMissing { scope: named.code() }.into()) }
}

/// Refuses what staff would do with money or volume of their own: the partner whom an act is about must be somebody else's, but for an owner while nobody else
/// of the staff holds one of the scopes that the act needs.
pub(super) async fn forbid_own(transaction: &Transaction, caller: &Caller, (partner, scopes): (i64, &[Scope])) -> Result<(), Error> {
    if caller.partner_id != Some(partner) || is_alone(transaction, (caller.account_id, caller.role), scopes).await? {
        return Ok(());
    }
    Err(Refusal::OwnMoney.into())
}

/// Refuses that somebody of the staff uses an e-pin that the same person has made, for the same reason and with the same exception.
pub(super) async fn forbid_own_pin(transaction: &Transaction, batch: i64, user: i64) -> Result<(), Error> {
    match epins::issuer(transaction, batch, user).await? {
        Some(issuer) if !is_alone(transaction, issuer, &[Scope::Payouts]).await? => Err(Refusal::OwnMoney.into()),
        _ => Ok(()),
    }
}

async fn is_alone(transaction: &Transaction, (account, role): (i64, Role), scopes: &[Scope]) -> Result<bool, Error> {
    Ok(role == Role::Owner && !accounts::others_hold(transaction, account, scopes).await?)
}
