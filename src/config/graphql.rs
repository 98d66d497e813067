//! `[graphql]`: limits of the GraphQL API.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::rules::{Allowed, Rule, any};

/// Limits of documents, answers and streams.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Graphql {
    /// Levels of nested fields.
    pub depth: u32,
    /// Cost of a document.
    pub complexity: u32,
    /// Objects an answer may hold by the page sizes asked for.
    pub output_nodes: u32,
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
    /// Length of the variables as JSON.
    pub variables_bytes: u32,
    /// Errors in one answer.
    pub errors: u32,
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
    /// Pause between pings on a stream.
    pub ping_seconds: u32,
    /// Open streams of the whole server.
    pub streams: u32,
    /// Operations under way on one WebSocket.
    pub socket_operations: u32,
    /// Largest WebSocket message.
    pub message_bytes: u32,
    /// Messages waiting for a slow client.
    pub socket_buffer_messages: u32,
}

pub(super) const RULES: &[Rule] = &[
    ("depth", Allowed::Number(1..=100)),
    ("complexity", Allowed::Number(100..=10_000_000)),
    ("output_nodes", Allowed::Number(100..=1_000_000)),
    ("aliases", Allowed::Number(0..=1000)),
    ("root_fields", Allowed::Number(1..=1000)),
    ("directives", Allowed::Number(1..=100)),
    ("document_bytes", Allowed::Number(1024..=1_048_576)),
    ("document_tokens", Allowed::Number(100..=100_000)),
    ("variables_bytes", Allowed::Number(1024..=10_485_760)),
    ("errors", Allowed::Number(1..=1000)),
    ("introspection", Allowed::Switch),
    ("page_default", Allowed::Number(1..=1000)),
    ("page_max", Allowed::Number(1..=1000)),
    ("trusted_documents", Allowed::Text(any, "a file, or empty")),
    ("persisted_documents", Allowed::Number(0..=100_000)),
    ("websocket_init_seconds", Allowed::Number(1..=60)),
    ("ping_seconds", Allowed::Number(1..=300)),
    ("streams", Allowed::Number(1..=1_000_000)),
    ("socket_operations", Allowed::Number(1..=1000)),
    ("message_bytes", Allowed::Number(1024..=10_485_760)),
    ("socket_buffer_messages", Allowed::Number(1..=100_000)),
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
}
