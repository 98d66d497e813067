use upline::import::Files;

use super::fixture::{Fixture, on_both, options};
use super::generated::PLAN;

const NETWORK: &str = "partner,sponsor,placement_parent,position,status,joined_at,highest_rank,email,username\n\
    1,,,,ACTIVE,2026-01-01T00:00:00Z,STARTER,,\n\
    2,1,1,L,ACTIVE,2026-01-01T00:00:00Z,STARTER,two@example.org,two\n\
    3,1,1,R,ACTIVE,2026-01-01T00:00:00Z,STARTER,,\n";
const ORDERS: &str = "order,partner,placed_at,cv\n1,1,2026-01-01T00:00:00Z,10\n2,2,2026-02-01T00:00:00Z,10\n";
const COMMISSIONS: &str = "bonus,beneficiary,order,source,level,base,rate,amount,points\nteam,1,1,2,1,10,0.1,1.00,0\n";
const RANKS: &str = "partner,rank,previous\n1,STARTER,STARTER\n";

/// A file, the row that spoils it, and the cause; the row's line is the last one.
const REFUSED: &[(&str, &str, &str)] = &[
    ("network.csv", "4,99,,,,2026-01-01T00:00:00Z,,,", "line 5: sponsor: partner 99 does not exist"),
    ("network.csv", "4,1,99,L,,2026-01-01T00:00:00Z,,,", "line 5: placement_parent: partner 99 does not exist"),
    (
        "network.csv",
        "4,5,,,,2026-01-01T00:00:00Z,,,\n5,4,,,,2026-01-01T00:00:00Z,,,",
        "line 5: sponsor: 2 partners stand in a circle: 4 under 5 under 4",
    ),
    ("network.csv", "4,1,4,L,,2026-01-01T00:00:00Z,,,", "line 5: placement_parent: partner 4 names itself"),
    (
        "network.csv",
        "4,1,6,L,,2026-01-01T00:00:00Z,,,\n5,1,4,L,,2026-01-01T00:00:00Z,,,\n6,1,5,R,,2026-01-01T00:00:00Z,,,",
        "line 5: placement_parent: 3 partners stand in a circle: 4 under 6 under 5 under 4",
    ),
    ("network.csv", "4,1,1,L,,2026-01-01T00:00:00Z,,,", "line 5: position L under partner 1 is taken by another partner"),
    ("network.csv", "2,1,,,,2026-01-01T00:00:00Z,,,", "line 5: partner 2 appears a second time, the first is on line 3"),
    (
        "network.csv",
        "4,1,,,RETIRED,2026-01-01T00:00:00Z,,,",
        "line 5: status: RETIRED is not a status: give one of ACTIVE, PENDING_PAYMENT, SUSPENDED, TERMINATED",
    ),
    (
        "network.csv",
        "4,1,,,,2026-01-01T00:00:00Z,EMPEROR,,",
        "line 5: highest_rank: EMPEROR is no rank of the plan: give one of STARTER, GOLD, \"PURE\"",
    ),
    ("network.csv", "4,1,,,,yesterday,,,", "line 5: joined_at: yesterday is not an RFC 3339 time such as 2026-01-31T23:59:59Z"),
    ("network.csv", "4,1,1,3,,2026-01-01T00:00:00Z,,,", "line 5: position: 3 does not exist in this network's placement tree (binary)"),
    ("network.csv", "4,1,,L,,2026-01-01T00:00:00Z,,,", "line 5: position: L is given without a placement_parent"),
    ("network.csv", "4,1,2,,,2026-01-01T00:00:00Z,,,", "line 5: position: is empty, but a placement_parent (2) is given"),
    (
        "network.csv",
        "4,1,,,,2026-01-01T00:00:00Z,,TWO@example.org,",
        "line 5: email: TWO@example.org belongs to another partner of the file",
    ),
    ("network.csv", "4,1,,,,2026-01-01T00:00:00Z,,,P03", "line 5: username: P03 belongs to another partner of the file"),
    ("network.csv", "4,1,,,,2026-01-01T00:00:00Z,,,operator", "line 5: username: operator belongs to another account of the database"),
    ("network.csv", "4,1,,,", "line 5: the row has 5 fields, the header has 9"),
    ("orders.csv", "3,99,2026-01-01T00:00:00Z,10", "line 4: partner: partner 99 does not exist"),
    ("orders.csv", "2,1,2026-01-01T00:00:00Z,10", "line 4: order 2 appears a second time"),
    ("orders.csv", "3,1,2026-01-01T00:00:00Z,-10", "line 4: cv: -10 is negative"),
    ("orders.csv", "3,1,2026-01-01T00:00:00Z,0.00001", "line 4: cv: 0.00001 has more than 4 digits after the point"),
    ("commissions.csv", "gift,1,1,2,1,10,0.1,1.00,0", "line 3: bonus: gift is no bonus of the plan test"),
    ("commissions.csv", "team,1,7,2,1,10,0.1,1.00,0", "line 3: order: order 7 does not exist"),
    (
        "commissions.csv",
        "team,1,2,2,1,10,0.1,1.00,0",
        "line 3: order: order 2 was placed at 2026-02-01T00:00:00Z, outside the period 2026-01",
    ),
    ("commissions.csv", "team,9,1,2,1,10,0.1,1.00,0", "line 3: beneficiary: partner 9 does not exist"),
    ("commissions.csv", "team,2,1,2,1,10,0.1,1.001,0", "line 3: amount: 1.001 has more than the 2 digits of USD"),
    ("commissions.csv", "team,1,1,2,1,11,0.2,2.20,0", "line 3: bonus, beneficiary, order, source and level are those of an earlier line"),
    ("ranks.csv", "1,STARTER,STARTER", "line 3: partner 1 appears a second time"),
    ("ranks.csv", "2,EMPEROR,STARTER", "line 3: rank: EMPEROR is no rank of the plan: give one of STARTER, GOLD, \"PURE\""),
];

