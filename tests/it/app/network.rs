//! What must hold for both trees whatever happened (promises P11, P12).

use std::collections::{HashMap, HashSet};

use sea_orm::{ConnectionTrait, Statement};

use super::App;

pub async fn assert_whole(app: &App) {
    let reader = app.services.database.reader();
    let sql = "SELECT id, sponsor_id, placement_parent_id, position FROM partners";
    let rows = reader.query_all_raw(Statement::from_string(reader.get_database_backend(), sql)).await.unwrap();
    let (mut sponsors, mut parents, mut slots) = (HashMap::new(), HashMap::new(), HashSet::new());
    for row in rows {
        let number = |index| row.try_get_by_index::<Option<i64>>(index).unwrap();
        let id = number(0).unwrap();
        sponsors.insert(id, number(1));
        parents.insert(id, number(2));
        if let Some(parent) = number(2) {
            let position: String = row.try_get_by_index(3).unwrap();
            assert!(slots.insert((parent, position.clone())), "two partners stand in position {position} under {parent}");
        }
    }
    for (tree, parents) in [("sponsor", sponsors), ("placement", parents)] {
        for start in parents.keys() {
            let (mut at, mut steps) = (*start, 0);
            while let Some(parent) = parents[&at] {
                assert!(parents.contains_key(&parent), "{tree} tree: {at} stands under {parent}, who does not exist");
                steps += 1;
                assert!(steps <= parents.len(), "{tree} tree: {start} stands on a cycle");
                at = parent;
            }
        }
    }
}
