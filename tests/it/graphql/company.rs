//! A company of any size, imported: a sponsor tree five wide, a binary placement tree, and for each partner orders, commissions and a rank.

use std::fmt::Write as _;
use std::path::Path;

use upline::config::network::Placement;
use upline::domain::trees::PlacementPreference;
use upline::import::{Files, Options, Source, import};

use crate::app::App;

const PLAN: &str = r#"
[plan]
code = "test"
currency = "USD"
[placement]
kind = "binary"
[[rank]]
code = "STARTER"
name = "Starter"
[[rank]]
code = "GOLD"
name = "Gold"
[[bonus]]
code = "team"
kind = "unilevel"
levels = ["0.1"]
"#;

/// Imports partners numbered from 1, the root.
pub async fn found(app: &App, partners: i64, orders_each: i64) {
    let mut network = "partner,sponsor,placement_parent,position,joined_at,name,username\n".to_owned();
    let mut orders = "order,partner,placed_at,cv\n".to_owned();
    let mut commissions = "bonus,beneficiary,order,source,level,base,rate,amount,points\n".to_owned();
    let mut ranks = "partner,rank,previous,pv,cv,gv,pgv,direct_active,left,right\n".to_owned();
    for partner in 1..=partners {
        let (sponsor, parent, position) = match partner {
            1 => (String::new(), String::new(), ""),
            _ => (((partner - 2) / 5 + 1).to_string(), (partner / 2).to_string(), ["L", "R"][usize::from(partner % 2 == 1)]),
        };
        writeln!(network, "{partner},{sponsor},{parent},{position},2026-01-01T00:00:00Z,Partner {partner},partner-{partner}").unwrap();
        writeln!(ranks, "{partner},GOLD,STARTER,10,10,50,50,5,20,20").unwrap();
        for turn in 0..orders_each {
            let order = partner * 1000 + turn;
            writeln!(orders, "{order},{partner},2026-01-{:02}T12:00:00Z,10", turn % 28 + 1).unwrap();
            writeln!(commissions, "team,{partner},{order},{partner},1,10,0.1,1.00,0").unwrap();
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| write(folder.path(), name, text);
    let files = Files {
        plan: file("plan.toml", PLAN),
        network: file("network.csv", &network),
        orders: file("orders.csv", &orders),
        commissions: file("commissions.csv", &commissions),
        ranks: file("ranks.csv", &ranks),
    };
    import_files(app, &files).await;
}

/// Imports a network and nothing else; the header is the caller's.
pub async fn found_network(app: &App, network: &str) {
    let folder = tempfile::tempdir().unwrap();
    let files =
        Files { plan: write(folder.path(), "plan.toml", PLAN), network: write(folder.path(), "network.csv", network), ..Files::default() };
    import_files(app, &files).await;
}

fn write(folder: &Path, name: &str, text: &str) -> Option<Source> {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    Some(Source::file(path))
}

async fn import_files(app: &App, files: &Files) {
    let options = Options {
        period: "2026-01".parse().ok(),
        placement: Placement::Binary,
        preference: PlacementPreference::WeakLeg,
        now: app.services.now(),
    };
    import(&app.services.database, files, &options).await.unwrap();
}
