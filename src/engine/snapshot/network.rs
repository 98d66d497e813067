//! The partners of a snapshot.

use std::collections::HashMap;
use std::ops::Range;

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use rayon::slice::ParallelSliceMut;

use crate::domain::amount::Amount;
use crate::domain::instant::Instant;
use crate::domain::partner_status::PartnerStatus;
use crate::domain::position::Position;
use crate::engine::input::NetworkRow;
use crate::engine::refusal::Refusal;
use crate::engine::tree::{NONE, Tree, first_children};

/// A placement parent that does not exist; refused as soon as a plan looks at placement.
const UNKNOWN: u32 = u32::MAX - 1;
/// Numbers that leave at most so many gaps per partner are looked up in a table.
const GAPS: usize = 16;

/// A partner by dense index.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Partner {
    pub number: i64,
    pub joined_at: Instant,
    pub career_points: Amount,
    pub carry: [Amount; 2],
    pub sponsor: u32,
    pub placement_parent: u32,
    /// Index into the codes of the network; [`NONE`] for the lowest rank.
    pub highest_rank: u32,
    line: u32,
    pub position: Option<Position>,
    status: PartnerStatus,
}

impl Partner {
    /// The line of the file, where the row came from one.
    pub(crate) fn line(&self) -> Option<u64> {
        (self.line > 0).then_some(u64::from(self.line))
    }
}

/// All partners, and the sponsor tree. The places go down the sponsor tree level by level, on each level in ascending order of number
/// below the same sponsor: whoever is near in the tree is near in memory, and a loop over all places is a walk down the tree.
#[derive(Clone, Debug)]
pub struct Network {
    partners: Vec<Partner>,
    pub(crate) sponsors: Tree,
    rank_codes: Vec<String>,
    index: Index,
    /// The places in ascending order of number.
    by_number: Vec<u32>,
    /// Where those begin whom each partner sponsors; one entry more than partners.
    recruits: Vec<u32>,
    /// The status of each partner once more: every bonus asks everybody for it, and in one byte each they fit the processor's cache.
    statuses: Vec<PartnerStatus>,
    /// The placement parents that were given but do not exist: partner and parent number.
    unknown_parents: Vec<(u32, i64)>,
}

/// From partner numbers to dense indices.
#[derive(Clone, Debug)]
enum Index {
    /// Numbers without large gaps: from `first` on, one entry each.
    Table { first: i64, places: Vec<u32> },
    /// Numbers in ascending order, each with its place.
    Sorted(Vec<(i64, u32)>),
}

impl Index {
    /// Of numbers in ascending order, each with its place.
    fn of(numbers: Vec<(i64, u32)>) -> Self {
        let (Some(&(first, _)), Some(&(last, _))) = (numbers.first(), numbers.last()) else { return Self::Sorted(numbers) };
        let span = usize::try_from(last - first).unwrap_or(usize::MAX);
        if span / GAPS > numbers.len() {
            return Self::Sorted(numbers);
        }
        let mut places = vec![NONE; span + 1];
        for (number, place) in numbers {
            places[(number - first) as usize] = place;
        }
        Self::Table { first, places }
    }

    /// Gives every number another place.
    fn reseat(&mut self, seats: &[u32]) {
        match self {
            Self::Table { places, .. } => {
                places.iter_mut().filter(|place| **place != NONE).for_each(|place| *place = seats[*place as usize]);
            }
            Self::Sorted(numbers) => numbers.iter_mut().for_each(|(_, place)| *place = seats[*place as usize]),
        }
    }

    fn find(&self, number: i64) -> Option<u32> {
        match self {
            Self::Table { first, places } => {
                let place = usize::try_from(number.checked_sub(*first)?).ok()?;
                places.get(place).copied().filter(|place| *place != NONE)
            }
            Self::Sorted(numbers) => numbers.binary_search_by_key(&number, |(number, _)| *number).ok().map(|found| numbers[found].1),
        }
    }
}

/// Collects partners in any order.
#[derive(Default)]
pub struct NetworkBuilder {
    rows: Vec<(Partner, Option<i64>, Option<i64>)>,
    rank_codes: Vec<String>,
    /// The place of each code. A file may name as many different ones as it has partners, before a plan refuses them.
    code_places: HashMap<String, u32>,
}

impl NetworkBuilder {
    /// Makes room for so many more partners, where there is as much memory: a list that grows is copied over and over.
    pub fn reserve(&mut self, partners: usize) {
        // Without it the list grows as it is filled.
        let _ = self.rows.try_reserve(partners);
    }

