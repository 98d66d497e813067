//! Erasing a person leaves the books whole (promise P29).

use std::collections::BTreeSet;

use sea_orm::{ConnectionTrait as _, DbBackend, Statement};
use upline::auth::principal::Principal;
use upline::commands::Error;
use upline::commands::accounts::{EraseAccount, LogIn, SignUp, erase_account, log_in, refresh_token, sign_up};
use upline::commands::carts::{add_shipping_address, add_to_cart};
use upline::commands::epins::{IssueEpins, SetEpinBlocked, issue_epins, set_epin_blocked};
use upline::commands::orders::{Checkout, FromEpin, FromWallet, Means, RefundOrder, checkout, complete_order, refund_order};
use upline::commands::partners::{BecomePartner, Joining, become_partner, set_contact_sharing};
use upline::commands::payouts::{RequestPayout, SavePayoutMethod, request_payout, save_payout_method};
use upline::commands::profiles::{ProfileChange, update_profile};
use upline::commands::wallets::{AdjustWallet, Direction, ReverseJournal, Transfer, adjust_wallet, reverse_journal, transfer};
use upline::config::secrets::Secret;
use upline::domain::accounts::{Role, Scope};
use upline::domain::carts::ShippingAddress;
use upline::domain::clients::Client;
use upline::domain::epins::Funding;
use upline::domain::payouts::{GivenDetails, MethodKind};
use upline::domain::products::Product;
use upline::domain::refusal::Refusal;
use upline::store::erasure::Whose;

use super::{bank, contact, personal};
use crate::app::dump::{everything, holds};
use crate::app::{App, Member, PASSWORD, TestPartner, all_at_once, new_account, on_both_databases, refusal};
use crate::money::catalog::{offer, product};
use crate::money::payouts::{Act, card, walk};
use crate::money::{SPENDING, credit, secret, sum, treasurer};

on_both_databases!(
    nothing_that_told_of_an_erased_person_is_left,
    an_erasure_waits_for_payouts_orders_and_money,
    what_is_owed_to_an_erased_person_is_owed_outside,
    a_refund_and_an_erasure_at_once_are_done_one_after_the_other,
    only_owners_erase_and_staff_is_not_erased,
    of_rival_erasures_one_is_done,
    what_an_erased_person_had_under_way_brings_nothing_back,
    every_column_that_may_hold_text_is_judged,
);

/// Texts of the person that occur nowhere else.
const CANARIES: [&str; 19] = [
    "zelda-user",
    "zelda-first",
    "zelda-mail",
    "zelda-later",
    "Zeldafirst",
    "Zeldalast",
    "ZELDADISPLAY",
    "ZELDACODE",
    "555-0199-77",
    "zelda-first line1",
    "zelda-first city",
    "1990-01-31",
    "zelda-key",
    "Zelda Addressee",
    "Zelda Road 5",
    "5274917360285914",
    "**** 5914",
    "**** 9277",
    "QWXYZ7391K",
];

async fn owner(app: &App) -> Principal {
    app.staff("owner", Role::Owner, &[]).await.principal
}

fn erase(whose: Whose) -> EraseAccount {
    EraseAccount { whose, reason: "asked for it by letter".to_owned() }
}

fn under(code: &str) -> Joining {
    Joining { referral_code: Some(code.to_owned()), ..Joining::default() }
}

fn contact_only(word: &str) -> ProfileChange {
    ProfileChange { contact: Some(contact(word)), password: Some(Secret::new(PASSWORD.to_owned())), ..ProfileChange::default() }
}

fn address() -> ShippingAddress {
    ShippingAddress {
        id: 0,
        name: "Zelda Addressee".to_owned(),
        address: "Zelda Road 5".to_owned(),
        zip_code: "12345".to_owned(),
        city: "Ulm".to_owned(),
        phone: "555-0199-77".to_owned(),
        is_default: true,
    }
}

