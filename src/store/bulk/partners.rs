//! Partners with their accounts.

use std::collections::HashSet;

use crate::domain::accounts::{AccountStatus, Role};
use crate::domain::amount::Amount;
use crate::domain::instant::Instant;
use crate::domain::partner_status::PartnerStatus;
use crate::domain::partners::{Slot, search_name};
use crate::domain::position::Position;
use crate::domain::trees::PlacementPreference;
use crate::store::database::Transaction;
use crate::store::error::Error;
use crate::store::sql::{Row, Rows, Sql};

use super::insert::{Kind, Target};

/// A partner and the account it brings along.
#[derive(Clone, Debug)]
pub struct PartnerRow {
    /// Partner number.
    pub number: i64,
    /// Key of the account.
    pub account_id: i64,
    /// Login name.
    pub username: String,
    /// Mail address.
    pub email: Option<String>,
    /// Full name, also shown to others.
    pub name: String,
    /// The code that new partners name.
    pub referral_code: String,
    /// Number of the sponsor; none for a root.
    pub sponsor: Option<i64>,
    /// The place in the placement tree; none for a root.
    pub slot: Option<Slot>,
    /// Where the partner's own recruits go.
    pub preference: PlacementPreference,
    /// Whether the partner takes part.
    pub status: PartnerStatus,
    /// Key of the rank held.
    pub rank_id: Option<i64>,
    /// Key of the highest rank held before.
    pub highest_rank_id: Option<i64>,
    /// Points earned before.
    pub career_points: Amount,
    /// Volume carried in, left and right.
    pub carry: [Amount; 2],
    /// When the partner joined.
    pub joined_at: Instant,
}

const ACCOUNTS: Target<8> = Target {
    table: "accounts",
    columns: [
        ("id", Kind::Integer),
        ("username", Kind::Text),
        ("email", Kind::OptionalText),
        ("name", Kind::Text),
        ("role", Kind::Text),
        ("scopes", Kind::Text),
        ("status", Kind::Text),
        ("created_at", Kind::Integer),
    ],
};

const PARTNERS: Target<17> = Target {
    table: "partners",
    columns: [
        ("id", Kind::Integer),
        ("account_id", Kind::Integer),
        ("display_name", Kind::Text),
        ("search_name", Kind::Text),
        ("referral_code", Kind::Text),
        ("sponsor_id", Kind::OptionalInteger),
        ("placement_parent_id", Kind::OptionalInteger),
        ("position", Kind::OptionalText),
        ("placement_preference", Kind::Text),
        ("status", Kind::Text),
        ("shares_contact", Kind::Boolean),
        ("rank_id", Kind::OptionalInteger),
        ("highest_rank_id", Kind::OptionalInteger),
        ("career_points", Kind::Integer),
        ("carry_left", Kind::Integer),
        ("carry_right", Kind::Integer),
        ("joined_at", Kind::Integer),
    ],
};

/// Adds partners with their accounts. A sponsor or placement parent may be added later in the same transaction.
///
/// # Errors
/// The database's.
pub async fn add(transaction: &Transaction, partners: Vec<PartnerRow>) -> Result<(), Error> {
    let mut accounts = Vec::with_capacity(partners.len());
    let mut rows = Vec::with_capacity(partners.len());
    for partner in partners {
        accounts.push([
            partner.account_id.into(),
            partner.username.into(),
            partner.email.into(),
            partner.name.clone().into(),
            Role::Member.code().into(),
            "".into(),
            // Nobody can sign in before somebody has set a password, which opens the account.
            AccountStatus::Dormant.code().into(),
            partner.joined_at.nanos().into(),
        ]);
        rows.push([
            partner.number.into(),
            partner.account_id.into(),
            partner.name.clone().into(),
            search_name(&partner.name, &partner.referral_code).into(),
            partner.referral_code.into(),
            partner.sponsor.into(),
            partner.slot.map(|slot| slot.parent_id).into(),
            partner.slot.map(|slot| slot.position.to_string()).into(),
            partner.preference.code().into(),
            partner.status.code().into(),
            false.into(),
            partner.rank_id.into(),
            partner.highest_rank_id.into(),
            partner.career_points.units().into(),
            partner.carry[0].units().into(),
            partner.carry[1].units().into(),
            partner.joined_at.nanos().into(),
        ]);
    }
    ACCOUNTS.insert(transaction, accounts).await?;
    PARTNERS.insert(transaction, rows).await
}

/// Whether there are any.
///
/// # Errors
/// The database's.
pub async fn any(transaction: &Transaction) -> Result<bool, Error> {
    Ok(Sql::whole(transaction, "SELECT 1 FROM partners LIMIT 1", []).one(transaction, |_| Ok(())).await?.is_some())
}

/// The highest key of an account; 0 where there is none.
///
/// # Errors
/// The database's.
pub async fn last_account(transaction: &Transaction) -> Result<i64, Error> {
    let last = Sql::whole(transaction, "SELECT coalesce(max(id), 0) FROM accounts", []).one(transaction, |row| row.get(0)).await?;
    Ok(last.unwrap_or(0))
}

