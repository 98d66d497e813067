//! What happened to wallets.

use serde::{Deserialize, Serialize};

/// Money came into a wallet or went out, or from one pocket of it to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BalanceChanged {
    /// Whose wallet.
    pub partner: i64,
    /// Number of the journal.
    pub journal: i64,
}
