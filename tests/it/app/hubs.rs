//! What must hold for readers of events: none is left unread (promise P20).

use std::sync::{Arc, Mutex};
use std::time::Duration;

use sea_orm::{ConnectionTrait as _, Statement};
use tokio::time::timeout;
use upline::broker::Hub;
use upline::store::events::Position;

use super::App;

/// The hubs that ran in a test.
#[derive(Clone, Default)]
pub struct Hubs(Arc<Mutex<Vec<Arc<Hub>>>>);

impl Hubs {
    pub fn forget(&self) {
        self.0.lock().unwrap().clear();
    }

    pub fn watch(&self, hub: &Arc<Hub>) {
        self.0.lock().unwrap().push(Arc::clone(hub));
    }
}

pub async fn assert_all_read(app: &App) {
    let hubs = app.hubs.0.lock().unwrap().clone();
    let reader = app.services.database.reader();
    // Not by the store's own query, which leaves out what readers may not see yet.
    let sql = "SELECT transaction_id, id FROM events ORDER BY transaction_id DESC, id DESC LIMIT 1";
    let row = reader.query_one_raw(Statement::from_string(reader.get_database_backend(), sql)).await.unwrap();
    let Some(row) = row else { return };
    let last = Position { transaction: row.try_get_by_index(0).unwrap(), id: row.try_get_by_index(1).unwrap() };
    for hub in hubs {
        let read = timeout(Duration::from_secs(30), hub.watch().wait_for(|reached| *reached >= last)).await.is_ok_and(|read| read.is_ok());
        assert!(read, "a hub stands at {:?}, but the last event is {last:?}", hub.reached());
    }
}
