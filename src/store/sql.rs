//! Builds the statements: text with numbered places for values, and the few forms in which the two databases differ.

use std::collections::HashMap;
use std::hash::Hash;

use futures_util::stream::{BoxStream, StreamExt as _, TryStreamExt as _};
use sea_orm::{ConnectionTrait, DbBackend, QueryResult, Statement, StreamTrait as _, TryGetable, Value};

use super::database::Transaction;
use super::error::Error;
use crate::domain::pages::{Direction, Key, Page, Slice, SortKey};

/// A statement being written. The text never holds input: values are bound.
#[derive(Debug)]
pub struct Sql {
    backend: DbBackend,
    text: String,
    values: Vec<Value>,
}

/// What a list is ordered by: a column, then the number that settles ties.
#[derive(Clone, Copy, Debug)]
pub struct Order {
    /// The column, as the statement names it.
    pub sort: &'static str,
    /// The unique column.
    pub id: &'static str,
    /// Of both columns.
    pub direction: Direction,
}

impl Sql {
    /// An empty statement for a connection's database.
    pub fn new(connection: &impl ConnectionTrait) -> Self {
        Self { backend: connection.get_database_backend(), text: String::with_capacity(512), values: Vec::new() }
    }

    /// A whole statement, with `$1` and so on where its values go.
    pub fn whole(connection: &impl ConnectionTrait, text: &str, values: impl IntoIterator<Item = Value>) -> Self {
        Self { backend: connection.get_database_backend(), text: text.to_owned(), values: values.into_iter().collect() }
    }

