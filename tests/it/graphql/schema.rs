//! The schema as others read it: fresh in `schema.graphql`, described throughout, and after Relay's rules.

use std::collections::HashMap;
use std::path::Path;

use async_graphql::parser::Positioned;
use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{BaseType, FieldDefinition, InputValueDefinition, Type, TypeDefinition, TypeKind, TypeSystemDefinition};
use upline::graphql::roots::definition;

/// Numbers that people choose or count levels with. What counts rows or money is BigInt or Decimal: JSON numbers lose digits beyond 53 bits, Int ends at 32.
const SMALL_NUMBERS: [&str; 13] = [
    "count",
    "depth",
    "distance",
    "first",
    "height",
    "last",
    "level",
    "limit",
    "minimumAge",
    "numericId",
    "overlapHours",
    "quantity",
    "refundedQuantity",
];

fn types() -> Vec<TypeDefinition> {
    let definitions = parse_schema(definition()).unwrap().definitions.into_iter();
    definitions
        .filter_map(|definition| match definition {
            TypeSystemDefinition::Type(definition) => Some(definition.node),
            _ => None,
        })
        .collect()
}

fn fields(definition: &TypeDefinition) -> &[Positioned<FieldDefinition>] {
    match &definition.kind {
        TypeKind::Object(object) => &object.fields,
        TypeKind::Interface(interface) => &interface.fields,
        _ => &[],
    }
}

fn inputs(definition: &TypeDefinition) -> &[Positioned<InputValueDefinition>] {
    match &definition.kind {
        TypeKind::InputObject(input) => &input.fields,
        _ => &[],
    }
}

/// Every field, argument and input field: its place, its type, whether it is described.
fn values(definition: &TypeDefinition) -> Vec<(String, String, Type, bool)> {
    let value = |owner: &str, name: &str, ty: &Type, described: bool| (owner.to_owned(), name.to_owned(), ty.clone(), described);
    let owner = definition.name.node.as_str();
    let mut values = Vec::new();
    for field in fields(definition) {
        let name = field.node.name.node.as_str();
        values.push(value(owner, name, &field.node.ty.node, described(field.node.description.as_ref())));
        for argument in &field.node.arguments {
            let argument = &argument.node;
            values.push(value(
                &format!("{owner}.{name}"),
                &argument.name.node,
                &argument.ty.node,
                described(argument.description.as_ref()),
            ));
        }
    }
    for input in inputs(definition) {
        values.push(value(owner, &input.node.name.node, &input.node.ty.node, described(input.node.description.as_ref())));
    }
    values
}

fn described(description: Option<&Positioned<String>>) -> bool {
    description.is_some_and(|text| !text.node.trim().is_empty())
}

fn named(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name,
        BaseType::List(item) => named(item),
    }
}

#[test]
fn schema_graphql_is_fresh() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema.graphql");
    let stored = std::fs::read_to_string(file).unwrap();
    assert!(stored == definition(), "schema.graphql is stale: refresh it by `cargo run -- schema > schema.graphql`");
}

#[test]
fn everything_is_described() {
    let mut bare = Vec::new();
    for definition in types() {
        let owner = &definition.name.node;
        // The library's connection types have no place for a description; their fields have.
        if !described(definition.description.as_ref()) && !owner.ends_with("Connection") {
            bare.push(owner.to_string());
        }
        bare.extend(values(&definition).into_iter().filter(|value| !value.3).map(|(owner, name, ..)| format!("{owner}.{name}")));
        if let TypeKind::Enum(choices) = &definition.kind {
            let silent = choices.values.iter().filter(|choice| !described(choice.node.description.as_ref()));
            bare.extend(silent.map(|choice| format!("{owner}.{}", choice.node.value.node)));
        }
    }
    assert!(bare.is_empty(), "without a description: {bare:?}");
}

#[test]
fn only_small_numbers_are_ints_and_no_number_is_a_float() {
    for definition in types() {
        for (owner, name, ty, _) in values(&definition) {
            assert_ne!(named(&ty), "Float", "{owner}.{name}");
            if named(&ty) == "Int" {
                assert!(SMALL_NUMBERS.contains(&name.as_str()), "{owner}.{name} is an Int: use BigInt, or add it to SMALL_NUMBERS");
            }
        }
    }
}

