//! The ledger's history cannot be changed unseen (promise P04).

use migration::{Migrator, MigratorTrait as _};
use sea_orm::{ConnectionTrait as _, DbBackend};
use upline::commands::epins::{IssueEpins, issue_epins};
use upline::commands::seal::seal_journals;
use upline::domain::epins::Funding;
use upline::store::ledger::{Findings, Link, verify};

use super::{credit, sum, treasurer, wealthy};
use crate::app::{App, on_both_databases};

on_both_databases!(
    every_change_of_sealed_history_is_found,
    whose_an_account_is_cannot_be_changed_unseen,
    journals_sealed_without_their_accounts_are_sealed_anew,
    journals_are_sealed_once_by_rival_processes,
);

async fn check(app: &App, noted: Option<Link>) -> Findings {
    let snapshot = app.services.database.snapshot().await.unwrap();
    let findings = verify(&snapshot, noted).await.unwrap();
    snapshot.rollback().await.unwrap();
    findings
}

/// Takes away what keeps an honest program from changing history.
async fn open_the_books(app: &App) {
    for table in ["journals", "postings", "journal_seals"] {
        if app.services.database.backend() == DbBackend::Sqlite {
            app.execute(&format!("DROP TRIGGER {table}_append_only"), []).await;
            app.execute(&format!("DROP TRIGGER {table}_append_only_too"), []).await;
        } else {
            app.execute(&format!("ALTER TABLE {table} DISABLE TRIGGER ALL"), []).await;
        }
    }
    if app.services.database.backend() == DbBackend::Sqlite {
        for trigger in ["postings_of_open_journal", "ledger_accounts_fixed", "ledger_accounts_fixed_too"] {
            app.execute(&format!("DROP TRIGGER {trigger}"), []).await;
        }
    } else {
        app.execute("ALTER TABLE ledger_accounts DISABLE TRIGGER USER", []).await;
    }
}

async fn every_change_of_sealed_history_is_found(app: App) {
    let operator = treasurer(&app).await;
    let anna = wealthy(&app, &operator, "anna", "100").await;
    for amount in ["1", "2", "3", "4", "5"] {
        credit(&app, &operator, anna.number, amount).await;
    }
    let (sealed, head) = seal_journals(&app.services).await.unwrap();
    assert_eq!((sealed, head.links), (6, 6));
    credit(&app, &operator, anna.number, "6").await;
    let whole = check(&app, Some(head.hash)).await;
    assert_eq!((whole.findings.as_slice(), whole.journals, whole.postings, whole.unsealed), ([].as_slice(), 7, 14, 1));
    open_the_books(&app).await;
    let mut tried = 0;
    for id in 1..=6 {
        for (change, back) in [
            (
                format!("UPDATE journals SET memo = 'a present' WHERE id = {id}"),
                format!("UPDATE journals SET memo = 'a gift' WHERE id = {id}"),
            ),
            (
                format!("UPDATE journals SET subject = 'partner:7' WHERE id = {id}"),
                format!("UPDATE journals SET subject = 'partner:{}' WHERE id = {id}", anna.number),
            ),
            (
                format!("UPDATE journals SET kind = 'COMMISSION' WHERE id = {id}"),
                format!("UPDATE journals SET kind = 'WALLET_CREDIT' WHERE id = {id}"),
            ),
            (
                format!("UPDATE journals SET occurred_at = occurred_at + 1 WHERE id = {id}"),
                format!("UPDATE journals SET occurred_at = occurred_at - 1 WHERE id = {id}"),
            ),
            (
                format!("UPDATE postings SET amount = amount * 2 WHERE journal_id = {id}"),
                format!("UPDATE postings SET amount = amount / 2 WHERE journal_id = {id}"),
            ),
            (
                format!("UPDATE postings SET balance = balance + 1 WHERE journal_id = {id}"),
                format!("UPDATE postings SET balance = balance - 1 WHERE journal_id = {id}"),
            ),
            (
                format!("UPDATE postings SET journal_id = 7 WHERE journal_id = {id}"),
                format!("UPDATE postings SET journal_id = {id} WHERE id IN ({}, {})", 2 * id - 1, 2 * id),
            ),
            (
                format!("UPDATE journal_seals SET journal_id = -1 WHERE id = {id}"),
                format!("UPDATE journal_seals SET journal_id = {id} WHERE id = {id}"),
            ),
        ] {
            if app.services.database.backend() == DbBackend::Sqlite && change.contains("-1 WHERE") {
                // Foreign keys hold here without triggers.
                continue;
            }
            app.execute(&change, []).await;
            let found = check(&app, Some(head.hash)).await.findings;
            assert!(found.iter().any(|finding| finding.0.starts_with("link ")), "{change} is not seen by the chain: {found:?}");
            app.execute(&back, []).await;
            tried += 1;
        }
    }
    assert!(tried >= 42, "{tried}");
    assert!(check(&app, Some(head.hash)).await.findings.is_empty(), "all was put back");
    app.execute("UPDATE ledger_accounts SET balance = balance + 1 WHERE kind = 'AVAILABLE'", []).await;
    assert!(!check(&app, None).await.findings.is_empty(), "a stored balance was changed");
    app.execute("UPDATE ledger_accounts SET balance = balance - 1 WHERE kind = 'AVAILABLE'", []).await;
    // The end cut off with all that follows from it, as if the last journals had never been: only the noted head knows.
    let gone = ["journal_seals WHERE id = 6", "unsealed_journals", "postings WHERE journal_id >= 6", "journals WHERE id >= 6"];
    for rows in gone {
        app.execute(&format!("DELETE FROM {rows}"), []).await;
    }
    let back = "UPDATE ledger_accounts SET balance = (
        SELECT balance FROM postings WHERE account_id = ledger_accounts.id ORDER BY id DESC LIMIT 1) WHERE kind = 'AVAILABLE'";
    app.execute(back, []).await;
    assert_eq!(check(&app, None).await.findings, [], "a shorter ledger is in order");
    assert_eq!(check(&app, Some(head.hash)).await.findings.len(), 1, "but it is not the one of then");
}

