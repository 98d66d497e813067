//! setPartnerStatus: who takes part, decided by operators.

use serde_json::{Value, json};
use upline::auth::principal::Principal;
use upline::commands::Error;
use upline::commands::accounts::{EraseAccount, erase_account};
use upline::commands::orders::{Checkout, checkout};
use upline::commands::partners::{SetPartnerStatus, set_partner_status};
use upline::domain::accounts::{Role, Scope};
use upline::domain::partners::PartnerStatus;
use upline::domain::refusal::Refusal;
use upline::store::erasure::Whose;

use crate::app::{App, all_at_once, on_both_databases, refusal};
use crate::graphql::served::Served;

on_both_databases!(
    a_partner_is_suspended_and_takes_part_again,
    only_operators_with_the_scope_decide_who_takes_part,
    who_has_not_paid_or_was_erased_keeps_the_status,
    an_owners_partner_is_an_owners_to_decide_about,
    nobody_who_is_erased_meanwhile_takes_part_again,
    rivals_decide_one_after_the_other,
    a_decision_over_graphql,
);

fn decision(partner: i64, status: PartnerStatus) -> SetPartnerStatus {
    SetPartnerStatus { partner, status, reason: "as agreed".to_owned(), idempotency_key: None }
}

async fn status(app: &App, partner: i64) -> String {
    app.value("SELECT status FROM partners WHERE id = $1", [partner.into()]).await
}

async fn changes(app: &App) -> Vec<String> {
    app.events().await.into_iter().filter(|(kind, _)| kind == "PARTNER_STATUS_SET").map(|(_, payload)| payload).collect()
}

