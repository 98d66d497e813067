//! The variables of a request.

use async_graphql::parser::types::OperationDefinition;
use async_graphql::{ServerError, Value, Variables};

use crate::graphql::errors::{ErrorCode, over_limit};
use crate::graphql::settings::Limits;

/// Refuses variables that are too deep or too many, and an operation whose required variables are missing.
pub(super) fn check(operation: &OperationDefinition, variables: &Variables, limits: &Limits) -> Result<(), ServerError> {
    let mut values = 0;
    for value in variables.values() {
        measure(value, 1, &mut values, limits)?;
    }
    for definition in &operation.variable_definitions {
        let definition = &definition.node;
        let is_given = variables.get(&definition.name.node).is_some_and(|value| *value != Value::Null);
        let may_lack =
            definition.var_type.node.nullable || definition.default_value.is_some() && !variables.contains_key(&definition.name.node);
        if !is_given && !may_lack {
            let message =
                format!("The variable `${}` of type `{}` is required, but was not given.", definition.name.node, definition.var_type.node);
            return Err(ErrorCode::BadUserInput.at(message, Some(definition.name.pos)));
        }
    }
    Ok(())
}

/// No text that people write holds it, and PostgreSQL cannot store it.
pub(super) fn null_character() -> ServerError {
    ErrorCode::BadUserInput.at("A text holds the character U+0000, which is not allowed. Leave it out.", None)
}

fn measure(value: &Value, depth: usize, values: &mut usize, limits: &Limits) -> Result<(), ServerError> {
    *values += 1;
    if *values > limits.variable_values {
        let allowed = limits.variable_values;
        return Err(over_limit(
            format!("The variables hold more than {allowed} values."),
            "variableValues",
            *values as u64,
            allowed as u64,
        ));
    }
    if depth > limits.variable_depth {
        let allowed = limits.variable_depth;
        return Err(over_limit(format!("The variables nest more than {allowed} deep."), "variableDepth", depth as u64, allowed as u64));
    }
    match value {
        Value::String(text) if text.contains('\0') => Err(null_character()),
        Value::List(items) => items.iter().try_for_each(|item| measure(item, depth + 1, values, limits)),
        Value::Object(entries) => entries.values().try_for_each(|entry| measure(entry, depth + 1, values, limits)),
        _ => Ok(()),
    }
}
