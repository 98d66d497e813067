//! Writes on partners. Reads stand in `partners` and `trees`.

use sea_orm::{ConnectionTrait, DbBackend, Value};

use super::database::Transaction;
use super::error::Error;
use super::sql::{Row, Sql};
use crate::domain::accounts::Role;
use crate::domain::instant::Instant;
use crate::domain::partners::{PartnerStatus, Slot, search_name};
use crate::domain::trees::PlacementPreference;

/// An account that becomes a partner; the rank is the lowest one of the plan.
#[derive(Clone, Copy, Debug)]
pub struct NewPartner<'a> {
    /// The login.
    pub account_id: i64,
    /// The name that others see.
    pub display_name: &'a str,
    /// The code that new partners name.
    pub referral_code: &'a str,
    /// Who brought the partner in.
    pub sponsor_id: Option<i64>,
    /// The place in the placement tree.
    pub slot: Option<Slot>,
    /// Where the partner's own recruits go.
    pub preference: PlacementPreference,
    /// Whether the partner takes part from the beginning.
    pub status: PartnerStatus,
    /// The membership package that was chosen.
    pub membership_id: Option<i64>,
    /// Now.
    pub at: Instant,
}

/// An account's name and the number of its partner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The person's name.
    pub name: String,
    /// The partner that it is already.
    pub partner_id: Option<i64>,
}

/// Who wants to become a partner; `None` where there is no such account, or one that is not ACTIVE.
///
/// # Errors
/// The database's.
pub async fn candidate(connection: &impl ConnectionTrait, account_id: i64) -> Result<Option<Candidate>, Error> {
    // The account is held: were it erased meanwhile, its name would come back as the partner's.
    let lock = if connection.get_database_backend() == DbBackend::Postgres { " FOR KEY SHARE OF a" } else { "" };
    let sql = format!(
        "SELECT a.name, p.id FROM accounts AS a LEFT JOIN partners AS p ON p.account_id = a.id WHERE a.id = $1 AND a.status = 'ACTIVE'{lock}"
    );
    let read = |row: &Row<'_>| Ok(Candidate { name: row.get(0)?, partner_id: row.get(1)? });
    Sql::whole(connection, &sql, [account_id.into()]).one(connection, read).await
}

/// Stores a partner and gives its number, which the database chooses. `None`, without harm to the transaction, when the account has a partner,
/// the slot is taken or the code is in use, or was, by a link too.
///
/// # Errors
/// The database's.
pub async fn insert(connection: &impl ConnectionTrait, partner: &NewPartner<'_>) -> Result<Option<i64>, Error> {
    let sql = "INSERT INTO partners (account_id, display_name, search_name, referral_code, sponsor_id, placement_parent_id, position,
            placement_preference, status, shares_contact, rank_id, highest_rank_id, career_points, carry_left, carry_right, joined_at, membership_id)
        SELECT a.id, $10, $11, $2, $3, $4, $5, $6, $7, $8, lowest.id, lowest.id, 0, 0, 0, $9, $12
        FROM accounts AS a LEFT JOIN ranks AS lowest ON lowest.level = (SELECT min(level) FROM ranks)
        WHERE a.id = $1 AND NOT EXISTS (SELECT 1 FROM referral_links WHERE code = $2) ON CONFLICT DO NOTHING RETURNING id";
    let [parent, position] = columns(partner.slot);
    let values = [
        partner.account_id.into(),
        partner.referral_code.into(),
        partner.sponsor_id.into(),
        parent,
        position,
        partner.preference.code().into(),
        partner.status.code().into(),
        false.into(),
        partner.at.nanos().into(),
        partner.display_name.into(),
        search_name(partner.display_name, partner.referral_code).into(),
        partner.membership_id.into(),
    ];
    Sql::whole(connection, sql, values).one(connection, |row| row.get(0)).await
}

