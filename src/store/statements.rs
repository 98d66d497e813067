//! Counts the SQL statements of an operation: for the metrics, and for the tests that hold the number constant.

use std::cell::Cell;

tokio::task_local! {
    static STATEMENTS: Cell<u32>;
}

/// Runs a future and tells how many SQL statements it sent from its own task.
pub async fn counted<F: Future>(future: F) -> (F::Output, u32) {
    STATEMENTS
        .scope(Cell::new(0), async {
            let output = future.await;
            (output, STATEMENTS.with(Cell::get))
        })
        .await
}

pub(super) fn record() {
    // Outside an operation (start-up, background work) nobody counts.
    STATEMENTS.try_with(|count| count.set(count.get().saturating_add(1))).unwrap_or(());
}
