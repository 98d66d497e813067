//! Counts clicks. A click is noted in memory and goes to the database with the others of its second: a redirect waits for no writer, and the row of a link is
//! written once a second, however often the link is followed. What is not written yet when the process is killed is lost; a stop writes it.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::mem::take;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::super::{Error, Services};
use super::visit::Visit;
use crate::auth::keys::keyed_hash;
use crate::config::secrets::Secret;
use crate::domain::instant::Instant;
use crate::domain::referral_links::{Source, day_of};
use crate::store::database::{Transaction, in_transaction};
use crate::store::referral_days::{self, Salt};

/// Visitors that may wait to be written; further clicks are not counted.
const MOST_WAITING: usize = 100_000;
/// Addresses that are told apart within a minute; clicks of further ones are not counted.
const MOST_ADDRESSES: usize = 100_000;
/// Links and days written by one transaction.
const BATCH: usize = 200;
/// Of a visitor's hash: two people on one day and one link coincide once in 2^64 pairs.
const HASH: usize = 16;

type Visitor = [u8; HASH];

/// Clicks that wait to be written. Clones share them.
#[derive(Clone)]
pub(super) struct Clicks {
    key: Secret<[u8; 32]>,
    per_minute: u32,
    state: Arc<Mutex<State>>,
    /// One round of counting at a time: who asks for one, as a stop does, waits until what another has taken is written.
    round: Arc<tokio::sync::Mutex<()>>,
}

#[derive(Default)]
struct State {
    waiting: BTreeMap<(Source, i64), Tally>,
    /// Of all tallies.
    visitors: usize,
    dropped: u64,
    minute: i64,
    by_address: HashMap<[u8; 16], u32>,
}

#[derive(Default)]
struct Tally {
    clicks: i64,
    visitors: HashSet<Visitor>,
}

impl Clicks {
    pub fn new(key: Secret<[u8; 32]>, per_minute: u32) -> Self {
        Self { key, per_minute, state: Arc::default(), round: Arc::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while the lock is held; a poisoned state would still be whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a click, unless its address has clicked too often within the minute.
    pub fn note(&self, source: Source, visit: &Visit, now: Instant) {
        let Some(address) = visit.address else { return };
        let day = day_of(now);
        let visitor = self.visitor(day, &address, &visit.agent);
        let mut state = self.state();
        if !state.admits(network(address), now.seconds().div_euclid(60), self.per_minute) {
            return;
        }
        if state.visitors >= MOST_WAITING {
            state.dropped += 1;
            return;
        }
        let tally = state.waiting.entry((source, day)).or_default();
        tally.clicks += 1;
        let is_new = tally.visitors.insert(visitor);
        state.visitors += usize::from(is_new);
    }

    /// Who it is, on this day, for as long as the click waits in memory. Who has the key can make it again, so it is not what is stored.
    fn visitor(&self, day: i64, address: &[u8; 16], agent: &str) -> Visitor {
        short(self.key.expose(), &[day.to_be_bytes().as_slice(), address, agent.as_bytes()].concat())
    }

    fn taken(&self) -> Taken<'_> {
        let mut state = self.state();
        state.visitors = 0;
        Taken { clicks: self, waiting: take(&mut state.waiting) }
    }
}

fn short(key: &[u8; 32], message: &[u8]) -> Visitor {
    let mut visitor = [0; HASH];
    visitor.copy_from_slice(&keyed_hash(key, message)[..HASH]);
    visitor
}

impl State {
    fn admits(&mut self, network: [u8; 16], minute: i64, most: u32) -> bool {
        if self.minute != minute {
            self.minute = minute;
            self.by_address.clear();
        }
        if self.by_address.len() >= MOST_ADDRESSES && !self.by_address.contains_key(&network) {
            self.dropped += 1;
            return false;
        }
        let clicks = self.by_address.entry(network).or_default();
        *clicks = clicks.saturating_add(1);
        *clicks <= most
    }
}

/// Whoever has one address of an IPv6 network mostly has them all.
fn network(mut address: [u8; 16]) -> [u8; 16] {
    let is_ipv4 = address.starts_with(&[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]);
    if !is_ipv4 {
        address[8..].fill(0);
    }
    address
}

/// Clicks on their way to the database; what did not arrive waits again.
struct Taken<'a> {
    clicks: &'a Clicks,
    waiting: BTreeMap<(Source, i64), Tally>,
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        if self.waiting.is_empty() {
            return;
        }
        let mut state = self.clicks.state();
        for (key, Tally { clicks, visitors }) in take(&mut self.waiting) {
            let tally = state.waiting.entry(key).or_default();
            tally.clicks += clicks;
            let before = tally.visitors.len();
            tally.visitors.extend(visitors);
            let more = tally.visitors.len() - before;
            state.visitors += more;
        }
    }
}

/// What a round of counting did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// Clicks that were written.
    pub clicks: u64,
    /// Clicks that were not noted, because too many wait already.
    pub dropped: u64,
}

