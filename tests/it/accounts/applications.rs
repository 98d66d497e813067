//! Applications: what their keys open, and for how long; who may hand them out.

use std::collections::BTreeSet;

use image::ImageFormat;
use serde_json::{Value, json};
use upline::auth::principal::Principal;
use upline::commands::Error;
use upline::commands::accounts::{Block, LogIn, block_account, find_account, log_in};
use upline::commands::applications::{
    Keyed, RegisterApplication, RotateKey, SetAccessRules, SetApplicationState, register_application, rotate_key, set_access_rules,
    set_application_state,
};
use upline::commands::carts::add_to_cart;
use upline::commands::catalog::save_product;
use upline::commands::orders::{
    Checkout, RecordOrder, RecordPayment, RefundOrder, checkout, complete_order, record_order, record_payment, refund_order,
};
use upline::config::secrets::Secret;
use upline::domain::accounts::{Role, Scope};
use upline::domain::amount::Amount;
use upline::domain::applications::{ApplicationKind, ApplicationRefusal, ApplicationState};
use upline::domain::clients::Client;
use upline::domain::order_kind::{Buyer, OrderKind};
use upline::domain::refusal::Refusal;
use upline::graphql::context::Credentials;
use upline::graphql::ids::{NodeKind, encode};

use crate::app::{App, all_at_once, dump, on_both_databases, refusal};
use crate::graphql::served::Served;
use crate::graphql::streams::{Subscriber, Way};
use crate::money::catalog::{offer, product};
use crate::money::{sum, treasurer};
use crate::uploads::{picture, send};

on_both_databases!(
    a_shop_records_its_orders_and_payments_by_its_key,
    references_are_each_applications_own,
    a_payment_of_an_order_counts_once_whoever_records_it,
    each_power_opens_its_own_acts_only,
    nobody_signs_in_as_an_application,
    a_key_shows_nothing_of_people,
    only_operators_who_have_its_powers_hand_out_a_key,
    a_key_ends_when_it_is_replaced_switched_off_or_used_from_elsewhere,
    of_rival_keys_one_is_in_force,
    keys_and_those_who_replaced_them_are_shown_to_operators,
);

/// A shop that records orders.
pub fn shop(name: &str) -> RegisterApplication {
    let (name, scopes) = (name.to_owned(), BTreeSet::from([Scope::Orders]));
    RegisterApplication { name, kind: ApplicationKind::Server, scopes, networks: Vec::new(), idempotency_key: None }
}

fn rotation(application: i64, overlap_hours: u32) -> RotateKey {
    RotateKey { application, overlap_hours, idempotency_key: None }
}

fn switch(application: i64, state: ApplicationState) -> SetApplicationState {
    SetApplicationState { application, state, reason: "as agreed".to_owned() }
}

pub async fn registered(app: &App, name: &str) -> Keyed {
    let owner = match app.count("accounts WHERE username = 'owner'").await {
        0 => app.staff("owner", Role::Owner, &[]).await.principal,
        _ => app.sign_in("owner").await,
    };
    register_application(&app.services, &owner, &shop(name)).await.unwrap()
}

async fn opens(app: &App, key: &Secret<String>) -> bool {
    app.authenticate(key.expose()).await.is_some()
}

const ORDER: &str = "mutation ($input: RecordOrderInput!) { recordOrder(input: $input) {
    order { id number status reference amount { amount } due { amount } partner { number } } userErrors { code field } } }";
pub const PAYMENT: &str =
    "mutation ($input: RecordPaymentInput!) { recordPayment(input: $input) { order { number } due { amount } payment { reference amount { amount } }
        userErrors { code } } }";
const REFUND: &str = "mutation ($input: RefundOrderInput!) { refundOrder(input: $input) { order { status } userErrors { code } } }";

fn order(reference: &str, partner: i64) -> Value {
    json!({ "input": { "reference": reference, "partnerNumber": partner.to_string(), "amount": { "amount": "30" },
        "personalVolume": "7", "commissionableVolume": "10" } })
}

