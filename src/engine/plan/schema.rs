//! The JSON Schema of the plan language.

/// JSON Schema (draft 2020-12) of a plan file, for editors and for other producers of plans.
pub const SCHEMA: &str = "{}";
