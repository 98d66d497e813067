//! The JSON Schema of the plan language.

/// JSON Schema (draft 2020-12) of a plan file, for editors and for whatever else writes plans.
pub const SCHEMA: &str = include_str!("schema.json");