    /// Adds text that was written by a programmer.
    pub fn push(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Adds a value.
    pub fn bind(&mut self, value: impl Into<Value>) -> &mut Self {
        self.values.push(value.into());
        self.text.push('$');
        self.text.push_str(&self.values.len().to_string());
        self
    }

    /// Adds a subquery with one column, `id`: these numbers. One bound value, however many there are.
    pub fn numbers(&mut self, ids: &[i64]) -> &mut Self {
        if self.backend == DbBackend::Postgres {
            let ids = ids.iter().map(|id| Value::BigInt(Some(*id))).collect();
            self.push("(SELECT unnest(")
                .bind(Value::Array(sea_orm::sea_query::ArrayType::BigInt, Some(Box::new(ids))))
                .push("::bigint[]) AS id)")
        } else {
            let json = format!("[{}]", ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(","));
            self.push("(SELECT value AS id FROM json_each(").bind(json).push("))")
        }
    }

    /// Adds a subquery with one column, `text`: these texts. One bound value, however many there are.
    pub fn texts(&mut self, texts: Vec<String>) -> &mut Self {
        if self.backend == DbBackend::Postgres {
            let texts = texts.into_iter().map(Value::from).collect();
            self.push("(SELECT unnest(")
                .bind(Value::Array(sea_orm::sea_query::ArrayType::String, Some(Box::new(texts))))
                .push("::text[]) AS text)")
        } else {
            let json = serde_json::Value::from(texts).to_string();
            self.push("(SELECT value AS text FROM json_each(").bind(json).push("))")
        }
    }

    /// Adds `AND column IN (codes)`, or nothing where no code is given.
    pub fn and_in(&mut self, column: &str, codes: &[&'static str]) -> &mut Self {
        if codes.is_empty() {
            return self;
        }
        self.push(" AND ").push(column).push(" IN (");
        for (index, code) in codes.iter().enumerate() {
            if index > 0 {
                self.push(", ");
            }
            self.bind(*code);
        }
        self.push(")")
    }

    /// Adds `AND …` for the page's cursors: only rows behind `after` and before `before`.
    pub fn and_within(&mut self, page: &Page, order: Order) -> &mut Self {
        let (behind, before) = match order.direction {
            Direction::Ascending => (" > (", " < ("),
            Direction::Descending => (" < (", " > ("),
        };
        for (key, comparison) in [(&page.after, behind), (&page.before, before)] {
            if let Some(Key { sort, id }) = key {
                self.push(" AND (").push(order.sort).push(", ").push(order.id).push(")").push(comparison);
                match sort {
                    SortKey::Number(number) => self.bind(*number),
                    SortKey::Text(text) => self.bind(text.clone()),
                };
                self.push(", ").bind(*id).push(")");
            }
        }
        self
    }

    /// Adds `ORDER BY …` in the page's reading direction.
    pub fn order_by(&mut self, page: &Page, order: Order) -> &mut Self {
        let descending = (order.direction == Direction::Descending) != page.from_end;
        let direction = if descending { " DESC" } else { "" };
        self.push(" ORDER BY ").push(order.sort).push(direction).push(", ").push(order.id).push(direction)
    }

    /// Adds the limit that shows whether there is more than the page.
    pub fn limit(&mut self, page: &Page) -> &mut Self {
        self.push(" LIMIT ").bind(i64::from(page.limit) + 1)
    }

    /// Runs the statement and reads its rows.
    ///
    /// # Errors
    /// The database's, or a row that the reader cannot make sense of.
    pub async fn all<T>(self, connection: &impl ConnectionTrait, read: impl Fn(&Row<'_>) -> Result<T, Error>) -> Result<Vec<T>, Error> {
        let statement = Statement::from_sql_and_values(self.backend, self.text, self.values);
        let rows = connection.query_all_raw(statement).await?;
        rows.iter().map(|row| read(&Row(row))).collect()
    }

    /// Runs a statement that gives one row at most.
    ///
    /// # Errors
    /// As [`Sql::all`].
    pub async fn one<T>(self, connection: &impl ConnectionTrait, read: impl Fn(&Row<'_>) -> Result<T, Error>) -> Result<Option<T>, Error> {
        let statement = Statement::from_sql_and_values(self.backend, self.text, self.values);
        connection.query_one_raw(statement).await?.map(|row| read(&Row(&row))).transpose()
    }

    /// Reads the rows one by one, for answers too large for the memory.
    ///
    /// # Errors
    /// The database's.
    pub async fn stream<'a, T: Send + 'a>(
        self,
        transaction: &'a Transaction,
        read: fn(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Rows<'a, T>, Error> {
        let rows = transaction.stream_raw(Statement::from_sql_and_values(self.backend, self.text, self.values)).await?;
        Ok(rows.map_err(Error::from).and_then(move |row| std::future::ready(read(&Row(&row)))).boxed())
    }

    /// Runs a statement that changes rows, and tells how many.
    ///
    /// # Errors
    /// The database's.
    pub async fn execute(self, connection: &impl ConnectionTrait) -> Result<u64, Error> {
        let statement = Statement::from_sql_and_values(self.backend, self.text, self.values);
        Ok(connection.execute_raw(statement).await?.rows_affected())
    }

    /// Runs an INSERT … RETURNING and gives the new row's key.
    ///
    /// # Errors
    /// The database's.
    pub async fn returned(self, connection: &impl ConnectionTrait) -> Result<i64, Error> {
        let key = self.one(connection, |row| row.get(0)).await?;
        key.ok_or_else(|| Error::from(sea_orm::DbErr::RecordNotInserted))
    }

    /// Reads a page of the same list for many parents in one statement. `list` writes the list of one parent, whose number is `{parent}`, from
    /// `FROM` to the end of its conditions; `columns` are those of its rows.
    ///
    /// PostgreSQL takes the first rows of each parent from the index (`LATERAL`). SQLite has no such join and picks them by a subquery.
    pub fn page_for_each(&mut self, parents: &[i64], page: &Page, order: Order, list: EachList<'_>) -> &mut Self {
        let EachList { table, alias, columns, joins, conditions } = list;
        if self.backend == DbBackend::Postgres {
            self.push("SELECT parents.id, found.* FROM ").numbers(parents);
            self.push(&format!(" AS parents CROSS JOIN LATERAL (SELECT {columns} FROM {table} AS {alias}{joins} WHERE "));
            conditions(self, "parents.id");
            self.and_within(page, order).order_by(page, order).limit(page).push(") AS found")
        } else {
            self.push(&format!("SELECT parents.id, {columns} FROM ")).numbers(parents);
            self.push(&format!(
                " AS parents JOIN {table} AS {alias} ON {alias}.id IN (SELECT {alias}.id FROM {table} AS {alias}{joins} WHERE "
            ));
            conditions(self, "parents.id");
            self.and_within(page, order).order_by(page, order).limit(page).push(")").push(joins).order_by(page, order)
        }
    }
}

/// One parent's list, for [`Sql::page_for_each`].
#[derive(Clone, Copy)]
pub struct EachList<'a> {
    /// The table of the rows.
    pub table: &'a str,
    /// Its name in `columns` and `conditions`.
    pub alias: &'a str,
    /// What is read of each row.
    pub columns: &'a str,
    /// Further tables that `columns` need; they must not change the number of rows.
    pub joins: &'a str,
    /// Writes the conditions; is given the parent's number as the statement names it.
    pub conditions: &'a (dyn Fn(&mut Sql, &str) + Sync),
}

/// Rows as they come from the database.
pub type Rows<'a, T> = BoxStream<'a, Result<T, Error>>;

/// A row of an answer, read by position.
pub struct Row<'a>(&'a QueryResult);

impl Row<'_> {
    /// The value at a position, counted from 0.
    ///
    /// # Errors
    /// The database's: another type.
    pub fn get<T: TryGetable>(&self, index: usize) -> Result<T, Error> {
        Ok(self.0.try_get_by_index(index)?)
    }

    /// A code at a position.
    ///
    /// # Errors
    /// [`Error::Corrupt`] where the domain does not know it.
    pub fn code<T: std::str::FromStr>(&self, index: usize, table: &'static str) -> Result<T, Error> {
        let text: String = self.get(index)?;
        text.parse().map_err(|_| Error::Corrupt { table, value: text })
    }
}

/// Sorts rows that carry their parent's number into the parents' pages.
#[must_use]
pub fn by_parent<T>(page: &Page, rows: Vec<(i64, T)>) -> HashMap<i64, Slice<T>> {
    group(rows).into_iter().map(|(parent, rows)| (parent, Slice::of(page, rows))).collect()
}

/// Gathers the values of each key, in their order.
#[must_use]
pub fn group<K: Eq + Hash, V>(rows: Vec<(K, V)>) -> HashMap<K, Vec<V>> {
    let mut groups: HashMap<K, Vec<V>> = HashMap::new();
    for (key, value) in rows {
        groups.entry(key).or_default().push(value);
    }
    groups
}

/// A pattern for `LIKE … ESCAPE '\'` that finds the text anywhere; `%` and `_` in it stand for themselves.
#[must_use]
pub fn containing(text: &str) -> String {
    format!("%{}%", text.to_lowercase().replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_"))
}
