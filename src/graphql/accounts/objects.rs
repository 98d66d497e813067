//! Logins and contact data.

use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};

use super::super::ids::{NodeKind, encode};
use super::super::images::loader::image_url;
use super::super::loader::load;
use super::super::partners::objects::Partner;
use super::super::profiles::objects::{BankDetails, Profile};
use super::super::scalars::DateTime;
use super::loader::Accounts;
use super::sessions::{AccountSession, sessions_of};
use crate::auth::principal::Principal;
use crate::domain::accounts;

/// A login.
pub struct Account(pub accounts::Account);

impl Account {
    fn is_callers(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(ctx.data::<Principal>()?.caller().is_some_and(|caller| caller.account_id == self.0.id))
    }
}

/// A login.
#[Object]
impl Account {
    /// Opaque global id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        encode(NodeKind::Account, self.0.id)
    }

    /// The name to sign in with.
    async fn username(&self) -> &str {
        &self.0.username
    }

    /// The address, which serves to sign in as well.
    async fn email(&self) -> Option<&str> {
        self.0.email.as_deref()
    }

    /// The telephone number.
    async fn phone(&self) -> Option<&str> {
        self.0.phone.as_deref()
    }

    /// The person's name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Who the person is and how to reach them; null unless the caller's own. Operators read the profiles of partners.
    async fn profile(&self, ctx: &Context<'_>) -> Result<Option<Profile>> {
        if self.is_callers(ctx)? { Profile::of(ctx, self.0.id).await } else { Ok(None) }
    }

    /// The person's bank, masked; null unless the caller's own, and while none was told.
    async fn bank_details(&self, ctx: &Context<'_>) -> Result<Option<BankDetails>> {
        if self.is_callers(ctx)? { BankDetails::of(ctx, self.0.id).await } else { Ok(None) }
    }

    /// What kind of user.
    async fn role(&self) -> Role {
        self.0.role.into()
    }

    /// An operator's powers.
    async fn scopes(&self) -> Vec<Scope> {
        self.0.scopes.iter().copied().map(Into::into).collect()
    }

    /// Where the person's picture is served; null where there is none.
    async fn image_url(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        image_url(ctx, self.0.id).await
    }

    /// When the login was made.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When the e-mail address was confirmed; null until then.
    async fn email_verified_at(&self) -> Option<DateTime> {
        self.0.email_verified_at.map(DateTime)
    }

    /// The account's sessions that have not ended, the one used last first, 100 at most; null for everybody but its person.
    async fn sessions(&self, ctx: &Context<'_>) -> Result<Option<Vec<AccountSession>>> {
        sessions_of(ctx, self.0.id).await
    }
}

/// What kind of user an account belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "accounts::Role")]
pub enum Role {
    /// A visitor or a partner.
    Member,
    /// Staff, with the scopes that were given.
    Operator,
    /// Staff with every scope.
    Owner,
}

/// A power of an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "accounts::Scope")]
pub enum Scope {
    /// Products and packages.
    Catalog,
    /// Accounts, partners and both trees.
    Network,
    /// Orders of other shops, and payments that came in outside.
    Orders,
    /// Compensation plans.
    Plans,
    /// Periods, runs, commissions.
    Periods,
    /// Wallets and payouts.
    Payouts,
    /// Trusted applications and webhooks.
    Applications,
    /// The audit trail and the ledger.
    Audit,
    /// Who partners are: their identity documents.
    Kyc,
}

/// How to reach a partner.
#[derive(SimpleObject)]
pub struct Contact {
    /// The name the partner signs in with.
    username: String,
    /// The e-mail address.
    email: Option<String>,
    /// The telephone number.
    phone: Option<String>,
}

impl Contact {
    /// The contact data of a partner whose contact data the caller may see.
    ///
    /// # Errors
    /// The database's, to be masked.
    pub async fn of(ctx: &Context<'_>, partner: &Partner) -> Result<Option<Self>> {
        let account = load::<Accounts>(ctx, (), partner.partner.account_id).await?;
        Ok(account.map(|account| Self { username: account.username, email: account.email, phone: account.phone }))
    }
}
