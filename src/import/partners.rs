//! `network.csv` into partners with their accounts.

use std::collections::HashSet;

use crate::config::network::Placement;
use crate::domain::accounts::{check_email, check_name, check_username};
use crate::offline::network::{Contact, NetworkEntry, NetworkReader, Trees};
use crate::store::bulk::partners::{self, PartnerRow};

use super::{BATCH, Error, Run, Source, identity};

impl Run<'_> {
    /// Adds the partners of a network file; gives their number.
    pub(super) async fn partners(&mut self, source: &Source) -> Result<u64, Error> {
        let trees = if self.ground.placement == Placement::None { Trees::SponsorOnly } else { Trees::SponsorAndPlacement };
        let last_account = partners::last_account(self.transaction).await?;
        let mut accounts = Accounts { next: last_account + 1, usernames: HashSet::new(), emails: HashSet::new() };
        let before = self.network.len();
        let mut batch = Vec::with_capacity(BATCH);
        for entry in NetworkReader::from_reader(source.name(), source.open()?, trees)? {
            let entry = entry?;
            let line = entry.line;
            let row = self.partner(entry, &mut accounts).map_err(|cause| source.refuse(Some(line), cause))?;
            batch.push((line, row));
            if batch.len() == BATCH {
                self.add_partners(source, std::mem::take(&mut batch), last_account > 0).await?;
            }
        }
        self.add_partners(source, batch, last_account > 0).await?;
        self.network.check().map_err(|(line, cause)| source.refuse(Some(line), cause))?;
        Ok((self.network.len() - before) as u64)
    }

    fn partner(&mut self, entry: NetworkEntry, accounts: &mut Accounts) -> Result<PartnerRow, String> {
        let NetworkEntry { line, row, contact } = entry;
        let slot = self.network.add(&row, line)?;
        let highest = row.highest_rank.as_deref().map(|code| self.ground.rank(code)).transpose();
        let highest = highest.map_err(|cause| format!("highest_rank: {cause}"))?;
        let (username, email, name) = accounts.identify(row.partner, contact)?;
        accounts.next += 1;
        Ok(PartnerRow {
            number: row.partner,
            account_id: accounts.next - 1,
            username,
            email: Some(email),
            name,
            account_status: self.options.account_status,
            referral_code: identity::referral_code(row.partner),
            sponsor: row.sponsor,
            slot,
            status: row.status,
            rank_id: highest.or(self.ground.lowest_rank()),
            highest_rank_id: highest,
            career_points: row.career_points,
            carry: [row.carry_left, row.carry_right],
            joined_at: row.joined_at,
        })
    }

    async fn add_partners(&self, source: &Source, batch: Vec<(u64, PartnerRow)>, others: bool) -> Result<(), Error> {
        if others {
            let usernames = batch.iter().map(|(_, row)| row.username.to_lowercase()).collect();
            let taken = partners::taken_usernames(self.transaction, usernames).await?;
            if let Some((line, row)) = batch.iter().find(|(_, row)| taken.contains(&row.username.to_lowercase())) {
                let cause = format!("username: {} belongs to another account of the database", row.username);
                return Err(source.refuse(Some(*line), cause).into());
            }
            let emails = batch.iter().filter_map(|(_, row)| row.email.as_ref()).map(|email| email.to_lowercase()).collect();
            let taken = partners::taken_emails(self.transaction, emails).await?;
            let is_taken = |row: &PartnerRow| row.email.as_ref().is_some_and(|email| taken.contains(&email.to_lowercase()));
            if let Some((line, row)) = batch.iter().find(|(_, row)| is_taken(row)) {
                let email = row.email.as_deref().unwrap_or_default();
                return Err(source.refuse(Some(*line), format!("email: {email} belongs to another account of the database")).into());
            }
        }
        Ok(partners::add(self.transaction, batch.into_iter().map(|(_, row)| row).collect()).await?)
    }
}

/// The accounts that the file's partners get.
struct Accounts {
    next: i64,
    /// In lower case.
    usernames: HashSet<Box<str>>,
    /// In lower case.
    emails: HashSet<Box<str>>,
}

impl Accounts {
    /// Login name, mail address and name.
    fn identify(&mut self, number: i64, contact: Contact) -> Result<(String, String, String), String> {
        let name = contact.name.unwrap_or_else(|| identity::name(number));
        check_name(&name).map_err(|refusal| format!("name: {refusal}"))?;
        let username = contact.username.unwrap_or_else(|| identity::username(number));
        check_username(&username).map_err(|refusal| format!("username: {username}: {refusal}"))?;
        if !self.usernames.insert(username.to_lowercase().into()) {
            return Err(format!("username: {username} belongs to another partner of the file"));
        }
        let email = contact.email.unwrap_or_else(|| identity::email(number));
        check_email(&email).map_err(|refusal| format!("email: {email}: {refusal}"))?;
        if !self.emails.insert(email.to_lowercase().into()) {
            return Err(format!("email: {email} belongs to another partner of the file"));
        }
        Ok((username, email, name))
    }
}
