//! Generated user names, and signing up that is closed.

use std::collections::BTreeSet;

use upline::auth::principal::Principal;
use upline::commands::Error;
use upline::commands::accounts::{SignUp, set_sign_ups_open, sign_up};
use upline::config::secrets::Secret;
use upline::domain::accounts::{Role, Scope};
use upline::domain::refusal::Refusal;

use crate::app::{App, all_at_once, new_account, on_both_databases, refusal};

on_both_databases!(
    who_gives_no_user_name_gets_one_where_that_is_switched_on,
    repetitions_without_a_user_name_make_one_account,
    signing_up_is_closed_and_opened_by_those_who_may,
);

fn nameless(index: usize) -> SignUp {
    SignUp { username: None, email: format!("m{index}@example.org"), ..new_account("m") }
}

async fn who_gives_no_user_name_gets_one_where_that_is_switched_on(app: App) {
    assert_eq!(refusal(sign_up(&app.services, &nameless(0)).await), Refusal::InvalidUsername, "off: a name is required");
    let app = app.with(&["auth.generated_usernames=true"]);
    let acts = (0..20).map(|index| {
        let app = app.clone();
        async move { sign_up(&app.services, &nameless(index)).await }
    });
    let (made, refused) = all_at_once(acts).await;
    assert_eq!((made.len(), refused), (20, vec![]));
    let mut names = BTreeSet::new();
    for signed_in in &made {
        let name: String = app.value("SELECT username FROM accounts WHERE id = $1", [signed_in.account_id.into()]).await;
        let (letters, digits) = name.split_at(2);
        assert!(letters.bytes().all(|byte| byte.is_ascii_uppercase()) && digits.len() == 8, "{name}");
        assert!(digits.bytes().all(|byte| byte.is_ascii_digit()), "{name}");
        names.insert(name);
    }
    assert_eq!(names.len(), 20);
    // Who gives a name keeps it, and the other rules stand.
    sign_up(&app.services, &new_account("anna")).await.unwrap();
    assert_eq!(app.count("accounts WHERE username = 'anna'").await, 1);
    assert_eq!(refusal(sign_up(&app.services, &nameless(3)).await), Refusal::EmailTaken);
    let weak = SignUp { password: Secret::new("short".to_owned()), ..nameless(50) };
    assert_eq!(refusal(sign_up(&app.services, &weak).await), Refusal::WeakPassword);
}

async fn repetitions_without_a_user_name_make_one_account(app: App) {
    let app = app.with(&["auth.generated_usernames=true"]);
    let acts = (0..10).map(|_| {
        let app = app.clone();
        async move { sign_up(&app.services, &SignUp { idempotency_key: Some("k1".to_owned()), ..nameless(1) }).await }
    });
    let (made, refused) = all_at_once(acts).await;
    assert_eq!((made.len(), refused, app.count("accounts").await), (10, vec![], 1));
    assert!(made.iter().all(|one| one.account_id == made[0].account_id));
    let principal: String = app.value("SELECT principal FROM idempotency_keys", []).await;
    assert!(!principal.contains("example"), "who asked is not kept: {principal}");
}

async fn signing_up_is_closed_and_opened_by_those_who_may(app: App) {
    let set = async |who: &Principal, open| set_sign_ups_open(&app.services, who, open).await;
    let (root, olga) = (app.join("root", None, None).await.unwrap(), app.operator("olga", &[Scope::Network]).await);
    let anna = app.join("anna", Some(&root.code), None).await.unwrap();
    let others: Vec<Scope> = Scope::ALL.iter().copied().filter(|scope| *scope != Scope::Network).collect();
    let unscoped = app.operator("unscoped", &others).await;
    let owner = app.staff("owner", Role::Owner, &[]).await.principal;
    let keyed = SignUp { idempotency_key: Some("k1".to_owned()), ..new_account("early") };
    sign_up(&app.services, &keyed).await.unwrap();
    assert!(matches!(set(&Principal::Anonymous, false).await, Err(Error::Unauthenticated)));
    for (who, principal) in [("partner", &anna.member.principal), ("upline", &root.member.principal), ("other scopes", &unscoped)] {
        assert_eq!(refusal(set(principal, false).await), Refusal::ScopeMissing { scope: "network" }, "{who}");
    }
    let before = app.count("accounts").await;
    set(&olga, false).await.unwrap();
    set(&olga, false).await.unwrap();
    assert_eq!(refusal(sign_up(&app.services, &new_account("late")).await), Refusal::SignUpsClosed);
    assert_eq!(app.count("accounts").await, before);
    sign_up(&app.services, &keyed).await.expect("what was done before is answered as before");
    app.sign_in("anna").await;
    set(&owner, true).await.unwrap();
    sign_up(&app.services, &new_account("late")).await.unwrap();
    assert_eq!(app.count("audit_entries WHERE action = 'setSignUpsOpen'").await, 2, "what changes nothing is not recorded");
    let told: Vec<_> = app.events().await.into_iter().filter(|event| event.0 == "SIGN_UPS_SET").map(|event| event.1).collect();
    assert!(told.len() == 2 && told[0].ends_with(r#""open":false}"#) && told[1].ends_with(r#""open":true}"#), "{told:?}");
}
