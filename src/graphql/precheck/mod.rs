//! The budgeted check before execution: parsed once, weighed in time proportional to the document, handed over parsed.
//!
//! The library's own limits walk every expansion of every fragment, so a kilobyte of fragments that fan out keeps them busy for half a minute. This
//! check runs first and bounds what they will walk.

mod catalog;
mod survey;
mod tokens;
mod variables;
mod weight;

use async_graphql::parser::parse_query;
use async_graphql::parser::types::{ExecutableDocument, OperationDefinition, OperationType, Selection};
use async_graphql::{ServerError, Value, Variables};

pub use catalog::SchemaUnreadable;

use self::catalog::Catalog;
use self::weight::{Scale, Weight};
use super::errors::{ErrorCode, over_limit};
use super::field_order::FieldOrder;
use super::settings::Limits;

/// Checks documents against one schema.
#[derive(Debug)]
pub struct Precheck {
    catalog: Catalog,
    limits: Limits,
    introspection: bool,
}

/// A document within the limits.
#[derive(Debug)]
pub struct Checked {
    /// Parsed, and ready for the library.
    pub document: ExecutableDocument,
    /// The name of the operation to run; `None` for an anonymous one.
    pub name: Option<String>,
    /// Query, mutation or subscription.
    pub kind: OperationType,
    /// What it may cost.
    pub cost: Cost,
    /// The order of the answer's fields.
    pub order: FieldOrder,
}

/// What an operation may cost: the values of the largest answer it can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// For this operation, with its variables.
    pub requested: u64,
    /// What is allowed.
    pub limit: u64,
}

impl Cost {
    /// As it stands in `extensions.cost`.
    #[must_use]
    pub fn to_value(self) -> Value {
        async_graphql::value!({ "requested": self.requested, "limit": self.limit })
    }
}

impl Precheck {
    /// For the schema with this description.
    ///
    /// # Errors
    /// The description cannot be parsed.
    pub fn new(sdl: &str, limits: Limits, introspection: bool) -> Result<Self, SchemaUnreadable> {
        Ok(Self { catalog: Catalog::parse(sdl, &limits.lists)?, limits, introspection })
    }

    /// Parses a document, finds its operation, and weighs both.
    ///
    /// # Errors
    /// A code of the closed list: not GraphQL, no such operation, over a limit, a required variable missing.
    pub fn check(&self, text: &str, operation_name: Option<&str>, variables: &Variables) -> Result<Checked, ServerError> {
        tokens::check(text, &self.limits)?;
        let mut document = parse_query(text).map_err(|error| {
            let parsed = ServerError::from(error);
            ServerError { locations: parsed.locations, ..ErrorCode::GraphqlParseFailed.at(parsed.message, None) }
        })?;
        survey::check(&mut document, &self.limits)?;
        let (name, operation) = find(&document, operation_name.filter(|name| !name.is_empty()))?;
        variables::check(operation, variables, &self.limits)?;
        let mut scale = Scale::new(&document, &self.catalog, variables, operation, self.limits.default_page);
        let mut selections = 0_u64;
        let mut chosen = Weight::default();
        for (_, each) in document.operations.iter() {
            let weight = scale.operation(&each.node)?;
            selections = selections.saturating_add(weight.selections);
            if std::ptr::eq(&raw const each.node, operation) {
                chosen = weight;
            }
        }
        scale.refuse_unused_fragments()?;
        refuse_above("selections", "with its fragments expanded, the document selects", selections, self.limits.selections)?;
        let cost = self.judge(operation, &chosen)?;
        let order = FieldOrder::of(&document, operation, variables);
        let (kind, name) = (operation.ty, name.map(str::to_owned));
        Ok(Checked { document, name, kind, cost, order })
    }

    fn judge(&self, operation: &OperationDefinition, weight: &Weight) -> Result<Cost, ServerError> {
        let limits = &self.limits;
        if weight.introspection_depth > 0 && !self.introspection {
            let message = "This server does not show its schema: introspection is switched off.";
            return Err(ErrorCode::GraphqlValidationFailed.at(message, None));
        }
        // The library runs only what stands there directly, and would stay silent about a fragment.
        let has_one_field = matches!(&*operation.selection_set.node.items, [only] if matches!(only.node, Selection::Field(_)));
        if operation.ty == OperationType::Subscription && !has_one_field {
            let message = "A subscription must have exactly one field at its root, written there directly.";
            return Err(ErrorCode::GraphqlValidationFailed.at(message, None));
        }
        let cost = Cost { requested: weight.values(limits.default_page), limit: limits.complexity };
        refuse_above("depth", "fields nest", weight.depth, limits.depth)?;
        refuse_above("introspectionDepth", "fields of the introspection nest", weight.introspection_depth, limits.introspection_depth)?;
        refuse_above("rootFields", "fields at the root number", weight.fields, limits.root_fields)?;
        refuse_above("nodes", "objects in the answer may number", weight.nodes(limits.default_page), limits.nodes)?;
        refuse_above("complexity", "values in the answer may number", cost.requested, cost.limit)?;
        Ok(cost)
    }
}

fn refuse_above(limit: &str, what: &str, requested: u64, allowed: u64) -> Result<(), ServerError> {
    if requested <= allowed {
        return Ok(());
    }
    let message = format!("The operation asks for too much: {what} {requested}, but at most {allowed} are allowed. Ask for less at once.");
    Err(over_limit(message, limit, requested, allowed))
}

/// The operation to run, and its name where it has one.
fn find<'a>(document: &'a ExecutableDocument, wanted: Option<&str>) -> Result<(Option<&'a str>, &'a OperationDefinition), ServerError> {
    let mut fitting = document.operations.iter().filter(|(name, _)| wanted.is_none_or(|wanted| name.is_some_and(|name| name == wanted)));
    let message = match (fitting.next(), fitting.next(), wanted) {
        (Some((name, operation)), None, _) => return Ok((name.map(|name| name.as_str()), &operation.node)),
        (None, _, Some(wanted)) => format!("The document has no operation `{wanted}`."),
        _ => "The document has several operations: say which one to run in `operationName`.".to_owned(),
    };
    Err(ErrorCode::OperationResolutionFailure.at(message, None))
}
