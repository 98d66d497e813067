//! What is derived from the truth, made anew: the volumes of every partner and period.
//!
//! The volume events and both parent pointers are the truth. Each period is summed up in memory, children before parents, in time linear in
//! partners and events.

use std::collections::HashMap;

use futures_util::TryStreamExt as _;

use crate::domain::amount::Amount;
use crate::domain::position::Position;
use crate::store;
use crate::store::bulk::volumes::{VolumeRow, add, clear, events};
use crate::store::bulk::{lock, partners, periods};
use crate::store::database::{AsTransient, Database, Transaction, in_transaction};

const ROOT: u32 = u32::MAX;
/// Rows that go to the database at a time.
const BATCH: usize = 4000;

/// Why nothing was made anew.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The volumes of one partner do not fit into the database.
    #[error("the volumes below partner {partner} sum up to more than 922337203685477.5807: check the orders below that partner")]
    VolumeTooLarge {
        /// Partner number.
        partner: i64,
    },
    /// The database failed.
    #[error(transparent)]
    Store(#[from] store::error::Error),
}

impl AsTransient for Error {
    fn is_transient(&self) -> bool {
        matches!(self, Self::Store(error) if error.is_transient())
    }
}

/// Makes the derived data of open periods anew; gives the number of volume rows.
///
/// Closed periods keep the volumes that their commissions were computed from: the trees may have changed since. With `closed_too` they get those of
/// today's trees.
///
/// # Errors
/// A volume that does not fit, or the database's.
pub async fn run(database: &Database, closed_too: bool) -> Result<u64, Error> {
    in_transaction!(database, |transaction| {
        lock::exclusive(&transaction).await?;
        let periods = periods::ids(&transaction, closed_too).await?;
        volumes(&transaction, &periods).await
    })
}

/// Makes the volumes of these periods anew, in a transaction that holds [`lock::exclusive`]; gives the number of rows.
///
/// # Errors
/// A volume that does not fit, or the database's.
pub async fn volumes(transaction: &Transaction, periods: &[i64]) -> Result<u64, Error> {
    let trees = Trees::load(transaction).await?;
    let mut written = 0;
    for period in periods.iter().copied() {
        let mut rows = trees.nothing();
        let mut credited = events(transaction, period).await?;
        while let Some(event) = credited.try_next().await? {
            // The foreign key makes sure that the partner exists.
            let Some(place) = trees.index.get(&event.partner_id) else { continue };
            let personal = &mut rows[*place as usize].personal;
            *personal = sum(*personal, [event.pv, event.cv], event.partner_id)?;
        }
        drop(credited);
        trees.sum_up(&mut rows)?;
        rows.retain(|row| *row != VolumeRow { partner_id: row.partner_id, ..VolumeRow::default() });
        clear(transaction, period).await?;
        for batch in rows.chunks(BATCH) {
            add(transaction, period, batch.to_vec()).await?;
        }
        written += rows.len() as u64;
    }
    Ok(written)
}

/// Both trees by dense index.
struct Trees {
    numbers: Vec<i64>,
    index: HashMap<i64, u32>,
    sponsors: Vec<u32>,
    placement: Vec<(u32, Option<Position>)>,
}

impl Trees {
    async fn load(transaction: &Transaction) -> Result<Self, Error> {
        let mut found = Vec::new();
        let mut links = partners::links(transaction).await?;
        while let Some(links) = links.try_next().await? {
            found.push(links);
        }
        let index: HashMap<i64, u32> = found.iter().zip(0..).map(|(links, place)| (links.number, place)).collect();
        let place = |number: Option<i64>| number.and_then(|number| index.get(&number).copied()).unwrap_or(ROOT);
        let sponsors = found.iter().map(|links| place(links.sponsor)).collect();
        let placement = found.iter().map(|links| (place(links.slot.map(|slot| slot.parent_id)), links.slot.map(|slot| slot.position)));
        Ok(Self { placement: placement.collect(), numbers: found.iter().map(|links| links.number).collect(), sponsors, index })
    }

    fn nothing(&self) -> Vec<VolumeRow> {
        self.numbers.iter().map(|number| VolumeRow { partner_id: *number, ..VolumeRow::default() }).collect()
    }

    /// From personal volumes to those of groups and legs.
    fn sum_up(&self, rows: &mut [VolumeRow]) -> Result<(), Error> {
        for row in &mut *rows {
            row.group = row.personal;
        }
        for child in children_first(&self.sponsors) {
            let parent = self.sponsors[child];
            if parent != ROOT {
                let group = rows[child].group;
                let above = &mut rows[parent as usize];
                above.group = sum(above.group, group, above.partner_id)?;
            }
        }
        let mut below: Vec<Amount> = rows.iter().map(|row| row.personal[1]).collect();
        let parents: Vec<u32> = self.placement.iter().map(|(parent, _)| *parent).collect();
        for child in children_first(&parents) {
            let (parent, position) = self.placement[child];
            if parent == ROOT {
                continue;
            }
            let parent = parent as usize;
            let number = rows[parent].partner_id;
            let plus = |to: Amount| to.checked_add(below[child]).ok_or(Error::VolumeTooLarge { partner: number });
            match position {
                Some(Position::Left) => rows[parent].legs[0] = plus(rows[parent].legs[0])?,
                Some(Position::Right) => rows[parent].legs[1] = plus(rows[parent].legs[1])?,
                Some(Position::Slot(_)) | None => {}
            }
            below[parent] = plus(below[parent])?;
        }
        Ok(())
    }
}

fn sum(left: [Amount; 2], right: [Amount; 2], partner: i64) -> Result<[Amount; 2], Error> {
    let pv = left[0].checked_add(right[0]);
    let cv = left[1].checked_add(right[1]);
    pv.zip(cv).map(|(pv, cv)| [pv, cv]).ok_or(Error::VolumeTooLarge { partner })
}

/// Every place, each after all places below it.
fn children_first(parents: &[u32]) -> Vec<usize> {
    let mut children = vec![0_u32; parents.len()];
    for parent in parents.iter().filter(|parent| **parent != ROOT) {
        children[*parent as usize] += 1;
    }
    let mut order: Vec<usize> = (0..parents.len()).filter(|place| children[*place] == 0).collect();
    let mut at = 0;
    while at < order.len() {
        let parent = parents[order[at]];
        if parent != ROOT {
            children[parent as usize] -= 1;
            if children[parent as usize] == 0 {
                order.push(parent as usize);
            }
        }
        at += 1;
    }
    order
}
