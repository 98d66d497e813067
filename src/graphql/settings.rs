//! What an operator can set about the GraphQL endpoint.

use std::collections::HashMap;
use std::path::PathBuf;

use serde::Deserialize;

use super::accounts::loader::MOST_SESSIONS;
use super::commissions::summary::TREND_DAYS;
use super::referral_links::loader::MOST_DAYS;
use crate::config;
use crate::domain::applications::KEYS_SHOWN;
use crate::domain::carts::{MOST_ADDRESSES, MOST_LINES, MOST_PAYMENTS};
use crate::domain::countries::{MOST_COUNTRIES, MOST_STATES};
use crate::domain::epins::MOST_EPINS;
use crate::domain::kyc::MOST_DOCUMENTS;
use crate::domain::position::WIDEST_MATRIX;

/// How much one request may ask for. Checked before anything is executed.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Bytes of a document.
    pub document_bytes: usize,
    /// Lexical tokens of a document.
    pub tokens: usize,
    /// Brackets open at once in a document, of any kind.
    pub nesting: usize,
    /// Fields inside fields, fragments expanded. Introspection is measured against `introspection_depth`.
    pub depth: u64,
    /// Fields inside fields of an introspection; public tools ask 15 deep.
    pub introspection_depth: u64,
    /// Aliases written in a document.
    pub aliases: usize,
    /// Fields at the root of an operation, fragments expanded.
    pub root_fields: u64,
    /// Directives at one place.
    pub directives: usize,
    /// Selections of a document with every fragment expanded.
    pub selections: u64,
    /// Objects the answer may hold: each list counts as long as it may become.
    pub nodes: u64,
    /// Values the answer may hold, objects and scalars together: each list counts as long as it may become.
    pub complexity: u64,
    /// Items assumed for a list that the document does not bound.
    pub default_page: u64,
    /// The same for certain fields, by `Type.field`: lists that may become longer than a page, or fields with such lists directly in them.
    pub lists: HashMap<String, u64>,
    /// Lists and objects inside each other in the variables.
    pub variable_depth: usize,
    /// Values in the variables.
    pub variable_values: usize,
    /// Errors in one answer; further ones are left out.
    pub errors: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            document_bytes: 64 * 1024,
            tokens: 10_000,
            nesting: 64,
            depth: 15,
            introspection_depth: 20,
            aliases: 30,
            root_fields: 20,
            directives: 5,
            selections: 5_000,
            nodes: 20_000,
            complexity: 50_000,
            default_page: 20,
            lists: HashMap::new(),
            variable_depth: 16,
            variable_values: 5_000,
            errors: 20,
        }
    }
}

/// The endpoint's settings; limits are inside.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// How much one request may ask for.
    pub limits: Limits,
    /// Whether the schema may be read (`__schema`, `__type`).
    pub introspection: bool,
    /// Bytes of an HTTP body or of a WebSocket message.
    pub body_bytes: usize,
    /// Automatic persisted queries kept, the least recently used leave first; 0 switches them off.
    pub persisted_queries: usize,
    /// A file with the only documents the server runs; its forms stand at [`TrustedDocuments`](super::documents::TrustedDocuments).
    pub trusted_documents: Option<PathBuf>,
    /// Seconds a query may take. Mutations are never cut off.
    pub query_timeout_seconds: u64,
    /// Web origins that may open a WebSocket besides the server's own; `*` allows all.
    pub allowed_origins: Vec<String>,
    /// Operation names that get a metric label of their own; all others share `other`.
    pub operation_labels: usize,
    /// Requests with files.
    pub uploads: UploadSettings,
    /// WebSocket and Server-Sent Events.
    pub streams: StreamSettings,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            introspection: true,
            body_bytes: 256 * 1024,
            persisted_queries: 1_000,
            trusted_documents: None,
            query_timeout_seconds: 30,
            allowed_origins: Vec::new(),
            operation_labels: 200,
            uploads: UploadSettings::default(),
            streams: StreamSettings::default(),
        }
    }
}

/// Requests with files.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct UploadSettings {
    /// Bytes of a whole request, all its parts together.
    pub request_bytes: usize,
    /// Files in one request.
    pub files: usize,
    /// Requests read at a time; further ones are answered with 503.
    pub concurrent_requests: usize,
    /// Of them, of one address.
    pub requests_per_address: usize,
}

impl Default for UploadSettings {
    fn default() -> Self {
        Self { request_bytes: 3 * 1024 * 1024, files: 10, concurrent_requests: 16, requests_per_address: 4 }
    }
}

