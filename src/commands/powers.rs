//! Who may do what operators and programs do.

use super::Error;
use crate::auth::principal::{Caller, Principal};
use crate::domain::accounts::{Role, Scope};
use crate::domain::refusal::Refusal;
use crate::store::accounts;
use crate::store::database::Transaction;

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
    if caller.partner_id != Some(partner) {
        return Ok(());
    }
    if caller.role == Role::Owner && !accounts::others_hold(transaction, caller.account_id, scopes).await? {
        return Ok(());
    }
    Err(Refusal::OwnMoney.into())
}
