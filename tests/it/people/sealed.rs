//! The bank of a profile stays secret (promise P26).

use upline::commands::profiles::{ProfileChange, update_profile};
use upline::domain::bank::BankChange;

use super::{bank, to};
use crate::app::dump::{everything, holds};
use crate::app::{App, on_both_databases};

on_both_databases!(a_bank_is_nowhere_in_the_database_and_opens_for_its_account_only,);

const NUMBER: &str = "40817810570000987654";
const PAN: &str = "QWXYZ7391K";

async fn a_bank_is_nowhere_in_the_database_and_opens_for_its_account_only(app: App) {
    let (anna, bert) = (app.member("anna").await, app.member("bert").await);
    for who in [&anna, &bert] {
        let input = ProfileChange { bank: Some(bank(NUMBER, PAN)), ..ProfileChange::default() };
        assert!(!format!("{input:?}").contains(PAN), "{input:?}");
        update_profile(&app.services, &who.principal, &input).await.unwrap();
    }
    let all = everything(&app).await;
    for text in [NUMBER, PAN, &NUMBER[..16], &NUMBER[15..], &PAN[..7], &PAN[6..]] {
        assert!(!holds(&all, text), "{text} is in the database");
    }
    assert!(holds(&all, "**** 7654") && holds(&all, "**** 91K"), "the masks are there");

    let swap =
        "UPDATE profiles SET bank_details = (SELECT p.bank_details FROM profiles AS p WHERE p.account_id = $1) WHERE account_id = $2";
    app.execute(swap, [anna.tokens.account_id.into(), bert.tokens.account_id.into()]).await;
    let part = BankChange { bank_name: to("Second"), ..BankChange::default() };
    let input = ProfileChange { bank: Some(part), ..ProfileChange::default() };
    let error = update_profile(&app.services, &bert.principal, &input).await.unwrap_err().to_string();
    assert!(error.contains("cannot be opened") && !error.contains(NUMBER), "{error}");
    // As a whole it is told anew.
    let whole = ProfileChange { bank: Some(bank("12345", PAN)), ..ProfileChange::default() };
    update_profile(&app.services, &bert.principal, &whole).await.unwrap();
    update_profile(&app.services, &bert.principal, &input).await.unwrap();
}
