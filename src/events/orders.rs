//! What happened to products and orders.

use serde::{Deserialize, Serialize};

/// A product was offered, or is offered otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductChanged {
    /// Its key.
    pub product: i64,
}

/// Somebody ordered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderPlaced {
    /// The order's number.
    pub order: i64,
    /// Who is credited.
    pub partner: i64,
}

/// An order was wholly paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderPaid {
    /// The order's number.
    pub order: i64,
    /// Who is credited.
    pub partner: i64,
}

/// An order was finished: its volume counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderCompleted {
    /// The order's number.
    pub order: i64,
    /// Who is credited.
    pub partner: i64,
}

/// An order was given back, wholly or in part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderRefunded {
    /// The order's number.
    pub order: i64,
    /// Who is credited.
    pub partner: i64,
}

/// An order was given up before it was paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderCancelled {
    /// The order's number.
    pub order: i64,
    /// Who would have been credited.
    pub partner: i64,
}
