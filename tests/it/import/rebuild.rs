use std::collections::BTreeMap;

use proptest::test_runner::{Config, TestRunner};
use sea_orm::ConnectionTrait as _;
use upline::domain::period::{Period, PeriodKind};
use upline::domain::position::Position;
use upline::import::Files;

use super::fixture::{Fixture, on_both};
use super::generated::{Generated, PLAN, generate};
use crate::app::files::{Volumes, volumes};

/// Every order walks up both lines by itself.
fn recounted(made: &Generated) -> Volumes {
    let rows: BTreeMap<i64, _> = made.partners.iter().map(|(row, _)| (row.partner, row)).collect();
    let mut volumes = Volumes::new();
    for order in &made.orders {
        let period = Period::containing(PeriodKind::Month, order.placed_at).unwrap().to_string();
        let mut add = |partner: i64, place: usize, units: i64| volumes.entry((period.clone(), partner)).or_default()[place] += units;
        add(order.partner, 0, order.pv.units());
        add(order.partner, 1, order.cv.units());
        let mut above = Some(order.partner);
        while let Some(partner) = above {
            add(partner, 2, order.pv.units());
            add(partner, 3, order.cv.units());
            above = rows[&partner].sponsor;
        }
        let mut at = order.partner;
        while let Some(parent) = rows[&at].placement_parent {
            add(parent, if rows[&at].position == Some(Position::Left) { 4 } else { 5 }, order.cv.units());
            at = parent;
        }
    }
    volumes.retain(|_, volumes| *volumes != [0; 6]);
    volumes
}

async fn stored(fixture: &Fixture) -> Volumes {
    volumes(&fixture.database, None).await
}

async fn import(fixture: &Fixture, made: &Generated) {
    let files = Files {
        plan: fixture.file("plan.toml", PLAN),
        network: fixture.file("network.csv", &made.network(false)),
        orders: fixture.file("orders.csv", &made.orders()),
        ..Files::default()
    };
    fixture.import(&files).await.unwrap();
}

#[tokio::test]
async fn rebuilt_volumes_are_those_of_a_recount() {
    let made = generate(400, 2000, 9);
    on_both(async |fixture| {
        import(fixture, &made).await;
        assert_eq!(stored(fixture).await, recounted(&made), "after the import");
        let transaction = fixture.database.begin().await.unwrap();
        transaction.execute_unprepared("UPDATE volumes SET group_pv = 7, left_cv = 0").await.unwrap();
        transaction.commit().await.unwrap();
        let rows = upline::rebuild::run(&fixture.database, false).await.unwrap();
        assert_eq!(rows, recounted(&made).len() as u64);
        assert_eq!(stored(fixture).await, recounted(&made), "after the rebuild");
    })
    .await;
}

#[test]
fn any_network_is_summed_up_as_a_recount_does() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut runner = TestRunner::new(Config { cases: 16, failure_persistence: None, ..Config::default() });
    let cases = (1_i64..60, 0_i64..120, proptest::num::u64::ANY);
    runner
        .run(&cases, |(partners, orders, seed)| {
            let made = generate(partners, orders, seed);
            runtime.block_on(async {
                let fixture = Fixture::sqlite().await;
                import(&fixture, &made).await;
                assert_eq!(stored(&fixture).await, recounted(&made));
            });
            Ok(())
        })
        .unwrap();
}

#[tokio::test]
async fn a_line_of_partners_as_deep_as_the_network_is_no_danger() {
    on_both(async |fixture| {
        let mut network = "partner,sponsor,placement_parent,position,joined_at\n1,,,,2026-01-01T00:00:00Z\n".to_owned();
        for partner in 2..=20_000 {
            network.push_str(&format!("{partner},{0},{0},R,2026-01-01T00:00:00Z\n", partner - 1));
        }
        let files = Files {
            network: fixture.file("network.csv", &network),
            orders: fixture.file("orders.csv", "order,partner,placed_at,cv\n1,20000,2026-01-01T00:00:00Z,5\n"),
            ..Files::default()
        };
        fixture.import(&files).await.unwrap();
        assert_eq!(fixture.number("SELECT count(*) FROM volumes WHERE group_cv = 50000").await, 20_000);
        assert_eq!(fixture.number("SELECT count(*) FROM volumes WHERE right_cv = 50000").await, 19_999);
    })
    .await;
}

#[tokio::test]
async fn volumes_that_do_not_fit_are_refused_not_wrapped() {
    on_both(async |fixture| {
        let orders: String = (1..=10).map(|order| format!("{order},1,2026-01-01T00:00:00Z,99999999999999\n")).collect();
        let files = Files {
            network: fixture.file("network.csv", "partner,sponsor,joined_at\n1,,2026-01-01T00:00:00Z\n"),
            orders: fixture.file("orders.csv", &format!("order,partner,placed_at,cv\n{orders}")),
            ..Files::default()
        };
        let refused = fixture.import(&files).await.unwrap_err().to_string();
        assert!(refused.starts_with("the volumes below partner 1 sum up to more than"), "{refused}");
        assert_eq!(fixture.number("SELECT count(*) FROM orders").await, 0);
    })
    .await;
}
