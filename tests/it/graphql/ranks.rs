//! Ranks of the demo network.

use std::sync::Arc;

use upline::auth::passwords::Passwords;
use upline::config::{Config, Sources};
use upline::demo::{Means, prepare};
use upline::domain::accounts::{Role, Scope};

use super::served::Served;
use crate::app::{App, on_both_databases};

on_both_databases!(the_highest_rank_is_never_below_the_rank);

async fn the_highest_rank_is_never_below_the_rank(app: App) {
    let overrides = vec!["auth.argon2_memory_kib=8192".to_owned(), "auth.argon2_iterations=1".to_owned()];
    let config = Config::load(&Sources { overrides, ..Sources::default() }).unwrap();
    let passwords = Passwords::new(&config.auth, Arc::clone(&app.services.random)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let means = Means { passwords: &passwords, random: &*app.services.random, now: app.services.now() };
    prepare(&app.services.database, &folder.path().join("logins.toml"), &means).await.unwrap();
    let behind = "partners p JOIN ranks r ON r.id = p.rank_id JOIN ranks h ON h.id = p.highest_rank_id WHERE h.level < r.level";
    assert!(app.count(behind).await > 0, "somebody holds a rank that the imported file did not know of");

    let served = Served::start(&app).await;
    let staff = served.app.staff("olga", Role::Operator, &[Scope::Network]).await;
    let (mut after, mut seen) = (String::new(), 0);
    loop {
        let list = format!(
            "{{ operator {{ partners(first: 100{after}) {{ nodes {{ number rank {{ level }} highestRank {{ level }} }} pageInfo {{ hasNextPage endCursor }} }} }} }}"
        );
        let data = served.ask(staff.token(), &list).await;
        for node in data["operator"]["partners"]["nodes"].as_array().unwrap() {
            let level = |rank: &str| node[rank]["level"].as_i64().unwrap();
            assert!(level("highestRank") >= level("rank"), "{node}");
            seen += 1;
        }
        let info = &data["operator"]["partners"]["pageInfo"];
        if info["hasNextPage"] == false {
            break;
        }
        after = format!(", after: {}", info["endCursor"]);
    }
    assert_eq!(seen, 2000);
}
