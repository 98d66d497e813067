//! Who may see what of a partner, whatever path leads there (promise P24): every kind of viewer, every field of `Partner`, every path.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use upline::commands::partners::{MoveSponsor, move_sponsor};
use upline::domain::accounts::{Role, Scope};
use upline::domain::partners::Slot;
use upline::domain::position::Position;
use upline::graphql::ids::{NodeKind, encode};

use super::served::Served;
use crate::app::{App, Member, TestPartner, on_both_databases};

/// Levels that a partner sees; small, so that a short line reaches beyond.
const DEPTH: &str = "network.visible_depth=3";
pub const ABSENT: i64 = 999_999;

/// A part of what is known about a partner, as the table of the promise divides it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    Card,
    Network,
    Volumes,
    Contact,
    Money,
    Bank,
    Links,
    Identity,
    /// An order by itself, which tells nothing else of its partner.
    Order,
    /// Nothing of a partner: the programs that call by keys of their own.
    Applications,
}

use Part::{Applications, Bank, Card, Contact, Identity, Links, Money, Network, Order, Volumes};

/// Every field of `Partner`: what it belongs to, and its arguments. A new field needs a line here.
const RULES: [(&str, Part, &str); 36] = [
    ("id", Card, ""),
    ("number", Card, ""),
    ("displayName", Card, ""),
    ("imageUrl", Card, ""),
    ("rank", Card, ""),
    ("highestRank", Network, ""),
    ("referralCode", Network, ""),
    ("status", Network, ""),
    ("joinedAt", Network, ""),
    ("sponsor", Network, ""),
    ("placement", Network, ""),
    ("placementSlots", Network, ""),
    ("directs", Network, "(first: 5)"),
    ("downline", Network, "(first: 5)"),
    ("upline", Network, "(height: 1)"),
    ("genealogy", Network, "(depth: 1)"),
    ("directCount", Volumes, ""),
    ("networkSummary", Volumes, ""),
    ("volumes", Volumes, "(period: \"2026-01\")"),
    ("rankHistory", Volumes, "(first: 5)"),
    ("contact", Contact, ""),
    ("profile", Contact, ""),
    ("sharesContact", Contact, ""),
    ("placementPreference", Contact, ""),
    ("careerPoints", Money, ""),
    ("wallet", Money, ""),
    ("payouts", Money, "(first: 5)"),
    ("payoutMethods", Money, ""),
    ("epins", Money, "(first: 5)"),
    ("membership", Money, ""),
    ("orders", Money, "(first: 5)"),
    ("commissions", Money, "(first: 5)"),
    ("bankDetails", Bank, ""),
    ("referralLinks", Links, "(first: 5)"),
    ("ownReferralLink", Links, ""),
    ("kyc", Identity, ""),
];
/// Beside the rules above, to keep within the limits of one document.
const SUMMARY: (&str, Part) = ("commissionSummary", Money);

const NOTHING: &[Part] = &[];
const CARD: &[Part] = &[Card];
const TEAM: &[Part] = &[Card, Network, Volumes];
const CONSENTED: &[Part] = &[Card, Network, Volumes, Contact];
const PAID: &[Part] = &[Card, Network, Volumes, Money, Order];
const KNOWN: &[Part] = &[Card, Network, Volumes, Contact, Links];
const PAYING: &[Part] = &[Card, Network, Volumes, Money, Order, Bank];
const IDENTIFIED: &[Part] = &[Card, Network, Volumes, Identity];
const ALL: &[Part] = &[Card, Network, Volumes, Contact, Money, Order, Bank, Links, Identity];
const OWNER: &[Part] = &[Card, Network, Volumes, Contact, Money, Order, Bank, Links, Identity, Applications];

on_both_databases!(
    every_path_shows_a_viewer_the_same_fields_of_a_partner,
    orders_and_commissions_are_shown_to_whom_money_is_shown,
    the_old_upline_loses_access_when_a_partner_moves,
    a_downline_in_the_other_tree_is_the_same_whichever_way_its_root_was_reached,
    operators_see_lists_by_their_scopes,
);

/// A line of sponsors a, b, c, d, and the subject below d: 4 below a, which is too deep. The sibling stands above the subject in the placement tree.
pub struct House {
    pub served: Served,
    pub partners: BTreeMap<&'static str, TestPartner>,
    pub viewers: Vec<(&'static str, Option<Member>, &'static [Part])>,
}

