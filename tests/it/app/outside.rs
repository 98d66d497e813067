//! Time and chance in the test's hands.

use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};

use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha20Rng;
use upline::domain::clock::Clock;
use upline::domain::instant::Instant;
use upline::domain::random::Random;

/// A clock that stands still until the test turns it.
#[derive(Debug)]
pub struct ManualClock(AtomicI64);

impl Default for ManualClock {
    fn default() -> Self {
        Self(AtomicI64::new(Instant::parse("2026-03-01T12:00:00Z").unwrap().nanos()))
    }
}

impl ManualClock {
    /// For tests with a browser, which brings a clock of its own.
    pub fn set(&self, now: Instant) {
        self.0.store(now.nanos(), Ordering::SeqCst);
    }

    pub fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds * Instant::SECOND, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Instant {
        Instant::from_nanos(self.0.load(Ordering::SeqCst))
    }
}

/// The same bytes in every run.
pub struct SeededRandom(Mutex<ChaCha20Rng>);

impl SeededRandom {
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(ChaCha20Rng::seed_from_u64(seed)))
    }
}

impl Random for SeededRandom {
    fn fill(&self, bytes: &mut [u8]) {
        self.0.lock().unwrap().fill_bytes(bytes);
    }
}
