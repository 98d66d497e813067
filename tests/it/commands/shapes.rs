//! The shape of the placement tree: what the network has recorded counts, whatever is configured.

use std::path::Path;

use upline::domain::partners::Slot;
use upline::domain::refusal::Refusal;
use upline::domain::trees::PlacementPreference;
use upline::export::{self, export};
use upline::import::{Files, Options, import};
use upline::store::database::Database;
use upline::store::settings;

use crate::app::files::{options, source};
use crate::app::{App, Backend, TestDatabase, on_both_databases, refusal};

on_both_databases!(
    joins_follow_the_placement_tree_that_an_import_recorded,
    the_first_place_records_the_shape_and_the_configuration_counts_no_more,
    a_plan_without_a_placement_tree_places_nobody_whatever_is_configured,
    an_import_without_plan_and_places_leaves_the_shape_open,
    a_start_with_another_shape_than_the_recorded_one_is_refused,
    imported_sponsors_follow_the_configured_placement_policy,
);

fn plan(placement: &str) -> String {
    format!("[plan]\ncode = \"test\"\ncurrency = \"USD\"\n{placement}[[rank]]\ncode = \"STARTER\"\n")
}

const MATRIX: &str = "[placement]\nkind = \"matrix\"\nwidth = 3\n";
const NETWORK: &str = "partner,sponsor,placement_parent,position,joined_at\n1,,,,2026-01-01T00:00:00Z\n2,1,1,1,2026-01-01T00:00:00Z\n";
const SPONSORS: &str = "partner,sponsor,joined_at\n1,,2026-01-01T00:00:00Z\n2,1,2026-01-01T00:00:00Z\n";

async fn take_in(database: &Database, files: &Files, preference: PlacementPreference) {
    let options = Options { preference, ..options("2026-02-01T12:00:00Z".parse().unwrap()) };
    import(database, files, &options).await.unwrap();
}

async fn recorded(app: &App) -> Option<String> {
    settings::placement(app.services.database.reader()).await.unwrap().map(String::from)
}

async fn code_of(app: &App, partner: i64) -> String {
    app.value("SELECT referral_code FROM partners WHERE id = $1", [partner.into()]).await
}

async fn exported(database: &Database, folder: &Path) -> [String; 2] {
    export(database, folder, export::Options { period: None, contacts: true }).await.unwrap();
    ["plan.toml", "network.csv"].map(|name| std::fs::read_to_string(folder.join(name)).unwrap())
}

async fn joins_follow_the_placement_tree_that_an_import_recorded(app: App) {
    let files = Files { plan: source("plan.toml", &plan(MATRIX)), network: source("network.csv", NETWORK), ..Files::default() };
    take_in(&app.services.database, &files, PlacementPreference::WeakLeg).await;
    let code = code_of(&app, 1).await;
    for (username, position) in [("anna", "2"), ("bert", "3")] {
        let joined = app.join(username, Some(&code), None).await.unwrap();
        assert_eq!(app.place(joined.number).await, Some((1, position.to_owned())));
    }
    let left = Slot { parent_id: 2, position: "L".parse().unwrap() };
    let refused = refusal(app.join("carl", Some(&code), Some(left)).await.map(|_| ()));
    assert_eq!(refused, Refusal::PositionUnknown { position: left.position, kind: "matrix:3".to_owned() });

    let folder = tempfile::tempdir().unwrap();
    let first = exported(&app.services.database, folder.path()).await;
    let backend = if app.services.database.backend() == sea_orm::DbBackend::Sqlite { Backend::Sqlite } else { Backend::Postgres };
    let other = TestDatabase::create(backend).await;
    let files = Files { plan: source("plan.toml", &first[0]), network: source("network.csv", &first[1]), ..Files::default() };
    take_in(&other.open, &files, PlacementPreference::WeakLeg).await;
    assert_eq!(exported(&other.open, folder.path()).await, first);
    other.remove().await;
}

async fn the_first_place_records_the_shape_and_the_configuration_counts_no_more(app: App) {
    let root = app.join("root", None, None).await.unwrap();
    assert_eq!(recorded(&app).await, None, "nobody has a place yet");
    app.join("anna", Some(&root.code), None).await.unwrap();
    assert_eq!(recorded(&app).await.as_deref(), Some("binary"));
    let bert = app.with(&["network.placement=matrix:3"]).join("bert", Some(&root.code), None).await.unwrap();
    assert_eq!(app.place(bert.number).await, Some((root.number, "R".to_owned())));
}

async fn a_plan_without_a_placement_tree_places_nobody_whatever_is_configured(app: App) {
    let files = Files { plan: source("plan.toml", &plan("")), network: source("network.csv", SPONSORS), ..Files::default() };
    take_in(&app.services.database, &files, PlacementPreference::WeakLeg).await;
    assert_eq!(recorded(&app).await.as_deref(), Some("none"));
    let anna = app.join("anna", Some(&code_of(&app, 1).await), None).await.unwrap();
    assert_eq!(app.place(anna.number).await, None);
}

async fn an_import_without_plan_and_places_leaves_the_shape_open(app: App) {
    let none = PlacementPreference::WeakLeg;
    take_in(&app.services.database, &Files { network: source("network.csv", SPONSORS), ..Files::default() }, none).await;
    assert_eq!(recorded(&app).await, None);
    take_in(&app.services.database, &Files { plan: source("plan.toml", &plan(MATRIX)), ..Files::default() }, none).await;
    assert_eq!(recorded(&app).await.as_deref(), Some("matrix:3"));
}

async fn a_start_with_another_shape_than_the_recorded_one_is_refused(app: App) {
    let root = app.join("root", None, None).await.unwrap();
    app.whole(&["network.placement=matrix:3"]).await;
    app.join("anna", Some(&root.code), None).await.unwrap();
    for allowed in [&[][..], &["network.placement=binary"]] {
        app.try_whole(allowed).await.unwrap();
    }
    let refused = app.try_whole(&["network.placement=matrix:3"]).await.map(|_| ()).unwrap_err().to_string();
    let words = "network.placement = \"matrix:3\" (from flag --set): the placement tree of this network is \"binary\"";
    assert!(refused.starts_with(words), "{refused}");
    // The hubs of these applications were not run.
    app.forget_hubs();
}

async fn imported_sponsors_follow_the_configured_placement_policy(app: App) {
    take_in(&app.services.database, &Files { network: source("network.csv", SPONSORS), ..Files::default() }, PlacementPreference::Right)
        .await;
    let anna = app.join("anna", Some(&code_of(&app, 1).await), None).await.unwrap();
    assert_eq!(app.place(anna.number).await, Some((1, "R".to_owned())));
}