/// A partner to make: its name, its sponsor's name, and the slot.
type Line = (&'static str, Option<&'static str>, Option<(&'static str, Position)>);

impl House {
    pub async fn build(app: &App) -> Self {
        let served = Served::with(app, &[DEPTH, "auth.tries=100"]).await;
        let app = &served.app;
        let mut partners = BTreeMap::new();
        let lines: [Line; 11] = [
            ("a", None, None),
            ("b", Some("a"), Some(("a", Position::Left))),
            ("c", Some("b"), Some(("b", Position::Left))),
            ("d", Some("c"), Some(("c", Position::Left))),
            ("sibling", Some("d"), Some(("d", Position::Left))),
            ("subject", Some("d"), Some(("sibling", Position::Left))),
            ("cousin", Some("d"), Some(("d", Position::Right))),
            ("recruit", Some("subject"), Some(("subject", Position::Left))),
            ("grandchild", Some("recruit"), Some(("recruit", Position::Left))),
            ("stranger", None, None),
            ("elsewhere", Some("stranger"), Some(("stranger", Position::Left))),
        ];
        for (name, sponsor, slot) in lines {
            let code = sponsor.map(|sponsor: &str| partners.get(sponsor).map(|partner: &TestPartner| partner.code.clone()).unwrap());
            let slot = slot.map(|(parent, position)| Slot { parent_id: partners[parent].number, position });
            partners.insert(name, app.join(&format!("member-{name}"), code.as_deref(), slot).await.unwrap());
        }
        fill(app, partners["subject"].number).await;
        let viewers = viewers(app, &partners).await;
        Self { served, partners, viewers }
    }

    pub fn subject(&self) -> i64 {
        self.partners["subject"].number
    }

    pub fn viewer(&self, kind: &str) -> Option<&Member> {
        self.viewers.iter().find(|viewer| viewer.0 == kind).and_then(|viewer| viewer.1.as_ref())
    }
}

/// Gives the subject something to show in every field.
async fn fill(app: &App, subject: i64) {
    for sql in [
        "INSERT INTO ranks (id, code, name, level) VALUES (1, 'STARTER', 'Starter', 0)",
        "INSERT INTO periods (id, code, starts_at, ends_at, state) VALUES (900, '2026-01', 1767225600000000000, 1769904000000000000, 'CLOSED')",
        "UPDATE partners SET rank_id = 1, highest_rank_id = 1",
    ] {
        app.execute(sql, []).await;
    }
    let sql = "INSERT INTO images (account_id, name, media_type, content, stored_at)
        SELECT account_id, 'likeness', 'image/jpeg', $2, 1767300000000000000 FROM partners WHERE id = $1";
    app.execute(sql, [subject.into(), b"picture".to_vec().into()]).await;
    app.execute("INSERT INTO products (id, sku, name, price, pv, cv, active) VALUES (5, 'START', 'Start', 0, 0, 0, TRUE)", []).await;
    app.execute("UPDATE partners SET membership_id = 5 WHERE id = $1", [subject.into()]).await;
    let sql = "INSERT INTO orders (id, partner_id, period_id, buyer, kind, placed_at, cv, pv, amount)
        VALUES (77, $1, 900, 'PARTNER', 'ORDER', 1767300000000000000, 10, 10, 10)";
    app.execute(sql, [subject.into()]).await;
    let sql = "INSERT INTO profiles (account_id, bank_masked, bank_details, updated_at) SELECT account_id, '{}', $2, 0 FROM partners WHERE id = $1";
    app.execute(sql, [subject.into(), vec![0u8].into()]).await;
    let sql = "INSERT INTO commissions (id, period_id, bonus, beneficiary_id, order_id, source_id, source_type, level, base, base_rest, rate,
        rate_rest, amount, points, status, created_at) VALUES (88, 900, 'team', $1, 77, $1, 'ORDER', 1, 1, 0, 1, 0, 1, 0, 'APPROVED', 1767300000000000000)";
    app.execute(sql, [subject.into()]).await;
}

async fn viewers(app: &App, partners: &BTreeMap<&'static str, TestPartner>) -> Vec<(&'static str, Option<Member>, &'static [Part])> {
    let member = |name: &str| Some(partners[name].member.clone());
    let mut viewers: Vec<(&str, Option<Member>, &'static [Part])> = vec![
        ("self", member("subject"), ALL),
        ("sponsor", member("d"), TEAM),
        ("deeper upline", member("c"), TEAM),
        ("upline at the visible depth", member("b"), TEAM),
        ("upline beyond the visible depth", member("a"), NOTHING),
        ("placement upline only", member("sibling"), TEAM),
        ("sponsored by the subject", member("recruit"), CARD),
        ("deeper downline", member("grandchild"), NOTHING),
        ("sibling", member("cousin"), NOTHING),
        ("stranger", member("stranger"), NOTHING),
        ("not a partner", Some(app.member("visitor").await), NOTHING),
        ("owner", Some(app.staff("owner", Role::Owner, &[]).await), OWNER),
    ];
    for (kind, scope, parts) in [
        ("network operator", Scope::Network, KNOWN),
        ("periods operator", Scope::Periods, PAID),
        ("payouts operator", Scope::Payouts, PAYING),
        ("audit operator", Scope::Audit, TEAM),
        ("kyc operator", Scope::Kyc, IDENTIFIED),
        ("catalog operator", Scope::Catalog, NOTHING),
        ("orders operator", Scope::Orders, &[Order]),
        ("plans operator", Scope::Plans, NOTHING),
        ("applications operator", Scope::Applications, &[Applications]),
    ] {
        viewers.push((kind, Some(app.staff(scope.code(), Role::Operator, &[scope]).await), parts));
    }
    viewers
}

/// The fragment with every field of `Partner`; what has fields of its own is asked for its type's name.
async fn every_field(served: &Served, token: &str) -> (String, BTreeMap<String, Part>) {
    let document = "{ __type(name: \"Partner\") { fields { name type { kind ofType { kind } } } } }";
    let schema = served.ask(token, document).await;
    let mut text = "fragment Everything on Partner {".to_owned();
    let mut parts = BTreeMap::new();
    for field in schema["__type"]["fields"].as_array().unwrap() {
        let name = field["name"].as_str().unwrap();
        let rule = RULES.iter().find(|rule| rule.0 == name).map(|rule| (rule.1, rule.2));
        let rule = rule.or_else(|| (name == SUMMARY.0).then_some((SUMMARY.1, "")));
        let (part, arguments) = rule.unwrap_or_else(|| panic!("Partner.{name} has no rule: say in RULES who may see it"));
        let kinds = [&field["type"]["kind"], &field["type"]["ofType"]["kind"]];
        let has_fields = kinds.iter().any(|kind| [json!("OBJECT"), json!("LIST"), json!("INTERFACE")].contains(kind));
        text += &format!(" {name}{arguments}{}", if has_fields { " { __typename }" } else { "" });
        parts.insert(name.to_owned(), part);
    }
    assert_eq!(parts.len(), RULES.len() + 1, "a rule names a field that does not exist");
    (format!("{text} }}"), parts)
}

/// Documents that lead to the subject, each by another path.
fn paths(house: &House) -> Vec<(&'static str, String)> {
    let number = |name: &str| house.partners[name].number;
    let id = encode(NodeKind::Partner, house.subject()).to_string();
    let (order, line) = (encode(NodeKind::Order, 77).to_string(), encode(NodeKind::Commission, 88).to_string());
    let code = &house.partners["subject"].code;
    let by = |name: &str, rest: &str| format!("partner(number: \"{}\") {{ {rest} }}", number(name));
    vec![
        ("partner(number)", by("subject", "...Everything")),
        ("partner(id)", format!("partner(id: \"{id}\") {{ ...Everything }}")),
        ("partner(username)", "partner(username: \"Member-Subject\") { ...Everything }".to_owned()),
        ("partner(referralCode)", format!("partner(referralCode: \"{code}\") {{ ...Everything }}")),
        ("node", format!("node(id: \"{id}\") {{ ...Everything }}")),
        ("nodes", format!("nodes(ids: [\"{id}\"]) {{ ...Everything }}")),
        ("viewer", "viewer { partner { ...Everything sponsor { ...Everything } directs { nodes { ...Everything } } } }".to_owned()),
        ("sponsor", by("recruit", "sponsor { ...Everything }")),
        ("upline", by("recruit", "upline { partner { ...Everything } }")),
        ("placement", by("recruit", "placement { parent { ...Everything } }")),
        ("placementSlots", by("sibling", "placementSlots { partner { ...Everything } }")),
        ("directs", by("d", "directs(first: 5) { nodes { ...Everything } edges { node { ...Everything } } }")),
        ("directs in the placement tree", by("sibling", "directs(tree: PLACEMENT, first: 5) { nodes { ...Everything } }")),
        ("downline", by("b", "downline(first: 10) { nodes { ...Everything } }")),
        ("downline in the placement tree", by("d", "downline(tree: PLACEMENT, first: 10) { nodes { ...Everything } }")),
        ("genealogy", by("d", "genealogy(limit: 10) { nodes { partner { ...Everything } } }")),
        ("own downline", "viewer { partner { downline(first: 10) { nodes { ...Everything } } } }".to_owned()),
        ("own genealogy", "viewer { partner { genealogy(limit: 10) { nodes { partner { ...Everything } } } } }".to_owned()),
        ("own upline", "viewer { partner { upline { partner { ...Everything } } } }".to_owned()),
        ("order", format!("node(id: \"{order}\") {{ ... on Order {{ partner {{ ...Everything }} }} }}")),
        ("commission", format!("commission(id: \"{line}\") {{ beneficiary {{ ...Everything }} sourcePartner {{ ...Everything }} }}")),
    ]
}

/// Every object of an answer that stands for the subject, with all fields.
fn sightings<'a>(answer: &'a Value, subject: i64, found: &mut Vec<&'a Value>) {
    match answer {
        Value::Array(items) => items.iter().for_each(|item| sightings(item, subject, found)),
        Value::Object(fields) => {
            if fields.contains_key("commissionSummary") && fields["number"].as_str().is_some_and(|number| number.parse() == Ok(subject)) {
                found.push(answer);
            }
            fields.values().for_each(|value| sightings(value, subject, found));
        }
        _ => {}
    }
}

