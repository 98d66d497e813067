//! Applications and their keys.

use async_graphql::{Context, ID, Object, Result};

use super::super::accounts::objects::Scope;
use super::super::ids::{NodeKind, encode};
use super::super::loader::load;
use super::super::scalars::{BigInt, DateTime};
use super::inputs::{ApplicationKind, ApplicationState};
use super::loader::ApplicationKeys;
use crate::domain::applications;

/// A program that calls by a key of its own.
pub struct Application(pub applications::Application);

/// A program that calls by a key of its own, as `Authorization: Bearer KEY`.
#[Object]
impl Application {
    /// Opaque global id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        encode(NodeKind::Application, self.0.id)
    }

    /// Its number.
    async fn number(&self) -> BigInt {
        BigInt(self.0.id)
    }

    /// What people call it.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Where it runs.
    async fn kind(&self) -> ApplicationKind {
        self.0.kind.into()
    }

    /// Whether its keys are taken.
    async fn state(&self) -> ApplicationState {
        self.0.state.into()
    }

    /// What it may do.
    async fn scopes(&self) -> Vec<Scope> {
        self.0.scopes.iter().map(|scope| (*scope).into()).collect()
    }

    /// From where it may call, such as `203.0.113.0/24`; from everywhere when empty.
    async fn networks(&self) -> Vec<String> {
        self.0.networks.texts()
    }

    /// Its latest ten keys, those that have ended among them, the latest first.
    async fn keys(&self, ctx: &Context<'_>) -> Result<Option<Vec<ApplicationKey>>> {
        Ok(Some(load::<ApplicationKeys>(ctx, (), self.0.id).await?.into_iter().map(ApplicationKey).collect()))
    }

    /// When it was registered.
    async fn registered_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }
}

/// A key of an application. The key itself was shown once, when it was made.
pub struct ApplicationKey(applications::ApplicationKey);

/// A key of an application. The key itself was shown once, when it was made.
#[Object]
impl ApplicationKey {
    /// The last four characters of the key.
    async fn ending(&self) -> &str {
        &self.0.ending
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// From when on it is not taken any more; null for the latest key.
    async fn ends_at(&self) -> Option<DateTime> {
        self.0.ends_at.map(DateTime)
    }
}
