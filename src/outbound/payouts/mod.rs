//! Ways on which payouts leave by themselves.

mod folder;
mod place;

use crate::domain::payouts::{BankResult, BankWord, Instruction, Payout};
pub use folder::FolderRail;
pub use place::{FolderError, Place};

/// A way on which payouts leave. It bounds how long it takes to answer: `payout.rail_lease_seconds` at most.
pub trait Rail: Send + Sync {
    /// Hands a payout over. Its number is the key: what the rail has already is not carried a second time, and is answered like the first time.
    ///
    /// # Errors
    /// [`Silence`]: whether the rail has it is not known then.
    fn send(&self, instruction: &Instruction) -> impl Future<Output = Result<Said, Silence>> + Send;

    /// What the rail knows of a payout.
    ///
    /// # Errors
    /// [`Silence`]
    fn ask(&self, payout: &Payout) -> impl Future<Output = Result<Said, Silence>> + Send;

    /// What the rail says unasked and was not [`heard`](Rail::heard) yet; it may say anything twice, in any order.
    ///
    /// # Errors
    /// [`Silence`]
    fn listen(&self) -> impl Future<Output = Result<Vec<Message>, Silence>> + Send;

    /// The words of a message were taken: it is not said again.
    ///
    /// # Errors
    /// [`Silence`]
    fn heard(&self, message: &Message) -> impl Future<Output = Result<(), Silence>> + Send;
}

/// What a rail says of a payout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// Never heard of it: it may be handed over.
    Unknown,
    /// It has it.
    UnderWay,
    /// It has ended.
    Ended {
        /// How.
        result: BankResult,
        /// The bank's word for it.
        reference: Option<String>,
    },
}

/// No answer, or one that says nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Silence {
    /// In words, without secrets.
    pub reason: String,
}

/// What a rail says unasked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// What the rail knows it by.
    pub name: String,
    /// What it says.
    pub words: Vec<BankWord>,
}
