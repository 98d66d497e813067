//! Reads the outbox once for all subscribers of this process.

use std::collections::VecDeque;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::{Notify, watch};

use crate::config::events::Events as Settings;
use crate::events::{Event, Kind};
use crate::store::database::Database;
use crate::store::error::Error;
use crate::store::events::{self, Position, Recorded};
use crate::store::trees::{self, Ancestor};

/// Who stands above the partner that an event is about, nearest first; empty where the event is about none.
pub type Audience = Vec<Ancestor>;

/// An event, ready for subscribers.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What happened, and where it stands in the outbox.
    pub recorded: Recorded,
    /// Who may be concerned, by the trees as they were when the event was read; delivery looks again.
    pub audience: Audience,
}

/// More events were missed than a subscription may replay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missed;

/// The tail of the outbox.
pub struct Hub {
    database: Database,
    settings: Settings,
    visible_depth: u32,
    woken: Notify,
    tail: RwLock<Tail>,
    reached: watch::Sender<Position>,
}

struct Tail {
    /// Everything behind this place is in `entries`.
    from: Position,
    entries: VecDeque<Arc<Entry>>,
}

impl Hub {
    /// A hub that begins at the present end of the outbox.
    ///
    /// # Errors
    /// The database's.
    pub async fn start(database: Database, settings: Settings, visible_depth: u32) -> Result<Arc<Self>, Error> {
        let from = events::latest(database.reader()).await?;
        let tail = RwLock::new(Tail { from, entries: VecDeque::new() });
        Ok(Arc::new(Self { database, settings, visible_depth, woken: Notify::new(), tail, reached: watch::Sender::new(from) }))
    }

    /// Says that there may be new events; never blocks.
    pub fn wake(&self) {
        self.woken.notify_one();
    }

    /// Reads new events until the end of the process. Faults of the database are logged and tried again.
    pub async fn run(&self) {
        loop {
            if let Err(error) = self.read_new().await {
                tracing::warn!(%error, "events cannot be read at the moment; trying again");
            }
            let pause = Duration::from_millis(u64::from(self.settings.poll_milliseconds));
            tokio::select! {
                () = self.woken.notified() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    async fn read_new(&self) -> Result<(), Error> {
        loop {
            let batch = self.read(self.reached(), Kind::ALL).await?;
            let Some(last) = batch.last().map(|entry| entry.recorded.position) else { return Ok(()) };
            let mut tail = self.tail.write().unwrap_or_else(PoisonError::into_inner);
            tail.entries.extend(batch);
            while tail.entries.len() > self.settings.replay_events as usize {
                if let Some(oldest) = tail.entries.pop_front() {
                    tail.from = oldest.recorded.position;
                }
            }
            drop(tail);
            self.reached.send_replace(last);
        }
    }

    async fn read(&self, position: Position, kinds: &[Kind]) -> Result<Vec<Arc<Entry>>, Error> {
        let batch = events::after(self.database.reader(), position, kinds, self.settings.batch_events).await?;
        let partners: Vec<i64> = batch.iter().filter_map(|recorded| partner_of(&recorded.event)).collect();
        let mut above = if partners.is_empty() {
            Default::default()
        } else {
            trees::ancestors(self.database.reader(), &partners, self.visible_depth, None).await?
        };
        let entry = |recorded: Recorded| {
            let audience = partner_of(&recorded.event).and_then(|partner| above.remove(&partner)).unwrap_or_default();
            Arc::new(Entry { recorded, audience })
        };
        Ok(batch.into_iter().map(entry).collect())
    }

    /// How far the hub has read.
    #[must_use]
    pub fn reached(&self) -> Position {
        *self.reached.borrow()
    }

    /// Tells when the hub has read further.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<Position> {
        self.reached.subscribe()
    }

    /// The events of a kind behind a place, and perhaps others, in their order: from memory, or from the database where memory does not reach back
    /// so far. Empty at the end.
    ///
    /// # Errors
    /// The database's; [`Missed`] when more of this kind lie behind the place than may be replayed, or something that was purged.
    pub async fn after(&self, position: Position, kind: Kind) -> Result<Result<Vec<Arc<Entry>>, Missed>, Error> {
        {
            let tail = self.tail.read().unwrap_or_else(PoisonError::into_inner);
            if position >= tail.from {
                let start = tail.entries.partition_point(|entry| entry.recorded.position <= position);
                return Ok(Ok(tail.entries.iter().skip(start).take(self.settings.batch_events as usize).cloned().collect()));
            }
        }
        let limit = self.settings.replay_events;
        if position < events::purged(self.database.reader()).await?
            || events::count_after(self.database.reader(), position, kind, limit.saturating_add(1)).await? > i64::from(limit)
        {
            return Ok(Err(Missed));
        }
        Ok(Ok(self.read(position, &[kind]).await?))
    }
}

/// The partner whose upline an event concerns.
fn partner_of(event: &Event) -> Option<i64> {
    match event {
        Event::PartnerJoined(joined) => Some(joined.partner),
        _ => None,
    }
}
