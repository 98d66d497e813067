//! The order of an answer's fields: that of the document, as the specification demands. The library collects them in the order in which they are done.

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::Positioned;
use async_graphql::parser::types::{Directive, ExecutableDocument, OperationDefinition, Selection, SelectionSet};
use async_graphql::{Name, Value, Variables};

/// The keys of an object in the order of the document, fragments expanded and equal keys merged; each with the keys below it.
#[derive(Debug, Default)]
pub struct FieldOrder(IndexMap<Name, Self>);

impl FieldOrder {
    /// Of the operation to run. The document must have passed the rest of the pre-check, which bounds its expansion.
    #[must_use]
    pub fn of(document: &ExecutableDocument, operation: &OperationDefinition, variables: &Variables) -> Self {
        let mut order = Self::default();
        order.add(&operation.selection_set.node, &Reader { document, operation, variables });
        order
    }

    fn add(&mut self, set: &SelectionSet, reader: &Reader<'_>) {
        for selection in &set.items {
            if reader.leaves_out(selection.node.directives()) {
                continue;
            }
            match &selection.node {
                Selection::Field(field) => {
                    let below = self.0.entry(field.node.response_key().node.clone()).or_default();
                    below.add(&field.node.selection_set.node, reader);
                }
                Selection::InlineFragment(fragment) => self.add(&fragment.node.selection_set.node, reader),
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = reader.document.fragments.get(&spread.node.fragment_name.node) {
                        self.add(&fragment.node.selection_set.node, reader);
                    }
                }
            }
        }
    }

    /// Puts the fields of an answer, at every level, into this order.
    pub fn apply(&self, value: &mut Value) {
        if self.0.is_empty() {
            return;
        }
        match value {
            Value::List(items) => items.iter_mut().for_each(|item| self.apply(item)),
            Value::Object(fields) => {
                if !self.is_kept_by(fields) {
                    let mut unordered = std::mem::take(fields);
                    fields.extend(self.0.keys().filter_map(|name| unordered.swap_remove_entry(name)));
                    fields.extend(unordered);
                }
                for (name, value) in fields {
                    if let Some(below) = self.0.get(name) {
                        below.apply(value);
                    }
                }
            }
            _ => {}
        }
    }

    fn is_kept_by(&self, fields: &IndexMap<Name, Value>) -> bool {
        let mut order = self.0.keys();
        fields.keys().all(|name| order.any(|next| next == name))
    }
}

/// What a selection is read with.
struct Reader<'a> {
    document: &'a ExecutableDocument,
    operation: &'a OperationDefinition,
    variables: &'a Variables,
}

impl Reader<'_> {
    /// A selection that is not executed does not say where its key stands.
    fn leaves_out(&self, directives: &[Positioned<Directive>]) -> bool {
        directives.iter().any(|directive| match directive.node.name.node.as_str() {
            "skip" => self.condition(&directive.node) == Some(true),
            "include" => self.condition(&directive.node) == Some(false),
            _ => false,
        })
    }

    fn condition(&self, directive: &Directive) -> Option<bool> {
        match directive.get_argument("if")?.node.clone().into_const_with(|variable| self.variable(&variable).ok_or(())) {
            Ok(Value::Boolean(condition)) => Some(condition),
            _ => None,
        }
    }

    fn variable(&self, name: &Name) -> Option<Value> {
        let default = || {
            let definition = self.operation.variable_definitions.iter().find(|definition| definition.node.name.node == *name)?;
            definition.node.default_value.as_ref().map(|value| value.node.clone())
        };
        self.variables.get(name).cloned().or_else(default)
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;
    use serde_json::json;

    use super::*;

    fn ordered(document: &str, answer: &str, variables: serde_json::Value) -> String {
        let document = parse_query(document).unwrap();
        let (_, operation) = document.operations.iter().next().unwrap();
        let mut answer: Value = serde_json::from_str(answer).unwrap();
        FieldOrder::of(&document, &operation.node, &Variables::from_json(variables)).apply(&mut answer);
        serde_json::to_string(&answer).unwrap()
    }

    #[test]
    fn fields_stand_as_the_document_has_them_at_every_level() {
        let answer = ordered("{ b { y x } a: c }", r#"{"a":1,"b":[{"x":1,"y":2},null,{"y":3,"x":4}]}"#, json!({}));
        assert_eq!(answer, r#"{"b":[{"y":2,"x":1},null,{"y":3,"x":4}],"a":1}"#);
    }

    #[test]
    fn merged_fields_stand_where_they_come_first() {
        let document = "{ ...F b { y } ... { c b { z } } } fragment F on Query { a b { x } }";
        let answer = ordered(document, r#"{"c":1,"b":{"z":1,"y":2,"x":3},"a":1}"#, json!({}));
        assert_eq!(answer, r#"{"a":1,"b":{"x":3,"y":2,"z":1},"c":1}"#);
    }

    #[test]
    fn a_selection_that_is_left_out_does_not_count() {
        let document = "query ($on: Boolean = false) { a @include(if: $on) b @skip(if: true) c b a }";
        let answer = r#"{"a":1,"b":1,"c":1}"#;
        assert_eq!(ordered(document, answer, json!({})), r#"{"c":1,"b":1,"a":1}"#);
        assert_eq!(ordered(document, answer, json!({ "on": true })), r#"{"a":1,"c":1,"b":1}"#);
    }

    #[test]
    fn what_the_document_does_not_describe_stays_as_it_is() {
        assert_eq!(ordered("{ b a }", r#"{"a":{"z":1,"y":2},"b":null,"other":1}"#, json!({})), r#"{"b":null,"a":{"z":1,"y":2},"other":1}"#);
    }
}
