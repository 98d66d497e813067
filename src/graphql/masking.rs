//! No error reaches a client unless it was made for clients.

use std::any::Any;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

use async_graphql::{Response, ServerError};

use super::errors::ErrorCode;

/// Masks errors and gives each masked one an incident id: the id of its request, so that the log of the request is found with it.
#[derive(Debug)]
pub(super) struct Mask {
    max_errors: usize,
    seed: RandomState,
    count: AtomicU64,
}

impl Mask {
    pub fn new(max_errors: usize) -> Self {
        Self { max_errors, seed: RandomState::new(), count: AtomicU64::new(0) }
    }

    /// Every error gets a code; those not made for clients are replaced. At most `max_errors` stay.
    pub fn apply(&self, response: &mut Response, request_id: Option<&str>) {
        response.errors.truncate(self.max_errors);
        for error in &mut response.errors {
            self.one(error, request_id);
        }
    }

    /// The same for a single error.
    pub fn one(&self, error: &mut ServerError, request_id: Option<&str>) {
        if ErrorCode::of(error).is_some() {
            return;
        }
        match library_code(error) {
            Some(code) => {
                let known = code.at(std::mem::take(&mut error.message), None);
                error.message = known.message;
                error.source = known.source;
                error.extensions = known.extensions;
            }
            None => self.hide(error, request_id),
        }
    }

    /// What a panic becomes.
    pub fn panicked(&self, panic: &(dyn Any + Send), request_id: Option<&str>) -> ServerError {
        let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
        let mut error = ServerError::new(format!("panic: {}", text.unwrap_or("without a message")), None);
        self.hide(&mut error, request_id);
        error
    }

    fn hide(&self, error: &mut ServerError, request_id: Option<&str>) {
        let made = || format!("{:016x}", self.seed.hash_one(self.count.fetch_add(1, Ordering::Relaxed)));
        let incident = request_id.map_or_else(made, str::to_owned);
        tracing::error!(incident, path = ?error.path, cause = error.message, "a resolver failed");
        let message = format!("The server could not do this. If it lasts, report incident {incident}.");
        let mut masked = ErrorCode::Internal.at(message, None);
        if let Some(extensions) = &mut masked.extensions {
            extensions.set("incident", incident);
        }
        masked.locations = std::mem::take(&mut error.locations);
        masked.path = std::mem::take(&mut error.path);
        *error = masked;
    }
}

/// The library's own errors carry no source: those of validation no path either, those of input values a fixed beginning.
fn library_code(error: &ServerError) -> Option<ErrorCode> {
    if error.source.is_some() {
        return None;
    }
    let about_input = ["Invalid value for argument ", "Failed to parse \"", "Expected input type \""]
        .iter()
        .any(|start| error.message.starts_with(start));
    match (error.path.is_empty(), about_input) {
        (true, false) => Some(ErrorCode::GraphqlValidationFailed),
        (_, true) => Some(ErrorCode::BadUserInput),
        (false, false) => None,
    }
}