/// Puts a partner that has no place into a slot; `false` when the slot is taken, after which the transaction can only be given up.
///
/// # Errors
/// The database's.
pub async fn place(connection: &impl ConnectionTrait, partner: i64, slot: Slot) -> Result<bool, Error> {
    let sql = "UPDATE partners SET placement_parent_id = $2, position = $3 WHERE id = $1 AND placement_parent_id IS NULL";
    let [parent, position] = columns(Some(slot));
    match Sql::whole(connection, sql, [partner.into(), parent, position]).execute(connection).await {
        Ok(changed) => Ok(changed == 1),
        Err(error) if error.violates(&["partners_slot_unique", "partners.placement_parent_id, partners.position"]) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Makes a partner ACTIVE who waited for the membership's payment; `false` for all others.
///
/// # Errors
/// The database's.
pub async fn activate(connection: &impl ConnectionTrait, partner: i64) -> Result<bool, Error> {
    let sql = "UPDATE partners SET status = 'ACTIVE' WHERE id = $1 AND status = 'PENDING_PAYMENT'";
    Ok(Sql::whole(connection, sql, [partner.into()]).execute(connection).await? == 1)
}

/// How a partner stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The login.
    pub account_id: i64,
    /// Whether the partner takes part.
    pub status: PartnerStatus,
    /// Whether the person was erased.
    pub is_erased: bool,
    /// What the login is for.
    pub role: Role,
}

/// How a partner stands; the row is held until the transaction ends, so that rivals change it one after the other.
///
/// # Errors
/// The database's.
pub async fn hold_standing(transaction: &Transaction, partner: i64) -> Result<Option<Standing>, Error> {
    // Held first and looked at afterwards: who waited for an erasure sees then what it did. Whoever holds the partner to act as one who is ACTIVE is waited for.
    let lock = if transaction.get_database_backend() == DbBackend::Postgres { " FOR UPDATE" } else { "" };
    let held = Sql::whole(transaction, &format!("SELECT id FROM partners WHERE id = $1{lock}"), [partner.into()]);
    if held.one(transaction, |row| row.get::<i64>(0)).await?.is_none() {
        return Ok(None);
    }
    let sql = "SELECT p.account_id, p.status, a.erased_at IS NOT NULL, a.role
        FROM partners AS p JOIN accounts AS a ON a.id = p.account_id WHERE p.id = $1";
    let read = |row: &Row<'_>| {
        Ok(Standing { account_id: row.get(0)?, status: row.code(1, "partners")?, is_erased: row.get(2)?, role: row.code(3, "accounts")? })
    };
    Sql::whole(transaction, sql, [partner.into()]).one(transaction, read).await
}

/// Stores whether a partner takes part. The caller holds the row.
///
/// # Errors
/// The database's.
pub async fn set_status(transaction: &Transaction, partner: i64, status: PartnerStatus) -> Result<(), Error> {
    let sql = "UPDATE partners SET status = $2 WHERE id = $1";
    Sql::whole(transaction, sql, [partner.into(), status.code().into()]).execute(transaction).await.map(drop)
}

/// Puts a partner under another sponsor. The caller holds the tree lock and has looked for a cycle.
///
/// # Errors
/// The database's.
pub async fn move_sponsor(connection: &impl ConnectionTrait, partner: i64, sponsor: i64) -> Result<(), Error> {
    let sql = "UPDATE partners SET sponsor_id = $2 WHERE id = $1";
    Sql::whole(connection, sql, [partner.into(), sponsor.into()]).execute(connection).await.map(drop)
}

/// Stores where the recruits of an account's partner go, and gives the partner's number, if there is a partner.
///
/// # Errors
/// The database's.
pub async fn set_preference(
    connection: &impl ConnectionTrait,
    account_id: i64,
    preference: PlacementPreference,
) -> Result<Option<i64>, Error> {
    let sql = "UPDATE partners SET placement_preference = $2 WHERE account_id = $1 RETURNING id";
    Sql::whole(connection, sql, [account_id.into(), preference.code().into()]).one(connection, |row| row.get(0)).await
}

/// Stores whether the sponsor of an account's partner may see the contact data, and gives the partner's number, if there is a partner who is not erased.
///
/// # Errors
/// The database's.
pub async fn set_contact_sharing(connection: &impl ConnectionTrait, account_id: i64, shared: bool) -> Result<Option<i64>, Error> {
    let sql = "UPDATE partners SET shares_contact = $2 WHERE account_id = $1
        AND EXISTS (SELECT 1 FROM accounts AS a WHERE a.id = partners.account_id AND a.erased_at IS NULL) RETURNING id";
    Sql::whole(connection, sql, [account_id.into(), shared.into()]).one(connection, |row| row.get(0)).await
}

fn columns(slot: Option<Slot>) -> [Value; 2] {
    [slot.map(|slot| slot.parent_id).into(), slot.map(|slot| slot.position.to_string()).into()]
}
