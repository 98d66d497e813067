//! What belongs to another cannot be told from what does not exist, by any mutation (promise P24): for each that names something, an answer about the
//! subject's own and one about nothing at all, from everybody who has no right to it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use upline::commands::applications::{RegisterApplication, register_application};
use upline::domain::accounts::Scope;

use super::nodes::Belongings;
use super::visibility::{ABSENT, House};
use crate::accounts::applications::shop;
use crate::app::{App, on_both_databases};

on_both_databases!(no_mutation_tells_what_is_another_persons_from_what_is_not_there, applications_do_what_is_for_programs_and_nothing_else,);

/// What an application with all the powers it may have does beside what visitors do.
const FOR_PROGRAMS: [&str; 6] = ["completeOrder", "createProduct", "recordOrder", "recordPayment", "refundOrder", "updateProduct"];
/// What needs nobody signed in.
const FOR_VISITORS: [&str; 7] =
    ["logIn", "refreshToken", "requestPasswordReset", "resetPassword", "resetTransactionPassword", "signUp", "verifyEmail"];
/// What cannot be asked without a file; the tests of applications do these acts.
const WITH_FILES: [&str; 2] = ["submitKyc", "updateImage"];

/// Who has no right to anything of the subject's.
const OUTSIDERS: [&str; 5] = ["stranger", "sibling", "not a partner", "audit operator", "plans operator"];

/// What names something: a field of an input, by its name.
fn named(field: &str, things: &Belongings, house: &House) -> Option<Value> {
    let number = |number: i64| Some(json!(number.to_string()));
    match field {
        "orderNumber" => number(things.order),
        "cartNumber" => number(things.cart),
        "payoutNumber" => number(things.payout),
        "epinNumber" => number(things.epin),
        "linkNumber" => number(things.link),
        "addressNumber" => number(things.address),
        "applicationNumber" => number(things.application),
        "submissionNumber" | "journalNumber" => number(1),
        "lineNumber" => number(1),
        "partnerNumber" | "ownerNumber" | "toNumber" | "sponsorNumber" | "parentNumber" => number(house.subject()),
        "sessionId" => Some(json!("0123456789abcdef0123456789abcdef")),
        _ => None,
    }
}

/// Numbers and ids that name nothing of anybody's, and the one that stands beside another name for the same.
const PUBLIC: [&str; 4] = ["productNumber", "country", "state", "accountId"];

/// The same, of something that is not there.
fn absent(field: &str) -> Value {
    match field {
        "sessionId" => json!("fedcba9876543210fedcba9876543210"),
        _ => json!(ABSENT.to_string()),
    }
}

/// Something fit for a field that names nothing.
fn sample(name: &str, kind: &str, types: &BTreeMap<String, Value>) -> Value {
    match (name, kind) {
        ("productNumber", _) => json!("1"),
        ("position", _) => json!("L"),
        ("free", _) => json!(false),
        ("amount", "String" | "Decimal") => json!("1"),
        (_, "String") => json!("some words"),
        (_, "Boolean") => json!(true),
        (_, "Int") => json!(1),
        (_, "Decimal") => json!("1"),
        (_, "Upload") => Value::Null,
        _ => match types.get(kind).and_then(|of| of["enumValues"][0]["name"].as_str()) {
            Some(value) => json!(value),
            None => panic!("{name}: {kind} has no sample: say whether it names something"),
        },
    }
}

/// What a type is inside its lists and promises, whether it is a list, and whether it must be given.
fn unwrapped(of: &Value) -> (String, bool, bool) {
    let (mut at, mut list) = (of, false);
    let needed = of["kind"] == "NON_NULL";
    while !at["ofType"].is_null() {
        list |= at["kind"] == "LIST";
        at = &at["ofType"];
    }
    (at["name"].as_str().unwrap().to_owned(), list, needed)
}

struct Writer<'a> {
    types: BTreeMap<String, Value>,
    things: &'a Belongings,
    house: &'a House,
    is_absent: bool,
}

impl Writer<'_> {
    /// A value of an input type with everything that must be given and everything that names something; whether anything does.
    fn input(&self, name: &str) -> (Value, bool) {
        let of = &self.types[name];
        let (mut fields, mut names) = (Map::new(), false);
        let one_of = of["isOneOf"] == true;
        for field in of["inputFields"].as_array().unwrap() {
            let key = field["name"].as_str().unwrap();
            let (kind, list, needed) = unwrapped(&field["type"]);
            let (value, says) = match named(key, self.things, self.house) {
                Some(_) if self.is_absent => (absent(key), true),
                Some(value) => (value, true),
                None if self.types.get(&kind).is_some_and(|of| of["kind"] == "INPUT_OBJECT") => self.input(&kind),
                None if !needed && ["BigInt", "ID"].contains(&kind.as_str()) => {
                    assert!(PUBLIC.contains(&key), "{name}.{key} names something: say what in `named`");
                    continue;
                }
                None if needed => (sample(key, &kind, &self.types), false),
                None => continue,
            };
            if needed || says || (one_of && fields.is_empty()) {
                if one_of && says {
                    fields.clear();
                }
                fields.insert(key.to_owned(), if list { json!([value]) } else { value });
                names |= says;
            }
        }
        (Value::Object(fields), names)
    }
}

