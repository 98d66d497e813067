//! The folder that is shared with the bank's program.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::json;
use upline::app::payout_rail;
use upline::commands::accounts::{LogIn, log_in};
use upline::config::secrets::Secret;
use upline::domain::accounts::{Role, Scope};
use upline::domain::clients::Client;
use upline::domain::payouts::{Details, Instruction, Payout};
use upline::jobs::payouts::carry;
use upline::outbound::payouts::{FolderRail, Rail as _, Said};

use super::super::super::available;
use super::super::status;
use super::{approved, problem};
use crate::app::{App, PASSWORD, config, on_both_databases};
use crate::graphql::served::Served;

on_both_databases!(
    a_payout_becomes_a_file_once_and_the_results_end_it,
    results_that_cannot_be_read_are_put_aside_whole,
    a_folder_that_is_gone_keeps_payouts_waiting,
    rivals_for_the_folder_write_one_file_and_read_each_result_once,
    a_folder_of_another_database_is_refused,
    a_running_server_carries,
);

pub struct Place {
    _folder: tempfile::TempDir,
    pub path: PathBuf,
    settings: Vec<String>,
}

impl Place {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/payouts");
        let settings = vec!["payout.rail=folder".to_owned(), format!("payout.rail_folder={}", path.display())];
        Self { _folder: folder, path, settings }
    }

    pub fn settings(&self) -> Vec<&str> {
        self.settings.iter().map(String::as_str).collect()
    }

    /// As a server has it that starts now.
    pub async fn rail(&self, app: &App) -> FolderRail {
        payout_rail(&config(&self.settings()), &app.services).await.unwrap().unwrap()
    }

    /// The share is unmounted: its place is empty. Gives where it is meanwhile.
    pub fn unmount(&self) -> PathBuf {
        let away = self.path.with_extension("away");
        fs::rename(&self.path, &away).unwrap();
        fs::create_dir(&self.path).unwrap();
        away
    }

    /// The share is there again; nothing was written into its place.
    pub fn mount(&self, away: &Path) {
        assert_eq!(fs::read_dir(&self.path).unwrap().count(), 0);
        fs::remove_dir(&self.path).unwrap();
        fs::rename(away, &self.path).unwrap();
    }

    pub fn names(&self, inner: &str) -> Vec<String> {
        let name = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
        let mut names: Vec<_> = fs::read_dir(self.path.join(inner)).unwrap().map(name).filter(|name| name.ends_with(".csv")).collect();
        names.sort();
        names
    }

    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.path.join(name), text).unwrap();
    }
}

async fn a_payout_becomes_a_file_once_and_the_results_end_it(app: App) {
    let (place, made) = (Place::new(), approved(&app, 3).await);
    let rail = place.rail(&app).await;
    assert_eq!(rail.ask(&known(&app, made[0].1).await).await.unwrap(), Said::Unknown);
    carry(&app.services, &rail).await.unwrap();
    let files: Vec<_> = made.iter().map(|(_, payout)| format!("payout-{payout:010}.csv")).collect();
    assert_eq!(place.names("outgoing"), files);
    let (file, (partner, payout)) = (place.path.join("outgoing").join(&files[0]), made[0]);
    let header = "payout,partner,amount,currency,kind,card_number,bank_name,bank_code,account_number,wallet_type,wallet_id";
    assert_eq!(fs::read_to_string(&file).unwrap(), format!("{header}\n{payout},{partner},100,USD,BANK_CARD,5200000000007312,,,,,\n"));
    private(&place.path.join("outgoing"), 0o700);
    private(&file, 0o600);
    // The bank's program takes one, and another one loses a file against what was agreed.
    fs::rename(&file, place.path.join("taken").join(&files[0])).unwrap();
    fs::remove_file(place.path.join("outgoing").join(&files[1])).unwrap();
    for _ in 0..3 {
        app.clock.advance(6 * 3600);
        carry(&app.services, &rail).await.unwrap();
    }
    assert_eq!(place.names("outgoing"), [files[2].as_str()]);
    // A process that died before it noted what it had handed over finds it where the bank's program has put it.
    fs::remove_file(place.path.join("sent").join(payout.to_string())).unwrap();
    assert_eq!(rail.ask(&known(&app, payout).await).await.unwrap(), Said::UnderWay);
    assert!(place.path.join("sent").join(payout.to_string()).exists(), "and notes it");

    let rows = format!("payout,result,reference\n{payout},COMPLETED,b-1\n{},FAILED,\n", made[1].1);
    place.write("results/monday.csv", &rows);
    place.write("results/half.part", "payout,res");
    for _ in 0..2 {
        carry(&app.services, &rail).await.unwrap();
        assert_eq!((status(&app, payout).await.as_str(), status(&app, made[1].1).await.as_str()), ("COMPLETED", "REJECTED"));
        assert_eq!((available(&app, partner).await, available(&app, made[1].0).await), (4_000_000, 5_000_000));
        assert_eq!(place.names("results"), [""; 0]);
        // The same once more, under the same name.
        place.write("results/monday.csv", &rows);
    }
    carry(&app.services, &rail).await.unwrap();
    assert_eq!(place.names("results/read"), ["2-monday.csv", "3-monday.csv", "monday.csv"]);
    assert_eq!((problem(&app, payout).await, status(&app, made[2].1).await.as_str()), (None, "PROCESSING"));
}

