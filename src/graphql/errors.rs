//! The closed list of top-level error codes, and the only way to make such an error.
//!
//! A code stands in `extensions.code`; `docs/errors.md` lists them for clients. The vocabulary is Apollo's where it has a word, so that public clients and test tools understand it.
//! Errors that were not made here are masked (see `masking`).

use std::sync::Arc;

use async_graphql::{Error, ErrorExtensionValues, Pos, ServerError, Value};

use crate::store;

/// What can go wrong at the top level of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// The request is not a GraphQL request: bad JSON, a parameter of the wrong type, a batch, a content type that is not JSON.
    BadRequest,
    /// The document is not GraphQL.
    GraphqlParseFailed,
    /// The document does not fit the schema.
    GraphqlValidationFailed,
    /// A variable or an argument does not fit its type.
    BadUserInput,
    /// The operation to run is missing, unknown, ambiguous, or cannot be run over this transport.
    OperationResolutionFailure,
    /// The hash or id names no stored document: send the document along once.
    PersistedQueryNotFound,
    /// The server keeps no persisted queries: always send the document.
    PersistedQueryNotSupported,
    /// The server runs only the documents of its allow-list.
    DocumentNotTrusted,
    /// No token, or one that is unknown, expired or revoked.
    Unauthenticated,
    /// The caller is known, but may not do this.
    Forbidden,
    /// Too many requests; `extensions.retryAfter` gives the seconds to wait.
    RateLimited,
    /// The document, its variables or its possible answer exceed a limit; `extensions.limit` names it.
    QueryTooComplex,
    /// The idempotency key was used before with another input.
    IdempotencyConflict,
    /// The subscriber reads too slowly; `extensions.cursor` is the last one sent: subscribe again `after` it.
    Lagged,
    /// The operation took longer than the server allows.
    Timeout,
    /// The server is shutting down or has too much to do: try again in a few seconds.
    Unavailable,
    /// A fault of the server; `extensions.incident` is the id under which the log has the cause.
    Internal,
}

impl ErrorCode {
    /// All codes, in the order of the documentation.
    pub const ALL: [Self; 17] = [
        Self::BadRequest,
        Self::GraphqlParseFailed,
        Self::GraphqlValidationFailed,
        Self::BadUserInput,
        Self::OperationResolutionFailure,
        Self::PersistedQueryNotFound,
        Self::PersistedQueryNotSupported,
        Self::DocumentNotTrusted,
        Self::Unauthenticated,
        Self::Forbidden,
        Self::RateLimited,
        Self::QueryTooComplex,
        Self::IdempotencyConflict,
        Self::Lagged,
        Self::Timeout,
        Self::Unavailable,
        Self::Internal,
    ];

    /// As it stands in `extensions.code`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BadRequest => "BAD_REQUEST",
            Self::GraphqlParseFailed => "GRAPHQL_PARSE_FAILED",
            Self::GraphqlValidationFailed => "GRAPHQL_VALIDATION_FAILED",
            Self::BadUserInput => "BAD_USER_INPUT",
            Self::OperationResolutionFailure => "OPERATION_RESOLUTION_FAILURE",
            Self::PersistedQueryNotFound => "PERSISTED_QUERY_NOT_FOUND",
            Self::PersistedQueryNotSupported => "PERSISTED_QUERY_NOT_SUPPORTED",
            Self::DocumentNotTrusted => "DOCUMENT_NOT_TRUSTED",
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::Forbidden => "FORBIDDEN",
            Self::RateLimited => "RATE_LIMITED",
            Self::QueryTooComplex => "QUERY_TOO_COMPLEX",
            Self::IdempotencyConflict => "IDEMPOTENCY_CONFLICT",
            Self::Lagged => "LAGGED",
            Self::Timeout => "TIMEOUT",
            Self::Unavailable => "UNAVAILABLE",
            Self::Internal => "INTERNAL",
        }
    }

    /// An error of this code for a resolver or a [`RequestContext`](super::context::RequestContext); the message reaches the client.
    #[must_use]
    pub fn error(self, message: impl Into<String>) -> Error {
        Error { message: message.into(), source: Some(Arc::new(self)), extensions: Some(self.extensions()) }
    }

    /// The same with one more entry in `extensions`.
    #[must_use]
    pub fn error_with(self, message: impl Into<String>, key: &str, value: impl Into<Value>) -> Error {
        let mut extensions = self.extensions();
        extensions.set(key, value);
        Error { extensions: Some(extensions), ..self.error(message) }
    }

    /// An error of this code outside a resolver, at a place of the document where one is known.
    #[must_use]
    pub fn at(self, message: impl Into<String>, pos: Option<Pos>) -> ServerError {
        let mut error = ServerError::new(message, pos);
        error.source = Some(Arc::new(self));
        error.extensions = Some(self.extensions());
        error
    }

    /// The code of an error made here; `None` for any other error.
    #[must_use]
    pub fn of(error: &ServerError) -> Option<Self> {
        error.source::<Self>().copied()
    }

    fn extensions(self) -> ErrorExtensionValues {
        let mut extensions = ErrorExtensionValues::default();
        extensions.set("code", self.as_str());
        extensions
    }
}

