//! What is known of people beside their logins.

use std::collections::HashMap;

use sea_orm::ConnectionTrait;

use super::database::Transaction;
use super::error::Error;
use super::sql::{Row, Sql};
use crate::domain::bank::Bank;
use crate::domain::instant::Instant;
use crate::domain::profiles::Profile;

const COLUMNS: &str = "p.first_name, p.last_name, p.gender, p.date_of_birth, p.address_line1, p.address_line2, p.country, p.state, p.city, \
     p.zip_code, p.landline, p.bank_masked";

fn read(row: &Row<'_>, at: usize) -> Result<Profile, Error> {
    let corrupt = |value: String| Error::Corrupt { table: "profiles", value };
    let gender: Option<String> = row.get(at + 2)?;
    let country: Option<i64> = row.get(at + 6)?;
    let bank: Option<String> = row.get(at + 11)?;
    Ok(Profile {
        first_name: row.get(at)?,
        last_name: row.get(at + 1)?,
        gender: gender.map(|code| code.parse().map_err(|_| corrupt(code))).transpose()?,
        date_of_birth: row.get(at + 3)?,
        address_line1: row.get(at + 4)?,
        address_line2: row.get(at + 5)?,
        country: country.map(|number| u16::try_from(number).map_err(|_| corrupt(number.to_string()))).transpose()?,
        state: row.get(at + 7)?,
        city: row.get(at + 8)?,
        zip_code: row.get(at + 9)?,
        landline: row.get(at + 10)?,
        bank: bank.map(|text| serde_json::from_str(&text).map_err(|_| corrupt("bank_masked".to_owned()))).transpose()?,
    })
}

/// The profiles of these accounts; those that told nothing yet are left out.
///
/// # Errors
/// The database's.
pub async fn by_accounts(connection: &impl ConnectionTrait, accounts: &[i64]) -> Result<HashMap<i64, Profile>, Error> {
    let mut sql = Sql::new(connection);
    sql.push("SELECT p.account_id, ").push(COLUMNS).push(" FROM ").numbers(accounts);
    sql.push(" AS wanted JOIN profiles AS p ON p.account_id = wanted.id");
    Ok(sql.all(connection, |row| Ok((row.get(0)?, read(row, 1)?))).await?.into_iter().collect())
}

/// Stores who a person is and how to reach them; the bank stays as it is.
///
/// # Errors
/// The database's.
pub async fn save(transaction: &Transaction, account: i64, profile: &Profile, at: Instant) -> Result<(), Error> {
    let sql = "INSERT INTO profiles (account_id, first_name, last_name, gender, date_of_birth, address_line1, address_line2, country, state, city,
            zip_code, landline, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
        ON CONFLICT (account_id) DO UPDATE SET first_name = excluded.first_name, last_name = excluded.last_name, gender = excluded.gender,
            date_of_birth = excluded.date_of_birth, address_line1 = excluded.address_line1, address_line2 = excluded.address_line2,
            country = excluded.country, state = excluded.state, city = excluded.city, zip_code = excluded.zip_code, landline = excluded.landline,
            updated_at = excluded.updated_at";
    let text = |text: &Option<String>| sea_orm::Value::from(text.clone());
    let values = [
        account.into(),
        text(&profile.first_name),
        text(&profile.last_name),
        profile.gender.map(|gender| gender.code().to_owned()).into(),
        text(&profile.date_of_birth),
        text(&profile.address_line1),
        text(&profile.address_line2),
        profile.country.map(i64::from).into(),
        text(&profile.state),
        text(&profile.city),
        text(&profile.zip_code),
        text(&profile.landline),
        at.nanos().into(),
    ];
    Sql::whole(transaction, sql, values).execute(transaction).await.map(drop)
}

/// A person's bank as it is stored.
#[derive(Clone, Debug)]
pub struct SealedBank {
    /// For people.
    pub masked: Bank,
    /// For the vault.
    pub details: Vec<u8>,
}

/// The sealed bank of an account.
///
/// # Errors
/// The database's.
pub async fn bank_details(transaction: &Transaction, account: i64) -> Result<Option<Vec<u8>>, Error> {
    let sql = "SELECT bank_details FROM profiles WHERE account_id = $1";
    Ok(Sql::whole(transaction, sql, [account.into()]).one(transaction, |row| row.get(0)).await?.flatten())
}

/// Stores a person's bank, or that none is known.
///
/// # Errors
/// The database's.
pub async fn save_bank(transaction: &Transaction, account: i64, bank: Option<SealedBank>, at: Instant) -> Result<(), Error> {
    let sql = "INSERT INTO profiles (account_id, bank_masked, bank_details, updated_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (account_id) DO UPDATE SET bank_masked = excluded.bank_masked, bank_details = excluded.bank_details,
            updated_at = excluded.updated_at";
    let (masked, details) = match bank {
        Some(bank) => {
            let masked = serde_json::to_string(&bank.masked);
            (Some(masked.map_err(|_| Error::Corrupt { table: "profiles", value: "bank_masked".to_owned() })?), Some(bank.details))
        }
        None => (None, None),
    };
    let values = [account.into(), masked.into(), details.into(), at.nanos().into()];
    Sql::whole(transaction, sql, values).execute(transaction).await.map(drop)
}
