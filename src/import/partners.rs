//! `network.csv` into partners with their accounts.

use std::collections::HashSet;

use crate::config::network::Placement;
use crate::domain::accounts::{check_email, check_name, check_username};
use crate::offline::network::{Contact, NetworkEntry, NetworkReader, Trees};
use crate::store::bulk::partners::{self, PartnerRow};
use crate::store::settings;

use super::{BATCH, Error, Run, Source, identity};

impl Run<'_> {
    /// Adds the partners of a network file; gives their number.
    pub(super) async fn partners(&mut self, source: &Source) -> Result<u64, Error> {
        let trees = if self.ground.placement == Placement::None { Trees::SponsorOnly } else { Trees::SponsorAndPlacement };
        let last_account = partners::last_account(self.transaction).await?;
        let mut accounts = Accounts { others: last_account > 0, next: last_account + 1, usernames: HashSet::new(), emails: HashSet::new() };
        let before = self.network.len();
        let mut placed = false;
        let mut batch = Vec::with_capacity(BATCH);
        for entry in NetworkReader::from_reader(source.name(), source.open()?, trees)?.with_contacts() {
            let entry = entry?;
            let line = entry.line;
            let newcomer = self.partner(line, entry, &mut accounts).map_err(|cause| source.refuse(Some(line), cause))?;
            placed |= newcomer.row.slot.is_some();
            batch.push(newcomer);
            if batch.len() == BATCH {
                self.add_partners(source, std::mem::take(&mut batch), &mut accounts).await?;
            }
        }
        self.add_partners(source, batch, &mut accounts).await?;
        self.network.check().map_err(|(line, cause)| source.refuse(Some(line), cause))?;
        if placed {
            settings::record_placement(self.transaction, self.ground.placement).await?;
        }
        Ok((self.network.len() - before) as u64)
    }

    fn partner(&mut self, line: u64, entry: NetworkEntry, accounts: &mut Accounts) -> Result<Newcomer, String> {
        let NetworkEntry { row, contact, .. } = entry;
        let slot = self.network.add(&row, line)?;
        let highest = row.highest_rank.as_deref().map(|code| self.ground.rank(code)).transpose();
        let highest = highest.map_err(|cause| format!("highest_rank: {cause}"))?;
        let identity = accounts.identify(row.partner, contact)?;
        accounts.next += 1;
        let row = PartnerRow {
            number: row.partner,
            account_id: accounts.next - 1,
            username: identity.username,
            email: Some(identity.email),
            name: identity.name,
            referral_code: identity::referral_code(row.partner),
            sponsor: row.sponsor,
            slot,
            preference: self.options.preference,
            status: row.status,
            rank_id: highest.or(self.ground.lowest_rank()),
            highest_rank_id: highest,
            career_points: row.career_points,
            carry: [row.carry_left, row.carry_right],
            joined_at: row.joined_at,
        };
        Ok(Newcomer { line, row, made_up: identity.made_up })
    }

    async fn add_partners(&self, source: &Source, mut batch: Vec<Newcomer>, accounts: &mut Accounts) -> Result<(), Error> {
        if accounts.others {
            self.settle_usernames(source, &mut batch, accounts).await?;
            self.settle_emails(source, &mut batch, accounts).await?;
        }
        Ok(partners::add(self.transaction, batch.into_iter().map(|newcomer| newcomer.row).collect()).await?)
    }

    /// A login name of the file that another account has is refused; one that was made up gets a suffix, as anybody may sign up as `p1001`.
    async fn settle_usernames(&self, source: &Source, batch: &mut [Newcomer], accounts: &mut Accounts) -> Result<(), Error> {
        let names = batch.iter().map(|newcomer| newcomer.row.username.to_lowercase()).collect();
        let mut taken = partners::taken_usernames(self.transaction, names).await?;
        for newcomer in batch.iter_mut() {
            let mut suffix = 1;
            while taken.contains(&newcomer.row.username.to_lowercase()) {
                if !newcomer.made_up.username {
                    let cause = format!("username: {} belongs to another account of the database", newcomer.row.username);
                    return Err(source.refuse(Some(newcomer.line), cause).into());
                }
                suffix += 1;
                newcomer.row.username = format!("{}-{suffix}", identity::username(newcomer.row.number));
                let name = newcomer.row.username.to_lowercase();
                taken.extend(partners::taken_usernames(self.transaction, vec![name.clone()]).await?);
                if !taken.contains(&name) && !accounts.usernames.insert(name.clone().into()) {
                    taken.insert(name);
                }
            }
        }
        Ok(())
    }

    /// The same for mail addresses.
    async fn settle_emails(&self, source: &Source, batch: &mut [Newcomer], accounts: &mut Accounts) -> Result<(), Error> {
        let email = |newcomer: &Newcomer| newcomer.row.email.as_deref().unwrap_or_default().to_lowercase();
        let mut taken = partners::taken_emails(self.transaction, batch.iter().map(email).collect()).await?;
        for newcomer in batch.iter_mut() {
            let mut suffix = 1;
            while taken.contains(&email(newcomer)) {
                if !newcomer.made_up.email {
                    let given = newcomer.row.email.as_deref().unwrap_or_default();
                    let cause = format!("email: {given} belongs to another account of the database");
                    return Err(source.refuse(Some(newcomer.line), cause).into());
                }
                suffix += 1;
                let address = identity::email(&format!("{}-{suffix}", newcomer.row.number));
                newcomer.row.email = Some(address.clone());
                taken.extend(partners::taken_emails(self.transaction, vec![address.clone()]).await?);
                if !taken.contains(&address) && !accounts.emails.insert(address.clone().into()) {
                    taken.insert(address);
                }
            }
        }
        Ok(())
    }
}

/// A partner of the file.
struct Newcomer {
    line: u64,
    row: PartnerRow,
    made_up: MadeUp,
}

/// What the file did not say.
#[derive(Clone, Copy)]
struct MadeUp {
    username: bool,
    email: bool,
}

/// Who a partner is.
struct Identity {
    username: String,
    email: String,
    name: String,
    made_up: MadeUp,
}

/// The accounts that the file's partners get.
struct Accounts {
    /// Whether the database held accounts before.
    others: bool,
    next: i64,
    /// In lower case.
    usernames: HashSet<Box<str>>,
    /// In lower case.
    emails: HashSet<Box<str>>,
}

impl Accounts {
    /// Login name, mail address and name.
    fn identify(&mut self, number: i64, contact: Contact) -> Result<Identity, String> {
        let made_up = MadeUp { username: contact.username.is_none(), email: contact.email.is_none() };
        let name = contact.name.unwrap_or_else(|| identity::name(number));
        check_name(&name).map_err(|refusal| format!("name: {refusal}"))?;
        let username = contact.username.unwrap_or_else(|| identity::username(number));
        check_username(&username).map_err(|refusal| format!("username: {username}: {refusal}"))?;
        if !self.usernames.insert(username.to_lowercase().into()) {
            return Err(format!("username: {username} belongs to another partner of the file"));
        }
        let email = contact.email.unwrap_or_else(|| identity::email(&number.to_string()));
        check_email(&email).map_err(|refusal| format!("email: {email}: {refusal}"))?;
        if !self.emails.insert(email.to_lowercase().into()) {
            return Err(format!("email: {email} belongs to another partner of the file"));
        }
        Ok(Identity { username, email, name, made_up })
    }
}
