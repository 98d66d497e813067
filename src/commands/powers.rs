//! Who may do what operators and programs do.

use super::Error;
use crate::auth::principal::{Caller, Principal};
use crate::domain::accounts::Scope;
use crate::domain::refusal::Refusal;

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
