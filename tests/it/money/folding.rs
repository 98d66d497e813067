//! Volume that does not fit holds nobody else's up.

use serde_json::json;
use upline::commands::folding::{Folded, fold_volumes};
use upline::commands::orders::{RecordOrder, RefundOrder, record_order, refund_order};
use upline::domain::accounts::{Role, Scope};
use upline::domain::amount::Amount;
use upline::domain::carts::MOST_VOLUME;
use upline::domain::order_kind::{Buyer, OrderKind};

use super::{sum, treasurer};
use crate::app::{App, files, on_both_databases};
use crate::graphql::served::Served;

on_both_databases!(
    what_does_not_fit_is_set_aside_and_the_others_are_folded,
    operators_see_what_is_set_aside,
    orders_that_came_before_the_limit_are_set_aside_in_the_midst_of_a_batch,
);

/// So much in the line above that one more order does not fit.
const NEARLY_FULL: i64 = i64::MAX - MOST_VOLUME.units() / 2;

/// Two of these fit, three do not.
const HALF: i64 = i64::MAX / 2 - 100;

async fn record(app: &App, partner: i64, reference: &str, volume: Amount) -> i64 {
    let clerk = match app.count("accounts WHERE username = 'clerk'").await {
        0 => app.operator("clerk", &[Scope::Catalog]).await,
        _ => app.sign_in("clerk").await,
    };
    let reference = reference.to_owned();
    let act = RecordOrder { reference, partner, buyer: Buyer::Partner, kind: OrderKind::Order, sum: sum("10"), pv: volume, cv: volume };
    record_order(&app.services, &clerk, &act).await.unwrap()
}

/// Makes an order larger than one may be any more, as imports could once bring it.
async fn enlarge(app: &App, order: i64, volume: i64) {
    for sql in ["UPDATE volume_events SET pv = $2, cv = $2 WHERE order_id = $1", "UPDATE orders SET pv = $2, cv = $2 WHERE id = $1"] {
        app.execute(sql, [order.into(), volume.into()]).await;
    }
}

async fn group_pv(app: &App, partner: i64) -> i64 {
    app.value("SELECT coalesce((SELECT group_pv FROM volumes WHERE partner_id = $1), 0)", [partner.into()]).await
}

async fn assert_as_rebuilt(app: &App) {
    let database = &app.services.database;
    let folded = files::volumes(database, Some("OPEN")).await;
    upline::rebuild::run(database, false).await.unwrap();
    assert_eq!(folded, files::volumes(database, Some("OPEN")).await, "folded as rebuilt");
}

async fn what_does_not_fit_is_set_aside_and_the_others_are_folded(app: App) {
    let root = app.join("root", None, None).await.unwrap();
    let below = app.recruits(&root, &["anna", "bert"]).await;
    let other = app.join("other", None, None).await.unwrap();
    let full = record(&app, below[0].number, "FULL", Amount::from_units(1)).await;
    enlarge(&app, full, NEARLY_FULL).await;
    assert_eq!(fold_volumes(&app.services).await.unwrap(), Folded { events: 1, set_aside: 0 });
    let large = record(&app, below[1].number, "LARGE", MOST_VOLUME).await;
    record(&app, other.number, "OTHER", Amount::from_units(7)).await;
    let small = record(&app, below[1].number, "SMALL", Amount::from_units(5)).await;
    assert_eq!(fold_volumes(&app.services).await.unwrap(), Folded { events: 2, set_aside: 1 });
    assert_eq!((group_pv(&app, root.number).await, group_pv(&app, below[1].number).await), (NEARLY_FULL + 5, 5));
    assert_eq!(group_pv(&app, other.number).await, 7, "the rest of the network goes on");
    assert_eq!(fold_volumes(&app.services).await.unwrap(), Folded::default(), "it is not tried again and again");
    assert!(upline::rebuild::run(&app.services.database, false).await.is_err(), "the truth does not fit yet");

    // What was never counted is not taken away either: both come in together.
    let treasurer = treasurer(&app).await;
    let back = |order: i64| RefundOrder { order, lines: Vec::new(), sum: None, reason: "a mistake".to_owned(), idempotency_key: None };
    refund_order(&app.services, &treasurer, &back(large)).await.unwrap();
    refund_order(&app.services, &treasurer, &back(small)).await.unwrap();
    assert_eq!(fold_volumes(&app.services).await.unwrap(), Folded { events: 2, set_aside: 0 });
    assert_eq!((group_pv(&app, root.number).await, group_pv(&app, below[1].number).await), (NEARLY_FULL, 0));
    assert_eq!(app.count("unfolded_volumes").await, 0);
    assert_as_rebuilt(&app).await;
}

