//! Ranks of an imported network.

use upline::domain::accounts::{Role, Scope};
use upline::import::Files;

use super::company::PLAN;
use super::served::Served;
use crate::app::files::source;
use crate::app::{App, on_both_databases};

on_both_databases!(the_highest_rank_is_never_below_the_rank);

/// The network knows of no higher rank than the first one; by the results of the period one of the two has risen since.
async fn the_highest_rank_is_never_below_the_rank(app: App) {
    let files = Files {
        plan: source("plan.toml", PLAN),
        network: source(
            "network.csv",
            "partner,sponsor,joined_at,highest_rank\n1,,2025-01-01T00:00:00Z,STARTER\n2,1,2025-01-01T00:00:00Z,GOLD\n",
        ),
        ranks: source(
            "ranks.csv",
            "partner,rank,previous,pv,cv,gv,pgv,direct_active,left,right\n1,GOLD,STARTER,0,0,0,0,0,0,0\n2,STARTER,GOLD,0,0,0,0,0,0,0\n",
        ),
        ..Files::default()
    };
    app.import(&files).await;
    let behind = "partners p JOIN ranks r ON r.id = p.rank_id JOIN ranks h ON h.id = p.highest_rank_id WHERE h.level < r.level";
    assert_eq!(app.count(behind).await, 1, "somebody holds a rank that the imported file did not know of");

    let served = Served::start(&app).await;
    let staff = served.app.staff("olga", Role::Operator, &[Scope::Network]).await;
    let list = "{ operator { partners(first: 2) { nodes { number rank { code } highestRank { code } } } } }";
    let data = served.ask(staff.token(), list).await;
    let mut shown: Vec<_> = data["operator"]["partners"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| [&node["number"], &node["rank"]["code"], &node["highestRank"]["code"]].map(|value| value.as_str().unwrap()))
        .collect();
    shown.sort_unstable();
    assert_eq!(shown, [["1", "GOLD", "GOLD"], ["2", "STARTER", "GOLD"]]);
}
