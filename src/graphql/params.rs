//! The parameters of a GraphQL request, read strictly.

use async_graphql::{ServerError, Variables};
use serde_json::{Map, Value};

use super::errors::ErrorCode;

/// One request as the client sent it, over any transport.
#[derive(Debug, Default)]
pub struct Params {
    /// The document; may be left out when a hash or an id names a stored one.
    pub query: Option<String>,
    /// Which operation of the document to run.
    pub operation_name: Option<String>,
    /// The variables.
    pub variables: Variables,
    /// The id of a stored document: `documentId`, or Apollo's `extensions.persistedQuery.sha256Hash`.
    pub document_id: Option<String>,
    /// `extensions.cost: true` asks for the cost in the answer.
    pub wants_cost: bool,
}

impl Params {
    /// From a JSON body or a message's payload.
    ///
    /// # Errors
    /// `BAD_REQUEST`: not an object, a batch, or a parameter of the wrong type.
    pub fn from_json(body: Value) -> Result<Self, ServerError> {
        match body {
            Value::Object(mut map) => Self::from_map(&mut map),
            Value::Array(_) => Err(bad("Batches are not served. Send each operation in a request of its own.")),
            _ => Err(bad("The request must be a JSON object such as {\"query\": \"{ __typename }\"}.")),
        }
    }

    fn from_map(map: &mut Map<String, Value>) -> Result<Self, ServerError> {
        let extensions = object(map, "extensions")?;
        let variables =
            serde_json::from_value(Value::Object(object(map, "variables")?)).map_err(|cause| bad(format!("`variables`: {cause}.")))?;
        let persisted = match extensions.get("persistedQuery") {
            None | Some(Value::Null) => None,
            Some(Value::Object(persisted)) => Some(hash(persisted)?),
            Some(_) => return Err(bad("`extensions.persistedQuery` must be an object with `version` 1 and `sha256Hash`.")),
        };
        let params = Self {
            query: text(map, "query")?,
            operation_name: text(map, "operationName")?,
            variables,
            document_id: text(map, "documentId")?.or(persisted),
            wants_cost: extensions.get("cost") == Some(&Value::Bool(true)),
        };
        if params.query.is_none() && params.document_id.is_none() {
            return Err(bad("The parameter `query` is missing: send the document, or the `documentId` of a stored one."));
        }
        Ok(params)
    }
}

fn hash(persisted: &Map<String, Value>) -> Result<String, ServerError> {
    if persisted.get("version").and_then(Value::as_u64) != Some(1) {
        return Err(bad("`extensions.persistedQuery.version` must be 1."));
    }
    match persisted.get("sha256Hash") {
        Some(Value::String(hash)) => Ok(hash.clone()),
        _ => Err(bad("`extensions.persistedQuery.sha256Hash` must be a string.")),
    }
}

fn text(map: &mut Map<String, Value>, name: &str) -> Result<Option<String>, ServerError> {
    match map.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(bad(format!("The parameter `{name}` must be a string."))),
    }
}

fn object(map: &mut Map<String, Value>, name: &str) -> Result<Map<String, Value>, ServerError> {
    match map.remove(name) {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(object)) => Ok(object),
        Some(_) => Err(bad(format!("The parameter `{name}` must be an object."))),
    }
}

pub(crate) fn bad(message: impl Into<String>) -> ServerError {
    ErrorCode::BadRequest.at(message, None)
}
