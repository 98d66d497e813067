//! The time as a parameter.

use super::instant::Instant;

/// Tells the time. The server's clock is made in `app`; tests turn theirs by hand.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Instant;
}
