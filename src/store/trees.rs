//! Every read of the two trees. Nothing else walks them, so that a faster index can take this module's place.
//!
//! Walks follow the parent pointers by recursive queries with a bound on the depth, so bad data cannot send them in circles for ever.

use std::collections::HashMap;

use sea_orm::ConnectionTrait;

use super::error::Error;
use super::partners::{self, Filter};
use super::sql::{EachList, Order, Sql, by_parent, group};
use crate::domain::pages::{Direction, Page, Slice};
use crate::domain::partners::Partner;
use crate::domain::trees::Tree;

const fn parent_column(tree: Tree) -> &'static str {
    match tree {
        Tree::Sponsor => "sponsor_id",
        Tree::Placement => "placement_parent_id",
    }
}

/// A partner and how far it stands from where the walk began.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relative {
    /// The partner.
    pub partner: Partner,
    /// Edges between the two: 1 for a child or a parent.
    pub distance: i64,
}

/// What a downline is ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DownlineOrder {
    /// Level by level.
    Level,
    /// By partner number.
    Number,
    /// By the time of joining.
    JoinedAt,
    /// By name.
    DisplayName,
}

/// Which part of a downline is wanted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Downline {
    /// Which tree.
    pub tree: Tree,
    /// Only this level, or all.
    pub level: Option<u32>,
    /// Levels below the root that are walked.
    pub depth: u32,
    /// Which partners.
    pub filter: Filter,
    /// In which order.
    pub order: DownlineOrder,
    /// Ascending or descending.
    pub direction: Direction,
}

impl Downline {
    const fn order(&self) -> Order {
        let sort = match self.order {
            DownlineOrder::Level => "walk.level",
            DownlineOrder::Number => "walk.id",
            DownlineOrder::JoinedAt => "p.joined_at",
            DownlineOrder::DisplayName => "p.display_name",
        };
        Order { sort, id: "walk.id", direction: self.direction }
    }

    /// Whether the walk alone tells which rows make a page, so that only theirs need be looked up.
    fn needs_no_cards(&self) -> bool {
        self.filter == Filter::default() && matches!(self.order, DownlineOrder::Level | DownlineOrder::Number)
    }

    /// `WITH RECURSIVE walk (root, id, level)`: everybody below the roots, down to a depth.
    fn write_walk(&self, sql: &mut Sql, roots: &[i64], depth: u32) {
        let parent = parent_column(self.tree);
        sql.push("WITH RECURSIVE walk (root, id, level) AS (SELECT roots.id, child.id, 1 FROM ").numbers(roots);
        sql.push(" AS roots JOIN partners AS child ON child.")
            .push(parent)
            .push(" = roots.id UNION ALL SELECT walk.root, child.id, walk.level + 1");
        sql.push(" FROM walk JOIN partners AS child ON child.")
            .push(parent)
            .push(" = walk.id WHERE walk.level < ")
            .bind(i64::from(depth))
            .push(")");
    }

    /// ` FROM walk … WHERE …`: those of the walk who are wanted; with their cards as `p` where these decide.
    fn write_wanted(&self, sql: &mut Sql) {
        // CROSS JOIN: SQLite takes the tables in this order. Left to itself it reads all partners and looks each one up in the walk.
        sql.push(if self.needs_no_cards() { " FROM walk WHERE 1 = 1" } else { " FROM walk CROSS JOIN partners AS p WHERE p.id = walk.id" });
        self.write_conditions(sql);
    }

    fn write_conditions(&self, sql: &mut Sql) {
        if let Some(level) = self.level {
            sql.push(" AND walk.level = ").bind(i64::from(level));
        }
        self.filter.write(sql);
    }

    /// The deepest level that has to be walked.
    fn deepest(&self) -> u32 {
        self.level.unwrap_or(self.depth).min(self.depth)
    }
}

