//! Payouts as the GraphQL API shows them.

use serde_json::{Value, json};
use upline::domain::accounts::{Role, Scope};
use upline::graphql::ids::{NodeKind, encode};

use super::super::{credit, treasurer};
use super::{Act, request, walk};
use crate::app::{App, on_both_databases};
use crate::graphql::served::Served;

on_both_databases!(
    a_partner_saves_asks_and_follows_a_payout,
    payouts_are_shown_to_whom_money_is_shown,
    operators_move_payouts_on,
    what_keeps_from_asking_is_told,
);

const SAVE: &str = "mutation ($input: SavePayoutMethodInput!) { savePayoutMethod(input: $input) {
    payoutMethods { kind maskedDetails } userErrors { code message field } } }";
const REMOVE: &str = "mutation ($input: RemovePayoutMethodInput!) { removePayoutMethod(input: $input) { removed userErrors { code } } }";
const REQUEST: &str = "mutation ($input: RequestPayoutInput!) { requestPayout(input: $input) {
    payout { number status maskedDetails method amount { amount currency } } estimatedTime wallet { available { amount } held { amount } }
    userErrors { code message field } } }";
const MINE: &str = "{ viewer { partner { payouts(first: 5, filter: { statuses: [PENDING] }) { totalCount nodes { id status
    history { status by staffName note } } } payoutMethods { kind maskedDetails }
    wallet { canRequestPayout payoutRestrictions payoutMinimum { amount } payoutFee { amount } } } } }";

async fn act(served: &Served, token: &str, document: &str, input: Value) -> Value {
    let (answer, _) = served.counted(Some(token), document, json!({ "input": input })).await;
    assert!(answer.get("errors").is_none(), "{answer}");
    answer["data"].as_object().unwrap().values().next().unwrap().clone()
}

async fn a_partner_saves_asks_and_follows_a_payout(app: App) {
    let served = Served::start(&app).await;
    let (operator, anna) = (treasurer(&app).await, app.join("anna", None, None).await.unwrap());
    credit(&app, &operator, anna.number, "500").await;
    let token = anna.member.token();
    let wrong = act(&served, token, SAVE, json!({ "kind": "BANK_CARD", "details": { "cardNumber": "1234-5678" } })).await;
    assert_eq!(wrong["userErrors"][0]["code"], "INVALID_PAYOUT_DETAILS", "{wrong}");
    assert!(!wrong.to_string().contains("5678"), "what was given is not repeated: {wrong}");
    let mistyped = json!({ "input": { "kind": "BANK_CARD", "details": { "cardNumber": 5_200_000_000_007_312_i64 } } });
    let literal =
        "mutation { savePayoutMethod(input: { kind: BANK_CARD, details: { cardNumber: 5200000000007312 } }) { payoutMethods { kind } } }";
    for answer in [served.answer(Some(token), SAVE, mistyped).await, served.answer(Some(token), literal, json!({})).await] {
        assert!(answer.get("errors").is_some() && !answer.to_string().contains("5200000000007312"), "{answer}");
    }
    let saved = act(&served, token, SAVE, json!({ "kind": "BANK_CARD", "details": { "cardNumber": "5200 0000 0000 7312" } })).await;
    assert_eq!(saved["payoutMethods"], json!([{ "kind": "BANK_CARD", "maskedDetails": "**** **** **** 7312" }]), "{saved}");
    let asked = act(&served, token, REQUEST, json!({ "amount": { "amount": "200" }, "kind": "BANK_CARD" })).await;
    let expected = json!({ "payout": { "number": "1", "status": "PENDING", "maskedDetails": "**** **** **** 7312", "method": "BANK_CARD",
        "amount": { "amount": "200", "currency": "USD" } }, "estimatedTime": "1-3 business days",
        "wallet": { "available": { "amount": "300" }, "held": { "amount": "200" } }, "userErrors": [] });
    assert_eq!(asked, expected);
    let mine = served.ask(token, MINE).await["viewer"]["partner"].clone();
    let step = json!([{ "status": "PENDING", "by": "PARTNER", "staffName": null, "note": null }]);
    assert_eq!((&mine["payouts"]["totalCount"], &mine["payouts"]["nodes"][0]["history"]), (&json!("1"), &step), "{mine}");
    assert_eq!(mine["wallet"]["payoutRestrictions"], json!(["PAYOUT_ALREADY_PENDING"]));
    let removed = act(&served, token, REMOVE, json!({ "kind": "BANK_CARD" })).await;
    assert_eq!(removed, json!({ "removed": true, "userErrors": [] }));
    let cancel = "mutation ($input: CancelPayoutInput!) { cancelPayout(input: $input) { payout { status } userErrors { code field } } }";
    let cancelled = act(&served, token, cancel, json!({ "payoutNumber": "1" })).await;
    assert_eq!(cancelled, json!({ "payout": { "status": "CANCELLED" }, "userErrors": [] }));
    let again = act(&served, token, cancel, json!({ "payoutNumber": "1" })).await;
    assert_eq!(again["userErrors"], json!([{ "code": "PAYOUT_MOVED_ON", "field": ["input", "payoutNumber"] }]));
    let bare = act(&served, token, REQUEST, json!({ "amount": { "amount": "200" }, "kind": "BANK_CARD" })).await;
    assert_eq!((&bare["payout"], &bare["userErrors"][0]["code"]), (&Value::Null, &json!("PAYOUT_DETAILS_REQUIRED")));
}

