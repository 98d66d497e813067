//! Who is credited with a newcomer, and with a newcomer's first order.

use serde_json::json;
use upline::commands::accounts::{LogIn, SignUp, log_in, sign_up};
use upline::commands::carts::add_to_cart;
use upline::commands::orders::{Checkout, FromWallet, Means, RecordOrder, RefundOrder, checkout, record_order, refund_order};
use upline::commands::partners::{BecomePartner, Joining, become_partner};
use upline::commands::referral_links::{Referral, count_clicks, delete_referral_link, visit};
use upline::config::secrets::Secret;
use upline::domain::accounts::Scope;
use upline::domain::amount::Amount;
use upline::domain::order_kind::{Buyer, OrderKind};
use upline::domain::refusal::Refusal;

use super::{click, create};
use crate::app::{App, Member, PASSWORD, TestPartner, new_account, on_both_databases, refusal};
use crate::graphql::served::Served;
use crate::money::catalog::{offer, product};
use crate::money::{SPENDING, credit, secret, sum, treasurer};

on_both_databases!(
    who_came_by_a_link_is_credited_to_it_up_to_the_first_order,
    the_first_link_keeps_its_credit_and_whoever_is_named_is_the_sponsor,
    a_code_that_was_named_must_be_somebodys,
    figures_of_many_links_take_as_many_statements_as_those_of_one,
);

fn named(code: &str) -> Referral {
    Referral { code: Some(code.to_owned()), remembered: None }
}

fn remembered(code: &str) -> Referral {
    Referral { code: None, remembered: Some(code.to_owned()) }
}

async fn sign(app: &App, username: &str, referral: Referral) -> Member {
    let tokens = sign_up(&app.services, &SignUp { referral, ..new_account(username) }).await.unwrap();
    Member { principal: app.principal(&tokens).await, tokens }
}

async fn join(app: &App, member: Member, input: BecomePartner) -> TestPartner {
    let number = become_partner(&app.services, &member.principal, &input).await.unwrap();
    app.partner(member, number).await
}

async fn sponsor(app: &App, partner: &TestPartner) -> Option<i64> {
    app.value("SELECT sponsor_id FROM partners WHERE id = $1", [partner.number.into()]).await
}

/// Who is credited with an account: partner and link.
async fn credited(app: &App, username: &str) -> Option<(i64, Option<i64>)> {
    let from = "FROM accounts AS a LEFT JOIN referral_attributions AS r ON r.account_id = a.id WHERE a.username = $1";
    let partner: Option<i64> = app.value(&format!("SELECT r.partner_id {from}"), [username.into()]).await;
    Some((partner?, app.value(&format!("SELECT r.link_id {from}"), [username.into()]).await))
}

async fn buy(app: &App, username: &str, product: i64) {
    let who = app.sign_in(username).await;
    add_to_cart(&app.services, &who, product, 1).await.unwrap();
    let payment = FromWallet { owner: None, transaction_password: Secret::new(SPENDING.to_owned()) };
    checkout(&app.services, &who, &Checkout { payment: Some(Means::Wallet(payment)), ..Checkout::default() }).await.unwrap();
}

const STATS: &str = "query ($from: Date, $to: Date) { viewer { partner { referralLinks(first: 5) { nodes { code url name isActive
    stats(from: $from, to: $to) { clicks uniqueVisitors registrations conversions revenue { amount }
        days { date clicks uniqueVisitors registrations conversions } } } }
    ownReferralLink { stats { clicks registrations conversions revenue { amount } } } } } }";

