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
        let mut sums = vec![Sums::default(); trees.numbers.len()];
        let mut credited = events(transaction, period).await?;
        while let Some(event) = credited.try_next().await? {
            // The foreign key makes sure that the partner exists.
            let Some(place) = trees.index.get(&event.partner_id) else { continue };
            add_to(&mut sums[*place as usize].personal, [event.pv, event.cv].map(|volume| i128::from(volume.units())));
        }
        drop(credited);
        trees.sum_up(&mut sums);
        let counted = trees.numbers.iter().zip(&sums).filter(|(_, sums)| **sums != Sums::default());
        let rows = counted.map(|(number, sums)| sums.row(*number)).collect::<Result<Vec<_>, _>>()?;
        clear(transaction, period).await?;
        for batch in rows.chunks(BATCH) {
            add(transaction, period, batch.to_vec()).await?;
        }
        written += rows.len() as u64;
    }
    Ok(written)
}

/// The volumes of one partner while they are summed up, in 1/10000. What is taken back may come behind what would not fit without it, so only the end counts;
/// i128 holds more of the largest volumes than a database has rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sums {
    personal: [i128; 2],
    group: [i128; 2],
    legs: [i128; 2],
}

impl Sums {
    fn row(&self, partner: i64) -> Result<VolumeRow, Error> {
        let fit = |sums: [i128; 2]| {
            let fit = |sum: i128| i64::try_from(sum).ok().filter(|sum| *sum != i64::MIN).map(Amount::from_units);
            fit(sums[0]).zip(fit(sums[1])).map(|(first, second)| [first, second]).ok_or(Error::VolumeTooLarge { partner })
        };
        Ok(VolumeRow { partner_id: partner, personal: fit(self.personal)?, group: fit(self.group)?, legs: fit(self.legs)? })
    }
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

    /// From personal volumes to those of groups and legs.
    fn sum_up(&self, rows: &mut [Sums]) {
        for row in &mut *rows {
            row.group = row.personal;
        }
        for child in children_first(&self.sponsors) {
            let parent = self.sponsors[child];
            if parent != ROOT {
                let group = rows[child].group;
                add_to(&mut rows[parent as usize].group, group);
            }
        }
        let mut below: Vec<i128> = rows.iter().map(|row| row.personal[1]).collect();
        let parents: Vec<u32> = self.placement.iter().map(|(parent, _)| *parent).collect();
        for child in children_first(&parents) {
            let (parent, position) = self.placement[child];
            if parent == ROOT {
                continue;
            }
            let parent = parent as usize;
            match position {
                Some(Position::Left) => rows[parent].legs[0] += below[child],
                Some(Position::Right) => rows[parent].legs[1] += below[child],
                Some(Position::Slot(_)) | None => {}
            }
            below[parent] += below[child];
        }
    }
}

fn add_to(sums: &mut [i128; 2], more: [i128; 2]) {
    for (sum, more) in sums.iter_mut().zip(more) {
        *sum += more;
    }
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
