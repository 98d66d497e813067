//! Pages of long lists, by keyset: where a page begins is said by the last row seen, so that inserts neither repeat nor hide rows.

/// Which rows of a list are wanted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Page {
    /// At most so many rows.
    pub limit: u32,
    /// Only rows behind this one.
    pub after: Option<Key>,
    /// Only rows before this one.
    pub before: Option<Key>,
    /// Whether the rows are taken from the end of the list.
    pub from_end: bool,
}

/// A row's place in an ordered list: what the list is ordered by, then the unique number that settles ties.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// What the list is ordered by.
    pub sort: SortKey,
    /// The row's number.
    pub id: i64,
}

/// The value a list is ordered by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum SortKey {
    /// A number, an instant or a level.
    Number(i64),
    /// A name.
    Text(String),
}

/// Ascending or descending.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Smallest first.
    Ascending,
    /// Largest first.
    Descending,
}

/// The rows of a page, in the list's order, and whether there are more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slice<T> {
    /// At most as many as were asked for.
    pub rows: Vec<T>,
    /// Whether the list goes on behind the last row.
    pub has_next: bool,
    /// Whether there are rows before the first one.
    pub has_previous: bool,
}

impl<T> Default for Slice<T> {
    fn default() -> Self {
        Self { rows: Vec::new(), has_next: false, has_previous: false }
    }
}

impl<T> Slice<T> {
    /// From rows that were fetched in the page's reading direction, one more than its limit where there is one.
    ///
    /// Behind a cursor there is at least the cursor's own row, so the other side needs no look.
    #[must_use]
    pub fn of(page: &Page, mut rows: Vec<T>) -> Self {
        let more = rows.len() > page.limit as usize;
        rows.truncate(page.limit as usize);
        if page.from_end {
            rows.reverse();
            Self { rows, has_next: page.before.is_some(), has_previous: more }
        } else {
            Self { rows, has_next: more, has_previous: page.after.is_some() }
        }
    }
}
