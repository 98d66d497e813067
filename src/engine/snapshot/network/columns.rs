//! What is known of each partner.

use crate::domain::amount::Amount;
use crate::domain::instant::Instant;
use crate::domain::partner_status::PartnerStatus;
use crate::domain::position::Position;
use crate::engine::snapshot::keep;

/// A partner as the input has it.
#[derive(Clone, Copy)]
pub(super) struct Row {
    pub number: i64,
    pub joined_at: Instant,
    pub career_points: Amount,
    pub carry: [Amount; 2],
    pub sponsor: u32,
    pub slot: Slot,
    pub highest_rank: u32,
    pub line: u32,
    pub status: PartnerStatus,
}

impl Row {
    pub(super) fn line(&self) -> Option<u64> {
        line_of_file(self.line)
    }
}

/// Where a partner stands in the placement tree.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slot {
    /// The parent; [`NONE`] for none.
    pub parent: u32,
    pub position: Option<Position>,
}

/// What is known of each partner, in lists of their own: whoever goes through all partners asks for one or two of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Columns {
    pub(super) numbers: Vec<i64>,
    pub(super) joined_at: Vec<Instant>,
    pub(super) career_points: Vec<Amount>,
    pub(super) carry: Vec<[Amount; 2]>,
    pub(super) slots: Vec<Slot>,
    pub(super) highest_ranks: Vec<u32>,
    pub(super) lines: Vec<u32>,
    pub(super) statuses: Vec<PartnerStatus>,
}

impl Columns {
    pub(super) fn reserve(&mut self, partners: usize) {
        let Self { numbers, joined_at, career_points, carry, slots, highest_ranks, lines, statuses } = self;
        numbers.reserve_exact(partners);
        joined_at.reserve_exact(partners);
        career_points.reserve_exact(partners);
        carry.reserve_exact(partners);
        slots.reserve_exact(partners);
        highest_ranks.reserve_exact(partners);
        lines.reserve_exact(partners);
        statuses.reserve_exact(partners);
    }

    pub(super) fn push(&mut self, row: &Row) {
        self.numbers.push(row.number);
        self.joined_at.push(row.joined_at);
        self.career_points.push(row.career_points);
        self.carry.push(row.carry);
        self.slots.push(row.slot);
        self.highest_ranks.push(row.highest_rank);
        self.lines.push(row.line);
        self.statuses.push(row.status);
    }

    /// Keeps the partners who have a seat.
    pub(super) fn keep(&mut self, seats: &[u32]) {
        let Self { numbers, joined_at, career_points, carry, slots, highest_ranks, lines, statuses } = self;
        keep(numbers, seats);
        keep(joined_at, seats);
        keep(career_points, seats);
        keep(carry, seats);
        keep(slots, seats);
        keep(highest_ranks, seats);
        keep(lines, seats);
        keep(statuses, seats);
    }
}

/// Of a line that is 0 where there is no file.
pub(super) fn line_of_file(line: u32) -> Option<u64> {
    (line > 0).then_some(u64::from(line))
}