/// [`ErrorCode::Unauthenticated`]: the token is missing, unknown, expired or revoked.
#[must_use]
pub fn unauthenticated(message: impl Into<String>) -> Error {
    ErrorCode::Unauthenticated.error(message)
}

/// [`ErrorCode::Forbidden`]: the caller may not do this.
#[must_use]
pub fn forbidden(message: impl Into<String>) -> Error {
    ErrorCode::Forbidden.error(message)
}

/// [`ErrorCode::BadUserInput`]: an argument is not acceptable.
#[must_use]
pub fn bad_user_input(message: impl Into<String>) -> Error {
    ErrorCode::BadUserInput.error(message)
}

/// [`ErrorCode::RateLimited`] with the seconds to wait, which HTTP repeats as `Retry-After`.
#[must_use]
pub fn rate_limited(message: impl Into<String>, retry_after_seconds: u32) -> Error {
    ErrorCode::RateLimited.error_with(message, "retryAfter", retry_after_seconds)
}

/// [`ErrorCode::IdempotencyConflict`]: the key was used with another input.
#[must_use]
pub fn idempotency_conflict(message: impl Into<String>) -> Error {
    ErrorCode::IdempotencyConflict.error(message)
}

/// [`ErrorCode::Lagged`] with the last cursor that reached the subscriber.
#[must_use]
pub fn lagged(last_cursor: Option<String>) -> Error {
    let message = "You read too slowly and events were left out. Subscribe again with `after` set to the last cursor you have.";
    ErrorCode::Lagged.error_with(message, "cursor", last_cursor.map_or(Value::Null, Value::String))
}

/// [`ErrorCode::Lagged`] for a subscriber that was away so long that the server does not replay what it missed, with the cursor to go on from.
#[must_use]
pub fn missed_too_much(cursor: String) -> Error {
    let message =
        "You missed more events than are replayed. Read what you show afresh, then subscribe with `after` set to this error's cursor.";
    ErrorCode::Lagged.error_with(message, "cursor", cursor)
}

/// A failure of the database: [`ErrorCode::Unavailable`] where it has too much to do, [`ErrorCode::Timeout`] where a statement was stopped, and
/// masked otherwise.
#[must_use]
pub fn store_failed(error: &store::error::Error) -> Error {
    use store::error::Error as Failure;
    match error {
        Failure::Exhausted | Failure::Conflict(_) => {
            tracing::warn!(%error, "turned away");
            ErrorCode::Unavailable.error("The server has too much to do at the moment. Try again in a few seconds.")
        }
        Failure::TooSlow(_) => ErrorCode::Timeout.error("The database took too long over this. Ask for less at once."),
        error => internal(error),
    }
}

/// An error for a fault of the server: masked, logged, and shown as [`ErrorCode::Internal`].
#[must_use]
pub fn internal(cause: impl std::fmt::Display) -> Error {
    Error::new(cause.to_string())
}

/// [`ErrorCode::QueryTooComplex`] with the limit's name, what was asked for and what is allowed.
#[must_use]
pub(crate) fn over_limit(message: impl Into<String>, limit: &str, requested: u64, allowed: u64) -> ServerError {
    let mut error = ErrorCode::QueryTooComplex.at(message, None);
    let detail = async_graphql::value!({ "name": limit, "requested": requested, "allowed": allowed });
    if let Some(extensions) = &mut error.extensions {
        extensions.set("limit", detail);
    }
    error
}
