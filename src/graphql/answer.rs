//! What goes back to a client, whichever the transport.

use async_graphql::{Response, ServerError, Value};
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::errors::ErrorCode;

/// An answer ready to be sent: masked, capped, and free of `data` where nothing was executed.
#[derive(Debug)]
pub struct Answer {
    response: Box<Response>,
    executed: bool,
    statements: Option<u32>,
}

impl Answer {
    /// A request that was refused before execution.
    #[must_use]
    pub fn refused(error: ServerError) -> Self {
        Self { response: Box::new(Response::from_errors(vec![error])), executed: false, statements: None }
    }

    /// What an execution gave, masked already.
    pub(crate) fn of(response: Response) -> Self {
        let refused =
            response.data == Value::Null && !response.errors.is_empty() && response.errors.iter().all(|error| error.path.is_empty());
        Self { response: Box::new(response), executed: !refused, statements: None }
    }

    /// The same with the number of SQL statements it took.
    pub(crate) fn after(self, statements: u32) -> Self {
        Self { statements: Some(statements), ..self }
    }

    /// The SQL statements it took, where they were counted.
    pub(crate) const fn statements(&self) -> Option<u32> {
        self.statements
    }

    /// Whether a field was executed; if not, the answer has errors and no `data`.
    #[must_use]
    pub const fn is_executed(&self) -> bool {
        self.executed
    }

    /// The errors, each with a code of the closed list.
    #[must_use]
    pub fn errors(&self) -> &[ServerError] {
        &self.response.errors
    }

    /// The code of the first error.
    #[must_use]
    pub fn code(&self) -> Option<ErrorCode> {
        self.response.errors.first().and_then(ErrorCode::of)
    }

    /// An entry of the first error's `extensions`.
    #[must_use]
    pub fn detail(&self, key: &str) -> Option<&Value> {
        self.response.errors.first()?.extensions.as_ref()?.get(key)
    }

    /// The field `cursor` of the event, that is of the object below the subscription's root field.
    #[must_use]
    pub fn cursor(&self) -> Option<&str> {
        let Value::Object(roots) = &self.response.data else { return None };
        roots.values().find_map(|root| match root {
            Value::Object(event) => match event.get("cursor") {
                Some(Value::String(cursor)) => Some(cursor.as_str()),
                _ => None,
            },
            _ => None,
        })
    }

    /// The execution's result, with the headers that resolvers have set.
    #[must_use]
    pub fn response(&self) -> &Response {
        &self.response
    }

    pub(crate) fn set_extension(&mut self, name: &str, value: Value) {
        self.response.extensions.insert(name.to_owned(), value);
    }
}

impl Serialize for Answer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if !self.response.errors.is_empty() {
            map.serialize_entry("errors", &self.response.errors)?;
        }
        if self.executed {
            map.serialize_entry("data", &self.response.data)?;
        }
        if !self.response.extensions.is_empty() {
            map.serialize_entry("extensions", &self.response.extensions)?;
        }
        map.end()
    }
}
