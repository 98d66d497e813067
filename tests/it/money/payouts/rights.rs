//! Who may do what with payouts (promise P24).

use upline::auth::principal::Principal;
use upline::commands::Error;
use upline::commands::payouts::{SavePayoutMethod, remove_payout_method, request_payout, save_payout_method};
use upline::domain::accounts::Scope;
use upline::domain::payouts::MethodKind;
use upline::domain::refusal::Refusal;

use super::super::{credit, treasurer};
use super::{Act, card, request, status, walk, wish};
use crate::app::{App, on_both_databases, refusal};

on_both_databases!(every_act_knows_who_may_do_it, nobody_decides_about_a_payout_of_their_own, only_active_partners_say_where_to_pay,);

async fn every_act_knows_who_may_do_it(app: App) {
    let root = app.join("root", None, None).await.unwrap();
    let anna = app.join("anna", Some(&root.code), None).await.unwrap();
    let other = app.join("other", None, None).await.unwrap();
    let operator = treasurer(&app).await;
    credit(&app, &operator, anna.number, "500").await;
    let others: Vec<Scope> = Scope::ALL.iter().copied().filter(|scope| *scope != Scope::Payouts).collect();
    let (unscoped, member) = (app.operator("unscoped", &others).await, app.member("member").await.principal);
    let payout = request(&app, &anna.member.principal, "100").await;
    let missing = Refusal::ScopeMissing { scope: "payouts" };
    for act in Act::ALL {
        assert!(matches!(act.run(&app, &Principal::Anonymous, payout).await, Err(Error::Unauthenticated)), "{act:?}");
        for (who, principal) in [("upline", &root.member.principal), ("another", &other.member.principal)] {
            let expected = if act == Act::Cancel { &Refusal::PayoutUnknown } else { &missing };
            assert_eq!(&refusal(act.run(&app, principal, payout).await), expected, "{act:?} by {who}");
            // Absent and hidden are alike.
            assert_eq!(&refusal(act.run(&app, principal, 999).await), expected, "{act:?} by {who}");
        }
        for (who, principal) in [("no partner", &member), ("another operator", &unscoped)] {
            let expected = if act == Act::Cancel { &Refusal::NotPartner } else { &missing };
            assert_eq!(&refusal(act.run(&app, principal, payout).await), expected, "{act:?} by {who}");
        }
        if act != Act::Cancel {
            assert_eq!(refusal(act.run(&app, &anna.member.principal, payout).await), missing, "{act:?} by the partner itself");
        }
    }
    assert_eq!(refusal(Act::Cancel.run(&app, &operator, payout).await), Refusal::NotPartner);
    assert_eq!((status(&app, payout).await.as_str(), app.count("payout_history").await), ("PENDING", 1));
    for nobody in [&member, &operator, &unscoped] {
        assert_eq!(refusal(request_payout(&app.services, nobody, &wish("100")).await), Refusal::NotPartner);
    }
    assert!(matches!(request_payout(&app.services, &Principal::Anonymous, &wish("100")).await, Err(Error::Unauthenticated)));
}

async fn nobody_decides_about_a_payout_of_their_own(app: App) {
    let operator = treasurer(&app).await;
    let both = app.join("both", None, None).await.unwrap();
    credit(&app, &operator, both.number, "500").await;
    app.execute("UPDATE accounts SET role = 'OWNER' WHERE username = 'both'", []).await;
    let owner = app.principal(&both.member.tokens).await;
    let payout = request(&app, &owner, "100").await;
    for act in [Act::Approve, Act::Reject, Act::Start, Act::Complete, Act::Fail, Act::Clear] {
        assert_eq!(refusal(act.run(&app, &owner, payout).await), Refusal::OwnPayout, "{act:?}");
    }
    walk(&app, &operator, payout, &[Act::Approve, Act::Start]).await;
    assert_eq!(refusal(Act::Complete.run(&app, &owner, payout).await), Refusal::OwnPayout);
}

async fn only_active_partners_say_where_to_pay(app: App) {
    let anna = app.join("anna", None, None).await.unwrap();
    let save = async |who: &Principal| {
        let act = SavePayoutMethod { kind: MethodKind::BankCard, details: card(super::CARD), transaction_password: None };
        save_payout_method(&app.services, who, &act).await
    };
    let remove = async |who: &Principal| remove_payout_method(&app.services, who, MethodKind::BankCard).await;
    assert!(matches!(save(&Principal::Anonymous).await, Err(Error::Unauthenticated)));
    assert!(matches!(remove(&Principal::Anonymous).await, Err(Error::Unauthenticated)));
    let operator = treasurer(&app).await;
    assert_eq!((refusal(save(&operator).await), refusal(remove(&operator).await)), (Refusal::NotPartner, Refusal::NotPartner));
    let who = &anna.member.principal;
    assert!(!remove(who).await.unwrap());
    save(who).await.unwrap();
    save(who).await.unwrap();
    assert_eq!(app.count("payout_methods").await, 1, "one of each kind");
    app.execute("UPDATE partners SET status = 'TERMINATED' WHERE id = $1", [anna.number.into()]).await;
    assert_eq!((refusal(save(who).await), refusal(remove(who).await)), (Refusal::PartnerNotActive, Refusal::PartnerNotActive));
    app.execute("UPDATE partners SET status = 'ACTIVE' WHERE id = $1", [anna.number.into()]).await;
    assert!(remove(who).await.unwrap());
    assert_eq!(app.count("payout_methods").await, 0);
}
