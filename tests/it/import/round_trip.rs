use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write as _;
use upline::import::{Files, Outcome};

use super::fixture::on_both;
use super::generated::{PLAN, generate, shuffled};

#[tokio::test]
async fn an_export_gives_back_what_was_imported() {
    let made = generate(500, 3000, 1);
    on_both(async |fixture| {
        let files = Files {
            plan: fixture.file("plan.toml", PLAN),
            network: fixture.file("network.csv", &shuffled(&made.network(true))),
            orders: fixture.file("orders.csv", &shuffled(&made.orders())),
            ..Files::default()
        };
        fixture.import(&files).await.unwrap();
        let exported = fixture.export(None, true).await;
        assert_eq!(exported("network.csv"), made.network(true));
        assert_eq!(exported("orders.csv"), made.orders());
        assert_eq!(exported("plan.toml"), PLAN);
        assert_eq!(fixture.export(None, false).await("network.csv"), made.network(false), "contact data is exported only on demand");
    })
    .await;
}

#[tokio::test]
async fn commissions_and_ranks_come_back_sorted() {
    let network = "partner,sponsor,placement_parent,position,joined_at\n2,1,1,L,2026-01-01T00:00:00Z\n1,,,,2026-01-01T00:00:00Z\n";
    let orders = "order,partner,placed_at,cv,kind\n9,2,2026-01-31T23:59:59.999999999Z,10,INVESTMENT\n";
    let head = "bonus,beneficiary,order,source,level,base,rate,amount,points\n";
    let lines = ["team,1,,1,0,10.0123456789,0.100000000001,1.00,0.1\n", "team,1,9,2,1,10,0.1,1.00,0.1\n", "advance,1,,1,1,50,1,50.00,5\n"];
    let ranks = "partner,rank,previous,pv,cv,gv,pgv,direct_active,left,right\n1,\"GOLD, \"\"PURE\"\"\",STARTER,0,0,10,10,1,10,0\n2,STARTER,STARTER,10,10,10,10,0,0,0\n";
    on_both(async |fixture| {
        let files = Files {
            plan: fixture.file("plan.toml", PLAN),
            network: fixture.file("network.csv", network),
            orders: fixture.file("orders.csv", orders),
            commissions: fixture.file("commissions.csv", &format!("{head}{}{}{}", lines[2], lines[1], lines[0])),
            ranks: fixture.file("ranks.csv", &shuffled(ranks)),
        };
        fixture.import(&files).await.unwrap();
        let exported = fixture.export(Some("2026-01"), false).await;
        assert_eq!(exported("commissions.csv"), format!("{head}{}", lines.concat()));
        assert_eq!(exported("ranks.csv"), ranks);
        assert_eq!(fixture.number("SELECT count(*) FROM periods WHERE code = '2026-01' AND state = 'CLOSED'").await, 1);
        let sql = "SELECT count(*) FROM partners p JOIN ranks r ON r.id = p.rank_id WHERE p.id = 1 AND r.level = 1";
        assert_eq!(fixture.number(sql).await, 1, "the paid rank is the rank held");
        for (order, source_type) in [("order_id = 9", "INVESTMENT"), ("bonus = 'advance'", "RANK_BONUS"), ("level = 0", "BONUS")] {
            let sql = format!("SELECT count(*) FROM commissions WHERE {order} AND source_type = '{source_type}' AND status = 'APPROVED'");
            assert_eq!(fixture.number(&sql).await, 1, "{source_type}");
        }
        let later = fixture.file("later.csv", "order,partner,placed_at,cv\n10,2,2026-01-05T00:00:00Z,1\n");
        let refused = fixture.import(&Files { orders: later, ..Files::default() }).await.unwrap_err().to_string();
        assert!(
            refused.ends_with("later.csv line 2: placed_at: 2026-01-05T00:00:00Z falls into the period 2026-01, which is closed"),
            "{refused}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_file_that_was_imported_is_passed_over() {
    let made = generate(50, 100, 2);
    on_both(async |fixture| {
        let mut files =
            Files { plan: fixture.file("plan.toml", PLAN), network: fixture.file("network.csv", &made.network(false)), ..Files::default() };
        fixture.import(&files).await.unwrap();
        files.orders = fixture.file("orders.csv", &made.orders());
        let outcomes: Vec<Outcome> = fixture.import(&files).await.unwrap().into_iter().map(|(_, outcome)| outcome).collect();
        assert_eq!(outcomes, [Outcome::PassedOver { imported_at: super::fixture::now() }, Outcome::Imported { rows: 100 }]);
        assert_eq!(fixture.export(None, false).await("orders.csv"), made.orders());
    })
    .await;
}

#[tokio::test]
async fn later_files_add_to_the_network() {
    let first = "partner,sponsor,placement_parent,position,joined_at\n10,,,,2026-01-01T00:00:00Z\n";
    let second = "partner,sponsor,placement_parent,position,joined_at\n12,11,11,L,2026-01-01T00:00:00Z\n11,10,10,R,2026-01-01T00:00:00Z\n";
    on_both(async |fixture| {
        let network = |name: &str, text: &str| Files { network: fixture.file(name, text), ..Files::default() };
        fixture.import(&network("first.csv", first)).await.unwrap();
        fixture.import(&network("second.csv", second)).await.unwrap();
        assert_eq!(fixture.number("SELECT count(*) FROM partners").await, 3);
        let slot = "partner,sponsor,placement_parent,position,joined_at\n\n13,10,10,R,2026-01-01T00:00:00Z\n";
        let refused = fixture.import(&network("third.csv", slot)).await.unwrap_err().to_string();
        assert!(refused.ends_with("third.csv line 3: position R under partner 10 is taken by another partner"), "{refused}");
        let again = fixture.import(&network("fourth.csv", "partner,sponsor,joined_at\n11,,2026-01-01T00:00:00Z\n")).await.unwrap_err();
        assert!(again.to_string().ends_with("fourth.csv line 2: partner 11 exists in the database already"), "{again}");
    })
    .await;
}

#[tokio::test]
async fn new_rows_are_numbered_above_imported_ones() {
    let made = generate(20, 20, 3);
    on_both(async |fixture| {
        let files = Files {
            plan: fixture.file("plan.toml", PLAN),
            network: fixture.file("network.csv", &made.network(false)),
            orders: fixture.file("orders.csv", &made.orders()),
            ..Files::default()
        };
        fixture.import(&files).await.unwrap();
        let transaction = fixture.database.begin().await.unwrap();
        let add =
            "INSERT INTO accounts (username, name, role, status, created_at) VALUES ('anna', 'Anna', 'MEMBER', 'ACTIVE', 0) RETURNING id";
        let row =
            sea_orm::ConnectionTrait::query_one_raw(&transaction, sea_orm::Statement::from_string(fixture.database.backend(), add)).await;
        let id: i64 = row.unwrap().unwrap().try_get_by_index(0).unwrap();
        transaction.commit().await.unwrap();
        assert_eq!(id, 21);
    })
    .await;
}

#[tokio::test]
async fn tables_taken_down_and_brought_up_again_take_the_same_files() {
    let made = generate(30, 30, 4);
    on_both(async |fixture| {
        for _ in 0..2 {
            let files = Files {
                plan: fixture.file("plan.toml", PLAN),
                network: fixture.file("network.csv", &made.network(true)),
                ..Files::default()
            };
            fixture.import(&files).await.unwrap();
            assert_eq!(fixture.export(None, true).await("network.csv"), made.network(true));
            // What only the newer tables tell apart.
            let transaction = fixture.database.begin().await.unwrap();
            for sql in [
                "INSERT INTO accounts (id, username, name, role, status, created_at) VALUES (9001, 'shop-1', 'One', 'OPERATOR', 'ACTIVE', 0),
                    (9002, 'shop-2', 'Two', 'OPERATOR', 'ACTIVE', 0)",
                "INSERT INTO applications (id, account_id, kind, state, networks, created_at) VALUES (1, 9001, 'SERVER', 'ACTIVE', '', 0),
                    (2, 9002, 'SERVER', 'ACTIVE', '', 0)",
                "INSERT INTO periods (id, code, starts_at, ends_at, state) VALUES (900, '2031-01', 1926000000000000000, 1928000000000000000, 'OPEN')",
                "INSERT INTO orders (partner_id, period_id, buyer, kind, placed_at, cv, pv, amount, reference, application_id)
                    SELECT min(p.id), 900, 'PARTNER', 'ORDER', 1926000000000000000, 1, 1, 1, '1001', a.id FROM partners p CROSS JOIN applications a
                    GROUP BY a.id",
            ] {
                let statement = sea_orm::Statement::from_string(fixture.database.backend(), sql);
                sea_orm::ConnectionTrait::execute_raw(&transaction, statement).await.unwrap();
            }
            transaction.commit().await.unwrap();
            fixture.database.migrate_down().await.unwrap();
            fixture.database.migrate().await.unwrap();
        }
    })
    .await;
}

#[tokio::test]
async fn gzip_files_are_read_like_plain_ones() {
    let made = generate(30, 0, 5);
    on_both(async |fixture| {
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        packed.write_all(made.network(true).as_bytes()).unwrap();
        let path = fixture.path("network.csv.gz");
        std::fs::write(&path, packed.finish().unwrap()).unwrap();
        let network = Some(upline::import::Source::file(path));
        fixture.import(&Files { plan: fixture.file("plan.toml", PLAN), network, ..Files::default() }).await.unwrap();
        assert_eq!(fixture.export(None, true).await("network.csv"), made.network(true));
    })
    .await;
}

#[tokio::test]
async fn a_matrix_keeps_its_positions_and_its_depth() {
    let plan = PLAN.replace("kind = \"binary\"\n[[rank]]", "kind = \"matrix\"\nwidth = 3\ndepth = 2\n[[rank]]");
    let head = "partner,sponsor,placement_parent,position,status,joined_at,highest_rank,career_points,carry_left,carry_right\n";
    let row =
        |partner: u32, parent: u32, position: u32| format!("{partner},1,{parent},{position},ACTIVE,2026-01-01T00:00:00Z,STARTER,0,0,0\n");
    let fits = format!("{head}1,,,,ACTIVE,2026-01-01T00:00:00Z,STARTER,0,0,0\n{}{}", row(2, 1, 3), row(3, 2, 1));
    on_both(async |fixture| {
        let files =
            |text: &str| Files { plan: fixture.file("plan.toml", &plan), network: fixture.file("network.csv", text), ..Files::default() };
        let cause = async |text: &str| fixture.import(&files(text)).await.unwrap_err().to_string();
        let deep = cause(&format!("{fits}{}", row(4, 3, 2))).await;
        assert!(deep.ends_with("network.csv line 5: partner 4 stands 3 levels below a root, the matrix has 2"), "{deep}");
        let wide = cause(&format!("{fits}{}", row(4, 1, 4))).await;
        assert!(wide.ends_with("position: 4 does not exist in this network's placement tree (matrix:3:2)"), "{wide}");
        fixture.import(&files(&fits)).await.unwrap();
        assert_eq!(fixture.export(None, false).await("network.csv"), fits);
    })
    .await;
}

#[tokio::test]
async fn what_a_replaced_plan_has_paid_is_exported_as_well() {
    let network = "partner,sponsor,joined_at\n1,,2026-01-01T00:00:00Z\n";
    let head = "bonus,beneficiary,order,source,level,base,rate,amount,points\n";
    let [team, advance] = ["team,1,,1,0,10,0.1,1.00,0\n", "advance,1,,1,1,50,1,50.00,5\n"];
    let ranks = "partner,rank,previous,pv,cv,gv,pgv,direct_active,left,right\n1,STARTER,STARTER,0,0,0,0,0,0,0\n";
    on_both(async |fixture| {
        let files = Files {
            plan: fixture.file("plan.toml", PLAN),
            network: fixture.file("network.csv", network),
            commissions: fixture.file("commissions.csv", &format!("{head}{team}{advance}")),
            ranks: fixture.file("ranks.csv", ranks),
            ..Files::default()
        };
        fixture.import(&files).await.unwrap();
        let replaced = PLAN.replace("code = \"team\"", "code = \"crew\"");
        fixture.import(&Files { plan: fixture.file("plan.toml", &replaced), ..Files::default() }).await.unwrap();
        let exported = fixture.export(Some("2026-01"), false).await;
        assert_eq!(exported("commissions.csv"), format!("{head}{advance}{team}"), "the plan's own bonuses first");
        assert_eq!(exported("plan.toml"), replaced);
    })
    .await;
}

#[tokio::test]
async fn names_that_were_made_up_give_way_to_accounts_that_have_them() {
    on_both(async |fixture| {
        let squatted = "INSERT INTO accounts (username, email, name, role, status, created_at) VALUES
            ('P01', 'a@example.org', 'A', 'MEMBER', 'ACTIVE', 0), ('p01-2', 'P2@example.invalid', 'B', 'MEMBER', 'ACTIVE', 0)";
        let transaction = fixture.database.begin().await.unwrap();
        sea_orm::ConnectionTrait::execute_unprepared(&transaction, squatted).await.unwrap();
        transaction.commit().await.unwrap();
        let network =
            "partner,sponsor,joined_at,username\n1,,2026-01-01T00:00:00Z,\n2,1,2026-01-01T00:00:00Z,\n3,1,2026-01-01T00:00:00Z,three\n";
        fixture.import(&Files { network: fixture.file("network.csv", network), ..Files::default() }).await.unwrap();
        let exported = fixture.export(None, true).await("network.csv");
        let contacts: Vec<&str> = exported.lines().skip(1).map(|line| line.rsplit(',').next().unwrap()).collect();
        assert_eq!(contacts, ["p01-3", "p02", "three"], "{exported}");
        assert!(exported.contains("p2-2@example.invalid") && exported.contains("p1@example.invalid"), "{exported}");
    })
    .await;
}
