//! The messages of graphql-transport-ws and its close codes.

use axum::extract::ws::{CloseFrame, Message};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::graphql::answer::Answer;
use crate::graphql::params::Params;

/// What a client may say.
pub(super) enum Incoming {
    /// `connection_init` with its payload.
    Init(Value),
    /// `ping` with its payload, to be sent back.
    Ping(Option<Value>),
    /// `pong`.
    Pong,
    /// `subscribe`: run this operation under this id.
    Subscribe(String, Params),
    /// `complete`: end the operation with this id.
    Complete(String),
}

/// Why a socket ends.
#[derive(Debug)]
pub(super) struct Close {
    code: u16,
    reason: String,
}

impl Close {
    fn new(code: u16, reason: impl Into<String>) -> Self {
        Self { code, reason: reason.into() }
    }

    pub fn going_away() -> Self {
        Self::new(1001, "The server is shutting down")
    }

    pub fn too_big(limit: usize) -> Self {
        Self::new(1009, format!("A message may have at most {limit} bytes"))
    }

    pub fn invalid(what: impl Into<String>) -> Self {
        Self::new(4400, what)
    }

    pub fn unauthorized() -> Self {
        Self::new(4401, "Unauthorized")
    }

    pub fn forbidden(why: &str) -> Self {
        Self::new(4403, format!("Forbidden: {why}"))
    }

    pub fn bad_subprotocol() -> Self {
        Self::new(4406, "Subprotocol not acceptable")
    }

    pub fn init_timeout() -> Self {
        Self::new(4408, "Connection initialisation timeout")
    }

    pub fn duplicate(id: &str) -> Self {
        Self::new(4409, format!("Subscriber for {id} already exists"))
    }

    /// Not in the protocol's text, but what its reference server sends when it fails itself.
    pub fn internal(why: &str) -> Self {
        Self::new(4500, why)
    }

    pub fn second_init() -> Self {
        Self::new(4429, "Too many initialisation requests")
    }

    /// The frame. A reason has room for 123 bytes; a longer one would break the connection instead of closing it.
    pub fn into_message(mut self) -> Message {
        const ROOM: usize = 123;
        if self.reason.len() > ROOM {
            let end = (0..=ROOM).rev().find(|end| self.reason.is_char_boundary(*end)).unwrap_or(0);
            self.reason.truncate(end);
        }
        Message::Close(Some(CloseFrame { code: self.code, reason: self.reason.into() }))
    }
}

/// Reads one text frame; anything the protocol does not know closes the socket with 4400.
pub(super) fn read(text: &str) -> Result<Incoming, Close> {
    let invalid = |_| Close::invalid("The message is not a JSON object");
    let mut message: Map<String, Value> = serde_json::from_str(text).map_err(invalid)?;
    let kind = match message.remove("type") {
        Some(Value::String(kind)) => kind,
        _ => return Err(Close::invalid("The message has no type")),
    };
    match kind.as_str() {
        "connection_init" => Ok(Incoming::Init(payload(&mut message)?.unwrap_or_default())),
        "ping" => Ok(Incoming::Ping(payload(&mut message)?)),
        "pong" => payload(&mut message).map(|_| Incoming::Pong),
        "complete" => id(&mut message).map(Incoming::Complete),
        "subscribe" => {
            let id = id(&mut message)?;
            let params = Params::from_json(message.remove("payload").unwrap_or_default());
            params.map(|params| Incoming::Subscribe(id, params)).map_err(|error| Close::invalid(error.message))
        }
        other => Err(Close::invalid(format!("A client may not send messages of type {other}"))),
    }
}

fn id(message: &mut Map<String, Value>) -> Result<String, Close> {
    match message.remove("id") {
        Some(Value::String(id)) if !id.is_empty() => Ok(id),
        _ => Err(Close::invalid("The message has no id")),
    }
}

fn payload(message: &mut Map<String, Value>) -> Result<Option<Value>, Close> {
    match message.remove("payload") {
        None | Some(Value::Null) => Ok(None),
        Some(payload @ Value::Object(_)) => Ok(Some(payload)),
        Some(_) => Err(Close::invalid("The payload must be an object")),
    }
}

/// What the server says; `connection_ack`, `pong`, `next`, `error` and `complete` by their content.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Outgoing<'a> {
    ConnectionAck,
    Pong {
        #[serde(skip_serializing_if = "Option::is_none")]
        payload: Option<Value>,
    },
    Next {
        id: &'a str,
        payload: &'a Answer,
    },
    Error {
        id: &'a str,
        payload: &'a [async_graphql::ServerError],
    },
    Complete {
        id: &'a str,
    },
}

impl Outgoing<'_> {
    pub fn into_message(self) -> Message {
        Message::Text(serde_json::to_string(&self).unwrap_or_default().into())
    }
}