const INTROSPECTION: &str = "{ __schema { mutationType { fields { name args { name type { name ofType { name } } } } }
    types { kind name isOneOf enumValues { name } inputFields { name type { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } }";

/// How much of what the subject has is as it was.
async fn untouched(app: &App, house: &House) -> Vec<i64> {
    let (subject, sponsor) = (house.subject(), house.partners["d"].number);
    let mut counts = Vec::new();
    for rows in [
        "orders WHERE status = 'PENDING_PAYMENT' AND paid = 0".to_owned(),
        "carts".to_owned(),
        "payouts WHERE status = 'PENDING'".to_owned(),
        format!("epins WHERE status = 'ACTIVE' AND remaining = amount AND owner_id = {subject}"),
        format!("partners WHERE id = {subject} AND sponsor_id = {sponsor} AND status = 'ACTIVE'"),
        format!("referral_links WHERE partner_id = {subject} AND deleted_at IS NULL"),
        "shipping_addresses".to_owned(),
        "sessions WHERE ended_at IS NULL".to_owned(),
        "journals".to_owned(),
        "audit_entries".to_owned(),
    ] {
        counts.push(app.count(&rows).await);
    }
    counts
}

/// All types of the schema by name, and its mutations.
async fn introspected(house: &House) -> (BTreeMap<String, Value>, Vec<Value>) {
    let mut schema = house.served.ask(house.viewer("owner").unwrap().token(), INTROSPECTION).await["__schema"].take();
    let types = schema["types"].as_array().unwrap().iter();
    let types = types.map(|of| (of["name"].as_str().unwrap().to_owned(), of.clone())).collect();
    let Value::Array(mutations) = schema["mutationType"]["fields"].take() else { panic!("no mutations") };
    (types, mutations)
}

/// The document of a mutation, and the name of its input.
fn document(mutation: &Value) -> (&str, &str, String) {
    let (name, input) = (mutation["name"].as_str().unwrap(), mutation["args"][0]["type"]["ofType"]["name"].as_str().unwrap());
    (name, input, format!("mutation ($input: {input}!) {{ {name}(input: $input) {{ __typename userErrors {{ code field }} }} }}"))
}

async fn applications_do_what_is_for_programs_and_nothing_else(app: App) {
    let house = House::build(&app).await;
    let things = Belongings::of(&house).await;
    let (served, owner) = (&house.served, &house.viewer("owner").unwrap().principal);
    let wish = RegisterApplication { scopes: [Scope::Orders, Scope::Catalog].into(), ..shop("Program") };
    let keyed = register_application(&served.app.services, owner, &wish).await.unwrap();
    let (types, mutations) = introspected(&house).await;
    let writer = Writer { types, things: &things, house: &house, is_absent: false };
    let mut done = BTreeSet::new();
    for mutation in &mutations {
        let (name, input, document) = document(mutation);
        let answer = served.answer(Some(keyed.key.expose()), &document, json!({ "input": writer.input(input).0 })).await;
        match answer["errors"][0]["extensions"]["code"].as_str() {
            Some("UNAUTHENTICATED") => {}
            Some("BAD_USER_INPUT") if WITH_FILES.contains(&name) => {}
            None => drop(done.insert(name)),
            other => panic!("{name}: {other:?} {answer}"),
        }
    }
    let expected: BTreeSet<&str> = FOR_PROGRAMS.iter().chain(&FOR_VISITORS).copied().collect();
    assert_eq!(done, expected);
    assert!(mutations.len() > 60, "{}", mutations.len());
}

async fn no_mutation_tells_what_is_another_persons_from_what_is_not_there(app: App) {
    let house = House::build(&app).await;
    let things = Belongings::of(&house).await;
    let served = &house.served;
    let (types, mutations) = introspected(&house).await;
    let [own, none] = [false, true].map(|is_absent| Writer { types: types.clone(), things: &things, house: &house, is_absent });
    let before = untouched(&served.app, &house).await;
    let (mut asked, mut told, mut insiders) = (0, Vec::new(), Vec::new());
    for mutation in &mutations {
        let (name, input, document) = document(mutation);
        let [(own, names), (none, _)] = [own.input(input), none.input(input)];
        if !names {
            continue;
        }
        for outsider in OUTSIDERS {
            let token = house.viewer(outsider).unwrap().token();
            let answer = async |input: &Value| served.answer(Some(token), &document, json!({ "input": input })).await;
            let (foreign, absent) = (answer(&own).await, answer(&none).await);
            asked += 1;
            if foreign != absent {
                told.push(format!("{name} as {outsider}: {foreign} and {absent}"));
            }
        }
        let nobody = served.answer(None, &document, json!({ "input": own })).await;
        // Visitors sign up; what that would tell them is in the tests of joining.
        assert!(name == "signUp" || nobody["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED", "{name}: {nobody}");
        insiders.push((name, document, own, none));
    }
    assert!(told.is_empty(), "{}", told.join("\n"));
    assert_eq!(untouched(&served.app, &house).await, before);
    // The answers do differ for those who have the right: the documents reach what they name.
    let mut reached = BTreeSet::new();
    for (name, document, own, none) in &insiders {
        for insider in ["self", "owner"] {
            let token = house.viewer(insider).unwrap().token();
            let answer = async |input: &Value| served.answer(Some(token), document, json!({ "input": input })).await;
            if answer(own).await != answer(none).await {
                reached.insert(*name);
            }
        }
    }
    eprintln!("{asked} pairs of answers of {} mutations, {} of which reach what they name: {reached:?}", insiders.len(), reached.len());
    assert!(asked > 100 && reached.len() > insiders.len() / 2, "{asked}");
}
