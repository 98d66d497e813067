//! What goes when a person is erased (promise P29). A table that comes to hold something of a person needs a line here; a test names every column
//! that nobody has judged.

use sea_orm::{ConnectionTrait as _, DbBackend, Value};

use super::database::Transaction;
use super::error::Error;
use super::images;
use super::sql::{Row, Sql};
use crate::domain::accounts::Role;
use crate::domain::instant::Instant;
use crate::domain::partners::{PartnerStatus, search_name};

/// Whose traces shall go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// By the account's key.
    Account(i64),
    /// By the partner's number.
    Partner(i64),
}

/// An account that may be erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its key.
    pub account_id: i64,
    /// The number of its partner.
    pub partner_id: Option<i64>,
    /// What kind of user.
    pub role: Role,
    /// Whether that was done before.
    pub erased: bool,
}

/// The account, held with its partner until the transaction ends: nobody adds rows to either meanwhile.
///
/// # Errors
/// The database's; a conflict, after which the transaction is tried again, where the account is in use.
pub async fn hold(transaction: &Transaction, whose: Whose) -> Result<Option<Found>, Error> {
    let by_partner = "SELECT account_id FROM partners WHERE id = $1";
    let account = match whose {
        Whose::Account(id) => Some(id),
        Whose::Partner(number) => Sql::whole(transaction, by_partner, [number.into()]).one(transaction, |row| row.get(0)).await?,
    };
    let Some(account) = account else { return Ok(None) };
    let lock = if transaction.get_database_backend() == DbBackend::Postgres { " FOR UPDATE" } else { "" };
    // Acts on orders hold the order first, and partners and wallets afterwards. A payment that is being recorded comes first, and is seen below.
    let sql = format!("SELECT id FROM orders WHERE account_id = $1 ORDER BY id{lock}");
    Sql::whole(transaction, &sql, [account.into()]).all(transaction, |_| Ok(())).await?;
    let sql = format!("SELECT id FROM partners WHERE account_id = $1{lock}");
    let partner_id = Sql::whole(transaction, &sql, [account.into()]).one(transaction, |row| row.get(0)).await?;
    // Acts hold their partner and then, by writing rows that name it, the account; those with a password hold the account first. So who waited for one with
    // the other in hand would wait for ever.
    let lock = if lock.is_empty() { "" } else { " FOR UPDATE NOWAIT" };
    let sql = format!("SELECT role, erased_at FROM accounts WHERE id = $1{lock}");
    let read = |row: &Row<'_>| Ok((row.code(0, "accounts")?, row.get::<Option<i64>>(1)?.is_some()));
    let Some((role, erased)) = Sql::whole(transaction, &sql, [account.into()]).one(transaction, read).await? else { return Ok(None) };
    Ok(Some(Found { account_id: account, partner_id, role, erased }))
}

/// What must be ended before a person can be erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// A payout is under way.
    Payout,
    /// An order is paid, wholly or in part, and neither finished nor given back.
    Order,
    /// The partner holds e-pins that are worth something.
    Epins,
    /// There is money in the wallet, available or not.
    Money,
}

/// The first obstacle to an erasure.
///
/// # Errors
/// The database's.
pub async fn obstacle(transaction: &Transaction, found: &Found) -> Result<Option<Obstacle>, Error> {
    let (account, partner): (Value, Value) = (found.account_id.into(), found.partner_id.into());
    let payout = "SELECT 1 FROM payouts WHERE partner_id = $1 AND status IN ('PENDING', 'APPROVED', 'PROCESSING')";
    let order = "SELECT 1 FROM orders WHERE (partner_id = $1 OR account_id = $2)
        AND (status = 'PAID' OR (status = 'PENDING_PAYMENT' AND paid > refunded)) LIMIT 1";
    let epins = "SELECT 1 FROM epins WHERE owner_id = $1 AND status = 'ACTIVE' AND remaining > 0 LIMIT 1";
    let money = "SELECT 1 FROM ledger_accounts WHERE partner_id = $1 AND balance <> 0 LIMIT 1";
    for (obstacle, sql, values) in [
        (Obstacle::Payout, payout, vec![partner.clone()]),
        (Obstacle::Order, order, vec![partner.clone(), account]),
        (Obstacle::Epins, epins, vec![partner.clone()]),
        (Obstacle::Money, money, vec![partner]),
    ] {
        if Sql::whole(transaction, sql, values).one(transaction, |_| Ok(())).await?.is_some() {
            return Ok(Some(obstacle));
        }
    }
    Ok(None)
}