async fn whose_an_account_is_cannot_be_changed_unseen(app: App) {
    let operator = treasurer(&app).await;
    let (anna, bert) = (wealthy(&app, &operator, "anna", "100").await.number, wealthy(&app, &operator, "bert", "1").await.number);
    let carl = app.join("carl", None, None).await.unwrap().number;
    let (reason, funding) = ("sold at the fair".to_owned(), Funding::Sold);
    let pins = IssueEpins { count: 1, sum: sum("10"), funding, owner: None, expires_at: None, reason, idempotency_key: None };
    issue_epins(&app.services, &operator, &pins).await.unwrap();
    let (_, head) = seal_journals(&app.services).await.unwrap();
    open_the_books(&app).await;
    let exchange = |column: &str, one: String, other: String, between: String| {
        let set = |from: &str, to: &str| format!("UPDATE ledger_accounts SET {column} = {to} WHERE {column} = {from}");
        vec![set(&one, &between), set(&other, &one), set(&between, &other)]
    };
    let currency = |from: &str, to: &str| vec![format!("UPDATE ledger_accounts SET currency = '{to}' WHERE currency = '{from}'")];
    let partners = || exchange("partner_id", anna.to_string(), bert.to_string(), carl.to_string());
    let books = || exchange("kind", "'CASH'".to_owned(), "'ADJUSTMENTS'".to_owned(), "'SALES'".to_owned());
    let pockets =
        |from: &str, to: &str| vec![format!("UPDATE ledger_accounts SET kind = '{to}' WHERE kind = '{from}' AND partner_id = {anna}")];
    for (change, back) in [
        (partners(), partners()),
        (books(), books()),
        (pockets("AVAILABLE", "PENDING"), pockets("PENDING", "AVAILABLE")),
        (currency("USD", "EUR"), currency("EUR", "USD")),
    ] {
        for statement in &change {
            app.execute(statement, []).await;
        }
        let found = check(&app, Some(head.hash)).await.findings;
        assert!(found.iter().any(|finding| finding.0.starts_with("link ")), "{change:?} is not seen by the chain: {found:?}");
        for statement in &back {
            app.execute(statement, []).await;
        }
        assert_eq!(check(&app, Some(head.hash)).await.findings, [], "{back:?} puts all back");
    }
}

async fn journals_sealed_without_their_accounts_are_sealed_anew(app: App) {
    let operator = treasurer(&app).await;
    wealthy(&app, &operator, "anna", "100").await;
    let (_, head) = seal_journals(&app.services).await.unwrap();
    let whole = app.services.database.begin().await.unwrap();
    Migrator::down(&whole, None).await.unwrap();
    whole.rollback().await.unwrap();
    let migrations = Migrator::migrations();
    let newer = migrations.iter().rev().position(|migration| migration.name() == "m0021_sealed_accounts_and_salted_days").unwrap() + 1;
    let transaction = app.services.database.begin().await.unwrap();
    Migrator::down(&transaction, Some(u32::try_from(newer).unwrap())).await.unwrap();
    transaction.commit().await.unwrap();
    // As the program of before would have sealed them.
    app.execute("INSERT INTO journal_seals (id, journal_id, hash) SELECT 1, id, $1 FROM journals", [vec![7_u8; 32].into()]).await;
    app.execute("DELETE FROM unsealed_journals", []).await;
    app.services.database.migrate().await.unwrap();
    let checked = check(&app, None).await;
    assert_eq!((checked.findings, checked.unsealed, checked.head.links), (Vec::new(), 1, 0));
    assert_eq!(seal_journals(&app.services).await.unwrap(), (1, head));
    let refused = app.services.database.begin().await.unwrap();
    assert!(refused.execute_unprepared("DELETE FROM journal_seals").await.is_err(), "seals are not taken off any more");
    refused.rollback().await.unwrap();
}

async fn journals_are_sealed_once_by_rival_processes(app: App) {
    let operator = treasurer(&app).await;
    let anna = wealthy(&app, &operator, "anna", "100").await;
    for _ in 0..20 {
        credit(&app, &operator, anna.number, "1").await;
    }
    let sealing = (0..4).map(|_| {
        let app = app.clone();
        tokio::spawn(async move { seal_journals(&app.services).await.unwrap().0 })
    });
    let mut sealed = 0;
    for task in sealing.collect::<Vec<_>>() {
        sealed += task.await.unwrap();
    }
    assert_eq!((sealed, app.count("journal_seals").await, app.count("unsealed_journals").await), (21, 21, 0));
}