    /// Adds a partner; `line` is named in refusals.
    ///
    /// # Errors
    /// The number is not positive, points or carry are negative, or there are more partners than a run can hold.
    pub fn add(&mut self, row: &NetworkRow, line: Option<u64>) -> Result<(), Refusal> {
        if self.rows.len() >= UNKNOWN as usize - 1 {
            return Err(Refusal::network(line, format!("there are more than {} partners", self.rows.len())));
        }
        if row.partner < 1 {
            return Err(Refusal::network(line, format!("the partner number {} is not positive", row.partner)));
        }
        for (name, amount) in [("career_points", row.career_points), ("carry_left", row.carry_left), ("carry_right", row.carry_right)] {
            if amount < Amount::ZERO {
                return Err(Refusal::network(line, format!("partner {}: {name} must not be negative, it is {amount}", row.partner)));
            }
        }
        let partner = Partner {
            number: row.partner,
            joined_at: row.joined_at,
            career_points: row.career_points,
            carry: [row.carry_left, row.carry_right],
            sponsor: NONE,
            placement_parent: NONE,
            highest_rank: row.highest_rank.as_deref().map_or(NONE, |code| self.rank_code(code)),
            line: line.and_then(|line| u32::try_from(line).ok()).unwrap_or(0),
            position: row.position,
            status: row.status,
        };
        self.rows.push((partner, row.sponsor, row.placement_parent));
        Ok(())
    }

    /// Checks that numbers are unique, sponsors exist and nobody sponsors himself in a circle.
    ///
    /// # Errors
    /// The first of these that does not hold.
    pub fn build(self) -> Result<Network, Refusal> {
        let Self { mut rows, rank_codes, .. } = self;
        rows.par_sort_unstable_by_key(|(partner, ..)| (partner.number, partner.line));
        if let Some(pair) = rows.windows(2).find(|pair| pair[0].0.number == pair[1].0.number) {
            let second = &pair[1].0;
            return Err(Refusal::network(second.line(), format!("partner {} appears a second time", second.number)));
        }
        let index = Index::of(rows.iter().zip(0..).map(|((partner, ..), place)| (partner.number, place)).collect());
        let mut unknown_parents = Vec::new();
        let mut partners = Vec::with_capacity(rows.len());
        for (place, (mut partner, sponsor, parent)) in (0..).zip(rows) {
            if let Some(sponsor) = sponsor {
                let found = index.find(sponsor);
                partner.sponsor = found.ok_or_else(|| {
                    Refusal::network(partner.line(), format!("partner {}: the sponsor {sponsor} does not exist", partner.number))
                })?;
            }
            if let Some(parent) = parent {
                partner.placement_parent = index.find(parent).unwrap_or(UNKNOWN);
                if partner.placement_parent == UNKNOWN {
                    unknown_parents.push((place, parent));
                }
            }
            partners.push(partner);
        }
        let sponsors = Tree::of(partners.iter().map(|partner| partner.sponsor).collect())
            .map_err(|cycle| refuse_cycle(&partners, &cycle, "sponsor each other in a circle"))?;
        let (by_number, recruits, statuses) = (Vec::new(), Vec::new(), Vec::new());
        Ok(Network { partners, sponsors, rank_codes, index, by_number, recruits, statuses, unknown_parents }.down_the_tree())
    }

    fn rank_code(&mut self, code: &str) -> u32 {
        if let Some(place) = self.code_places.get(code) {
            return *place;
        }
        let place = self.rank_codes.len() as u32;
        self.rank_codes.push(code.to_owned());
        self.code_places.insert(code.to_owned(), place);
        place
    }
}

impl Network {
    /// From places in ascending order of number to places down the sponsor tree.
    fn down_the_tree(self) -> Self {
        let Self { partners, sponsors, rank_codes, mut index, unknown_parents, .. } = self;
        let mut by_number = vec![NONE; partners.len()];
        for (place, &of) in (0..).zip(&sponsors.top_down) {
            by_number[of as usize] = place;
        }
        let seat = |above: u32| by_number.get(above as usize).copied().unwrap_or(above);
        let moved = |of: &u32| {
            let partner = partners[*of as usize];
            Partner { sponsor: seat(partner.sponsor), placement_parent: seat(partner.placement_parent), ..partner }
        };
        let partners: Vec<Partner> = sponsors.top_down.par_iter().map(moved).collect();
        let unknown_parents = unknown_parents.into_iter().map(|(of, parent)| (seat(of), parent)).collect();
        index.reseat(&by_number);
        let (sponsors, recruits) = sponsor_tree(&partners);
        let statuses = statuses(&partners);
        Self { partners, sponsors, rank_codes, index, by_number, recruits, statuses, unknown_parents }
    }

    /// The places in ascending order of number.
    pub(crate) fn by_number(&self) -> &[u32] {
        &self.by_number
    }

    /// Whom a partner sponsors, in ascending order of number.
    pub(crate) fn recruits(&self, place: u32) -> Range<u32> {
        self.recruits[place as usize]..self.recruits[place as usize + 1]
    }

