//! Relay's connections: page sizes, cursors and where they come from.

use async_graphql::connection::{Connection, ConnectionNameType, CursorType, Edge, EdgeNameType};
use async_graphql::{ObjectType, OutputType, Result};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::errors::bad_user_input;
use crate::domain::pages::{Key, Page, Slice, SortKey};

/// Page sizes of the deployment.
#[derive(Clone, Copy, Debug)]
pub struct PageSizes {
    /// When neither `first` nor `last` is given.
    pub default: u32,
    /// The largest that may be asked for.
    pub max: u32,
}

/// The four arguments of every connection.
#[derive(Clone, Debug, Default)]
pub struct Paging {
    /// So many from the beginning.
    pub first: Option<i32>,
    /// Behind this cursor.
    pub after: Option<String>,
    /// So many from the end.
    pub last: Option<i32>,
    /// Before this cursor.
    pub before: Option<String>,
}

impl Paging {
    /// The page these arguments ask for.
    ///
    /// # Errors
    /// `BAD_USER_INPUT`: both sizes, a size outside its limits, or a cursor that is not of this list.
    pub fn page(&self, sizes: PageSizes, kind: CursorKind) -> Result<Page> {
        let (name, size) = match (self.first, self.last) {
            (Some(_), Some(_)) => return Err(bad_user_input("Give `first` or `last`, not both.")),
            (None, Some(last)) => ("last", last),
            (first, None) => ("first", first.unwrap_or(i32::try_from(sizes.default).unwrap_or(i32::MAX))),
        };
        let limit = u32::try_from(size).ok().filter(|size| (1..=sizes.max).contains(size));
        let limit = limit.ok_or_else(|| bad_user_input(format!("`{name}` is {size}: it must lie between 1 and {}.", sizes.max)))?;
        let key = |name: &str, cursor: &Option<String>| match cursor {
            None => Ok(None),
            Some(text) => match Cursor::decode_cursor(text) {
                Ok(cursor) if cursor.kind() == kind => Ok(Some(cursor.0)),
                _ => Err(bad_user_input(format!(
                    "`{name}` is not a cursor of this list: give one that the list returned, in the same order."
                ))),
            },
        };
        Ok(Page { limit, after: key("after", &self.after)?, before: key("before", &self.before)?, from_end: self.last.is_some() })
    }
}

/// What a list is ordered by; cursors of one do not fit the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CursorKind {
    /// A number.
    Number,
    /// A text.
    Text,
}

/// An opaque place in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor(pub Key);

impl Cursor {
    /// In a list ordered by a number.
    #[must_use]
    pub const fn number(sort: i64, id: i64) -> Self {
        Self(Key { sort: SortKey::Number(sort), id })
    }

    /// In a list ordered by a text.
    #[must_use]
    pub const fn text(sort: String, id: i64) -> Self {
        Self(Key { sort: SortKey::Text(sort), id })
    }

    const fn kind(&self) -> CursorKind {
        match self.0.sort {
            SortKey::Number(_) => CursorKind::Number,
            SortKey::Text(_) => CursorKind::Text,
        }
    }
}

/// The text is not a cursor.
#[derive(Debug, thiserror::Error)]
#[error("not a cursor")]
pub struct NotACursor;

impl CursorType for Cursor {
    type Error = NotACursor;

    fn decode_cursor(text: &str) -> Result<Self, NotACursor> {
        let plain = URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| String::from_utf8(bytes).ok()).ok_or(NotACursor)?;
        let mut parts = plain.splitn(3, ':');
        let (kind, id, sort) = (parts.next(), parts.next().and_then(|id| id.parse().ok()), parts.next());
        match (kind, id, sort) {
            (Some("n"), Some(id), Some(sort)) => Ok(Self::number(sort.parse().map_err(|_| NotACursor)?, id)),
            (Some("t"), Some(id), Some(sort)) => Ok(Self::text(sort.to_owned(), id)),
            _ => Err(NotACursor),
        }
    }

    fn encode_cursor(&self) -> String {
        let Key { sort, id } = &self.0;
        URL_SAFE_NO_PAD.encode(match sort {
            SortKey::Number(sort) => format!("n:{id}:{sort}"),
            SortKey::Text(sort) => format!("t:{id}:{sort}"),
        })
    }
}

/// Makes a connection of a slice: each row gives its edge.
pub fn connect<T, N, F, E, C, D>(slice: Slice<T>, fields: F, edge: impl Fn(T) -> Edge<Cursor, N, E, D>) -> Connection<Cursor, N, F, E, C, D>
where
    N: OutputType,
    F: ObjectType,
    E: ObjectType,
    C: ConnectionNameType,
    D: EdgeNameType,
{
    let mut connection = Connection::with_additional_fields(slice.has_previous, slice.has_next, fields);
    connection.edges.extend(slice.rows.into_iter().map(edge));
    connection
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZES: PageSizes = PageSizes { default: 20, max: 100 };

    #[test]
    fn cursors_lead_back_to_their_key() {
        for cursor in [Cursor::number(-5, 7), Cursor::number(i64::MAX, i64::MIN), Cursor::text("Ömer: \"x\"".to_owned(), 1)] {
            assert_eq!(Cursor::decode_cursor(&cursor.encode_cursor()).ok(), Some(cursor));
        }
        for bad in ["", "n", "bjox", "bjo1Ong", "💥"] {
            assert!(Cursor::decode_cursor(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn page_sizes_have_limits_that_the_error_names() {
        let page = |first, last| Paging { first, last, ..Paging::default() }.page(SIZES, CursorKind::Number);
        assert_eq!(page(None, None).map(|page| page.limit).ok(), Some(20));
        assert!(page(None, Some(100)).is_ok_and(|page| page.from_end));
        for (first, last) in [(Some(100_000), None), (Some(0), None), (Some(-1), None), (None, Some(101)), (Some(1), Some(1))] {
            assert!(page(first, last).is_err());
        }
        assert!(page(Some(100_000), None).is_err_and(|error| error.message.contains("between 1 and 100")));
    }
}
