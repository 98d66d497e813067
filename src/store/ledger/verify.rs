//! Checks the whole ledger from the ground up, in one state of the database, row by row.

use std::collections::HashMap;

use futures_util::TryStreamExt as _;

use super::agreement;
use super::seal::{COLUMNS, Head, Link, POSTINGS, Sealable, WIDTH, gather, read};
use crate::store::database::Transaction;
use crate::store::error::Error;
use crate::store::sql::{Row, Sql};

/// Something that must not be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding(pub String);

/// What a check of the ledger found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// How many journals were read.
    pub journals: u64,
    /// How many postings.
    pub postings: u64,
    /// How many journals wait for their seal.
    pub unsealed: u64,
    /// Where the chain ends.
    pub head: Head,
    /// What must not be; empty for a ledger in order. At most [`MOST_FINDINGS`].
    pub findings: Vec<Finding>,
}

/// After so many the rest is not listed.
pub const MOST_FINDINGS: usize = 100;

impl Findings {
    pub(super) fn add(&mut self, text: String) {
        if self.findings.len() < MOST_FINDINGS {
            self.findings.push(Finding(text));
        }
    }
}

/// Reads everything and checks that every journal balances and belongs to the chain, that every stored balance is the sum of its postings, that what
/// orders, payments, holds, payouts and e-pins say agrees with it, and that nobody stands below the limit. `noted` is a head that was written down before:
/// it must be a link.
///
/// # Errors
/// The database's.
pub async fn verify(snapshot: &Transaction, noted: Option<Link>) -> Result<Findings, Error> {
    let mut findings = Findings::default();
    let accounts = accounts(snapshot).await?;
    journals(snapshot, &accounts, &mut findings).await?;
    balances(snapshot, accounts, &mut findings).await?;
    agreement::check(snapshot, &mut findings).await?;
    chain(snapshot, noted, &mut findings).await?;
    Ok(findings)
}

struct Known {
    name: String,
    kept: bool,
    currency: String,
    balance: i64,
    lowest: i64,
}

async fn accounts(snapshot: &Transaction) -> Result<HashMap<i64, Known>, Error> {
    let sql = "SELECT id, kind, partner_id, currency, balance, lowest FROM ledger_accounts";
    let read = |row: &Row<'_>| {
        let (kind, partner): (String, Option<i64>) = (row.get(1)?, row.get(2)?);
        let name = partner.map_or_else(|| format!("company:{kind}"), |partner| format!("{partner}:{kind}"));
        let known = Known { name, kept: partner.is_some(), currency: row.get(3)?, balance: row.get(4)?, lowest: row.get(5)? };
        Ok((row.get(0)?, known))
    };
    Ok(Sql::whole(snapshot, sql, []).all(snapshot, read).await?.into_iter().collect())
}

async fn journals(snapshot: &Transaction, accounts: &HashMap<i64, Known>, findings: &mut Findings) -> Result<(), Error> {
    let sql = format!("SELECT {COLUMNS} FROM journals AS j{POSTINGS} ORDER BY j.id, p.id");
    let mut rows = Sql::whole(snapshot, &sql, []).stream(snapshot, read).await?;
    let mut pending: Vec<Sealable> = Vec::new();
    while let Some(row) = rows.try_next().await? {
        gather(&mut pending, row);
        if pending.len() > 1 {
            judge(&pending.remove(0), accounts, findings);
        }
    }
    pending.iter().for_each(|journal| judge(journal, accounts, findings));
    drop(rows);
    let sql = "SELECT p.id, p.journal_id FROM postings AS p LEFT JOIN journals AS j ON j.id = p.journal_id WHERE j.id IS NULL";
    for (posting, journal) in Sql::whole(snapshot, sql, []).all(snapshot, |row| Ok((row.get::<i64>(0)?, row.get::<i64>(1)?))).await? {
        findings.add(format!("posting {posting} belongs to journal {journal}, which does not exist"));
    }
    Ok(())
}

fn judge(journal: &Sealable, accounts: &HashMap<i64, Known>, findings: &mut Findings) {
    findings.journals += 1;
    let mut sums: HashMap<&str, i128> = HashMap::new();
    let mut count = 0;
    for posting in &journal.postings {
        let [_, Some(account), Some(amount), ..] = &posting.numbers else { continue };
        count += 1;
        match accounts.get(account) {
            Some(known) => *sums.entry(&known.currency).or_default() += i128::from(*amount),
            None => findings.add(format!("journal {} names account {account}, which does not exist", journal.id)),
        }
    }
    findings.postings += count;
    if count < 2 {
        findings.add(format!("journal {} has {count} postings, where two are the least", journal.id));
    }
    for (currency, sum) in sums.into_iter().filter(|(_, sum)| *sum != 0) {
        findings.add(format!("journal {} is out of balance by {sum} / 10000 {currency}", journal.id));
    }
}

