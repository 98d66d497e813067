//! Loads the relations of many parents in one statement.
//!
//! A resolver asks for its own parent; when no resolver of the request can go on, the parents of all are fetched at once ([`waves`]). Unlike a
//! loader with a timer this adds no delay and keeps to the request's own task. One set of loaders lives as long as its request.

pub mod waves;

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Poll, Waker};

use async_graphql::{Context, Error, Result};

use self::waves::Waves;
use super::errors::store_failed;
use crate::store;
use crate::store::database::Database;

/// A relation from a parent's number to what belongs to it.
pub trait Relation: Send + Sync + 'static {
    /// What tells apart two lists of the same parent: filters, pages.
    type Args: Clone + Eq + Hash + Send + Sync + 'static;
    /// What belongs to one parent; the default stands for parents of whom nothing is known.
    type Value: Clone + Default + Send + Sync + 'static;

    /// Fetches what belongs to all these parents, in a number of statements that does not grow with how many they are.
    fn fetch(
        database: &Database,
        args: &Self::Args,
        parents: &[i64],
    ) -> impl Future<Output = Result<HashMap<i64, Self::Value>, store::error::Error>> + Send;
}

type Key<R> = (<R as Relation>::Args, i64);

/// Counts the answers of a stream: what a loader learnt for one event must not be shown with the next.
#[derive(Debug, Default)]
pub struct Epoch(AtomicU64);

impl Epoch {
    /// Everything that loaders know is forgotten.
    pub fn advance(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// Collects the parents of one relation.
pub struct Loader<R: Relation>(Arc<Inner<R>>);

struct Inner<R: Relation> {
    database: Database,
    waves: Waves,
    state: Mutex<State<R>>,
}

struct State<R: Relation> {
    epoch: u64,
    known: HashMap<Key<R>, Result<R::Value, Arc<store::error::Error>>>,
    wanted: Vec<Key<R>>,
    /// What a wave under way will bring.
    coming: HashSet<Key<R>>,
    waiting: Vec<Waker>,
}

impl<R: Relation> Loader<R> {
    /// A loader for one request, which must run in these waves.
    #[must_use]
    pub fn new(database: Database, waves: Waves) -> Self {
        let state = State { epoch: 0, known: HashMap::new(), wanted: Vec::new(), coming: HashSet::new(), waiting: Vec::new() };
        Self(Arc::new(Inner { database, waves, state: Mutex::new(state) }))
    }

    /// Notes what is wanted; the next wave brings it.
    fn want(&self, epoch: &Epoch, key: Key<R>) {
        let epoch = epoch.0.load(Ordering::Relaxed);
        let first = self.0.state(|state| {
            if state.epoch != epoch {
                state.known.clear();
                state.coming.clear();
                state.epoch = epoch;
            }
            if state.known.contains_key(&key) || state.coming.contains(&key) {
                return false;
            }
            state.wanted.push(key);
            state.wanted.len() == 1
        });
        if first {
            let inner = self.0.clone();
            self.0.waves.enlist(Box::pin(async move { inner.fetch().await }));
        }
    }

    async fn wait(&self, key: &Key<R>) -> Result<R::Value> {
        let known = std::future::poll_fn(|cx| {
            self.0.state(|state| match state.known.get(key) {
                Some(known) => Poll::Ready(known.clone()),
                None => {
                    state.waiting.push(cx.waker().clone());
                    Poll::Pending
                }
            })
        });
        known.await.map_err(|error| store_failed(&error))
    }
}

impl<R: Relation> Inner<R> {
    fn state<T>(&self, act: impl FnOnce(&mut State<R>) -> T) -> T {
        // Nothing panics while the lock is held; a poisoned state would still be whole.
        act(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    async fn fetch(&self) {
        let mut by_args: HashMap<R::Args, Vec<i64>> = HashMap::new();
        let (epoch, wanted) = self.state(|state| {
            let wanted = std::mem::take(&mut state.wanted);
            state.coming.extend(wanted.iter().cloned());
            (state.epoch, wanted)
        });
        for (args, parent) in wanted {
            by_args.entry(args).or_default().push(parent);
        }
        for (args, mut parents) in by_args {
            parents.sort_unstable();
            parents.dedup();
            metrics::histogram!("graphql_loader_batch_size").record(u32::try_from(parents.len()).unwrap_or(u32::MAX));
            let fetched = R::fetch(&self.database, &args, &parents).await;
            let mut fetched = fetched.map_err(Arc::new);
            self.state(|state| {
                // An act in between has made what was read old; whoever asked for it before is gone.
                for parent in parents.into_iter().take_while(|_| state.epoch == epoch) {
                    let value = fetched.as_mut().map(|found| found.remove(&parent).unwrap_or_default()).map_err(|cause| cause.clone());
                    let key = (args.clone(), parent);
                    state.coming.remove(&key);
                    state.known.insert(key, value);
                }
            });
        }
        for waiting in self.state(|state| std::mem::take(&mut state.waiting)) {
            waiting.wake();
        }
    }
}

/// What belongs to one parent, fetched together with what its siblings ask for.
///
/// # Errors
/// The database's, to be masked.
pub async fn load<R: Relation>(ctx: &Context<'_>, args: R::Args, parent: i64) -> Result<R::Value> {
    let (loader, key) = (ctx.data::<Loader<R>>()?, (args, parent));
    loader.want(ctx.data()?, key.clone());
    loader.wait(&key).await
}

/// A store's error on its way to the mask.
pub(super) fn fault(error: store::error::Error) -> Error {
    store_failed(&error)
}