async fn results_that_cannot_be_read_are_put_aside_whole(app: App) {
    let (place, made) = (Place::new(), approved(&app, 1).await);
    let (rail, payout) = (place.rail(&app).await, made[0].1);
    carry(&app.services, &rail).await.unwrap();
    place.write("results/a.csv", &format!("payout,result\n{payout},COMPLETED\n{payout},PAID\n"));
    place.write("results/b.csv", "payout\n1\n");
    carry(&app.services, &rail).await.unwrap();
    assert_eq!((status(&app, payout).await.as_str(), place.names("results/refused")), ("PROCESSING", vec!["a.csv".into(), "b.csv".into()]));
    place.write("results/a.csv", &format!("payout,result\n{payout},COMPLETED\n"));
    carry(&app.services, &rail).await.unwrap();
    assert_eq!((status(&app, payout).await.as_str(), place.names("results/read")), ("COMPLETED", vec!["2-a.csv".into()]));
}

async fn a_folder_that_is_gone_keeps_payouts_waiting(app: App) {
    let (place, made) = (Place::new(), approved(&app, 1).await);
    let rail = place.rail(&app).await;
    let away = place.path.with_extension("away");
    fs::rename(&place.path, &away).unwrap();
    carry(&app.services, &rail).await.unwrap();
    let reason = format!(
        "payout.rail_folder cannot be used: {}/folder-id is not there, so this is not the folder that payouts leave by: mount the share that it is \
         on; when it is lost, see `upline payouts adopt-folder --help`",
        place.path.display()
    );
    assert_eq!((status(&app, made[0].1).await.as_str(), problem(&app, made[0].1).await), ("PROCESSING", Some(reason)));
    fs::rename(&away, &place.path).unwrap();
    app.clock.advance(3600);
    carry(&app.services, &rail).await.unwrap();
    assert_eq!((place.names("outgoing").len(), problem(&app, made[0].1).await), (1, None));
}