impl From<config::upload::Upload> for UploadSettings {
    fn from(upload: config::upload::Upload) -> Self {
        Self {
            request_bytes: upload.request_bytes as usize,
            files: upload.files as usize,
            concurrent_requests: upload.concurrent_requests as usize,
            requests_per_address: upload.requests_per_address as usize,
        }
    }
}

/// WebSocket and Server-Sent Events.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StreamSettings {
    /// Sockets and event streams open at once; further ones are answered with 503.
    pub connections: usize,
    /// Milliseconds a socket may take to send `connection_init`; then it is closed with 4408.
    pub init_timeout_millis: u64,
    /// Milliseconds between two pings of the server (WebSocket) or comments (SSE). A socket silent for two of them is dropped.
    pub keep_alive_millis: u64,
    /// Operations one socket may have running.
    pub operations_per_socket: usize,
    /// Messages waiting for one slow client.
    pub buffer: usize,
    /// Milliseconds a full buffer may stay full before the stream ends with `LAGGED`, and a blocked socket before it is dropped.
    pub stall_millis: u64,
}

impl Default for StreamSettings {
    fn default() -> Self {
        Self {
            connections: 10_000,
            init_timeout_millis: 10_000,
            keep_alive_millis: 20_000,
            operations_per_socket: 50,
            buffer: 64,
            stall_millis: 10_000,
        }
    }
}

impl Settings {
    /// The endpoint's part of the configuration.
    #[must_use]
    pub fn from_config(config: &config::Config) -> Self {
        let config::Config { graphql, network, server, upload, .. } = config;
        let lists = [
            ("Partner.genealogy", network.genealogy_partners.into()),
            ("Partner.upline", network.visible_depth.into()),
            ("Partner.placementSlots", WIDEST_MATRIX.into()),
            ("Partner.networkSummary", network.visible_depth.into()),
            ("CommissionSummary.trend", TREND_DAYS as u64),
            ("ReferralStats.days", MOST_DAYS.into()),
            ("Cart.lines", MOST_LINES.into()),
            ("Order.lines", MOST_LINES.into()),
            ("Order.payments", MOST_PAYMENTS.into()),
            ("IssueEpinsPayload.issued", MOST_EPINS.into()),
            ("Account.sessions", MOST_SESSIONS.into()),
            ("Application.keys", KEYS_SHOWN.into()),
            ("Viewer.shippingAddresses", MOST_ADDRESSES.into()),
            ("Query.countries", MOST_COUNTRIES as u64),
            ("Country.states", MOST_STATES as u64),
            ("Kyc.documents", MOST_DOCUMENTS.into()),
        ];
        let limits = Limits {
            document_bytes: graphql.document_bytes as usize,
            tokens: graphql.document_tokens as usize,
            nesting: graphql.document_nesting as usize,
            depth: graphql.depth.into(),
            introspection_depth: graphql.introspection_depth.into(),
            aliases: graphql.aliases as usize,
            root_fields: graphql.root_fields.into(),
            directives: graphql.directives as usize,
            selections: graphql.selections.into(),
            nodes: graphql.output_nodes.into(),
            complexity: graphql.complexity.into(),
            default_page: graphql.page_default.into(),
            lists: lists.map(|(field, items)| (field.to_owned(), items)).into(),
            variable_depth: graphql.variable_depth as usize,
            variable_values: graphql.variable_values as usize,
            errors: graphql.errors as usize,
        };
        let streams = StreamSettings {
            connections: graphql.streams as usize,
            init_timeout_millis: u64::from(graphql.websocket_init_seconds) * 1_000,
            keep_alive_millis: u64::from(graphql.ping_seconds) * 1_000,
            operations_per_socket: graphql.socket_operations as usize,
            buffer: graphql.socket_buffer_messages as usize,
            stall_millis: graphql.stall_milliseconds.into(),
        };
        let documents = &graphql.trusted_documents;
        Self {
            limits,
            introspection: graphql.introspection,
            body_bytes: graphql.body_bytes.min(server.request_bytes) as usize,
            persisted_queries: graphql.persisted_documents as usize,
            trusted_documents: (!documents.as_os_str().is_empty()).then(|| documents.clone()),
            query_timeout_seconds: graphql.query_timeout_seconds.into(),
            allowed_origins: server.cors_origins.clone(),
            operation_labels: graphql.operation_labels as usize,
            uploads: (*upload).into(),
            streams,
        }
    }
}