/// Somebody who left traces wherever one can: profile, orders, payouts, keys, sessions.
async fn zelda(app: &App, sponsor: &TestPartner) -> TestPartner {
    let input = SignUp {
        username: Some("zelda-user".to_owned()),
        email: "zelda-mail@example.org".to_owned(),
        name: "ZELDADISPLAY".to_owned(),
        phone: Some("555-0199-77".to_owned()),
        idempotency_key: Some("zelda-key".to_owned()),
        ..new_account("zelda")
    };
    let tokens = sign_up(&app.services, &input).await.unwrap();
    let member = Member { principal: app.principal(&tokens).await, tokens };
    let join = BecomePartner { joining: under(&sponsor.code), idempotency_key: Some("zelda-key-2".to_owned()) };
    let number = become_partner(&app.services, &member.principal, &join).await.unwrap();
    app.execute("UPDATE partners SET referral_code = 'ZELDACODE' WHERE id = $1", [number.into()]).await;
    let zelda = app.partner(member, number).await;
    let who = &zelda.member.principal;
    set_contact_sharing(&app.services, who, true).await.unwrap();
    let whole = ProfileChange {
        personal: Some(personal("Zeldafirst", "Zeldalast")),
        contact: Some(contact("zelda-first")),
        bank: Some(bank("40817810570000129277", "QWXYZ7391K")),
        password: Some(Secret::new(PASSWORD.to_owned())),
    };
    update_profile(&app.services, who, &whole).await.unwrap();
    update_profile(&app.services, who, &contact_only("zelda-later")).await.unwrap();
    let wrong = LogIn { login: "zelda-user".to_owned(), password: Secret::new("wrong password".to_owned()), client: Client::default() };
    assert_eq!(refusal(log_in(&app.services, &wrong).await), Refusal::WrongCredentials);
    zelda
}

/// Buys something that is sent, has everything else paid out by a card, and leaves a cart behind.
async fn spends(app: &App, treasurer: &Principal, zelda: &TestPartner) {
    let who = &zelda.member.principal;
    secret(app, zelda).await;
    credit(app, treasurer, zelda.number, "540").await;
    let sent = offer(app, &Product { shippable: true, ..product("SENT", 40) }).await;
    add_to_cart(&app.services, who, sent, 1).await.unwrap();
    add_shipping_address(&app.services, who, &address()).await.unwrap();
    let payment = Means::Wallet(FromWallet { owner: None, transaction_password: Secret::new(SPENDING.to_owned()) });
    checkout(&app.services, who, &Checkout { payment: Some(payment), ..Checkout::default() }).await.unwrap();
    add_to_cart(&app.services, who, sent, 2).await.unwrap();
    checkout(&app.services, who, &Checkout::default()).await.unwrap();
    add_to_cart(&app.services, who, sent, 3).await.unwrap();
    let given = |number: &str| GivenDetails { card_number: Some(number.to_owned()), ..GivenDetails::default() };
    let save = SavePayoutMethod { kind: MethodKind::BankCard, details: given("5274917360285914"), transaction_password: None };
    save_payout_method(&app.services, who, &save).await.unwrap();
    let wish = RequestPayout {
        sum: sum("500"),
        kind: MethodKind::BankCard,
        details: None,
        transaction_password: None,
        idempotency_key: Some("zelda-key-3".to_owned()),
    };
    let payout = request_payout(&app.services, who, &wish).await.unwrap();
    walk(app, treasurer, payout, &[Act::Approve, Act::Start, Act::Complete]).await;
}