/// Each posting's balance follows from the one before, and the last one is the account's.
async fn balances(snapshot: &Transaction, accounts: HashMap<i64, Known>, findings: &mut Findings) -> Result<(), Error> {
    let sql = "SELECT account_id, id, amount, balance FROM postings ORDER BY account_id, id";
    let read = |row: &Row<'_>| Ok((row.get::<i64>(0)?, row.get::<i64>(1)?, row.get::<i64>(2)?, row.get::<Option<i64>>(3)?));
    let mut rows = Sql::whole(snapshot, sql, []).stream(snapshot, read).await?;
    let mut reached: HashMap<i64, i128> = HashMap::new();
    while let Some((account, posting, amount, balance)) = rows.try_next().await? {
        let sum = reached.entry(account).or_default();
        *sum += i128::from(amount);
        let kept = accounts.get(&account).is_some_and(|known| known.kept);
        if kept && balance.map(i128::from) != Some(*sum) {
            findings.add(format!("posting {posting} says a balance of {balance:?} / 10000, and the postings up to it sum up to {sum}"));
        }
    }
    drop(rows);
    for (id, known) in accounts.into_iter().filter(|(_, known)| known.kept) {
        let sum = reached.get(&id).copied().unwrap_or_default();
        if i128::from(known.balance) != sum {
            findings.add(format!(
                "account {} holds {} / 10000 {}, and its postings sum up to {sum}",
                known.name, known.balance, known.currency
            ));
        }
        if known.balance < known.lowest {
            findings.add(format!("account {} holds {} / 10000, less than its limit {}", known.name, known.balance, known.lowest));
        }
    }
    Ok(())
}

async fn chain(snapshot: &Transaction, noted: Option<Link>, findings: &mut Findings) -> Result<(), Error> {
    let sql = format!(
        "SELECT {COLUMNS}, s.id, s.hash FROM journal_seals AS s LEFT JOIN journals AS j ON j.id = s.journal_id{POSTINGS} ORDER BY s.id, p.id"
    );
    let read = |row: &Row<'_>| {
        let place: Place = (row.get(WIDTH)?, row.get(WIDTH + 1)?);
        Ok((place, if row.get::<Option<i64>>(0)?.is_some() { Some(read(row)?) } else { None }))
    };
    let mut rows = Sql::whole(snapshot, &sql, []).stream(snapshot, read).await?;
    let mut chain = Chain { head: Head::default(), noted: noted.filter(|noted| *noted != Link::default()), broken: false };
    let mut pending: Option<(Place, Vec<Sealable>)> = None;
    while let Some((place, journal)) = rows.try_next().await? {
        match &mut pending {
            Some((at, journals)) if at.0 == place.0 => journal.into_iter().for_each(|journal| gather(journals, journal)),
            other => {
                if let Some((place, journals)) = other.replace((place, journal.into_iter().collect())) {
                    chain.add(&place, &journals, findings);
                }
            }
        }
    }
    drop(rows);
    if let Some((place, journals)) = pending {
        chain.add(&place, &journals, findings);
    }
    if chain.noted.is_some() {
        findings.add("the noted head is no link of the chain: its end was cut off, or the chain was made anew".to_owned());
    }
    findings.head = chain.head;
    let sql = "SELECT j.id, u.journal_id IS NOT NULL, s.id IS NOT NULL FROM journals AS j
        LEFT JOIN unsealed_journals AS u ON u.journal_id = j.id LEFT JOIN journal_seals AS s ON s.journal_id = j.id
        WHERE s.id IS NULL OR u.journal_id IS NOT NULL";
    for (journal, waits, sealed) in
        Sql::whole(snapshot, sql, []).all(snapshot, |row| Ok((row.get::<i64>(0)?, row.get::<bool>(1)?, row.get::<bool>(2)?))).await?
    {
        if waits && !sealed {
            findings.unsealed += 1;
        } else {
            findings.add(format!("journal {journal} is neither sealed nor waiting for it"));
        }
    }
    Ok(())
}

/// Number and hash of a link.
type Place = (i64, Vec<u8>);

struct Chain {
    head: Head,
    noted: Option<Link>,
    broken: bool,
}

impl Chain {
    fn add(&mut self, (link, hash): &Place, journals: &[Sealable], findings: &mut Findings) {
        let fault = match journals {
            [journal] if *link == self.head.links + 1 && *hash == journal.link(&self.head.hash) => None,
            [journal] => Some(format!(
                "link {link} of the chain does not fit journal {}: one of them, or an account it names, was changed, removed or moved",
                journal.id
            )),
            _ => Some(format!("link {link} of the chain seals a journal that does not exist")),
        };
        // One broken link makes all behind it wrong: only the first is told.
        if let Some(fault) = fault.filter(|_| !self.broken) {
            self.broken = true;
            findings.add(fault);
        }
        self.head = Head { links: *link, hash: <Link>::try_from(hash.as_slice()).unwrap_or_default() };
        self.noted = self.noted.filter(|noted| *noted != self.head.hash);
    }
}
