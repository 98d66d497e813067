//! Links are made and deleted; rivals for the last place, and for a code.

use upline::commands::referral_links::{CreateReferralLink, create_referral_link, delete_referral_link};
use upline::domain::instant::Instant;
use upline::domain::referral_links::Utm;
use upline::domain::refusal::Refusal;

use super::{create, link};
use crate::app::{App, all_at_once, on_both_databases, refusal};

on_both_databases!(
    a_code_belongs_to_one_link_for_good,
    what_cannot_be_a_link_is_refused,
    of_rivals_for_the_last_place_one_wins,
    of_rivals_for_a_code_one_wins,
    one_key_makes_one_link,
);

async fn a_code_belongs_to_one_link_for_good(app: App) {
    let (anna, bert) = (app.join("anna", None, None).await.unwrap(), app.join("bert", None, None).await.unwrap());
    let (anna_is, bert_is) = (&anna.member.principal, &bert.member.principal);
    let summer = create(&app, anna_is, "Summer-26").await.unwrap();
    for taken in ["SUMMER-26", "summer-26", &anna.code, &bert.code.to_lowercase()] {
        assert_eq!(refusal(create(&app, bert_is, taken).await), Refusal::ReferralLinkCodeTaken, "{taken}");
    }
    delete_referral_link(&app.services, anna_is, summer).await.unwrap();
    assert_eq!(refusal(create(&app, anna_is, "summer-26").await), Refusal::ReferralLinkCodeTaken, "a deleted link keeps its code");
    assert_eq!(refusal(delete_referral_link(&app.services, anna_is, summer).await), Refusal::ReferralLinkUnknown);
    let made = create_referral_link(&app.services, anna_is, &CreateReferralLink { name: "  Made up ".into(), ..Default::default() }).await;
    let code: String = app.value("SELECT code FROM referral_links WHERE id = $1", [made.unwrap().into()]).await;
    assert!(code.len() == 12 && code.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()), "{code}");
    assert_eq!(app.count("referral_links WHERE name = 'Made up'").await, 1);
    // A partner's new code is none that a link has.
    app.execute("UPDATE referral_links SET code = $1 WHERE id = $2", [bert.code.as_str().into(), summer.into()]).await;
    let sql = "SELECT count(*) FROM partners AS p JOIN referral_links AS l ON l.code = p.referral_code";
    assert_eq!(app.value::<i64>(sql, []).await, 1);
    let kinds: Vec<String> = app.events().await.into_iter().map(|(kind, _)| kind).filter(|kind| kind.starts_with("REFERRAL_")).collect();
    assert_eq!(kinds, ["REFERRAL_LINK_CREATED", "REFERRAL_LINK_DELETED", "REFERRAL_LINK_CREATED"]);
}

async fn what_cannot_be_a_link_is_refused(app: App) {
    let app = app.with(&["referral.front_end=https://shop.example/app", "referral.targets=https://blog.example/de"]);
    let anna = app.join("anna", None, None).await.unwrap();
    let make = async |input: CreateReferralLink| create_referral_link(&app.services, &anna.member.principal, &input).await;
    let targets = [
        "https://evil.example/app",
        "https://shop.example.evil.example/app",
        "https://shop.example@evil.example/app",
        "https://shop.example/app/../admin",
        "https://shop.example/apple",
        "https://blog.example/",
        "//evil.example",
        "javascript:alert(1)",
        "https:\\\\evil.example",
    ];
    for target in targets {
        let input = CreateReferralLink { target_url: Some(target.to_owned()), ..link("abc") };
        assert_eq!(refusal(make(input).await), Refusal::InvalidReferralTarget { most: 500 }, "{target}");
    }
    for (input, expected) in [
        (link("ab"), Refusal::InvalidReferralLinkCode),
        (link("a/../b"), Refusal::InvalidReferralLinkCode),
        (CreateReferralLink { name: " ".into(), ..link("abc") }, Refusal::InvalidName),
        (
            CreateReferralLink { utm: Utm { medium: Some("x".repeat(101)), ..Utm::default() }, ..link("abc") },
            Refusal::InvalidUtm { name: "utm_medium", most: 100 },
        ),
        (
            CreateReferralLink { expires_at: Some(Instant::parse("2026-03-01T12:00:00Z").unwrap()), ..link("abc") },
            Refusal::ReferralLinkEnded,
        ),
    ] {
        assert_eq!(refusal(make(input).await), expected);
    }
    assert_eq!((app.count("referral_links").await, app.count("events WHERE kind = 'REFERRAL_LINK_CREATED'").await), (0, 0));
    for (code, target) in [("one", "https://shop.example/app/a?b=c"), ("two", "https://blog.example/de/x")] {
        make(CreateReferralLink { target_url: Some(target.to_owned()), ..link(code) }).await.unwrap();
    }
}

async fn of_rivals_for_the_last_place_one_wins(app: App) {
    let anna = app.join("anna", None, None).await.unwrap();
    let who = &anna.member.principal;
    for number in 1..20 {
        create(&app, who, &format!("link-{number}")).await.unwrap();
    }
    for round in 0..5 {
        let acts = (0..8).map(|rival| {
            let (app, who) = (app.clone(), who.clone());
            async move { create(&app, &who, &format!("rival-{round}-{rival}")).await }
        });
        let (done, refusals) = all_at_once(acts).await;
        assert_eq!((done.len(), refusals), (1, vec![Refusal::TooManyReferralLinks { most: 20 }; 7]));
        assert_eq!(app.count("referral_links WHERE deleted_at IS NULL").await, 20);
        delete_referral_link(&app.services, who, done[0]).await.unwrap();
    }
}

async fn of_rivals_for_a_code_one_wins(app: App) {
    let mut partners = Vec::new();
    for name in ["anna", "bert", "carl", "dora"] {
        partners.push(app.join(name, None, None).await.unwrap());
    }
    for round in 0..5 {
        let acts = partners.iter().map(|partner| {
            let (app, who) = (app.clone(), partner.member.principal.clone());
            async move { create(&app, &who, &format!("wanted-{round}")).await }
        });
        let (done, refusals) = all_at_once(acts).await;
        assert_eq!((done.len(), refusals), (1, vec![Refusal::ReferralLinkCodeTaken; 3]));
    }
}

async fn one_key_makes_one_link(app: App) {
    let anna = app.join("anna", None, None).await.unwrap();
    let input =
        |name: &str| CreateReferralLink { name: name.to_owned(), idempotency_key: Some("k1".to_owned()), ..CreateReferralLink::default() };
    let acts = (0..20).map(|_| {
        let (app, who, input) = (app.clone(), anna.member.principal.clone(), input("Once"));
        async move { create_referral_link(&app.services, &who, &input).await }
    });
    let (done, refusals) = all_at_once(acts).await;
    assert!(done.len() == 20 && refusals.is_empty() && done.iter().all(|number| *number == done[0]), "{done:?} {refusals:?}");
    assert_eq!(app.count("referral_links").await, 1);
    let other = create_referral_link(&app.services, &anna.member.principal, &input("Twice")).await;
    assert_eq!(refusal(other), Refusal::IdempotencyConflict);
}
