//! Files into the database of a test, and the volumes that came of them.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait as _, QueryResult, Statement};
use upline::config::network::Placement;
use upline::domain::instant::Instant;
use upline::domain::trees::PlacementPreference;
use upline::import::{Files, Options, Source, import};
use upline::store::database::Database;

use super::App;

/// How tests import: results are those of January 2026, the placement tree is binary where nothing else is said.
pub fn options(now: Instant) -> Options {
    Options { period: "2026-01".parse().ok(), placement: Placement::Binary, preference: PlacementPreference::WeakLeg, now }
}

/// A file that was never written.
pub fn source(name: &str, text: &str) -> Option<Source> {
    Some(Source::memory(name, text.as_bytes()))
}

impl App {
    /// Imports files that must be in order.
    pub async fn import(&self, files: &Files) {
        import(&self.services.database, files, &options(self.services.now())).await.unwrap();
    }
}

/// Personal PV and CV, group PV and CV, left CV, right CV, by period and partner.
pub type Volumes = BTreeMap<(String, i64), [i64; 6]>;

/// The volumes of the periods in a state, or of all.
pub async fn volumes(database: &Database, state: Option<&str>) -> Volumes {
    let sql = "SELECT p.code, v.partner_id, v.personal_pv, v.personal_cv, v.group_pv, v.group_cv, v.left_cv, v.right_cv
               FROM volumes v JOIN periods p ON p.id = v.period_id";
    let sql = state.map_or(sql.to_owned(), |state| format!("{sql} WHERE p.state = '{state}'"));
    let rows = database.reader().query_all_raw(Statement::from_string(database.backend(), sql)).await.unwrap();
    let number = |row: &QueryResult, index: usize| row.try_get_by_index::<i64>(index).unwrap();
    let entry =
        |row: &QueryResult| ((row.try_get_by_index(0).unwrap(), number(row, 1)), std::array::from_fn(|index| number(row, index + 2)));
    rows.iter().map(entry).collect()
}
