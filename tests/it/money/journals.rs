//! What the database itself refuses, whatever program writes to it.

use sea_orm::{ConnectionTrait as _, Statement};

use super::{credit, treasurer};
use crate::app::{App, on_both_databases};

on_both_databases!(journals_are_never_changed_and_never_out_of_balance);

/// Why the database refuses statements sent in one transaction.
async fn refused(app: &App, statements: &[&str]) -> Option<String> {
    let transaction = app.services.database.begin().await.unwrap();
    let backend = app.services.database.backend();
    for statement in statements {
        if let Err(error) = transaction.execute_raw(Statement::from_string(backend, *statement)).await {
            transaction.rollback().await.unwrap();
            return Some(error.to_string());
        }
    }
    transaction.commit().await.err().map(|error| error.to_string())
}

async fn journals_are_never_changed_and_never_out_of_balance(app: App) {
    let partner = app.join("anna", None, None).await.unwrap().number;
    credit(&app, &treasurer(&app).await, partner, "10").await;
    let posting = |journal: i64, amount: i64, account: &str| {
        format!(
            "INSERT INTO postings (journal_id, account_id, amount) SELECT {journal}, id, {amount} FROM ledger_accounts WHERE kind = '{account}'"
        )
    };
    let journal = |id: i64| format!("INSERT INTO journals (id, kind, subject, occurred_at) VALUES ({id}, 'WALLET_CREDIT', 'x', 0)");
    let whole = [posting(70, -5, "ADJUSTMENTS"), posting(70, 5, "AVAILABLE"), journal(70)];
    for (statements, reason) in [
        (vec!["UPDATE journals SET memo = 'x'".to_owned()], "journals_append_only"),
        (vec!["DELETE FROM journals".to_owned()], "journals_append_only"),
        (vec!["UPDATE postings SET amount = amount + 1".to_owned()], "postings_append_only"),
        (vec!["DELETE FROM postings".to_owned()], "postings_append_only"),
        (vec!["UPDATE ledger_accounts SET partner_id = partner_id".to_owned()], "ledger_accounts_fixed"),
        (vec!["UPDATE ledger_accounts SET kind = 'FEES' WHERE kind = 'ADJUSTMENTS'".to_owned()], "ledger_accounts_fixed"),
        (vec!["UPDATE ledger_accounts SET balance = 0, currency = 'EUR'".to_owned()], "ledger_accounts_fixed"),
        (vec!["DELETE FROM ledger_accounts".to_owned()], "ledger_accounts_fixed"),
        (vec![posting(1, 5, "AVAILABLE")], "postings_of_open_journal"),
        (vec![journal(70)], "journals_balanced"),
        (vec![posting(70, -5, "ADJUSTMENTS"), journal(70)], "journals_balanced"),
        (vec![posting(70, -5, "ADJUSTMENTS"), posting(70, 6, "AVAILABLE"), journal(70)], "journals_balanced"),
        (vec![posting(70, 0, "AVAILABLE")], "postings_amount_not_zero"),
        (vec!["UPDATE ledger_accounts SET balance = -1 WHERE kind = 'AVAILABLE'".to_owned()], "ledger_accounts_covered"),
    ] {
        let texts: Vec<&str> = statements.iter().map(String::as_str).collect();
        let error = refused(&app, &texts).await.unwrap_or_else(|| panic!("{statements:?} went through"));
        assert!(error.contains(reason), "{statements:?}: {error}");
    }
    // Postings without their journal do not outlive their transaction.
    assert!(refused(&app, &[&whole[0], &whole[1]]).await.is_some());
    assert_eq!((app.count("journals").await, app.count("postings").await), (1, 2));
}
