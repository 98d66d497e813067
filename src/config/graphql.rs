//! `[graphql]`: limits of the GraphQL API.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::rules::{Allowed, Rule, any};

/// Limits of documents, answers and streams.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Graphql {
    /// Levels of nested fields, fragments expanded.
    pub depth: u32,
    /// The same for questions about the schema; tools ask 15 deep.
    pub introspection_depth: u32,
    /// Values an answer may hold by the page sizes asked for.
    pub complexity: u32,
    /// Objects an answer may hold by the page sizes asked for.
    pub output_nodes: u32,
    /// Fields of a document, fragments expanded.
    pub selections: u32,
    /// Aliased fields in a document.
    pub aliases: u32,
    /// Fields at the top of an operation.
    pub root_fields: u32,
    /// Directives at one place.
    pub directives: u32,
    /// Length of a document.
    pub document_bytes: u32,
    /// Words and signs of a document.
    pub document_tokens: u32,
    /// Brackets open at a time in a document.
    pub document_nesting: u32,
    /// Lists and objects inside each other in the variables.
    pub variable_depth: u32,
    /// Values in the variables.
    pub variable_values: u32,
    /// Length of an HTTP body or of a WebSocket message.
    pub body_bytes: u32,
    /// How long a query may take; mutations are not cut off.
    pub query_timeout_seconds: u32,
    /// Errors in one answer; the rest is cut off.
    pub errors: u32,
    /// Operation names that get a metric of their own; the others share one.
    pub operation_labels: u32,
    /// Whether `__schema` and `__type` are answered.
    pub introspection: bool,
    /// Page size when none is asked for.
    pub page_default: u32,
    /// Largest page.
    pub page_max: u32,
    /// File of the allowed documents; empty when all are allowed.
    pub trusted_documents: PathBuf,
    /// Documents remembered for automatic persisted queries; 0 turns them off.
    pub persisted_documents: u32,
    /// How long a WebSocket may take to send `connection_init`.
    pub websocket_init_seconds: u32,
    /// Pause between pings on WebSocket and event streams.
    pub ping_seconds: u32,
    /// Open WebSockets and event streams of the whole server.
    pub streams: u32,
    /// Operations under way on one WebSocket.
    pub socket_operations: u32,
    /// Messages waiting for a slow client.
    pub socket_buffer_messages: u32,
    /// How long that buffer may stay full before the stream ends with LAGGED.
    pub stall_milliseconds: u32,
}

pub(super) const RULES: &[Rule] = &[
    ("depth", Allowed::Number(1..=32)),
    ("introspection_depth", Allowed::Number(1..=32)),
    ("complexity", Allowed::Number(100..=10_000_000)),
    ("output_nodes", Allowed::Number(100..=1_000_000)),
    ("selections", Allowed::Number(100..=1_000_000)),
    ("aliases", Allowed::Number(0..=1000)),
    ("root_fields", Allowed::Number(1..=1000)),
    ("directives", Allowed::Number(1..=100)),
    ("document_bytes", Allowed::Number(1024..=1_048_576)),
    ("document_tokens", Allowed::Number(100..=100_000)),
    ("document_nesting", Allowed::Number(8..=1000)),
    ("variable_depth", Allowed::Number(1..=100)),
    ("variable_values", Allowed::Number(1..=1_000_000)),
    ("body_bytes", Allowed::Number(1024..=10_485_760)),
    ("query_timeout_seconds", Allowed::Number(1..=600)),
    ("errors", Allowed::Number(1..=1000)),
    ("operation_labels", Allowed::Number(0..=10_000)),
    ("introspection", Allowed::Switch),
    ("page_default", Allowed::Number(1..=1000)),
    ("page_max", Allowed::Number(1..=1000)),
    ("trusted_documents", Allowed::Text(any, "a file, or empty")),
    ("persisted_documents", Allowed::Number(0..=100_000)),
    ("websocket_init_seconds", Allowed::Number(1..=60)),
    ("ping_seconds", Allowed::Number(1..=300)),
    ("streams", Allowed::Number(1..=1_000_000)),
    ("socket_operations", Allowed::Number(1..=1000)),
    ("socket_buffer_messages", Allowed::Number(1..=100_000)),
    ("stall_milliseconds", Allowed::Number(100..=600_000)),
];

impl Graphql {
    /// [`Graphql::websocket_init_seconds`] as a duration.
    #[must_use]
    pub const fn websocket_init_timeout(&self) -> Duration {
        Duration::from_secs(self.websocket_init_seconds as u64)
    }

    /// [`Graphql::ping_seconds`] as a duration.
    #[must_use]
    pub const fn ping_interval(&self) -> Duration {
        Duration::from_secs(self.ping_seconds as u64)
    }

    /// [`Graphql::query_timeout_seconds`] as a duration.
    #[must_use]
    pub const fn query_timeout(&self) -> Duration {
        Duration::from_secs(self.query_timeout_seconds as u64)
    }

    /// [`Graphql::stall_milliseconds`] as a duration.
    #[must_use]
    pub const fn stall_timeout(&self) -> Duration {
        Duration::from_millis(self.stall_milliseconds as u64)
    }
}
