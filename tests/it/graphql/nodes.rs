//! Objects by their global ids (promise P24): every type, every kind of viewer. Who may see an object sees it whole, but for what is listed here; for all
//! others it is as if it were not there.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use upline::commands::applications::register_application;
use upline::commands::carts::{add_shipping_address, add_to_cart};
use upline::commands::epins::{IssueEpins, issue_epins};
use upline::commands::orders::{Checkout, checkout};
use upline::commands::payouts::request_payout;
use upline::domain::carts::ShippingAddress;
use upline::domain::epins::Funding;
use upline::graphql::ids::{NodeKind, encode};

use super::served::Served;
use super::visibility::{ABSENT, House, Part};
use crate::accounts::applications::shop;
use crate::app::{App, TestPartner, on_both_databases};
use crate::money::catalog::{offer, product};
use crate::money::payouts::wish;
use crate::money::{credit, secret, sum};
use crate::referrals;

on_both_databases!(every_object_is_shown_whole_or_not_at_all);

/// What belongs to the subject.
pub struct Belongings {
    pub account: i64,
    pub order: i64,
    pub cart: i64,
    pub payout: i64,
    pub epin: i64,
    pub link: i64,
    pub address: i64,
    /// The company's, not the subject's.
    pub application: i64,
}

impl Belongings {
    /// An open order, a cart, a payout that is asked for, an e-pin, a link and an address; and an application.
    pub async fn of(house: &House) -> Self {
        let (app, subject) = (&house.served.app, &house.partners["subject"]);
        let (services, who) = (&app.services, &subject.member.principal);
        let owner = &house.viewer("owner").unwrap().principal;
        credit(app, owner, subject.number, "1000").await;
        secret(app, subject).await;
        let product = offer(app, &product("GOODS", 10)).await;
        add_to_cart(services, who, product, 2).await.unwrap();
        let order = checkout(services, who, &Checkout::default()).await.unwrap();
        add_to_cart(services, who, product, 1).await.unwrap();
        let payout = request_payout(services, who, &wish("100")).await.unwrap();
        let (reason, sum) = ("for sale".to_owned(), sum("50"));
        let pins = IssueEpins {
            count: 1,
            sum,
            funding: Funding::Sold,
            owner: Some(subject.number),
            expires_at: None,
            reason,
            idempotency_key: None,
        };
        let epin = issue_epins(services, owner, &pins).await.unwrap().codes[0].0;
        let link = referrals::create(app, who, "SUBJECTS").await.unwrap();
        let address = address(app, subject).await;
        let application = register_application(services, owner, &shop("Shop")).await.unwrap().application;
        let [account, cart] = ["SELECT account_id FROM partners WHERE id = $1", "SELECT max(id) FROM carts WHERE $1 > 0"];
        let [account, cart] = [app.value(account, [subject.number.into()]).await, app.value(cart, [subject.number.into()]).await];
        Self { account, order, cart, payout, epin, link, address, application }
    }
}

async fn address(app: &App, partner: &TestPartner) -> i64 {
    let [name, address, zip_code, city, phone] = ["Sub Ject", "Road 1", "10115", "Berlin", "+49 30 1"].map(str::to_owned);
    let address = ShippingAddress { id: 0, name, address, zip_code, city, phone, is_default: false };
    add_shipping_address(&app.services, &partner.member.principal, &address).await.unwrap()
}

/// Who may see an object.
enum Seen {
    /// Everybody who is signed in.
    ByAll,
    /// The person alone.
    ByOneself,
    /// To whom this part of its partner is shown.
    With(Part),
}

/// The rule of each type, its subject's number, and the type that the schema gives it.
fn rule(kind: NodeKind, house: &House, things: &Belongings) -> (Seen, i64, &'static str) {
    match kind {
        NodeKind::Account => (Seen::ByOneself, things.account, "Account"),
        NodeKind::Partner => (Seen::With(Part::Card), house.subject(), "Partner"),
        NodeKind::Rank => (Seen::ByAll, 1, "Rank"),
        NodeKind::Period => (Seen::ByAll, 900, "Period"),
        NodeKind::Order => (Seen::With(Part::Order), things.order, "Order"),
        NodeKind::Commission => (Seen::With(Part::Money), 88, "Commission"),
        NodeKind::Payout => (Seen::With(Part::Money), things.payout, "Payout"),
        NodeKind::Epin => (Seen::With(Part::Money), things.epin, "Epin"),
        NodeKind::ReferralLink => (Seen::With(Part::Links), things.link, "ReferralLink"),
        NodeKind::Application => (Seen::With(Part::Applications), things.application, "Application"),
        NodeKind::ReferralCode => (Seen::With(Part::Links), house.subject(), "ReferralLink"),
    }
}

