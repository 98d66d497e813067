//! What users rely on, tried on both databases.

mod import;