/// Follows every path as every viewer; the number of cells of the matrix that were looked at.
async fn check(house: &House) -> usize {
    let mut cells = 0;
    for (kind, viewer, parts) in &house.viewers {
        let token = viewer.as_ref().unwrap().token();
        let (fragment, fields) = every_field(&house.served, token).await;
        let mut seen_by = BTreeSet::new();
        for (path, document) in paths(house) {
            let data = house.served.ask(token, &format!("{{ {document} }} {fragment}")).await;
            let mut found = Vec::new();
            sightings(&data, house.subject(), &mut found);
            for partner in found {
                seen_by.insert(path);
                for (name, part) in &fields {
                    assert_eq!(!partner[name].is_null(), parts.contains(part), "{kind} by {path}: {name} is {}", partner[name]);
                    cells += 1;
                }
            }
        }
        if !parts.contains(&Card) {
            assert!(seen_by.is_empty(), "{kind} sees the subject by {seen_by:?}");
            continue;
        }
        let direct = ["partner(number)", "partner(id)", "partner(username)", "partner(referralCode)", "node", "nodes"];
        assert!(direct.iter().all(|path| seen_by.contains(path)), "{kind} sees the subject by {seen_by:?} only");
        if parts.contains(&Network) {
            assert!(seen_by.len() >= direct.len() + 3, "{kind} sees the subject by {seen_by:?} only");
        }
    }
    cells
}