/// Lists of objects that are no pages: those that may be long are bounded by an argument or in `Settings::from_config`, the rest is short.
const LISTS: [&str; 26] = [
    "Account.sessions",
    "Application.keys",
    "IssueEpinsPayload.issued",
    "Order.payments",
    "Cart.lines",
    "CommissionSummary.byLevel",
    "CommissionSummary.bySource",
    "CommissionSummary.trend",
    "Country.states",
    "Genealogy.nodes",
    "Kyc.documents",
    "NetworkSummary.byLevel",
    "Order.lines",
    "Partner.payoutMethods",
    "Partner.placementSlots",
    "Partner.upline",
    "Payout.history",
    "Query.countries",
    "Query.nodes",
    "Query.ranks",
    "ReferralStats.days",
    "shippingAddresses",
    "SavePayoutMethodPayload.payoutMethods",
    "userErrors",
    "nodes",
    "edges",
];

#[test]
fn a_list_of_objects_that_the_budget_does_not_know_is_noticed() {
    let types = types();
    let has_fields = |name: &str| types.iter().any(|definition| definition.name.node == name && !fields(definition).is_empty());
    for definition in &types {
        for field in fields(definition) {
            let (owner, name, ty) = (&definition.name.node, field.node.name.node.as_str(), field.node.ty.node.to_string());
            let is_known = LISTS.contains(&name) || LISTS.contains(&format!("{owner}.{name}").as_str());
            assert!(!ty.contains('[') || !has_fields(named(&field.node.ty.node)) || is_known, "{owner}.{name}: how long may it become?");
        }
    }
}

#[test]
fn connections_follow_relay() {
    let types = types();
    let by_name: HashMap<&str, &TypeDefinition> = types.iter().map(|definition| (definition.name.node.as_str(), definition)).collect();
    let shape = |owner: &str| -> HashMap<String, String> {
        fields(by_name[owner]).iter().map(|field| (field.node.name.node.to_string(), field.node.ty.node.to_string())).collect()
    };
    let mut connections = 0;
    for definition in &types {
        for field in fields(definition) {
            let place = format!("{}.{}", definition.name.node, field.node.name.node);
            let arguments: HashMap<_, _> = field
                .node
                .arguments
                .iter()
                .map(|argument| (argument.node.name.node.to_string(), argument.node.ty.node.to_string()))
                .collect();
            let target = named(&field.node.ty.node);
            let Some(stem) = target.strip_suffix("Connection") else {
                assert!(!arguments.contains_key("first"), "{place} takes `first` but gives no connection");
                continue;
            };
            connections += 1;
            for (name, ty) in [("first", "Int"), ("after", "String"), ("last", "Int"), ("before", "String")] {
                assert_eq!(arguments.get(name).map(String::as_str), Some(ty), "{place}({name}:)");
            }
            let connection = shape(target);
            assert_eq!(connection["pageInfo"], "PageInfo!", "{target}");
            assert_eq!(connection["totalCount"], "BigInt!", "{target}");
            let edge = connection["edges"].trim_matches(['[', ']', '!']);
            assert!(edge.ends_with("Edge"), "{target}.edges is {edge}");
            assert_eq!(shape(edge)["cursor"], "String!", "{edge}");
            assert_eq!(shape(edge)["node"].trim_matches('!'), connection["nodes"].trim_matches(['[', ']', '!']), "{stem}");
        }
    }
    assert!(connections >= 7, "{connections} connections");
    let page_info = shape("PageInfo");
    assert_eq!([&page_info["hasNextPage"], &page_info["hasPreviousPage"]], ["Boolean!"; 2]);
    assert_eq!([&page_info["startCursor"], &page_info["endCursor"]], ["String"; 2]);
    assert_eq!(shape("Node")["id"], "ID!");
    assert_eq!(shape("Query")["node"], "Node");
    assert_eq!(shape("Query")["nodes"], "[Node]!");
}

