//! What happened to logins.

use serde::{Deserialize, Serialize};

/// Somebody made a login.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountSignedUp {
    /// The new account.
    pub account: i64,
}

/// A password was changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordChanged {
    /// Whose.
    pub account: i64,
}

/// A transaction password was set or changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransactionPasswordChanged {
    /// Whose.
    pub account: i64,
}