async fn every_path_shows_a_viewer_the_same_fields_of_a_partner(app: App) {
    let mut house = House::build(&app).await;
    assert!(check(&house).await > 3_000);
    absent_and_hidden_are_alike(&house).await;
    app.execute("UPDATE partners SET shares_contact = TRUE WHERE id = $1", [house.subject().into()]).await;
    for (kind, _, parts) in &mut house.viewers {
        if *kind == "sponsor" {
            *parts = CONSENTED;
        }
    }
    check(&house).await;
}

async fn absent_and_hidden_are_alike(house: &House) {
    for number in [1, ABSENT] {
        let document = format!("{{ commission(id: \"{}\") {{ id }} }}", encode(NodeKind::Commission, number).as_str());
        assert_eq!(house.served.refusal(None, &document).await.0, "UNAUTHENTICATED", "{document}");
    }
    for (_, viewer, _) in house.viewers.iter().filter(|viewer| viewer.2.is_empty()) {
        for document in
            ["{ partner(number: \"@\") { id } }", "{ node(id: \"@\") { id } nodes(ids: [\"@\"]) { id } partner(id: \"@\") { id } }"]
        {
            let ask = async |number: i64| {
                let id = if document.contains("node") { encode(NodeKind::Partner, number).to_string() } else { number.to_string() };
                house.served.answer(Some(viewer.as_ref().unwrap().token()), &document.replace('@', &id), json!({})).await
            };
            assert_eq!(ask(house.subject()).await, ask(ABSENT).await);
        }
    }
    for document in [
        "{ partner(number: \"1\") { id } }",
        "{ viewer { account { id } } }",
        "{ node(id: \"x\") { id } }",
        "{ periods { totalCount } }",
        "{ commission(id: \"x\") { id } }",
    ] {
        assert_eq!(house.served.refusal(None, document).await.0, "UNAUTHENTICATED", "{document}");
    }
}

