//! Searching by name ignores case, whatever the letters and the database's locale.

use upline::domain::pages::Page;
use upline::store::partners::{Filter, count, list};

use crate::app::{App, new_account, on_both_databases};
use upline::commands::accounts::{SignUp, sign_up};
use upline::commands::partners::{BecomePartner, become_partner};

on_both_databases!(a_search_ignores_the_case_of_every_letter);

async fn a_search_ignores_the_case_of_every_letter(app: App) {
    for (username, name) in [("anna", "Ånna Öberg"), ("bert", "Bert ÇELIK"), ("carl", "Карл")] {
        let tokens = sign_up(&app.services, &SignUp { name: name.to_owned(), ..new_account(username) }).await.unwrap();
        become_partner(&app.services, &app.principal(&tokens).await, &BecomePartner::default()).await.unwrap();
    }
    let page = Page { limit: 10, after: None, before: None, from_end: false };
    let reader = app.services.database.reader();
    for (search, expected) in [
        ("Ånna", &["Ånna Öberg"][..]),
        ("åNNA ö", &["Ånna Öberg"]),
        ("çelik", &["Bert ÇELIK"]),
        ("КАРЛ", &["Карл"]),
        ("anna", &[]),
        ("_", &[]),
    ] {
        let filter = Filter { search: Some(search.to_owned()), ..Filter::default() };
        let found = list(reader, &filter, &page).await.unwrap();
        let names: Vec<_> = found.rows.iter().map(|partner| partner.display_name.as_str()).collect();
        assert_eq!(names, expected, "{search}");
        assert_eq!(count(reader, &filter).await.unwrap(), i64::try_from(expected.len()).unwrap(), "{search}");
    }
    let code: String = app.value("SELECT referral_code FROM partners WHERE display_name = $1", ["Карл".into()]).await;
    let filter = Filter { search: Some(code.to_lowercase()), ..Filter::default() };
    assert_eq!(list(reader, &filter, &page).await.unwrap().rows[0].display_name, "Карл");
}
