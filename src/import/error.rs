//! Why an import did not take place.

use crate::offline::Refused;
use crate::rebuild;
use crate::store;
use crate::store::database::AsTransient;

/// Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file is not as it must be.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The derived data cannot be made.
    #[error(transparent)]
    Rebuild(#[from] rebuild::Error),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] store::error::Error),
}

impl AsTransient for Error {
    fn is_transient(&self) -> bool {
        match self {
            Self::Refused(_) => false,
            Self::Rebuild(error) => error.is_transient(),
            Self::Store(error) => error.is_transient(),
        }
    }
}
