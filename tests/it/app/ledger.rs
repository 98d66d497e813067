//! What must hold for the ledger whatever happened (promises P01, P03).

use upline::store::ledger::verify;

use super::App;

pub async fn assert_in_order(app: &App) {
    let snapshot = app.services.database.snapshot().await.unwrap();
    let checked = verify(&snapshot, None).await.unwrap();
    snapshot.rollback().await.unwrap();
    assert!(checked.findings.is_empty(), "{:#?}", checked.findings);
}
