//! The walk over a document as written: aliases, directives, and what the library overlooks on `__typename`.

use async_graphql::parser::Positioned;
use async_graphql::parser::types::{
    Directive, DocumentOperations, ExecutableDocument, InlineFragment, OperationDefinition, Selection, SelectionSet,
};
use async_graphql::{Pos, ServerError};

use crate::graphql::errors::over_limit;
use crate::graphql::settings::Limits;

/// Refuses too many aliases or directives; rewrites directives on `__typename` so that the library sees them.
pub(super) fn check(document: &mut ExecutableDocument, limits: &Limits) -> Result<(), ServerError> {
    let mut survey = Survey { aliases: 0, limits };
    match &mut document.operations {
        DocumentOperations::Single(operation) => survey.operation(&mut operation.node)?,
        DocumentOperations::Multiple(operations) => {
            for operation in operations.values_mut() {
                survey.operation(&mut operation.node)?;
            }
        }
    }
    for fragment in document.fragments.values_mut() {
        survey.directives(&fragment.node.directives)?;
        survey.selections(&mut fragment.node.selection_set.node)?;
    }
    Ok(())
}

struct Survey<'a> {
    aliases: usize,
    limits: &'a Limits,
}

impl Survey<'_> {
    fn operation(&mut self, operation: &mut OperationDefinition) -> Result<(), ServerError> {
        self.directives(&operation.directives)?;
        for variable in &operation.variable_definitions {
            self.directives(&variable.node.directives)?;
        }
        self.selections(&mut operation.selection_set.node)
    }

    fn selections(&mut self, set: &mut SelectionSet) -> Result<(), ServerError> {
        for selection in &mut set.items {
            self.directives(selection.node.directives())?;
            match &mut selection.node {
                Selection::Field(field) => {
                    self.aliases += usize::from(field.node.alias.is_some());
                    if self.aliases > self.limits.aliases {
                        let allowed = self.limits.aliases;
                        return Err(over_limit(
                            format!("The document has more than {allowed} aliases."),
                            "aliases",
                            self.aliases as u64,
                            allowed as u64,
                        ));
                    }
                    self.selections(&mut field.node.selection_set.node)?;
                    if field.node.name.node == "__typename" && !field.node.directives.is_empty() {
                        expose_directives(selection);
                    }
                }
                Selection::InlineFragment(fragment) => self.selections(&mut fragment.node.selection_set.node)?,
                Selection::FragmentSpread(_) => {}
            }
        }
        Ok(())
    }

    fn directives(&self, directives: &[Positioned<Directive>]) -> Result<(), ServerError> {
        let allowed = self.limits.directives;
        if directives.len() > allowed {
            let message = format!("There are {} directives at one place; at most {allowed} are allowed.", directives.len());
            return Err(over_limit(message, "directives", directives.len() as u64, allowed as u64));
        }
        Ok(())
    }
}

/// `__typename @include(if: $x)` becomes `... @include(if: $x) { __typename }`, which means the same: the library validates directives there, and
/// counts the variable as used, but does neither on `__typename` itself.
fn expose_directives(selection: &mut Positioned<Selection>) {
    let pos: Pos = selection.pos;
    let directives = std::mem::take(selection.node.directives_mut());
    let inner = std::mem::replace(&mut selection.node, Selection::InlineFragment(Positioned::new(empty_fragment(pos), pos)));
    if let Selection::InlineFragment(fragment) = &mut selection.node {
        fragment.node.directives = directives;
        fragment.node.selection_set.node.items.push(Positioned::new(inner, pos));
    }
}

fn empty_fragment(pos: Pos) -> InlineFragment {
    InlineFragment { type_condition: None, directives: Vec::new(), selection_set: Positioned::new(SelectionSet::default(), pos) }
}
