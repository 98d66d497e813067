//! What happened to applications.

use serde::{Deserialize, Serialize};

/// An application was registered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApplicationRegistered {
    /// Its number.
    pub application: i64,
}

/// An application was switched, got another key, or may call from elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApplicationChanged {
    /// Its number.
    pub application: i64,
}