async fn operators_see_what_is_set_aside(app: App) {
    let anna = app.join("anna", None, None).await.unwrap();
    let mut orders = Vec::new();
    for reference in ["A", "B", "C"] {
        orders.push(record(&app, anna.number, reference, Amount::from_units(70_000)).await);
    }
    app.execute("UPDATE unfolded_volumes SET set_aside_at = 1", []).await;
    let served = Served::start(&app).await;
    let watcher = app.staff("watcher", Role::Operator, &[Scope::Network]).await;
    let list = |page: &str| {
        format!(
            "{{ operator {{ setAsideVolumes({page}) {{ totalCount nodes {{ orderNumber partnerNumber personalVolume }} pageInfo {{ endCursor }} }} }} }}"
        )
    };
    let node = |order: i64| json!({ "orderNumber": order.to_string(), "partnerNumber": anna.number.to_string(), "personalVolume": "7" });
    let shown = served.ask(watcher.token(), &list("first: 2")).await["operator"]["setAsideVolumes"].take();
    assert_eq!((&shown["totalCount"], &shown["nodes"]), (&json!("3"), &json!([node(orders[0]), node(orders[1])])));
    let rest = served.ask(watcher.token(), &list(&format!("first: 2, after: {}", shown["pageInfo"]["endCursor"]))).await;
    assert_eq!(rest["operator"]["setAsideVolumes"]["nodes"], json!([node(orders[2])]));
    let others: Vec<Scope> = Scope::ALL.iter().copied().filter(|scope| *scope != Scope::Network).collect();
    let unscoped = app.staff("unscoped", Role::Operator, &others).await;
    assert_eq!(served.refusal(Some(unscoped.token()), &list("first: 2")).await.0, "FORBIDDEN");
}

async fn orders_that_came_before_the_limit_are_set_aside_in_the_midst_of_a_batch(app: App) {
    let root = app.join("root", None, None).await.unwrap();
    let anna = app.recruits(&root, &["anna"]).await.remove(0);
    let mut large = Vec::new();
    for turn in 0..12 {
        let order = record(&app, anna.number, &format!("N-{turn}"), Amount::from_units(1)).await;
        if turn % 4 == 1 {
            enlarge(&app, order, HALF).await;
            large.push(order);
        }
    }
    // Two of the three fit.
    assert_eq!(fold_volumes(&app.services).await.unwrap(), Folded { events: 11, set_aside: 1 });
    assert_eq!(group_pv(&app, root.number).await, HALF * 2 + 9);
    let treasurer = treasurer(&app).await;
    let back = RefundOrder { order: large[0], lines: Vec::new(), sum: Some(sum("5")), reason: "a part".to_owned(), idempotency_key: None };
    refund_order(&app.services, &treasurer, &back).await.unwrap();
    fold_volumes(&app.services).await.unwrap();
    assert_eq!(app.count("unfolded_volumes WHERE set_aside_at IS NOT NULL").await, 1, "it waits for the rebuild");
    refund_order(&app.services, &treasurer, &RefundOrder { sum: None, ..back }).await.unwrap();
    upline::rebuild::run(&app.services.database, false).await.unwrap();
    assert_eq!((app.count("unfolded_volumes").await, group_pv(&app, root.number).await), (0, HALF * 2 + 9));
}
