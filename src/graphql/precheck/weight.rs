//! What a selection set amounts to with its fragments expanded. Each fragment is weighed once, so that a document of fragments that fan out costs no
//! more than its length; the sums saturate.

use std::collections::HashMap;

use async_graphql::parser::Positioned;
use async_graphql::parser::types::{ExecutableDocument, Field, FragmentSpread, OperationDefinition, Selection, SelectionSet};
use async_graphql::{ServerError, Value, Variables};

use super::catalog::{Catalog, FieldShape, Fields};
use crate::graphql::errors::{ErrorCode, over_limit};

/// Selection sets inside each other that the library executes (its `limit_recursive_depth`), fragments counted too.
const MAX_LEVELS: u64 = 32;

/// Inside an introspection, lists of types below lists of types grow without bound; public tools need one.
const MAX_INTROSPECTION_LISTS: u64 = 2;

/// A number that grows with the length of the list it stands in.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Count {
    /// Once per object.
    once: u64,
    /// Once per item of the lists directly below, whose length is the parent's to say.
    per_item: u64,
}

impl Count {
    fn with_items(self, items: u64) -> u64 {
        self.once.saturating_add(self.per_item.saturating_mul(items))
    }

    fn add(&mut self, other: Self) {
        self.once = self.once.saturating_add(other.once);
        self.per_item = self.per_item.saturating_add(other.per_item);
    }
}

/// What one selection set amounts to.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Weight {
    /// Selections, fragments expanded.
    pub selections: u64,
    /// Fields directly in it.
    pub fields: u64,
    /// Fields inside fields.
    pub depth: u64,
    /// Fields inside fields of an introspection; 0 without one.
    pub introspection_depth: u64,
    /// Lists of types inside each other, inside an introspection.
    introspection_lists: u64,
    /// Selection sets inside each other.
    levels: u64,
    nodes: Count,
    values: Count,
}

impl Weight {
    /// Objects in the answer.
    pub fn nodes(&self, default_page: u64) -> u64 {
        self.nodes.with_items(default_page)
    }

    /// Values in the answer.
    pub fn values(&self, default_page: u64) -> u64 {
        self.values.with_items(default_page)
    }

    /// Beside each other.
    fn join(&mut self, other: &Self) {
        self.selections = self.selections.saturating_add(other.selections);
        self.fields = self.fields.saturating_add(other.fields);
        self.depth = self.depth.max(other.depth);
        self.introspection_depth = self.introspection_depth.max(other.introspection_depth);
        self.introspection_lists = self.introspection_lists.max(other.introspection_lists);
        self.levels = self.levels.max(other.levels);
        self.nodes.add(other.nodes);
        self.values.add(other.values);
    }
}

/// Weighs the operations of one document.
pub(super) struct Scale<'a> {
    document: &'a ExecutableDocument,
    catalog: &'a Catalog,
    variables: &'a Variables,
    operation: &'a OperationDefinition,
    default_page: u64,
    /// `None` while a fragment is being weighed.
    fragments: HashMap<&'a str, Option<Weight>>,
}

impl<'a> Scale<'a> {
    pub fn new(
        document: &'a ExecutableDocument,
        catalog: &'a Catalog,
        variables: &'a Variables,
        operation: &'a OperationDefinition,
        default_page: u64,
    ) -> Self {
        Self { document, catalog, variables, operation, default_page, fragments: HashMap::new() }
    }

    /// Weighs one operation.
    pub fn operation(&mut self, operation: &'a OperationDefinition) -> Result<Weight, ServerError> {
        self.set(&operation.selection_set.node, self.catalog.root(operation.ty), 0)
    }

    /// Refuses a fragment that no operation has weighed: it may not be there by the rules, and the library would walk through it.
    pub fn refuse_unused_fragments(&self) -> Result<(), ServerError> {
        match self.document.fragments.iter().find(|(name, _)| !self.fragments.contains_key(name.as_str())) {
            Some((name, fragment)) => {
                let message = format!("The fragment `{name}` is never used.");
                Err(ErrorCode::GraphqlValidationFailed.at(message, Some(fragment.pos)))
            }
            None => Ok(()),
        }
    }

    fn set(&mut self, set: &'a SelectionSet, fields: Option<&'a Fields>, level: u64) -> Result<Weight, ServerError> {
        if level > MAX_LEVELS {
            return Err(too_many_levels());
        }
        let mut total = Weight::default();
        for selection in &set.items {
            let weight = match &selection.node {
                Selection::Field(field) => self.field(&field.node, fields, level)?,
                Selection::FragmentSpread(spread) => self.spread(spread, level)?,
                Selection::InlineFragment(fragment) => {
                    let condition = fragment.node.type_condition.as_ref();
                    let fields = condition.map_or(fields, |condition| self.catalog.fields(&condition.node.on.node));
                    let mut weight = self.set(&fragment.node.selection_set.node, fields, level + 1)?;
                    weight.selections = weight.selections.saturating_add(1);
                    weight
                }
            };
            total.join(&weight);
        }
        total.levels += 1;
        Ok(total)
    }