#[tokio::test]
async fn a_bad_row_is_named_by_file_line_and_cause_and_changes_nothing() {
    on_both(async |fixture| {
        let staff = "INSERT INTO accounts (username, name, role, status, created_at) VALUES ('Operator', 'O', 'OWNER', 'ACTIVE', 0)";
        let transaction = fixture.database.begin().await.unwrap();
        sea_orm::ConnectionTrait::execute_unprepared(&transaction, staff).await.unwrap();
        transaction.commit().await.unwrap();
        for (spoilt, row, cause) in REFUSED {
            let file = |name: &str, text: &str| {
                let text = if name == *spoilt { format!("{text}{row}\n") } else { text.to_owned() };
                fixture.file(name, &text)
            };
            let files = Files {
                plan: fixture.file("plan.toml", PLAN),
                network: file("network.csv", NETWORK),
                orders: file("orders.csv", ORDERS),
                commissions: file("commissions.csv", COMMISSIONS),
                ranks: file("ranks.csv", RANKS),
            };
            let refused = fixture.import(&files).await.unwrap_err().to_string();
            assert_eq!(refused, format!("{} {cause}", fixture.path(spoilt).display()));
            for table in [
                "partners",
                "orders",
                "volume_events",
                "volumes",
                "commissions",
                "rank_history",
                "periods",
                "ranks",
                "plan_versions",
                "imports",
                "settings",
            ] {
                assert_eq!(fixture.number(&format!("SELECT count(*) FROM {table}")).await, 0, "{table} after {cause}");
            }
            assert_eq!(fixture.number("SELECT count(*) FROM accounts").await, 1, "accounts after {cause}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_plan_that_contradicts_the_network_is_refused() {
    on_both(async |fixture| {
        fixture.import(&Files { plan: fixture.file("plan.toml", PLAN), ..Files::default() }).await.unwrap();
        for (was, becomes, cause) in [
            ("\"binary\"", "\"ternary\"", "placement.kind"),
            (
                "kind = \"binary\"\n[[rank]]",
                "kind = \"matrix\"\nwidth = 3\n[[rank]]",
                "placement: matrix:3 differs from the placement tree of this network, binary",
            ),
            ("USD", "EUR", "plan.currency: EUR differs from the currency of this network, USD"),
            ("USD", "XYZ", "plan.currency"),
            (
                "STARTER",
                "FIRST",
                "rank: the ranks differ from those of this network, which are, from the lowest up, STARTER, GOLD, \"PURE\"",
            ),
        ] {
            let plan = fixture.file("other.toml", &PLAN.replace(was, becomes));
            let refused = fixture.import(&Files { plan, ..Files::default() }).await.unwrap_err().to_string();
            assert!(refused.contains("other.toml") && refused.contains(cause), "{refused}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_period_other_than_a_month_is_refused_by_name() {
    let fixture = Fixture::sqlite().await;
    for period in ["2026-W05", "2026-01-15"] {
        let options = upline::import::Options { period: period.parse().ok(), ..options() };
        let files = Files { ranks: fixture.file("ranks.csv", RANKS), ..Files::default() };
        let refused = upline::import::import(&fixture.database, &files, &options).await.unwrap_err().to_string();
        let words = format!("--period {period}: orders are filed by month, so give a month, such as 2026-01");
        assert!(refused.ends_with(&words), "{refused}");
    }
}
