//! Loads the relations of many parents in one statement.
//!
//! A resolver asks for its own parent; the loader waits until no further sibling asks, then fetches all of them at once. Unlike a loader with a
//! timer it adds no delay, and it keeps to the request's own task. One set of loaders lives as long as its request.

use std::collections::HashMap;
use std::fmt::Display;
use std::hash::Hash;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::{Context, Error, Result};
use tokio::sync::Notify;

use super::errors::internal;
use crate::store;
use crate::store::database::Database;

/// A relation from a parent's number to what belongs to it.
pub trait Relation: Send + Sync + 'static {
    /// What tells apart two lists of the same parent: filters, pages.
    type Args: Clone + Eq + Hash + Send + Sync + 'static;
    /// What belongs to one parent; the default stands for parents of whom nothing is known.
    type Value: Clone + Default + Send + Sync + 'static;

    /// Fetches what belongs to all these parents, in a number of statements that does not depend on how many they are.
    fn fetch(
        database: &Database,
        args: &Self::Args,
        parents: &[i64],
    ) -> impl Future<Output = Result<HashMap<i64, Self::Value>, store::error::Error>> + Send;
}

/// How often in a row nobody may have asked before a batch is fetched. Siblings are not all polled in one round: the executor polls a few dozen,
/// then lets others have their turn.
const QUIET_ROUNDS: u32 = 4;

type Key<R> = (<R as Relation>::Args, i64);

/// Collects the parents of one relation.
pub struct Loader<R: Relation> {
    database: Database,
    state: Mutex<State<R>>,
    turn_ended: Notify,
}

/// Counts the answers of a stream: what a loader learnt for one event must not be shown with the next.
#[derive(Debug, Default)]
pub struct Epoch(AtomicU64);

impl Epoch {
    /// Everything that loaders know is forgotten.
    pub fn advance(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

struct State<R: Relation> {
    epoch: u64,
    known: HashMap<Key<R>, Result<R::Value, Arc<str>>>,
    wanted: Vec<Key<R>>,
    fetching: bool,
}

/// The turn of one who fetches; it ends also when its request goes away.
struct Turn<'a, R: Relation>(&'a Loader<R>);

impl<R: Relation> Drop for Turn<'_, R> {
    fn drop(&mut self) {
        self.0.state(|state| state.fetching = false);
        self.0.turn_ended.notify_waiters();
    }
}

impl<R: Relation> Loader<R> {
    /// A loader for one request.
    #[must_use]
    pub fn new(database: Database) -> Self {
        Self {
            database,
            state: Mutex::new(State { epoch: 0, known: HashMap::new(), wanted: Vec::new(), fetching: false }),
            turn_ended: Notify::new(),
        }
    }

    fn state<T>(&self, act: impl FnOnce(&mut State<R>) -> T) -> T {
        // Nothing panics while the lock is held; a poisoned state would still be whole.
        act(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    async fn load(&self, epoch: &Epoch, key: Key<R>) -> Result<R::Value> {
        let epoch = epoch.0.load(Ordering::Relaxed);
        self.state(|state| {
            if state.epoch != epoch {
                state.known.clear();
                state.epoch = epoch;
            }
        });
        let mut waiting = self.state(|state| {
            if !state.known.contains_key(&key) {
                state.wanted.push(key.clone());
            }
            state.wanted.len()
        });
        let mut quiet = 0;
        while quiet < QUIET_ROUNDS {
            if let Some(known) = self.state(|state| state.known.get(&key).cloned()) {
                return known.map_err(internal);
            }
            tokio::task::yield_now().await;
            let now = self.state(|state| state.wanted.len());
            quiet = if now == waiting { quiet + 1 } else { 0 };
            waiting = now;
        }
        let Some(turn) = self.turn(&key).await else {
            return self.known(&key);
        };
        let mut batch = self.state(|state| std::mem::take(&mut state.wanted));
        // A request that went away in the middle of its turn took the keys of others along.
        batch.push(key.clone());
        self.fetch(batch).await;
        drop(turn);
        // Those who waited go on at the same time, or what this one asks for next would be fetched without theirs.
        tokio::task::yield_now().await;
        self.known(&key)
    }

    fn known(&self, key: &Key<R>) -> Result<R::Value> {
        self.state(|state| state.known.get(key).cloned()).unwrap_or_else(|| Ok(R::Value::default())).map_err(internal)
    }

    /// The turn to fetch; `None` when the value has become known meanwhile. All who wait for a batch go on together, so that what they ask for next
    /// makes one batch again.
    async fn turn(&self, key: &Key<R>) -> Option<Turn<'_, R>> {
        loop {
            let ended = self.turn_ended.notified();
            tokio::pin!(ended);
            ended.as_mut().enable();
            if self.state(|state| state.known.contains_key(key)) {
                return None;
            }
            if !self.state(|state| std::mem::replace(&mut state.fetching, true)) {
                return Some(Turn(self));
            }
            ended.await;
        }
    }

    async fn fetch(&self, batch: Vec<Key<R>>) {
        let mut by_args: HashMap<R::Args, Vec<i64>> = HashMap::new();
        for (args, parent) in batch {
            by_args.entry(args).or_default().push(parent);
        }
        for (args, mut parents) in by_args {
            parents.sort_unstable();
            parents.dedup();
            metrics::histogram!("graphql_loader_batch_size").record(u32::try_from(parents.len()).unwrap_or(u32::MAX));
            let fetched = R::fetch(&self.database, &args, &parents).await;
            self.state(|state| match fetched {
                Ok(mut found) => {
                    for parent in parents {
                        state.known.insert((args.clone(), parent), Ok(found.remove(&parent).unwrap_or_default()));
                    }
                }
                Err(error) => {
                    let cause: Arc<str> = error.to_string().into();
                    for parent in parents {
                        state.known.insert((args.clone(), parent), Err(cause.clone()));
                    }
                }
            });
        }
    }
}

/// What belongs to one parent, fetched together with what its siblings ask for.
///
/// # Errors
/// The database's, to be masked.
pub async fn load<R: Relation>(ctx: &Context<'_>, args: R::Args, parent: i64) -> Result<R::Value> {
    ctx.data::<Loader<R>>()?.load(ctx.data()?, (args, parent)).await
}

/// The same for several parents at once, in their order.
///
/// # Errors
/// The database's, to be masked.
pub async fn load_many<R: Relation>(ctx: &Context<'_>, args: &R::Args, parents: impl IntoIterator<Item = i64>) -> Result<Vec<R::Value>> {
    let (loader, epoch) = (ctx.data::<Loader<R>>()?, ctx.data::<Epoch>()?);
    futures_util::future::try_join_all(parents.into_iter().map(|parent| loader.load(epoch, (args.clone(), parent)))).await
}

/// A store's error on its way to the mask.
pub(super) fn fault(error: impl Display) -> Error {
    internal(error)
}