async fn who_came_by_a_link_is_credited_to_it_up_to_the_first_order(app: App) {
    let served = Served::start(&app).await;
    let operator = treasurer(&app).await;
    let anna = app.join("anna", None, None).await.unwrap();
    let link = create(&app, &anna.member.principal, "summer").await.unwrap();
    for visitor in [1, 1, 2] {
        visit(&app.services, &click("summer", visitor)).await.unwrap();
    }
    count_clicks(&app.services).await.unwrap();
    let bert = sign(&app, "bert", named("Summer")).await;
    assert_eq!(credited(&app, "bert").await, Some((anna.number, Some(link))));
    sign(&app, "carl", remembered(&anna.code)).await;
    assert_eq!(credited(&app, "carl").await, Some((anna.number, None)));
    app.clock.advance(86_400);
    let who = Member { principal: app.sign_in("bert").await, ..bert };
    let number = become_partner(&app.services, &who.principal, &BecomePartner::default()).await.unwrap();
    let bert = TestPartner { member: who, number, code: String::new() };
    assert_eq!(sponsor(&app, &bert).await, Some(anna.number), "whose link it was is the sponsor where nobody is named");
    for partner in [&anna, &bert] {
        secret(&app, partner).await;
        credit(&app, &operator, partner.number, "100").await;
    }
    let product = offer(&app, &product("A", 10)).await;
    buy(&app, "bert", product).await;
    app.clock.advance(86_400);
    buy(&app, "bert", product).await;
    buy(&app, "anna", product).await;
    // Another shop takes an order of bert's, and a half of it goes back.
    let clerk = app.operator("clerk", &[Scope::Orders]).await;
    let foreign = RecordOrder {
        reference: "W-1".to_owned(),
        partner: bert.number,
        buyer: Buyer::Partner,
        kind: OrderKind::Order,
        sum: sum("10"),
        pv: Amount::ZERO,
        cv: Amount::ZERO,
    };
    let order = record_order(&app.services, &clerk, &foreign).await.unwrap();
    let half = RefundOrder { order, lines: Vec::new(), sum: Some(sum("5")), reason: "half of it".to_owned(), idempotency_key: None };
    refund_order(&app.services, &operator, &half).await.unwrap();

    let login = LogIn { login: "anna".to_owned(), password: Secret::new(PASSWORD.to_owned()), client: Default::default() };
    let tokens = log_in(&app.services, &login).await.unwrap();
    let token = tokens.access_token.expose().as_str();
    let ask = async |variables| served.answer(Some(token), STATS, variables).await["data"]["viewer"]["partner"].clone();
    let seen = ask(json!({})).await;
    let stats = json!({ "clicks": "3", "uniqueVisitors": "2", "registrations": "1", "conversions": "1", "revenue": { "amount": "25" }, "days": [
        { "date": "2026-03-02", "clicks": "0", "uniqueVisitors": "0", "registrations": "0", "conversions": "1" },
        { "date": "2026-03-01", "clicks": "3", "uniqueVisitors": "2", "registrations": "1", "conversions": "0" },
    ] });
    let expected =
        json!({ "code": "SUMMER", "url": "http://127.0.0.1:8080/ref/SUMMER", "name": "Link summer", "isActive": true, "stats": stats });
    assert_eq!(seen["referralLinks"]["nodes"], json!([expected]), "{seen}");
    assert_eq!(
        seen["ownReferralLink"]["stats"],
        json!({ "clicks": "0", "registrations": "1", "conversions": "0", "revenue": { "amount": "0" } })
    );
    let of_second = ask(json!({ "from": "2026-03-02", "to": "2026-03-02" })).await["referralLinks"]["nodes"][0]["stats"].clone();
    assert_eq!(of_second["revenue"]["amount"], "10", "the first order");
    assert_eq!((&of_second["clicks"], &of_second["registrations"], &of_second["conversions"]), (&json!("0"), &json!("0"), &json!("1")));
    let backwards = served.answer(Some(token), STATS, json!({ "from": "2026-03-02", "to": "2026-03-01" })).await;
    assert_eq!(backwards["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{backwards}");
    let kinds: Vec<String> = app.events().await.into_iter().map(|(kind, _)| kind).filter(|kind| kind.starts_with("REFERRAL_")).collect();
    assert_eq!(kinds, ["REFERRAL_LINK_CREATED", "REFERRAL_REGISTERED", "REFERRAL_REGISTERED", "REFERRAL_CONVERTED"]);
}

async fn the_first_link_keeps_its_credit_and_whoever_is_named_is_the_sponsor(app: App) {
    let (anna, bert) = (app.join("anna", None, None).await.unwrap(), app.join("bert", None, None).await.unwrap());
    let of_anna = create(&app, &anna.member.principal, "of-anna").await.unwrap();
    let of_bert = create(&app, &bert.member.principal, "of-bert").await.unwrap();
    let joins = |joining: Joining| BecomePartner { joining, ..BecomePartner::default() };
    let under = |code: &str| Joining { referral_code: Some(code.to_owned()), ..Joining::default() };
    let named_code = |code: &str| joins(under(code));
    let by_link = |code: &str| joins(Joining { referral: named(code), ..Joining::default() });
    for (name, at_sign_up, input, sponsor_is, credit_is) in [
        ("cleo1", Referral::default(), BecomePartner::default(), None, None),
        ("cleo2", Referral::default(), by_link("OF-ANNA"), Some(&anna), Some((&anna, Some(of_anna)))),
        ("cleo3", Referral::default(), named_code("of-bert"), Some(&bert), Some((&bert, Some(of_bert)))),
        ("cleo4", Referral::default(), named_code(&bert.code), Some(&bert), Some((&bert, None))),
        ("cleo5", named("of-anna"), named_code(&bert.code), Some(&bert), Some((&anna, Some(of_anna)))),
        ("cleo6", named("of-anna"), by_link("of-bert"), Some(&bert), Some((&anna, Some(of_anna)))),
        (
            "cleo7",
            Referral::default(),
            joins(Joining { referral: remembered("of-anna"), ..under(&bert.code) }),
            Some(&bert),
            Some((&anna, Some(of_anna))),
        ),
        ("cleo8", Referral::default(), joins(Joining { referral: remembered("nobody"), ..Joining::default() }), None, None),
    ] {
        let member = sign(&app, name, at_sign_up).await;
        let partner = join(&app, member, input).await;
        assert_eq!(sponsor(&app, &partner).await, sponsor_is.map(|partner| partner.number), "{name}");
        assert_eq!(credited(&app, name).await, credit_is.map(|(partner, link)| (partner.number, link)), "{name}");
    }
    // Who followed a link before it was deleted is credited to it all the same.
    delete_referral_link(&app.services, &anna.member.principal, of_anna).await.unwrap();
    sign(&app, "dan1", remembered("of-anna")).await;
    assert_eq!(credited(&app, "dan1").await, Some((anna.number, Some(of_anna))));
    // Nobody is put under a partner who was suspended meanwhile.
    app.execute("UPDATE partners SET status = 'SUSPENDED' WHERE id = $1", [anna.number.into()]).await;
    sign(&app, "dan2", remembered("of-anna")).await;
    assert_eq!(credited(&app, "dan2").await, None);
    let member = app.sign_in("dan1").await;
    let number = become_partner(&app.services, &member, &BecomePartner::default()).await.unwrap();
    assert_eq!(app.value::<Option<i64>>("SELECT sponsor_id FROM partners WHERE id = $1", [number.into()]).await, None);
}

async fn a_code_that_was_named_must_be_somebodys(app: App) {
    let served = Served::start(&app).await;
    let anna = app.join("anna", None, None).await.unwrap();
    create(&app, &anna.member.principal, "of-anna").await.unwrap();
    app.execute("UPDATE partners SET status = 'SUSPENDED'", []).await;
    let accounts = app.count("accounts").await;
    for code in ["nobody", "", "of-anna", &anna.code, "a b", &"x".repeat(5_000)] {
        let input = SignUp { referral: named(code), ..new_account("bert") };
        assert_eq!(refusal(sign_up(&app.services, &input).await), Refusal::ReferralLinkCodeUnknown, "{code}");
    }
    let document = "mutation ($input: SignUpInput!) { signUp(input: $input) { session { expiresAt } userErrors { code field } } }";
    let input =
        json!({ "username": "bert", "email": "b@example.org", "name": "B", "password": "a long password", "referralLinkCode": "nobody" });
    let answer = served.answer(None, document, json!({ "input": input })).await;
    let expected = json!([{ "code": "REFERRAL_LINK_CODE_UNKNOWN", "field": ["input", "referralLinkCode"] }]);
    assert_eq!(answer["data"]["signUp"]["userErrors"], expected, "{answer}");
    assert_eq!((app.count("accounts").await, app.count("referral_attributions").await), (accounts, 0), "nothing is half done");
    let member = app.member("bert").await;
    let joining = Joining { referral: named("nobody"), ..Joining::default() };
    let input = BecomePartner { joining, ..BecomePartner::default() };
    assert_eq!(refusal(become_partner(&app.services, &member.principal, &input).await), Refusal::ReferralLinkCodeUnknown);
}

async fn figures_of_many_links_take_as_many_statements_as_those_of_one(app: App) {
    let served = Served::start(&app).await;
    let anna = app.join("anna", None, None).await.unwrap();
    // What is remembered for a second is read beforehand.
    served.answer(Some(anna.member.token()), STATS, json!({})).await;
    let mut counts = Vec::new();
    for code in ["one", "two", "three", "four"] {
        create(&app, &anna.member.principal, code).await.unwrap();
        visit(&app.services, &click(code, 1)).await.unwrap();
        count_clicks(&app.services).await.unwrap();
        let (answer, statements) = served.counted(Some(anna.member.token()), STATS, json!({})).await;
        assert_eq!(answer["data"]["viewer"]["partner"]["referralLinks"]["nodes"][0]["stats"]["clicks"], "1", "{answer}");
        counts.push(statements);
    }
    assert!(counts.iter().all(|statements| *statements == counts[0]), "{counts:?}");
    eprintln!("statements for 1 to 4 links with figures by day: {counts:?}");
}