/// What the server does by itself: writes the clicks that wait.
///
/// # Errors
/// The database's; what was not written waits for the next round.
pub async fn count_clicks(services: &Services) -> Result<Counted, Error> {
    let clicks = &services.links.clicks;
    let _round = clicks.round.lock().await;
    let mut counted = Counted { clicks: 0, dropped: take(&mut clicks.state().dropped) };
    let mut taken = clicks.taken();
    while !taken.waiting.is_empty() {
        // In the order of the map, which is that in which rival servers write too.
        let waiting: Vec<_> = taken.waiting.iter().take(BATCH).map(|(key, tally)| (*key, tally)).collect();
        let batch = in_transaction!(services.database, |transaction| write(services, &transaction, &waiting).await)?;
        for written in &batch {
            counted.clicks += u64::try_from(written.clicks).unwrap_or_default();
            taken.waiting.remove(&(written.source, written.day));
        }
    }
    Ok(counted)
}

async fn write(
    services: &Services,
    transaction: &Transaction,
    waiting: &[((Source, i64), &Tally)],
) -> Result<Vec<referral_days::Clicks>, Error> {
    let mut salts = BTreeMap::new();
    for day in waiting.iter().map(|((_, day), _)| *day).collect::<BTreeSet<_>>() {
        salts.insert(day, referral_days::salt(transaction, day, &services.random.bytes()).await?);
    }
    let batch: Vec<_> = waiting.iter().filter_map(|(key, tally)| Some(stored(*key, tally, salts.get(&key.1)?))).collect();
    referral_days::add(transaction, &batch).await?;
    Ok(batch)
}

/// Visitors are stored as hashes by the salt of their day, which goes when the day is over: nobody can make them again then, by whatever key.
fn stored((source, day): (Source, i64), tally: &Tally, salt: &Salt) -> referral_days::Clicks {
    let mut visitors: Vec<Vec<u8>> = tally.visitors.iter().map(|visitor| short(salt, visitor).to_vec()).collect();
    visitors.sort_unstable();
    referral_days::Clicks { source, day, clicks: tally.clicks, visitors }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visit(last: u8, agent: &str) -> Visit {
        let mut address = [0x20; 16];
        address[15] = last;
        Visit { code: "ANNA".into(), address: Some(address), agent: agent.to_owned(), counts: true }
    }

    fn noted(clicks: &Clicks) -> Vec<(i64, i64, usize)> {
        clicks.state().waiting.iter().map(|((_, day), tally)| (*day, tally.clicks, tally.visitors.len())).collect()
    }

    const SOURCE: Source = Source { partner_id: 1, link_id: None };

    #[test]
    fn visitors_are_told_apart_within_a_day_and_unknown_the_next() {
        let clicks = Clicks::new(Secret::new([7; 32]), 100);
        for (last, agent) in [(1, "a"), (1, "a"), (1, "b"), (2, "a")] {
            clicks.note(SOURCE, &visit(last, agent), Instant::from_nanos(0));
        }
        clicks.note(SOURCE, &visit(1, "a"), Instant::from_nanos(86_400 * Instant::SECOND));
        assert_eq!(noted(&clicks), [(0, 4, 3), (1, 1, 1)]);
        let today = clicks.visitor(0, &[1; 16], "a");
        assert_ne!(today, clicks.visitor(1, &[1; 16], "a"));
        assert_ne!(today, Clicks::new(Secret::new([8; 32]), 100).visitor(0, &[1; 16], "a"));
    }

    #[test]
    fn what_is_stored_of_a_visitor_cannot_be_made_again_without_the_salt_of_the_day() {
        let clicks = Clicks::new(Secret::new([7; 32]), 100);
        clicks.note(SOURCE, &visit(1, "a"), Instant::from_nanos(0));
        let state = clicks.state();
        let by = |salt: u8| stored((SOURCE, 0), &state.waiting[&(SOURCE, 0)], &[salt; 32]).visitors;
        assert_eq!(by(1), by(1));
        assert_ne!(by(1), by(2));
        let mut address = [0x20; 16];
        address[15] = 1;
        assert_ne!(by(1), [clicks.visitor(0, &address, "a").to_vec()]);
    }

    #[test]
    fn one_network_counts_so_often_in_a_minute() {
        let clicks = Clicks::new(Secret::new([7; 32]), 3);
        for last in 0..9 {
            clicks.note(SOURCE, &visit(last, "a"), Instant::from_nanos(0));
        }
        assert_eq!(noted(&clicks), [(0, 3, 3)]);
        clicks.note(SOURCE, &visit(9, "a"), Instant::from_nanos(60 * Instant::SECOND));
        assert_eq!(noted(&clicks), [(0, 4, 4)]);
        let ipv4 = |last: u8| [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, last];
        assert_ne!(network(ipv4(1)), network(ipv4(2)));
    }

    #[test]
    fn what_was_not_written_waits_again() {
        let clicks = Clicks::new(Secret::new([7; 32]), 100);
        clicks.note(SOURCE, &visit(1, "a"), Instant::from_nanos(0));
        let taken = clicks.taken();
        clicks.note(SOURCE, &visit(1, "a"), Instant::from_nanos(0));
        drop(taken);
        assert_eq!((noted(&clicks), clicks.state().visitors), (vec![(0, 2, 1)], 1));
    }
}
