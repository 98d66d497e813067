//! Whose pins are: who can be given one, also by two acts at once, and what a repeated request answers.

use upline::commands::accounts::{EraseAccount, SetTransactionPassword, erase_account, set_transaction_password};
use upline::commands::epins::{TransferEpin, issue_epins, renew_epin_code, transfer_epin};
use upline::config::secrets::Secret;
use upline::domain::accounts::Role;
use upline::domain::refusal::Refusal;
use upline::store::erasure::Whose;

use super::super::{SPENDING, secret, treasurer};
use super::{issue, pass, redeem, renewal, wish};
use crate::app::{App, all_at_once, on_both_databases, refusal};

on_both_databases!(
    pins_are_made_for_those_who_may_use_them,
    a_pin_never_goes_to_somebody_who_is_erased_at_the_same_time,
    a_repeated_transfer_passes_a_pin_on_once,
    a_repeated_renewal_gives_the_same_code,
);

async fn pins_are_made_for_those_who_may_use_them(app: App) {
    let treasurer = treasurer(&app).await;
    let anna = app.join("anna", None, None).await.unwrap();
    for (status, may) in [("ACTIVE", true), ("PENDING_PAYMENT", true), ("SUSPENDED", false), ("TERMINATED", false)] {
        app.execute("UPDATE partners SET status = $1 WHERE id = $2", [status.into(), anna.number.into()]).await;
        let issued = issue_epins(&app.services, &treasurer, &wish(1, "10", Some(anna.number))).await.map(drop);
        if may {
            issued.unwrap();
        } else {
            assert_eq!(refusal(issued), Refusal::PartnerNotActive, "{status}");
        }
    }
    assert_eq!((app.count("epins").await, app.count("epin_batches").await), (2, 2));
}

async fn a_pin_never_goes_to_somebody_who_is_erased_at_the_same_time(app: App) {
    let treasurer = treasurer(&app).await;
    let owner = app.staff("owner", Role::Owner, &[]).await.principal;
    let anna = app.join("anna", None, None).await.unwrap();
    secret(&app, &anna).await;
    for round in 0..12 {
        let bert = app.join(&format!("bert{round}"), None, None).await.unwrap();
        let (pin, _) = issue(&app, &treasurer, 1, "10", Some(anna.number)).await.codes[0].clone();
        let (services, who, act) = (app.services.clone(), anna.member.principal.clone(), pass(pin, &bert));
        let passing = async move { transfer_epin(&services, &who, &act).await.map(drop) };
        let (services, who, act) = (app.services.clone(), treasurer.clone(), wish(1, "10", Some(bert.number)));
        let issuing = async move { issue_epins(&services, &who, &act).await.map(drop) };
        let (services, who) = (app.services.clone(), owner.clone());
        let act = EraseAccount { whose: Whose::Partner(bert.number), reason: "asked for it by letter".to_owned() };
        let erasing = async move { erase_account(&services, &who, &act).await.map(drop) };
        // Whoever is started first mostly wins.
        let giving = async move { if round % 4 < 2 { passing.await } else { issuing.await } };
        let (giving, erasing) = if round % 2 == 0 {
            (tokio::spawn(giving), tokio::spawn(erasing))
        } else {
            let erasing = tokio::spawn(erasing);
            (tokio::spawn(giving), erasing)
        };
        match (giving.await.unwrap(), erasing.await.unwrap()) {
            (Ok(()), erased) => assert!(matches!(refusal(erased), Refusal::ErasureBlocked { .. })),
            (gave, Ok(())) => assert!(matches!(refusal(gave), Refusal::PartnerUnknown | Refusal::PartnerNotActive)),
            (gave, erased) => panic!("one of them wins: {gave:?}, {erased:?}"),
        }
        let lost = format!("epins AS e JOIN partners AS p ON p.id = e.owner_id WHERE p.status = 'TERMINATED' AND p.id = {}", bert.number);
        assert_eq!(app.count(&lost).await, 0, "round {round}");
    }
}

async fn a_repeated_transfer_passes_a_pin_on_once(app: App) {
    let treasurer = treasurer(&app).await;
    let (anna, bert) = (app.join("anna", None, None).await.unwrap(), app.join("bert", None, None).await.unwrap());
    secret(&app, &anna).await;
    let keyed = |act: TransferEpin| TransferEpin { idempotency_key: Some("pass-1".to_owned()), ..act };
    let [by_owner, by_operator] = [anna.member.principal.clone(), treasurer.clone()];
    for who in [by_owner, by_operator] {
        let (pin, _) = issue(&app, &treasurer, 1, "10", Some(anna.number)).await.codes[0].clone();
        let before = app.count("events").await;
        let acts = (0..8).map(|_| {
            let (services, who, act) = (app.services.clone(), who.clone(), keyed(pass(pin, &bert)));
            async move { transfer_epin(&services, &who, &act).await }
        });
        assert_eq!(all_at_once(acts).await, (vec![pin; 8], Vec::new()));
        assert_eq!(app.count("events").await - before, 2, "the former owner and the new one are told once");
        let owner: i64 = app.value("SELECT owner_id FROM epins WHERE id = $1", [pin.into()]).await;
        assert_eq!(owner, bert.number);
        let other = issue(&app, &treasurer, 1, "10", Some(anna.number)).await.codes[0].0;
        let conflict = transfer_epin(&app.services, &who, &keyed(pass(other, &bert))).await;
        assert_eq!(refusal(conflict), Refusal::IdempotencyConflict);
    }
    assert_eq!(app.count("audit_entries WHERE action = 'transferEpin'").await, 1);
}

async fn a_repeated_renewal_gives_the_same_code(app: App) {
    let treasurer = treasurer(&app).await;
    let anna = app.join("anna", None, None).await.unwrap();
    secret(&app, &anna).await;
    let who = &anna.member.principal;
    let issued = issue(&app, &treasurer, 2, "10", Some(anna.number)).await;
    let (pin, old) = issued.codes[0].clone();
    let acts = (0..8).map(|_| {
        let (services, who, act) = (app.services.clone(), who.clone(), renewal(pin, Some("renew-1")));
        async move { renew_epin_code(&services, &who, &act).await }
    });
    let (codes, refused) = all_at_once(acts).await;
    assert_eq!((codes.len(), refused.len()), (8, 0));
    assert!(codes.iter().all(|code| code.expose() == codes[0].expose() && code.expose() != old.expose()));
    let redeem_by = async |code| super::redeem_epin(&app.services, who, &redeem(code, Some("1"))).await;
    assert_eq!(refusal(redeem_by(&old).await), Refusal::EpinUnknown);
    redeem_by(&codes[0]).await.unwrap();
    let conflict = renew_epin_code(&app.services, who, &renewal(issued.codes[1].0, Some("renew-1"))).await;
    assert_eq!(refusal(conflict), Refusal::IdempotencyConflict);
    // The code is money: whoever has the key and the session, but not the secret, does not get it.
    let secrets = SetTransactionPassword { present: Secret::new(SPENDING.to_owned()), new: Secret::new("another secret".to_owned()) };
    set_transaction_password(&app.services, who, &secrets).await.unwrap();
    let guessed = renew_epin_code(&app.services, who, &renewal(pin, Some("renew-1"))).await;
    assert_eq!(refusal(guessed.map(drop)), Refusal::WrongTransactionPassword);
}