/// Which of these login names are taken, in lower case.
///
/// # Errors
/// The database's.
pub async fn taken_usernames(transaction: &Transaction, names: Vec<String>) -> Result<HashSet<String>, Error> {
    taken(transaction, "lower(username)", names).await
}

/// Which of these mail addresses are taken, in lower case.
///
/// # Errors
/// The database's.
pub async fn taken_emails(transaction: &Transaction, emails: Vec<String>) -> Result<HashSet<String>, Error> {
    taken(transaction, "lower(email)", emails).await
}

async fn taken(transaction: &Transaction, column: &str, texts: Vec<String>) -> Result<HashSet<String>, Error> {
    let mut sql = Sql::new(transaction);
    sql.push("SELECT ").push(column).push(" FROM accounts WHERE ").push(column).push(" IN ").texts(texts);
    Ok(sql.all(transaction, |row| row.get(0)).await?.into_iter().collect())
}

/// Where a partner stands in both trees.
#[derive(Clone, Copy, Debug)]
pub struct Links {
    /// Partner number.
    pub number: i64,
    /// Number of the sponsor.
    pub sponsor: Option<i64>,
    /// The place in the placement tree.
    pub slot: Option<Slot>,
}

/// Both parent pointers of every partner, by number.
///
/// # Errors
/// The database's, or a position that is none.
pub async fn links(transaction: &Transaction) -> Result<Rows<'_, Links>, Error> {
    let sql = "SELECT id, sponsor_id, placement_parent_id, position FROM partners ORDER BY id";
    let sql = Sql::whole(transaction, sql, []);
    sql.stream(transaction, |row| Ok(Links { number: row.get(0)?, sponsor: row.get(1)?, slot: slot(row, 2)? })).await
}

/// A partner as it is exported.
#[derive(Clone, Debug)]
pub struct ExportedPartner {
    /// The partner; the account's status is left out.
    pub links: Links,
    /// Whether the partner takes part.
    pub status: PartnerStatus,
    /// When the partner joined.
    pub joined_at: Instant,
    /// Code of the highest rank.
    pub highest_rank: Option<String>,
    /// Points earned before.
    pub career_points: Amount,
    /// Volume carried in, left and right.
    pub carry: [Amount; 2],
    /// Full name.
    pub name: String,
    /// Mail address.
    pub email: Option<String>,
    /// Login name.
    pub username: String,
}

/// Every partner, by number.
///
/// # Errors
/// The database's, or a value that the domain does not know.
pub async fn exported(transaction: &Transaction) -> Result<Rows<'_, ExportedPartner>, Error> {
    let sql = "SELECT p.id, p.sponsor_id, p.placement_parent_id, p.position, p.status, p.joined_at, r.code, p.career_points,
                      p.carry_left, p.carry_right, a.name, a.email, a.username
               FROM partners p JOIN accounts a ON a.id = p.account_id LEFT JOIN ranks r ON r.id = p.highest_rank_id ORDER BY p.id";
    let sql = Sql::whole(transaction, sql, []);
    sql.stream(transaction, |row| {
        let amount = |index| row.get(index).map(Amount::from_units);
        Ok(ExportedPartner {
            links: Links { number: row.get(0)?, sponsor: row.get(1)?, slot: slot(row, 2)? },
            status: row.code(4, "partners")?,
            joined_at: Instant::from_nanos(row.get(5)?),
            highest_rank: row.get(6)?,
            career_points: amount(7)?,
            carry: [amount(8)?, amount(9)?],
            name: row.get(10)?,
            email: row.get(11)?,
            username: row.get(12)?,
        })
    })
    .await
}

fn slot(row: &Row<'_>, index: usize) -> Result<Option<Slot>, Error> {
    let parent: Option<i64> = row.get(index)?;
    let position: Option<String> = row.get(index + 1)?;
    let Some((parent_id, text)) = parent.zip(position) else { return Ok(None) };
    let position: Position = text.parse().map_err(|_| Error::Corrupt { table: "partners", value: text })?;
    Ok(Some(Slot { parent_id, position }))
}

/// Gives each partner the rank paid in a period, unless a later period is known already.
///
/// # Errors
/// The database's.
pub async fn take_ranks(transaction: &Transaction, period_id: i64) -> Result<(), Error> {
    let sql = "UPDATE partners SET rank_id = h.rank_id FROM rank_history h
               WHERE h.partner_id = partners.id AND h.period_id = $1
               AND NOT EXISTS (SELECT 1 FROM rank_history l JOIN periods lp ON lp.id = l.period_id
                               WHERE l.partner_id = partners.id AND lp.starts_at > (SELECT starts_at FROM periods WHERE id = $1))";
    Sql::whole(transaction, sql, [period_id.into()]).execute(transaction).await.map(drop)
}
