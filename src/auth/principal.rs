//! Who is calling.

use std::collections::BTreeSet;

use crate::domain::accounts::{Role, Scope};
use crate::domain::refusal::Refusal;

/// The caller of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Principal {
    /// Nobody signed in.
    Anonymous,
    /// Somebody with a live session.
    SignedIn(Caller),
}

/// A caller with a live session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The login.
    pub account_id: i64,
    /// The session's public name: the `sid` claim.
    pub sid: String,
    /// What kind of user.
    pub role: Role,
    /// An operator's powers; an owner has all without listing them.
    pub scopes: BTreeSet<Scope>,
    /// The caller's own partner, if there is one.
    pub partner_id: Option<i64>,
    /// That partner's sponsor.
    pub sponsor_id: Option<i64>,
}

impl Principal {
    /// The signed-in caller, if there is one.
    #[must_use]
    pub fn caller(&self) -> Option<&Caller> {
        match self {
            Self::Anonymous => None,
            Self::SignedIn(caller) => Some(caller),
        }
    }
}

impl Caller {
    /// Whether the caller holds a power.
    #[must_use]
    pub fn has(&self, scope: Scope) -> bool {
        match self.role {
            Role::Owner => true,
            Role::Operator => self.scopes.contains(&scope),
            Role::Member => false,
        }
    }

    /// Demands an owner.
    ///
    /// # Errors
    /// [`Refusal::OwnerOnly`]
    pub fn require_owner(&self) -> Result<(), Refusal> {
        if self.role == Role::Owner { Ok(()) } else { Err(Refusal::OwnerOnly) }
    }

    /// Demands a power.
    ///
    /// # Errors
    /// [`Refusal::ScopeMissing`]
    pub fn require(&self, scope: Scope) -> Result<(), Refusal> {
        if self.has(scope) { Ok(()) } else { Err(Refusal::ScopeMissing { scope: scope.code() }) }
    }
}