    /// The status of each partner.
    pub(crate) fn statuses(&self) -> &[PartnerStatus] {
        &self.statuses
    }

    /// How many partners there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.partners.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.partners.is_empty()
    }

    pub(crate) fn partner(&self, place: u32) -> &Partner {
        &self.partners[place as usize]
    }

    pub(crate) fn iter(&self) -> std::slice::Iter<'_, Partner> {
        self.partners.iter()
    }

    /// The dense index of a partner number.
    pub(crate) fn find(&self, number: i64) -> Option<u32> {
        self.index.find(number)
    }

    /// The distinct codes in `highest_rank`.
    pub(crate) fn rank_codes(&self) -> &[String] {
        &self.rank_codes
    }

    /// The placement parent of each partner; refuses unknown ones.
    pub(crate) fn placement_parents(&self) -> Result<Vec<u32>, Refusal> {
        if let Some((place, parent)) = self.unknown_parents.first() {
            let partner = self.partner(*place);
            let cause = format!("partner {}: the placement parent {parent} does not exist", partner.number);
            return Err(Refusal::network(partner.line(), cause));
        }
        Ok(self.partners.iter().map(|partner| partner.placement_parent).collect())
    }

    pub(crate) fn refuse_cycle(&self, cycle: &[u32], what: &str) -> Refusal {
        refuse_cycle(&self.partners, cycle, what)
    }

    /// The new place of each partner who joined before an instant, [`NONE`] for the others; none where everybody did.
    pub(crate) fn seats(&self, end: Instant) -> Option<Vec<u32>> {
        if self.partners.par_iter().all(|partner| partner.joined_at < end) {
            return None;
        }
        let mut next = 0;
        let seat = |partner: &Partner| {
            let seat = if partner.joined_at < end { next } else { NONE };
            next += u32::from(seat != NONE);
            seat
        };
        Some(self.partners.iter().map(seat).collect())
    }

    /// The partners who have a new seat.
    pub(super) fn partaking(self, seats: &[u32], placed: bool) -> Result<Self, Refusal> {
        let Self { mut partners, rank_codes, mut by_number, .. } = self;
        for place in by_number.iter().map(|place| *place as usize).filter(|place| seats[*place] != NONE) {
            let partner = partners[place];
            let seat = |above: u32, what: &str| match above {
                NONE | UNKNOWN => Ok(above),
                _ if seats[above as usize] == NONE => Err(Refusal::network(
                    partner.line(),
                    format!(
                        "partner {}: the {what} {} joins only at or after the period's end and so takes no part",
                        partner.number, partners[above as usize].number
                    ),
                )),
                _ => Ok(seats[above as usize]),
            };
            let sponsor = seat(partner.sponsor, "sponsor")?;
            let placement_parent = if placed { seat(partner.placement_parent, "placement parent")? } else { NONE };
            partners[place] = Partner { sponsor, placement_parent, ..partner };
        }
        by_number.retain_mut(|place| {
            *place = seats[*place as usize];
            *place != NONE
        });
        let mut seats = seats.iter();
        partners.retain(|_| seats.next().is_some_and(|seat| *seat != NONE));
        partners.shrink_to_fit();
        // Nobody stays whose sponsor goes, so the others keep their order down the tree.
        let (sponsors, recruits) = sponsor_tree(&partners);
        let index = Index::of(by_number.iter().map(|place| (partners[*place as usize].number, *place)).collect());
        let statuses = statuses(&partners);
        Ok(Self { partners, sponsors, rank_codes, index, by_number, recruits, statuses, unknown_parents: Vec::new() })
    }
}

/// Of partners who stand level by level, and where the recruits of each begin.
fn sponsor_tree(partners: &[Partner]) -> (Tree, Vec<u32>) {
    let parent: Vec<u32> = partners.iter().map(|partner| partner.sponsor).collect();
    let roots = parent.iter().take_while(|sponsor| **sponsor == NONE).count() as u32;
    let recruits = first_children(&parent, roots);
    (Tree::level_by_level(parent), recruits)
}

fn statuses(partners: &[Partner]) -> Vec<PartnerStatus> {
    partners.iter().map(|partner| partner.status).collect()
}

fn refuse_cycle(partners: &[Partner], cycle: &[u32], what: &str) -> Refusal {
    const NAMED: usize = 10;
    let mut numbers: Vec<i64> = cycle.iter().map(|place| partners[*place as usize].number).collect();
    numbers.sort_unstable();
    let named: Vec<String> = numbers.iter().take(NAMED).map(i64::to_string).collect();
    let more = if numbers.len() > NAMED { format!(" and {} more", numbers.len() - NAMED) } else { String::new() };
    let line = cycle.first().and_then(|place| partners[*place as usize].line());
    Refusal::network(line, format!("the partners {}{more} {what}", named.join(", ")))
}
