//! What differs between two results.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use serde::{Serialize, Serializer};

use crate::engine::decimal::plain;

use super::Refused;
use super::commissions::{CommissionReader, CommissionRow, Detail};

/// A sum before and after, in counts of 1/10000.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Change {
    /// In the first result, or the former vendor's.
    #[serde(serialize_with = "as_text")]
    pub before: i128,
    /// In the second result, or ours.
    #[serde(serialize_with = "as_text")]
    pub after: i128,
}

fn as_text<S: Serializer>(units: &i128, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&plain(*units, 4))
}

impl Change {
    /// What is gained, negative where something is lost.
    #[must_use]
    pub fn gain(&self) -> i128 {
        self.after - self.before
    }

    /// Sorts larger changes before smaller ones, gains and losses alike.
    fn by_size(&self) -> Reverse<u128> {
        Reverse(self.gain().unsigned_abs())
    }

    fn add(&mut self, more: Self) {
        self.before += more.before;
        self.after += more.after;
    }
}

/// The change of one partner in one bonus.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PartnerChange {
    /// The partner number.
    pub partner: i64,
    /// The bonus's code.
    pub bonus: String,
    /// Before and after.
    #[serde(flatten)]
    pub change: Change,
}

/// The change of one partner over all bonuses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NetChange {
    /// The partner number.
    pub partner: i64,
    /// Before and after.
    #[serde(flatten)]
    pub change: Change,
}

/// The change of one bonus over all partners.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BonusChange {
    /// The bonus's code.
    pub bonus: String,
    /// Before and after.
    #[serde(flatten)]
    pub change: Change,
}

/// Two results of the same period side by side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// Both results as a whole.
    pub total: Change,
    /// Partners who get more in all.
    pub gaining: usize,
    /// Partners who get less in all.
    pub losing: usize,
    /// Partners who get the same in all.
    pub unchanged: usize,
    /// By bonus code.
    pub bonuses: Vec<BonusChange>,
    /// Partners who get more or less in all, the largest change first.
    pub partners: Vec<NetChange>,
    /// Partners and bonuses with a difference, the largest first.
    pub differences: Vec<PartnerChange>,
}

/// Compares two results by partner and bonus.
///
/// # Errors
/// The first row of either that is wrong.
pub fn by_partner(before: CommissionReader, after: CommissionReader) -> Result<Comparison, Refused> {
    let mut cells: BTreeMap<(i64, String), Change> = BTreeMap::new();
    for row in before {
        let (key, units) = cell(row?);
        cells.entry(key).or_default().before += units;
    }
    for row in after {
        let (key, units) = cell(row?);
        cells.entry(key).or_default().after += units;
    }
    let mut total = Change::default();
    let mut partners: HashMap<i64, Change> = HashMap::new();
    let mut bonuses: BTreeMap<String, Change> = BTreeMap::new();
    for ((partner, bonus), change) in &cells {
        total.add(*change);
        partners.entry(*partner).or_default().add(*change);
        bonuses.entry(bonus.clone()).or_default().add(*change);
    }
    let count = |wanted: fn(i128) -> bool| partners.values().filter(|change| wanted(change.gain())).count();
    let mut differences: Vec<PartnerChange> = cells
        .into_iter()
        .filter(|(_, change)| change.gain() != 0)
        .map(|((partner, bonus), change)| PartnerChange { partner, bonus, change })
        .collect();
    differences.sort_by_key(|difference| difference.change.by_size());
    let mut changed: Vec<NetChange> = partners.iter().map(|(partner, change)| NetChange { partner: *partner, change: *change }).collect();
    changed.retain(|net| net.change.gain() != 0);
    changed.sort_by_key(|net| (net.change.by_size(), net.partner));
    Ok(Comparison {
        total,
        gaining: count(|gain| gain > 0),
        losing: count(|gain| gain < 0),
        unchanged: count(|gain| gain == 0),
        bonuses: bonuses.into_iter().map(|(bonus, change)| BonusChange { bonus, change }).collect(),
        partners: changed,
        differences,
    })
}

fn cell(row: CommissionRow) -> ((i64, String), i128) {
    ((row.beneficiary, row.bonus.unwrap_or_default()), i128::from(row.amount.units()))
}

/// What two lines are compared by: the columns that both files have.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct LineKey {
    /// Who earns.
    pub beneficiary: i64,
    /// The bonus's code.
    pub bonus: Option<String>,
    /// The order number.
    pub order: Option<i64>,
    /// The partner it comes from.
    pub source: Option<i64>,
    /// The level.
    pub level: Option<u32>,
}

/// A line that is not the same in both files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Discrepancy {
    /// The first line of the vendor's file with this key; none where only we have it.
    pub line: Option<u64>,
    /// What it is about.
    #[serde(flatten)]
    pub key: LineKey,
    /// The vendor's amount; none where the vendor has no such line.
    #[serde(serialize_with = "as_optional_text")]
    pub theirs: Option<i128>,
    /// Our amount; none where we have no such line.
    #[serde(serialize_with = "as_optional_text")]
    pub ours: Option<i128>,
}

fn as_optional_text<S: Serializer>(units: &Option<i128>, serializer: S) -> Result<S::Ok, S::Error> {
    match units {
        Some(units) => as_text(units, serializer),
        None => serializer.serialize_none(),
    }
}

/// Our result beside a former vendor's, line by line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Migration {
    /// The vendor's sum and ours.
    pub total: Change,
    /// Lines that are the same.
    pub same: usize,
    /// Lines that are not, by the line of the vendor's file, ours alone at the end.
    pub discrepancies: Vec<Discrepancy>,
}

/// Compares line by line with a former vendor's file, by the columns that it has. Lines that are the same in all of these are summed first.
///
/// # Errors
/// The first row of either that is wrong.
pub fn against(ours: CommissionReader, theirs: CommissionReader) -> Result<Migration, Refused> {
    type Sides = (Option<u64>, Option<i128>, Option<i128>);
    let detail = theirs.detail();
    let mut lines: HashMap<LineKey, Sides> = HashMap::new();
    for row in theirs {
        let row = row?;
        let (line, units) = (row.line, i128::from(row.amount.units()));
        let (first, sum, _) = lines.entry(key(row, detail)).or_default();
        first.get_or_insert(line);
        *sum = Some(sum.unwrap_or(0) + units);
    }
    for row in ours {
        let row = row?;
        let units = i128::from(row.amount.units());
        let (_, _, sum) = lines.entry(key(row, detail)).or_default();
        *sum = Some(sum.unwrap_or(0) + units);
    }
    let mut total = Change::default();
    for (_, theirs, ours) in lines.values() {
        total.add(Change { before: theirs.unwrap_or(0), after: ours.unwrap_or(0) });
    }
    let all = lines.len();
    let mut discrepancies: Vec<Discrepancy> = lines
        .into_iter()
        .filter(|(_, (_, theirs, ours))| theirs != ours)
        .map(|(key, (line, theirs, ours))| Discrepancy { line, key, theirs, ours })
        .collect();
    discrepancies.sort_by(|left, right| (left.line.is_none(), left.line, &left.key).cmp(&(right.line.is_none(), right.line, &right.key)));
    Ok(Migration { total, same: all - discrepancies.len(), discrepancies })
}

fn key(row: CommissionRow, detail: Detail) -> LineKey {
    LineKey {
        beneficiary: row.beneficiary,
        bonus: row.bonus.filter(|_| detail.bonus),
        order: row.order.filter(|_| detail.order),
        source: row.source.filter(|_| detail.source),
        level: row.level.filter(|_| detail.level),
    }
}
