//! The operators' list of orders.

use serde_json::{Value, json};
use upline::commands::orders::{RecordPayment, record_payment};
use upline::domain::accounts::{Role, Scope};

use super::company::found;
use super::served::Served;
use crate::app::{App, on_both_databases};

on_both_databases!(
    operators_find_the_orders_that_wait_for_them,
    those_who_may_see_orders_list_them_and_nobody_else,
    the_list_takes_as_many_statements_for_many_orders_as_for_few,
);

const LIST: &str =
    "query ($first: Int, $after: String, $filter: OperatorOrderFilter) { operator { orders(first: $first, after: $after, filter: $filter) {
    totalCount nodes { number status } pageInfo { endCursor hasNextPage } } } }";

fn numbers(orders: &Value) -> Vec<i64> {
    orders["nodes"].as_array().unwrap().iter().map(|node| node["number"].as_str().unwrap().parse().unwrap()).collect()
}

/// Gives every third order the first status, every other third the second; the rest is finished.
async fn scatter(app: &App, first: &str, second: &str) {
    for (rest, status) in [(0_i64, first), (1, second)] {
        app.execute("UPDATE orders SET status = $2 WHERE id % 3 = $1", [rest.into(), status.into()]).await;
    }
}

async fn operators_find_the_orders_that_wait_for_them(app: App) {
    let served = Served::start(&app).await;
    found(&app, 6, 5).await;
    scatter(&app, "PENDING_PAYMENT", "PAID").await;
    let clerk = app.staff("clerk", Role::Operator, &[Scope::Orders]).await;
    let list = async |variables: Value| {
        let answer = served.answer(Some(clerk.token()), LIST, variables).await;
        assert!(answer.get("errors").is_none(), "{answer}");
        answer["data"]["operator"]["orders"].clone()
    };
    let all = list(json!({ "first": 100 })).await;
    assert_eq!((all["totalCount"].as_str(), numbers(&all).len()), (Some("30"), 30));
    // By page, nothing twice and nothing left out, in the order of the whole.
    let filter = json!({ "statuses": ["PENDING_PAYMENT", "PAID"] });
    let whole = list(json!({ "first": 100, "filter": filter })).await;
    let expected: Vec<i64> = numbers(&all).into_iter().filter(|number| number % 3 != 2).collect();
    assert_eq!((numbers(&whole), whole["totalCount"].clone()), (expected.clone(), json!(expected.len().to_string())));
    let (mut walked, mut after) = (Vec::new(), Value::Null);
    loop {
        let page = list(json!({ "first": 3, "after": after, "filter": filter })).await;
        walked.extend(numbers(&page));
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    assert_eq!(walked, expected);
    let of_one = list(json!({ "filter": { "partnerNumber": "2", "statuses": ["PAID"] } })).await;
    let expected: Vec<i64> = numbers(&all).into_iter().filter(|number| number / 1000 == 2 && number % 3 == 1).collect();
    assert_eq!((numbers(&of_one), of_one["nodes"][0]["status"].clone()), (expected.clone(), json!("PAID")));
    assert_eq!(of_one["totalCount"], expected.len().to_string());
    let day =
        list(json!({ "filter": { "placedFrom": "2026-01-02T00:00:00Z", "placedBefore": "2026-01-03T00:00:00Z", "kinds": ["ORDER"] } }))
            .await;
    assert_eq!(numbers(&day), [6001, 5001, 4001, 3001, 2001, 1001]);
    // A partner's own list knows states as well.
    let finance = app.staff("finance", Role::Operator, &[Scope::Payouts]).await;
    let own = "{ partner(number: \"2\") { orders(filter: { statuses: [PAID] }) { totalCount nodes { number } } } }";
    assert_eq!(numbers(&served.ask(finance.token(), own).await["partner"]["orders"]), expected);
    // What was found is acted on.
    app.execute("UPDATE orders SET amount = 10000 WHERE status = 'PENDING_PAYMENT'", []).await;
    let order = numbers(&list(json!({ "first": 1, "filter": { "statuses": ["PENDING_PAYMENT"] } })).await)[0];
    let payment = RecordPayment { order, reference: "T-1".to_owned(), sum: None };
    record_payment(&served.app.services, &clerk.principal, &payment).await.unwrap();
}

async fn those_who_may_see_orders_list_them_and_nobody_else(app: App) {
    let served = Served::start(&app).await;
    let document = "{ operator { orders { totalCount } } }";
    for scope in Scope::ALL.iter().copied() {
        let token = app.staff(scope.code(), Role::Operator, &[scope]).await.token().to_owned();
        if [Scope::Orders, Scope::Payouts, Scope::Periods].contains(&scope) {
            assert_eq!(served.ask(&token, document).await["operator"]["orders"]["totalCount"], "0", "{scope:?}");
        } else {
            assert_eq!(served.refusal(Some(&token), document).await.0, "FORBIDDEN", "{scope:?}");
        }
    }
    let partner = app.join("anna", None, None).await.unwrap();
    assert_eq!(served.ask(partner.member.token(), document).await, json!({ "operator": null }));
    assert_eq!(served.refusal(None, document).await.0, "UNAUTHENTICATED");
}

async fn the_list_takes_as_many_statements_for_many_orders_as_for_few(app: App) {
    let served = Served::start(&app).await;
    found(&app, 30, 2).await;
    let clerk = app.staff("clerk", Role::Operator, &[Scope::Payouts]).await;
    let document = |first: u32| {
        format!(
            "{{ operator {{ orders(first: {first}, filter: {{ statuses: [COMPLETED] }}) {{ totalCount nodes {{ number status due {{ amount }} partner {{ number }}
                period {{ code }} lines {{ quantity }} payments {{ reference }} }} }} }} }}"
        )
    };
    served.ask(clerk.token(), &document(2)).await;
    let (_, few) = served.counted(Some(clerk.token()), &document(2), json!({})).await;
    let (answer, many) = served.counted(Some(clerk.token()), &document(50), json!({})).await;
    assert_eq!(answer["data"]["operator"]["orders"]["nodes"].as_array().map(Vec::len), Some(50), "{answer}");
    assert_eq!(few, many);
}
