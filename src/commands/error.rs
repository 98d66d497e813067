//! Why an act was not done.

use crate::auth::passwords::PasswordError;
use crate::auth::tokens::SigningError;
use crate::auth::vault::NotOurs;
use crate::domain::refusal::Refusal;
use crate::store;
use crate::store::database::AsTransient;

/// Why an act was not done. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The act is not done in this state of things; the person can do something about it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The act needs somebody signed in.
    #[error("This needs somebody signed in: give an access token.")]
    Unauthenticated,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] store::error::Error),
    /// A password could not be hashed, a token not signed, a record not written: a fault of the server.
    #[error("{0}")]
    Internal(String),
}

impl AsTransient for Error {
    fn is_transient(&self) -> bool {
        matches!(self, Self::Store(error) if error.is_transient())
    }
}

impl From<PasswordError> for Error {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::Refused(refusal) => Self::Refused(refusal),
            PasswordError::Hash(_) => Self::Internal(error.to_string()),
        }
    }
}

impl From<SigningError> for Error {
    fn from(error: SigningError) -> Self {
        Self::Internal(error.to_string())
    }
}

impl From<NotOurs> for Error {
    fn from(error: NotOurs) -> Self {
        Self::Internal(error.to_string())
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::Internal(format!("a record cannot be written or read: {error}"))
    }
}
