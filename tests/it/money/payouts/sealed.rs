//! Bank details stay secret (promise P26).

use upline::commands::payouts::{RequestPayout, SavePayoutMethod, request_payout, save_payout_method, start_batch};
use upline::domain::payouts::{Details, GivenDetails, MethodKind};

use super::super::{credit, sum, treasurer};
use super::{Act, card, save_card, walk};
use crate::app::dump::everything;
use crate::app::{App, on_both_databases};

on_both_databases!(
    nothing_in_the_database_tells_a_number,
    a_payout_keeps_the_details_that_it_was_asked_with,
    details_moved_to_another_partner_do_not_open,
);

/// Digits that occur nowhere else.
const CANARIES: [&str; 3] = ["5274917360285914", "40817810570000123456", "canary-wallet-5533"];

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
        save_payout_method(&app.services, who, &SavePayoutMethod { kind: *kind, details: given.clone(), transaction_password: None })
            .await
            .unwrap();
        let key = Some(format!("key-{kind}"));
        let act =
            RequestPayout { sum: sum("100"), kind: *kind, details: Some(given.clone()), transaction_password: None, idempotency_key: key };
        let payout = request_payout(&app.services, who, &act).await.unwrap();
        walk(&app, &operator, payout, &[Act::Approve]).await;
        start_batch(&app.services, &operator).await.unwrap().unwrap();
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
    let saved =
        RequestPayout { sum: sum("100"), kind: MethodKind::BankCard, details: None, transaction_password: None, idempotency_key: None };
    let payout = request_payout(&app.services, who, &saved).await.unwrap();
    save_card(&app, who, "5200 0000 0000 9999").await;
    walk(&app, &operator, payout, &[Act::Approve]).await;
    let batch = start_batch(&app.services, &operator).await.unwrap().unwrap();
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
    let error = start_batch(&app.services, &operator).await.unwrap_err().to_string();
    assert!(error.contains("cannot be opened"), "{error}");
    assert_eq!((app.count("payouts WHERE status = 'APPROVED'").await, app.count("payout_batches").await), (2, 0));
}
