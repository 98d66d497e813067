//! Products.

use sea_orm::ConnectionTrait;

use super::error::Error;
use super::sql::{Order, Row, Sql};
use crate::domain::amount::Amount;
use crate::domain::pages::{Direction, Page, Slice};
use crate::domain::products::{Product, ProductKind};

pub(super) const COLUMNS: &str =
    "pr.id, pr.sku, pr.name, pr.kind, pr.category, pr.description, pr.image_url, pr.shippable, pr.price, pr.pv, pr.cv, pr.active";

pub(super) fn read(row: &Row<'_>, at: usize) -> Result<Product, Error> {
    let amount = |index: usize| row.get(at + index).map(Amount::from_units);
    Ok(Product {
        id: row.get(at)?,
        sku: row.get(at + 1)?,
        name: row.get(at + 2)?,
        kind: row.code(at + 3, "products")?,
        category: row.get(at + 4)?,
        description: row.get(at + 5)?,
        image_url: row.get(at + 6)?,
        shippable: row.get(at + 7)?,
        price: amount(8)?,
        pv: amount(9)?,
        cv: amount(10)?,
        active: row.get(at + 11)?,
    })
}

/// The products with these keys.
///
/// # Errors
/// The database's.
pub async fn by_ids(connection: &impl ConnectionTrait, ids: &[i64]) -> Result<Vec<Product>, Error> {
    let mut sql = Sql::new(connection);
    sql.push("SELECT ").push(COLUMNS).push(" FROM ").numbers(ids).push(" AS wanted CROSS JOIN products AS pr WHERE pr.id = wanted.id");
    sql.all(connection, |row| read(row, 0)).await
}

/// The membership package of each of these partners who chose one.
///
/// # Errors
/// The database's.
pub async fn memberships(connection: &impl ConnectionTrait, partners: &[i64]) -> Result<Vec<(i64, Product)>, Error> {
    let mut sql = Sql::new(connection);
    sql.push("SELECT p.id, ").push(COLUMNS).push(" FROM ").numbers(partners);
    sql.push(" AS wanted JOIN partners AS p ON p.id = wanted.id JOIN products AS pr ON pr.id = p.membership_id");
    sql.all(connection, |row| Ok((row.get(0)?, read(row, 1)?))).await
}

/// A page of what is offered, of one kind where that is wanted, by key; with what is not offered any more where that is wanted.
///
/// # Errors
/// The database's.
pub async fn list(connection: &impl ConnectionTrait, kind: Option<ProductKind>, all: bool, page: &Page) -> Result<Slice<Product>, Error> {
    let order = Order { sort: "pr.id", id: "pr.id", direction: Direction::Ascending };
    let mut sql = Sql::new(connection);
    sql.push("SELECT ").push(COLUMNS).push(" FROM products AS pr WHERE 1 = 1");
    write(&mut sql, kind, all);
    sql.and_within(page, order).order_by(page, order).limit(page);
    Ok(Slice::of(page, sql.all(connection, |row| read(row, 0)).await?))
}

/// How many there are on all pages.
///
/// # Errors
/// The database's.
pub async fn count(connection: &impl ConnectionTrait, kind: Option<ProductKind>, all: bool) -> Result<i64, Error> {
    let mut sql = Sql::new(connection);
    sql.push("SELECT count(*) FROM products AS pr WHERE 1 = 1");
    write(&mut sql, kind, all);
    Ok(sql.one(connection, |row| row.get(0)).await?.unwrap_or(0))
}

fn write(sql: &mut Sql, kind: Option<ProductKind>, all: bool) {
    if let Some(kind) = kind {
        sql.push(" AND pr.kind = ").bind(kind.code());
    }
    if !all {
        sql.push(" AND pr.active");
    }
}

/// Stores a product and gives its key; `None` where another one has the SKU. With the key 0 it is a new one.
///
/// # Errors
/// The database's.
pub async fn save(connection: &impl ConnectionTrait, product: &Product) -> Result<Option<i64>, Error> {
    let sql = if product.id == 0 {
        "INSERT INTO products (sku, name, kind, category, description, image_url, shippable, price, pv, cv, active)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING id"
    } else {
        "UPDATE products SET sku = $1, name = $2, kind = $3, category = $4, description = $5, image_url = $6, shippable = $7, price = $8, pv = $9,
         cv = $10, active = $11 WHERE id = $12 RETURNING id"
    };
    let mut values = vec![
        product.sku.clone().into(),
        product.name.clone().into(),
        product.kind.code().into(),
        product.category.clone().into(),
        product.description.clone().into(),
        product.image_url.clone().into(),
        product.shippable.into(),
        product.price.units().into(),
        product.pv.units().into(),
        product.cv.units().into(),
        product.active.into(),
    ];
    if product.id != 0 {
        values.push(product.id.into());
    }
    match Sql::whole(connection, sql, values).returned(connection).await {
        Ok(id) => Ok(Some(id)),
        Err(error) if error.violates(&["products_sku_unique", "products.sku"]) => Ok(None),
        Err(error) => Err(error),
    }
}