    fn spread(&mut self, spread: &'a Positioned<FragmentSpread>, level: u64) -> Result<Weight, ServerError> {
        let name = spread.node.fragment_name.node.as_str();
        let mut weight = self.fragment(name, level + 1)?.ok_or_else(|| {
            let message = format!("The fragment `{name}` spreads itself, directly or through others.");
            ErrorCode::GraphqlValidationFailed.at(message, Some(spread.pos))
        })?;
        weight.selections = weight.selections.saturating_add(1);
        Ok(weight)
    }

    /// `None` for a fragment inside itself. An unknown fragment weighs nothing: validation names it.
    fn fragment(&mut self, name: &'a str, level: u64) -> Result<Option<Weight>, ServerError> {
        if let Some(known) = self.fragments.get(name) {
            return match known {
                Some(weight) if level + weight.levels > MAX_LEVELS + 1 => Err(too_many_levels()),
                known => Ok(*known),
            };
        }
        let document = self.document;
        let Some(fragment) = document.fragments.get(name) else { return Ok(Some(Weight::default())) };
        self.fragments.insert(name, None);
        let fields = self.catalog.fields(&fragment.node.type_condition.node.on.node);
        let weight = self.set(&fragment.node.selection_set.node, fields, level)?;
        self.fragments.insert(name, Some(weight));
        Ok(Some(weight))
    }

    fn field(&mut self, field: &'a Field, fields: Option<&'a Fields>, level: u64) -> Result<Weight, ServerError> {
        let name = field.name.node.as_str();
        let shape = fields.and_then(|fields| fields.get(name));
        let target = shape.and_then(|shape| self.catalog.fields(&shape.target));
        let selected = &field.selection_set.node;
        let below = if selected.items.is_empty() { Weight::default() } else { self.set(selected, target, level + 1)? };
        let mut weight = Weight { fields: 1, depth: below.depth + 1, levels: below.levels, ..below };
        weight.selections = below.selections.saturating_add(1);
        if matches!(name, "__schema" | "__type") {
            return introspection(weight);
        }
        if shape.is_none() && matches!(name, "fields" | "inputFields" | "interfaces" | "possibleTypes") {
            weight.introspection_lists += 1;
        }
        let is_object = u64::from(!selected.items.is_empty());
        let items = shape.and_then(|shape| self.items(field, shape));
        let is_list = shape.is_some_and(|shape| shape.is_list);
        weight.nodes = self.multiplied(below.nodes, is_object, is_list, items);
        weight.values = self.multiplied(below.values, 1, is_list, items);
        Ok(weight)
    }

    /// A list counts as often as it has items. Where the field does not say how many, the field above may: `downline(first: 5) { edges { … } }`.
    fn multiplied(&self, below: Count, own: u64, is_list: bool, items: Option<u64>) -> Count {
        let item = below.with_items(self.default_page).saturating_add(own);
        match (is_list, items) {
            (true, Some(items)) => Count { once: item.saturating_mul(items), per_item: 0 },
            (true, None) => Count { once: 0, per_item: item },
            (false, items) => Count { once: below.with_items(items.unwrap_or(self.default_page)).saturating_add(own), per_item: 0 },
        }
    }

    /// The items that the arguments ask for.
    fn items(&self, field: &Field, shape: &FieldShape) -> Option<u64> {
        let argument = |name: &str| length(self.argument(field, name)?);
        if shape.is_paged {
            return ["first", "last", "limit"].into_iter().filter_map(argument).max().or(shape.bound).or(Some(self.default_page));
        }
        if shape.is_list {
            return argument("ids").or_else(|| argument("height")).or(shape.bound);
        }
        // The levels of a summary stand directly in it: as many as the depth asked for.
        shape.bound.map(|bound| argument("depth").unwrap_or(bound))
    }

    fn argument(&self, field: &Field, name: &str) -> Option<Value> {
        let written = field.get_argument(name)?.node.clone();
        written.into_const_with(|variable| self.variable(&variable).ok_or(())).ok()
    }

    fn variable(&self, name: &str) -> Option<Value> {
        let default = || {
            let definition = self.operation.variable_definitions.iter().find(|definition| definition.node.name.node == name)?;
            definition.node.default_value.as_ref().map(|value| value.node.clone())
        };
        self.variables.get(name).cloned().or_else(default)
    }
}

/// The schema bounds the answer to an introspection, so its lists are not multiplied; only walks in circles are refused.
fn introspection(weight: Weight) -> Result<Weight, ServerError> {
    if weight.introspection_lists > MAX_INTROSPECTION_LISTS {
        let message = format!("The introspection nests lists of types more than {MAX_INTROSPECTION_LISTS} deep.");
        return Err(over_limit(message, "introspectionLists", weight.introspection_lists, MAX_INTROSPECTION_LISTS));
    }
    let flat = Count { once: weight.selections, per_item: 0 };
    Ok(Weight { introspection_depth: weight.depth, depth: 1, introspection_lists: 0, nodes: flat, values: flat, ..weight })
}

/// A number, or how long a list is.
fn length(value: Value) -> Option<u64> {
    match value {
        Value::Number(number) => Some(number.as_u64().unwrap_or(0)),
        Value::List(items) => Some(items.len() as u64),
        _ => None,
    }
}

fn too_many_levels() -> ServerError {
    over_limit(format!("Fields and fragments nest more than {MAX_LEVELS} deep."), "levels", MAX_LEVELS + 1, MAX_LEVELS)
}
