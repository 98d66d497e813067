//! Random acts, for as long as `UPLINE_SOAK_SECONDS` says; a few of them where it says nothing. `UPLINE_SOAK_SEED` begins with another seed.
//!
//! The long run: `UPLINE_SOAK_SECONDS=600 cargo test --release --test it -- soak:: --nocapture --test-threads 1`.
//! `UPLINE_SOAK_CUTS=300` does the same for `money::cut_off`, `UPLINE_SOAK_ROUNDS=200` for rivals and payouts in `money`, `UPLINE_SOAK_GUESSES=10000` for those who guess.

mod auditor;
mod killed;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

/// When a run is over: after a time, or after so many rounds.
#[derive(Clone)]
pub struct Length {
    over: Arc<AtomicBool>,
    rounds: Arc<AtomicU64>,
    most: u64,
}

impl Length {
    /// As long as was asked for, else so many rounds of all clients together.
    pub fn or_rounds(rounds: u64) -> Self {
        let seconds = number("UPLINE_SOAK_SECONDS");
        let length = Self { over: Arc::default(), rounds: Arc::default(), most: seconds.map_or(rounds, |_| u64::MAX) };
        if let Some(seconds) = seconds {
            let over = Arc::clone(&length.over);
            tokio::spawn(async move {
                let _ = tokio::time::timeout(Duration::from_secs(seconds), std::future::pending::<()>()).await;
                over.store(true, Ordering::SeqCst);
            });
        }
        length
    }

    /// Whether another round is to be run.
    pub fn goes_on(&self) -> bool {
        !self.over.load(Ordering::SeqCst) && self.rounds.fetch_add(1, Ordering::SeqCst) < self.most
    }

    /// So many rounds were run.
    pub fn rounds(&self) -> u64 {
        self.rounds.load(Ordering::SeqCst).min(self.most)
    }
}

pub fn seed() -> u64 {
    number("UPLINE_SOAK_SEED").unwrap_or(7)
}

pub fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{variable} is no number: {text}")))
}