async fn a_shop_records_its_orders_and_payments_by_its_key(app: App) {
    let served = Served::start(&app).await;
    let owner = app.staff("owner", Role::Owner, &[]).await;
    let anna = app.join("anna", None, None).await.unwrap();
    let register =
        "mutation { registerApplication(input: {name: \" Web shop \", kind: SERVER, scopes: [ORDERS], idempotencyKey: \"k-1\"}) {
        application { number name kind state scopes networks keys { ending endsAt } } key userErrors { code } } }";
    let made = served.ask(owner.token(), register).await["registerApplication"].clone();
    let (application, key) = (&made["application"], made["key"].as_str().unwrap());
    assert_eq!((&application["name"], &application["scopes"]), (&json!("Web shop"), &json!(["ORDERS"])), "{made}");
    assert_eq!(application["keys"], json!([{ "ending": key[key.len() - 4..], "endsAt": null }]));
    assert_eq!(served.ask(owner.token(), register).await["registerApplication"], made, "a repeated request gives the same key");
    assert_eq!((app.count("applications").await, app.count("application_keys").await), (1, 1));

    // Over HTTP, as a shop would.
    let client = reqwest::Client::new();
    let post = client
        .post(served.url("http", "/graphql"))
        .bearer_auth(key)
        .json(&json!({ "query": ORDER, "variables": order("W-1", anna.number) }));
    let answer: Value = post.send().await.unwrap().json().await.unwrap();
    let recorded = &answer["data"]["recordOrder"]["order"];
    assert_eq!((&recorded["status"], &recorded["reference"]), (&json!("COMPLETED"), &json!("W-1")), "{answer}");
    assert_eq!(recorded["partner"], Value::Null, "a shop learns nothing of the partner");
    let again = served.answer(Some(key), ORDER, order("W-1", anna.number)).await;
    assert_eq!(again["data"]["recordOrder"]["order"]["number"], recorded["number"]);
    assert_eq!((app.count("orders").await, app.count("journals").await), (1, 1));
    let node = format!("{{ node(id: {}) {{ ... on Order {{ number }} }} }}", recorded["id"]);
    assert_eq!(served.ask(key, &node).await["node"]["number"], recorded["number"]);

    let id = offer(&app, &product("A", 10)).await;
    add_to_cart(&app.services, &anna.member.principal, id, 3).await.unwrap();
    let open = checkout(&app.services, &anna.member.principal, &Checkout::default()).await.unwrap();
    let paid = json!({ "input": { "orderNumber": open.to_string(), "reference": "PSP-1" } });
    for _ in 0..2 {
        let answer = served.answer(Some(key), PAYMENT, paid.clone()).await;
        let payment = json!({ "reference": "PSP-1", "amount": { "amount": "30" } });
        let expected = json!({ "order": null, "due": { "amount": "0" }, "payment": payment, "userErrors": [] });
        assert_eq!(answer["data"]["recordPayment"], expected, "{answer}");
    }
    assert_eq!(app.count("payments WHERE application_id IS NOT NULL AND reference = 'PSP-1'").await, 1);

    // What it recorded it sees, but not where it goes; and no other order, whatever it has recorded a payment of.
    add_to_cart(&app.services, &anna.member.principal, id, 1).await.unwrap();
    let unknown = checkout(&app.services, &anna.member.principal, &Checkout::default()).await.unwrap();
    let [house, unknown] = [open, unknown].map(|number| encode(NodeKind::Order, number).to_string());
    let seen =
        |id: &str| format!("{{ node(id: \"{id}\") {{ ... on Order {{ recordedBy shipTo {{ name }} payments {{ recordedBy }} }} }} }}");
    let own = served.ask(key, &seen(recorded["id"].as_str().unwrap())).await;
    assert_eq!(own["node"], json!({ "recordedBy": "Web shop", "shipTo": null, "payments": [{ "recordedBy": "Web shop" }] }));
    for hidden in [&unknown, &house] {
        assert_eq!(served.ask(key, &seen(hidden)).await["node"], Value::Null);
    }
    let paid = json!({ "recordedBy": null, "shipTo": null, "payments": [{ "recordedBy": "Web shop" }] });
    assert_eq!(served.ask(owner.token(), &seen(&house)).await["node"], paid);

    // It gives back what it recorded itself, and nothing else.
    let back = |number: &Value| json!({ "input": { "orderNumber": number, "reason": "sent back" } });
    let answer = served.answer(Some(key), REFUND, back(&recorded["number"])).await;
    assert_eq!(answer["data"]["refundOrder"]["order"]["status"], "REFUNDED", "{answer}");
    let others = served.answer(Some(key), REFUND, back(&json!(open.to_string()))).await;
    assert_eq!(others, served.answer(Some(key), REFUND, back(&json!("999999"))).await);
    assert_eq!(others["data"]["refundOrder"]["userErrors"][0]["code"], "ORDER_UNKNOWN");

    // Its acts are written down for it, by its name; and the key is nowhere.
    let by = "audit_entries e JOIN accounts a ON a.id = e.account_id WHERE a.name = 'Web shop'";
    assert_eq!(app.count(by).await, 3);
    let all = dump::everything(&app).await;
    assert!(!dump::holds(&all, key), "the key stands in the database");
}