#[test]
fn mutations_take_one_input_and_give_a_payload_with_user_errors() {
    let types = types();
    let by_name: HashMap<&str, &TypeDefinition> = types.iter().map(|definition| (definition.name.node.as_str(), definition)).collect();
    for mutation in fields(by_name["Mutation"]) {
        let name = mutation.node.name.node.as_str();
        let pascal = format!("{}{}", name[..1].to_uppercase(), &name[1..]);
        let arguments: Vec<_> =
            mutation.node.arguments.iter().map(|argument| format!("{}: {}", argument.node.name.node, argument.node.ty.node)).collect();
        assert_eq!(arguments, [format!("input: {pascal}Input!")], "{name}");
        assert_eq!(mutation.node.ty.node.to_string(), format!("{pascal}Payload"), "{name}");
        let payload = fields(by_name[named(&mutation.node.ty.node)]);
        let errors = payload.iter().find(|field| field.node.name.node == "userErrors");
        assert_eq!(errors.map(|field| field.node.ty.node.to_string()).as_deref(), Some("[UserError!]!"), "{name}");
    }
}

/// Mutations without an idempotency key, and why a repetition does no harm. A mutation that makes something new, adds to something or moves money is not one
/// of these: it takes a key.
const WITHOUT_KEY: [(&str, &[&str]); 5] = [
    // The input says what is to be; a repetition finds it so, and answers the same.
    (
        "what is said is said again",
        &[
            "clearCart",
            "removeFromCart",
            "removeImage",
            "removePayoutMethod",
            "savePayoutMethod",
            "setAccessRules",
            "setApplicationState",
            "setCartQuantity",
            "setContactSharing",
            "setDefaultShippingAddress",
            "setPlacementPreference",
            "setSignUpsOpen",
            "updateBank",
            "updateContact",
            "updatePersonal",
            "updateProduct",
        ],
    ),
    // A step that is taken once: a repetition finds it taken, changes nothing, and answers so or that it is done.
    (
        "what is done is done",
        &[
            "blockAccount",
            "blockEpin",
            "cancelOrder",
            "completeOrder",
            "deleteReferralLink",
            "endOtherSessions",
            "endSession",
            "eraseAccount",
            "logOut",
            "moveSponsor",
            "placePartner",
            "removeShippingAddress",
            "unblockAccount",
            "unblockEpin",
        ],
    ),
    // Known by what it is called outside.
    ("by reference", &["recordOrder", "recordPayment"]),
    // A secret, or a token that works once: a repetition is refused, and the person signs in with what was set. An answer with tokens is not kept.
    (
        "by a secret",
        &["changePassword", "logIn", "refreshToken", "resetPassword", "resetTransactionPassword", "setTransactionPassword", "verifyEmail"],
    ),
    // Another mail, at most so many an hour.
    ("by a limit", &["requestEmailVerification", "requestPasswordReset", "requestTransactionPasswordReset"]),
];

#[test]
fn every_mutation_has_an_idempotency_key_or_a_reason_to_need_none() {
    let types = types();
    let by_name: HashMap<&str, &TypeDefinition> = types.iter().map(|definition| (definition.name.node.as_str(), definition)).collect();
    for mutation in fields(by_name["Mutation"]) {
        let name = mutation.node.name.node.as_str();
        let input = by_name[format!("{}{}Input", name[..1].to_uppercase(), &name[1..]).as_str()];
        let has_key = inputs(input).iter().any(|field| field.node.name.node == "idempotencyKey");
        let reasons: Vec<_> = WITHOUT_KEY.iter().filter(|(_, names)| names.contains(&name)).map(|(reason, _)| *reason).collect();
        assert_eq!(reasons.len(), usize::from(!has_key), "{name}: an idempotency key, or one reason in WITHOUT_KEY: {reasons:?}");
    }
    let known = |name: &str| fields(by_name["Mutation"]).iter().any(|mutation| mutation.node.name.node == name);
    let gone: Vec<_> = WITHOUT_KEY.iter().flat_map(|(_, names)| *names).filter(|name| !known(name)).collect();
    assert!(gone.is_empty(), "no such mutation any more: {gone:?}");
}
