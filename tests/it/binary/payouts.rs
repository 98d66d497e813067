//! `upline payouts`: a batch for the bank, and its results.

use std::collections::BTreeSet;
use std::sync::Arc;

use upline::app::{World, services};
use upline::auth::principal::{Caller, Principal};
use upline::commands::Services;
use upline::commands::accounts::find_account;
use upline::commands::money::Sum;
use upline::commands::payouts::{ApprovePayout, RequestPayout, approve_payout, request_payout};
use upline::commands::wallets::{AdjustWallet, Direction, adjust_wallet};
use upline::config::{Config, Sources};
use upline::domain::accounts::Role;
use upline::domain::payouts::{GivenDetails, MethodKind};
use upline::store::database::Database;
use upline::store::partners::{Lookup, find};

use super::{NETWORK, Place};

/// The services of the program in that place, and its operator.
async fn open(place: &Place) -> (Services, Principal) {
    let url = format!("database.url=sqlite://{}", place.path().join("data/upline.db").display());
    let config =
        Config::load(&Sources { overrides: vec![url, "payout.transaction_password=never".to_owned()], ..Sources::default() }).unwrap();
    let database = Database::connect(&config.database).await.unwrap();
    let boss = find_account(&database, "boss").await.unwrap().unwrap();
    (services(&config, database, &World::system(), Arc::new(|| ())).unwrap(), signed_in(boss.account_id, None))
}

fn signed_in(account_id: i64, partner_id: Option<i64>) -> Principal {
    let role = if partner_id.is_some() { Role::Member } else { Role::Owner };
    Principal::SignedIn(Caller { account_id, sid: String::new(), role, scopes: BTreeSet::new(), partner_id, sponsor_id: None })
}

/// An approved payout of 100 of a partner who has 500.
async fn approved(services: &Services, boss: &Principal, partner: i64) {
    let sum = |amount: &str| Sum { amount: amount.to_owned(), currency: None };
    let reason = "a gift".to_owned();
    let gift = AdjustWallet { partner, direction: Direction::Credit, sum: sum("500"), reason, idempotency_key: None };
    adjust_wallet(services, boss, &gift).await.unwrap();
    let found = find(services.database.reader(), &Lookup::Number(partner)).await.unwrap().unwrap();
    let (wallet_type, wallet_id) = (Some("QIWI".to_owned()), Some(format!("+7900555000{partner}")));
    let details = Some(GivenDetails { wallet_type, wallet_id, ..GivenDetails::default() });
    let wish = RequestPayout { sum: sum("100"), kind: MethodKind::Ewallet, details, transaction_password: None, idempotency_key: None };
    let payout = request_payout(services, &signed_in(found.account_id, Some(partner)), &wish).await.unwrap();
    approve_payout(services, boss, &ApprovePayout { payout, idempotency_key: None }).await.unwrap();
}

