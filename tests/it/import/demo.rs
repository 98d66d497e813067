use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

use flate2::read::GzDecoder;
use upline::auth::passwords::{Passwords, Verdict};
use upline::demo::{DemoLogins, Means, prepare};
use upline::domain::random::Random;
use upline::offline::network::{NetworkReader, NetworkWriter, Trees};
use upline::offline::orders::{OrderReader, OrderWriter};
use upline::store::accounts::{Login, credentials};

use super::fixture::{Fixture, now, on_both};

struct Counting(std::sync::atomic::AtomicU8);

impl Random for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill_with(|| self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed).wrapping_mul(29));
    }
}

fn demo_file(name: &str) -> String {
    unpacked("src/demo", name)
}

/// What the reference implementation computed for the same network.
fn golden(name: &str) -> String {
    unpacked("tests/golden/hybrid-2000/expected", name)
}

fn unpacked(folder: &str, name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder).join(name);
    let mut text = String::new();
    GzDecoder::new(std::fs::File::open(path).unwrap()).read_to_string(&mut text).unwrap();
    text
}

/// The network sorted, in the canonical form.
fn canonical_network() -> String {
    let reader = NetworkReader::from_reader(Path::new("n"), std::io::Cursor::new(demo_file("network.csv.gz")), Trees::SponsorAndPlacement);
    let mut entries: Vec<_> = reader.unwrap().map(Result::unwrap).collect();
    entries.sort_by_key(|entry| entry.row.partner);
    let mut writer = NetworkWriter::new(Vec::new(), false).unwrap();
    for entry in entries {
        writer.write(&entry.row, &entry.contact).unwrap();
    }
    String::from_utf8(writer.finish().unwrap()).unwrap()
}

fn canonical_orders() -> String {
    let mut entries: Vec<_> =
        OrderReader::from_reader(Path::new("o"), std::io::Cursor::new(demo_file("orders.csv.gz"))).unwrap().map(Result::unwrap).collect();
    entries.sort_by_key(|entry| entry.row.order);
    let mut writer = OrderWriter::new(Vec::new()).unwrap();
    for entry in entries {
        writer.write(&entry.row).unwrap();
    }
    String::from_utf8(writer.finish().unwrap()).unwrap()
}

async fn start(fixture: &Fixture) -> DemoLogins {
    let random = Arc::new(Counting(1.into()));
    let passwords = Passwords::new(&fixture.config.auth, random.clone()).unwrap();
    let means = Means { passwords: &passwords, random: &*random, now: now() };
    prepare(&fixture.database, &fixture.path("demo-logins.toml"), &means).await.unwrap()
}

async fn may_sign_in(fixture: &Fixture, logins: &DemoLogins) {
    let passwords = Passwords::new(&fixture.config.auth, Arc::new(Counting(1.into()))).unwrap();
    for login in [&logins.operator, &logins.high, &logins.low] {
        let found = credentials(fixture.database.reader(), Login::Typed(&login.username)).await.unwrap().unwrap();
        assert_eq!(found.status, upline::domain::accounts::AccountStatus::Active);
        assert_eq!(passwords.check(login.password.clone(), found.password_hash).await.unwrap(), Verdict::Right, "{}", login.username);
    }
}

#[tokio::test]
async fn the_demo_is_there_after_the_first_start_and_the_same_after_the_second() {
    on_both(async |fixture| {
        let first = start(fixture).await;
        may_sign_in(fixture, &first).await;
        for (action, entries) in [("createStaff", 1), ("setPassword", 2)] {
            let sql = format!("SELECT count(*) FROM audit_entries WHERE account_id IS NULL AND action = '{action}'");
            assert_eq!(fixture.number(&sql).await, entries, "{action} is written down");
        }
        assert_eq!(start(fixture).await, first);
        let exported = fixture.export(Some("2026-01"), false).await;
        assert_eq!(exported("network.csv"), canonical_network());
        assert_eq!(exported("orders.csv"), canonical_orders());
        assert_eq!(exported("commissions.csv"), golden("commissions.csv.gz"));
        assert_eq!(exported("ranks.csv"), golden("ranks.csv.gz"));
        let sql = "SELECT count(*) FROM partners WHERE sponsor_id = 1201";
        assert_eq!(fixture.number(sql).await, 13);
        std::fs::remove_file(fixture.path("demo-logins.toml")).unwrap();
        may_sign_in(fixture, &start(fixture).await).await;
    })
    .await;
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_may_read_the_demo_passwords() {
    use std::os::unix::fs::PermissionsExt as _;
    let fixture = Fixture::sqlite().await;
    start(&fixture).await;
    assert_eq!(std::fs::metadata(fixture.path("demo-logins.toml")).unwrap().permissions().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn the_demo_leaves_another_network_alone() {
    let fixture = Fixture::sqlite().await;
    let network = fixture.file("network.csv", "partner,sponsor,joined_at\n1,,2026-01-01T00:00:00Z\n");
    fixture.import(&upline::import::Files { network, ..Default::default() }).await.unwrap();
    let random = Arc::new(Counting(1.into()));
    let passwords = Passwords::new(&fixture.config.auth, random.clone()).unwrap();
    let means = Means { passwords: &passwords, random: &*random, now: now() };
    let refused = prepare(&fixture.database, &fixture.path("demo-logins.toml"), &means).await.unwrap_err();
    assert_eq!(refused.to_string(), "the database holds a network already: give the demo one of its own by database.url");
}

#[tokio::test]
async fn a_plan_that_was_imported_since_stays() {
    on_both(async |fixture| {
        let first = start(fixture).await;
        let plan = fixture.export(None, false).await("plan.toml");
        let renamed = format!("# Ours.\n{plan}");
        let files = upline::import::Files { plan: fixture.file("ours.toml", &renamed), ..Default::default() };
        fixture.import(&files).await.unwrap();
        assert_eq!(start(fixture).await, first);
        assert_eq!(fixture.export(None, false).await("plan.toml"), renamed);
        assert_eq!(fixture.number("SELECT count(*) FROM plan_versions").await, 2);
    })
    .await;
}
