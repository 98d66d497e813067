//! updatePersonal, updateContact, updateBank, setContactSharing as acts.

use upline::auth::principal::Principal;
use upline::commands::Error;
use upline::commands::accounts::{LogIn, log_in};
use upline::commands::partners::set_contact_sharing;
use upline::commands::profiles::{ProfileChange, update_profile};
use upline::config::secrets::Secret;
use upline::domain::bank::{Bank, BankChange};
use upline::domain::clients::Client;
use upline::domain::profiles::{Change, ContactChange, PersonalChange, Profile};
use upline::domain::refusal::Refusal;
use upline::store::profiles;

use super::{bank, contact, personal, to};
use crate::app::{App, Member, PASSWORD, all_at_once, on_both_databases, refusal};

on_both_databases!(
    a_profile_is_told_changed_and_forgotten_field_by_field,
    all_parts_of_a_change_are_kept_or_none,
    a_new_address_signs_in_at_once_and_the_old_one_does_not,
    changes_at_once_lose_nothing,
    nobody_else_changes_a_profile,
    a_partner_shares_contact_data_and_takes_that_back,
);

async fn change(app: &App, who: &Member, change: ProfileChange) -> Result<i64, Error> {
    let password = change.password.clone().or_else(|| Some(Secret::new(PASSWORD.to_owned())));
    update_profile(&app.services, &who.principal, &ProfileChange { password, ..change }).await
}

async fn profile(app: &App, who: &Member) -> Profile {
    let account = who.tokens.account_id;
    profiles::by_accounts(app.services.database.reader(), &[account]).await.unwrap().remove(&account).unwrap_or_default()
}

async fn a_profile_is_told_changed_and_forgotten_field_by_field(app: App) {
    let anna = app.member("anna").await;
    let whole = ProfileChange {
        personal: Some(personal("Nora", "Berg")),
        contact: Some(contact("nora")),
        bank: Some(bank("40817810570000123456", "ABCDE1234F")),
        password: None,
    };
    change(&app, &anna, whole.clone()).await.unwrap();
    let told = profile(&app, &anna).await;
    assert_eq!((told.first_name.as_deref(), told.date_of_birth.as_deref(), told.country), (Some("Nora"), Some("1990-01-31"), Some(276)));
    assert_eq!((told.state.as_deref(), told.zip_code.as_deref()), (Some("DE-BW"), Some("nora")));
    let masked = told.bank.clone().unwrap();
    assert_eq!((masked.account_number.as_deref(), masked.pan.as_deref()), (Some("**** 3456"), Some("**** 34F")));
    let account = "accounts WHERE name = 'Nora Berg' AND email = 'nora@example.org' AND phone = '+49 151 123'";
    assert_eq!(app.count(account).await, 1);

    // What is left out stays, what is empty goes.
    let personal = PersonalChange { last_name: to("Holm"), gender: Change::To(None), ..PersonalChange::default() };
    change(&app, &anna, ProfileChange { personal: Some(personal), ..ProfileChange::default() }).await.unwrap();
    let contact = ContactChange { address_line2: to(""), mobile: to(" "), ..ContactChange::default() };
    change(&app, &anna, ProfileChange { contact: Some(contact), ..ProfileChange::default() }).await.unwrap();
    let pan = BankChange { pan: to(""), branch_name: to("Side Street"), ..BankChange::default() };
    change(&app, &anna, ProfileChange { bank: Some(pan), ..ProfileChange::default() }).await.unwrap();
    let bank = Bank { branch_name: Some("Side Street".to_owned()), pan: None, ..masked };
    let after = Profile { last_name: Some("Holm".to_owned()), gender: None, address_line2: None, bank: Some(bank), ..told };
    assert_eq!(profile(&app, &anna).await, after);
    assert_eq!(app.count("accounts WHERE name = 'Nora Holm' AND phone IS NULL AND email = 'nora@example.org'").await, 1);

    let nothing =
        BankChange { bank_name: to(""), branch_name: to(""), account_holder: to(""), account_number: to(""), ifsc: to(""), pan: to("") };
    change(&app, &anna, ProfileChange { bank: Some(nothing), ..ProfileChange::default() }).await.unwrap();
    assert_eq!(app.count("profiles WHERE bank_details IS NULL AND bank_masked IS NULL").await, 1);
    let kinds: Vec<_> = app.events().await.into_iter().map(|event| event.0).collect();
    assert_eq!(kinds.iter().filter(|kind| *kind == "PROFILE_CHANGED").count(), 7);
    assert_eq!(kinds.iter().filter(|kind| *kind == "EMAIL_CHANGED").count(), 1);
    assert!(app.events().await.iter().all(|event| !event.1.contains("nora")), "events hold numbers");

    // What changes nothing is no event.
    change(&app, &anna, ProfileChange { personal: Some(PersonalChange::default()), ..ProfileChange::default() }).await.unwrap();
    assert_eq!(app.events().await.len(), kinds.len());
}

