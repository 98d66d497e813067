//! What was acknowledged is kept, and what was in doubt is settled by its key, however the server dies (promises P05, P14).

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha20Rng;
use serde_json::{Value, json};

use super::seed;
use crate::app::Backend;
use crate::binary::Place;
use crate::binary::server::{Server, ask, sign_in};

const CLIENTS: u64 = 8;
const NETWORK: &str = "partner,sponsor,joined_at\n1,,2026-01-01T00:00:00Z\n2,1,2026-01-01T00:00:00Z\n";
const CREDIT: &str = "mutation ($input: CreditWalletInput!) { creditWallet(input: $input) { journalNumber userErrors { code } } }";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_keeps_what_it_acknowledged() {
    kills(&Place::new()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_keeps_what_it_acknowledged() {
    let database = crate::app::TestDatabase::create(Backend::Postgres).await;
    kills(&Place::on(&database.url())).await;
    database.remove().await;
}

/// A credit of one cent under a key of its own.
fn credit(key: u64) -> Value {
    let partner = (key % 2 + 1).to_string();
    json!({ "partnerNumber": partner, "amount": { "amount": "0.01" }, "reason": "a cent", "idempotencyKey": format!("cent-{key}") })
}

/// What became of an act: its journal, or nothing is known.
async fn try_once(url: &str, token: &str, key: u64) -> Option<i64> {
    let answer = ask(url, Some(token), CREDIT, &credit(key)).await?;
    answer["data"]["creditWallet"]["journalNumber"].as_str()?.parse().ok()
}

/// Acts that were begun, with their journals where they were acknowledged.
type Acts = Arc<Mutex<Vec<(u64, Option<i64>)>>>;

/// Eight clients pay cents until the server dies.
async fn load(url: &str, token: &str, keys: &Arc<AtomicU64>, acts: &Acts) -> Vec<tokio::task::JoinHandle<()>> {
    let clients = (0..CLIENTS).map(|_| {
        let (url, token, keys, acts) = (url.to_owned(), token.to_owned(), Arc::clone(keys), Arc::clone(acts));
        tokio::spawn(async move {
            loop {
                let key = keys.fetch_add(1, Ordering::SeqCst);
                let journal = try_once(&url, &token, key).await;
                acts.lock().unwrap().push((key, journal));
                if journal.is_none() {
                    return;
                }
            }
        })
    });
    clients.collect()
}

async fn kills(place: &Place) {
    let rounds = super::number("UPLINE_SOAK_KILLS").unwrap_or(2);
    let mut random = ChaCha20Rng::seed_from_u64(seed());
    place.says(&["migrate"], "");
    place.write("network.csv", NETWORK);
    place.says(&["import", "--network", "network.csv"], "");
    place.says(&["account", "create", "--username", "boss", "--role", "OWNER"], "correct horse battery\n");
    let (keys, acts, mut resolved) = (Arc::new(AtomicU64::new(0)), Acts::default(), [0_u64; 2]);
    for _ in 0..rounds {
        let mut server = Server::start(place).await;
        let token = sign_in(&server.url, "boss").await;
        let clients = load(&server.url, &token, &keys, &acts).await;
        let until = Duration::from_millis(random.random_range(100..600));
        let _ = tokio::time::timeout(until, std::future::pending::<()>()).await;
        server.kill();
        for client in clients {
            client.await.unwrap();
        }
        let again = Server::start(place).await;
        let token = sign_in(&again.url, "boss").await;
        let doubtful: Vec<u64> = acts.lock().unwrap().iter().filter(|(_, journal)| journal.is_none()).map(|(key, _)| *key).collect();
        let before = kept(place);
        for key in doubtful {
            let journal = try_once(&again.url, &token, key).await.unwrap_or_else(|| panic!("in doubt for ever: {key}"));
            resolved[usize::from(!before.contains(&journal))] += 1;
            acts.lock().unwrap().iter_mut().filter(|(known, _)| *known == key).for_each(|(_, known)| *known = Some(journal));
        }
    }
    let verified = place.says(&["ledger", "verify"], "");
    assert!(verified.contains("the ledger is in order"), "{verified}");
    let acts = acts.lock().unwrap();
    let kept = kept(place);
    let lost: Vec<_> = acts.iter().filter(|(_, journal)| journal.is_none_or(|journal| !kept.contains(&journal))).collect();
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    assert_eq!(kept.len(), acts.len(), "each act has one effect");
    eprintln!(
        "{rounds} kills, {} acts acknowledged and kept, {} in doubt: {} had been done, {} were done when asked for again; 0 lost, 0 twice",
        acts.len(),
        resolved[0] + resolved[1],
        resolved[0],
        resolved[1]
    );
}

/// The journals that stand in the two wallets.
fn kept(place: &Place) -> BTreeSet<i64> {
    let statement = |partner: &str| place.says(&["ledger", "statement", "--partner", partner], "");
    let journal = |line: &str| line.split(',').nth(1).and_then(|number| number.parse().ok());
    ["1", "2"].into_iter().flat_map(|partner| statement(partner).lines().skip(1).filter_map(journal).collect::<Vec<_>>()).collect()
}