async fn references_are_each_applications_own(app: App) {
    let served = Served::start(&app).await;
    let clerk = app.staff("clerk", Role::Operator, &[Scope::Orders]).await;
    let anna = app.join("anna", None, None).await.unwrap();
    let (one, other) = (registered(&app, "One").await, registered(&app, "Other").await);
    let record = async |token: &str, order: Value| {
        let answer = served.answer(Some(token), ORDER, order).await;
        answer["data"]["recordOrder"].clone()
    };
    let mut numbers = BTreeSet::new();
    for token in [one.key.expose().as_str(), other.key.expose(), clerk.token()] {
        for _ in 0..2 {
            let made = record(token, order("1001", anna.number)).await;
            numbers.insert(made["order"]["number"].as_str().unwrap_or_else(|| panic!("{made}")).to_owned());
        }
        let mut another = order("1001", anna.number);
        another["input"]["personalVolume"] = json!("8");
        assert_eq!(record(token, another).await["userErrors"][0]["code"], "REFERENCE_TAKEN");
    }
    assert_eq!((numbers.len(), app.count("orders").await), (3, 3));
    // What is refused leaves nothing behind, whoever asks.
    for bad in ["0", "999999"] {
        let refused = record(one.key.expose(), order("1002", bad.parse().unwrap())).await;
        assert_eq!(refused["userErrors"][0]["code"], "PARTNER_UNKNOWN");
    }
    assert_eq!(app.count("orders").await, 3);
}

async fn a_payment_of_an_order_counts_once_whoever_records_it(app: App) {
    let treasurer = treasurer(&app).await;
    let anna = app.join("anna", None, None).await.unwrap();
    let id = offer(&app, &product("A", 10)).await;
    let shops = [registered(&app, "One").await, registered(&app, "Other").await];
    let mut principals = vec![treasurer];
    for shop in &shops {
        principals.push(app.authenticate(shop.key.expose()).await.unwrap());
    }
    let order = async || {
        add_to_cart(&app.services, &anna.member.principal, id, 3).await.unwrap();
        checkout(&app.services, &anna.member.principal, &Checkout::default()).await.unwrap()
    };
    let (first, second) = (order().await, order().await);
    let paid = |order: i64| RecordPayment { order, reference: "T-1".to_owned(), sum: Some(sum("10")) };
    let acts = (0..9).map(|index| {
        let (services, who, act) = (app.services.clone(), principals[index % 3].clone(), paid(first));
        async move { record_payment(&services, &who, &act).await }
    });
    let (done, refused) = all_at_once(acts).await;
    assert_eq!((done.len(), refused.len(), app.count("payments").await), (9, 0, 1));
    let first_recorder: Option<i64> = app.value("SELECT application_id FROM payments", []).await;
    let numbers = [None, Some(shops[0].application), Some(shops[1].application)];
    let (recorder, others): (Vec<_>, Vec<_>) = principals.iter().zip(numbers).partition(|(_, number)| *number == first_recorder);
    let taken = Refusal::ReferenceTaken { reference: "T-1".to_owned() };
    // Who says no sum means all that is due, unless it is the own payment.
    record_payment(&app.services, recorder[0].0, &RecordPayment { sum: None, ..paid(first) }).await.unwrap();
    for (other, _) in &others {
        assert_eq!(refusal(record_payment(&app.services, other, &RecordPayment { sum: None, ..paid(first) }).await), taken);
    }
    // For another order it is another payment, of who has not used the reference.
    assert_eq!(refusal(record_payment(&app.services, recorder[0].0, &paid(second)).await), taken);
    for (other, _) in &others {
        record_payment(&app.services, other, &paid(second)).await.unwrap();
    }
    assert_eq!(app.count("payments").await, 2);
}