async fn nothing_that_told_of_an_erased_person_is_left(app: App) {
    let (operator, owner) = (treasurer(&app).await, owner(&app).await);
    let root = app.join("root", None, None).await.unwrap();
    let zelda = zelda(&app, &root).await;
    let below = app.join("below", Some("ZELDACODE"), None).await.unwrap();
    spends(&app, &operator, &zelda).await;
    let all = everything(&app).await;
    let seen = |canary: &str| holds(&all, canary);
    for canary in CANARIES {
        let expected = match canary {
            // Sealed from the beginning on.
            "5274917360285914" | "QWXYZ7391K" => false,
            // Overwritten by the person: pages of SQLite's log may hold them still.
            "zelda-mail" | "zelda-first" | "zelda-first line1" | "zelda-first city" => continue,
            _ => true,
        };
        assert_eq!(seen(canary), expected, "{canary}");
    }
    let books =
        async || [app.count("journals").await, app.count("postings").await, app.count("order_lines").await, app.count("payments").await];
    let (before, place) = (books().await, app.place(zelda.number).await);

    let account = zelda.member.tokens.account_id;
    assert_eq!(erase_account(&app.services, &owner, &erase(Whose::Partner(zelda.number))).await.unwrap(), (account, Some(zelda.number)));
    let all = everything(&app).await;
    let left: Vec<_> = CANARIES.iter().filter(|canary| holds(&all, canary)).collect();
    assert!(left.is_empty(), "left behind: {left:?}");

    assert_eq!((books().await, app.place(zelda.number).await), (before, place), "books and trees are as they were");
    let sponsor: i64 = app.value("SELECT sponsor_id FROM partners WHERE id = $1", [below.number.into()]).await;
    assert_eq!(sponsor, zelda.number);
    assert_eq!(app.count("orders WHERE status = 'COMPLETED' AND ship_to IS NULL").await, 1);
    assert_eq!(app.count("orders WHERE status = 'CANCELLED' AND ship_to IS NULL").await, 1, "what nobody will pay");
    let cancelled: i64 = app.value("SELECT id FROM orders WHERE status = 'CANCELLED'", []).await;
    let told: Vec<_> = app.events().await.into_iter().filter(|(kind, _)| kind == "ORDER_CANCELLED").map(|event| event.1).collect();
    assert_eq!(told, [format!(r#"{{"order":{cancelled},"partner":{}}}"#, zelda.number)]);
    assert_eq!(app.count("payouts WHERE status = 'COMPLETED' AND masked = '' AND length(details) = 0").await, 1);
    assert_eq!(app.count("partners WHERE status = 'TERMINATED' AND display_name = 'Erased member'").await, 1);
    let name: String = app.value("SELECT username FROM accounts WHERE id = $1", [account.into()]).await;
    assert!(name.starts_with(&format!("erased-{account}-")), "{name}");
    assert_eq!(app.count("accounts WHERE erased_at IS NOT NULL AND password_hash IS NULL AND status = 'BLOCKED'").await, 1);

    // Sessions and tokens are worth nothing, and name and address are free again.
    assert!(app.authenticate(zelda.member.token()).await.is_none());
    assert_eq!(refusal(refresh_token(&app.services, zelda.member.tokens.refresh_token.expose()).await), Refusal::RefreshTokenInvalid);
    for login in ["zelda-user", "zelda-later@example.org", &name] {
        let input = LogIn { login: login.to_owned(), password: Secret::new(PASSWORD.to_owned()), client: Client::default() };
        assert_eq!(refusal(log_in(&app.services, &input).await), Refusal::WrongCredentials, "{login}");
    }
    let recruit = app.member("recruit").await;
    let join = BecomePartner { joining: under("ZELDACODE"), ..BecomePartner::default() };
    assert_eq!(refusal(become_partner(&app.services, &recruit.principal, &join).await), Refusal::ReferralCodeUnknown);
    app.member("zelda-user").await;
}

async fn an_erasure_waits_for_payouts_orders_and_money(app: App) {
    let (operator, owner) = (treasurer(&app).await, owner(&app).await);
    let anna = app.join("anna", None, None).await.unwrap();
    let (who, act) = (&anna.member.principal, erase(Whose::Partner(anna.number)));
    let refused = async || refusal(erase_account(&app.services, &owner, &act).await).to_string();
    credit(&app, &operator, anna.number, "500").await;
    assert!(refused().await.contains("the wallet holds money; pay it out, or debit it, first"), "{}", refused().await);
    let wish = RequestPayout {
        sum: sum("500"),
        kind: MethodKind::BankCard,
        details: Some(card("520000007312")),
        transaction_password: None,
        idempotency_key: None,
    };
    let payout = request_payout(&app.services, who, &wish).await.unwrap();
    assert!(refused().await.contains("a payout is under way"), "{}", refused().await);
    walk(&app, &operator, payout, &[Act::Approve, Act::Start, Act::Complete]).await;

    let later = app.with(&["shop.complete_when_paid=false"]);
    secret(&app, &anna).await;
    credit(&app, &operator, anna.number, "10").await;
    let id = offer(&app, &product("A", 10)).await;
    add_to_cart(&later.services, who, id, 1).await.unwrap();
    let payment = Means::Wallet(FromWallet { owner: None, transaction_password: Secret::new(SPENDING.to_owned()) });
    let order = checkout(&later.services, who, &Checkout { payment: Some(payment), ..Checkout::default() }).await.unwrap();
    assert!(refused().await.contains("a paid order is neither finished nor given back"), "{}", refused().await);
    assert_eq!(app.count("accounts WHERE erased_at IS NOT NULL").await, 0);
    assert!(app.authenticate(anna.member.token()).await.is_some(), "what is refused changes nothing");
    complete_order(&later.services, &app.sign_in("merchant").await, order).await.unwrap();
    erase_account(&app.services, &owner, &act).await.unwrap();
}

fn adjustment(partner: i64, amount: &str) -> AdjustWallet {
    let reason = "a gift".to_owned();
    AdjustWallet { partner, direction: Direction::Credit, sum: sum(amount), reason, idempotency_key: None }
}

fn back(order: i64) -> RefundOrder {
    RefundOrder { order, lines: Vec::new(), sum: None, reason: "sent back".to_owned(), idempotency_key: None }
}

async fn a_refund_and_an_erasure_at_once_are_done_one_after_the_other(app: App) {
    let (operator, owner) = (treasurer(&app).await, owner(&app).await);
    let id = offer(&app, &product("A", 10)).await;
    for round in 0..8 {
        let anna = app.join(&format!("anna{round}"), None, None).await.unwrap();
        secret(&app, &anna).await;
        credit(&app, &operator, anna.number, "10").await;
        add_to_cart(&app.services, &anna.member.principal, id, 1).await.unwrap();
        let wallet = Means::Wallet(FromWallet { owner: None, transaction_password: Secret::new(SPENDING.to_owned()) });
        let act = Checkout { payment: Some(wallet), ..Checkout::default() };
        let order = checkout(&app.services, &anna.member.principal, &act).await.unwrap();
        let (services, treasurer) = (app.services.clone(), operator.clone());
        let refund = async move { refund_order(&services, &treasurer, &back(order)).await };
        let (services, master, act) = (app.services.clone(), owner.clone(), erase(Whose::Partner(anna.number)));
        let erase = async move { erase_account(&services, &master, &act).await.map(drop) };
        // Whoever is started first mostly wins.
        let (refunding, erasing) = if round % 2 == 0 {
            (tokio::spawn(refund), tokio::spawn(erase))
        } else {
            let erasing = tokio::spawn(erase);
            (tokio::spawn(refund), erasing)
        };
        refunding.await.unwrap().unwrap();
        let left = crate::money::available(&app, anna.number).await;
        match erasing.await.unwrap() {
            Ok(()) => assert_eq!(left, 0),
            outcome => {
                assert!(matches!(refusal(outcome), Refusal::ErasureBlocked { .. }));
                assert_eq!(left, 100_000);
            }
        }
    }
}

async fn what_is_owed_to_an_erased_person_is_owed_outside(app: App) {
    let (operator, owner) = (treasurer(&app).await, owner(&app).await);
    let [anna, berta] = [app.join("anna", None, None).await.unwrap(), app.join("berta", None, None).await.unwrap()];
    let who = &anna.member.principal;
    secret(&app, &anna).await;
    let credited = adjust_wallet(&app.services, &operator, &adjustment(anna.number, "30")).await.unwrap();
    let gift = Transfer {
        to: berta.number,
        sum: sum("10"),
        memo: None,
        transaction_password: Secret::new(SPENDING.to_owned()),
        idempotency_key: None,
    };
    let transferred = transfer(&app.services, who, &gift).await.unwrap();
    let id = offer(&app, &product("A", 10)).await;
    let order = async |payment: Means| {
        add_to_cart(&app.services, who, id, 1).await.unwrap();
        checkout(&app.services, who, &Checkout { payment: Some(payment), ..Checkout::default() }).await.unwrap()
    };
    let wallet = || Means::Wallet(FromWallet { owner: None, transaction_password: Secret::new(SPENDING.to_owned()) });
    let (first, second) = (order(wallet()).await, order(wallet()).await);
    let by_pin = async |owner: Option<i64>| {
        let (reason, sum) = ("for sale".to_owned(), sum("10"));
        let pins = IssueEpins { count: 1, sum, funding: Funding::Sold, owner, expires_at: None, reason, idempotency_key: None };
        let (pin, code) = issue_epins(&app.services, &operator, &pins).await.unwrap().codes.remove(0);
        (pin, order(Means::Epin(FromEpin { code, sum: None })).await)
    };
    let [(_, third), (blocked, fourth)] = [by_pin(Some(anna.number)).await, by_pin(Some(anna.number)).await];
    let (ended, sixth) = by_pin(Some(anna.number)).await;
    for epin in [blocked, ended] {
        let act = SetEpinBlocked { epin, blocked: true, reason: "lost".to_owned() };
        set_epin_blocked(&app.services, &operator, &act).await.unwrap();
    }
    app.execute("UPDATE epins SET expires_at = 0 WHERE id = $1", [ended.into()]).await;
    let (bearers, fifth) = by_pin(None).await;
    // Two at once: what is paid in is either seen or refused.
    let mut outcomes = Vec::new();
    let (services, treasurer, number) = (app.services.clone(), operator.clone(), anna.number);
    let crediting = tokio::spawn(async move { adjust_wallet(&services, &treasurer, &adjustment(number, "5")).await.map(drop) });
    let (services, master, act) = (app.services.clone(), owner.clone(), erase(Whose::Partner(anna.number)));
    let erasing = tokio::spawn(async move { erase_account(&services, &master, &act).await.map(drop) });
    outcomes.push(crediting.await.unwrap());
    outcomes.push(erasing.await.unwrap());
    let refused: Vec<Refusal> = outcomes.into_iter().filter_map(Result::err).map(|error| refusal::<()>(Err(error))).collect();
    assert_eq!(refused.len(), 1, "exactly one wins: {refused:?}");
    if refused != [Refusal::WalletClosed] {
        assert!(matches!(refused[0], Refusal::ErasureBlocked { .. }), "{refused:?}");
        let back = AdjustWallet { direction: Direction::Debit, ..adjustment(anna.number, "5") };
        adjust_wallet(&app.services, &operator, &back).await.unwrap();
        erase_account(&app.services, &owner, &erase(Whose::Partner(anna.number))).await.unwrap();
    }

    let cash = async || -> i64 {
        let sql = "SELECT CAST(coalesce(sum(p.amount), 0) AS BIGINT) FROM postings p JOIN ledger_accounts a ON a.id = p.account_id WHERE a.kind = 'CASH'";
        app.value(sql, []).await
    };
    let before = cash().await;
    for order in [first, second, third, fourth, fifth, sixth] {
        refund_order(&app.services, &operator, &back(order)).await.unwrap();
    }
    assert_eq!(cash().await - before, 400_000, "by wallet, by the pin that nobody could use, and by the one that ran out");
    for (pin, expected, what) in [
        (blocked, 100_000, "what is blocked stays blocked"),
        (bearers, 100_000, "a pin of nobody is whose has the code"),
        (ended, 0, "what ran out takes nothing back"),
    ] {
        let left: i64 = app.value("SELECT remaining FROM epins WHERE id = $1", [pin.into()]).await;
        assert_eq!(left, expected, "{what}");
    }
    assert_eq!(app.count("orders WHERE status = 'REFUNDED'").await, 6);
    assert_eq!(refusal(adjust_wallet(&app.services, &operator, &adjustment(anna.number, "1")).await), Refusal::WalletClosed);
    let reverse = |journal: i64| ReverseJournal { journal, reason: "by mistake".to_owned(), idempotency_key: None };
    assert_eq!(refusal(reverse_journal(&app.services, &operator, &reverse(transferred)).await), Refusal::WalletClosed);
    assert_eq!(refusal(reverse_journal(&app.services, &operator, &reverse(credited)).await), Refusal::InsufficientFunds);
    let held = format!("ledger_accounts WHERE partner_id = {} AND balance <> 0", anna.number);
    assert_eq!(app.count(&held).await, 0);
}

async fn only_owners_erase_and_staff_is_not_erased(app: App) {
    let owner = owner(&app).await;
    let (root, stranger) = (app.join("root", None, None).await.unwrap(), app.join("stranger", None, None).await.unwrap());
    let anna = app.join("anna", Some(&root.code), None).await.unwrap();
    let operator = app.operator("operator", Scope::ALL).await;
    let act = erase(Whose::Partner(anna.number));
    assert!(matches!(erase_account(&app.services, &Principal::Anonymous, &act).await, Err(Error::Unauthenticated)));
    for (who, principal) in [
        ("the partner itself", &anna.member.principal),
        ("its upline", &root.member.principal),
        ("a stranger", &stranger.member.principal),
        ("an operator with every scope", &operator),
    ] {
        assert_eq!(refusal(erase_account(&app.services, principal, &act).await), Refusal::OwnerOnly, "{who}");
    }
    for (whose, expected) in [
        (Whose::Partner(999), Refusal::AccountUnknown),
        (Whose::Account(999), Refusal::AccountUnknown),
        (Whose::Account(operator.caller().unwrap().account_id), Refusal::AccountIsStaff),
        (Whose::Account(owner.caller().unwrap().account_id), Refusal::AccountIsStaff),
    ] {
        assert_eq!(refusal(erase_account(&app.services, &owner, &erase(whose)).await), expected);
    }
    let silent = EraseAccount { reason: " ".to_owned(), ..act.clone() };
    assert_eq!(refusal(erase_account(&app.services, &owner, &silent).await), Refusal::InvalidReason);
    assert_eq!(app.count("accounts WHERE erased_at IS NOT NULL").await, 0);
    // Who is no partner is erased by the account.
    let visitor = app.member("visitor").await;
    let account = visitor.tokens.account_id;
    assert_eq!(erase_account(&app.services, &owner, &erase(Whose::Account(account))).await.unwrap(), (account, None));
    erase_account(&app.services, &owner, &act).await.unwrap();
}

async fn of_rival_erasures_one_is_done(app: App) {
    let owner = owner(&app).await;
    let anna = app.join("anna", None, None).await.unwrap();
    let acts = (0..8).map(|index| {
        let (app, owner) = (app.clone(), owner.clone());
        let whose = if index % 2 == 0 { Whose::Partner(anna.number) } else { Whose::Account(anna.member.tokens.account_id) };
        async move { erase_account(&app.services, &owner, &erase(whose)).await }
    });
    let (done, refused) = all_at_once(acts).await;
    assert_eq!((done.len(), refused), (8, vec![]), "a repetition is answered alike");
    assert_eq!(
        (app.count("audit_entries WHERE action = 'eraseAccount'").await, app.count("events WHERE kind = 'ACCOUNT_ERASED'").await),
        (1, 1)
    );
}

async fn what_an_erased_person_had_under_way_brings_nothing_back(app: App) {
    let owner = owner(&app).await;
    for round in 0..4 {
        let partner = app.join(&format!("zeldapartner{round}"), None, None).await.unwrap();
        let visitor = app.member(&format!("zeldavisitor{round}")).await;
        let mut tasks = Vec::new();
        for (index, who) in [&partner.member, &visitor].into_iter().enumerate() {
            for turn in 0..6 {
                let (app, who, owner) = (app.clone(), who.principal.clone(), owner.clone());
                let account = [&partner.member, &visitor][index].tokens.account_id;
                tasks.push(tokio::spawn(async move {
                    let services = &app.services;
                    let outcome = match turn {
                        0 => update_profile(services, &who, &contact_only(&format!("zelda-first{round}{index}"))).await.map(drop),
                        1 => add_shipping_address(services, &who, &address()).await.map(drop),
                        2 => {
                            let save = SavePayoutMethod {
                                kind: MethodKind::BankCard,
                                details: card("5274917360285914"),
                                transaction_password: None,
                            };
                            save_payout_method(services, &who, &save).await
                        }
                        .map(drop),
                        3 => become_partner(services, &who, &BecomePartner::default()).await.map(drop),
                        4 => set_contact_sharing(services, &who, true).await.map(drop),
                        _ => erase_account(services, &owner, &erase(Whose::Account(account))).await.map(drop),
                    };
                    match outcome {
                        Ok(()) | Err(Error::Refused(_) | Error::Unauthenticated) => {}
                        Err(error) => panic!("{error}"),
                    }
                }));
            }
        }
        for task in tasks {
            task.await.unwrap();
        }
    }
    assert_eq!(app.count("accounts WHERE erased_at IS NOT NULL").await, 8);
    for rows in ["profiles", "shipping_addresses", "payout_methods", "partners WHERE shares_contact OR status = 'ACTIVE'"] {
        assert_eq!(app.count(rows).await, 0, "{rows}");
    }
    assert_eq!(app.count("partners WHERE display_name <> 'Erased member'").await, 0);
    let all = everything(&app).await;
    let left: Vec<_> = CANARIES.iter().chain(&["ZELDAPARTNER", "ZELDAVISITOR"]).filter(|canary| holds(&all, canary)).collect();
    assert!(left.is_empty(), "left behind: {left:?}");
}

/// Columns that an erasure empties, overwrites or deletes with their rows.
const ERASED: &[&str] = &[
    "accounts: username email phone name password_hash transaction_password_hash",
    "images: name media_type content",
    "kyc_documents: kind media_type content",
    "kyc_submissions: reason",
    "mailed_links: kind token_hash",
    "mails: kind data failure",
    "idempotency_keys: principal operation idempotency_key body_hash outcome",
    "orders: ship_to",
    "partners: display_name search_name referral_code",
    "payout_methods: kind masked details",
    "payouts: masked details",
    "profiles: first_name last_name gender date_of_birth address_line1 address_line2 state city zip_code landline bank_masked bank_details",
    "referral_links: code name target_url utm_source utm_medium utm_campaign utm_content utm_term",
    "refresh_tokens: token_hash",
    "sessions: sid end_reason user_agent",
    "shipping_addresses: name address zip_code city phone",
];

/// Columns that tell nothing of a person by design: codes, numbers, references, data of the company, hashes under a key. Words that operators and
/// senders of money write (reasons, notes, memos) belong to the books: they are sealed into the chain or append-only, and are not meant for names.
const STAYS: &[&str] = &[
    "accounts: role scopes status",
    "attempts: kind subject",
    "application_keys: key_hash ending",
    "applications: kind state networks",
    "audit_entries: action subject detail",
    "carts: state",
    "commissions: bonus source_type status",
    "epin_batches: reason",
    "epins: code_hash ending currency status",
    "events: kind payload",
    "holds: currency subject state",
    "imports: kind digest period file",
    "journal_seals: hash",
    "journals: kind subject memo",
    "kyc_submissions: status",
    "ledger_accounts: kind currency",
    "orders: buyer kind status reference",
    "partners: position placement_preference status",
    "payments: method reference",
    "payout_history: status note",
    "payouts: currency method_kind status external_reference rejection_reason problem problem_kind",
    "periods: code state",
    "plan_versions: code currency source",
    "products: sku name kind category description image_url",
    "ranks: code name",
    "referral_salts: salt",
    "referral_visitors: visitor",
    "settings: name value",
];

async fn every_column_that_may_hold_text_is_judged(app: App) {
    let database = &app.services.database;
    let sql = match database.backend() {
        DbBackend::Sqlite => {
            "SELECT t.name, c.name FROM sqlite_master AS t, pragma_table_info(t.name) AS c
            WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND upper(c.type) IN ('TEXT', 'BLOB')"
        }
        _ => {
            "SELECT table_name::text, column_name::text FROM information_schema.columns
            WHERE table_schema = 'public' AND data_type IN ('text', 'bytea')"
        }
    };
    let rows = database.reader().query_all_raw(Statement::from_string(database.backend(), sql)).await.unwrap();
    let stored: BTreeSet<(String, String)> =
        rows.iter().map(|row| (row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap())).collect();
    let judged: BTreeSet<(String, String)> = [ERASED, STAYS]
        .concat()
        .iter()
        .filter_map(|line| line.split_once(": "))
        .flat_map(|(table, columns)| columns.split(' ').map(move |column| (table.to_owned(), column.to_owned())))
        .collect();
    let unjudged: Vec<_> = stored.difference(&judged).filter(|column| column.0 != "seaql_migrations").collect();
    assert!(
        unjudged.is_empty(),
        "does an erasure empty these, or do they tell nothing of a person? Say so in ERASED or STAYS: {unjudged:?}"
    );
    let lost: Vec<_> = judged.difference(&stored).collect();
    assert!(lost.is_empty(), "judged, but not there: {lost:?}");
}
