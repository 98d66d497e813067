//! Carts and shipping addresses.

use sea_orm::ConnectionTrait;

use super::error::Error;
use super::products;
use super::sql::{Row, Sql};
use crate::domain::carts::{Cart, CartLine, ShippingAddress};
use crate::store::database::Transaction;

/// The open cart of an account, at the prices of now.
///
/// # Errors
/// The database's.
pub async fn open(connection: &impl ConnectionTrait, account_id: i64) -> Result<Cart, Error> {
    let mut sql = Sql::new(connection);
    sql.push("SELECT c.id, l.quantity, ").push(products::COLUMNS);
    sql.push(" FROM carts AS c JOIN cart_lines AS l ON l.cart_id = c.id JOIN products AS pr ON pr.id = l.product_id WHERE c.account_id = ");
    sql.bind(account_id).push(" AND c.state = 'OPEN' ORDER BY l.id");
    let read = |row: &Row<'_>| {
        let quantity = u32::try_from(row.get::<i64>(1)?).unwrap_or(u32::MAX);
        Ok((row.get::<i64>(0)?, CartLine { quantity, product: products::read(row, 2)? }))
    };
    let rows = sql.all(connection, read).await?;
    Ok(Cart { id: rows.first().map(|row| row.0), lines: rows.into_iter().map(|row| row.1).collect() })
}

/// The key of the open cart of an account, made where there is none, and its row held until the transaction ends.
///
/// # Errors
/// The database's.
pub async fn hold(transaction: &Transaction, account_id: i64) -> Result<i64, Error> {
    let insert = "INSERT INTO carts (account_id, state) VALUES ($1, 'OPEN') ON CONFLICT (account_id) WHERE state = 'OPEN' DO NOTHING";
    Sql::whole(transaction, insert, [account_id.into()]).execute(transaction).await?;
    let hold = "UPDATE carts SET state = 'OPEN' WHERE account_id = $1 AND state = 'OPEN' RETURNING id";
    Sql::whole(transaction, hold, [account_id.into()]).returned(transaction).await
}

/// Sets how many of a product are in a cart; 0 takes it out.
///
/// # Errors
/// The database's.
pub async fn set_line(transaction: &Transaction, cart_id: i64, product_id: i64, quantity: u32) -> Result<(), Error> {
    if quantity == 0 {
        let sql = "DELETE FROM cart_lines WHERE cart_id = $1 AND product_id = $2";
        return Sql::whole(transaction, sql, [cart_id.into(), product_id.into()]).execute(transaction).await.map(drop);
    }
    let sql = "INSERT INTO cart_lines (cart_id, product_id, quantity) VALUES ($1, $2, $3)
        ON CONFLICT (cart_id, product_id) DO UPDATE SET quantity = excluded.quantity";
    Sql::whole(transaction, sql, [cart_id.into(), product_id.into(), i64::from(quantity).into()]).execute(transaction).await.map(drop)
}

/// Empties a cart.
///
/// # Errors
/// The database's.
pub async fn clear(transaction: &Transaction, cart_id: i64) -> Result<(), Error> {
    Sql::whole(transaction, "DELETE FROM cart_lines WHERE cart_id = $1", [cart_id.into()]).execute(transaction).await.map(drop)
}

/// Turns a cart into an ordered one. `false` when a rival was faster.
///
/// # Errors
/// The database's.
pub async fn order(transaction: &Transaction, cart_id: i64) -> Result<bool, Error> {
    let sql = "UPDATE carts SET state = 'ORDERED' WHERE id = $1 AND state = 'OPEN'";
    Ok(Sql::whole(transaction, sql, [cart_id.into()]).execute(transaction).await? == 1)
}

const ADDRESS: &str = "id, name, address, zip_code, city, phone, is_default";

fn read_address(row: &Row<'_>) -> Result<ShippingAddress, Error> {
    Ok(ShippingAddress {
        id: row.get(0)?,
        name: row.get(1)?,
        address: row.get(2)?,
        zip_code: row.get(3)?,
        city: row.get(4)?,
        phone: row.get(5)?,
        is_default: row.get(6)?,
    })
}

/// The addresses of an account, the default one first.
///
/// # Errors
/// The database's.
pub async fn addresses(connection: &impl ConnectionTrait, account_id: i64) -> Result<Vec<ShippingAddress>, Error> {
    let sql = format!("SELECT {ADDRESS} FROM shipping_addresses WHERE account_id = $1 ORDER BY is_default DESC, id");
    Sql::whole(connection, &sql, [account_id.into()]).all(connection, read_address).await
}

/// Adds an address to an account and gives its key.
///
/// # Errors
/// The database's.
pub async fn add_address(transaction: &Transaction, account_id: i64, address: &ShippingAddress) -> Result<i64, Error> {
    let sql = "INSERT INTO shipping_addresses (account_id, name, address, zip_code, city, phone, is_default)
        VALUES ($1, $2, $3, $4, $5, $6, FALSE) RETURNING id";
    let ShippingAddress { name, address, zip_code, city, phone, .. } = address;
    let words = [name, address, zip_code, city, phone].map(|text| text.trim().to_owned().into());
    Sql::whole(transaction, sql, [account_id.into()].into_iter().chain(words)).returned(transaction).await
}

/// Removes an address of an account. `false` where there is no such address.
///
/// # Errors
/// The database's.
pub async fn remove_address(transaction: &Transaction, account_id: i64, id: i64) -> Result<bool, Error> {
    let sql = "DELETE FROM shipping_addresses WHERE account_id = $1 AND id = $2";
    Ok(Sql::whole(transaction, sql, [account_id.into(), id.into()]).execute(transaction).await? == 1)
}

/// Makes one address of an account the default one; without an address the newest one becomes it where there is none. `false` where there is no such
/// address.
///
/// # Errors
/// The database's.
pub async fn set_default(transaction: &Transaction, account_id: i64, id: Option<i64>) -> Result<bool, Error> {
    let Some(id) = id else {
        let sql = "UPDATE shipping_addresses SET is_default = TRUE
            WHERE id = (SELECT max(id) FROM shipping_addresses WHERE account_id = $1)
            AND NOT EXISTS (SELECT 1 FROM shipping_addresses WHERE account_id = $1 AND is_default)";
        Sql::whole(transaction, sql, [account_id.into()]).execute(transaction).await?;
        return Ok(true);
    };
    let none = "UPDATE shipping_addresses SET is_default = FALSE WHERE account_id = $1 AND is_default";
    Sql::whole(transaction, none, [account_id.into()]).execute(transaction).await?;
    let sql = "UPDATE shipping_addresses SET is_default = TRUE WHERE account_id = $1 AND id = $2";
    Ok(Sql::whole(transaction, sql, [account_id.into(), id.into()]).execute(transaction).await? == 1)
}
