//! What one says of applications.

use async_graphql::Enum;

use crate::domain::applications;

/// Where an application runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "applications::ApplicationKind")]
pub enum ApplicationKind {
    /// On a server, which can keep a key to itself.
    Server,
    /// In browsers: whoever uses it can read its key, so it has no powers.
    Web,
    /// On telephones: whoever has it can read its key, so it has no powers.
    Mobile,
}

/// Whether an application's keys are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "applications::ApplicationState")]
pub enum ApplicationState {
    /// They are.
    Active,
    /// They are not.
    Inactive,
    /// They are not, for a while.
    Maintenance,
}