async fn rivals_for_the_folder_write_one_file_and_read_each_result_once(app: App) {
    let (place, made) = (Place::new(), approved(&app, 4).await);
    let rail = place.rail(&app).await;
    let carriers = async || {
        let carriers: Vec<_> = (0..6)
            .map(|_| {
                let (app, rail) = (app.clone(), rail.clone());
                tokio::spawn(async move { carry(&app.services, &rail).await.unwrap() })
            })
            .collect();
        let mut ended = 0;
        for carrier in carriers {
            ended += carrier.await.unwrap();
        }
        ended
    };
    assert_eq!((carriers().await, place.names("outgoing").len()), (0, 4));
    for (index, (_, payout)) in made.iter().enumerate() {
        place.write(&format!("results/{index}.csv"), &format!("payout,result\n{payout},COMPLETED\n"));
    }
    assert_eq!((carriers().await, place.names("results/read").len(), place.names("results/reading").len()), (4, 4, 0));
    // What a process was about to write when it stalled is written once.
    let payout = Payout { id: 77, ..known(&app, made[0].1).await };
    let details = Details::BankCard { card_number: "5200000000007312".to_owned() };
    let instruction = Instruction { payout, details };
    let senders: Vec<_> = (0..8)
        .map(|_| {
            let (rail, instruction) = (rail.clone(), instruction.clone());
            tokio::spawn(async move { rail.send(&instruction).await.unwrap() })
        })
        .collect();
    for sender in senders {
        assert_eq!(sender.await.unwrap(), Said::UnderWay);
    }
    assert_eq!(place.names("outgoing").len(), 5);
}

async fn a_folder_of_another_database_is_refused(app: App) {
    let (place, made) = (Place::new(), approved(&app, 1).await);
    let rail = place.rail(&app).await;
    fs::write(place.path.join("sent").join(made[0].1.to_string()), "9,100,USD,1\n").unwrap();
    carry(&app.services, &rail).await.unwrap();
    let reason = "payout.rail_folder cannot be used: it knows another payout by this number";
    assert_eq!((place.names("outgoing").len(), problem(&app, made[0].1).await.as_deref()), (0, Some(reason)));
}

async fn a_running_server_carries(app: App) {
    let (place, made) = (Place::new(), approved(&app, 2).await);
    let settings: Vec<_> = place.settings().into_iter().chain(["payout.rail_pause_seconds=1"]).collect();
    let served = Served::with(&app, &settings).await;
    until(async || place.names("outgoing").len() == 2).await;
    place.write("results/friday.csv", &format!("payout,result,reference\n{},COMPLETED,b-7\n", made[0].1));
    until(async || status(&app, made[0].1).await == "COMPLETED").await;
    // What is wrong is shown to operators who may decide about payouts, and to nobody else.
    place.write("results/late.csv", &format!("payout,result\n{},FAILED\n", made[0].1));
    until(async || problem(&app, made[0].1).await.is_some()).await;
    let operator = app.staff("third", Role::Operator, &[Scope::Payouts]).await;
    let input = LogIn { login: "partner0".to_owned(), password: Secret::new(PASSWORD.to_owned()), client: Client::default() };
    let owner = log_in(&app.services, &input).await.unwrap();
    let document = "{ operator { payouts(first: 5, filter: { withProblem: true }) { totalCount nodes { id problem problemKind } } } }";
    let answer = served.answer(Some(operator.token()), document, json!({})).await;
    let list = &answer["data"]["operator"]["payouts"];
    let node = &list["nodes"][0];
    assert_eq!(list["totalCount"], "1", "{answer}");
    assert_eq!(node["problem"], "the bank says FAILED, the payout was COMPLETED (b-7)", "{answer}");
    assert_eq!(node["problemKind"], "CONTRADICTED", "{answer}");
    let document = format!("{{ node(id: {}) {{ ... on Payout {{ number problem problemKind }} }} }}", node["id"]);
    let answer = served.answer(Some(owner.access_token.expose()), &document, json!({})).await;
    assert_eq!(answer["data"]["node"], json!({ "number": made[0].1.to_string(), "problem": null, "problemKind": null }), "{answer}");
}

pub async fn known(app: &App, payout: i64) -> Payout {
    upline::store::payouts::by_numbers(app.services.database.reader(), &[payout]).await.unwrap().remove(0)
}

/// Waits for what the server does by itself.
async fn until(holds: impl AsyncFn() -> bool) {
    let waiting = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), waiting).await.expect("the server does it by itself");
}

fn private(path: &Path, expected: u32) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, expected, "{}", path.display());
    }
}
