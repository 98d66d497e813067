//! What happened to logins.

use serde::{Deserialize, Serialize};

use super::as_code;
use crate::domain::mails::MailKind;

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

/// A profile was changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileChanged {
    /// Whose.
    pub account: i64,
}

/// An account has another e-mail address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmailChanged {
    /// Whose.
    pub account: i64,
}

/// All that told of a person was erased.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountErased {
    /// What is left of the account.
    pub account: i64,
    /// The number of its partner, which stays in both trees; none where there is none.
    #[serde(default)]
    pub partner: Option<i64>,
}

/// Signing up was opened or closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignUpsSet {
    /// The operator.
    pub account: i64,
    /// Whether people may sign up now.
    pub open: bool,
}

/// Somebody asked for a mail with a link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkRequested {
    /// Whose account the link is for.
    pub account: i64,
    /// What it is for.
    #[serde(with = "as_code")]
    pub kind: MailKind,
}

/// An e-mail address was proven.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmailVerified {
    /// Whose.
    pub account: i64,
}

/// A person ended sessions of the own account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionsEnded {
    /// Whose.
    pub account: i64,
}

/// An operator blocked an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountBlocked {
    /// Whose.
    pub account: i64,
}

/// An operator let a blocked account in again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountUnblocked {
    /// Whose.
    pub account: i64,
}

/// A picture was stored or dropped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileImageChanged {
    /// Whose.
    pub account: i64,
}
