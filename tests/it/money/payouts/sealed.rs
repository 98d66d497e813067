//! Bank details stay secret (promise P26).

use sea_orm::{ConnectionTrait as _, DbBackend, Statement};
use upline::commands::payouts::{RequestPayout, SavePayoutMethod, request_payout, save_payout_method, start_batch};
use upline::domain::payouts::{Details, GivenDetails, MethodKind};

use super::super::{credit, sum, treasurer};
use super::{Act, card, save_card, walk};
use crate::app::{App, on_both_databases};

on_both_databases!(
    nothing_in_the_database_tells_a_number,
    a_payout_keeps_the_details_that_it_was_asked_with,
    details_moved_to_another_partner_do_not_open,
);

/// Digits that occur nowhere else.
const CANARIES: [&str; 3] = ["5274917360285914", "40817810570000123456", "canary-wallet-5533"];

/// Everything that the database holds: SQLite's files, PostgreSQL's rows as text, with bytes in hexadecimal digits.
async fn everything(app: &App) -> Vec<u8> {
    let database = &app.services.database;
    let ask = async |sql: String| database.reader().query_all_raw(Statement::from_string(database.backend(), sql)).await.unwrap();
    if database.backend() == DbBackend::Sqlite {
        let file: String =
            ask("SELECT file FROM pragma_database_list WHERE name = 'main'".to_owned()).await[0].try_get_by_index(0).unwrap();
        let wal = std::fs::read(format!("{file}-wal")).unwrap_or_default();
        return [std::fs::read(&file).unwrap(), wal].concat();
    }
    let mut all = Vec::new();
    for table in ask("SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public'".to_owned()).await {
        let table: String = table.try_get_by_index(0).unwrap();
        for row in ask(format!("SELECT t::text FROM {table} AS t")).await {
            all.extend(row.try_get_by_index::<String>(0).unwrap().into_bytes());
        }
    }
    all
}

async fn nothing_in_the_database_tells_a_number(app: App) {
    let (operator, anna) = (treasurer(&app).await, app.join("anna", None, None).await.unwrap());
    credit(&app, &operator, anna.number, "5000").await;
    let [number, account, wallet] = CANARIES.map(|canary| Some(canary.to_owned()));
    let given = GivenDetails {
        card_number: number,
        bank_name: Some("First Bank".to_owned()),
        bank_code: Some("044525225".to_owned()),
        account_number: account,
        wallet_type: Some("YOOMONEY".to_owned()),
        wallet_id: wallet,
    };
    for kind in MethodKind::ALL {
        let who = &anna.member.principal;
        save_payout_method(&app.services, who, &SavePayoutMethod { kind: *kind, details: given.clone() }).await.unwrap();
        let key = Some(format!("key-{kind}"));
        let act = RequestPayout { sum: sum("100"), kind: *kind, details: Some(given.clone()), idempotency_key: key };
        let payout = request_payout(&app.services, who, &act).await.unwrap();
        walk(&app, &operator, payout, &[Act::Approve]).await;
        start_batch(&app.services).await.unwrap().unwrap();
        walk(&app, &operator, payout, &[Act::Complete]).await;
    }
    let all = everything(&app).await;
    let holds = |text: &[u8]| all.windows(text.len()).any(|part| part == text);
    for canary in CANARIES {
        // As it is, in hexadecimal digits, and all but its ending.
        let hexadecimal: String = canary.bytes().map(|byte| format!("{byte:02x}")).collect();
        for text in [canary, &hexadecimal, &canary[..canary.len() - 4], &canary[canary.len() - 5..]] {
            assert!(!holds(text.as_bytes()), "{text} is in the database");
        }
        assert!(holds(format!("**** {}", &canary[canary.len() - 4..]).as_bytes()), "the mask of {canary} is there");
    }
}

async fn a_payout_keeps_the_details_that_it_was_asked_with(app: App) {
    let (operator, anna) = (treasurer(&app).await, app.join("anna", None, None).await.unwrap());
    credit(&app, &operator, anna.number, "5000").await;
    let who = &anna.member.principal;
    save_card(&app, who, "5200 0000-0000 7312").await;
    let saved = RequestPayout { sum: sum("100"), kind: MethodKind::BankCard, details: None, idempotency_key: None };
    let payout = request_payout(&app.services, who, &saved).await.unwrap();
    save_card(&app, who, "5200 0000 0000 9999").await;
    walk(&app, &operator, payout, &[Act::Approve]).await;
    let batch = start_batch(&app.services).await.unwrap().unwrap();
    assert_eq!(batch.instructions[0].details, Details::BankCard { card_number: "5200000000007312".to_owned() });
    assert_eq!(batch.instructions[0].payout.masked, "**** **** **** 7312");
    assert!(!format!("{batch:?}").contains("520000"), "{batch:?}");
    walk(&app, &operator, payout, &[Act::Complete]).await;
    // What is given is used once and not saved.
    let given = RequestPayout { details: Some(card("5200000000001111")), ..saved.clone() };
    let payout = request_payout(&app.services, who, &given).await.unwrap();
    let masked: String = app.value("SELECT masked FROM payouts WHERE id = $1", [payout.into()]).await;
    let kept: String = app.value("SELECT masked FROM payout_methods", []).await;
    assert_eq!((masked.as_str(), kept.as_str()), ("**** **** **** 1111", "**** **** **** 9999"));
}

async fn details_moved_to_another_partner_do_not_open(app: App) {
    let operator = treasurer(&app).await;
    for name in ["anna", "bert"] {
        let partner = app.join(name, None, None).await.unwrap();
        credit(&app, &operator, partner.number, "500").await;
        let payout = super::request(&app, &partner.member.principal, "100").await;
        walk(&app, &operator, payout, &[Act::Approve]).await;
    }
    app.execute("UPDATE payouts SET details = (SELECT details FROM payouts WHERE id = 2) WHERE id = 1", []).await;
    let error = start_batch(&app.services).await.unwrap_err().to_string();
    assert!(error.contains("cannot be opened"), "{error}");
    assert_eq!((app.count("payouts WHERE status = 'APPROVED'").await, app.count("payout_batches").await), (2, 0));
}