async fn payouts_are_shown_to_whom_money_is_shown(app: App) {
    let served = Served::start(&app).await;
    let operator = treasurer(&app).await;
    let root = app.join("root", None, None).await.unwrap();
    let anna = app.join("anna", Some(&root.code), None).await.unwrap();
    let other = app.join("other", None, None).await.unwrap();
    credit(&app, &operator, anna.number, "500").await;
    super::save_card(&app, &anna.member.principal, super::CARD).await;
    let payout = request(&app, &anna.member.principal, "100").await;
    let document = |payout: i64| {
        let id = encode(NodeKind::Payout, payout).to_string();
        format!(
            "{{ node(id: \"{id}\") {{ id ... on Payout {{ maskedDetails }} }}
            partner(number: \"{}\") {{ payouts(first: 5) {{ totalCount nodes {{ number }} }} payoutMethods {{ maskedDetails }} }} }}",
            anna.number
        )
    };
    let finance = app.staff("finance", Role::Operator, &[Scope::Payouts]).await;
    for token in [anna.member.token(), finance.token()] {
        let seen = served.ask(token, &document(payout)).await;
        assert_eq!(seen["node"]["maskedDetails"], "**** **** **** 7312", "{seen}");
        assert_eq!(
            (&seen["partner"]["payouts"]["totalCount"], seen["partner"]["payoutMethods"].as_array().map(Vec::len)),
            (&json!("1"), Some(1))
        );
    }
    let network = app.staff("network", Role::Operator, &[Scope::Network]).await;
    for token in [root.member.token(), other.member.token(), network.token()] {
        let seen = served.ask(token, &document(payout)).await;
        assert_eq!(seen["node"], Value::Null, "{seen}");
        assert_eq!((&seen["partner"]["payouts"], &seen["partner"]["payoutMethods"]), (&Value::Null, &Value::Null));
        assert_eq!(seen, served.ask(token, &document(999)).await, "absent and hidden are alike");
    }
    let list = "{ operator { payouts(first: 5) { totalCount nodes { number partner { number } } } } }";
    assert_eq!(served.ask(finance.token(), list).await["operator"]["payouts"]["totalCount"], "1");
    assert_eq!(served.refusal(Some(network.token()), list).await.0, "FORBIDDEN");
    assert_eq!(served.ask(anna.member.token(), list).await["operator"], Value::Null);
    assert_eq!(served.refusal(None, list).await.0, "UNAUTHENTICATED");
}

async fn operators_move_payouts_on(app: App) {
    let served = Served::start(&app).await;
    let anna = app.join("anna", None, None).await.unwrap();
    let olga = app.staff("olga", Role::Operator, &[Scope::Payouts]).await;
    credit(&app, &olga.principal, anna.number, "500").await;
    let steps = [
        ("approve", json!({}), "APPROVED"),
        ("start", json!({}), "PROCESSING"),
        ("complete", json!({ "reference": "bank-1" }), "COMPLETED"),
        ("reject", json!({ "reason": "a doubt" }), "REJECTED"),
        ("fail", json!({ "reason": "no such card" }), "REJECTED"),
    ];
    let document = |verb: &str| {
        let pascal = format!("{}{}", verb[..1].to_uppercase(), &verb[1..]);
        format!(
            "mutation ($input: {pascal}PayoutInput!) {{ {verb}Payout(input: $input) {{ payout {{ status externalReference rejectionReason
            completedAt history {{ by staffName }} }} userErrors {{ code }} }} }}"
        )
    };
    for way in [[0, 1, 2].as_slice(), &[0, 1, 4], &[0, 3]] {
        let payout = request(&app, &anna.member.principal, "100").await;
        for step in way {
            let (verb, mut input, expected) = steps[*step].clone();
            input["payoutNumber"] = json!(payout.to_string());
            let (forbidden, _) = served.counted(Some(anna.member.token()), &document(verb), json!({ "input": input })).await;
            assert_eq!(forbidden["errors"][0]["extensions"]["code"], "FORBIDDEN", "{verb}: {forbidden}");
            let done = act(&served, olga.token(), &document(verb), input).await;
            assert_eq!(done["payout"]["status"], expected, "{verb}: {done}");
            let last = done["payout"]["history"].as_array().unwrap().last().unwrap().clone();
            assert_eq!(last, json!({ "by": "STAFF", "staffName": "OLGA" }), "{verb}");
        }
    }
    let reasons: Vec<String> = {
        let list = "{ operator { payouts(first: 5, filter: { statuses: [REJECTED] }) { nodes { rejectionReason } } } }";
        let seen = served.ask(olga.token(), list).await;
        let nodes = seen["operator"]["payouts"]["nodes"].as_array().unwrap().clone();
        nodes.iter().map(|node| node["rejectionReason"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(reasons, ["a doubt", "no such card"], "the latest first");
}

async fn what_keeps_from_asking_is_told(app: App) {
    let served = Served::start(&app).await;
    let (operator, anna) = (treasurer(&app).await, app.join("anna", None, None).await.unwrap());
    let seen = async || {
        let wallet = served.ask(anna.member.token(), MINE).await["viewer"]["partner"]["wallet"].clone();
        assert_eq!(wallet["canRequestPayout"], json!(wallet["payoutRestrictions"] == json!([])), "{wallet}");
        wallet["payoutRestrictions"].clone()
    };
    assert_eq!(seen().await, json!(["AMOUNT_BELOW_MINIMUM"]));
    credit(&app, &operator, anna.number, "100").await;
    assert_eq!(seen().await, json!([]));
    let payout = request(&app, &anna.member.principal, "100").await;
    app.execute("UPDATE partners SET status = 'SUSPENDED' WHERE id = $1", [anna.number.into()]).await;
    assert_eq!(seen().await, json!(["PARTNER_NOT_ACTIVE", "PAYOUT_ALREADY_PENDING", "AMOUNT_BELOW_MINIMUM"]));
    walk(&app, &operator, payout, &[Act::Reject]).await;
    assert_eq!(seen().await, json!(["PARTNER_NOT_ACTIVE"]));
}