async fn each_power_opens_its_own_acts_only(app: App) {
    let anna = app.join("anna", None, None).await.unwrap();
    let owner = app.staff("owner", Role::Owner, &[]).await.principal;
    let mut programs = Vec::new();
    for scope in [Scope::Orders, Scope::Catalog] {
        let wish = RegisterApplication { scopes: BTreeSet::from([scope]), ..shop(scope.code()) };
        let made = register_application(&app.services, &owner, &wish).await.unwrap();
        programs.push(app.authenticate(made.key.expose()).await.unwrap());
    }
    let [shop, feed] = &programs[..] else { panic!("two programs") };
    let foreign = RecordOrder {
        reference: "W-1".to_owned(),
        partner: anna.number,
        buyer: Buyer::Partner,
        kind: OrderKind::Order,
        sum: sum("10"),
        pv: Amount::ZERO,
        cv: Amount::ZERO,
    };
    let missing = |scope: &'static str| Refusal::ScopeMissing { scope };
    let recorded = record_order(&app.services, shop, &foreign).await.unwrap();
    let payment = RecordPayment { order: recorded, reference: "T-1".to_owned(), sum: None };
    let back = RefundOrder { order: recorded, lines: Vec::new(), sum: None, reason: "sent back".to_owned(), idempotency_key: None };
    for refused in [
        refusal(record_order(&app.services, feed, &foreign).await),
        refusal(record_payment(&app.services, feed, &payment).await),
        refusal(complete_order(&app.services, feed, recorded).await),
        refusal(refund_order(&app.services, feed, &back).await),
    ] {
        assert_eq!(refused, missing("orders"));
    }
    // A shop that finishes what is finished, or names a payment of others, sees nothing for that.
    let made = registered(&app, "Curious").await;
    let served = Served::start(&app).await;
    let theirs = json!({ "input": { "orderNumber": recorded.to_string() } });
    let finish = "mutation ($input: CompleteOrderInput!) { completeOrder(input: $input) { order { number } userErrors { code } } }";
    let answer = served.answer(Some(made.key.expose()), finish, theirs).await;
    assert_eq!(answer["data"]["completeOrder"]["order"], Value::Null, "{answer}");
    assert_eq!(refusal(save_product(&app.services, shop, &product("A", 10)).await), missing("catalog"));
    save_product(&app.services, feed, &product("A", 10)).await.unwrap();
}

async fn nobody_signs_in_as_an_application(app: App) {
    let served = Served::start(&app).await;
    let Keyed { key, .. } = registered(&app, "Shop").await;
    let name = served.ask(key.expose(), "{ viewer { account { username } } }").await["viewer"]["account"]["username"].clone();
    let name = name.as_str().unwrap();
    let clerk = app.operator("clerk", &[Scope::Network]).await;
    let block = Block { username: name.to_owned(), reason: "why not".to_owned() };
    assert_eq!(refusal(block_account(&app.services, &clerk, &block).await), Refusal::AccountUnknown);
    assert!(find_account(&app.services.database, name).await.unwrap().is_none(), "nobody sets a password");
    let log = LogIn { login: name.to_owned(), password: Secret::new("a long password".to_owned()), client: Client::default() };
    assert_eq!(refusal(log_in(&app.services, &log).await), Refusal::WrongCredentials);
    assert!(opens(&app, &key).await);
    // What is for people is not followed by programs.
    for way in [Way::WebSocket, Way::ServerSentEvents] {
        assert_eq!(Subscriber::follow(&served, way, key.expose(), "").await.end().await["code"], "UNAUTHENTICATED", "{way:?}");
    }
}

