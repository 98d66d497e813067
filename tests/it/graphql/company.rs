//! A company of any size, imported: a sponsor tree five wide, a binary placement tree, and for each partner orders, commissions and a rank.

use std::fmt::Write as _;

use upline::import::Files;

use crate::app::App;
use crate::app::files::source;

pub const PLAN: &str = r#"
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
    let files = Files {
        plan: source("plan.toml", PLAN),
        network: source("network.csv", &network),
        orders: source("orders.csv", &orders),
        commissions: source("commissions.csv", &commissions),
        ranks: source("ranks.csv", &ranks),
    };
    app.import(&files).await;
}

/// Imports a network and nothing else; the header is the caller's.
pub async fn found_network(app: &App, network: &str) {
    let files = Files { plan: source("plan.toml", PLAN), network: source("network.csv", network), ..Files::default() };
    app.import(&files).await;
}