async fn all_parts_of_a_change_are_kept_or_none(app: App) {
    let (anna, _) = (app.member("anna").await, app.member("bert").await);
    let young = PersonalChange { date_of_birth: to("2020-01-01"), ..personal("Nora", "Berg") };
    let unborn = PersonalChange { date_of_birth: to("2999-01-01"), ..personal("Nora", "Berg") };
    let contact_of = |contact: ContactChange| ProfileChange { contact: Some(contact), ..ProfileChange::default() };
    let long = BankChange { ifsc: to(&"x".repeat(101)), ..BankChange::default() };
    let good = Some(personal("Nora", "Berg"));
    for (input, expected) in [
        (ProfileChange { personal: Some(young), ..ProfileChange::default() }, Refusal::TooYoung { years: 18 }),
        (ProfileChange { personal: Some(unborn), ..ProfileChange::default() }, Refusal::InvalidDateOfBirth),
        (contact_of(ContactChange { country: to("XX"), ..contact("nora") }), Refusal::CountryUnknown),
        (contact_of(ContactChange { state: to("US-CA"), ..contact("nora") }), Refusal::StateUnknown),
        (contact_of(ContactChange { email: to(""), ..contact("nora") }), Refusal::InvalidEmail),
        (contact_of(ContactChange { email: to("Bert@Example.org"), ..contact("nora") }), Refusal::EmailTaken),
        (
            ProfileChange { personal: good, contact: Some(contact("nora")), bank: Some(long), password: None },
            Refusal::InvalidProfile { field: "ifsc", rule: "must have 100 characters at most" },
        ),
    ] {
        assert_eq!(refusal(change(&app, &anna, input).await), expected);
    }
    assert_eq!((app.count("profiles").await, app.count("events WHERE kind <> 'ACCOUNT_SIGNED_UP'").await), (0, 0));
    assert_eq!(app.count("accounts WHERE name = 'ANNA' AND email = 'anna@example.org'").await, 1);
    let here = BankChange { pan: to("12"), ..BankChange::default() };
    change(&app, &anna, ProfileChange { bank: Some(here.clone()), ..ProfileChange::default() }).await.unwrap();
    let india = app.with(&["profile.country=IN"]);
    let there = change(&india, &anna, ProfileChange { bank: Some(here), ..ProfileChange::default() }).await;
    assert!(matches!(refusal(there), Refusal::InvalidProfile { field: "pan", .. }));
}

async fn a_new_address_signs_in_at_once_and_the_old_one_does_not(app: App) {
    let anna = app.member("anna").await;
    let moved = ContactChange { email: to("nora@example.org"), ..ContactChange::default() };
    // A stolen session is not enough.
    for password in [None, Some(Secret::new("a guess".to_owned()))] {
        let wrong = ProfileChange { contact: Some(moved.clone()), password, ..ProfileChange::default() };
        assert_eq!(refusal(update_profile(&app.services, &anna.principal, &wrong).await), Refusal::WrongPassword);
    }
    change(&app, &anna, ProfileChange { contact: Some(moved), ..ProfileChange::default() }).await.unwrap();
    let log = |login: &str| LogIn { login: login.to_owned(), password: Secret::new(PASSWORD.to_owned()), client: Client::default() };
    assert_eq!(log_in(&app.services, &log("Nora@Example.org")).await.unwrap().account_id, anna.tokens.account_id);
    assert_eq!(refusal(log_in(&app.services, &log("anna@example.org")).await), Refusal::WrongCredentials);
    app.member("berta").await;
    let mine = ContactChange { email: to("anna@example.org"), ..ContactChange::default() };
    change(&app, &anna, ProfileChange { contact: Some(mine), ..ProfileChange::default() }).await.unwrap();
}

