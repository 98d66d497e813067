//! Who may do what an operator does.

use super::Error;
use crate::auth::principal::{Caller, Principal};
use crate::domain::accounts::Scope;
use crate::domain::refusal::Refusal;

/// The person or application that is calling, if it has one of these scopes; the first is the one that a refusal names. Acts that are not for applications
/// ask for [`Principal::caller`] instead.
pub(super) fn empowered<'a>(principal: &'a Principal, scopes: &[Scope]) -> Result<&'a Caller, Error> {
    let caller = principal.anyone().ok_or(Error::Unauthenticated)?;
    if scopes.iter().any(|scope| caller.has(*scope)) {
        return Ok(caller);
    }
    let scope = scopes.first().map_or("", |scope| scope.code());
    Err(Refusal::ScopeMissing { scope }.into())
}
