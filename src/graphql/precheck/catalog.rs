//! What the pre-check knows about the schema: which fields give lists, and which of them take a page size.

use std::collections::HashMap;

use async_graphql::parser::types::{BaseType, FieldDefinition, OperationType, Type, TypeKind, TypeSystemDefinition};
use async_graphql::parser::{Error, parse_schema};

/// The schema's own description cannot be read back.
#[derive(Debug, thiserror::Error)]
#[error("the exported schema cannot be parsed: {0}")]
pub struct SchemaUnreadable(#[from] Error);

/// The fields of one object or interface, by name.
pub(super) type Fields = HashMap<String, FieldShape>;

/// One field of the schema.
#[derive(Debug)]
pub(super) struct FieldShape {
    /// The named type it gives, lists and non-null taken off.
    pub target: String,
    /// Whether it gives a list.
    pub is_list: bool,
    /// Whether it takes `first`, `last` or `limit`.
    pub is_paged: bool,
    /// How long the list becomes that it gives, or that stands directly in what it gives, where its arguments do not say.
    pub bound: Option<u64>,
}

/// All types that have fields.
#[derive(Debug)]
pub(super) struct Catalog {
    types: HashMap<String, Fields>,
    roots: [String; 3],
}

impl Catalog {
    pub fn parse(sdl: &str, bounds: &HashMap<String, u64>) -> Result<Self, SchemaUnreadable> {
        let mut catalog = Self { types: HashMap::new(), roots: ["Query", "Mutation", "Subscription"].map(str::to_owned) };
        for definition in parse_schema(sdl)?.definitions {
            match definition {
                TypeSystemDefinition::Schema(schema) => {
                    let named = [schema.node.query, schema.node.mutation, schema.node.subscription];
                    for (root, name) in catalog.roots.iter_mut().zip(named) {
                        if let Some(name) = name {
                            *root = name.node.to_string();
                        }
                    }
                }
                TypeSystemDefinition::Type(definition) => {
                    let fields = match definition.node.kind {
                        TypeKind::Object(object) => object.fields,
                        TypeKind::Interface(interface) => interface.fields,
                        _ => continue,
                    };
                    let owner = definition.node.name.node.to_string();
                    let shapes = fields.into_iter().map(|field| {
                        let name = field.node.name.node.to_string();
                        let bound = bounds.get(&format!("{owner}.{name}")).copied();
                        (name, FieldShape::of(&field.node, bound))
                    });
                    catalog.types.entry(owner.clone()).or_default().extend(shapes);
                }
                TypeSystemDefinition::Directive(_) => {}
            }
        }
        Ok(catalog)
    }

    /// The fields of a type; `None` for scalars, unions and unknown types.
    pub fn fields(&self, type_name: &str) -> Option<&Fields> {
        self.types.get(type_name)
    }

    /// The fields at the root of an operation.
    pub fn root(&self, kind: OperationType) -> Option<&Fields> {
        let [query, mutation, subscription] = &self.roots;
        self.fields(match kind {
            OperationType::Query => query,
            OperationType::Mutation => mutation,
            OperationType::Subscription => subscription,
        })
    }
}

impl FieldShape {
    fn of(field: &FieldDefinition, bound: Option<u64>) -> Self {
        let (target, is_list) = unwrap(&field.ty.node);
        let is_paged = field.arguments.iter().any(|argument| matches!(argument.node.name.node.as_str(), "first" | "last" | "limit"));
        Self { target, is_list, is_paged, bound }
    }
}

fn unwrap(ty: &Type) -> (String, bool) {
    match &ty.base {
        BaseType::Named(name) => (name.to_string(), false),
        BaseType::List(item) => (unwrap(item).0, true),
    }
}
