//! Why an import, export or rebuild did not take place.

use crate::offline::Refused;
use crate::store;
use crate::store::database::AsTransient;

/// Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file is not as it must be.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The volumes of one partner do not fit into the database.
    #[error("the volumes below partner {partner} sum up to more than 922337203685477.5807: check the orders below that partner")]
    VolumeTooLarge {
        /// Partner number.
        partner: i64,
    },
    /// The database failed.
    #[error(transparent)]
    Store(#[from] store::error::Error),
}

impl AsTransient for Error {
    fn is_transient(&self) -> bool {
        matches!(self, Self::Store(error) if error.is_transient())
    }
}
