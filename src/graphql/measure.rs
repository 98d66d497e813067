//! The metric of each finished operation.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_graphql::parser::types::OperationType;

use super::errors::ErrorCode;

/// Records `graphql_operation_seconds {operation, type, code}`.
///
/// Clients choose operation names, so only the first so many become labels of their own; the rest is `other`.
#[derive(Debug)]
pub(super) struct Meter {
    max_names: usize,
    names: Mutex<HashSet<String>>,
}

impl Meter {
    pub fn new(max_names: usize) -> Self {
        Self { max_names, names: Mutex::default() }
    }

    /// One operation has ended.
    pub fn finished(&self, name: Option<&str>, kind: OperationType, code: Option<ErrorCode>, took: Duration) {
        let code = code.map_or("OK", ErrorCode::as_str);
        metrics::histogram!("graphql_operation_seconds", "operation" => self.label(name), "type" => kind.to_string(), "code" => code)
            .record(took);
    }

    fn label(&self, name: Option<&str>) -> String {
        let Some(name) = name else { return "anonymous".to_owned() };
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        if names.contains(name) || names.len() < self.max_names && names.insert(name.to_owned()) {
            name.to_owned()
        } else {
            "other".to_owned()
        }
    }
}
