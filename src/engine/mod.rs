//! PURE: (Snapshot, Plan, Period) -> Outcome.

pub mod input;
