//! Who may make, delete and see links (promise P24).

use serde_json::{Value, json};
use upline::auth::principal::Principal;
use upline::commands::Error;
use upline::commands::referral_links::delete_referral_link;
use upline::domain::accounts::{Role, Scope};
use upline::domain::refusal::Refusal;
use upline::graphql::ids::{NodeKind, encode};

use super::create;
use crate::app::{App, on_both_databases, refusal};
use crate::graphql::served::Served;

on_both_databases!(only_active_partners_make_and_delete_links_of_their_own, links_are_shown_to_their_partner_and_to_staff);

async fn only_active_partners_make_and_delete_links_of_their_own(app: App) {
    let root = app.join("root", None, None).await.unwrap();
    let anna = app.join("anna", Some(&root.code), None).await.unwrap();
    let other = app.join("other", None, None).await.unwrap();
    let mine = create(&app, &anna.member.principal, "mine").await.unwrap();
    let (member, operator) = (app.member("member").await.principal, app.operator("olga", Scope::ALL).await);
    let delete = async |who: &Principal, link: i64| delete_referral_link(&app.services, who, link).await;
    assert!(matches!(create(&app, &Principal::Anonymous, "abc").await, Err(Error::Unauthenticated)));
    assert!(matches!(delete(&Principal::Anonymous, mine).await, Err(Error::Unauthenticated)));
    for nobody in [&member, &operator] {
        assert_eq!(refusal(create(&app, nobody, "abc").await), Refusal::NotPartner);
        assert_eq!(refusal(delete(nobody, mine).await), Refusal::NotPartner);
    }
    for stranger in [&root, &other] {
        // Absent and hidden are alike.
        for link in [mine, 999] {
            assert_eq!(refusal(delete(&stranger.member.principal, link).await), Refusal::ReferralLinkUnknown);
        }
    }
    for status in ["SUSPENDED", "TERMINATED"] {
        app.execute("UPDATE partners SET status = $1 WHERE id = $2", [status.into(), anna.number.into()]).await;
        assert_eq!(refusal(create(&app, &anna.member.principal, "abc").await), Refusal::PartnerNotActive);
        assert_eq!(refusal(delete(&anna.member.principal, mine).await), Refusal::PartnerNotActive);
    }
    app.execute("UPDATE partners SET status = 'ACTIVE'", []).await;
    assert_eq!(app.count("referral_links WHERE deleted_at IS NOT NULL").await, 0);
    assert_eq!(delete(&anna.member.principal, mine).await.unwrap(), mine);
}

async fn links_are_shown_to_their_partner_and_to_staff(app: App) {
    let served = Served::start(&app).await;
    let root = app.join("root", None, None).await.unwrap();
    let anna = app.join("anna", Some(&root.code), None).await.unwrap();
    let recruit = app.join("recruit", Some(&anna.code), None).await.unwrap();
    let other = app.join("other", None, None).await.unwrap();
    let mine = create(&app, &anna.member.principal, "mine").await.unwrap();
    let ids = |link: i64, partner: i64| [encode(NodeKind::ReferralLink, link), encode(NodeKind::ReferralCode, partner)];
    let document = |partner: i64, [link, own]: [async_graphql::ID; 2]| {
        format!(
            "{{ link: node(id: \"{}\") {{ id ... on ReferralLink {{ code }} }} own: node(id: \"{}\") {{ ... on ReferralLink {{ code number }} }}
            partner(number: \"{partner}\") {{ referralLinks(first: 5) {{ totalCount nodes {{ code stats {{ clicks }} }} }}
            ownReferralLink {{ code }} }} }}",
            *link, *own
        )
    };
    let network = app.staff("network", Role::Operator, &[Scope::Network]).await;
    for token in [anna.member.token(), network.token()] {
        let seen = served.ask(token, &document(anna.number, ids(mine, anna.number))).await;
        assert_eq!((&seen["link"]["code"], &seen["own"]), (&json!("MINE"), &json!({ "code": anna.code, "number": null })), "{seen}");
        let links = json!({ "totalCount": "1", "nodes": [{ "code": "MINE", "stats": { "clicks": "0" } }] });
        assert_eq!(seen["partner"], json!({ "referralLinks": links, "ownReferralLink": { "code": anna.code } }));
    }
    let finance = app.staff("finance", Role::Operator, &[Scope::Payouts]).await;
    for token in [root.member.token(), recruit.member.token(), other.member.token(), finance.token()] {
        let seen = served.ask(token, &document(anna.number, ids(mine, anna.number))).await;
        assert_eq!((&seen["link"], &seen["own"]), (&Value::Null, &Value::Null), "{seen}");
        for hidden in ["referralLinks", "ownReferralLink"] {
            assert!(seen["partner"].is_null() || seen["partner"][hidden].is_null(), "{seen}");
        }
        let absent = served.ask(token, &document(anna.number, ids(999, 999))).await;
        assert_eq!(seen, absent, "absent and hidden are alike");
    }
    assert_eq!(served.refusal(None, &document(anna.number, ids(mine, anna.number))).await.0, "UNAUTHENTICATED");
}