async fn a_partner_is_suspended_and_takes_part_again(app: App) {
    let root = app.join("root", None, None).await.unwrap();
    let anna = app.join("anna", Some(&root.code), None).await.unwrap();
    let below = app.join("below", Some(&anna.code), None).await.unwrap();
    let place = app.place(anna.number).await;
    let operator = app.operator("olga", &[Scope::Network]).await;
    for (to, name) in [(PartnerStatus::Suspended, "SUSPENDED"), (PartnerStatus::Terminated, "TERMINATED")] {
        assert_eq!(set_partner_status(&app.services, &operator, &decision(anna.number, to)).await.unwrap(), anna.number);
        assert_eq!(status(&app, anna.number).await, name);
        assert_eq!(refusal(app.join(&format!("by-{name}"), Some(&anna.code), None).await), Refusal::ReferralCodeUnknown);
        let order = checkout(&app.services, &anna.member.principal, &Checkout::default()).await;
        assert_eq!(refusal(order), Refusal::PartnerNotActive);
    }
    app.sign_in("anna").await;
    let sponsor: Option<i64> = app.value("SELECT sponsor_id FROM partners WHERE id = $1", [below.number.into()]).await;
    assert_eq!((app.place(anna.number).await, sponsor), (place, Some(anna.number)), "the place stays");
    let again = SetPartnerStatus { idempotency_key: Some("k".to_owned()), ..decision(anna.number, PartnerStatus::Active) };
    for _ in 0..2 {
        set_partner_status(&app.services, &operator, &again).await.unwrap();
    }
    set_partner_status(&app.services, &operator, &decision(anna.number, PartnerStatus::Active)).await.unwrap();
    app.join("recruit", Some(&anna.code), None).await.unwrap();
    let payload = |from: &str, to: &str| format!(r#"{{"partner":{},"from":"{from}","to":"{to}"}}"#, anna.number);
    let expected = [payload("ACTIVE", "SUSPENDED"), payload("SUSPENDED", "TERMINATED"), payload("TERMINATED", "ACTIVE")];
    assert_eq!(changes(&app).await, expected, "what is so already is no change");
    assert_eq!(app.count("audit_entries WHERE action = 'setPartnerStatus'").await, 3);
    let other = SetPartnerStatus { status: PartnerStatus::Suspended, ..again };
    assert_eq!(refusal(set_partner_status(&app.services, &operator, &other).await), Refusal::IdempotencyConflict);
}

async fn only_operators_with_the_scope_decide_who_takes_part(app: App) {
    let root = app.join("root", None, None).await.unwrap();
    let anna = app.join("anna", Some(&root.code), None).await.unwrap();
    let others: Vec<Scope> = Scope::ALL.iter().copied().filter(|scope| *scope != Scope::Network).collect();
    let unscoped = app.operator("unscoped", &others).await;
    let act = decision(anna.number, PartnerStatus::Suspended);
    assert!(matches!(set_partner_status(&app.services, &Principal::Anonymous, &act).await, Err(Error::Unauthenticated)));
    for principal in [&anna.member.principal, &root.member.principal, &unscoped] {
        assert_eq!(refusal(set_partner_status(&app.services, principal, &act).await), Refusal::ScopeMissing { scope: "network" });
    }
    app.execute("UPDATE accounts SET role = 'OPERATOR', scopes = 'network' WHERE username = 'anna'", []).await;
    let both = app.principal(&anna.member.tokens).await;
    assert_eq!(refusal(set_partner_status(&app.services, &both, &act).await), Refusal::OwnAccount);
    let unknown = decision(999, PartnerStatus::Suspended);
    assert_eq!(refusal(set_partner_status(&app.services, &both, &unknown).await), Refusal::PartnerUnknown);
    let unreasoned = SetPartnerStatus { reason: " ".to_owned(), ..act };
    assert_eq!(refusal(set_partner_status(&app.services, &both, &unreasoned).await), Refusal::InvalidReason);
    assert_eq!((status(&app, anna.number).await.as_str(), app.count("audit_entries").await), ("ACTIVE", 0));
}

async fn who_has_not_paid_or_was_erased_keeps_the_status(app: App) {
    let operator = app.operator("olga", &[Scope::Network]).await;
    let owner = app.staff("owner", Role::Owner, &[]).await.principal;
    let anna = app.join("anna", None, None).await.unwrap();
    let waits = decision(anna.number, PartnerStatus::PendingPayment);
    assert!(matches!(refusal(set_partner_status(&app.services, &operator, &waits).await), Refusal::PartnerStatusFixed { .. }));
    app.execute("UPDATE partners SET status = 'PENDING_PAYMENT'", []).await;
    for to in [PartnerStatus::Active, PartnerStatus::Suspended, PartnerStatus::Terminated, PartnerStatus::PendingPayment] {
        let outcome = set_partner_status(&app.services, &operator, &decision(anna.number, to)).await;
        assert!(matches!(refusal(outcome), Refusal::PartnerStatusFixed { .. }), "{to:?}");
    }
    app.execute("UPDATE partners SET status = 'ACTIVE'", []).await;
    let erase = EraseAccount { whose: Whose::Partner(anna.number), reason: "asked for".to_owned() };
    erase_account(&app.services, &owner, &erase).await.unwrap();
    let back = set_partner_status(&app.services, &operator, &decision(anna.number, PartnerStatus::Active)).await;
    assert!(matches!(refusal(back), Refusal::PartnerStatusFixed { .. }));
    assert_eq!((status(&app, anna.number).await.as_str(), changes(&app).await.len()), ("TERMINATED", 0));
}

async fn an_owners_partner_is_an_owners_to_decide_about(app: App) {
    let boss = app.join("boss", None, None).await.unwrap();
    app.execute("UPDATE accounts SET role = 'OWNER' WHERE username = 'boss'", []).await;
    let operator = app.operator("olga", &[Scope::Network]).await;
    let act = decision(boss.number, PartnerStatus::Terminated);
    assert_eq!(refusal(set_partner_status(&app.services, &operator, &act).await), Refusal::OwnerAccount);
    let owner = app.staff("owner", Role::Owner, &[]).await.principal;
    set_partner_status(&app.services, &owner, &act).await.unwrap();
    assert_eq!(status(&app, boss.number).await, "TERMINATED");
}

async fn nobody_who_is_erased_meanwhile_takes_part_again(app: App) {
    let owner = app.staff("owner", Role::Owner, &[]).await.principal;
    let operator = app.operator("olga", &[Scope::Network]).await;
    for round in 0..8_usize {
        let anna = app.join(&format!("anna-{round}"), None, None).await.unwrap();
        let acts = (0..2_usize).map(|turn| {
            let (app, owner, operator) = (app.clone(), owner.clone(), operator.clone());
            async move {
                if (turn + round) % 2 == 0 {
                    let erase = EraseAccount { whose: Whose::Partner(anna.number), reason: "asked for".to_owned() };
                    erase_account(&app.services, &owner, &erase).await.map(drop)
                } else {
                    set_partner_status(&app.services, &operator, &decision(anna.number, PartnerStatus::Suspended)).await.map(drop)
                }
            }
        });
        let (_, refusals) = all_at_once(acts).await;
        assert!(refusals.iter().all(|why| matches!(why, Refusal::PartnerStatusFixed { .. })), "{refusals:?}");
        assert_eq!(status(&app, anna.number).await, "TERMINATED");
    }
}

async fn rivals_decide_one_after_the_other(app: App) {
    let anna = app.join("anna", None, None).await.unwrap();
    let operator = app.operator("olga", &[Scope::Network]).await;
    let acts = (0..16_usize).map(|turn| {
        let (app, operator) = (app.clone(), operator.clone());
        let to = [PartnerStatus::Suspended, PartnerStatus::Active, PartnerStatus::Terminated][turn % 3];
        async move { set_partner_status(&app.services, &operator, &decision(anna.number, to)).await }
    });
    let (done, refusals) = all_at_once(acts).await;
    assert_eq!((done.len(), refusals), (16, Vec::new()));
    let mut at = "ACTIVE".to_owned();
    for change in changes(&app).await {
        let change: Value = serde_json::from_str(&change).unwrap();
        assert_eq!(change["from"], at.as_str(), "each change begins where the one before has ended");
        change["to"].as_str().unwrap().clone_into(&mut at);
    }
    assert_eq!(status(&app, anna.number).await, at);
    let audited = app.count("audit_entries WHERE action = 'setPartnerStatus'").await;
    assert_eq!(usize::try_from(audited).unwrap(), changes(&app).await.len());
}

async fn a_decision_over_graphql(app: App) {
    let served = Served::start(&app).await;
    let anna = app.join("anna", None, None).await.unwrap();
    let olga = app.staff("olga", Role::Operator, &[Scope::Network]).await;
    let document = "mutation ($input: SetPartnerStatusInput!) { setPartnerStatus(input: $input) { partner { number status } userErrors { code field } } }";
    let act = async |input: Value| {
        let answer = served.answer(Some(olga.token()), document, json!({ "input": input })).await;
        answer["data"]["setPartnerStatus"].clone()
    };
    let number = anna.number.to_string();
    let suspended = act(json!({ "partnerNumber": number, "status": "SUSPENDED", "reason": "unpaid debts", "idempotencyKey": "k" })).await;
    assert_eq!(suspended, json!({ "partner": { "number": number, "status": "SUSPENDED" }, "userErrors": [] }));
    let fixed = act(json!({ "partnerNumber": number, "status": "PENDING_PAYMENT", "reason": "no" })).await;
    assert_eq!(fixed["userErrors"], json!([{ "code": "PARTNER_STATUS_FIXED", "field": ["input", "status"] }]));
    let detail: String = app.value("SELECT detail FROM audit_entries WHERE action = 'setPartnerStatus'", []).await;
    assert_eq!(detail, r#"{"from":"ACTIVE","reason":"unpaid debts","to":"SUSPENDED"}"#);
}
