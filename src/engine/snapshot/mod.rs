//! The input of a run, checked and with dense indices: partners down the sponsor tree, orders by the place of their partner, those of one
//! partner in ascending order of number.

mod network;
mod orders;

use std::borrow::Cow;

use super::input::{NetworkRow, OrderRow};
use super::refusal::Refusal;
use super::tree::NONE;

pub(crate) use network::Slot;
pub use network::{Network, NetworkBuilder};
pub(crate) use orders::{Counted, Order};
pub use orders::{Orders, OrdersBuilder};

/// Partners and orders, whatever the plan and the period.
#[derive(Clone, Debug)]
pub struct Snapshot {
    pub(crate) network: Network,
    pub(crate) orders: Orders,
}

impl Snapshot {
    /// From a network and orders that were resolved against it.
    #[must_use]
    pub fn new(network: Network, orders: Orders) -> Self {
        Self { network, orders }
    }

    /// From rows in any order.
    ///
    /// # Errors
    /// Whatever docs/plans.md, section 2, refuses regardless of plan and period; the row is named by its number.
    pub fn of(partners: impl IntoIterator<Item = NetworkRow>, orders: impl IntoIterator<Item = OrderRow>) -> Result<Self, Refusal> {
        let mut builder = NetworkBuilder::default();
        for row in partners {
            builder.add(&row, None)?;
        }
        let network = builder.build()?;
        let mut builder = OrdersBuilder::new(&network);
        for row in orders {
            builder.add(&row, None)?;
        }
        let orders = builder.build()?;
        Ok(Self { network, orders })
    }

    /// The number of partners, also those whom a period ignores.
    #[must_use]
    pub fn partners(&self) -> usize {
        self.network.len()
    }

    /// The number of orders, also those outside a period.
    #[must_use]
    pub fn orders(&self) -> usize {
        self.orders.len()
    }

    /// What takes part in a period: without the partners who join at or after its end, and without their orders.
    pub(crate) fn partaking(mut self, seats: &[u32], placed: bool) -> Result<Self, Refusal> {
        self.network = self.network.partaking(seats, placed)?;
        self.orders.reseat(seats);
        Ok(self)
    }
}

/// Keeps what has a place, of a list with an entry for each place.
fn keep<T>(column: &mut Vec<T>, places: &[u32]) {
    let mut places = places.iter();
    column.retain(|_| places.next().is_some_and(|place| *place != NONE));
    column.shrink_to_fit();
}

impl From<Snapshot> for Cow<'_, Snapshot> {
    fn from(snapshot: Snapshot) -> Self {
        Self::Owned(snapshot)
    }
}

impl<'a> From<&'a Snapshot> for Cow<'a, Snapshot> {
    fn from(snapshot: &'a Snapshot) -> Self {
        Self::Borrowed(snapshot)
    }
}
