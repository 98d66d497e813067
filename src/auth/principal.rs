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
    /// A program with a key of its own.
    Application {
        /// Its number.
        id: i64,
        /// Its login and powers.
        caller: Caller,
    },
}

/// A caller with a live session, or an application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The login.
    pub account_id: i64,
    /// The session's public name: the `sid` claim; empty for applications, which have no sessions.
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
    /// The person who is signed in, if one is; none for applications: what people do for themselves is not for programs.
    #[must_use]
    pub const fn caller(&self) -> Option<&Caller> {
        match self {
            Self::Anonymous | Self::Application { .. } => None,
            Self::SignedIn(caller) => Some(caller),
        }
    }

    /// Who is calling, a person or an application.
    #[must_use]
    pub const fn anyone(&self) -> Option<&Caller> {
        match self {
            Self::Anonymous => None,
            Self::SignedIn(caller) | Self::Application { caller, .. } => Some(caller),
        }
    }

    /// The number of the application that is calling, if it is one.
    #[must_use]
    pub const fn application(&self) -> Option<i64> {
        match self {
            Self::Application { id, .. } => Some(*id),
            Self::Anonymous | Self::SignedIn(_) => None,
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