async fn a_key_shows_nothing_of_people(app: App) {
    let served = Served::start(&app).await;
    let anna = app.join("anna", None, None).await.unwrap();
    let Keyed { key, .. } = registered(&app, "Shop").await;
    let key = key.expose();
    // Acts that take a file; all others are tried over GraphQL, with what is foreign.
    let picture = picture(8, 8, ImageFormat::Png);
    for (document, input, place) in [
        ("mutation ($input: UpdateImageInput!) { updateImage(input: $input) { userErrors { code } } }", json!({ "image": null }), "image"),
        (
            "mutation ($input: SubmitKycInput!) { submitKyc(input: $input) { userErrors { code } } }",
            json!({ "documents": [{ "kind": "PASSPORT", "file": null }] }),
            "documents.0.file",
        ),
    ] {
        let (_, answer) = send(&served, key, document, input, &[(place, &picture)]).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{document}: {answer}");
    }
    let number = anna.number;
    let hidden = served.ask(key, &format!("{{ partner(number: \"{number}\") {{ number }} viewer {{ partner {{ number }} }} }}")).await;
    assert_eq!(hidden, json!({ "partner": null, "viewer": { "partner": null } }));
    for list in ["partners", "payouts", "epins", "kycQueue", "applications"] {
        let (code, _) = served.refusal(Some(key), &format!("{{ operator {{ {list}(first: 1) {{ totalCount }} }} }}")).await;
        assert_eq!(code, "FORBIDDEN", "{list}");
    }
}

async fn only_operators_who_have_its_powers_hand_out_a_key(app: App) {
    let root = app.join("root", None, None).await.unwrap();
    let anna = app.join("anna", Some(&root.code), None).await.unwrap();
    let others: Vec<Scope> = Scope::ALL.iter().copied().filter(|scope| *scope != Scope::Applications).collect();
    let without = app.operator("without", &others).await;
    let narrow = app.operator("narrow", &[Scope::Applications]).await;
    let operator = app.operator("operator", &[Scope::Applications, Scope::Orders]).await;
    let made = registered(&app, "Shop").await;
    let program = app.authenticate(made.key.expose()).await.unwrap();
    let (services, number) = (&app.services, made.application);
    let rules = SetAccessRules { application: number, networks: Vec::new() };
    let acts = async |who: &Principal| {
        [
            register_application(services, who, &shop("Another")).await.map(drop),
            rotate_key(services, who, &rotation(number, 0)).await.map(drop),
            set_access_rules(services, who, &rules).await.map(drop),
            set_application_state(services, who, &switch(number, ApplicationState::Active)).await.map(drop),
        ]
    };
    let missing = |scope: &'static str| Refusal::ScopeMissing { scope };
    for (who, principal, scope) in [
        ("a partner", &anna.member.principal, "applications"),
        ("an upline", &root.member.principal, "applications"),
        ("an operator without the scope", &without, "applications"),
        ("an operator without the powers", &narrow, "orders"),
    ] {
        for (act, outcome) in acts(principal).await.into_iter().enumerate() {
            assert_eq!(refusal(outcome), missing(scope), "{who}, act {act}");
        }
    }
    for who in [&Principal::Anonymous, &program] {
        for outcome in acts(who).await {
            assert!(matches!(outcome, Err(Error::Unauthenticated)), "{outcome:?}");
        }
    }
    assert!(opens(&app, &made.key).await);
    // Harm is ended by whoever sees it.
    assert_eq!(
        refusal(set_application_state(services, &without, &switch(number, ApplicationState::Inactive)).await),
        missing("applications")
    );
    set_application_state(services, &narrow, &switch(number, ApplicationState::Inactive)).await.unwrap();
    assert!(!opens(&app, &made.key).await);
    for outcome in acts(&operator).await {
        outcome.unwrap();
    }
    // Nobody gives more than programs may have.
    let owner = app.sign_in("owner").await;
    for scope in Scope::ALL {
        let wish = RegisterApplication { scopes: BTreeSet::from([*scope]), ..shop("Wide") };
        let outcome = register_application(services, &owner, &wish).await;
        match scope {
            Scope::Orders | Scope::Catalog => drop(outcome.unwrap()),
            _ => assert_eq!(refusal(outcome), Refusal::Application(ApplicationRefusal::Scope { scope: scope.code() })),
        }
    }
    for kind in [ApplicationKind::Web, ApplicationKind::Mobile] {
        let wish = RegisterApplication { kind, ..shop("Open") };
        assert_eq!(
            refusal(register_application(services, &owner, &wish).await),
            Refusal::Application(ApplicationRefusal::Scope { scope: "orders" })
        );
        let made = register_application(services, &owner, &RegisterApplication { scopes: BTreeSet::new(), ..wish }).await.unwrap();
        assert!(!opens(&app, &made.key).await, "a key that everybody can read opens nothing here");
    }
    for (wish, expected) in [
        (RegisterApplication { name: " ".to_owned(), ..shop("") }, Refusal::InvalidName),
        (RegisterApplication { name: "n".repeat(101), ..shop("") }, Refusal::InvalidName),
        (RegisterApplication { idempotency_key: Some(String::new()), ..shop("x") }, Refusal::InvalidIdempotencyKey),
    ] {
        assert_eq!(refusal(register_application(services, &owner, &wish).await), expected);
    }
    let everywhere = RegisterApplication { networks: vec!["everywhere".to_owned()], ..shop("x") };
    assert!(matches!(
        refusal(register_application(services, &owner, &everywhere).await),
        Refusal::Application(ApplicationRefusal::InvalidNetwork { .. })
    ));
    assert_eq!(
        refusal(rotate_key(services, &owner, &rotation(number, 169)).await),
        Refusal::Application(ApplicationRefusal::InvalidOverlap { most: 168 })
    );
    assert_eq!(refusal(rotate_key(services, &owner, &rotation(999, 0)).await), Refusal::Application(ApplicationRefusal::Unknown));
}