/// Fields that not everybody sees of an object that they see. Those of `Partner` have a test of their own.
const NARROWER: [(&str, &str); 2] = [("Order", "customer"), ("Order", "partner")];

/// All fields of a type that need no arguments; of objects the names of their types.
async fn fields(served: &Served, token: &str, of: &str) -> Vec<String> {
    let document = format!(
        "{{ __type(name: \"{of}\") {{ fields {{ name args {{ defaultValue type {{ kind }} }} type {{ kind ofType {{ kind ofType {{ kind ofType {{ kind }} }} }} }} }} }} }}"
    );
    let schema = served.ask(token, &document).await;
    let field = |field: &Value| {
        let name = field["name"].as_str().unwrap();
        let needs = field["args"]
            .as_array()
            .unwrap()
            .iter()
            .any(|argument| argument["type"]["kind"] == "NON_NULL" && argument["defaultValue"].is_null());
        let is_object = ["\"OBJECT\"", "\"INTERFACE\"", "\"UNION\""].iter().any(|kind| field["type"].to_string().contains(kind));
        (!needs).then(|| format!("{name}{}", if is_object { " { __typename }" } else { "" }))
    };
    schema["__type"]["fields"].as_array().unwrap().iter().filter_map(field).collect()
}

async fn every_object_is_shown_whole_or_not_at_all(app: App) {
    let house = House::build(&app).await;
    let things = Belongings::of(&house).await;
    let (served, owner) = (&house.served, house.viewer("owner").unwrap().token());
    let mut cells = 0;
    for kind in NodeKind::ALL {
        let (seen, number, name) = rule(*kind, &house, &things);
        let fields = fields(served, owner, name).await;
        let ask = async |token: &str, number: i64| {
            let (id, all) = (encode(*kind, number).to_string(), fields.join(" "));
            let all = if name == "Partner" { "id number" } else { &all };
            let document = format!(
                "{{ one: node(id: \"{id}\") {{ ... on {name} {{ {all} }} }} many: nodes(ids: [\"{id}\"]) {{ ... on {name} {{ {all} }} }} }}"
            );
            served.ask(token, &document).await
        };
        let whole = match seen {
            Seen::ByOneself => ask(house.viewer("self").unwrap().token(), number).await,
            _ => ask(owner, number).await,
        };
        assert!(whole["one"].is_object(), "{name}: {whole}");
        for (viewer, member, parts) in &house.viewers {
            let answer = ask(member.as_ref().unwrap().token(), number).await;
            let may = match seen {
                Seen::ByAll => true,
                Seen::ByOneself => *viewer == "self",
                Seen::With(part) => parts.contains(&part),
            };
            cells += fields.len() * 2;
            if !may {
                let absent = ask(member.as_ref().unwrap().token(), ABSENT).await;
                assert_eq!((&answer, &answer["one"]), (&absent, &Value::Null), "{name} as {viewer}");
                continue;
            }
            assert_eq!(answer["one"], answer["many"][0], "{name} as {viewer}");
            let differs = |field: &&String| answer["one"][field.as_str()] != whole["one"][field.as_str()];
            let names: Vec<String> = fields.iter().map(|field| field.split(' ').next().unwrap().to_owned()).collect();
            let others: BTreeSet<&str> =
                names.iter().filter(differs).map(String::as_str).filter(|field| !NARROWER.contains(&(name, field))).collect();
            assert_eq!(others, BTreeSet::new(), "{name} as {viewer}: {} instead of {}", answer["one"], whole["one"]);
        }
    }
    assert!(cells > 2_000, "{cells}");
    let nobody = served.answer(None, &format!("{{ node(id: \"{}\") {{ id }} }}", encode(NodeKind::Rank, 1).as_str()), json!({})).await;
    assert_eq!(nobody["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    eprintln!("{cells} cells of {} types and {} viewers", NodeKind::ALL.len(), house.viewers.len());
}
