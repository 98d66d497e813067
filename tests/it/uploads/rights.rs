//! Who may do what with pictures and identity checks (promise P24).

use image::ImageFormat;
use serde_json::{Value, json};
use upline::auth::principal::Principal;
use upline::commands::Error;
use upline::commands::images::{UpdateImage, remove_image, update_image};
use upline::commands::kyc::{approve_kyc, open_document, reject_kyc, submit_kyc};
use upline::domain::accounts::{Role, Scope};
use upline::domain::refusal::Refusal;

use super::kyc::{approval, papers, rejection, submit};
use super::picture;
use crate::app::{App, on_both_databases, refusal};
use crate::graphql::served::Served;

on_both_databases!(
    anonymous_callers_do_nothing,
    partners_alone_submit_and_operators_with_the_scope_decide,
    nobody_decides_about_their_own,
    identity_checks_are_shown_to_their_partner_and_the_scope,
);

async fn anonymous_callers_do_nothing(app: App) {
    let (services, nobody) = (&app.services, &Principal::Anonymous);
    let image = UpdateImage { image: picture(8, 8, ImageFormat::Png).into(), idempotency_key: None };
    let outcomes = [
        update_image(services, nobody, &image).await.map(drop),
        remove_image(services, nobody).await.map(drop),
        submit_kyc(services, nobody, &papers()).await.map(drop),
        approve_kyc(services, nobody, &approval(1)).await.map(drop),
        reject_kyc(services, nobody, &rejection(1)).await.map(drop),
        open_document(services, nobody, 1).await.map(drop),
    ];
    for (index, outcome) in outcomes.into_iter().enumerate() {
        assert!(matches!(outcome, Err(Error::Unauthenticated)), "act {index}: {outcome:?}");
    }
}

async fn partners_alone_submit_and_operators_with_the_scope_decide(app: App) {
    let root = app.join("root", None, None).await.unwrap();
    let anna = app.join("anna", Some(&root.code), None).await.unwrap();
    let member = app.member("member").await.principal;
    let others: Vec<Scope> = Scope::ALL.iter().copied().filter(|scope| *scope != Scope::Kyc).collect();
    let (unscoped, operator) = (app.operator("unscoped", &others).await, app.operator("olga", &[Scope::Kyc]).await);
    for who in [&member, &operator] {
        assert_eq!(refusal(submit_kyc(&app.services, who, &papers()).await), Refusal::NotPartner);
    }
    let submission = submit(&app, &anna).await;
    let missing = Refusal::ScopeMissing { scope: "kyc" };
    for (who, principal) in [
        ("a member", &member),
        ("the partner", &anna.member.principal),
        ("the sponsor", &root.member.principal),
        ("an operator with all other scopes", &unscoped),
    ] {
        for number in [submission, 999] {
            assert_eq!(refusal(approve_kyc(&app.services, principal, &approval(number)).await), missing, "{who}");
            assert_eq!(refusal(reject_kyc(&app.services, principal, &rejection(number)).await), missing, "{who}");
            assert_eq!(refusal(open_document(&app.services, principal, number).await.map(drop)), missing, "{who}");
        }
    }
    app.execute("UPDATE partners SET status = 'SUSPENDED' WHERE id = $1", [root.number.into()]).await;
    assert_eq!(refusal(submit_kyc(&app.services, &root.member.principal, &papers()).await), Refusal::PartnerNotActive);
    let owner = app.staff("owner", Role::Owner, &[]).await.principal;
    assert_eq!(reject_kyc(&app.services, &operator, &rejection(submission)).await.unwrap(), anna.number);
    let submission = submit(&app, &anna).await;
    assert_eq!(approve_kyc(&app.services, &owner, &approval(submission)).await.unwrap(), anna.number);
}

async fn nobody_decides_about_their_own(app: App) {
    let anna = app.join("anna", None, None).await.unwrap();
    let submission = submit(&app, &anna).await;
    app.execute("UPDATE accounts SET role = 'OWNER' WHERE username = 'anna'", []).await;
    let owner = app.principal(&anna.member.tokens).await;
    assert_eq!(refusal(approve_kyc(&app.services, &owner, &approval(submission)).await), Refusal::OwnKyc);
    assert_eq!(refusal(reject_kyc(&app.services, &owner, &rejection(submission)).await), Refusal::OwnKyc);
}

async fn identity_checks_are_shown_to_their_partner_and_the_scope(app: App) {
    let served = Served::start(&app).await;
    let root = app.join("root", None, None).await.unwrap();
    let anna = app.join("anna", Some(&root.code), None).await.unwrap();
    submit(&app, &anna).await;
    let network = app.staff("network", Role::Operator, &[Scope::Network, Scope::Payouts]).await;
    let olga = app.staff("olga", Role::Operator, &[Scope::Kyc]).await;
    let document = format!("{{ partner(number: \"{}\") {{ number kyc {{ status documents {{ url }} }} }} }}", anna.number);
    let seen = async |token: &str| served.ask(token, &document).await["partner"]["kyc"].clone();
    assert_eq!(seen(anna.member.token()).await["documents"], json!([{ "url": null }, { "url": null }]));
    assert_eq!(seen(olga.token()).await["documents"][1]["url"], "/kyc-documents/2");
    assert_eq!([seen(root.member.token()).await, seen(network.token()).await], [Value::Null, Value::Null]);
    let queue = "{ operator { kycQueue(first: 1) { totalCount } } }";
    assert_eq!(served.refusal(Some(network.token()), queue).await.0, "FORBIDDEN");
    assert_eq!(served.ask(anna.member.token(), queue).await["operator"], Value::Null);
    assert_eq!(served.refusal(None, queue).await.0, "UNAUTHENTICATED");
}