/// A page of the downline of each root, in one statement; for a single root in two where the levels near it do not fill the page.
///
/// # Errors
/// The database's.
pub async fn downlines(
    connection: &impl ConnectionTrait,
    roots: &[i64],
    wanted: &Downline,
    page: &Page,
) -> Result<HashMap<i64, Slice<Relative>>, Error> {
    let read =
        |row: &super::sql::Row<'_>| Ok((row.get(0)?, Relative { distance: row.get::<i32>(1)?.into(), partner: partners::read(row, 2)? }));
    let order = wanted.order();
    if let [root] = roots {
        // The first pages of a list by level lie near the top: a short walk often finds them without visiting the whole subtree.
        let near = page.after.as_ref().map_or(0, |key| match key.sort {
            crate::domain::pages::SortKey::Number(level) => u32::try_from(level).unwrap_or(0),
            crate::domain::pages::SortKey::Text(_) => 0,
        });
        let near = near.saturating_add(2);
        let by_level = wanted.order == DownlineOrder::Level && wanted.direction == Direction::Ascending && !page.from_end;
        if by_level && near < wanted.deepest() {
            let rows = downline(connection, *root, wanted, page, near).await?;
            if rows.len() > page.limit as usize {
                return Ok(by_parent(page, rows));
            }
        }
        return Ok(by_parent(page, downline(connection, *root, wanted, page, wanted.deepest()).await?));
    }
    let mut sql = Sql::new(connection);
    wanted.write_walk(&mut sql, roots, wanted.deepest());
    sql.push(" SELECT walk.root, walk.level, ").push(partners::COLUMNS);
    sql.push(" FROM (SELECT walk.root, walk.level, walk.id, row_number() OVER (PARTITION BY walk.root");
    sql.order_by(page, order).push(") AS place");
    wanted.write_wanted(&mut sql);
    sql.and_within(page, order).push(") AS walk CROSS JOIN partners AS p WHERE p.id = walk.id AND walk.place <= ");
    sql.bind(i64::from(page.limit) + 1).push(" ORDER BY walk.root, walk.place");
    Ok(by_parent(page, sql.all(connection, read).await?))
}

async fn downline(
    connection: &impl ConnectionTrait,
    root: i64,
    wanted: &Downline,
    page: &Page,
    depth: u32,
) -> Result<Vec<(i64, Relative)>, Error> {
    let order = wanted.order();
    let mut sql = Sql::new(connection);
    wanted.write_walk(&mut sql, &[root], depth);
    sql.push(" SELECT walk.level, ").push(partners::COLUMNS).push(" FROM (SELECT walk.level, walk.id");
    wanted.write_wanted(&mut sql);
    sql.and_within(page, order).order_by(page, order).limit(page);
    sql.push(") AS walk CROSS JOIN partners AS p WHERE p.id = walk.id").order_by(page, order);
    sql.all(connection, |row| Ok((root, Relative { distance: row.get::<i32>(0)?.into(), partner: partners::read(row, 1)? }))).await
}

/// How many partners a downline has on each level, and how many of them are ACTIVE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LevelCount {
    /// Distance from the root.
    pub level: i64,
    /// Partners in any state.
    pub partners: i64,
    /// Partners in state ACTIVE.
    pub active: i64,
}

/// Counts the downline of each root by level; levels without partners are left out.
///
/// # Errors
/// The database's.
pub async fn counts_by_level(
    connection: &impl ConnectionTrait,
    roots: &[i64],
    wanted: &Downline,
) -> Result<HashMap<i64, Vec<LevelCount>>, Error> {
    let mut sql = Sql::new(connection);
    wanted.write_walk(&mut sql, roots, wanted.deepest());
    sql.push(" SELECT walk.root, walk.level, count(*), sum(CASE WHEN p.status = 'ACTIVE' THEN 1 ELSE 0 END)");
    sql.push(" FROM walk CROSS JOIN partners AS p WHERE p.id = walk.id");
    wanted.write_conditions(&mut sql);
    sql.push(" GROUP BY walk.root, walk.level ORDER BY walk.root, walk.level");
    let rows = sql
        .all(connection, |row| {
            Ok((row.get(0)?, LevelCount { level: row.get::<i32>(1)?.into(), partners: row.get(2)?, active: row.get(3)? }))
        })
        .await?;
    Ok(group(rows))
}

/// A page of the children of each parent, by number, in one statement.
///
/// # Errors
/// The database's.
pub async fn children(
    connection: &impl ConnectionTrait,
    parents: &[i64],
    tree: Tree,
    filter: &Filter,
    page: &Page,
) -> Result<HashMap<i64, Slice<Partner>>, Error> {
    let order = Order { sort: "p.id", id: "p.id", direction: Direction::Ascending };
    let conditions = |sql: &mut Sql, parent: &str| {
        sql.push("p.").push(parent_column(tree)).push(" = ").push(parent);
        filter.write(sql);
    };
    let mut sql = Sql::new(connection);
    let list = EachList { table: "partners", alias: "p", columns: partners::COLUMNS, joins: "", conditions: &conditions };
    sql.page_for_each(parents, page, order, list);
    Ok(by_parent(page, sql.all(connection, |row| Ok((row.get(0)?, partners::read(row, 1)?))).await?))
}