async fn a_key_ends_when_it_is_replaced_switched_off_or_used_from_elsewhere(app: App) {
    let made = registered(&app, "Shop").await;
    let (services, owner, number) = (&app.services, app.sign_in("owner").await, made.application);
    let rotate = async |hours: u32| rotate_key(services, &owner, &rotation(number, hours)).await.unwrap().key;
    let second = rotate(2).await;
    assert!(opens(&app, &made.key).await && opens(&app, &second).await, "both are taken meanwhile");
    app.clock.advance(2 * 3_600 - 1);
    assert!(opens(&app, &made.key).await);
    app.clock.advance(1);
    assert!(!opens(&app, &made.key).await && opens(&app, &second).await);
    let third = rotate(0).await;
    assert!(!opens(&app, &second).await && opens(&app, &third).await, "at once where nothing else is said");
    // A key that is about to end does not last longer for the next one.
    let fourth = rotate(1).await;
    let fifth = rotate(100).await;
    app.clock.advance(3_600);
    assert!(!opens(&app, &third).await && opens(&app, &fourth).await && opens(&app, &fifth).await);

    for state in [ApplicationState::Inactive, ApplicationState::Maintenance] {
        set_application_state(services, &owner, &switch(number, state)).await.unwrap();
        assert!(!opens(&app, &fourth).await && !opens(&app, &fifth).await, "{state}");
        set_application_state(services, &owner, &switch(number, ApplicationState::Active)).await.unwrap();
        assert!(opens(&app, &fifth).await);
    }
    let networks = ["203.0.113.0/24", "2001:db8::7"].map(str::to_owned).to_vec();
    set_access_rules(services, &owner, &SetAccessRules { application: number, networks }).await.unwrap();
    let from = async |address: Option<&str>| {
        let credentials = Credentials { client_ip: address.map(|address| address.parse().unwrap()), ..Credentials::default() };
        services.authenticate(fifth.expose(), credentials.address()).await.unwrap().is_some()
    };
    for (address, admitted) in [
        (Some("203.0.113.9"), true),
        (Some("::ffff:203.0.113.9"), true),
        (Some("2001:db8::7"), true),
        (Some("203.0.114.9"), false),
        (None, false),
    ] {
        assert_eq!(from(address).await, admitted, "{address:?}");
    }
    let served = Served::start(&app).await;
    let (code, message) = served.refusal(Some(fifth.expose()), "{ viewer { account { name } } }").await;
    assert_eq!(code, "UNAUTHENTICATED");
    assert!(message.contains("networks"), "{message}");
    for wrong in ["upk_", "upk_0000000000000000000000000000000000000000000", &format!("{}x", fifth.expose())] {
        assert!(app.authenticate(wrong).await.is_none());
    }
}