#[tokio::test]
async fn a_batch_goes_to_the_bank_once_and_its_results_are_taken_once() {
    let place = Place::new();
    place.says(&["migrate"], "");
    place.write("network.csv", NETWORK);
    place.says(&["import", "--network", "network.csv"], "");
    place.says(&["account", "create", "--username", "boss", "--role", "OWNER"], "correct horse battery\n");
    assert_eq!(
        place.says(&["payouts", "export", "--operator", "boss", "--out", "bank.csv"], ""),
        "no approved payouts wait for the bank\n"
    );
    let stranger = place.refuses(&["payouts", "export", "--operator", "nobody", "--out", "bank.csv"], "");
    assert!(stranger.contains("--operator nobody: there is nobody of this name who may sign in"), "{stranger}");
    place.says(&["account", "create", "--username", "clerk", "--role", "OPERATOR", "--scopes", "kyc"], "correct horse battery\n");
    assert!(place.refuses(&["payouts", "export", "--operator", "clerk", "--out", "bank.csv"], "").contains("payouts"));
    let (services, boss) = open(&place).await;
    for partner in [1, 2] {
        approved(&services, &boss, partner).await;
    }
    services.database.close().await.unwrap();

    let read = |name: &str| std::fs::read_to_string(place.path().join(name)).unwrap();
    assert!(
        place
            .refuses(&["payouts", "export", "--operator", "boss", "--out", "missing/bank.csv"], "")
            .contains("missing/bank.csv.part: cannot be written")
    );
    assert_eq!(place.says(&["payouts", "export", "--operator", "boss", "--out", "bank.csv"], ""), "bank.csv: batch 1, 2 payouts\n");
    let text = read("bank.csv");
    let rows: Vec<_> = text.lines().skip(1).collect();
    assert_eq!(rows, ["1,1,100,USD,EWALLET,,,,,QIWI,79005550001", "2,2,100,USD,EWALLET,,,,,QIWI,79005550002"]);
    // Neither a second run nor a run for a lost file changes anything.
    assert!(place.refuses(&["payouts", "export", "--operator", "boss", "--out", "bank.csv"], "").contains("bank.csv: is there already"));
    let nothing = "no approved payouts wait for the bank\n\
                   the latest batch is 1: where its file is missing, export it again with --batch 1\n";
    assert_eq!(place.says(&["payouts", "export", "--operator", "boss", "--out", "more.csv"], ""), nothing);
    place.write("again.csv.part", "left behind");
    assert_eq!(
        place.says(&["payouts", "export", "--operator", "boss", "--out", "again.csv", "--batch", "1"], ""),
        "again.csv: batch 1, 2 payouts\n"
    );
    assert!(
        place
            .refuses(&["payouts", "export", "--operator", "boss", "--out", "more.csv", "--batch", "9"], "")
            .contains("no payouts of a batch 9 are with the bank")
    );
    assert_eq!(read("again.csv"), text);
    let files = ["bank.csv.part", "more.csv", "more.csv.part", "again.csv.part"];
    assert!(files.iter().all(|name| !place.path().join(name).exists()));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        for name in ["bank.csv", "again.csv"] {
            assert_eq!(std::fs::metadata(place.path().join(name)).unwrap().permissions().mode() & 0o777, 0o600, "{name}");
        }
    }

    place.write("results.csv", "payout,result,reference\n1,COMPLETED,b-1\n2,FAILED,b-2\n");
    let results = ["payouts", "results", "--operator", "boss", "results.csv"];
    assert_eq!(place.says(&results, ""), "2 payouts ended, 0 had been reported before\n");
    assert_eq!(place.says(&results, ""), "0 payouts ended, 2 had been reported before\n");
    place.write("results.csv", "payout,result,reference\n1,FAILED,b-1\n2,FAILED,b-2\n9,FAILED,\n");
    let output = place.run(&results, "");
    let told = String::from_utf8(output.stdout).unwrap();
    let expected = "results.csv line 2: payout 1: This cannot be done: the payout is COMPLETED.\n\
                    results.csv line 4: payout 9: There is no such payout.\n0 payouts ended, 1 had been reported before\n";
    assert_eq!((output.status.success(), told.as_str()), (false, expected));
    let late = place.refuses(&["payouts", "export", "--operator", "boss", "--out", "late.csv", "--batch", "1"], "");
    assert!(late.contains("no payouts of a batch 1 are with the bank"), "what has ended is not paid again: {late}");
    place.write("results.csv", "payout,result\n1,PAID\n");
    assert!(place.refuses(&results, "").contains("results.csv line 2: result: PAID is not a result of the bank"));
    assert!(place.says(&["ledger", "verify"], "").contains("the ledger is in order"));
}

#[test]
fn a_folder_is_adopted_by_an_operator() {
    let place = Place::new();
    place.says(&["migrate"], "");
    place.says(&["account", "create", "--username", "boss", "--role", "OWNER"], "correct horse battery\n");
    let adopt = ["payouts", "adopt-folder", "--operator", "boss"];
    assert!(place.refuses(&adopt, "").contains("payout.rail is off: set payout.rail to folder"));
    let adopt = [adopt.as_slice(), &["--set", "payout.rail=folder"]].concat();
    assert_eq!(place.says(&adopt, ""), "payouts leave by this folder from now on\n");
    assert_eq!(place.says(&adopt, ""), "payouts leave by this folder already\n");
    assert!(place.path().join("data/payouts/folder-id").exists());
}