async fn changes_at_once_lose_nothing(app: App) {
    let anna = app.member("anna").await;
    let acts = (0..24).map(|index| {
        let (app, anna) = (app.clone(), anna.clone());
        let contact = |contact: ContactChange| ProfileChange { contact: Some(contact), ..ProfileChange::default() };
        let bank = |bank: BankChange| ProfileChange { bank: Some(bank), ..ProfileChange::default() };
        let input = match index % 6 {
            0 => contact(ContactChange { city: to("Ulm"), ..ContactChange::default() }),
            1 => contact(ContactChange { zip_code: to("89073"), ..ContactChange::default() }),
            2 => contact(ContactChange { country: to("DE"), state: to("BW"), ..ContactChange::default() }),
            3 => bank(BankChange { ifsc: to("X"), ..BankChange::default() }),
            4 => bank(BankChange { bank_name: to("First"), ..BankChange::default() }),
            _ => ProfileChange { personal: Some(personal("Nora", "Berg")), ..ProfileChange::default() },
        };
        async move { change(&app, &anna, input).await }
    });
    let (done, refused) = all_at_once(acts).await;
    assert_eq!((done.len(), refused), (24, vec![]));
    let told = profile(&app, &anna).await;
    assert_eq!((told.city.as_deref(), told.zip_code.as_deref(), told.state.as_deref()), (Some("Ulm"), Some("89073"), Some("DE-BW")));
    let bank = told.bank.clone().unwrap();
    assert_eq!((bank.ifsc.as_deref(), bank.bank_name.as_deref(), told.name().as_deref()), (Some("X"), Some("First"), Some("Nora Berg")));
}

async fn nobody_else_changes_a_profile(app: App) {
    let anna = app.member("anna").await;
    let input = ProfileChange { personal: Some(personal("Nora", "Berg")), ..ProfileChange::default() };
    let nobody = update_profile(&app.services, &Principal::Anonymous, &input).await;
    assert!(matches!(nobody, Err(Error::Unauthenticated)));
    // The act takes no account: everybody changes the own profile only. Who was blocked since does not.
    app.execute("UPDATE accounts SET status = 'BLOCKED' WHERE username = 'anna'", []).await;
    assert!(matches!(change(&app, &anna, input).await, Err(Error::Unauthenticated)));
    assert_eq!(app.count("profiles").await, 0);
}

async fn a_partner_shares_contact_data_and_takes_that_back(app: App) {
    let anna = app.join("anna", None, None).await.unwrap();
    let set = async |who: &Principal, shared| set_contact_sharing(&app.services, who, shared).await;
    let shares = async || app.value::<bool>("SELECT shares_contact FROM partners WHERE id = $1", [anna.number.into()]).await;
    assert!(matches!(set(&Principal::Anonymous, true).await, Err(Error::Unauthenticated)));
    let member = app.member("member").await;
    assert_eq!(refusal(set(&member.principal, true).await), Refusal::NotPartner);
    assert!(!shares().await, "nothing is shared before somebody says so");
    assert_eq!(set(&anna.member.principal, true).await.unwrap(), anna.number);
    assert!(shares().await);
    set(&anna.member.principal, false).await.unwrap();
    assert!(!shares().await);
    let told: Vec<_> = app.events().await.into_iter().filter(|event| event.0 == "CONTACT_SHARING_SET").map(|event| event.1).collect();
    assert_eq!(told[0], format!(r#"{{"partner":{},"shared":true}}"#, anna.number));
    assert_eq!(told.len(), 2);
}
