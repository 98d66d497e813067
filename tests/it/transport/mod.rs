//! The GraphQL transport against a toy schema: HTTP, WebSocket, Server-Sent Events, limits, masking, stored documents.

pub mod clients;
mod documents;
mod events;
mod hostile;
mod http;
mod limits;
mod masking;
mod metrics;
mod server;
mod socket;
mod toy;
pub mod uploads;