/// What takes the place of a person.
#[derive(Clone, Copy, Debug)]
pub struct Tombstone<'a> {
    /// A user name that tells nothing and that nobody has.
    pub username: &'a str,
    /// A referral code that tells nothing and that nobody has.
    pub referral_code: &'a str,
    /// A name that tells nothing.
    pub name: &'a str,
    /// Now.
    pub at: Instant,
}

/// Of an account: `$1` is its key.
const OF_ACCOUNT: [&str; 9] = [
    "DELETE FROM mailed_links WHERE account_id = $1",
    "DELETE FROM mails WHERE account_id = $1",
    "DELETE FROM profiles WHERE account_id = $1",
    "DELETE FROM refresh_tokens WHERE session_id IN (SELECT id FROM sessions WHERE account_id = $1)",
    "DELETE FROM sessions WHERE account_id = $1",
    "DELETE FROM shipping_addresses WHERE account_id = $1",
    "DELETE FROM cart_lines WHERE cart_id IN (SELECT id FROM carts WHERE account_id = $1 AND state = 'OPEN')",
    "UPDATE orders SET ship_to = NULL WHERE account_id = $1",
    // People choose the keys themselves.
    "DELETE FROM idempotency_keys WHERE principal = 'account:' || CAST($1 AS TEXT)
        OR (operation = 'signUp' AND outcome = CAST($1 AS TEXT))",
];

/// An order that was given up because its buyer is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Abandoned {
    /// Its number.
    pub order: i64,
    /// Who would have been credited.
    pub partner: i64,
}

/// Erases what tells of a person. What stays is the account and the partner as numbers, the trees, the ledger, orders and commissions. Gives the orders that
/// were given up by it, in the order of their numbers.
///
/// # Errors
/// The database's.
pub async fn erase(transaction: &Transaction, found: &Found, tombstone: &Tombstone<'_>) -> Result<Vec<Abandoned>, Error> {
    images::drop_files_of(transaction, found.account_id).await?;
    for sql in OF_ACCOUNT {
        Sql::whole(transaction, sql, [found.account_id.into()]).execute(transaction).await?;
    }
    let sql = "UPDATE accounts SET username = $2, email = NULL, email_verified_at = NULL, phone = NULL, name = $3, password_hash = NULL,
        transaction_password_hash = NULL, status = 'BLOCKED', erased_at = $4 WHERE id = $1";
    let values = [found.account_id.into(), tombstone.username.into(), tombstone.name.into(), tombstone.at.nanos().into()];
    Sql::whole(transaction, sql, values).execute(transaction).await?;
    if let Some(partner) = found.partner_id {
        erase_partner(transaction, partner, tombstone).await?;
    }
    abandon_orders(transaction, found.account_id).await
}

/// Whose buyer is gone, and nothing was paid for: nobody will pay any more.
async fn abandon_orders(transaction: &Transaction, account: i64) -> Result<Vec<Abandoned>, Error> {
    let sql = "UPDATE orders SET status = 'CANCELLED' WHERE account_id = $1 AND status = 'PENDING_PAYMENT' RETURNING id, partner_id";
    let read = |row: &Row<'_>| Ok(Abandoned { order: row.get(0)?, partner: row.get(1)? });
    let mut abandoned = Sql::whole(transaction, sql, [account.into()]).all(transaction, read).await?;
    abandoned.sort_unstable_by_key(|abandoned| abandoned.order);
    Ok(abandoned)
}

async fn erase_partner(transaction: &Transaction, partner: i64, tombstone: &Tombstone<'_>) -> Result<(), Error> {
    let sql = "DELETE FROM payout_methods WHERE partner_id = $1";
    Sql::whole(transaction, sql, [partner.into()]).execute(transaction).await?;
    let sql = "UPDATE referral_links SET code = 'ERASED-' || CAST(id AS TEXT), name = '', target_url = NULL, utm_source = NULL, utm_medium = NULL,
        utm_campaign = NULL, utm_content = NULL, utm_term = NULL, deleted_at = coalesce(deleted_at, $2) WHERE partner_id = $1";
    Sql::whole(transaction, sql, [partner.into(), tombstone.at.nanos().into()]).execute(transaction).await?;
    let sql = "UPDATE payouts SET masked = '', details = $2 WHERE partner_id = $1";
    Sql::whole(transaction, sql, [partner.into(), Vec::<u8>::new().into()]).execute(transaction).await?;
    let sql = "UPDATE partners SET display_name = $2, search_name = $3, referral_code = $4, status = $5, shares_contact = $6 WHERE id = $1";
    let values: [Value; 6] = [
        partner.into(),
        tombstone.name.into(),
        search_name(tombstone.name, tombstone.referral_code).into(),
        tombstone.referral_code.into(),
        PartnerStatus::Terminated.code().into(),
        false.into(),
    ];
    Sql::whole(transaction, sql, values).execute(transaction).await.map(drop)
}