/// How many children each parent has that a filter lets pass; parents without any are left out.
///
/// # Errors
/// The database's.
pub async fn child_counts(
    connection: &impl ConnectionTrait,
    parents: &[i64],
    tree: Tree,
    filter: &Filter,
) -> Result<HashMap<i64, i64>, Error> {
    let parent = parent_column(tree);
    let mut sql = Sql::new(connection);
    sql.push("SELECT p.").push(parent).push(", count(*) FROM ").numbers(parents).push(" AS parents JOIN partners AS p ON p.").push(parent);
    sql.push(" = parents.id WHERE 1 = 1");
    filter.write(&mut sql);
    sql.push(" GROUP BY p.").push(parent);
    Ok(sql.all(connection, |row| Ok((row.get(0)?, row.get(1)?))).await?.into_iter().collect())
}

/// The line of parents above each partner, nearest first, at most so many.
///
/// # Errors
/// The database's.
pub async fn uplines(
    connection: &impl ConnectionTrait,
    partners: &[i64],
    tree: Tree,
    height: u32,
) -> Result<HashMap<i64, Vec<Relative>>, Error> {
    let mut sql = Sql::new(connection);
    write_climb(&mut sql, partners, &[tree], height);
    sql.push(" SELECT climb.start, climb.distance, ").push(partners::COLUMNS);
    sql.push(" FROM climb CROSS JOIN partners AS p WHERE p.id = climb.id ORDER BY climb.start, climb.distance");
    let rows = sql
        .all(connection, |row| Ok((row.get(0)?, Relative { distance: row.get::<i32>(1)?.into(), partner: partners::read(row, 2)? })))
        .await?;
    Ok(group(rows))
}

/// Where a partner stands above another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ancestor {
    /// The partner above.
    pub id: i64,
    /// In which tree.
    pub tree: Tree,
    /// Edges between the two.
    pub distance: i64,
}

/// Who stands above each partner in either tree, at most so many levels up; where `above` is given, only that one is looked for.
///
/// # Errors
/// The database's.
pub async fn ancestors(
    connection: &impl ConnectionTrait,
    partners: &[i64],
    height: u32,
    above: Option<i64>,
) -> Result<HashMap<i64, Vec<Ancestor>>, Error> {
    let mut sql = Sql::new(connection);
    write_climb(&mut sql, partners, Tree::ALL, height);
    sql.push(" SELECT start, tree, id, distance FROM climb WHERE id IS NOT NULL");
    if let Some(above) = above {
        sql.push(" AND id = ").bind(above);
    }
    sql.push(" ORDER BY start, tree, distance");
    let rows = sql
        .all(connection, |row| {
            Ok((row.get(0)?, Ancestor { tree: row.code(1, "partners")?, id: row.get(2)?, distance: row.get::<i32>(3)?.into() }))
        })
        .await?;
    Ok(group(rows))
}

/// `WITH RECURSIVE climb (start, tree, id, distance)`: the parents of the partners, up to a height.
fn write_climb(sql: &mut Sql, partners: &[i64], trees: &[Tree], height: u32) {
    // PostgreSQL allows one recursive reference only, so both trees climb in one step and a CASE picks the pointer.
    sql.push("WITH RECURSIVE climb (start, tree, id, distance) AS (");
    for (index, tree) in trees.iter().enumerate() {
        if index > 0 {
            sql.push(" UNION ALL ");
        }
        sql.push("SELECT starts.id, '").push(tree.code()).push("', p.").push(parent_column(*tree)).push(", 1 FROM ").numbers(partners);
        sql.push(" AS starts JOIN partners AS p ON p.id = starts.id WHERE p.").push(parent_column(*tree)).push(" IS NOT NULL");
    }
    sql.push(" UNION ALL SELECT climb.start, climb.tree, CASE climb.tree WHEN 'SPONSOR' THEN p.sponsor_id ELSE p.placement_parent_id END, climb.distance + 1");
    sql.push(" FROM climb CROSS JOIN partners AS p WHERE p.id = climb.id AND climb.distance < ").bind(i64::from(height));
    sql.push(" AND CASE climb.tree WHEN 'SPONSOR' THEN p.sponsor_id ELSE p.placement_parent_id END IS NOT NULL)");
}