async fn of_rival_keys_one_is_in_force(app: App) {
    let made = registered(&app, "Shop").await;
    let owner = app.sign_in("owner").await;
    let rivals = (0..8).map(|_| {
        let (services, who) = (app.services.clone(), owner.clone());
        async move { rotate_key(&services, &who, &rotation(made.application, 0)).await.map(|keyed| keyed.key.expose().clone()) }
    });
    let (keys, refused) = all_at_once(rivals).await;
    assert_eq!((keys.len(), refused.len()), (8, 0));
    let mut open = 0;
    for key in &keys {
        open += usize::from(app.authenticate(key).await.is_some());
    }
    assert_eq!((open, app.count("application_keys WHERE ends_at IS NULL").await), (1, 1));
    // The same request at once, and once more: one key.
    let rivals = (0..8).map(|_| {
        let (services, who) = (app.services.clone(), owner.clone());
        let act = RotateKey { idempotency_key: Some("once".to_owned()), ..rotation(made.application, 0) };
        async move { rotate_key(&services, &who, &act).await.map(|keyed| keyed.key.expose().clone()) }
    });
    let (keys, refused) = all_at_once(rivals).await;
    assert_eq!((keys.iter().collect::<BTreeSet<_>>().len(), refused.len(), app.count("application_keys").await), (1, 0, 10));
    assert!(app.authenticate(&keys[0]).await.is_some());
}

async fn keys_and_those_who_replaced_them_are_shown_to_operators(app: App) {
    let served = Served::start(&app).await;
    let (first, second) = (registered(&app, "First").await, registered(&app, "Second").await);
    let olga = app.staff("olga", Role::Operator, &[Scope::Applications, Scope::Orders]).await;
    for _ in 0..12 {
        rotate_key(&app.services, &olga.principal, &rotation(first.application, 1)).await.unwrap();
    }
    let document = "{ operator { applications(first: 5) { totalCount nodes { number name keys { ending createdAt endsAt } } } } }";
    let (answer, statements) = served.counted(Some(olga.token()), document, json!({})).await;
    let list = &answer["data"]["operator"]["applications"];
    assert_eq!(
        (&list["totalCount"], &list["nodes"][0]["name"], &list["nodes"][1]["name"]),
        (&json!("2"), &json!("Second"), &json!("First"))
    );
    assert_eq!(list["nodes"][1]["keys"].as_array().unwrap().len(), 10, "the latest ten");
    assert!(list["nodes"][1]["keys"][0]["endsAt"].is_null() && list["nodes"][1]["keys"][1]["endsAt"].is_string());
    let (_, again) = {
        registered(&app, "Third").await;
        served.counted(Some(olga.token()), document, json!({})).await
    };
    assert_eq!(statements, again, "no statement for each application");
    let by = "audit_entries e JOIN accounts a ON a.id = e.account_id WHERE a.username = 'olga' AND e.action = 'rotateKey'";
    assert_eq!(app.count(by).await, 12);
    let set = format!(
        "mutation {{ setApplicationState(input: {{applicationNumber: \"{}\", state: INACTIVE, reason: \"left\"}}) {{ application {{ state }} userErrors {{ code }} }} }}",
        second.application
    );
    assert_eq!(served.ask(olga.token(), &set).await["setApplicationState"]["application"]["state"], "INACTIVE");
    let rules = format!(
        "mutation {{ setAccessRules(input: {{applicationNumber: \"{}\", networks: [\"10.0.0.1\", \"nowhere\"]}}) {{ application {{ networks }} userErrors {{ code field message }} }} }}",
        second.application
    );
    let refused = served.ask(olga.token(), &rules).await;
    let error = &refused["setAccessRules"]["userErrors"][0];
    assert_eq!((&error["code"], &error["field"]), (&json!("INVALID_NETWORK"), &json!(["input", "networks"])), "{refused}");
    let done = served.ask(olga.token(), &rules.replace("nowhere", "10.1.0.0/16")).await;
    assert_eq!(done["setAccessRules"]["application"]["networks"], json!(["10.0.0.1/32", "10.1.0.0/16"]));
}
