//! The metrics of each finished operation.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::time::Instant;

use super::answer::Answer;
use super::errors::ErrorCode;

/// A longer operation name is no label.
const MAX_LABEL_BYTES: usize = 64;

/// Records `graphql_operation_seconds {operation, type, code}` and `graphql_operation_statements {operation, type}`.
///
/// Clients choose operation names, so only the first so many become labels of their own; the rest is `other`.
#[derive(Clone, Debug)]
pub(super) struct Meter {
    max_names: usize,
    names: Arc<Mutex<HashSet<String>>>,
}

impl Meter {
    pub fn new(max_names: usize) -> Self {
        Self { max_names, names: Arc::default() }
    }

    /// Starts the clock of an operation; it is recorded when the stopwatch is dropped, and so also where a client has left.
    pub fn start(&self, name: Option<&str>, kind: String) -> Stopwatch {
        Stopwatch { operation: self.label(name), kind, code: None, started: Instant::now() }
    }

    fn label(&self, name: Option<&str>) -> String {
        let Some(name) = name else { return "anonymous".to_owned() };
        if name.len() > MAX_LABEL_BYTES {
            return "other".to_owned();
        }
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        let has_label = names.contains(name) || names.len() < self.max_names && names.insert(name.to_owned());
        if has_label { name.to_owned() } else { "other".to_owned() }
    }
}

/// One running operation.
#[derive(Debug)]
pub(super) struct Stopwatch {
    operation: String,
    kind: String,
    code: Option<ErrorCode>,
    started: Instant,
}

impl Stopwatch {
    /// The latest answer; its first error becomes the label `code`.
    pub fn saw(&mut self, answer: &Answer) {
        self.code = answer.code();
        if let Some(statements) = answer.statements() {
            let (operation, kind) = (self.operation.clone(), self.kind.clone());
            metrics::histogram!("graphql_operation_statements", "operation" => operation, "type" => kind).record(statements);
        }
    }
}

impl Drop for Stopwatch {
    fn drop(&mut self) {
        let (operation, kind) = (std::mem::take(&mut self.operation), std::mem::take(&mut self.kind));
        let code = self.code.map_or("OK", ErrorCode::as_str);
        let took = self.started.elapsed();
        metrics::histogram!("graphql_operation_seconds", "operation" => operation, "type" => kind, "code" => code).record(took);
    }
}