async fn orders_and_commissions_are_shown_to_whom_money_is_shown(app: App) {
    let house = House::build(&app).await;
    let document = |order: i64, line: i64| {
        let (order, line) = (encode(NodeKind::Order, order).to_string(), encode(NodeKind::Commission, line).to_string());
        format!(
            "{{ order: node(id: \"{order}\") {{ id }} line: node(id: \"{line}\") {{ id }} commission(id: \"{line}\") {{ id order {{ id }} }} }}"
        )
    };
    for (kind, viewer, parts) in &house.viewers {
        let token = viewer.as_ref().unwrap().token();
        let seen = house.served.ask(token, &document(77, 88)).await;
        if *kind == "orders operator" {
            assert!(!seen["order"].is_null() && seen["line"].is_null() && seen["commission"].is_null(), "{kind}: {seen}");
        } else if parts.contains(&Money) {
            assert!(!seen["order"].is_null() && !seen["line"].is_null() && !seen["commission"]["order"].is_null(), "{kind}: {seen}");
        } else {
            assert_eq!(seen, house.served.ask(token, &document(ABSENT, ABSENT)).await, "{kind}");
        }
    }
}

async fn the_old_upline_loses_access_when_a_partner_moves(app: App) {
    let house = House::build(&app).await;
    let document = format!("{{ partner(number: \"{}\") {{ number contact {{ email }} }} }}", house.subject());
    let ask = async |kind: &str| house.served.ask(house.viewer(kind).unwrap().token(), &document).await["partner"].clone();
    app.execute("UPDATE partners SET shares_contact = TRUE WHERE id = $1", [house.subject().into()]).await;
    assert!(!ask("upline at the visible depth").await.is_null());
    assert!(ask("sponsor").await["contact"].is_object());
    assert!(ask("stranger").await.is_null());
    let act = MoveSponsor { partner: house.subject(), sponsor: house.partners["stranger"].number };
    let operator = &house.viewer("network operator").unwrap().principal;
    move_sponsor(&house.served.app.services, operator, &act).await.unwrap();
    assert!(ask("upline at the visible depth").await.is_null());
    assert!(ask("sponsor").await["contact"].is_null(), "the old sponsor stands above in the placement tree only");
    assert!(ask("stranger").await["contact"].is_object(), "the new sponsor is shown what the partner shares");
}

async fn a_downline_in_the_other_tree_is_the_same_whichever_way_its_root_was_reached(app: App) {
    let house = House::build(&app).await;
    let seen = "{ downline(tree: PLACEMENT) { totalCount } networkSummary(tree: PLACEMENT) { total } genealogy(limit: 20) { nodes { partner { number } } } }";
    let d = house.partners["d"].number;
    let documents = format!(
        "{{ direct: partner(number: \"{d}\") {seen} viewer {{ partner {{ directs {{ nodes {seen} }} downline(level: 1) {{ nodes {seen} }} }} }} }}"
    );
    let data = house.served.ask(house.partners["c"].member.token(), &documents).await;
    // Three levels below c in the placement tree: sibling and cousin, then the subject.
    assert_eq!(data["direct"]["downline"]["totalCount"], "3");
    assert_eq!(data["direct"]["networkSummary"]["total"], "3");
    assert_eq!(data["direct"]["genealogy"]["nodes"].as_array().map(Vec::len), Some(4));
    assert_eq!(data["viewer"]["partner"]["directs"]["nodes"][0], data["direct"]);
    assert_eq!(data["viewer"]["partner"]["downline"]["nodes"][0], data["direct"]);
}

async fn operators_see_lists_by_their_scopes(app: App) {
    let house = House::build(&app).await;
    let document = "{ operator { partners(first: 100) { totalCount nodes { number } } } }";
    for (kind, viewer, _) in &house.viewers {
        let answer = house.served.answer(Some(viewer.as_ref().unwrap().token()), document, json!({})).await;
        match *kind {
            "owner" | "network operator" => {
                assert_eq!(answer["data"]["operator"]["partners"]["totalCount"], house.partners.len().to_string(), "{kind}");
            }
            kind if kind.ends_with(" operator") => assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN", "{kind}: {answer}"),
            kind => assert_eq!(answer, json!({ "data": { "operator": null } }), "{kind}"),
        }
    }
}
